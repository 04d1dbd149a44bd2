"""What a table of rules is made of: rows, the words of their cases, and a few facts in short.

A row is a rule, an action, what differs from the calm facts in all its cases, and the cases: what the rule
says of the facts with these changes. ``-``: silent. ``?``: not evaluated. ``lift``: one level longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.model import Finding
from tests.mirror.rules.build import (
    CALM,
    ETH,
    Action,
    Chance,
    D,
    Lane,
    Other,
    Writing,
    answer,
    answers,
    changed,
    facts,
)

Changes = dict[str, Any]
CROSS, ISOLATED = MarginMode.CROSS, MarginMode.ISOLATED
OPEN, ADD, REDUCE, FEED = Action.OPEN, Action.INCREASE, Action.REDUCE, Action.ADD_MARGIN
TAKE, TO_CROSS, TO_ISOLATED = Action.REMOVE_MARGIN, Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED
LEVER, STOP, HEDGE, MOVE = Action.CHANGE_LEVERAGE, Action.MOVE_STOP, Action.HEDGE, Action.TRANSFER
DAY = 86_400_000


@dataclass(frozen=True)
class Row:
    rule: str
    action: Action
    base: Changes
    cases: tuple[tuple[str, Changes], ...]
    lane: Lane = Lane.INCREASE


def row(
    rule: str, action: Action, base: Changes, *cases: tuple[str, Changes], lane: Lane = Lane.INCREASE
) -> Row:
    return Row(rule, action, base, cases, lane)


def word(found: Finding | None) -> str:
    """What a finding comes to, in the words of the table."""
    if found is None:
        return "-"
    if found.severity is None:
        return "?"
    if found.lifts:
        return "lift"
    return "p3" if found.level == 3 else found.severity.word


def facts_of(line: Row, changes: Changes) -> Any:
    return changed(changed(facts(line.action, line.lane), line.base), changes)


def other(**stated: Any) -> Other:
    given = {
        "symbol": ETH, "side": Side.LONG, "in_pool": True, "mode": CROSS, "notional": D(1000),
        "distance": D("0.5"), "planned": True, **stated,
    }  # fmt: skip
    return Other(**given)


def watched(**seen: Any) -> dict[str, Any]:
    return answers(disproof=answer("disproof", writing=Writing(**seen)), invalidation=None, do_nothing=None)


def past(after: str) -> Chance:
    return Chance(D("0.01"), D(after), 2000, "history", "24 h")


FLAT = replace(CALM, contracts=D(0), liquidation_price=None, liquidatable=False)
NO_PLAN: Changes = {"plan": None}
SHORT: Changes = {"side": Side.SHORT, "invalidation": "58500", "episode.invalidation": "58500", "plan": None}
LOSING: Changes = {"adverse": True, "plan": None}
ANSWERED = answers()
OPTIONAL: Changes = {"before": CALM, "before.distance": "0.001"}
