"""Assess: account x market x rules -> equity, margins, health and what the venue does next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly, simplest
from ringfence.exact.health import Part, Sums, is_dead, rates_of, sums
from ringfence.exact.leg import Leg
from ringfence.exact.orders import order_margin
from ringfence.exact.ring import Book, Ring, marks_for
from ringfence.venues.pool import Free, Pool, PoolPosition
from ringfence.venues.rules import Withdrawal

ZERO = Decimal(0)


class Solvency(Enum):
    """What the venue does next, in the order it checks.

    >>> Solvency.LIQUIDATED.value
    'closes the position at or before the liquidation price'
    """

    SOUND = "nothing"
    NO_NEW_RISK = "refuses orders that add risk"
    LIQUIDATED = "closes the position at or before the liquidation price"
    BANKRUPT = "absorbs the shortfall and records it as bad debt"


@dataclass(frozen=True, slots=True)
class PositionFigures:
    """One position at one mark; money in its settlement asset.

    Attributes:
        tier: number of the tier in force, the first is 1. initial_margin: None when no leverage is known.
        maintenance_margin: the venue's own figure. requirement: what its liquidation test holds against
            equity, a closing fee included where the venue counts one.
        closing_fee: set aside for closing; None where the venue sets none aside.
        isolated_equity, health, maintenance_usage: of its fence; None in cross, where the pool answers.
    """

    position: Position
    ring: str
    asset: str
    mark_price: Decimal
    notional: Number
    unrealized_pnl: Number
    initial_margin: Number | None
    maintenance_margin: Number
    tier: int
    maintenance_rate: Number
    deduction: Number
    requirement: Number
    closing_fee: Number | None
    isolated_equity: Number | None
    health: Number | None

    @property
    def maintenance_usage(self) -> Fraction | None:
        """Requirement / equity inside the fence."""
        return None if self.isolated_equity is None else _share(self.requirement, self.isolated_equity)


@dataclass(frozen=True, slots=True)
class RingFigures:
    """One ring: a fence, or the pool that cross positions share; money in its asset.

    Attributes:
        wallet_balance: pool balance or margin inside the fence, without unrealised PnL.
        initial_margin: positions and orders together; None when a leverage is missing.
        available_balance, withdrawable: of a pool; None for a fence or without initial margin.
        maintenance_margin: the venue's own figure. requirement: what its liquidation test holds against
            equity. health: equity less requirement.
        maintenance_usage: requirement / equity, 1 or more means liquidation; None without equity.
    """

    name: str
    mode: MarginMode
    asset: str
    wallet_balance: Number
    equity: Number
    unrealized_pnl: Number
    initial_margin: Number | None
    maintenance_margin: Number
    requirement: Number
    health: Number
    notional: Number
    available_balance: Number | None
    withdrawable: Number | None
    solvency: Solvency
    set_aside: Fraction = Fraction(0)
    """Taken off equity, and off the requirement that it is inside, before their share is worked out."""

    @property
    def maintenance_usage(self) -> Fraction | None:
        """Requirement / equity."""
        if not self.set_aside:
            return _share(self.requirement, self.equity)
        return _share(Fraction(self.requirement) - self.set_aside, Fraction(self.equity) - self.set_aside)


@dataclass(frozen=True, slots=True)
class Totals:
    """The account in one asset: its pool, and its fences added to it.

    Attributes:
        equity: of the pool. total_equity: of the pool and every fence.
        effective_leverage: notional of every position / total equity; None when there is no equity.
    """

    asset: str
    equity: Number
    total_equity: Number
    notional: Number

    @property
    def effective_leverage(self) -> Fraction | None:
        """Notional / total equity."""
        return _share(self.notional, self.total_equity)


def _share(part: Number, whole: Number) -> Fraction | None:
    """A quotient is worked out when somebody asks for it: it costs more than the rest of an assessment."""
    return Fraction(part) / Fraction(whole) if whole > 0 else None


@dataclass(frozen=True)
class Assessment:
    """The account at one set of marks. Positions are in the account's order, rings pools first.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues.demo import RULES
    >>> account = Account(venue="demo", wallet={"USDT": "5000"})
    >>> account = account.open("BTC/USDT:USDT", "-2", entry_price="60000")
    >>> said = assess(prepare(account, RULES, on="2026-11-20"), Market({"BTC/USDT:USDT": "61000"}))
    >>> said.ring("pool USDT").equity, said.ring("pool USDT").maintenance_usage, said.solvency.name
    (Decimal('3000'), Fraction(14, 75), 'SOUND')
    """

    book: Book
    market: Market
    positions: tuple[PositionFigures, ...]
    rings: tuple[RingFigures, ...]
    totals: tuple[Totals, ...]

    def ring(self, name: str) -> RingFigures:
        """One ring by name, ``pool USDT``."""
        return next(ring for ring in self.rings if ring.name == name)

    def total(self, asset: str) -> Totals:
        """The account in one asset."""
        return next(total for total in self.totals if total.asset == asset)

    @property
    def solvency(self) -> Solvency:
        """The worst that any ring is in."""
        order = list(Solvency)
        return max((ring.solvency for ring in self.rings), key=order.index, default=Solvency.SOUND)


@exactly
def assess(book: Book, market: Market) -> Assessment:
    """Margin, equity and health of one account at one set of marks, exactly.

    Raises:
        MissingMark: a position, an order or a collateral asset has no mark.
    """
    marks = {symbol: market.mark(symbol) for ring in book.rings for symbol in ring.symbols}
    per_ring = [_ring(book, ring, marks) for ring in book.rings]
    by_position = {id(one.position): one for _, positions in per_ring for one in positions}
    positions = tuple(by_position[id(position)] for position in book.account.positions)
    rings = tuple(ring for ring, _ in per_ring)
    return Assessment(book, market, positions, rings, _totals(rings))


def _ring(book: Book, ring: Ring, marks: Mapping[str, Decimal]) -> tuple[RingFigures, list[PositionFigures]]:
    ready, prices = marks_for(ring, marks)
    added = sums(ready, prices)
    positions = [
        _position(ring, leg, marks[leg.symbol], part, added)
        for leg, part in zip(ready.legs, added.parts, strict=True)
    ]
    initial = _initial(book, ring, positions, marks)
    wallet = added.equity - added.unrealized_pnl
    shown = added.maintenance
    if not ring.rules.is_plain:
        listed = [(one.asset, one.maintenance_margin) for one in positions]
        others = [(one.asset, one.other_maintenance) for one in ring.holdings]
        own = _in_pool_currency(ring, [*listed, *others], marks)
        shown = add([*own, ring.other_maintenance, simplest(-ring.set_aside)])
    free = None if initial is None or ring.mode is MarginMode.ISOLATED else add([added.equity, -initial])
    notional = add(_in_pool_currency(ring, [(one.asset, one.notional) for one in positions], marks))
    left = None
    if free is not None and initial is not None:
        left = _left(ring, added, positions, (initial, shown, notional))
    figures = RingFigures(
        ring.name,
        ring.mode,
        ring.asset,
        wallet,
        added.equity,
        added.unrealized_pnl,
        initial,
        shown,
        added.maintenance,
        added.health,
        notional,
        None if left is None else left.available,
        None if left is None else left.withdrawable,
        _solvency(ring, added, free),
        ring.set_aside,
    )
    return figures, positions


def available_in(book: Book, ring: Ring, market: Market) -> Fraction | None:
    """What a pool can open with, by the venue's own formula; None for a fence, or without a leverage."""
    figures, _ = _ring(book, ring, {symbol: market.mark(symbol) for symbol in ring.symbols})
    return None if figures.available_balance is None else Fraction(figures.available_balance)


