"""Intervals: how far a sum over days could be luck, by drawing the days again.

Amounts are whole numbers of their common unit while they are added, so that nothing is rounded and the order
of adding is nobody's affair. What happens on one day hangs together: days are drawn, never single amounts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from ringfence.domain.numbers import Number, simplest
from ringfence.mirror.detectors.statistics import CLUSTERS, DRAWS, Draw

DAY = 86_400_000
STREAM = 30
"""Of the random words, apart from those of the detectors."""
LOW, HIGH = 25, 975
"""Of a thousand draws in rising order: the bounds of 95 %."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The middle 95 % of what the drawn days come to. ``days``: of the sample."""

    low: Number
    high: Number
    days: int

    @property
    def excludes_zero(self) -> bool:
        """Whether nought, too, would be a surprise."""
        return bool(self.low > 0 or self.high < 0)


Statistic = Callable[[Sequence[int]], Fraction | None]
"""Of the summed columns of the drawn days, in units; None where it is undefined."""


def of_total(rows: Sequence[tuple[int, Number]], *, seed: int) -> Interval | None:
    """The interval of a sum of dated amounts.

    Args:
        rows: time in UTC ms, amount.
    Returns:
        None with fewer than eight days: nothing is inferred from so few.

    >>> of_total([(0, 5)], seed=1) is None
    True
    """
    unit = lcm(1, *(Fraction(amount).denominator for _, amount in rows))
    whole = [(at, (int(Fraction(amount) * unit),)) for at, amount in rows]
    return of_statistic(whole, lambda sums: Fraction(sums[0], unit), seed=seed)


def of_statistic(
    rows: Sequence[tuple[int, Sequence[int]]], statistic: Statistic, *, seed: int, draws: int = DRAWS
) -> Interval | None:
    """The interval of a statistic of summed columns, whole days drawn with replacement.

    Returns:
        None with fewer than eight days, or where more than one draw in twenty is undefined.
    """
    sums: dict[int, list[int]] = {}
    for at, columns in rows:
        own = sums.setdefault(at // DAY, [0] * len(columns))
        sums[at // DAY] = [had + one for had, one in zip(own, columns, strict=True)]
    days = [sums[day] for day in sorted(sums)]
    if len(days) < CLUSTERS:
        return None
    words = [int(one) % len(days) for one in Draw(seed, STREAM).words(draws * len(days)).tolist()]
    by_column = tuple(zip(*days, strict=True))
    found = []
    for first in range(0, len(words), len(days)):
        picks = words[first : first + len(days)]
        value = statistic([sum(column[pick] for pick in picks) for column in by_column])
        found += [] if value is None else [value]
    if len(found) * 20 < draws * 19:
        return None
    found.sort()
    low, high = found[LOW * len(found) // 1000], found[HIGH * len(found) // 1000 - 1]
    return Interval(simplest(low), simplest(high), len(days))
