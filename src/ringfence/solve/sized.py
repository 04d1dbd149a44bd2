"""What an inverse question is answered with, and the algebra that every size question shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum
from fractions import Fraction

from ringfence.domain.derivation import Derivation
from ringfence.domain.market import Market
from ringfence.domain.numbers import EXACT, Number, rounded
from ringfence.domain.tiers import TierBasis
from ringfence.exact.health import is_liquidated, lines_of, sliced_worth, sums
from ringfence.exact.leg import Leg, charged_leg
from ringfence.exact.ring import Ring
from ringfence.solve.path import alone
from ringfence.solve.search import LiquidationPrice, liquidation_price

ZERO = Fraction(0)
LARGEST_SEARCH = 10**24
"""Lots beyond which every size counts as alive."""


class Outcome(Enum):
    """How an inverse question ends.

    >>> Outcome.LEVERAGE_IS_NO_LEVER.value
    'the leverage setting does not move a cross liquidation price'
    """

    FOUND = "found"
    AT_THE_MARK = "this is today's mark: it is no liquidation price to move to"
    DEAD_AT_MARK = "with that it would be liquidated at today's mark already"
    DEAD_BEFORE = "with that it would be liquidated before this price is reached"
    LESS_THAN_NOTHING = "alive at this price even with nothing behind it: what it would take is below zero"
    NO_COLLATERAL_HELPS = "the asset it settles in counts for nothing as collateral"
    NO_SIZE = "liquidated before this price at any size"
    ANY_SIZE = "alive at this price at any size"
    GAINS = "the position gains on the way to this price: a larger one is liquidated no nearer"
    LEVERAGE_IS_NO_LEVER = "the leverage setting does not move a cross liquidation price"
    NO_LEVERAGE = "even at 1x the liquidation price is nearer than this"
    BEYOND_VENUE = (
        "the venue offers less leverage for this size, so that the liquidation price is further away"
    )
    INITIAL_UNKNOWN = "the venue's limit needs the leverage of every position"
    CANNOT_PAY = "the pool has less available than that"


@dataclass(frozen=True)
class Sized:
    """The answer to an inverse question.

    Attributes:
        question: ``margin``, ``size``, ``leverage``, ``withdraw`` or ``largest``.
        value: the answer on its grid, rounded to the safe side; None unless there is one.
        exact: the same before rounding. unit: asset, ``contracts`` or ``x``.
        figures: what belongs to it by name (``change``, ``keep_fraction``, ``alive`` …).
        certificate: the liquidation price of the resulting book, solved anew; None when the result
            cannot be liquidated by this coin alone.

    >>> Sized("leverage", Outcome.LEVERAGE_IS_NO_LEVER, "x").found
    False
    """

    question: str
    outcome: Outcome
    unit: str
    value: Decimal | None = None
    exact: Number | None = None
    figures: Mapping[str, Number] = field(default_factory=dict)
    certificate: LiquidationPrice | None = None
    derivation: Derivation = field(default_factory=Derivation)

    @property
    def found(self) -> bool:
        """Whether there is a value."""
        return self.outcome is Outcome.FOUND


def up_to(value: Number, grid: Decimal) -> Decimal:
    """The smallest multiple of the grid that is not below ``value``.

    >>> up_to(Fraction(1, 3), Decimal("0.01"))
    Decimal('0.34')
    """
    return rounded(value, grid, ROUND_CEILING)


def down_to(value: Number, grid: Decimal) -> Decimal:
    """The largest multiple of the grid that is not above ``value``.

    >>> down_to(Fraction(1, 3), Decimal("0.01"))
    Decimal('0.33')
    """
    return rounded(value, grid, ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class Slope:
    """Health at one price as a function of the number of contracts, in one regime of the collateral.

    ``health = constant + contracts x gain - need x maintenance``; ``value`` is what one contract is
    worth there, ``measure`` what it counts in the tier table.
    """

    constant: Fraction
    gain: Fraction
    need: Fraction
    value: Fraction
    measure: Fraction

    def most(self, leg: Leg) -> Fraction | None:
        """The most contracts with health of zero or more; None when there is no end to it."""
        floors = [Fraction(floor) / self.measure for floor in leg.floors]
        for number in range(len(floors) - 1, -1, -1):
            low, high = floors[number], floors[number + 1] if number + 1 < len(floors) else None
            fixed = self.constant + self.need * Fraction(leg.deductions[number])
            rise = self.gain - self.need * Fraction(leg.rates[number]) * self.value
            if rise < 0 and fixed >= -rise * low:
                root = -fixed / rise
                return root if high is None else min(root, high)
            if rise >= 0 and (fixed + rise * low >= 0 if high is None else fixed + rise * high > 0):
                return high
        return ZERO


def slopes(ring: Ring, leg: Leg, market: Market, price: Fraction, *, base: Fraction) -> list[Slope]:
    """Health of a ring at a price of one symbol for every size of one of its legs.

    Args:
        ring: without the leg, its collateral as it would be had the leg been closed at ``base``.
        base: the price at which contracts are added or closed.
    """
    marks = marks_at(ring, market, leg.symbol, price)
    added = sums(ring, marks)
    one = Fraction(leg.size) / Fraction(leg.position.contracts)
    unit = replace(leg.as_fractions(), size=one)
    value, before = unit.value(price), unit.value(base)
    gain = leg.sign * ((before - value) if leg.is_inverse else (value - before))
    measure = Fraction(1) if leg.table.basis is TierBasis.CONTRACTS else Fraction(unit.tier_size(value))
    health = Fraction(added.health)
    if not ring.holdings:
        return [Slope(health, gain, Fraction(1), value, measure)]
    asset = leg.instrument.settle
    equity, lines = settled(ring, asset, marks)
    rest, owed = health - Fraction(sliced_worth(equity, lines)), lines[-1][0]
    return [
        Slope(rest + rate * equity + fixed, rate * gain, owed, value, measure)
        for rate, fixed in dict.fromkeys(lines)
    ]


def settled(
    ring: Ring, asset: str, marks: Mapping[str, Number]
) -> tuple[Fraction, list[tuple[Fraction, Fraction]]]:
    """Equity in one asset of a multi-asset pool, and the lines whose smallest is its worth, owed last."""
    holding = next(holding for holding in ring.holdings if holding.asset == asset)
    lines = [(Fraction(rate), Fraction(fixed)) for rate, fixed in lines_of(holding, marks)]
    equity = Fraction(holding.amount)
    for leg in ring.fractional.legs:
        if leg.instrument.settle == asset:
            equity += leg.profit(leg.value(Fraction(marks[leg.symbol])))
    return equity, lines


def marks_at(ring: Ring, market: Market, symbol: str, price: Fraction) -> dict[str, Number]:
    """Every mark of a ring, one of them replaced; as fractions."""
    marks: dict[str, Number] = {s: Fraction(market.mark(s)) for s in ring.symbols if s != symbol}
    return {**marks, symbol: price}


def without(ring: Ring, leg: Leg) -> Ring:
    """A ring less one leg, its collateral untouched."""
    whole = ring.fractional
    return replace(whole, legs=tuple(one for one in whole.legs if one.position is not leg.position))


def paid_in(ring: Ring, asset: str, amount: Number) -> Ring:
    """A ring with more collateral, or less."""
    whole = ring.fractional
    if not whole.holdings:
        held = Fraction(whole.collateral) + Fraction(amount)
        return replace(
            whole, collateral=held, legs=tuple(_with_margin(one, held, ring) for one in whole.legs)
        )
    holdings = tuple(
        replace(h, amount=h.amount + Fraction(amount)) if h.asset == asset else h for h in whole.holdings
    )
    return replace(whole, holdings=holdings)


def _with_margin(leg: Leg, margin: Fraction, ring: Ring) -> Leg:
    """A leg charged anew where its venue's requirement depends on what is inside the fence."""
    if leg.schedule is None or leg.charged is None:
        return leg
    if leg.charged.margin is not None:
        return charged_leg(replace(leg.charged, margin=margin), ring.rules)
    if leg.charged.wallet is not None:
        return charged_leg(replace(leg.charged, wallet=margin), ring.rules)
    return leg