def _left(
    ring: Ring, added: Sums, positions: list[PositionFigures], numbers: tuple[Number, Number, Number]
) -> Free:
    """What a pool can open with and what may leave it, by the venue's formula or by its choice."""
    initial, shown, notional = numbers
    wallet, free = added.equity - added.unrealized_pnl, add([added.equity, -initial])
    if ring.rules.free is not None:
        held = add([one.initial_margin for one in positions if one.initial_margin is not None])
        listed = tuple(
            PoolPosition(
                one.position.symbol, one.position.side.sign, Fraction(one.notional),
                Fraction(one.unrealized_pnl), Fraction(one.initial_margin or 0), Fraction(one.requirement),
                Fraction(one.closing_fee or 0),
            )
            for one in positions
        )  # fmt: skip
        pool = Pool(
            Fraction(wallet), Fraction(added.equity), Fraction(initial), Fraction(added.maintenance),
            Fraction(shown), Fraction(notional), Fraction(initial) - Fraction(held), listed,
        )  # fmt: skip
        own = ring.rules.free(pool)
        return Free(simplest(own.available), simplest(own.withdrawable))
    held_back = {
        Withdrawal.WALLET_LESS_MAINTENANCE_AND_EQUITY_LESS_INITIAL: [add([wallet, -added.maintenance])],
        Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL: [wallet],
    }.get(ring.rules.withdrawal, [])
    return Free(max(free, ZERO), max(ZERO, min([free, *held_back])))


