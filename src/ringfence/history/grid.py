"""The grid of a series: where bars or payments are missing, and how the funding interval runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ringfence.history.names import HOUR, MINUTE

if TYPE_CHECKING:
    import polars as pl

FUNDING_INTERVALS = (HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR)
"""Intervals that venues pay funding at."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch without rows.

    Attributes:
        first: the first missing bar, or payment, UTC milliseconds. until: the first row after the hole.
        missing: how many rows are missing.
    """

    first: int
    until: int
    missing: int


@dataclass(frozen=True, slots=True)
class IntervalChange:
    """Funding is paid at another interval from here on.

    Attributes:
        at: the first payment at the new interval, UTC milliseconds. before, after: milliseconds.
    """

    at: int
    before: int
    after: int


def bar_holes(ts: pl.Series, step: int) -> tuple[Hole, ...]:
    """Every stretch in which bars are missing.

    Args:
        ts: rising. step: milliseconds from one bar to the next.

    >>> import polars as pl
    >>> bar_holes(pl.Series([0, 60_000, 240_000]), 60_000)
    (Hole(first=120000, until=240000, missing=2),)
    """
    if len(ts) < 2:
        return ()
    places = (ts.diff() > step).arg_true()
    return tuple(
        Hole(before + step, after, (after - before - 1) // step)
        for before, after in zip(ts.gather(places - 1), ts.gather(places), strict=True)
    )


def intervals(ts: pl.Series) -> pl.Series:
    """Milliseconds between payments, to the minute: venues stamp some a few milliseconds late.

    >>> import polars as pl
    >>> intervals(pl.Series([0, 28_800_004, 57_600_000])).to_list()
    [28800000, 28800000, 28800000]
    """
    import polars as pl

    if len(ts) < 2:
        return pl.Series("interval", [0] * len(ts), dtype=pl.Int64)
    whole = ((ts.diff() + MINUTE // 2) // MINUTE * MINUTE).cast(pl.Int64)
    return whole.fill_null(strategy="backward").alias("interval")


def funding_holes(ts: pl.Series) -> tuple[Hole, ...]:
    """Every stretch in which payments are missing: a spacing that no interval explains.

    A spacing of half as much again as usual, or more, is a hole when venues pay at no such interval, or when
    the usual one goes on behind it; else the interval has changed. A payment may come late.

    >>> import polars as pl
    >>> funding_holes(pl.Series([h * 3_600_000 for h in (0, 4, 8, 16, 20)]))
    (Hole(first=43200000, until=57600000, missing=1),)
    """
    return tuple(
        Hole(at - spacing + usual, at, max(spacing // usual - 1, 1))
        for at, spacing, usual, goes_on in _spacings(ts)
        if 2 * spacing >= 3 * usual and (spacing not in FUNDING_INTERVALS or goes_on)
    )


def interval_changes(ts: pl.Series) -> tuple[IntervalChange, ...]:
    """Where the funding interval changes and stays changed.

    >>> import polars as pl
    >>> found = interval_changes(pl.Series([h * 3_600_000 for h in (0, 4, 8, 9, 10)]))
    >>> found[0].at // 3_600_000, found[0].after // 3_600_000
    (9, 1)
    """
    holes = {hole.until for hole in funding_holes(ts)}
    known = [
        (at, gap)
        for at, gap in zip(ts[1:].to_list(), intervals(ts)[1:].to_list(), strict=True)
        if at not in holes and gap in FUNDING_INTERVALS
    ]
    return tuple(
        IntervalChange(at, before, after) for (_, before), (at, after) in pairwise(known) if before != after
    )


def _spacings(ts: pl.Series) -> Iterator[tuple[int, int, int, bool]]:
    """Where the spacing is not the usual one: the row, its spacing, the usual one, and if that goes on."""
    gaps = intervals(ts)
    known = gaps.filter(gaps.is_in(FUNDING_INTERVALS))
    if len(ts) < 2 or not len(known):
        return
    usual = int(known[0])
    times, spacings = ts.to_list(), gaps.to_list()
    for place in range(1, len(times)):
        at, spacing = times[place], spacings[place]
        if spacing == usual:
            continue
        goes_on = place + 1 < len(times) and abs(times[place + 1] - at - usual) < MINUTE
        yield at, spacing, usual, goes_on
        if spacing in FUNDING_INTERVALS and not goes_on:
            usual = spacing
