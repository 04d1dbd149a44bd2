"""How often a position is liquidated: along paths made of the instrument's own past, else by a formula.

A path is a chain of blocks of 24 real hours, drawn with a seed that follows from the data and the length
alone. The same paths serve before and after, so that a liquidation further away is never hit more often.
Everything is a product of quotients in doubles, which every machine rounds alike; the draws are whole
numbers off a counter-based generator.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number, exactly, plain, quotient, simplest
from ringfence.mirror.facts import Chance, Standing
from ringfence.mirror.measured.market import HOUR_MS, Past
from ringfence.solve.odds import barrier_odds

if TYPE_CHECKING:
    import numpy as np

PATHS = 2_000
BLOCK = 24
LEAST_STARTS = 60 * BLOCK
"""Hours that a block can start at; with fewer the past is too short to draw from."""
LONGEST = 720
"""Hours a path runs at most: 30 days."""
KEPT = 32
"""How many questions a past remembers the answer to."""
KEPT_HOURS = 168
"""Paths up to this length, of two lengths, stay in memory: 5 MB each at most."""


@dataclass(frozen=True, slots=True)
class Run:
    """How far paths run: ``hours`` at most, and until a target where there is one."""

    hours: int
    target: Decimal | None = None


def hours_of(milliseconds: int) -> int:
    """Whole hours, at least one and at most 720.

    >>> hours_of(1), hours_of(90 * 60_000)
    (1, 2)
    """
    return max(1, min(LONGEST, -(-milliseconds // HOUR_MS)))


def chance(before: Standing, after: Standing, mark: Decimal, *, run: Run, past: Past | None) -> Chance | None:
    """How often the position is liquidated before and after an intent; None where nothing can be said.

    From history where there is enough of it. Else, with a target, the driftless formula; it knows no
    time, so that without a target there is nothing.
    """
    starts = None if past is None else _starts(past)
    if past is None or starts is None or len(starts) < LEAST_STARTS:
        return None if run.target is None else _driftless(before, after, mark, run.target)
    shares = [_share_of(past, one, mark, run) for one in (before, after)]
    if shares == [None, None]:
        return None
    words = f"{PATHS:,} paths of {BLOCK}-hour blocks from {len(past.opens):,} hourly bars, this coin alone"
    return Chance(shares[0], shares[1], PATHS, "history", _until(run), words)


def _until(run: Run) -> str:
    length = f"{run.hours} h"
    return length if run.target is None else f"target {plain(run.target)} within {length}"


def _share_of(past: Past, one: Standing, mark: Decimal, run: Run) -> Number | None:
    """Hits over paths; certain where it stands liquidated already or no price liquidates it."""
    certain = _certain(one)
    if certain is not None or one.liquidation_price is None or one.side is None:
        return certain
    worst = _worst(past, one.side, mark, run)
    if worst is None:
        return None
    level = float(Fraction(one.liquidation_price) / Fraction(mark))
    hits = worst <= level if one.side is Side.LONG else worst >= level
    return quotient(Decimal(int(hits.sum())), Decimal(PATHS))


def _certain(one: Standing) -> Number | None:
    if one.contracts == 0 or one.liquidatable is None:
        return None
    if one.liquidatable is False:
        return Decimal(0)
    return Decimal(1) if one.distance == 0 else None


def _worst(past: Past, side: Side, mark: Decimal, run: Run) -> np.ndarray | None:
    """The worst price of each path, as a multiple of the first, up to the bar that touches the target."""
    goal = None if run.target is None else float(Fraction(run.target) / Fraction(mark))
    if goal is not None and (goal - 1) * side.sign <= 0:
        return None
    key = "worst", side, run.hours, goal
    if key not in past.kept:
        _forget(past, "worst", keep=KEPT)
        past.kept[key] = _extremes(past, side, run.hours, goal)
    worst: np.ndarray = past.kept[key]  # type: ignore[assignment]  # only such arrays are kept under such keys
    return worst


def _forget(past: Past, what: str, *, keep: int) -> None:
    """Make room: of what is kept under a name, the oldest goes until so many are left."""
    keys = [one for one in list(past.kept) if isinstance(one, tuple) and one[0] == what]
    for key in keys[: max(len(keys) - keep, 0)]:
        past.kept.pop(key, None)


def _extremes(past: Past, side: Side, hours: int, goal: float | None) -> np.ndarray:
    import numpy as np

    lows, highs = _paths(past, hours)
    losing, winning = (lows, highs) if side is Side.LONG else (highs, lows)
    if goal is not None:
        there = winning >= goal if side is Side.LONG else winning <= goal
        # The bar that touches the target still counts: the order inside a bar is not known.
        gone = np.zeros_like(there)
        gone[1:] = np.logical_or.accumulate(there, axis=0)[:-1]
        losing = np.where(gone, np.inf if side is Side.LONG else -np.inf, losing)
    worst: np.ndarray = losing.min(axis=0) if side is Side.LONG else losing.max(axis=0)
    return worst


def _paths(past: Past, hours: int) -> tuple[np.ndarray, np.ndarray]:
    """Low and high of every hour (rows) of every path (columns), as multiples of the price at the start.

    They depend on no price, so that the short ones are kept: the next audit asks for the same.
    """
    kept = past.kept.get(("paths", hours))
    if kept is not None:
        return kept  # type: ignore[return-value]  # only such pairs are kept under such keys
    made = _made(past, hours)
    if hours <= KEPT_HOURS:
        _forget(past, "paths", keep=1)
        past.kept["paths", hours] = made
    return made


def _made(past: Past, hours: int) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    moves, lows, highs = _ratios(past)
    rows = drawn(past, hours)
    start = np.multiply.accumulate(moves[rows], axis=0)
    start = np.concatenate([np.ones((1, PATHS)), start[:-1]])
    return start * lows[rows], start * highs[rows]


def _ratios(past: Past) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Close, low and high of each hour over the close before; the first hour has none before it."""
    import numpy as np

    before = np.concatenate([past.rows[:1, 0], past.rows[:-1, 3]]).astype(np.float64)
    return past.rows[:, 3] / before, past.rows[:, 2] / before, past.rows[:, 1] / before


