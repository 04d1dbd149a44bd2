"""G-09 to G-14, G-18: what an intent can cost, whatever the action."""

from __future__ import annotations

from ringfence.domain.numbers import Number
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Topic
from ringfence.mirror.rules.rule import EVERY, Missing, Said, block, caution, known, pause, rule
from ringfence.mirror.rules.shared import (
    cross,
    losing_level,
    not_reducing,
    prewritten,
    q,
    reached_first,
    stands_after,
    toward,
)
from ringfence.mirror.thresholds import Thresholds


def level_first(facts: Facts, _: Thresholds) -> Said | None:
    """Liquidation comes at or before the level; G-09, and what four groups ask of it."""
    ahead = reached_first(facts)
    if ahead is None or ahead < 0 or toward(facts, facts.market.mark, facts.after.liquidation_price) <= 0:
        return None
    return pause(
        liquidation=facts.after.liquidation_price,
        level=facts.invalidation,
        mark=facts.market.mark,
        ahead=ahead,
    ).keyed("long" if facts.side is not None and facts.side.sign > 0 else "short")


LEVEL_READS = ("side", "market.mark", "invalidation", "after.liquidation_price")


def level_stands(facts: Facts) -> bool | None:
    """Whether there is a position whose level is still ahead."""
    return False if not stands_after(facts) else losing_level(facts)


@rule(
    id="G-09", title="Liquidated before wrong", actions=EVERY, reads=LEVEL_READS, topic=Topic.DISTANCE,
    condition="the liquidation price after lies between the mark and the invalidation, or on it",
    asks="pause", basis="a level that is never reached proves nothing (A12)", worse="ahead",
    when=level_stands,
)  # fmt: skip
def liquidated_before_wrong(facts: Facts, limits: Thresholds) -> Said | None:
    """The idea could never be proved wrong: the position is gone first."""
    return level_first(facts, limits)


