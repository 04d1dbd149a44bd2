"""D4, goalposts: a stop or an invalidation moved away while losing."""

from __future__ import annotations

from fractions import Fraction

from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.past import Detected, Did, Episode, Label
from ringfence.mirror.detectors.statistics import Draw, binomial_tail, wilson

MIN_EPISODES = 10
MIN_EVENTS = 3
USUAL = Fraction(1, 10)
"""The share of losing positions whose stop may be moved away before it is called a habit; as for D1."""


def underwater_with_stop(case: Case, one: Episode) -> bool | None:
    """Whether it was losing for real while a stop or an invalidation stood; None: not known."""
    placed = [step.at for step in one.of(Did.STOP, Did.INVALIDATION) if step.new is not None]
    if one.planned_risk is not None:
        placed.append(one.opened)
    if not placed:
        return False
    if any(step.widened for step in one.steps):
        return True
    bars = [bar.adverse for bar in case.bars(one) if bar.at >= min(placed)]
    seen = [
        *bars,
        *(step.adverse for step in one.steps if step.at >= min(placed) and step.did is not Did.OPEN),
    ]
    if any(seen):
        return True
    return None if None in seen or not seen else False


def detect(case: Case, draw: Draw) -> Detected:  # noqa: ARG001  (counts need no draws)
    """How many losing positions with a stop had it moved away: from three, and a bound above a tenth."""
    judged = [(one, underwater_with_stop(case, one)) for one in case.episodes if one.steps]
    under = [one for one, seen in judged if seen]
    widened = [one for one in under if any(step.widened for step in one.steps)]
    cut = [step for one, _ in judged for step in one.steps if step.cut]
    edits = _edited(case)
    k, n = len(widened), len(under)
    enough = n >= MIN_EPISODES
    interval = wilson(k, n) if enough else None
    moves = sorted((s.at, s.id) for one in widened for s in one.steps if s.widened)
    further = [ratio for one in widened if (ratio := _further(one)) is not None]
    unknown = sum(1 for _, seen in judged if seen is None)
    return Detected(
        id="D4", name="goalposts", label=Label.FACTS,
        counts={
            "losing positions with a stop": n, "stop moved away": k, "moves away": len(moves),
            "targets cut while in profit": len(cut), "plans edited under water": len(edits),
        },
        evidence=(*(name for _, name in moves), *(step.id for step in cut), *edits),
        n=n, min_n=MIN_EPISODES, measure="share of losing positions whose stop was moved away",
        words=f"{k} of {n} losing positions with a stop: you move the stop away while it loses.",
        effect=k / n if n else None, interval=interval,
        p=binomial_tail(k, n, USUAL) if enough else None, null="a share of 0.10",
        not_evaluated=case.incomplete | ({"whether it was losing is not known": unknown} if unknown else {}),
        extra={"mean widening of the stop": float(sum(further) / len(further)) - 1} if further else {},
        claims=interval is not None and k >= MIN_EVENTS and interval[0] > float(USUAL),
    )  # fmt: skip


def _edited(case: Case) -> list[str]:
    """Versions of plans written while their position was losing, in order."""
    rows = [
        (plan.created_ms, f"{plan.plan_id}#{plan.version}")
        for plan in case.past.plans
        if plan.edited_underwater
    ]
    return [name for _, name in sorted(rows)]


def _further(one: Episode) -> Fraction | None:
    """How far the last stop stood from the entry, over how far the first one did."""
    moved = [step for step in one.steps if step.widened and step.did is Did.STOP]
    if not moved or moved[0].old is None or moved[-1].new is None:
        return None
    entry, first, last = moved[0].before.entry, moved[0].old, moved[-1].new
    return Fraction(abs(last - entry)) / Fraction(abs(first - entry)) if first != entry else None
