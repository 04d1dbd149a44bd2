"""Assess: account x market x rules -> equity, margins, health and what the venue does next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly
from ringfence.exact.health import Part, Sums, is_dead, rates_of, sums
from ringfence.exact.orders import order_margin
from ringfence.exact.ring import Book, Leg, Ring, marks_for
from ringfence.formulas import margin
from ringfence.venues.rules import Basis

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
    isolated_equity: Number | None
    health: Number | None

    @property
    def maintenance_usage(self) -> Fraction | None:
        """Maintenance / equity inside the fence."""
        return None if self.isolated_equity is None else _share(self.maintenance_margin, self.isolated_equity)


@dataclass(frozen=True, slots=True)
class RingFigures:
    """One ring: a fence, or the pool that cross positions share; money in its asset.

    Attributes:
        wallet_balance: pool balance or margin inside the fence, without unrealised PnL.
        initial_margin: positions and orders together; None when a leverage is missing.
        available_balance, withdrawable: of a pool; None for a fence or without initial margin.
        maintenance_usage: maintenance / equity, 1 or more means liquidation; None without equity.
    """

    name: str
    mode: MarginMode
    asset: str
    wallet_balance: Number
    equity: Number
    unrealized_pnl: Number
    initial_margin: Number | None
    maintenance_margin: Number
    health: Number
    notional: Number
    available_balance: Number | None
    withdrawable: Number | None
    solvency: Solvency

    @property
    def maintenance_usage(self) -> Fraction | None:
        """Maintenance / equity."""
        return _share(self.maintenance_margin, self.equity)


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
    free = None if initial is None or ring.mode is MarginMode.ISOLATED else add([added.equity, -initial])
    figures = RingFigures(
        ring.name,
        ring.mode,
        ring.asset,
        wallet,
        added.equity,
        added.unrealized_pnl,
        initial,
        added.maintenance,
        added.health,
        add(_in_pool_currency(ring, [(one.asset, one.notional) for one in positions], marks)),
        None if free is None else max(free, ZERO),
        None if free is None else max(ZERO, min(free, add([wallet, -added.maintenance]))),
        _solvency(ring, added, free),
    )
    return figures, positions


def _position(ring: Ring, leg: Leg, price: Decimal, part: Part, added: Sums) -> PositionFigures:
    basis = part.value if ring.rules.initial_margin is Basis.MARK else leg.entry_value
    alone = ring.mode is MarginMode.ISOLATED
    return PositionFigures(
        leg.position,
        ring.name,
        leg.instrument.settle,
        price,
        part.value,
        part.profit,
        None if leg.initial_rate is None else _times(basis, leg.initial_rate),
        part.maintenance,
        part.tier + 1,
        leg.rates[part.tier],
        leg.deductions[part.tier],
        added.equity if alone else None,
        added.health if alone else None,
    )


def _times(value: Number, rate: Number) -> Number:
    """Initial margin; a rate such as 1/3 has no finite decimal, so it stays a fraction."""
    if isinstance(value, Decimal) and isinstance(rate, Decimal):
        return margin.initial_margin(value, rate)
    return margin.initial_margin(Fraction(value), Fraction(rate))


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