def _starts(past: Past) -> np.ndarray:
    """Hours at which a block can start: it has no hole, and an hour before it."""
    import numpy as np

    if len(past.opens) < BLOCK:
        return np.zeros(0, dtype=np.int64)
    runs = np.concatenate([[0], np.cumsum(past.follows)])
    return np.nonzero(runs[BLOCK:] - runs[:-BLOCK] == BLOCK)[0]


def drawn(past: Past, hours: int) -> np.ndarray:
    """Which hour of the past stands at each hour (rows) of each path (columns)."""
    import numpy as np

    starts, blocks = _starts(past), -(-hours // BLOCK)
    text = f"ringfence paths 1|{past.digest}|{hours}|{PATHS}|{BLOCK}"
    key = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    raw = np.random.Philox(key=key).random_raw(blocks * PATHS)
    first = starts[raw % np.uint64(len(starts))].reshape(blocks, 1, PATHS)
    rows: np.ndarray = (first + np.arange(BLOCK).reshape(1, BLOCK, 1)).reshape(blocks * BLOCK, PATHS)
    return rows[:hours]


@exactly
def _driftless(before: Standing, after: Standing, mark: Decimal, target: Decimal) -> Chance | None:
    found = [_barrier(one, mark, target) for one in (before, after)]
    if found == [None, None]:
        return None
    words = "a price that drifts neither way, without time, fees or gaps"
    return Chance(found[0], found[1], None, "driftless", f"target {plain(target)}", words)


def _barrier(one: Standing, mark: Decimal, target: Decimal) -> Number | None:
    certain = _certain(one)
    if certain is not None or one.threshold is None or one.side is None:
        return certain
    if (target - mark) * one.side.sign <= 0:
        return None
    odds = barrier_odds(price=mark, liquidation=Fraction(one.threshold), target=target)
    return simplest(odds.liquidation_first)
