"""T-01 to T-06: money into the venue, and out of it."""

from __future__ import annotations

from ringfence.mirror.answers import borrowed_money
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Topic
from ringfence.mirror.rules.rule import Missing, Said, allow, block, long_pause, rule
from ringfence.mirror.rules.shared import inflow, outflow, prewritten, q
from ringfence.mirror.thresholds import Thresholds

MOVING = frozenset({Action.TRANSFER})


def deposit_planned(facts: Facts) -> bool:
    """Whether a prewritten plan permits the deposit, count and sum included."""
    return prewritten(facts) and facts.plan is not None and facts.plan.deposit_permitted


def _scheduled(facts: Facts) -> bool:
    return facts.flat is True and facts.intent.scheduled


@rule(
    id="T-01", title="New money for an old idea", actions=MOVING, reads=("danger_anywhere",),
    topic=Topic.MONEY, condition="money comes in, unplanned, while some position is adverse and in danger",
    asks="level 3", basis="commitment escalates without a budget (Sleesman et al.; A01)", worse="total",
    when=lambda facts: False if not inflow(facts) or deposit_planned(facts) else facts.danger_anywhere,
)  # fmt: skip
def rescue(facts: Facts, _: Thresholds) -> Said | None:
    """How much this idea has taken in all."""
    amount = q(facts.intent.amount)
    return long_pause(amount=amount, total=q(facts.episode.deposits) + amount)


@rule(
    id="T-02", title="Again a deposit", actions=MOVING,
    reads=("history.deposits_7d", "history.deposited_7d"),
    condition="with this one at least {deposits} deposits within seven days; not a scheduled one while"
        " flat, nor a planned one",
    asks="level 3, and the offer of an own delay of 24 h", topic=Topic.MONEY, worse="total",
    basis="limits hold where they cannot be raised at once (Heirene and Gainsbury 2021)",
    when=lambda facts: inflow(facts) and (not deposit_planned(facts)) and (not _scheduled(facts)),
)  # fmt: skip
def again(facts: Facts, limits: Thresholds) -> Said | None:
    """How many, and how much in all."""
    count = (facts.history.deposits_7d or 0) + 1
    if count < limits.deposits:
        return None
    return long_pause(count=count, total=q(facts.history.deposited_7d) + q(facts.intent.amount))


@rule(
    id="T-03", title="Above the own budget", actions=MOVING, reads=("history.deposited_7d",),
    topic=Topic.MONEY, condition="with this one the deposits of seven days are above the own budget",
    worse="total", fixed=True, asks="level 3; block where the budget is locked",
    basis="limits hold where they cannot be raised at once (Heirene and Gainsbury 2021)",
    when=lambda facts: inflow(facts) and facts.own.deposit_budget is not None,
    closes=lambda facts: facts.own.deposit_budget_locked,
)  # fmt: skip
def above_budget(facts: Facts, _: Thresholds) -> Said | None:
    """What was set while calm, and what it would be now."""
    total, budget = q(facts.history.deposited_7d) + q(facts.intent.amount), q(facts.own.deposit_budget)
    if total <= budget:
        return None
    figures = {"budget": budget, "total": total}
    return block(**figures).keyed("locked") if facts.own.deposit_budget_locked else long_pause(**figures)


@rule(
    id="T-04", title="Borrowed money", actions=MOVING, reads=("borrowed",), partial=True,
    condition="a word for borrowed or needed money stands in what was written", asks="level 3",
    basis="whoever borrows to deposit is offered a way to help, neutrally (Kotter et al. 2019)",
    when=inflow,
)  # fmt: skip
def borrowed(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """Where support is to be found, without a judgement. Where nobody looked, the words are read here."""
    found = facts.borrowed
    if found is None:
        texts = [facts.intent.trigger_text, *(one.text for one in (facts.answers or {}).values())]
        written = [text for text in texts if text.strip()]
        if not written:
            return Missing(("borrowed",))
        found = any(borrowed_money(text) for text in written)
    return long_pause() if found else None


@rule(
    id="T-05", title="A scheduled deposit", actions=MOVING, reads=("flat",), asks="allow",
    condition="flat, and scheduled beforehand", basis="no idea stands that could be rescued",
    when=lambda facts: inflow(facts) and facts.intent.scheduled,
)  # fmt: skip
def scheduled(facts: Facts, _: Thresholds) -> Said | None:
    """As it was scheduled."""
    return allow(amount=q(facts.intent.amount)) if facts.flat else None


@rule(
    id="T-06", title="A withdrawal", actions=MOVING, reads=("pool_used",), topic=Topic.MONEY,
    condition="money goes out of a pool that no open position uses; else rules RM judge it", asks="allow",
    basis="autonomy: it is theirs", when=outflow,
)  # fmt: skip
def withdrawal(facts: Facts, _: Thresholds) -> Said | Missing | None:
    """Nothing stands on it."""
    amount = -q(facts.intent.amount)
    return allow(amount=amount).keyed("used") if facts.pool_used else allow(amount=amount)


RULES = (rescue, again, above_budget, borrowed, scheduled, withdrawal)
