"""From the wish to the receipt: what a person, a bot and an agent get from the operations of the mirror."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringfence.errors import Blocked, IdConflict, NotAllowed, NotYet, OutOfRange, RingfenceError
from tests.mirror.service.world import BTC, LINES, REASON, START, WRITTEN, Desk, account, flat


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def calm(**more: object) -> dict[str, object]:
    """A book whose liquidation is far enough for a timed pause."""
    held = account()["positions"][0] | {"contracts": "0.1", "isolated_margin": "1500", "leverage": "4"}
    return account(positions=[held]) | more


def asked(desk: Desk, **more: object) -> object:
    """A paused intent with time on its clock."""
    return desk.ask(
        "mirror-audit", **({"action": "add_margin", "amount": "500", "account": calm(), "id": "a1"} | more)
    )


def test_rescue_1_says_the_three_numbers(desk: Desk) -> None:
    found = desk.rescue()
    three = found.three
    assert (found.verdict, found.lane, found.friction) == ("pause", "increase", 3)
    assert (three.chance_before[:7], three.chance_after[:7]) == ("0.84861", "0.34046")
    assert (three.loss_before, three.loss_after, three.keep) == ("1000", "8000", "0.125")
    assert (found.before.threshold[:10], found.after.threshold[:10]) == ("57286.4321", "50251.2562")
    assert found.hostages == ["balance 7000 USDT"]
    assert found.findings[0].rule_id == "X-01"
    assert len(found.findings) <= 3


def test_near_liquidation_nobody_waits(desk: Desk) -> None:
    found = desk.rescue()
    assert (found.timer, found.pause_until_ms) == (False, None)
    assert found.alternatives[0].decision == "reduce"


def test_a_timed_pause_wants_time_and_three_lines(desk: Desk) -> None:
    found = asked(desk)
    assert (found.verdict, found.pause_seconds, found.timer) == ("pause", 20, True)
    assert found.pause_until_ms == START + 20_000
    assert found.needed == ["disproof", "invalidation", "do_nothing"]
    assert found.alternatives[0].decision == "do_nothing"
    with pytest.raises(NotYet) as early:
        desk.ask("mirror-decide", audit_id="a1", decision="proceed")
    assert early.value.until_ms == START + 20_000
    bad = desk.ask(
        "mirror-answer", audit_id="a1", disproof="if price goes down", invalidation="61000",
        do_nothing="no reason",
    )  # fmt: skip
    assert [line.accepted for line in bad.lines] == [False, False, False]
    good = desk.ask(
        "mirror-answer", audit_id="a1", writing=WRITTEN,
        disproof="BTC 4h close below 50,000 within 2 days", invalidation="50000",
        do_nothing=LINES["do_nothing"],
    )  # fmt: skip
    assert [line.accepted for line in good.lines] == [True, True, True]
    assert good.needed == []
    desk.now_ms += 20_000
    done = desk.ask("mirror-decide", audit_id="a1", decision="proceed")
    assert (done.decision, done.permit.state) == ("proceed", "valid")
    assert done.permit.expires_ms == desk.now_ms + 60_000
    assert desk.ask("mirror-show", audit_id="a1").state == "decided"
    assert desk.ask("journal-verify").ok


def test_a_reason_in_own_words_goes_on_against_it(desk: Desk) -> None:
    asked(desk)
    desk.now_ms += 20_000
    for poor in ("", "just do it", "because because because because"):
        with pytest.raises(NotYet):
            desk.ask("mirror-decide", audit_id="a1", decision="proceed", reason=poor)
    done = desk.ask("mirror-decide", audit_id="a1", decision="override", reason=REASON)
    assert done.decision == "override"


def test_doing_nothing_is_always_possible_and_ends_it(desk: Desk) -> None:
    asked(desk)
    assert desk.ask("mirror-decide", audit_id="a1", decision="do_nothing").permit is None
    again = desk.ask("mirror-decide", audit_id="a1", decision="do_nothing")
    assert again.receipt == desk.ask("mirror-decide", audit_id="a1", decision="do_nothing").receipt
    with pytest.raises(RingfenceError):
        desk.ask("mirror-decide", audit_id="a1", decision="proceed")


def test_reducing_comes_with_its_permit_even_under_a_lock(desk: Desk) -> None:
    desk.ask("limit-set", what="trading", hours=12)
    found = desk.ask("mirror-audit", action="reduce", contracts="0.4", account=account(), as_of_ms=1)
    assert (found.verdict, found.lane, found.permit.state) == ("allow", "reduce", "valid")
    assert found.permit.contracts_max == "0.4"
    blocked = asked(desk, id="b1")
    assert blocked.verdict == "block"
    with pytest.raises(Blocked):
        desk.ask("mirror-decide", audit_id="b1", decision="override", reason=REASON)


def test_the_equal_safety_reduction_is_a_decision_of_its_own(desk: Desk) -> None:
    desk.rescue()
    done = desk.ask("mirror-decide", audit_id="a7", decision="reduce")
    assert (done.decision, done.permit.contracts_max) == ("reduce_instead", "0.875")
    assert done.permit.intent["action"] == "reduce"


def test_repeating_a_request_changes_nothing(desk: Desk) -> None:
    first = desk.rescue()
    total = desk.ask("journal-list").total
    assert desk.rescue() == first
    assert desk.ask("journal-list").total == total
    with pytest.raises(IdConflict):
        desk.rescue(target="63000")


def test_an_audit_says_the_same_when_it_is_looked_at_later(desk: Desk) -> None:
    first = asked(desk)
    desk.ask("limit-set", what="daily_loss", amount="1")
    asked(desk, id="a2", amount="700")
    desk.ask("mirror-decide", audit_id="a2", decision="do_nothing")
    later = desk.ask("mirror-show", audit_id="a1")
    assert later.facts_hash == first.facts_hash
    assert [one.message for one in later.findings] == [one.message for one in first.findings]


def test_an_audit_is_open_for_ten_minutes(desk: Desk) -> None:
    asked(desk)
    desk.now_ms += 600_001
    assert desk.ask("mirror-show", audit_id="a1").state == "expired"
    with pytest.raises(NotYet, match="ten minutes"):
        desk.ask("mirror-decide", audit_id="a1", decision="override", reason=REASON)


def test_a_program_states_how_old_its_data_is(desk: Desk) -> None:
    bot = desk.as_actor("bot:grid")
    assert asked(bot, id="b1").verdict == "data_missing"
    assert asked(bot, id="b2", as_of_ms=START - 1_000).verdict == "pause"
    assert asked(bot, id="b3", as_of_ms=START - 60_000).verdict == "data_missing"


@pytest.mark.parametrize("actor", ["bot:grid", "agent:desk"])
def test_a_program_does_not_write_for_a_person(desk: Desk, actor: str) -> None:
    program = desk.as_actor(actor)
    asked(program, as_of_ms=START)
    with pytest.raises(NotAllowed, match="person"):
        program.ask("mirror-answer", audit_id="a1", **LINES)
    desk.now_ms = program.now_ms = START + 20_000
    with pytest.raises(NotAllowed):
        program.ask("mirror-decide", audit_id="a1", decision="override", reason=REASON)
    with pytest.raises(NotAllowed):
        program.ask("plan-new", plan={}, account=flat())


def test_what_a_person_allows_programs_to_answer_for(desk: Desk) -> None:
    desk.ask("limit-set", what="programs", amount="5000")
    agent = desk.as_actor("agent:desk")
    asked(agent, as_of_ms=START)
    found = agent.ask("mirror-answer", audit_id="a1", **LINES)
    assert found.lines
    desk.rescue(id="big")
    with pytest.raises(NotAllowed):
        agent.ask("mirror-answer", audit_id="big", **LINES)


def test_small_orders_are_judged_as_what_they_add_up_to(desk: Desk) -> None:
    """An order whose permit still holds is not in the account yet; the next one is judged with it."""
    sizes = []
    for number in range(3):
        named = f"s{number}"
        found = desk.ask("mirror-audit", action="increase", contracts="0.02", account=calm(), id=named)
        sizes.append(found.after.contracts)
        desk.now_ms += 20_000
        desk.ask("mirror-decide", audit_id=named, decision="override", reason=f"{REASON}, part {number}")
    assert sizes == ["0.12", "0.14", "0.16"]
    desk.now_ms += 60_001
    late = desk.ask("mirror-audit", action="increase", contracts="0.02", account=calm())
    assert late.after.contracts == "0.12"


def test_limits_tighten_at_once_and_loosen_after_a_day_from_flat(desk: Desk) -> None:
    desk.ask("limit-set", what="daily_loss", amount="500")
    with pytest.raises(RingfenceError, match="nothing is open"):
        desk.ask("limit-set", what="daily_loss", amount="900", account=account())
    (held,) = desk.ask("limit-set", what="daily_loss", amount="300").limits
    assert held.amount == "300"
    limits = desk.ask("limit-set", what="daily_loss", amount="900", account=flat()).limits
    assert [one.amount for one in limits] == ["300", "900"]
    desk.now_ms += 86_400_000
    assert [one.amount for one in desk.ask("limit-list").limits] == ["900"]


def test_a_lock_of_time_cannot_be_shortened(desk: Desk) -> None:
    desk.ask("limit-set", what="trading", hours=24)
    for sooner in ({"hours": 1}, {"off": True}):
        with pytest.raises(RingfenceError, match="cannot be shortened"):
            desk.ask("limit-set", what="trading", account=flat(), **sooner)


def test_a_rule_is_off_after_a_day_and_on_at_once(desk: Desk) -> None:
    off = {one.id: one for one in desk.ask("rule-set", rule_id="G-07", on=False).rules}["G-07"]
    assert (off.on, off.off_from_ms) == (True, START + 86_400_000)
    desk.now_ms += 86_400_000
    assert not {one.id: one for one in desk.ask("rule-list").rules}["G-07"].on
    assert {one.id: one for one in desk.ask("rule-set", rule_id="G-07", on=True).rules}["G-07"].on
    with pytest.raises(RingfenceError):
        desk.ask("rule-set", rule_id="G-02", on=False)


PLAN = {
    "symbol": BTC, "side": "long", "disproof": LINES["disproof"], "invalidation_price": "51000",
    "do_nothing_reason": LINES["do_nothing"], "thesis": "the range holds until the meeting",
    "top_up": {"count_max": 1, "total_max": "1000"}, "risk_max": "1000",
}  # fmt: skip


def test_a_plan_written_flat_permits_what_it_names(desk: Desk) -> None:
    made = desk.ask("plan-new", plan=PLAN, account=flat(), id="p1")
    assert (made.version, made.edited_underwater) == (1, False)
    assert made.prewritten_from_ms == START + 600_000
    desk.now_ms += 700_000
    planned = asked(desk, amount="500")
    assert planned.verdict in ("allow", "caution")
    assert asked(desk, id="a2", amount="5000").verdict == "pause"


def test_a_plan_under_water_is_kept_and_justifies_nothing(desk: Desk) -> None:
    made = desk.ask("plan-new", plan=PLAN, account=account(), id="p1")
    assert (made.edited_underwater, made.prewritten_from_ms) == (True, None)
    desk.now_ms += 700_000
    assert asked(desk, amount="500").verdict == "pause"


def test_a_plan_without_a_date_is_refused_with_what_is_missing(desk: Desk) -> None:
    with pytest.raises(OutOfRange, match="date") as refused:
        desk.ask("plan-new", plan=PLAN | {"disproof": "BTC closes below 51,000"}, account=flat())
    assert refused.value.path == "plan.disproof"


def test_an_erased_sentence_is_gone_and_the_journal_verifies(desk: Desk) -> None:
    desk.ask("plan-new", plan=PLAN, account=flat(), id="p1")
    desk.ask("journal-erase", ref="p1#thesis")
    shown = desk.ask("plan-show", plan_id="p1").plans[0]
    assert shown.plan["thesis"] == ""
    assert shown.plan["invalidation_price"] == "51000"
    verified = desk.ask("journal-verify")
    assert (verified.ok, verified.erased) == (True, 1)


def test_a_journal_comes_back_from_its_export(desk: Desk, tmp_path: Path) -> None:
    asked(desk)
    desk.ask("journal-export", to=str(tmp_path / "whole.jsonl"))
    other = Desk(tmp_path / "elsewhere")
    restored = other.ask("journal-restore", source=str(tmp_path / "whole.jsonl"))
    assert restored.records == desk.ask("journal-list").total + 1, "the new place has a key of its own"
    before, after = (one.ask("mirror-show", audit_id="a1") for one in (desk, other))
    assert after.facts_hash == before.facts_hash


def test_an_executor_reports_what_it_did(desk: Desk) -> None:
    permit = desk.ask("mirror-audit", action="reduce", contracts="0.4", account=account()).permit
    desk.ask("mirror-fill", permit_id=permit.permit_id, contracts="0.4", price="57990", id="f1")
    assert desk.ask("mirror-permit", permit_id=permit.permit_id).state == "used"
    assert desk.ask("mirror-fill", permit_id=permit.permit_id, contracts="0.4", price="57990", id="f1")
    desk.now_ms += 60_000
    other = desk.ask("mirror-audit", action="reduce", contracts="0.1", account=account()).permit
    desk.now_ms += 60_001
    assert desk.ask("mirror-permit", permit_id=other.permit_id).state == "expired"


def test_without_an_account_the_last_one_counts_and_its_age_shows(desk: Desk) -> None:
    with pytest.raises(RingfenceError, match="no account"):
        desk.ask("mirror-audit", action="add_margin", amount="500")
    asked(desk)
    desk.now_ms += 20_000
    assert desk.ask("mirror-audit", action="add_margin", amount="500").verdict == "data_missing"


def test_a_note_is_kept_and_can_be_erased(desk: Desk) -> None:
    asked(desk)
    desk.ask("mirror-note", audit_id="a1", text="slept badly", id="n1")
    (note,) = desk.ask("journal-list", kind="note").records
    assert note.texts == {"n1#text": "slept badly"}


def test_nothing_of_an_erased_text_can_be_recomputed_from_its_record(desk: Desk) -> None:
    """The digest by which a repeated request is known leaves sentences out: it would let anybody try them."""
    asked(desk, id="x1", why="it must come back")
    desk.ask("journal-erase", ref="x1#why")
    again = asked(desk, id="x1", why="it must come back")
    assert again.audit_id == "x1"
    kept = [one.body for one in desk.ask("journal-list", kind="intent").records]
    assert kept[0]["intent"]["trigger_text"] == ""


def test_how_it_was_written_is_said_and_refuses_nothing(desk: Desk) -> None:
    asked(desk)
    hasty = {"active_ms": 900, "keystrokes": 3, "pasted_chars": 0, "focus_lost_ms": 0}
    lines = {"disproof": "BTC 4h close below 50,000 within 2 days", "invalidation": "50000"}
    found = desk.ask("mirror-answer", audit_id="a1", writing=hasty, do_nothing=LINES["do_nothing"], **lines)
    last = next(line for line in found.lines if line.name == "do_nothing")
    assert last.accepted
    assert {one.code for one in last.cautions} >= {"W1", "W2"}
    again = desk.ask("mirror-answer", audit_id="a1", writing=WRITTEN, do_nothing=LINES["do_nothing"], **lines)
    assert not [one for line in again.lines for one in line.cautions if one.code.startswith("W")]


def test_lines_sent_one_by_one_count_their_time_together(desk: Desk) -> None:
    """As the terminal sends them: three lines of four seconds are twelve."""
    asked(desk)
    four = {"active_ms": 4_000, "focus_lost_ms": 900}
    for name, text in (("disproof", "BTC 4h close below 50,000 within 2 days"), ("invalidation", "50000")):
        desk.ask("mirror-answer", audit_id="a1", writing=four, **{name: text})
    found = desk.ask("mirror-answer", audit_id="a1", writing=four, do_nothing=LINES["do_nothing"])
    assert not [one for line in found.lines for one in line.cautions if one.code == "W1"]
    assert [one.rule_id for one in found.findings + found.further].count("G-16") == 1


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("amount", {"action": "add_margin", "amount": "-5"}),
        ("amount", {"action": "remove_margin", "amount": "0"}),
        ("contracts", {"action": "reduce", "contracts": "-1"}),
        ("leverage", {"action": "change_leverage", "leverage": "0"}),
    ],
)
def test_the_action_says_which_way(desk: Desk, field: str, request_: dict[str, str]) -> None:
    with pytest.raises(OutOfRange, match="above zero") as refused:
        desk.ask("mirror-audit", account=account(), **request_)
    assert refused.value.path == field


def test_a_reduction_that_turns_the_position_round_is_none(desk: Desk) -> None:
    found = desk.ask("mirror-audit", action="reduce", contracts="99", account=account())
    assert (found.lane, found.verdict) == ("increase", "block")
    assert "C-01" not in [one.rule_id for one in found.findings + found.further]
