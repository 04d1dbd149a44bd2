"""What an idea loses from now if it is closed at a level, and what a stress of the market costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly, simplest
from ringfence.exact.health import is_dead, is_liquidated, sums
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Ring
from ringfence.mirror.measured.sums import total
from ringfence.solve.liquidation import Answer, Reach
from ringfence.solve.search import LiquidationPrice
from ringfence.solve.twins import PositionTwin, Twin

DAY_MS = 86_400_000
DEVIATIONS = 2
"""How many daily deviations a stress is."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What losses depend on beside the book; whatever is absent is not known.

    Attributes:
        fees, spreads, deviations: by symbol: taker rate, bid-ask spread in price, daily deviation.
        levels: invalidation of every open idea that has one, by symbol and side.
        planned: positions that a plan stands behind. horizon_ms: for how long funding is expected.
    """

    fees: Mapping[str, Decimal] = field(default_factory=dict)
    spreads: Mapping[str, Decimal] = field(default_factory=dict)
    deviations: Mapping[str, Number] = field(default_factory=dict)
    levels: Mapping[tuple[str, Side], Decimal] = field(default_factory=dict)
    planned: frozenset[tuple[str, Side]] | None = None
    horizon_ms: int = DAY_MS


def losing_side(answer: Answer, side: Side) -> LiquidationPrice | None:
    """The liquidation price on the side where a position loses: below for a long."""
    return answer.below if side is Side.LONG else answer.above


@exactly
def loss_at(twin: Twin, market: Market, one: PositionTwin, level: Decimal, terms: Terms) -> Number | None:
    """What a position loses from the mark to a level, closed there; settlement asset, above zero.

    Where liquidation comes first, or at the level itself, it is all that is at risk. A level that the mark
    has passed is closed at the mark. The fee must be known; funding that is paid until the horizon, and
    half the spread, count where they are known. Funding that is received is not counted on.
    """
    _, held = twin.book.leg_of(one.position)
    leg, mark, side = held.as_fractions(), Fraction(market.mark(held.symbol)), one.position.side
    price = Fraction(level) if (mark - Fraction(level)) * side.sign > 0 else mark
    answer = one.liquidation.alone
    hit = losing_side(answer, side)
    if answer.reach is Reach.ALREADY or (hit is not None and (hit.threshold - price) * side.sign >= 0):
        return one.at_risk
    fee = terms.fees.get(leg.symbol)
    if fee is None:
        return None
    value = leg.value(price)
    lost = leg.profit(leg.value(mark)) - leg.profit(value)
    slip = value * Fraction(terms.spreads.get(leg.symbol, ZERO)) / 2 / price
    return simplest(Fraction(lost + value * Fraction(fee) + slip + _funding(one, terms)))


def _funding(one: PositionTwin, terms: Terms) -> Fraction:
    """What funding takes until the horizon."""
    daily = one.drag.funding_per_day
    return Fraction(0) if daily is None or daily <= 0 else Fraction(daily) * terms.horizon_ms / DAY_MS


@exactly
def open_losses(twin: Twin, market: Market, terms: Terms, asset: str) -> Number | None:
    """Sum of the losses at their level over every open idea that has one.

    None: something is open and nothing of it has a level, or one of the losses is not known.
    """
    held = [one for one in twin.positions if one.figures.asset == asset]
    known = [
        (one, level)
        for one in held
        if (level := terms.levels.get((one.position.symbol, one.position.side))) is not None
    ]
    if held and not known:
        return None
    return total(loss_at(twin, market, one, level, terms) for one, level in known)


@exactly
def stress_loss(twin: Twin, market: Market, terms: Terms, asset: str) -> Number | None:
    """Loss if every position moves two daily deviations against it at once, the legs of a hedge included.

    A ring that this liquidates loses all its equity. None: a deviation is not known, or assets of several
    prices stand in one pool.
    """
    losses = []
    for ring in _rings(twin, asset):
        if ring.holdings or any(leg.symbol not in terms.deviations for leg in ring.legs):
            return None
        losses.append(_against(ring, market, terms))
    return simplest(sum(losses, Fraction(0)))


def _rings(twin: Twin, asset: str) -> Iterator[Ring]:
    return (ring for ring in twin.book.rings if ring.legs and ring.asset == asset)


def _against(ring: Ring, market: Market, terms: Terms) -> Fraction:
    whole = ring.fractional
    now = Fraction(sums(ring, {symbol: market.mark(symbol) for symbol in ring.symbols}).equity)
    equity, required = now, Fraction(whole.other_maintenance)
    for leg in whole.legs:
        mark = Fraction(market.mark(leg.symbol))
        there = leg.value(_moved(leg, mark, terms, -leg.sign))
        equity += leg.profit(there) - leg.profit(leg.value(mark))
        required += leg.maintenance(there)
    return _lost(now, equity, dead=is_dead(whole, equity - required))


def _moved(leg: Leg, mark: Fraction, terms: Terms, way: int) -> Fraction:
    return _shifted(mark, terms.deviations[leg.symbol], way)


def _shifted(mark: Fraction, deviation: Number, way: int) -> Fraction:
    """A price two deviations up or down; a fall leaves at least a hundredth of it."""
    return mark * max(1 + way * DEVIATIONS * Fraction(deviation), Fraction(1, 100))


def _lost(now: Fraction, there: Fraction, *, dead: bool) -> Fraction:
    start = max(now, Fraction(0))
    return start if dead else start - there


@exactly
def joint_stress_loss(twin: Twin, market: Market, terms: Terms, asset: str) -> Number | None:
    """Loss if every coin rises, or every coin falls, by two of its daily deviations; the worse of the two.

    Legs that stand against each other offset here, so that closing one of them can raise it.
    """
    rings = list(_rings(twin, asset))
    if any(symbol not in terms.deviations for ring in rings for symbol in ring.symbols):
        return None
    ways = [sum((_together(ring, market, terms, way) for ring in rings), Fraction(0)) for way in (-1, 1)]
    return simplest(max(*ways, Fraction(0)))


def _together(ring: Ring, market: Market, terms: Terms, way: int) -> Fraction:
    marks = {symbol: Fraction(market.mark(symbol)) for symbol in ring.symbols}
    there = {symbol: _shifted(mark, terms.deviations[symbol], way) for symbol, mark in marks.items()}
    now, then = Fraction(sums(ring, marks).equity), Fraction(sums(ring, there).equity)
    return _lost(now, then, dead=is_liquidated(ring.fractional, there))


def net_exposure(twin: Twin, asset: str) -> Number:
    """Notional of the longs less that of the shorts, in one asset."""
    found = [one for one in twin.positions if one.figures.asset == asset]
    return add(one.figures.notional * one.position.side.sign for one in found)
