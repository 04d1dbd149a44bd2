"""Y-01 to Y-05: from cross to isolated."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Severity, Topic
from ringfence.mirror.rules.general import on_arrival
from ringfence.mirror.rules.margin_removed import hours_left
from ringfence.mirror.rules.risk import LEVEL_READS, level_first, level_stands
from ringfence.mirror.rules.rule import Missing, Said, allow, caution, rule
from ringfence.mirror.rules.shared import closed_if_unknown, or_unknown, partner_symbol, q, stands_after
from ringfence.mirror.thresholds import Thresholds

SWITCHING = frozenset({Action.SWITCH_TO_ISOLATED})


@rule(
    id="Y-01", title="Liquidated at once", actions=SWITCHING,
    reads=("after.ring_equity", "after.ring_maintenance"),
    condition="as G-05: the fence's equity is at most its maintenance", asks="block", topic=Topic.MONEY,
    basis="the venue's liquidation rule (B40)", when=stands_after, same_as="G-05", closes=closed_if_unknown,
    fixed=True, partial=True,
)  # fmt: skip
def at_once(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """The new fence is too small for this mark."""
    return on_arrival.judge(facts, limits)


@rule(
    id="Y-02", title="Few hours of movement left", actions=SWITCHING, topic=Topic.DISTANCE,
    when=stands_after, reads=("after.distance", "market.sigma_hour"),
    condition="the distance after is below {hours_left_pause}, or {hours_left}, hourly deviations",
    asks="pause, or caution", basis="arithmetic; margin calls on perpetuals (Cheng et al. 2021)",
)  # fmt: skip
def few_hours(facts: Facts, limits: Thresholds) -> Said | None:
    """How much ordinary movement the fence bears."""
    return hours_left(facts, limits)


@rule(
    id="Y-03", title="Liquidated before wrong", actions=SWITCHING, reads=LEVEL_READS, topic=Topic.DISTANCE,
    condition="as G-09, by the switch", asks="pause", basis="as G-09", worse="ahead", when=level_stands,
    same_as="G-09",
)  # fmt: skip
def past_level(facts: Facts, limits: Thresholds) -> Said | None:
    """The fence ends before the level."""
    return level_first(facts, limits)


@rule(
    id="Y-04", title="A pair is split", actions=SWITCHING, reads=("side", "market.correlation"),
    topic=Topic.MONEY,
    condition="an opposite leg with a correlation of at least {pair_correlation} stays in the pool",
    asks="caution", basis="what one leg gains no longer holds the other (B24)",
    when=lambda facts: facts.side is None or opposite_in_pool(facts),
)  # fmt: skip
def split(facts: Facts, limits: Thresholds) -> Said | None:
    """The other leg stops supporting this one."""
    if not opposite_in_pool(facts) or q(facts.market.correlation) < q(limits.pair_correlation):
        return None
    return caution(correlation=q(facts.market.correlation), partner=facts.market.partner)


def opposite_in_pool(facts: Facts) -> bool:
    """Whether the other leg that correlations are known for stands in the pool on the other side."""
    return any(
        one.symbol == partner_symbol(facts) and one.side is not facts.side and one.in_pool
        for one in facts.before.others
    )


@rule(
    id="Y-05", title="A cap", actions=SWITCHING, reads=("after.at_risk",), condition="none of Y-01 to Y-04",
    asks="allow", basis="arithmetic (A02)", topic=Topic.MONEY, when=stands_after,
)  # fmt: skip
def cap(facts: Facts, limits: Thresholds) -> Said | None:
    """What the idea can cost from here."""
    found = [one(facts, limits) for one in (at_once, few_hours, past_level, split)]
    if any(one is not None and (one.severity or Severity.ALLOW) > Severity.ALLOW for one in found):
        return None
    return allow(risk_after=facts.after.at_risk, risk_before=or_unknown(facts.before.at_risk))


RULES = (at_once, few_hours, past_level, split, cap)
