"""Which plan an intent falls under, and what of it the intent uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Side
from ringfence.domain.numbers import Number
from ringfence.mirror.facts import PlanFacts, Standing
from ringfence.mirror.measured.subject import Subject
from ringfence.mirror.model import Action, Intent, Permission, Plan

MIN_AGE_MS = 600_000
"""A plan counts as written beforehand from this age on."""
AT_RUNG = Fraction(2, 1000)
"""How far from a rung a price still counts as at it: the drift that a permit allows."""


@dataclass(frozen=True, slots=True)
class Used:
    """What of a plan was used since the position was opened: how often, and how much.

    Attributes:
        adds: price and contracts of every addition after the opening, in their order.
    """

    top_ups: int = 0
    topped_up: Number = Decimal(0)
    switches: int = 0
    hedges: int = 0
    deposits: int = 0
    deposited: Number = Decimal(0)
    adds: tuple[tuple[Decimal, Decimal], ...] = ()


@dataclass(frozen=True)
class Moment:
    """What a plan is held against: the intent, the position before and after it, the mark, the time."""

    intent: Intent
    before: Standing
    after: Standing
    mark: Decimal
    opened_ms: int | None
    used: Used = Used()
    min_age_ms: int = MIN_AGE_MS

    time_stop_ms: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether the idea has ended by its own time stop: then the plan permits nothing any more."""
        return self.time_stop_ms is not None and self.intent.ts_ms >= self.time_stop_ms

    @property
    def price(self) -> Decimal:
        """At which it would be carried out."""
        return self.mark if self.intent.price is None else self.intent.price


def in_force(
    plans: Iterable[Plan], intent: Intent, subject: Subject | None, *, now_ms: int
) -> tuple[Plan | None, int | None]:
    """The plan of an intent, and the version that was written under water since, if any.

    The newest version for the account, the symbol and the side that was not written while the position was
    losing; the plan the intent names comes first. What was written under water is kept and justifies
    nothing, so that the version before it stays in force; where there is none, it is returned itself.
    """
    if subject is None:
        return None, None
    fitting = [
        one
        for one in plans
        if one.account_id == intent.account_id
        and (one.symbol, one.side) == (subject.symbol, subject.side)
        and one.created_ms <= now_ms
    ]
    named = [one for one in fitting if one.plan_id == intent.plan_id]
    ordered = sorted(named or fitting, key=lambda one: (one.created_ms, one.version, one.plan_id))
    if not ordered:
        return None, None
    sound = [one for one in ordered if not one.edited_underwater]
    plan = sound[-1] if sound else ordered[-1]
    newer = ordered[-1].version if ordered[-1].edited_underwater else None
    return plan, newer


def prewritten(plan: Plan, *, opened_ms: int | None, now_ms: int, min_age_ms: int = MIN_AGE_MS) -> bool:
    """Written flat, before the position was opened, and old enough.

    A plan that was written flat is older than any position that is open now, so that the time of the opening
    is asked only where it is known.
    """
    before = opened_ms is None or plan.created_ms <= opened_ms
    sound = plan.written.flat and not plan.edited_underwater
    return sound and before and now_ms - plan.created_ms >= min_age_ms


def plan_facts(plan: Plan, underwater: int | None, moment: Moment) -> PlanFacts:
    """What of a plan an intent uses, counts and sums since the opening included."""
    moment = replace(moment, time_stop_ms=plan.time_stop_ms)
    used, now = moment.used, moment.intent.ts_ms
    filled = rungs_used(plan, used.adds)
    rung = _rung(plan, moment, filled)
    return PlanFacts(
        plan=plan,
        prewritten=prewritten(plan, opened_ms=moment.opened_ms, now_ms=now, min_age_ms=moment.min_age_ms),
        rung=rung,
        rungs_used=filled,
        in_zone=True if rung is not None else _in_zone(plan, moment.price),
        mode_permitted=_mode_permitted(plan, moment),
        top_up_permitted=_top_up_permitted(plan, moment),
        hedge_permitted=_permitted(plan.hedge, moment, used.hedges, 0, 0),
        deposit_permitted=_deposit_permitted(plan, moment),
        exit_event=_exit_event(plan, moment),
        edited_underwater_version=underwater,
    )


