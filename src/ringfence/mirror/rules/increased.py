"""I-01 to I-07: adding to a position."""

from __future__ import annotations

from typing import Any

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.risk import LEVEL_READS, level_first, level_stands
from ringfence.mirror.rules.rule import Missing, Said, allow, long_pause, pause, rule
from ringfence.mirror.rules.shared import (
    at,
    breach_time,
    breached,
    cross,
    or_unknown,
    own_level,
    prewritten,
    q,
    rung_planned,
)
from ringfence.mirror.thresholds import Thresholds

ADDING = frozenset({Action.INCREASE})


def off_ladder(facts: Facts) -> bool | None:
    """Whether a losing position is added to, and no prewritten plan says so."""
    return False if rung_planned(facts) else facts.adverse


def _moved(facts: Facts) -> dict[str, Any]:
    return {
        "average_before": or_unknown(facts.before.entry_price),
        "average_after": or_unknown(facts.after.entry_price),
        "liquidation_before": at(facts.before),
        "liquidation_after": at(facts.after),
    }


def off_ladder_in_cross(facts: Facts) -> bool | None:
    """The same, and the pool pays for it."""
    if facts.after.mode is not None and not cross(facts.after):
        return False
    return off_ladder(facts)


@rule(
    id="I-01", title="Adding to a losing idea", actions=ADDING, reads=("adverse",), topic=Topic.DISTANCE,
    condition="the position is adverse, and the addition is no rung of a prewritten plan in its zone",
    asks="pause", basis="losers are about 1.5 times likelier to be added to (Odean)", when=off_ladder,
)  # fmt: skip
def losing_add(facts: Facts, _: Thresholds) -> Said | None:
    """Averaging down that nobody planned."""
    return pause(**_moved(facts))


@rule(
    id="I-02", title="Adding to a losing idea in cross", actions=ADDING, reads=("adverse", "after.mode"),
    condition="as I-01, in cross", asks="level 3", topic=Topic.DISTANCE,
    basis="the pool pays for it: one unit more took the distance from 13.36 to 6.43 % (I02)",
    when=off_ladder_in_cross,
)  # fmt: skip
def losing_add_in_cross(facts: Facts, _: Thresholds) -> Said | None:
    """The same, with the whole pool behind it."""
    before, after = facts.before, facts.after
    return long_pause(
        distance_before=or_unknown(before.distance),
        distance_after=or_unknown(after.distance),
        leverage_before=or_unknown(before.effective_leverage),
        leverage_after=or_unknown(after.effective_leverage),
    )


@rule(
    id="I-03", title="Ladder used up", actions=ADDING, reads=("plan",), partial=True, topic=Topic.MONEY,
    worse="used", condition="the prewritten plan has a ladder, and all its rungs are filled",
    asks="level 3", basis="a budget that is passed is no budget (Sleesman et al.)", when=prewritten,
)  # fmt: skip
def ladder_used(facts: Facts, _: Thresholds) -> Said | None:
    """One more than the plan had."""
    plan = facts.plan
    if plan is None or not plan.plan.ladder or plan.rungs_used < len(plan.plan.ladder):
        return None
    return long_pause(rungs=len(plan.plan.ladder), used=plan.rungs_used + 1)


@rule(
    id="I-04", title="Liquidated before wrong", actions=ADDING, reads=LEVEL_READS, topic=Topic.DISTANCE,
    condition="as G-09, by the addition", asks="pause", basis="as G-09", worse="ahead", when=level_stands,
    same_as="G-09",
)  # fmt: skip
def add_past_level(facts: Facts, limits: Thresholds) -> Said | None:
    """The addition brings liquidation before the level."""
    return level_first(facts, limits)


@rule(
    id="I-05", title="More than the first risk", actions=ADDING, topic=Topic.MONEY, worse="loss",
    reads=("after.loss_at_invalidation", "episode.planned_risk"),
    condition="the loss at the invalidation after is above the risk the idea was opened with", asks="pause",
    basis="loss plans are left (Heimer et al.)",
)  # fmt: skip
def above_first_risk(facts: Facts, _: Thresholds) -> Said | None:
    """Being wrong now costs more than was planned at the start."""
    loss, planned = facts.after.loss_at_invalidation, facts.episode.planned_risk
    return pause(loss=loss, planned=planned) if q(loss) > q(planned) else None


def told_breach(facts: Facts) -> Said:
    """The level was passed: which one, and when."""
    return long_pause(level=or_unknown(own_level(facts)), since=breach_time(facts))


@rule(
    id="I-06", title="Past the own level", actions=ADDING, reads=("side", "market.mark", "invalidation"),
    partial=True, condition="the invalidation that was in force has been passed", asks="level 3",
    topic=Topic.MONEY, basis="the own sentence came true (A09)", when=breached,
)  # fmt: skip
def add_past_own_level(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """An idea that was to be wrong here gets more."""
    return Missing(("invalidation",)) if breached(facts) is None else told_breach(facts)


@rule(
    id="I-07", title="A planned rung", actions=ADDING, reads=("plan",), partial=True, when=rung_planned,
    condition="a rung of a prewritten plan, with the price in its zone", asks="allow",
    basis="plans work when they are contingent (Sheeran et al. 2024)",
)  # fmt: skip
def planned_rung(facts: Facts, _: Thresholds) -> Said | None:
    """As it was written."""
    plan = facts.plan
    return None if plan is None else allow(rung=plan.rung, rungs=max(len(plan.plan.ladder), plan.rung or 0))


RULES = (
    losing_add, losing_add_in_cross, ladder_used, add_past_level, above_first_risk, add_past_own_level,
    planned_rung,
)  # fmt: skip