def _position(ring: Ring, leg: Leg, price: Decimal, part: Part, added: Sums) -> PositionFigures:
    alone = ring.mode is MarginMode.ISOLATED
    tier = leg.table_tier(part.tier)
    basis = ring.rules.initial_basis(isolated=alone)
    plain = leg.schedule is None
    held = leg.uncut(part.value, price)
    return PositionFigures(
        leg.position,
        ring.name,
        leg.instrument.settle,
        price,
        part.value,
        part.profit,
        leg.initial_margin(held, basis),
        part.maintenance if plain else simplest(Fraction(leg.shown_maintenance(held))),
        tier + 1,
        leg.rates[tier] if plain else leg.table.tiers[tier].rate,
        leg.deductions[tier] if plain else leg.table.tiers[tier].deduction,
        part.maintenance,
        None if plain else leg.closing_fee(part.value),
        added.equity if alone else None,
        added.health if alone else None,
    )


def _initial(
    book: Book, ring: Ring, positions: list[PositionFigures], marks: Mapping[str, Decimal]
) -> Number | None:
    held = [(one.asset, one.initial_margin) for one in positions if one.initial_margin is not None]
    if len(held) < len(positions):
        return None
    if book.account.orders and ring.mode is MarginMode.CROSS:
        held += order_margin(book, ring, marks)
    return add(_in_pool_currency(ring, held, marks))


def _in_pool_currency(
    ring: Ring, amounts: list[tuple[str, Number]], marks: Mapping[str, Decimal]
) -> Iterable[Number]:
    """Requirements and notionals of each asset, at what one unit of it counts when it is owed."""
    if not ring.holdings:
        return [amount for _, amount in amounts]
    owed = {holding.asset: Fraction(rates_of(holding, marks)[1]) for holding in ring.holdings}
    return [Fraction(amount) * owed[asset] for asset, amount in amounts]


def _solvency(ring: Ring, added: Sums, free: Number | None) -> Solvency:
    if not ring.legs:
        return Solvency.SOUND
    if added.equity < 0:
        return Solvency.BANKRUPT
    if is_dead(ring, added.health):
        return Solvency.LIQUIDATED
    return Solvency.NO_NEW_RISK if free is not None and free <= 0 else Solvency.SOUND


def _totals(rings: tuple[RingFigures, ...]) -> tuple[Totals, ...]:
    totals = []
    for asset in dict.fromkeys([ring.asset for ring in rings]):
        own = [ring for ring in rings if ring.asset == asset]
        pool = add([ring.equity for ring in own if ring.mode is MarginMode.CROSS])
        equity, notional = add([ring.equity for ring in own]), add([ring.notional for ring in own])
        totals.append(Totals(asset, pool, equity, notional))
    return tuple(totals)
