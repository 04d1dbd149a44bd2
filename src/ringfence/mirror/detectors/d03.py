"""D3, loss-chasing size: more at risk in the position after a loss than in the one after a win.

Both are compared within a day, so the equity that the day began with falls out of the difference of
logarithms. Equity at each open would not do: a loss makes it smaller, and the same position afterwards would
count as a larger risk although nobody asked for more.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ringfence.mirror.detectors.case import Case, day
from ringfence.mirror.detectors.past import Detected, Episode, Label
from ringfence.mirror.detectors.statistics import (
    UNIT,
    Draw,
    Resampled,
    bootstrap,
    log_units,
    permuted,
    spearman,
)

MIN_SIDE = 20
LEAST = 0.05
"""A smaller rise, about five per cent, can come from how risk is measured, and claims nothing."""
PLANNED = Decimal("0.8")
"""Share of positions whose risk was planned, from which planned risk is the measure for all of them."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A closed position and the next one that was opened on the same UTC day."""

    day: int
    lost: bool
    risk: int
    """Logarithm of the later one's risk, in billionths."""
    rise: int | None
    """Less the logarithm of the earlier one's."""
    in_r: Decimal | None
    later: Episode


def risks(case: Case) -> tuple[dict[int, Decimal], str]:
    """What each position put at risk when it was opened, and which measure it is: one for the whole past."""
    planned = [one for one in case.episodes if one.planned_risk]
    by_plan = bool(case.episodes) and len(planned) >= PLANNED * len(case.episodes)
    amounts = {one.number: one.planned_risk if by_plan else case.hour_at_risk(one) for one in case.episodes}
    measure = "planned loss" if by_plan else "what a usual hour moves the position"
    return {number: amount for number, amount in amounts.items() if amount}, measure


def pairs(case: Case, risk: dict[int, Decimal]) -> list[Pair]:
    """Every position opened on the day on which the one before it was closed."""
    closed: dict[str, list[Episode]] = {}
    for one in sorted(case.cut.episodes, key=lambda one: (one.closed or 0, one.number)):
        if one.closed is not None:
            closed.setdefault(one.account_id, []).append(one)
    out = [
        pair
        for later in case.episodes
        if later.number in risk
        and (last := _before(closed.get(later.account_id, []), later)) is not None
        and (pair := _pair(case, last, later, risk)) is not None
    ]
    return sorted(out, key=lambda pair: (pair.day, pair.later.number))


def _before(closed: Sequence[Episode], later: Episode) -> Episode | None:
    """The last one closed by the time the later one is opened."""
    index = bisect_right(closed, later.opened, key=lambda one: one.closed or 0)
    earlier = [one for one in closed[max(index - 2, 0) : index] if one.number != later.number]
    return earlier[-1] if earlier else None


def _pair(case: Case, last: Episode, later: Episode, risk: dict[int, Decimal]) -> Pair | None:
    """The two as a pair, where they share a day and the earlier one clearly won or lost."""
    when = day(later.opened)
    if not last.complete or day(last.closed or 0) != when or not (case.won(last) or case.lost(last)):
        return None
    here = log_units(risk[later.number])
    rise = here - log_units(risk[last.number]) if last.number in risk else None
    return Pair(when, case.lost(last), here, rise, case.in_r(last), later)


def by_days(rows: Sequence[Pair]) -> Any:
    """Per day: the difference of the two means and its weight; days with only one kind weigh nothing."""
    import numpy as np

    days = sorted({pair.day for pair in rows})
    sums = np.zeros((len(days), 2), dtype=np.int64)
    for index, when in enumerate(days):
        lost = [pair.risk for pair in rows if pair.day == when and pair.lost]
        won = [pair.risk for pair in rows if pair.day == when and not pair.lost]
        if lost and won:
            # n m / (n + m) times the difference of the means, over a common denominator that stays whole
            top = sum(lost) * len(won) - sum(won) * len(lost)
            sums[index] = (
                top // (len(lost) + len(won)),
                (len(lost) * len(won) * 1000) // (len(lost) + len(won)),
            )
    return sums


def _mean(sums: Any) -> Any:
    return sums[..., 0] * 1000 / sums[..., 1] / UNIT


def infer(rows: Sequence[Pair], draw: Draw) -> tuple[Resampled | None, float | None]:
    """The difference with its interval, and its chance; rows by day."""
    drawn = bootstrap(by_days(rows), _mean, draw=draw)
    if drawn is None:
        return None, None
    flags = [pair.lost for pair in rows]
    return drawn, permuted([pair.day for pair in rows], flags, _after_loss(rows), draw=draw)


def detect(case: Case, draw: Draw) -> Detected:
    """Mean log risk after a loss less that after a win, within days; null 0 by shuffling within days."""
    risk, measure = risks(case)
    rows = pairs(case, risk)
    lost, won = [p for p in rows if p.lost], [p for p in rows if not p.lost]
    drawn, p = infer(rows, draw) if min(len(lost), len(won)) >= MIN_SIDE else (None, None)
    rises = [(r.in_r, r.rise) for r in lost if r.in_r is not None and r.rise is not None]
    rank = spearman([int(-a * UNIT) for a, _ in rises], [b for _, b in rises]) if len(rises) > 2 else None
    unknown = len(case.episodes) - len(risk)
    larger = sum(1 for r in lost if r.rise is not None and r.rise > 0)
    return Detected(
        id="D3", name="loss-chasing size", label=Label.FACTS,
        counts={"after a loss": len(lost), "after a win": len(won), "larger after a loss": larger},
        evidence=tuple(r.later.steps[0].id for r in lost if r.rise is not None and r.rise > 0),
        n=min(len(lost), len(won)), min_n=MIN_SIDE,
        measure=f"difference of the mean log of {measure}, within days",
        words=f"{larger} of {len(lost)} positions you open after a loss on the same day carry more risk.",
        effect=drawn.estimate if drawn else None, interval=drawn.interval if drawn else None, p=p,
        null="0: losses and wins shuffled within their days",
        not_evaluated=case.incomplete | ({"risk is not known": unknown} if unknown else {}),
        extra={} if rank is None else {"rank correlation of the loss in R with the rise in risk": rank},
        claims=drawn is not None and drawn.interval[0] > 0,
        small=drawn is not None and drawn.estimate < LEAST,
    )  # fmt: skip


def _after_loss(rows: Sequence[Pair]) -> Any:
    """The sum over days of what is at risk after losses, less what chance would put there."""
    import numpy as np

    means: dict[int, int] = {}
    for when in {pair.day for pair in rows}:
        here = [pair.risk for pair in rows if pair.day == when]
        means[when] = sum(here) // len(here)
    centred = np.asarray([pair.risk - means[pair.day] for pair in rows], dtype=np.int64)
    return lambda flags: (flags * centred).sum(axis=-1)
