"""What holds for any facts: reducing is free, more findings never ask for less, units do not matter."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.mirror.audit import audit
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Finding, Lane, Severity, Verdict
from ringfence.mirror.rules import RULES
from ringfence.mirror.thresholds import thresholds
from ringfence.mirror.verdict import decided, findings
from tests.mirror.rules.build import MONEY, PRICES, D, changed, facts, scaled
from tests.mirror.rules.table import ROWS


def _cases(action: Action) -> list[dict[str, Any]]:
    lines = [line for line in ROWS if line.action is action]
    return [{**line.base, **changes} for line in lines for _, changes in line.cases]


CASES = {action: _cases(action) for action in Action}
LEAVES = (
    "sources.mark_age_ms", "after.ring_equity", "after.liquidation_price", "after.at_risk", "before.distance",
    "before.liquidatable", "market.sigma_hour", "adverse", "rescue", "side", "invalidation", "hostages",
    "chance", "chance_horizon", "history.day_pnl", "plan", "after.mode", "flat", "pool_used",
    "market.atr_hour",
)  # fmt: skip


@st.composite
def wild(draw: st.DrawFn, lanes: tuple[Lane, ...] = tuple(Lane)) -> Facts:
    """Facts of one action with several cases of the table on top of each other, and facts taken away."""
    action = draw(st.sampled_from(list(Action)))
    made = facts(action, draw(st.sampled_from(lanes)))
    for changes in draw(st.lists(st.sampled_from(CASES[action]), max_size=4)):
        made = _with(made, changes)
    for path in draw(st.lists(st.sampled_from(LEAVES), max_size=3, unique=True)):
        made = _with(made, {path: None})
    return made


def _with(made: Facts, changes: dict[str, Any]) -> Facts:
    """The changes, as far as their place still exists."""
    for path, value in changes.items():
        head = path.split(".")[0]
        if "." not in path or getattr(made, head) is not None:
            made = changed(made, {path: value})
    return made


def told(verdict: Verdict) -> tuple[object, ...]:
    """What a verdict decides, apart from the figures it prints."""
    return (
        verdict.severity,
        verdict.friction,
        verdict.pause_seconds,
        verdict.decided_by,
        verdict.answers_needed,
        verdict.timer,
        verdict.data_missing,
        tuple((one.rule_id, one.severity, one.suppressed) for one in verdict.findings),
        tuple((one.rule_id, one.missing) for one in verdict.not_evaluated),
    )


@settings(max_examples=150, deadline=None)
@given(wild(lanes=(Lane.REDUCE,)))
def test_the_reduce_lane_is_never_paused_nor_blocked(made: Facts) -> None:
    judged = audit(made)
    assert judged.verdict.severity is Severity.ALLOW
    assert judged.verdict.exit_code == 0
    assert judged.pause_until_ms is None
    assert judged.verdict.pause_seconds == 0
    assert judged.verdict.answers_needed == ()
    assert judged.verdict.decided_by == ("G-02",)
    assert all(one.severity is Severity.ALLOW for one in judged.verdict.findings)


@settings(max_examples=150, deadline=None)
@given(wild())
def test_every_verdict_is_of_one_piece(made: Facts) -> None:
    verdict = audit(made).verdict
    assert len(verdict.shown) <= 3
    assert verdict.pause_seconds <= 120
    assert (verdict.pause_seconds > 0) <= (verdict.severity is Severity.PAUSE)
    assert verdict.timer or not verdict.pause_seconds
    asks = verdict.severity is not Severity.ALLOW
    assert not asks or verdict.decided_by
    assert not asks or verdict.shown or verdict.data_missing, "nobody is stopped without a word"
    assert bool(verdict.data_missing) <= (verdict.severity is Severity.BLOCK)
    every = [one.rule_id for one in (*verdict.findings, *verdict.not_evaluated)]
    assert len(every) == len(set(every))
    assert all(made.intent.action in RULES[rule_id].actions for rule_id in every)


FOUND = [
    found
    for action, cases in CASES.items()
    for changes in cases
    for found in findings(changed(facts(action), changes), thresholds())
]


@settings(max_examples=150, deadline=None)
@given(wild(), st.lists(st.sampled_from(FOUND), max_size=4), st.sampled_from(FOUND))
def test_one_more_finding_never_asks_for_less(made: Facts, some: list[Finding], more: Finding) -> None:
    fewer = decided(made, some, thresholds())
    all_of_them = decided(made, [*some, more], thresholds())
    assert all_of_them.severity >= fewer.severity
    assert all_of_them.friction >= fewer.friction


@settings(max_examples=120, deadline=None)
@given(wild(), st.sampled_from([D("0.001"), D(3), D(1000)]))
def test_holding_the_same_account_in_other_sizes_changes_nothing(made: Facts, factor: Any) -> None:
    grown = scaled(made, factor, MONEY)
    assert told(audit(grown).verdict) == told(audit(made).verdict)


@settings(max_examples=120, deadline=None)
@given(wild(), st.sampled_from([D("0.001"), D(7), D(1000)]))
def test_counting_the_coin_in_other_units_changes_nothing(made: Facts, factor: Any) -> None:
    grown = scaled(made, factor, PRICES)
    assert told(audit(grown).verdict) == told(audit(made).verdict)


@settings(max_examples=60, deadline=None)
@given(wild())
def test_the_order_in_which_past_things_are_listed_changes_nothing(made: Facts) -> None:
    turned = replace(made, own=replace(made.own, locks=tuple(reversed(made.own.locks or ()))))
    assert told(audit(turned).verdict) == told(audit(replace(made, own=replace(
        made.own, locks=tuple(made.own.locks or ())
    ))).verdict)  # fmt: skip


@pytest.mark.parametrize("action", Action)
def test_moving_time_changes_nothing(action: Action) -> None:
    """A verdict hangs on spans, never on the date."""
    for changes in CASES[action][:20]:
        made = _with(facts(action), changes)
        if made.own.locks or made.episode.breached_ms is not None:
            continue
        later = replace(made, now_ms=made.now_ms + 864_000_123, history=replace(made.history, shown={}))
        now = replace(made, history=replace(made.history, shown={}))
        assert told(audit(later).verdict) == told(audit(now).verdict)