def _in_zone(plan: Plan, price: Decimal) -> bool | None:
    return None if plan.entry_zone is None else plan.entry_zone[0] <= price <= plan.entry_zone[1]


def rungs_used(plan: Plan, adds: Sequence[tuple[Decimal, Decimal]]) -> int:
    """How many rungs the additions so far have filled, one after the other.

    An addition fills the next rung when it was made at its price or better; one that was not planned fills
    none, and a rung passed over by a later one is gone.
    """
    filled = 0
    for price, _ in adds:
        reached = [n for n in range(filled, len(plan.ladder)) if _reached(plan, n, price)]
        filled = reached[0] + 1 if reached else filled
    return filled


def _reached(plan: Plan, number: int, price: Decimal) -> bool:
    """Whether a price is at a rung or better: no dearer than a long wanted it, no cheaper than a short."""
    wanted, sign = Fraction(plan.ladder[number].price), plan.side.sign
    return sign * (Fraction(price) - wanted) <= AT_RUNG * wanted


def _rung(plan: Plan, moment: Moment, filled: int) -> int | None:
    """The next rung, where the intent adds no more than it and is at its price."""
    intent = moment.intent
    adds = intent.action in (Action.OPEN, Action.INCREASE) and moment.before.contracts != 0
    if moment.is_over or not adds or filled >= len(plan.ladder) or intent.contracts is None:
        return None
    fits = intent.contracts <= plan.ladder[filled].contracts
    return filled + 1 if fits and _reached(plan, filled, moment.price) else None


def _permitted(
    permission: Permission, moment: Moment, count: int, so_far: Number, more: Number | None
) -> bool:
    """Whether a permission covers one more: its count, its sum, and the mark in its window."""
    if not permission.allowed or moment.is_over:
        return False
    if permission.count_max is not None and count >= permission.count_max:
        return False
    if permission.total_max is not None and (
        more is None or Fraction(so_far) + Fraction(more) > Fraction(permission.total_max)
    ):
        return False
    low, high = permission.price_min, permission.price_max
    return (low is None or moment.mark >= low) and (high is None or moment.mark <= high)


def _mode_permitted(plan: Plan, moment: Moment) -> bool:
    """Of a switch: the permission, within its bound on what is at risk; else: a mode of the plan."""
    if moment.intent.action not in (Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED):
        return moment.after.mode is None or moment.after.mode in plan.modes_allowed
    most, at_risk = plan.mode_switch.at_risk_max, moment.after.at_risk
    if most is not None and (at_risk is None or at_risk > most):
        return False
    return _permitted(plan.mode_switch, moment, moment.used.switches, 0, 0)


def _top_up_permitted(plan: Plan, moment: Moment) -> bool:
    """Of margin added, or moved into the fence by a lower leverage."""
    more: Number | None = moment.intent.amount
    if moment.intent.action is Action.CHANGE_LEVERAGE:
        before, after = moment.before.margin, moment.after.margin
        more = None if before is None or after is None else Fraction(after) - Fraction(before)
    more = None if more is None else abs(more)
    return _permitted(plan.top_up, moment, moment.used.top_ups, moment.used.topped_up, more)


def _deposit_permitted(plan: Plan, moment: Moment) -> bool:
    amount = moment.intent.amount
    return _permitted(plan.deposit, moment, moment.used.deposits, moment.used.deposited, amount)


def _exit_event(plan: Plan, moment: Moment) -> str:
    """Which of the plan's ends a reduction keeps: ``invalidation``, ``target``, ``time_stop``; or none."""
    if moment.intent.action is not Action.REDUCE:
        return ""
    sign, price = plan.side.sign, moment.price
    if (price - plan.invalidation_price) * sign <= 0:
        return "invalidation"
    if any((price - target) * sign >= 0 for target in plan.target_prices):
        return "target"
    late = plan.time_stop_ms is not None and moment.intent.ts_ms >= plan.time_stop_ms
    return "time_stop" if late else ""


def target_of(plan: Plan | None, side: Side | None, mark: Decimal) -> Decimal | None:
    """The nearest target that the mark has not reached."""
    if plan is None or side is None:
        return None
    ahead = [one for one in plan.target_prices if (one - mark) * side.sign > 0]
    return min(ahead, key=lambda one: abs(one - mark), default=None)