@rule(
    id="G-10", title="Thin buffer", actions=EVERY, reads=(*LEVEL_READS, "market.atr_hour"),
    topic=Topic.DISTANCE,
    condition="the gap between invalidation and liquidation is above zero and below the largest of"
        " {buffer_of_mark} of the mark, {buffer_of_atr} of the hour's true range, {buffer_of_way} of the way"
        " from the mark to the invalidation",
    asks="caution", basis="no study: marks jump", when=level_stands, partial=True,
)  # fmt: skip
def thin_buffer(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """Little room between wrong and liquidated. Without the range, what is known may already decide."""
    needed = tuple(path for path in ("side", "market.mark", "invalidation") if not known(facts, path))
    if needed:
        return Missing(needed)
    ahead = reached_first(facts)
    if ahead is None:
        never = facts.after.liquidatable is False
        return None if never else Missing(("after.liquidation_price",))
    if ahead >= 0:
        return None
    gap, mark, atr = -ahead, facts.market.mark, facts.market.atr_hour
    way = abs(q(mark) - q(facts.invalidation))
    least = max(q(limits.buffer_of_mark) * q(mark), q(limits.buffer_of_way) * way)
    least = least if atr is None else max(least, q(limits.buffer_of_atr) * q(atr))
    if gap >= least:
        return Missing(("market.atr_hour",)) if atr is None else None
    return caution(gap=gap, least=least, level=facts.invalidation, liquidation=facts.after.liquidation_price)


def _capped(facts: Facts) -> tuple[str, object] | None:
    """The plan's cap in money, or as a share of equity where it has no other."""
    plan = facts.plan
    if plan is None or not prewritten(facts):
        return None
    if plan.plan.risk_max is not None:
        return "money", plan.plan.risk_max
    return None if plan.plan.risk_fraction_max is None else ("share", plan.plan.risk_fraction_max)


@rule(
    id="G-11", title="Risk of the idea", actions=EVERY, topic=Topic.MONEY, worse="loss", partial=True,
    reads=("after.loss_at_invalidation", "after.account_equity"),
    condition="the loss at the invalidation is above the plan's cap; without one above {idea_risk}, or"
        " {idea_risk_pause}, of equity",
    asks="pause over the plan; caution, or pause",
    basis="no study: the customary per cent, and one's own word", when=stands_after,
)  # fmt: skip
def idea_risk(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """What it costs to be wrong. Over one's own written cap is never just a remark."""
    loss, equity, cap = facts.after.loss_at_invalidation, facts.after.account_equity, _capped(facts)
    if loss is None:
        return Missing(("after.loss_at_invalidation",))
    if cap is not None and cap[0] == "money":
        return pause(loss=loss, cap=cap[1]).keyed("plan") if q(loss) > q(cap[1]) else None
    if equity is None:
        return Missing(("after.account_equity",))
    if cap is not None:
        most = q(cap[1]) * q(equity)
        return pause(loss=loss, cap=most).keyed("plan") if q(loss) > most else None
    return _of_equity(loss, equity, limits.idea_risk, limits.idea_risk_pause)


def _of_equity(loss: Number, equity: Number, some: Number, much: Number) -> Said | None:
    """A loss against two shares of equity; both cross-multiplied, since equity may be nothing."""
    if q(loss) <= q(some) * q(equity) or q(loss) <= 0:
        return None
    heavy = q(loss) > q(much) * q(equity)
    if q(equity) <= 0:
        return pause(loss=loss, equity=equity).keyed("nothing")
    said = pause if heavy else caution
    return said(loss=loss, equity=equity, share=q(loss) / q(equity), most=much if heavy else some)


@rule(
    id="G-12", title="All ideas wrong together", actions=EVERY, topic=Topic.MONEY, worse="loss",
    reads=("after.open_losses", "after.account_equity"),
    condition="the losses at every invalidation together are above {open_risk}, or {open_risk_pause}, of"
        " equity",
    asks="caution, or pause", basis="losses come together (B38)", when=not_reducing,
)  # fmt: skip
def open_risk(facts: Facts, limits: Thresholds) -> Said | None:
    """The sum of what is already at stake."""
    after = facts.after
    return _of_equity(after.open_losses, after.account_equity, limits.open_risk, limits.open_risk_pause)


@rule(
    id="G-13", title="Own daily limit", actions=EVERY, reads=("history.day_pnl",), topic=Topic.MONEY,
    worse="used", condition="the day's loss is at least {day_share} of the own daily limit, or all of it",
    fixed=True, asks="caution; at the limit pause, or block where it is locked",
    basis="a reminder at 80 % of an own limit (Auer et al. 2018)",
    when=lambda facts: facts.own.daily_loss_limit is not None,
    closes=lambda facts: facts.own.daily_loss_locked,
)  # fmt: skip
def daily_limit(facts: Facts, limits: Thresholds) -> Said | None:
    """How much of the day's own limit is used up."""
    limit, used = q(facts.own.daily_loss_limit), -q(facts.history.day_pnl)
    if used <= 0 or used < q(limits.day_share) * limit:
        return None
    figures = {"used": used, "limit": limit}
    if used < limit:
        return caution(**figures)
    return block(**figures).keyed("locked") if facts.own.daily_loss_locked else pause(**figures)


@rule(
    id="G-14", title="Past paths to liquidation", actions=EVERY, reads=("chance_horizon.after",),
    partial=True,
    condition="the share of past paths of the horizon's length that reach liquidation is above"
        " {path_share}, or {path_share_pause}",
    asks="caution, or pause", basis="margin calls on perpetuals (Cheng et al. 2021)", topic=Topic.CHANCE,
    worse="share", when=stands_after,
)  # fmt: skip
def past_paths(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """Only paths that were: a formula with a normal distribution would say too little."""
    chance = facts.chance_horizon
    if chance is None or chance.after is None or chance.method != "history":
        return Missing(("chance_horizon.after",))
    if q(chance.after) <= q(limits.path_share):
        return None
    heavy = q(chance.after) > q(limits.path_share_pause)
    most = limits.path_share_pause if heavy else limits.path_share
    return (pause if heavy else caution)(share=q(chance.after), most=most)


@rule(
    id="G-18", title="Cost of holding", actions=EVERY, topic=Topic.MONEY, partial=True, worse="cost",
    reads=("market.funding_day", "market.fee_round_trip", "episode.planned_risk", "after.margin"),
    condition="funding and fees per day, the fees spread over the horizon, are above {holding_share} of"
        " the planned risk, or the round trip's fees above {fee_share} of the fence's margin",
    asks="caution", basis="arithmetic: costs that eat the plan (B18)",
    when=lambda facts: not_reducing(facts) and stands_after(facts),
)  # fmt: skip
def holding(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    """Either half may decide; a half that is not known stops the rule only where the other is silent."""
    lacking: list[str] = []
    for half in (_margin_eaten, _plan_eaten):
        said = half(facts, limits)
        if isinstance(said, Said):
            return said
        lacking += said.facts if said is not None else ()
    return Missing(tuple(lacking)) if lacking else None


def _margin_eaten(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    fee, margin = facts.market.fee_round_trip, facts.after.margin
    if cross(facts.after):
        return None
    if fee is None or margin is None:
        needed = (("market.fee_round_trip", fee), ("after.margin", margin))
        return Missing(tuple(path for path, value in needed if value is None))
    if q(margin) <= 0 or q(fee) <= q(limits.fee_share) * q(margin):
        return None
    return caution(cost=fee, of=margin, share=q(fee) / q(margin)).keyed("fees")


DAY_MS = 86_400_000


def _plan_eaten(facts: Facts, limits: Thresholds) -> Said | Missing | None:
    market = facts.market
    risk = facts.episode.planned_risk
    risk = facts.after.loss_at_invalidation if risk is None else risk
    needed = {
        "market.funding_day": market.funding_day,
        "market.fee_round_trip": market.fee_round_trip,
        "episode.planned_risk": risk,
    }
    lacking = tuple(path for path, value in needed.items() if value is None)
    if lacking:
        return Missing(lacking)
    days = max(q(market.horizon_ms or DAY_MS) / DAY_MS, q(1))
    cost = max(q(market.funding_day), q(0)) + q(market.fee_round_trip) / days
    if q(risk) <= 0 or cost <= q(limits.holding_share) * q(risk):
        return None
    return caution(cost=cost, of=risk, share=cost / q(risk))


RULES = (
    liquidated_before_wrong, thin_buffer, idea_risk, open_risk, daily_limit, past_paths, holding,
)  # fmt: skip
