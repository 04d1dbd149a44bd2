"""From a book to a verdict, with facts that the engine worked out: RESCUE-1 and its neighbours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.audit import audit, canonical
from ringfence.mirror.facts import Facts, Lock, Own, Sources
from ringfence.mirror.measured.gather import Knowledge
from ringfence.mirror.measured.remembered import Remembered
from ringfence.mirror.model import Action, Answer, Audit, Lane, Severity
from tests.mirror.facts.books import BTC, ETH, NOW, book_of, facts_of, held, past, plan, rescue_1
from tests.mirror.rules.build import answers

FRESH = Sources(mark_age_ms=500, snapshot_age_ms=500)


def known(
    *,
    own: Own | None = None,
    written: Mapping[str, Answer] | None = None,
    target: object = 62_000,
    calm: bool = True,
) -> Knowledge:
    """Fresh data, and a bitcoin that moves a little: 120 days of hourly bars."""
    return Knowledge(
        now_ms=NOW,
        sources=FRESH,
        target=Decimal(str(target)),
        answers=written,
        pasts={BTC: past(step=20)} if calm else {},
        remembered=Remembered(own=own or Own()),
    )


def told(judged: Audit) -> dict[str, str]:
    return {one.rule_id: one.message for one in judged.verdict.findings}


def switched(**more: object) -> Facts:
    return facts_of(Action.SWITCH_TO_CROSS, known=known(**more), to=MarginMode.CROSS)  # type: ignore[arg-type]


def allowed(found: Facts) -> Facts:
    """As on a venue that lets the mode of an open position be changed."""
    return replace(found, venue=replace(found.venue, standing="accepted"))


def test_rescue_1_from_the_book_to_the_screen() -> None:
    judged = audit(allowed(switched(calm=False)))
    three = judged.three
    assert three is not None
    assert (three.loss_before, three.loss_after, three.keep) == (1000, 8000, Decimal("0.125"))
    said = told(judged)
    assert said["X-01"] == "84.86 % → 34.05 % odds of liquidation; loss if hit 1,000 → 8,000."
    assert said["X-04"] == "Newly pledged: balance 7,000 USDT."
    assert (judged.verdict.severity, judged.verdict.friction) == (Severity.PAUSE, 3)
    reduce = next(one for one in judged.alternatives if one.what == "reduce")
    assert "Keep 12.5 %" in reduce.words
    assert "50,251.26" in reduce.words


def test_without_a_past_nobody_waits_a_percent_from_liquidation_and_with_a_calm_one_a_minute() -> None:
    assert audit(allowed(switched(calm=False))).verdict.timer is False
    calm = audit(allowed(switched()))
    assert (calm.verdict.timer, calm.verdict.pause_seconds) == (True, 60)
    assert calm.pause_until_ms == NOW + 60_000


def test_the_teaching_venue_refuses_the_switch_and_the_mirror_says_so() -> None:
    verdict = audit(switched()).verdict
    if switched().venue.standing == "refused":
        assert (verdict.severity, verdict.decided_by) == (Severity.BLOCK, ("G-04",))
    else:
        assert verdict.severity is Severity.PAUSE


def test_more_margin_is_a_rescue_and_less_position_goes_through() -> None:
    fed = audit(facts_of(Action.ADD_MARGIN, amount=1000, known=known()))
    assert "56,281.41" in told(fed)["M-01"]
    assert fed.verdict.severity is Severity.PAUSE
    less = facts_of(Action.REDUCE, contracts="0.5", reduce_only=True, known=known())
    assert less.lane is Lane.REDUCE
    assert audit(less).verdict.exit_code == 0


def test_adding_in_cross_gives_the_figures_of_the_claim() -> None:
    book = book_of(held(), wallet=10_000)
    judged = audit(facts_of(Action.INCREASE, book, contracts=1, known=known()))
    said = told(judged)
    assert "60,000 → 59,000" in said["I-01"]
    assert "13.36 % → 6.43 %" in said["I-02"]
    assert "7.25× → 14.5×" in said["I-02"]
    assert judged.verdict.friction == 3


def test_a_lock_stops_more_risk_and_not_less() -> None:
    own = Own(locks=(Lock("trading", NOW - 1, NOW + 1000),))
    blocked = audit(facts_of(Action.INCREASE, contracts=1, known=known(own=own)))
    assert blocked.verdict.severity is Severity.BLOCK
    assert "G-06" in blocked.verdict.decided_by
    assert (
        audit(facts_of(Action.REDUCE, contracts=1, reduce_only=True, known=known(own=own))).verdict.exit_code
        == 0
    )


def test_stale_or_unknown_ages_close_the_way_to_more_risk() -> None:
    blind = replace(known(), sources=Sources())
    verdict = audit(facts_of(Action.INCREASE, contracts=1, known=blind)).verdict
    assert verdict.exit_code == 40
    assert set(verdict.data_missing) >= {"sources.mark_age_ms", "sources.snapshot_age_ms"}


def test_closing_the_leg_that_held_another_is_told_before_it_goes_through() -> None:
    pair = book_of(held(), held(ETH, "short", 20, 2_500), wallet=10_000)
    pasts = {BTC: past(), ETH: past(symbol=ETH, start=2_500_00)}
    found = facts_of(
        Action.REDUCE, pair, symbol=ETH, contracts=20, reduce_only=True, known=replace(known(), pasts=pasts)
    )
    judged = audit(found)
    assert judged.verdict.exit_code == 0
    note = next(one for one in judged.verdict.findings if one.rule_id == "C-06")
    assert not note.after


WANTED: dict[Action, dict[str, object]] = {
    Action.OPEN: {"symbol": ETH, "side": Side.SHORT, "contracts": 1, "leverage": 10},
    Action.INCREASE: {"contracts": "0.5"},
    Action.REDUCE: {"contracts": "0.5", "reduce_only": True},
    Action.ADD_MARGIN: {"amount": 100},
    Action.REMOVE_MARGIN: {"amount": 100},
    Action.SWITCH_TO_CROSS: {"to": MarginMode.CROSS},
    Action.SWITCH_TO_ISOLATED: {"to": MarginMode.ISOLATED, "margin": 3000},
    Action.CHANGE_LEVERAGE: {"leverage": 10},
    Action.MOVE_STOP: {"stop_from": 57_500, "stop_to": 57_400},
    Action.HEDGE: {"symbol": ETH, "side": Side.SHORT, "contracts": 20, "leverage": 10},
    Action.TRANSFER: {"symbol": None, "amount": 100, "asset": "USDT"},
}


@pytest.mark.parametrize("action", WANTED)
def test_every_action_is_judged_from_a_real_book_to_the_same_bytes(action: Action) -> None:
    book = book_of(held(), wallet=10_000) if action is Action.SWITCH_TO_ISOLATED else rescue_1()
    found = facts_of(action, book, known=known(written=answers()), **WANTED[action])
    again = replace(
        facts_of(action, book, known=known(written=answers()), **WANTED[action]), intent=found.intent
    )
    assert canonical(audit(found)) == canonical(audit(again))
    assert audit(found).verdict.findings


def test_a_plan_written_flat_lets_a_calm_open_through() -> None:
    flat = book_of(wallet=100_000)
    wise = replace(known(target=64_000), remembered=Remembered(plans=(plan(risk_max=Decimal(2000)),)))
    found = facts_of(
        Action.OPEN, flat, contracts="0.5", leverage=3, margin_mode=MarginMode.ISOLATED, known=wise,
        side=Side.LONG,
    )  # fmt: skip
    verdict = audit(found).verdict
    assert "G-07" not in {one.rule_id for one in verdict.findings}
    assert verdict.severity <= Severity.CAUTION, told(audit(found))
