"""Axes of a chart: round ticks, and amounts onto the drawing, in decimals throughout."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a drawing: ``low`` to ``high`` in the data, ``start`` to ``end`` as drawn.

    >>> Axis(Decimal(0), Decimal(100), Decimal(50), Decimal(250)).at(Decimal(25))
    Decimal('100.0')
    """

    low: Decimal
    high: Decimal
    start: Decimal
    end: Decimal

    def at(self, value: Decimal) -> Decimal:
        """Where a value is drawn, to a tenth of a unit."""
        span = self.high - self.low or Decimal(1)
        return (self.start + (value - self.low) * (self.end - self.start) / span).quantize(TENTH)

    def ticks(self, most: int = 7) -> list[Decimal]:
        """Round values between both ends, at most ``most`` of them.

        >>> [str(tick) for tick in Axis(Decimal("-0.6"), Decimal("0.6"), Decimal(0), Decimal(1)).ticks()]
        ['-0.6', '-0.4', '-0.2', '0.0', '0.2', '0.4', '0.6']
        """
        step = _step((self.high - self.low) / (most - 1))
        first = -int(-self.low // step) if self.low <= 0 else int(-(-self.low // step))
        found, number = [], first
        while number * step <= self.high:
            if number * step >= self.low:
                found.append(number * step)
            number += 1
        return found


def _step(least: Decimal) -> Decimal:
    """The smallest of 1, 2, 5 times a power of ten that is not below ``least``."""
    if least <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(least.adjusted())
    return next(factor * power for factor in map(Decimal, (1, 2, 5, 10)) if factor * power >= least)
