"""Bound: a float64 with a radius that its exact value cannot lie outside of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction


class Undecided(ArithmeticError):
    """A branch that the radius cannot decide: the other may be right, so the exact engine must be asked."""


ULP = 2.0**-53
"""Half a unit in the last place, relative: the most one correctly rounded operation is off."""

TINY = 5e-324
"""Covers what an operation that underflows loses."""


def _up(value: float) -> float:
    return math.nextafter(value, math.inf)


@dataclass(frozen=True, slots=True)
class Bound:
    """``value`` as float64 computes it; the exact result lies within ``radius`` of it.

    Every formula run with `Bound` carries out the same float operations as the compiled formula, and
    beside them the radius, itself rounded up at every step.

    >>> total = Bound.of("0.1") + Bound.of("0.2")
    >>> abs(Fraction(total.value) - Fraction(3, 10)) <= Fraction(total.radius)
    True
    """

    value: float
    radius: float = 0.0

    @staticmethod
    def of(number: object) -> Bound:
        """The nearest float to an exact number, with its representation error."""
        exact = Fraction(str(number)) if not isinstance(number, Fraction) else number
        value = float(exact)
        error = abs(Fraction(value) - exact)
        return Bound(value, _up(float(error)) if error else 0.0)

    def _rounded(self, value: float, radius: float) -> Bound:
        return Bound(value, _up(_up(radius) + _up(abs(value) * ULP + TINY)))

    def __add__(self, other: object) -> Bound:
        o = _bound(other)
        return self._rounded(self.value + o.value, self.radius + o.radius)

    def __sub__(self, other: object) -> Bound:
        o = _bound(other)
        return self._rounded(self.value - o.value, self.radius + o.radius)

    def __mul__(self, other: object) -> Bound:
        o = _bound(other)
        spread = _up(_up(abs(self.value) * o.radius) + _up(abs(o.value) * self.radius))
        return self._rounded(self.value * o.value, _up(spread + _up(self.radius * o.radius)))

    def __truediv__(self, other: object) -> Bound:
        o = _bound(other)
        least = math.nextafter(abs(o.value) - o.radius, -math.inf)
        if least <= 0:
            return Bound(self.value / o.value if o.value else math.inf, math.inf)
        quotient = self.value / o.value
        # |x/y - X/Y| <= (dx + |X/Y| dy) / |y|, the exact |X/Y| being at most one step above ours.
        spread = _up(_up(self.radius + _up(_up(abs(quotient)) * o.radius)) / least)
        return self._rounded(quotient, _up(spread))

    def __radd__(self, other: object) -> Bound:
        return _bound(other) + self

    def __rsub__(self, other: object) -> Bound:
        return _bound(other) - self

    def __rmul__(self, other: object) -> Bound:
        return _bound(other) * self

    def __rtruediv__(self, other: object) -> Bound:
        return _bound(other) / self

    def __neg__(self) -> Bound:
        return Bound(-self.value, self.radius)

    def __abs__(self) -> Bound:
        return Bound(abs(self.value), self.radius)

    def __gt__(self, other: object) -> bool:
        return self._apart(_bound(other)) > 0

    def __lt__(self, other: object) -> bool:
        return self._apart(_bound(other)) < 0

    def _apart(self, other: Bound) -> float:
        """The sign of a difference that both radii leave standing."""
        if self.radius == other.radius == 0:
            return (self.value > other.value) - (self.value < other.value)
        difference = self - other
        if not difference.certain:
            raise Undecided(f"{self} and {other} are not told apart")
        return difference.value

    @property
    def certain(self) -> bool:
        """Whether the sign of the exact value is the sign of ``value``."""
        return abs(self.value) > self.radius


def _bound(other: object) -> Bound:
    return other if isinstance(other, Bound) else Bound.of(other)
