"""Concave health: where it is used up, without walking from tier edge to tier edge.

The maintenance of a linear contract whose tiers join is the largest of its tiers' straight lines, so the
health of such a ring along a path is the smallest of many straight lines in the leader's price. Each of
them lies nowhere below health: where a line reaches zero, health has done so before, or does there. From
that price `zero` steps back along the line that is health there, until health itself is zero. Every step
but the last leaves a tier edge behind, so there are few, and all of it is done in whole numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm
from typing import TYPE_CHECKING

from ringfence.errors import invariant
from ringfence.exact.leg import Leg, WholeTable
from ringfence.exact.ring import Ring
from ringfence.solve.regimes import regimes

if TYPE_CHECKING:
    from ringfence.solve.path import Path

ZERO = Fraction(0)
Line = tuple[int, int]
"""(constant, slope) of a straight line in the leader's price, in one unit for the whole curve."""


@dataclass(frozen=True, slots=True)
class Strand:
    """One position that moves, in whole numbers: its value, x ``Curve.scale``, and its tiers.

    Attributes:
        constant, slope: the value is ``constant + slope x t``. sign: +1 long, -1 short.
        stretch: ``Curve.unit`` / unit of the table.
    """

    constant: int
    slope: int
    sign: int
    stretch: int
    table: WholeTable


@dataclass(frozen=True)
class Curve:
    """Health and equity of a ring along a path, where health is concave.

    Attributes:
        start: the leader's mark. up, down: whether no price reaches zero on the way there.
        equity: the line of equity, x scale.
        fixed: collateral, entry values and what stands still with its maintenance, x scale x unit.
        scale: common denominator of all values. unit: of all tables.
    """

    start: Fraction
    up: bool
    down: bool
    equity: Line
    fixed: int
    scale: int
    unit: int
    strands: tuple[Strand, ...]

    @cached_property
    def here(self) -> Line:
        """The line that is health at the mark."""
        return self.at(self.start.numerator, self.start.denominator)

    @property
    def is_alive(self) -> bool:
        """Whether health is above zero at the mark."""
        constant, slope = self.here
        return constant * self.start.denominator + slope * self.start.numerator > 0

    def at(self, numerator: int, denominator: int) -> Line:
        """The line that is health at the price ``numerator / denominator``, x scale x unit."""
        parts = self.scale * denominator
        return self._line(
            bisect_right(
                one.table.floors,
                (one.constant * denominator + one.slope * numerator) * one.table.unit // parts,
            )
            for one in self.strands
        )

    def last(self) -> Line:
        """The line that is health beyond the last tier edge upward."""
        return self._line(len(one.table.floors) for one in self.strands)

    def _line(self, reached: Iterable[int]) -> Line:
        """The line of one tier of each position, by how many floors its value has reached."""
        constant, slope = self.fixed, 0
        for one, floors in zip(self.strands, reached, strict=True):
            tier = max(floors - 1, 0)
            factor = (one.sign * one.table.unit - one.table.rates[tier]) * one.stretch
            constant += factor * one.constant + one.table.deductions[tier] * one.stretch * self.scale
            slope += factor * one.slope
        return constant, slope


def curve(ring: Ring, path: Path) -> Curve | None:
    """A ring's health along a path as a curve; None where it need not be concave.

    That is where a contract is inverse, a table jumps or is measured in size, or several assets count:
    there the segments are walked.
    """
    moving = [leg for leg in ring.fractional.legs if path.lines[leg.symbol][1]]
    if ring.holdings or not moving or not all(map(_bends_down, moving)):
        return None
    (regime,) = regimes(ring, path)
    lines = [path.lines[leg.symbol] for leg in moving]
    values = [
        (leg.size * offset if offset else ZERO, leg.size * slope)
        for leg, (offset, slope) in zip(moving, lines, strict=True)
    ]
    entries = sum((-leg.sign * leg.entry_value for leg in moving), ZERO)
    health, equity = regime.health + entries, regime.equity + entries
    scale = lcm(
        health.denominator, equity.denominator, *(part.denominator for value in values for part in value)
    )
    unit = lcm(*(leg.whole.unit for leg in moving))
    strands = tuple(
        [
            Strand(_times(constant, scale), _times(slope, scale), leg.sign, unit // leg.whole.unit, leg.whole)
            for leg, (constant, slope) in zip(moving, values, strict=True)
        ]
    )
    bare = (
        _times(equity, scale) + sum(one.sign * one.constant for one in strands),
        sum(one.sign * one.slope for one in strands),
    )
    return Curve(
        path.start, all(slope > 0 for _, slope in lines), all(offset >= 0 for offset, _ in lines),
        bare, _times(health, scale) * unit, scale, unit, strands,
    )  # fmt: skip


def _bends_down(leg: Leg) -> bool:
    smooth = leg.joined and leg.counted is None
    return smooth and not leg.is_inverse and leg.standing_size is None


def _times(number: Fraction, scale: int) -> int:
    return number.numerator * (scale // number.denominator)


def zero(on: Curve, *, up: bool) -> Fraction | None:
    """The exact price beyond the mark from which on health is zero or less; None where there is none.

    Health must be above zero at the mark. Downward the price is above zero.
    """
    line = _above(on, up=up)
    while line is not None:
        constant, slope = line
        common = gcd(constant, slope)
        numerator, denominator = -constant // common, slope // common
        if denominator < 0:
            numerator, denominator = -numerator, -denominator
        line = constant, slope = on.at(numerator, denominator)
        left = constant * denominator + slope * numerator
        invariant(left <= 0, "a line of a concave health lies nowhere below it")
        if left == 0:
            return Fraction(numerator, denominator)
    return None


def _above(on: Curve, *, up: bool) -> Line | None:
    """A line of health that falls to zero on the way, the mark's own if it does; None if none does."""
    constant, slope = on.here
    if slope < 0 if up else (slope > 0 and constant < 0):
        return on.here
    end = on.last() if up else on.at(0, 1)
    return end if (end[1] < 0 if up else end[0] < 0) else None


def equity_zero(on: Curve, *, up: bool) -> Fraction | None:
    """The exact price, at the mark or beyond, where equity is zero; None where there is none."""
    constant, slope = on.equity
    if slope == 0:
        return None
    root = Fraction(-constant, slope)
    return root if root > 0 and (root >= on.start if up else root <= on.start) else None
