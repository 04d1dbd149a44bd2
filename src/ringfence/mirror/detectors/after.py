"""What follows a close: the pieces D2, D3 and D6 share."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from ringfence.mirror.detectors.case import Case, day
from ringfence.mirror.detectors.episodes import written_before
from ringfence.mirror.detectors.past import Episode


def unplanned_opens(case: Case) -> dict[str, list[Episode]]:
    """By account, episodes that no plan written beforehand covers, in order."""
    out: dict[str, list[Episode]] = {}
    for one in case.episodes:
        if one.plan is None or not written_before(one.plan, one.opened):
            out.setdefault(one.account_id, []).append(one)
    return out


def opened_after(opens: Sequence[Episode], close: Episode, within: int) -> Sequence[Episode]:
    """Episodes opened from a close on, for so long; the closed one itself is not among them."""
    times = [one.opened for one in opens]
    at = close.closed or 0
    first, last = bisect_left(times, at), bisect_right(times, at + within)
    return [one for one in opens[first:last] if one.number != close.number]


def days_of(closes: Sequence[Episode]) -> list[int]:
    """The UTC day of each close."""
    return [day(one.closed or 0) for one in closes]


def smoothed_ratio(a: Any, n: Any, b: Any, m: Any) -> Any:
    """A ratio of two shares that stays finite when one is zero: half an event more on each side."""
    return ((a + 0.5) / (n + 1)) / ((b + 0.5) / (m + 1))
