"""Marks asked by time: the last one, how far an hour usually moves, whether a position is losing for real."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from functools import wraps
from itertools import accumulate, pairwise
from typing import ParamSpec, TypeVar

from ringfence.domain.account import Side
from ringfence.mirror.detectors.past import Hourly

HOUR = 3_600_000
DAY = 24 * HOUR
STALE = 2 * HOUR
ATR_HOURS = 14
WEEK = 168
LONG = Context(prec=60, rounding=ROUND_HALF_EVEN)
"""Average prices and shares of a margin have no finite decimal form; sixty digits are far below any tick."""

P = ParamSpec("P")
R = TypeVar("R")


def widely(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function under `LONG`, whatever context the caller has."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(LONG):
            return function(*args, **kwargs)

    return inner


class Tape:
    """The marks of one symbol. Immutable after it is made."""

    def __init__(self, marks: Hourly) -> None:
        self.times = marks.times
        self.closes = marks.closes
        moves = (abs(after - before) for before, after in pairwise(marks.closes))
        self._moved = tuple(accumulate(moves, initial=Decimal(0)))

    def price(self, at: int) -> Decimal | None:
        """The last close at or before ``at``; None where the last one is more than two hours old."""
        index = bisect_right(self.times, at) - 1
        return None if index < 0 or at - self.times[index] > STALE else self.closes[index]

    def moved(self, at: int, hours: int) -> Decimal | None:
        """Sum of the absolute hourly moves over the last ``hours`` closes; None: fewer, or with a gap."""
        index = bisect_right(self.times, at) - 1
        first = index - hours
        if first < 0 or self.times[index] - self.times[first] > 2 * hours * HOUR:
            return None
        return self._moved[index] - self._moved[first]

    def between(self, since: int, until: int) -> Iterator[tuple[int, Decimal]]:
        """The closes after ``since`` and before ``until``."""
        first, last = bisect_right(self.times, since), bisect_right(self.times, until - 1)
        return zip(self.times[first:last], self.closes[first:last], strict=True)

    def adverse(self, side: Side, entry: Decimal, price: Decimal, at: int) -> bool | None:
        """Losing by at least a tenth of what an hour moves; None: what an hour moves is not known.

        What an hour moves is the mean absolute change of the last 14 hourly closes, since a history of
        closes has no true range; the spread of the past is not known, so it takes no part.
        """
        lost = (entry - price) * side.sign
        if lost <= 0:
            return False
        moved = self.moved(at, ATR_HOURS)
        return None if moved is None else 10 * ATR_HOURS * lost >= moved


EMPTY = Tape(Hourly((), ()))


def tapes(marks: Mapping[str, Hourly]) -> dict[str, Tape]:
    """One tape a symbol."""
    return {symbol: Tape(one) for symbol, one in marks.items()}
