"""Traders whose habits are known because they were put there; one position at a time, five or so a day."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

from ringfence.mirror.detectors.past import Hourly, Past
from tests.mirror.detectors.histories import CROSS, HOUR, ISOLATED, Story, d, walk


@dataclass(frozen=True)
class Habits:
    """What a trader does. Without arguments: nothing that any detector should find.

    ``soon``: chance to be back within 15 minutes, after a loss and after a win. ``chase``: size after a loss.
    ``creep``: growth of the size per position. ``extra``: positions squeezed in after a loss. ``hazards``:
    chance per hour to close, in gain and in loss. ``barriers``: close at these returns instead.
    """

    soon: tuple[float, float] = (0.2, 0.2)
    chase: float = 1.0
    creep: float = 1.0
    extra: int = 0
    hazards: tuple[float, float] = (0.5, 0.5)
    barriers: tuple[float, float] | None = None
    preplaced: bool | None = False
    trades: int = 5
    spread: float = 0.3
    equity_share: float = 0.2


def trader(seed: int, days: int, habits: Habits) -> Past:
    """A past of so many days."""
    rng = random.Random(seed)
    marks = walk(seed + 1, 24 * (days + 10))
    story = Story()
    wallet, size, closed = 100_000.0, habits.equity_share, 0.0
    for day in range(8, days + 8):
        at, lost, left = max(day * 24 + rng.uniform(0, 4), closed + 0.5), False, habits.trades
        while left > 0 and at < day * 24 + 20:
            left -= 1
            stake = (
                wallet * size * (habits.chase if lost else 1.0) * 2.718281828 ** rng.gauss(0, habits.spread)
            )
            gained, closed = _position((story, rng, marks), at, habits, stake)
            wallet += gained
            lost = gained < 0
            size *= habits.creep
            quick = rng.random() < habits.soon[0 if lost else 1]
            at = closed + (rng.uniform(0.02, 0.2) if quick else rng.uniform(0.3, 1.5))
            for _ in range(habits.extra if lost else 0):
                _, closed = _position((story, rng, marks), at, habits, wallet * size, hours=0.3)
                at = closed + rng.uniform(0.26, 0.3)
    return story.past(marks, wallet=100_000)


def _position(
    told: tuple[Story, random.Random, Hourly], at: float, habits: Habits, stake: float, hours: float = 0
) -> tuple[float, float]:
    """One position from open to close; profit and the hour it ended."""
    story, rng, marks = told
    sign = rng.choice((1, -1))
    entry = _mark(marks, at)
    contracts = d(round(stake / float(entry), 3)) or d("0.001")
    end, price = (at + hours, _mark(marks, at + hours)) if hours else _exit(rng, marks, at, sign, habits)
    mode = CROSS if sign > 0 else ISOLATED
    story.fill(at, sign * contracts, entry, margin_mode=mode, leverage=d(10))
    story.fill(end, -sign * contracts, price, preplaced=habits.preplaced)
    return float((price - entry) * contracts * sign), end


def _exit(rng: random.Random, marks: Hourly, at: float, sign: int, habits: Habits) -> tuple[float, Decimal]:
    """When and where a position ends: by chance an hour, or at the first mark beyond a barrier."""
    entry, hour = _mark(marks, at), int(at) + 1
    while hour < len(marks.closes) - 1:
        price = marks.closes[hour]
        gain = float((price - entry) / entry) * sign
        if habits.barriers is not None:
            done = gain >= habits.barriers[0] or gain <= -habits.barriers[1]
        else:
            done = rng.random() < habits.hazards[0 if gain > 0 else 1]
        if done:
            return (hour * HOUR + 500) / HOUR, price
        hour += 1
    return hour, marks.closes[hour]


def _mark(marks: Hourly, at: float) -> Decimal:
    return marks.closes[int(at)]
