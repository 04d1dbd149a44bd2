"""L-01 to L-05: changing the leverage setting."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.margin_added import lowers_in_fence
from ringfence.mirror.rules.rule import Said, allow, caution, pause, rule
from ringfence.mirror.rules.shared import added_margin, at, cross, flat, or_unknown, q
from ringfence.mirror.thresholds import Thresholds

SETTING = frozenset({Action.CHANGE_LEVERAGE})


def raises_in_fence(facts: Facts) -> bool | None:
    """Whether leverage is raised on an isolated position: the venue then may release margin."""
    wanted, now = facts.intent.leverage, facts.before.leverage
    if flat(facts.before) or cross(facts.before) or wanted is None:
        return False
    return None if now is None else q(wanted) > q(now)


@rule(
    id="L-01", title="Raised while losing", actions=SETTING, reads=("before.leverage", "adverse"),
    topic=Topic.MONEY, condition="isolated, adverse, and the setting goes up", asks="pause",
    worse="released", basis="arithmetic: the margin that leaves is distance",
    when=lambda facts: False if facts.adverse is False else raises_in_fence(facts),
)  # fmt: skip
def raised(facts: Facts, _: Thresholds) -> Said | None:
    """What is released, and where liquidation moves to."""
    prices = {"liquidation_before": at(facts.before), "liquidation_after": at(facts.after)}
    return pause(released=or_unknown(facts.margin_released), **prices)


@rule(
    id="L-02", title="Lowered while losing", actions=SETTING, reads=("before.leverage", "adverse"),
    topic=Topic.MONEY, condition="isolated, adverse, and the setting goes down", asks="rules M judge it",
    basis="a top-up by another name (A09)",
    when=lambda facts: False if flat(facts.before) or facts.adverse is False else lowers_in_fence(facts),
)  # fmt: skip
def lowered(facts: Facts, _: Thresholds) -> Said | None:
    """Margin goes in."""
    return allow(added=or_unknown(added_margin(facts)))


@rule(
    id="L-03", title="Only the label", actions=SETTING, reads=("before.mode",), condition="cross",
    asks="allow", basis="in cross the setting moves initial margin, not liquidation (B42)",
    topic=Topic.DISTANCE, when=lambda facts: None if facts.before.mode is None else cross(facts.before),
)  # fmt: skip
def only_label(facts: Facts, _: Thresholds) -> Said | None:
    """Liquidation stays where it is."""
    return allow(liquidation=at(facts.after), free=or_unknown(facts.after.free_balance))


@rule(
    id="L-04", title="Above the plan", actions=SETTING, reads=("plan",), partial=True, worse="leverage",
    condition="the setting is above the plan's most", asks="pause",
    basis="plans work when they bind (Sheeran et al. 2024)",
)  # fmt: skip
def above_plan(facts: Facts, _: Thresholds) -> Said | None:
    """More than one's own written most."""
    most = facts.plan.plan.leverage_max if facts.plan is not None else None
    wanted = facts.intent.leverage
    return (
        pause(leverage=wanted, most=most)
        if most is not None and wanted is not None and wanted > most
        else None
    )


@rule(
    id="L-05", title="Leverage has crept", actions=SETTING, reads=("history.creep_supported",),
    worse="creep", condition="the detector of creeping leverage (D7) is supported", asks="caution",
    basis="leverage caps helped those who lost most (Heimer and Simsek)",
    when=lambda facts: facts.history.creep_supported,
)  # fmt: skip
def crept(facts: Facts, _: Thresholds) -> Said | None:
    """How it rose over the last trades."""
    return caution(creep=or_unknown(facts.history.creep))


RULES = (raised, lowered, only_label, above_plan, crept)
