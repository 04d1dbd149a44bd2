"""M-01 to M-07: margin into a fence. A cut in leverage that needs margin is judged by them, too (L-02)."""

from __future__ import annotations

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.increased import told_breach
from ringfence.mirror.rules.rule import Missing, Said, allow, caution, long_pause, pause, rule
from ringfence.mirror.rules.shared import (
    added_margin,
    breached,
    change,
    cross,
    or_unknown,
    q,
    top_up_planned,
)
from ringfence.mirror.thresholds import Thresholds

FEEDING = frozenset({Action.ADD_MARGIN, Action.CHANGE_LEVERAGE})


def lowers_in_fence(facts: Facts) -> bool | None:
    """Whether leverage is lowered on an isolated position: the venue then takes margin for it."""
    wanted, now = facts.intent.leverage, facts.before.leverage
    if facts.intent.action is not Action.CHANGE_LEVERAGE or cross(facts.before) or wanted is None:
        return False
    return None if now is None else q(wanted) < q(now)


def feeds(facts: Facts) -> bool:
    """Margin into the fence, by name or by a lower leverage while the position loses."""
    if facts.intent.action is Action.ADD_MARGIN:
        return True
    return bool(lowers_in_fence(facts)) and facts.adverse is not False


def feeds_unplanned(facts: Facts) -> bool:
    """The same without a prewritten permission."""
    return feeds(facts) and not top_up_planned(facts)


def feeds_losing(facts: Facts) -> bool | None:
    """The same, unplanned, while the position loses."""
    return facts.adverse if feeds_unplanned(facts) else False


@rule(
    id="M-01", title="Margin as a rescue", actions=FEEDING, reads=("rescue",), topic=Topic.MONEY,
    worse="risk_after",
    condition="adverse, more at risk, no smaller position, liquidation pushed away; no prewritten"
        " permission",
    asks="pause", basis="commitment escalates without a budget (Sleesman et al.; A09, A16)",
    when=lambda facts: facts.rescue if feeds_unplanned(facts) else False,
)  # fmt: skip
def rescue(facts: Facts, _: Thresholds) -> Said | None:
    """What the margin buys, and how much of the position has the same without it."""
    if facts.keep is None:
        return pause(**change(facts)).keyed("bare")
    return pause(**change(facts), keep=q(facts.keep.fraction))


@rule(
    id="M-02", title="Again margin", actions=FEEDING, reads=("adverse", "episode.top_ups"),
    topic=Topic.MONEY, condition="losing, unplanned, and margin was added to this idea before",
    asks="level 3", worse="total", basis="commitment escalates without a budget (Sleesman et al.)",
    when=feeds_losing,
)  # fmt: skip
def again(facts: Facts, _: Thresholds) -> Said | None:
    """The second one is a habit."""
    if facts.episode.top_ups < 1:
        return None
    return long_pause(count=facts.episode.top_ups + 1, total=q(facts.episode.topped_up))


@rule(
    id="M-03", title="More than the start", actions=FEEDING, partial=True, topic=Topic.MONEY, worse="total",
    reads=("after.margin", "episode.margin_start", "adverse"),
    condition="the fence's margin after is above {start_margins} times the one at the open while losing"
        " and unplanned, or the margin added is above the plan's most",
    asks="level 3", basis="commitment escalates without a budget (Sleesman et al.)", when=feeds,
)  # fmt: skip
def above_start(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """How large the fence has become."""
    plan, added = facts.plan, added_margin(facts)
    most = plan.plan.top_up.total_max if plan is not None and plan.prewritten else None
    if most is not None and added is not None and (total := q(facts.episode.topped_up) + added) > q(most):
        return long_pause(total=total, most=most).keyed("plan")
    if top_up_planned(facts) or facts.adverse is False:
        return None
    margin, start = facts.after.margin, facts.episode.margin_start
    needed = (("after.margin", margin), ("episode.margin_start", start), ("adverse", facts.adverse))
    if any(value is None for _, value in needed):
        return Missing(tuple(path for path, value in needed if value is None))
    if q(margin) <= limits.start_margins * q(start):
        return None
    times = q(margin) / q(start) if q(start) else or_unknown(None)
    return long_pause(total=margin, start=start, times=times)


@rule(
    id="M-04", title="Past the own level", actions=FEEDING, reads=("side", "market.mark", "invalidation"),
    partial=True, condition="the invalidation that was in force has been passed", asks="level 3",
    topic=Topic.MONEY, basis="the own sentence came true (A09)",
    when=lambda facts: breached(facts) if feeds(facts) else False,
)  # fmt: skip
def past_level(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """Margin for an idea that was to be wrong here."""
    return Missing(("invalidation",)) if breached(facts) is None else told_breach(facts)


@rule(
    id="M-05", title="Planned margin", actions=FEEDING, reads=("plan",), partial=True,
    condition="a prewritten plan permits it: count, sum and price window", asks="allow",
    basis="only what is written beforehand tells a plan from a rescue (A16)",
    when=lambda facts: feeds(facts) and top_up_planned(facts),
)  # fmt: skip
def planned(facts: Facts, _: Thresholds) -> Said | None:
    """As it was written."""
    return None if facts.plan is None else allow(date=facts.plan.plan.created_ms)


@rule(
    id="M-06", title="Cross by instalments", actions=FEEDING, reads=("after.margin", "after.free_balance"),
    condition="the fence's margin after is at least {cross_share} of what cross would pledge: it and the"
        " free balance",
    asks="caution", basis="a fence with the whole wallet has the liquidation price of cross (B51)",
    topic=Topic.MONEY, worse="share", when=feeds,
)  # fmt: skip
def by_instalments(facts: Facts, limits: Thresholds) -> Said | None:
    """The fence has all but grown into the pool."""
    margin = q(facts.after.margin)
    pool = margin + max(q(facts.after.free_balance), q(0))
    if pool <= 0 or margin < q(limits.cross_share) * pool:
        return None
    return caution(margin=margin, pool=pool, share=margin / pool)


@rule(
    id="M-07", title="Margin while not losing", actions=FEEDING, reads=("adverse",),
    condition="not adverse", asks="allow", basis="no rescue", topic=Topic.DISTANCE,
    when=lambda facts: None if facts.adverse is None else feeds(facts) and (not facts.adverse),
)  # fmt: skip
def not_losing(facts: Facts, _: Thresholds) -> Said | None:
    """Where liquidation moves to."""
    return allow(**change(facts))


RULES = (rescue, again, above_start, past_level, planned, by_instalments, not_losing)
