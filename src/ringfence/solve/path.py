"""Paths: every price as a function of one, the leader's, and the health of a ring along the way.

Between two tier edges the health of a ring is ``constant + slope x t + sum of coefficient / price(t)``,
t being the leader's price. `segments` walks outward from the mark, edge by edge, and touches only what
moves: coins that stand still are added up once.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from ringfence.domain.market import Market
from ringfence.domain.numbers import EXACT, Number
from ringfence.errors import OutOfRange
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Ring
from ringfence.solve.concave import Curve, curve
from ringfence.solve.regimes import Regime, Weights, regimes

ZERO, ONE = Fraction(0), Fraction(1)
PLAIN = Weights()
WORTHLESS = -1
"""The step of a linear price that has reached zero and stays there."""


@dataclass(frozen=True, slots=True)
class Path:
    """A line through prices: ``price(symbol) = offset + slope x t``, never below zero.

    Attributes:
        leader: the symbol whose price is t. start: its mark. quantum: its grid.
        decimals: the grid and the marks that stand still as decimals, where nothing but the leader
            moves, so that a quantum can be checked without fractions.
        today: every mark as a decimal, where the path was made from a market.
    """

    leader: str
    start: Fraction
    quantum: Fraction
    lines: Mapping[str, tuple[Fraction, Fraction]]
    decimals: tuple[Decimal, Mapping[str, Decimal]] | None = None
    today: Mapping[str, Decimal] | None = None

    @property
    def here(self) -> Mapping[str, Number]:
        """Every price with the leader at its mark."""
        return self.marks(self.start) if self.today is None else self.today

    def price(self, symbol: str, t: Fraction) -> Fraction:
        """Price of one symbol when the leader stands at t."""
        offset, slope = self.lines[symbol]
        if not slope:
            return offset
        price = offset + slope * t if offset else slope * t
        return price if price.numerator > 0 else ZERO

    def marks(self, t: Fraction) -> dict[str, Number]:
        """Every price when the leader stands at t."""
        return {symbol: self.price(symbol, t) for symbol in self.lines}

    def on_grid(self, number: int) -> dict[str, Number]:
        """Every price when the leader stands at a whole number of quanta; decimals where that is exact."""
        if self.decimals is None:
            return self.marks(number * self.quantum)
        quantum, still = self.decimals
        return {**still, self.leader: EXACT.multiply(quantum, number)}


def alone(ring: Ring, market: Market, symbol: str, quantum: Number) -> Path:
    """One coin moves, the others stand still."""
    still = {s: market.mark(s) for s in ring.symbols if s != symbol}
    lines = {s: (Fraction(mark), ZERO) for s, mark in still.items()}
    decimals = None if isinstance(quantum, Fraction) else (quantum, still)
    start = Fraction(market.mark(symbol))
    today = {**still, symbol: market.mark(symbol)}
    return Path(symbol, start, Fraction(quantum), {**lines, symbol: (ZERO, ONE)}, decimals, today)


def together(ring: Ring, market: Market, leader: str, quantum: Number) -> Path:
    """Every coin moves by its beta, relative to the leader's own.

    Raises:
        OutOfRange: the leader's beta is zero, so nothing follows it.
    """
    start, own = Fraction(market.mark(leader)), Fraction(market.beta(leader))
    if own == 0:
        raise OutOfRange(
            "the leading coin needs a beta", path=f"betas.{leader}", value=0, hint="choose another leader"
        )
    lines = {}
    for symbol in ring.symbols:
        mark, follows = Fraction(market.mark(symbol)), Fraction(market.beta(symbol)) / own
        if symbol == leader or follows == 1:
            lines[symbol] = (ZERO, mark / start)
        else:
            lines[symbol] = (mark * (1 - follows), mark * follows / start)
    today = {symbol: market.mark(symbol) for symbol in ring.symbols}
    return Path(leader, start, Fraction(quantum), lines, None, today)


@dataclass(frozen=True, slots=True)
class Segment:
    """The health of a ring between two edges: ``constant + slope x t + sum(c / (offset + k x t))``.

    Attributes:
        near, far: the ends, near being closer to the mark; far is None where the axis does not end.
    """

    near: Fraction
    far: Fraction | None
    constant: Fraction
    slope: Fraction
    poles: tuple[tuple[Fraction, Fraction, Fraction], ...]

    def at(self, t: Fraction) -> Fraction:
        """Health with the leader at t."""
        health = self.constant + self.slope * t
        for c, offset, k in self.poles:
            health += c / (offset + k * t)
        return health


@dataclass(frozen=True, slots=True)
class Mover:
    """One thing whose worth moves: ``fixed + factor x price``, or ``/ price``, step by step of its price.

    Attributes:
        offset, slope: its price along the path. edges: prices, rising, where a step ends.
        terms: (fixed, factor) of a step; step n lies between edges n - 1 and n.
        gains: +1 when a rising price can only add health, -1 when a falling one can, 0 when neither.
        smooth: whether its steps join, so that a linear one is concave in its price.
    """

    offset: Fraction
    slope: Fraction
    inverse: bool
    edges: tuple[Fraction, ...]
    terms: Callable[[int], tuple[Fraction, Fraction]]
    gains: int
    smooth: bool

    def first(self, start: Fraction, *, up: bool) -> int:
        """The step that lies just beyond the start in this direction."""
        price = self.offset + self.slope * start
        return (bisect_right if (self.slope > 0) is up else bisect_left)(self.edges, price)

    def end(self, step: int, *, up: bool) -> Fraction | None:
        """Where along the path a step ends; None when it does not."""
        if (self.slope > 0) is up:
            if step == WORTHLESS or step >= len(self.edges):
                return None
            price = self.edges[step]
        elif step > 0:
            price = self.edges[step - 1]
        elif step == WORTHLESS or self.inverse:
            return None
        else:
            price = ZERO
        return price if self.slope == 1 and not self.offset else (price - self.offset) / self.slope

    def at_zero(self) -> Fraction:
        """What a linear one adds to health with the leader at zero."""
        fixed, factor = self.terms(bisect_right(self.edges, self.offset))
        return fixed + factor * self.offset

    def part(self, step: int) -> tuple[Fraction, Fraction, Fraction]:
        """(constant, slope, coefficient of 1 / price) that this adds to health."""
        fixed, factor = self.terms(max(step, 0))
        if self.inverse:
            return fixed, ZERO, factor
        if step == WORTHLESS:
            return fixed, ZERO, ZERO
        return (fixed + factor * self.offset if self.offset else fixed), factor * self.slope, ZERO


@dataclass(frozen=True, slots=True)
class Way:
    """One regime of a ring along a path: what stands still, and what moves, with and without maintenance."""

    regime: Regime
    moving: tuple[Mover, ...]
    bare: tuple[Mover, ...]


@dataclass(frozen=True)
class Course:
    """A ring on a path, made ready once for both directions and both questions.

    Attributes:
        curve: its health, where that is concave in the leader's price; None elsewhere.
    """

    ring: Ring
    path: Path
    curve: Curve | None

    @cached_property
    def ways(self) -> tuple[Way, ...]:
        """Its regimes, ready to be walked."""
        return tuple([_way(self.ring, self.path, regime) for regime in regimes(self.ring, self.path)])

    def concave(self, *, up: bool) -> Curve | None:
        """The curve, if it holds all the way in this direction; else the ways are to be walked."""
        held = self.curve is not None and (self.curve.up if up else self.curve.down)
        return self.curve if held else None


def course(ring: Ring, path: Path) -> Course:
    """Make a ring ready to be solved along a path."""
    return Course(ring, path, curve(ring, path))


def _way(ring: Ring, path: Path, regime: Regime) -> Way:
    return Way(regime, movers(ring, path, regime, margins=True), movers(ring, path, regime, margins=False))


def movers(ring: Ring, path: Path, regime: Regime, *, margins: bool) -> tuple[Mover, ...]:
    """Everything in a ring that moves along a path."""
    found = [
        _mover(leg, path.lines[leg.symbol], regime.weights.get(leg.instrument.settle, PLAIN), margins=margins)
        for leg in ring.fractional.legs
        if path.lines[leg.symbol][1] != 0
    ]
    for symbol, factor in regime.collateral:
        sign, terms = (factor > 0) - (factor < 0), (ZERO, factor)
        found.append(Mover(*path.lines[symbol], False, (), lambda _, terms=terms: terms, sign, True))  # type: ignore[misc]  # noqa: FBT003
    return tuple(found)


def _mover(leg: Leg, line: tuple[Fraction, Fraction], weights: Weights, *, margins: bool) -> Mover:
    terms, edges = _terms(leg, weights, margins=margins), leg.edges if margins else ()
    rate = leg.rates[-1] * weights.need if margins else ZERO
    smooth = leg.joined or not margins
    gains = leg.sign if smooth and weights.profit >= rate else 0
    return Mover(*line, leg.is_inverse, edges, terms, gains, smooth)


def _terms(leg: Leg, weights: Weights, *, margins: bool) -> Callable[[int], tuple[Fraction, Fraction]]:
    """What does not move, and the factor of the price (inverse: of 1 / price), for each step of the price."""
    signed = leg.sign * weights.profit
    gained = signed * leg.entry_value if leg.is_inverse else -signed * leg.entry_value
    if leg.is_inverse:
        signed = -signed
    if not margins:
        bare = gained, signed * leg.size
        return lambda _: bare
    need = None if weights.need == 1 else weights.need

    def terms(step: int) -> tuple[Fraction, Fraction]:
        number = leg.tier_of_step(step)
        rate, deduction = leg.rates[number], leg.deductions[number]
        if need is not None:
            rate, deduction = rate * need, deduction * need
        return gained + deduction, (signed - rate) * leg.size

    return terms


def safe(way: Way, *, up: bool, margins: bool = True) -> bool:
    """Whether a ring that is alive at the mark certainly stays so in this direction, without a search.

    Either nothing that moves can lose, or health is concave in t (joined tiers of linear contracts) and
    does not end below where it began: it rises at the far end of the axis, or is not below zero there.
    """
    moving = way.moving if margins else way.bare
    if all(mover.gains * (1 if (mover.slope > 0) is up else -1) > 0 for mover in moving):
        return True
    if not all(
        one.smooth and not one.inverse and (one.slope > 0 if up else one.offset >= 0) for one in moving
    ):
        return False
    if up:
        return sum((one.part(len(one.edges))[1] for one in moving), ZERO) >= 0
    left = way.regime.health if margins else way.regime.equity
    return left + sum((one.at_zero() for one in moving), ZERO) >= 0


def segments(ring: Ring, path: Path, regime: Regime, *, up: bool, margins: bool = True) -> Iterator[Segment]:
    """The health of a ring from the mark outward, one segment between neighbouring edges at a time.

    Args:
        up: towards higher prices. margins: False leaves maintenance out, so that the segments are of
            equity (for the bankruptcy price).
    """
    moving = movers(ring, path, regime, margins=margins)
    return walked(moving, path.start, regime.health if margins else regime.equity, up=up)


def walked(moving: tuple[Mover, ...], start: Fraction, constant: Fraction, *, up: bool) -> Iterator[Segment]:
    """The segments of what moves, from the start outward."""
    steps = [mover.first(start, up=up) for mover in moving]
    ends = [mover.end(step, up=up) for mover, step in zip(moving, steps, strict=True)]
    parts = [mover.part(step) for mover, step in zip(moving, steps, strict=True)]
    last, near = _last(moving, up=up), start
    while True:
        far = (min if up else max)((end for end in (*ends, last) if end is not None), default=None)
        yield _segment(near, far, constant, moving, parts)
        if far is None or far == last:
            return
        for number, mover in enumerate(moving):
            if ends[number] == far:
                steps[number] += 1 if (mover.slope > 0) is up else -1
                ends[number] = mover.end(steps[number], up=up)
                parts[number] = mover.part(steps[number])
        near = far


def _last(moving: tuple[Mover, ...], *, up: bool) -> Fraction | None:
    """Where the axis ends: at zero going down, and before an inverse contract's coin is worth nothing."""
    ends = [-one.offset / one.slope for one in moving if one.inverse and (one.slope < 0) is up]
    ends += [] if up else [ZERO]
    return (min if up else max)(ends, default=None)


def _segment(
    near: Fraction,
    far: Fraction | None,
    constant: Fraction,
    moving: tuple[Mover, ...],
    parts: list[tuple[Fraction, Fraction, Fraction]],
) -> Segment:
    """Everything added up, poles at the same place into one."""
    slope = ZERO
    poles: dict[Fraction, Fraction] = {}
    for mover, (fixed, rise, coefficient) in zip(moving, parts, strict=True):
        constant, slope = constant + fixed, slope + rise
        if mover.inverse:
            place = mover.offset / mover.slope
            poles[place] = poles.get(place, ZERO) + coefficient / mover.slope
    kept = tuple((c, offset, ONE) for offset, c in poles.items() if c != 0)
    return Segment(near, far, constant, slope, kept)
