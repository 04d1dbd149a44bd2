"""D5, averaging down in cross margin: additions come while losing, more often than time alone explains."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ringfence.domain.account import MarginMode
from ringfence.mirror.detectors.case import Case, day
from ringfence.mirror.detectors.past import Detected, Did, Label, Step
from ringfence.mirror.detectors.statistics import Draw, binomial_tail, bootstrap, by_day

MIN_ADDS = 15
Row = tuple[int, tuple[int, int, int, int]]


def detect(case: Case, draw: Draw) -> Detected:
    """Share of additions made while losing, less the share of holding time spent losing; null 0."""
    adds = [step for one in case.episodes for step in one.of(Did.ADD)]
    free = [s for s in adds if s.before.mode is MarginMode.CROSS and not s.rung and s.adverse is not None]
    against = [step for step in free if step.adverse]
    rows, hours, losing = _rows(case, free)
    drawn = p = None
    if len(free) >= MIN_ADDS and hours:
        drawn = bootstrap(by_day(rows), _difference, draw=draw)
        if drawn is not None:
            # Additions of one position come together, so the days have their say beside the plain count.
            p = max(binomial_tail(len(against), len(free), Fraction(losing, hours)), drawn.p)
    return Detected(
        id="D5", name="averaging down in cross", label=Label.FACTS,
        counts={
            "additions while losing": len(against), "additions": len(free), "hours held": hours,
            "hours losing": losing, "additions at a planned rung": sum(1 for s in adds if s.rung),
        },
        evidence=tuple(s.id for s in sorted(against, key=lambda s: s.at)),
        n=len(free), min_n=MIN_ADDS,
        measure="share of additions made while losing, less the share of hours spent losing",
        words=f"{len(against)} of {len(free)} additions in cross, {losing} of {hours} hours: you are losing.",
        effect=drawn.estimate if drawn else None, interval=drawn.interval if drawn else None, p=p,
        null="0: additions spread over the holding time", not_evaluated=_unknown(case, adds),
        claims=drawn is not None and drawn.interval[0] > 0,
    )  # fmt: skip


def _rows(case: Case, free: list[Step]) -> tuple[list[Row], int, int]:
    """Additions and hours held in cross, by day: losing additions, additions, losing hours, hours."""
    rows: list[Row] = [(day(s.at), (int(bool(s.adverse)), 1, 0, 0)) for s in free]
    by: dict[int, list[int]] = {}
    for one in case.episodes:
        for bar in case.bars(one):
            if bar.held.mode is MarginMode.CROSS and bar.adverse is not None:
                here = by.setdefault(day(bar.at), [0, 0])
                here[0] += bar.adverse
                here[1] += 1
    rows += [(when, (0, 0, losing, hours)) for when, (losing, hours) in by.items()]
    return rows, sum(hours for _, hours in by.values()), sum(losing for losing, _ in by.values())


def _difference(sums: Any) -> Any:
    return sums[..., 0] / sums[..., 1] - sums[..., 2] / sums[..., 3]


def _unknown(case: Case, adds: list[Step]) -> dict[str, int]:
    mode = sum(1 for s in adds if s.before.mode is None)
    losing = sum(1 for s in adds if s.before.mode is MarginMode.CROSS and not s.rung and s.adverse is None)
    said = {"the margin mode is not known": mode, "whether it was losing is not known": losing}
    return case.incomplete | {why: count for why, count in said.items() if count}