def by_search(alive: Callable[[Decimal], bool], *, lot: Decimal) -> Decimal | None:
    """The largest multiple of a lot that is alive, by halving; None where every size is.

    For venues whose requirement does not simply grow with the size; health must not rise with it.
    """
    steps = 1
    while alive(EXACT.multiply(lot, steps)):
        steps *= 2
        if steps > LARGEST_SEARCH:
            return None
    low, high = steps // 2, steps
    while high - low > 1:
        middle = (low + high) // 2
        if alive(EXACT.multiply(lot, middle)):
            low = middle
        else:
            high = middle
    return EXACT.multiply(lot, low)


def certified(
    ring: Ring, market: Market, leg: Leg, price: Fraction
) -> tuple[Outcome, LiquidationPrice | None]:
    """Solve the resulting ring anew: its liquidation price must lie at the price asked for, or beyond."""
    path = alone(ring, market, leg.symbol, leg.instrument.mark_quantum)
    if price == path.start:
        return Outcome.AT_THE_MARK, None
    if is_liquidated(ring, path.marks(path.start)):
        return Outcome.DEAD_AT_MARK, None
    up = price > path.start
    hit = liquidation_price(ring, path, up=up)
    if hit is not None and (hit.threshold < price if up else hit.threshold > price):
        return Outcome.DEAD_BEFORE, hit
    return Outcome.FOUND, hit
