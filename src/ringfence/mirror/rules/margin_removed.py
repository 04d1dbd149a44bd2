"""RM-01 to RM-03: margin out of a fence; and of a withdrawal that positions stand on (T-06)."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.opened import removed_before
from ringfence.mirror.rules.risk import LEVEL_READS, level_first, level_stands
from ringfence.mirror.rules.rule import Said, allow, caution, pause, rule
from ringfence.mirror.rules.shared import outflow, q, stands_after
from ringfence.mirror.thresholds import Thresholds

TAKING = frozenset({Action.REMOVE_MARGIN, Action.TRANSFER})


def takes(facts: Facts) -> bool:
    """Margin out of a fence, or money out of a pool that is used (or may be)."""
    if facts.intent.action is Action.REMOVE_MARGIN:
        return True
    return outflow(facts) and facts.pool_used is not False


@rule(
    id="RM-01", title="Liquidated before wrong", actions=TAKING, reads=LEVEL_READS, topic=Topic.DISTANCE,
    condition="as G-09, by what is taken out", asks="pause", basis="as G-09", worse="ahead", same_as="G-09",
    when=lambda facts: level_stands(facts) if takes(facts) else False,
)  # fmt: skip
def past_level(facts: Facts, limits: Thresholds) -> Said | None:
    """What is taken out brings liquidation before the level."""
    return level_first(facts, limits)


def hours_left(facts: Facts, limits: Thresholds) -> Said | None:
    """The distance to liquidation in hourly deviations; both are known, or there is no liquidation price."""
    distance, sigma = facts.after.distance, facts.market.sigma_hour
    if distance is None or q(distance) >= limits.hours_left * q(sigma):
        return None
    hours = q(distance) / q(sigma)
    heavy = q(distance) < limits.hours_left_pause * q(sigma)
    most = limits.hours_left_pause if heavy else limits.hours_left
    return (pause if heavy else caution)(hours=hours, distance=distance, sigma=sigma, most=most)


@rule(
    id="RM-02", title="Few hours of movement left", actions=TAKING, topic=Topic.DISTANCE,
    reads=("after.distance", "market.sigma_hour"),
    condition="the distance after is below {hours_left}, or {hours_left_pause}, hourly deviations",
    asks="caution, or pause", basis="margin calls on perpetuals (Cheng et al. 2021)",
    when=lambda facts: takes(facts) and stands_after(facts),
)  # fmt: skip
def few_hours(facts: Facts, limits: Thresholds) -> Said | None:
    """How much ordinary movement is left."""
    return hours_left(facts, limits)


@rule(
    id="RM-03", title="Taken out, then opened", actions=frozenset({Action.OPEN, Action.INCREASE}),
    reads=("history.margin_removed_ms",),
    condition="margin was taken out of another fence at most {pair_ms} ms ago",
    asks="rules O judge it, by the account's leverage", basis="no study: two steps of one decision",
)  # fmt: skip
def taken_then_opened(facts: Facts, limits: Thresholds) -> Said | None:
    """Two steps that are one increase of the account."""
    return allow(since=facts.history.margin_removed_ms) if removed_before(facts, limits) else None


RULES = (past_level, few_hours, taken_then_opened)
