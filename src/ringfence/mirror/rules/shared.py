"""Questions that several rules ask of the facts. Everything is compared as exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from ringfence.domain.account import MarginMode
from ringfence.domain.numbers import Number
from ringfence.mirror.facts import Facts, Standing
from ringfence.mirror.model import Action, Lane
from ringfence.mirror.rules.words import NONE, UNKNOWN


def q(value: Number) -> Fraction:
    """Any number as an exact fraction, so that decimals and quotients meet."""
    return Fraction(value)


def toward(facts: Facts, here: Number, there: Number) -> Fraction:
    """How far ``here`` is above ``there`` in the direction the position gains in. The side is known."""
    sign = facts.side.sign if facts.side is not None else 1
    return sign * (q(here) - q(there))


def flat(standing: Standing) -> bool:
    """Whether the intent's position does not exist at that moment."""
    return standing.contracts == 0


def not_reducing(facts: Facts) -> bool:
    """Whether anything could stand in the way of this intent at all."""
    return facts.lane is not Lane.REDUCE


def increasing(facts: Facts) -> bool:
    """Whether risk grows: what is not known then closes the way."""
    return facts.lane is Lane.INCREASE


def blind(facts: Facts) -> bool:
    """Whether nothing is known of the account after the intent: the engine could not work it out."""
    return bool(facts.venue.trouble) and facts.lane is not Lane.REDUCE


def closed_if_unknown(facts: Facts) -> bool:
    """Whether not knowing closes the way: where risk grows, or where nobody can say what becomes of it."""
    return increasing(facts) or blind(facts)


def stands_after(facts: Facts) -> bool:
    """Whether there is a position after the intent, or may be one."""
    return not flat(facts.after) or blind(facts)


def cross(standing: Standing) -> bool:
    """Whether the ring is the pool."""
    return standing.mode is MarginMode.CROSS


def prewritten(facts: Facts) -> bool:
    """Whether a plan justifies anything here: written flat, before, and old enough."""
    return facts.plan is not None and facts.plan.prewritten


def cross_planned(facts: Facts) -> bool:
    """Whether a prewritten plan opens in cross margin."""
    plan = facts.plan
    return plan is not None and plan.prewritten and MarginMode.CROSS in plan.plan.modes_allowed


def switch_planned(facts: Facts) -> bool:
    """Whether a prewritten plan permits the switch, with the capital at risk that it leads to."""
    plan = facts.plan
    if plan is None or not plan.prewritten or not plan.mode_permitted:
        return False
    most = plan.plan.mode_switch.at_risk_max
    return most is None or (facts.after.at_risk is not None and q(facts.after.at_risk) <= q(most))


def top_up_planned(facts: Facts) -> bool:
    """Whether a prewritten plan permits this margin, count, sum and price window included."""
    return prewritten(facts) and facts.plan is not None and facts.plan.top_up_permitted


def rung_planned(facts: Facts) -> bool:
    """Whether the addition is a rung of a prewritten plan, at its price."""
    plan = facts.plan
    return plan is not None and plan.prewritten and plan.rung is not None and plan.in_zone is True


def own_level(facts: Facts) -> Decimal | None:
    """The invalidation that was in force before this audit, whatever is entered now."""
    if facts.episode.invalidation is not None:
        return facts.episode.invalidation
    if facts.plan is not None:
        return facts.plan.plan.invalidation_price
    return None if facts.invalidation_new else facts.invalidation


def breached(facts: Facts) -> bool | None:
    """Whether the own level was passed. None: there is none, or the side is not known.

    A level that is read at the close of a bar is not passed by a mark in between.
    """
    if facts.episode.breached_ms is not None:
        return True
    level, mark = own_level(facts), facts.market.mark
    if level is None or facts.side is None or mark is None:
        return None
    if facts.plan is not None and facts.plan.plan.trigger.startswith("close_of"):
        return False
    return toward(facts, mark, level) <= 0


def breach_time(facts: Facts) -> int:
    """When it was passed; at the latest now."""
    return facts.episode.breached_ms if facts.episode.breached_ms is not None else facts.now_ms


def losing_level(facts: Facts) -> bool | None:
    """Whether the level lies where it can still prove the idea wrong: on the losing side of the mark."""
    mark = facts.market.mark
    if facts.invalidation is None or facts.side is None or mark is None:
        return None
    return toward(facts, mark, facts.invalidation) > 0


def reached_first(facts: Facts) -> Fraction | None:
    """How far before the level liquidation comes, above or at zero where it comes first. Both are known."""
    price = facts.after.liquidation_price
    if price is None or facts.invalidation is None:
        return None
    return toward(facts, price, facts.invalidation)


def at(standing: Standing) -> Any:
    """The liquidation price to show: where health reaches zero, which no grid has rounded."""
    exact = standing.liquidation_price if standing.threshold is None else standing.threshold
    if exact is not None:
        return exact
    return NONE if standing.liquidatable is False or flat(standing) else UNKNOWN


def or_unknown(value: Any) -> Any:
    """A figure that no decision hangs on: shown where it is known."""
    return UNKNOWN if value is None else value


def change(facts: Facts) -> dict[str, Any]:
    """The figures of the change: what is at risk and where liquidation is, before and after."""
    return {
        "risk_before": or_unknown(facts.before.at_risk),
        "risk_after": or_unknown(facts.after.at_risk),
        "liquidation_before": at(facts.before),
        "liquidation_after": at(facts.after),
    }


def added_margin(facts: Facts) -> Fraction | None:
    """How much margin the intent puts into the fence; of a cut in leverage what the venue asks for."""
    if facts.intent.action is Action.ADD_MARGIN and facts.intent.amount is not None:
        return q(facts.intent.amount)
    if facts.before.margin is None or facts.after.margin is None:
        return None
    return q(facts.after.margin) - q(facts.before.margin)


def partner_symbol(facts: Facts) -> str:
    """The instrument of the other leg; facts may name its side behind it."""
    return facts.market.partner.split(" ")[0]


def inflow(facts: Facts) -> bool:
    """Whether new money comes to the venue."""
    amount = facts.intent.amount
    return facts.intent.action is Action.TRANSFER and amount is not None and amount > 0


def outflow(facts: Facts) -> bool:
    """Whether money leaves the wallet."""
    amount = facts.intent.amount
    return facts.intent.action is Action.TRANSFER and amount is not None and amount < 0
