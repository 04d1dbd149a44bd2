"""X-01 to X-06: from isolated to cross, by the switch or by closing and opening again."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.rule import Missing, Said, allow, block, caution, long_pause, rule
from ringfence.mirror.rules.shared import (
    at,
    breach_time,
    breached,
    cross,
    cross_planned,
    flat,
    or_unknown,
    own_level,
    switch_planned,
)
from ringfence.mirror.rules.words import money
from ringfence.mirror.thresholds import Thresholds

SWITCHING = frozenset({Action.SWITCH_TO_CROSS})


def switches(facts: Facts) -> bool:
    """Whether a position is moved into the pool."""
    return not flat(facts.before)


def _three(facts: Facts) -> Said:
    """The odds of liquidation and what it then costs; the odds only where they are known."""
    chance, before, after = facts.chance, facts.before.at_risk, facts.after.at_risk
    figures = {"risk_before": or_unknown(before), "risk_after": or_unknown(after)}
    state = {True: "passed", False: "intact", None: "unset"}[breached(facts)]
    if chance is None or chance.before is None or chance.after is None:
        prices = {"liquidation_before": at(facts.before), "liquidation_after": at(facts.after)}
        return long_pause(**figures, **prices).keyed(f"{state} bare")
    return long_pause(**figures, chance_before=chance.before, chance_after=chance.after).keyed(state)


@rule(
    id="X-01", title="Switch to cross as a rescue", actions=SWITCHING, reads=("adverse",),
    topic=Topic.MONEY,
    condition="adverse, and no prewritten plan permits the switch with this capital at risk",
    asks="level 3", basis="the odds fall, the loss grows, the mean stays (A05 to A09, A16)",
    worse="risk_after",
    when=lambda facts: False if flat(facts.before) or switch_planned(facts) else facts.adverse,
)  # fmt: skip
def rescued(facts: Facts, _: Thresholds) -> Said | None:
    """The one idea gets the whole pool."""
    return _three(facts)


@rule(
    id="X-02", title="Past the own level", actions=SWITCHING, reads=("side", "market.mark", "invalidation"),
    partial=True, condition="the invalidation that was in force has been passed",
    asks="level 3; block where the plan is locked", basis="the own sentence came true (A09, A12)",
    topic=Topic.MONEY, when=lambda facts: breached(facts) if switches(facts) else False,
    closes=lambda facts: facts.plan is not None and facts.plan.plan.locked, fixed=True,
)  # fmt: skip
def past_level(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """What was to prove it wrong has happened."""
    if breached(facts) is None:
        return Missing(("invalidation",))
    figures = {"level": or_unknown(own_level(facts)), "since": breach_time(facts)}
    if facts.plan is not None and facts.plan.plan.locked:
        return block(**figures).keyed("locked")
    return long_pause(**figures)


@rule(
    id="X-03", title="Planned switch", actions=SWITCHING, reads=("plan",), partial=True,
    condition="a prewritten plan permits the switch, and the capital at risk after is within it",
    asks="allow", basis="only what is written beforehand tells a plan from a rescue (A11, A16)",
    when=lambda facts: switches(facts) and switch_planned(facts),
)  # fmt: skip
def planned(facts: Facts, _: Thresholds) -> Said | None:
    """As it was written."""
    return None if facts.plan is None else allow(
        date=facts.plan.plan.created_ms, risk=or_unknown(facts.after.at_risk)
    )  # fmt: skip


@rule(
    id="X-04", title="Hostages", actions=SWITCHING, reads=("hostages",), topic=Topic.MONEY,
    condition="something stands in the pool after that did not before", asks="caution", worse="count",
    basis="arithmetic: one idea can consume what stands beside it (A01)", when=switches,
)  # fmt: skip
def hostages(facts: Facts, _: Thresholds) -> Said | None:
    """What is newly pledged, with amounts."""
    found = facts.hostages or ()
    listed = ", ".join(
        f"{one.what} {money(one.amount)}{' ' * bool(one.asset)}{one.asset}" for one in found[:3]
    )
    if len(found) > 3:
        return caution(count=len(found), listed=listed, more=len(found) - 3).keyed("many")
    return caution(count=len(found), listed=listed) if found else None


@rule(
    id="X-05", title="Closed isolated, opened cross", actions=frozenset({Action.OPEN, Action.INCREASE}),
    reads=("history.closed_isolated_ms", "after.mode"), topic=Topic.MONEY, worse="risk_after",
    condition="in cross, at most {pair_ms} ms after the same instrument and side was closed in isolated"
        " margin while not known to gain; no prewritten plan permits the switch or opens in cross",
    asks="level 3, as X-01", basis="most venues refuse the switch itself, so this is the way it happens",
    when=lambda facts: None if facts.after.mode is None else cross(facts.after),
)  # fmt: skip
def synthetic(facts: Facts, limits: Thresholds) -> Said | None:
    """Two orders that are a switch."""
    since = facts.history.closed_isolated_ms
    if since is None or since > limits.pair_ms or facts.history.closed_isolated_lost is False:
        return None
    if switch_planned(facts) or cross_planned(facts):
        return None
    return long_pause(since=since, risk_after=or_unknown(facts.after.at_risk))


@rule(
    id="X-06", title="Switch while flat", actions=SWITCHING, reads=("flat", "orders_open"),
    condition="flat, no orders", asks="allow", basis="the mode is chosen before the entry (A08)",
    when=lambda facts: None if facts.flat is None else flat(facts.before),
)  # fmt: skip
def while_flat(facts: Facts, _: Thresholds) -> Said | None:
    """Nothing stands that could lose."""
    return allow() if flat(facts.before) and facts.orders_open == 0 else None


RULES = (rescued, past_level, planned, hostages, synthetic, while_flat)
