"""What an outcome and a ledger say: numbers first, what pausing cost as loud as what it saved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ringfence.domain.numbers import Number, plain, rounded
from ringfence.mirror.model import Action, Intent
from ringfence.mirror.outcome.delta import Delta, delta, of_branch
from ringfence.mirror.outcome.ledger import ENOUGH, Ledger
from ringfence.mirror.outcome.model import Branch, Outcome, Status
from ringfence.mirror.outcome.records import Record

LUCK = "not yet distinguishable from luck"
_CENTS = ("USD", "EUR", "FDUSD", "BUSD", "DAI")
"""How an asset begins that is counted in cents; others are coins."""
_DOING: dict[Action, str] = {
    Action.OPEN: "opening at once",
    Action.INCREASE: "adding at once",
    Action.REDUCE: "reducing at once",
    Action.ADD_MARGIN: "adding margin at once",
    Action.REMOVE_MARGIN: "taking margin out at once",
    Action.SWITCH_TO_CROSS: "switching to cross at once",
    Action.SWITCH_TO_ISOLATED: "switching to isolated at once",
    Action.CHANGE_LEVERAGE: "changing the leverage at once",
    Action.MOVE_STOP: "moving the stop at once",
    Action.HEDGE: "hedging at once",
    Action.TRANSFER: "transferring at once",
}
_BRANCHES: dict[Branch, str] = {
    Branch.ACTUAL: "what you do",
    Branch.DO_NOTHING: "doing nothing",
    Branch.FOLLOW_PLAN: "following the plan",
    Branch.EQUAL_SAFETY: "the equal-safety reduction",
}
_WAITS: dict[Status, str] = {
    Status.NOT_YET: "not yet: the horizon is not over",
    Status.INCOMPLETE: "incomplete: bars are missing, and nothing is filled in",
    Status.NOT_POSSIBLE: "cannot be worked out",
}


def sum_of(value: Number, asset: str) -> str:
    """Money as it is read: two places, eight for coins, thousands apart.

    >>> sum_of(Decimal("8312.5"), "USDT"), sum_of(Decimal("0.1"), "BTC")
    ('8,312.50 USDT', '0.1 BTC')
    """
    places = 2 if asset.startswith(_CENTS) else 8
    shown = rounded(value, Decimal(1).scaleb(-places))
    text = plain(shown, places) if places > 2 or shown == shown.to_integral_value() else f"{shown:f}"
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest} {asset}" if abs(shown) >= 1000 else f"{text} {asset}"


def card(outcomes: Sequence[Outcome], intent: Intent) -> tuple[str, ...]:
    """The outcome card of an intent at its primary horizon: the difference first, then every branch."""
    own = [one for one in outcomes if one.primary]
    lines = [*_difference(own), *(_branch(one, intent) for one in own)]
    if any(one.refused for one in own):
        lines.append(
            "The venue refuses a change here, or its rule is unknown; the figures show what it amounts to."
        )
    if any(one.assumed for one in own):
        lines.append("No fill is reported: the figures take the decision as intended.")
    lines.append("All of it holds to the horizon and moves no market; other exits give other figures.")
    return tuple(lines)


def _difference(own: Sequence[Outcome]) -> Iterator[str]:
    actual = of_branch(own, Branch.ACTUAL)
    for branch, what in ((Branch.DO_IT_NOW, "doing it at once"), (Branch.DO_NOTHING, "doing nothing")):
        other = of_branch(own, branch)
        if actual is None or other is None:
            continue
        found = delta(actual, other)
        if branch is Branch.DO_IT_NOW or found.low != 0 or found.high != 0:
            yield _told(found, what)


def _told(one: Delta, what: str) -> str:
    """One difference, worded alike in both directions."""
    if one.low is None or one.high is None:
        return f"Against {what}: {_WAITS[one.status]}."
    if one.undetermined:
        low, high = sum_of(one.low, one.asset), sum_of(one.high, one.asset)
        return f"Between {low} and {high} against {what}: undetermined, prices inside a bar decide."
    if one.low == 0 and one.high == 0:
        return f"0 {one.asset} saved, 0 {one.asset} lost, against {what}."
    verb = "saves" if one.high > 0 else "costs"
    near, far = sorted((abs(one.low), abs(one.high)))
    money = sum_of(near, one.asset)
    money = money if near == far else f"{money} to {sum_of(far, one.asset)}"
    return f"{money}: what you do {verb} this much against {what}."


def _branch(one: Outcome, intent: Intent) -> str:
    name = _DOING[intent.action] if one.branch is Branch.DO_IT_NOW else _BRANCHES[one.branch]
    if one.ambiguity is None:
        return f"{name[0].upper()}{name[1:]}: {_WAITS[one.status]}."
    best, worst = sum_of(one.ambiguity.best, one.asset), sum_of(one.ambiguity.worst, one.asset)
    end = worst if one.ambiguity.certain else f"{worst} to {best}"
    fate = {True: "liquidated", False: "not liquidated", None: "undetermined"}[one.liquidated]
    lowest = sum_of(one.min_equity, one.asset)
    return f"{end} left by {name}, {lowest} at its lowest, {fate}."


def told(ledger: Ledger) -> tuple[str, ...]:
    """The ledger as lines; the first holds what was saved and what was cost, never one without the other."""
    asset = ledger.asset
    saved, cost = sum_of(ledger.saved, asset), sum_of(ledger.cost, asset)
    lines = [
        f"Pausing saved {saved} in {ledger.saved_count} and cost {cost} in {ledger.cost_count} decisions.",
        _net(ledger),
    ]
    if ledger.median is not None:
        big, bad = (sum_of(one or Decimal(0), asset) for one in (ledger.largest_saved, ledger.largest_cost))
        lines.append(f"Largest saving {big}, largest cost {bad}, median {sum_of(ledger.median, asset)}.")
    lines.append(f"Liquidations: {ledger.avoided} avoided by pausing, {ledger.caused} caused by it.")
    lines.append(
        f"{ledger.pauses} pauses: {ledger.decided} decided by prices, {ledger.undetermined} undetermined, "
        f"{ledger.waiting} not over, {ledger.without} without data."
    )
    net = sum_of(ledger.overrides_net, asset)
    lines.append(f"{ledger.overridden} overrides: {net} net against doing nothing.")
    if ledger.hypothetical:
        lines.append(f"{ledger.hypothetical} of the decided rest on changes refused or taken as done.")
    if ledger.bypass_rate is not None:
        lines.append(f"{ledger.bypassed} of {ledger.acts} acts at the venue had no intent here.")
    return tuple(lines)


def _net(ledger: Ledger) -> str:
    net = sum_of(ledger.net, ledger.asset)
    if ledger.interval is None:
        return f"Net {net}, too few days for an interval: {LUCK}."
    low, high = (sum_of(one, ledger.asset) for one in (ledger.interval.low, ledger.interval.high))
    if ledger.decided < ENOUGH:
        return f"Net {net}, between {low} and {high}; {ledger.decided} of {ENOUGH} decided: {LUCK}."
    ending = "zero lies outside" if ledger.distinguishable else LUCK
    return f"Net {net}, 95 % between {low} and {high}: {ending}."


def proposal(record: Record) -> str:
    """What the record of a rule says about keeping it."""
    rate = f"{record.overridden} of {record.firings} overridden"
    if record.proposed:
        return f"{record.rule_id}: {rate}, no harm measured. Proposed for demotion; you confirm or keep it."
    return f"{record.rule_id}: {rate}. Kept: {record.why}."
