"""D8, mode flip under drawdown: isolated becomes cross while the position loses."""

from __future__ import annotations

from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.episodes import written_before
from ringfence.mirror.detectors.past import Detected, Did, Episode, Label, Step
from ringfence.mirror.detectors.statistics import Draw, binomial_tail, wilson

MIN_FLIPS = 5


def detect(case: Case, draw: Draw) -> Detected:  # noqa: ARG001  (an exact test needs no draws)
    """How many flips come while losing, against the share of isolated holding time spent losing."""
    flips = [(one, step) for one in case.episodes for step in one.of(Did.TO_CROSS, Did.REOPENED_CROSS)]
    planned = [step for one, step in flips if _planned(one)]
    free = [step for one, step in flips if not _planned(one) and step.adverse is not None]
    against = [step for step in free if step.adverse]
    hours, losing = _hours(case)
    k, n = len(against), len(free)
    enough = n >= MIN_FLIPS and hours > 0
    interval = wilson(k, n) if enough else None
    share = Fraction(losing, hours) if hours else None
    unknown = len(flips) - len(planned) - n
    return Detected(
        id="D8", name="mode flip under drawdown", label=Label.FACTS,
        counts={
            "flips while losing": k, "flips": n, "of them closed and reopened": _reopened(free),
            "planned flips": len(planned), "isolated hours": hours, "isolated hours losing": losing,
        },
        evidence=tuple(step.id for step in sorted(against, key=lambda s: s.at)),
        n=n, min_n=MIN_FLIPS, measure="share of flips to cross made while losing",
        words=f"{k} of {n} switches to cross come while you lose; {losing} of {hours} isolated hours do.",
        effect=k / n if n else None, interval=interval,
        p=binomial_tail(k, n, share) if enough and share is not None else None,
        null="" if share is None else f"a share of {float(share):.4f}: the isolated hours spent losing",
        not_evaluated=case.incomplete | ({"whether it was losing is not known": unknown} if unknown else {}),
        claims=interval is not None and share is not None and interval[0] > float(share),
    )  # fmt: skip


def _planned(one: Episode) -> bool:
    """Whether a plan written beforehand allows the switch."""
    plan = one.plan
    return plan is not None and plan.mode_switch.allowed and written_before(plan, one.opened)


def _reopened(steps: list[Step]) -> int:
    return sum(1 for step in steps if step.did is Did.REOPENED_CROSS)


def _hours(case: Case) -> tuple[int, int]:
    """Hours held in isolated margin, and those of them spent losing."""
    seen = [
        bool(bar.adverse)
        for one in case.episodes
        for bar in case.bars(one)
        if bar.held.mode is MarginMode.ISOLATED and bar.adverse is not None
    ]
    return len(seen), sum(seen)
