"""The naive twin: an account valued straight from its fields, and prices walked one quantum at a time.

It shares no arithmetic with the solver or the exact engine: everything is read from `Account` and
`Market`, in fractions, the long way round.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from ringfence.domain.account import CollateralRate, MarginMode, Position
from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis, TierTable
from ringfence.testing.strategies import ON, World
from ringfence.venues.rules import Trigger

Prices = Mapping[str, Fraction]


def members(world: World, ring: str) -> list[Position]:
    """The positions of a ring, by its name."""
    kind, name = ring.split(" ", 1)
    if kind == "fence":
        return [p for p in world.account.positions if f"{p.symbol} {p.side.value}" == name]
    cross = [p for p in world.account.positions if p.margin_mode is MarginMode.CROSS]
    return cross if world.account.multi_asset else [p for p in cross if _settle(p.symbol) == name]


def _settle(symbol: str) -> str:
    return symbol.split(":")[1].split("-")[0]


def value_profit_maintenance(
    world: World, position: Position, price: Fraction
) -> tuple[Fraction, Fraction, Fraction]:
    """Of one position, in its settlement asset."""
    instrument = world.rules.instrument(position.symbol, world.account.instruments.get(position.symbol))
    size = Fraction(position.contracts) * Fraction(instrument.contract_size)
    entry = Fraction(position.entry_price or 0)
    if instrument.kind is Kind.INVERSE:
        value, profit = size / price, size / entry - size / price
    else:
        value, profit = size * price, size * price - size * entry
    if position.side.value == "short":
        profit = -profit
    table = world.account.tiers.get(position.symbol) or world.rules.tier_table(position.symbol, on=ON)
    held = _measured(table, position, size, value, inverse=instrument.kind is Kind.INVERSE)
    tier = [tier for tier in table.tiers if Fraction(tier.floor) <= held][-1]
    return value, profit, value * Fraction(tier.rate) - Fraction(tier.deduction)


def _measured(
    table: TierTable, position: Position, size: Fraction, value: Fraction, *, inverse: bool
) -> Fraction:
    """What the tiers are measured by: an inverse contract's value is in coin, a linear one's in quote."""
    if table.basis is TierBasis.CONTRACTS:
        return Fraction(position.contracts)
    if table.basis is (TierBasis.QUOTE if inverse else TierBasis.BASE):
        return size
    return value


def health(world: World, ring: str, prices: Prices) -> Fraction:
    """Equity less maintenance of a ring."""
    held = members(world, ring)
    figures = [(_settle(p.symbol), *value_profit_maintenance(world, p, prices[p.symbol])[1:]) for p in held]
    if world.account.multi_asset:
        return _multi_asset(world, figures, prices)
    profit = sum((p for _, p, _ in figures), Fraction(0))
    need = sum((m for _, _, m in figures), Fraction(0))
    if ring.startswith("fence"):
        return Fraction(held[0].isolated_margin or 0) + profit - need
    asset = ring.split(" ", 1)[1]
    other = Fraction(world.account.other_maintenance.get(asset, 0))
    return Fraction(world.account.wallet.get(asset, 0)) + profit - need - other


def _multi_asset(world: World, figures: list[tuple[str, Fraction, Fraction]], prices: Prices) -> Fraction:
    total = Fraction(0)
    for asset in {*world.account.wallet, *(asset for asset, _, _ in figures)}:
        rate = world.account.collateral[asset]
        price = prices[rate.mark_of] if rate.mark_of else Fraction(rate.price or 0)
        owed = price * (1 + Fraction(rate.markup))
        equity = Fraction(world.account.wallet.get(asset, 0))
        equity += sum((p for a, p, _ in figures if a == asset), Fraction(0))
        total += equity * owed if equity < 0 else price * _counted(rate, equity)
        total -= sum((m for a, _, m in figures if a == asset), Fraction(0)) * owed
    return total


def _counted(rate: CollateralRate, amount: Fraction) -> Fraction:
    """How much of an amount owned counts, slice by slice."""
    if not rate.haircut_tiers:
        return amount * (1 - Fraction(rate.haircut))
    counted = Fraction(0)
    for floor, cap, haircut in rate.haircut_tiers:
        end = amount if cap is None else min(amount, Fraction(cap))
        counted += max(end - Fraction(floor), Fraction(0)) * (1 - Fraction(haircut))
    return counted


def liquidated(world: World, ring: str, prices: Prices) -> bool:
    """Whether the venue would liquidate a ring at these prices."""
    left = health(world, ring, prices)
    return left < 0 or (left == 0 and world.rules.trigger is Trigger.AT_OR_BELOW_ZERO)


def prices_alone(world: World, symbol: str, price: Fraction) -> dict[str, Fraction]:
    """One coin moved, the others at their marks."""
    return {s: Fraction(mark) for s, mark in world.market.marks.items()} | {symbol: price}


def prices_together(world: World, leader: str, price: Fraction) -> dict[str, Fraction]:
    """Every coin moved by its beta over the leader's, none below zero."""
    market = world.market
    move = (price / Fraction(market.marks[leader]) - 1) / Fraction(market.beta(leader))
    moved = {
        s: max(Fraction(0), Fraction(m) * (1 + Fraction(market.beta(s)) * move))
        for s, m in market.marks.items()
    }
    return moved | {leader: price}


def first_liquidated(
    world: World, ring: str, symbol: str, *, together: bool, upto: int
) -> dict[bool, int | None]:
    """The first liquidated whole price below (False) and above (True) the mark; None where the walk ends.

    The walk ends where an inverse contract's price reaches zero.
    """
    start = int(world.market.marks[symbol])
    inverse = {p.symbol for p in members(world, ring) if _settle(p.symbol) == p.symbol.split("/")[0]}
    found: dict[bool, int | None] = {}
    for up, walk in ((False, range(start - 1, 0, -1)), (True, range(start + 1, upto))):
        found[up] = None
        for price in walk:
            prices = (prices_together if together else prices_alone)(world, symbol, Fraction(price))
            if any(prices[s] == 0 for s in inverse):
                break
            if liquidated(world, ring, prices):
                found[up] = price
                break
    return found
