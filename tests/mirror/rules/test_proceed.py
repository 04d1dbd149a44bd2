"""Through a pause: all written, or a reason of one's own; never before its time, never past a block."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ringfence.mirror.audit import audit
from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Action, Answer, Lane
from ringfence.mirror.proceed import Refusal, Way, confirmation_words, confirms, may_proceed
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.build import NOW, D, Lock, answer, answers, calm, changed, facts, rescue

REASON = "I accept this loss for the hedge in spot"
LINES = ("disproof", "invalidation", "do_nothing")


def way(made: Facts, *, after_ms: int = 60_000, **changes: Any) -> Way | Refusal:
    judged = audit(made, since_ms=NOW)
    return may_proceed(judged, replace(made, **changes), now_ms=NOW + after_ms, limits=thresholds())


def long_one(**changed_answers: Answer | None) -> Facts:
    """RESCUE-1, level 3, 8,000 at stake to keep 1,000, written on."""
    given = {
        "confirmation": answer("confirmation", "8,000 USDT to keep 1,000"),
        "override": answer("override", REASON),
        "invalidation": answer("invalidation", level=D("57500")),
        **changed_answers,
    }
    quiet = {"market.sigma_hour": "0.002", "invalidation": "57500", "market.atr_hour": "1"}
    return changed(rescue(), {**quiet, "answers": answers(**given)})


def test_what_is_calm_goes_on_at_once() -> None:
    assert way(calm(), after_ms=0) == Way("proceed")
    assert way(calm(Action.REDUCE, Lane.REDUCE), after_ms=0) == Way("proceed")


@pytest.mark.parametrize(
    ("after_ms", "wanted"), [(19_999, Refusal("waiting", (), NOW + 20_000)), (20_000, Way("proceed"))]
)
def test_the_short_pause(after_ms: int, wanted: Way | Refusal) -> None:
    assert way(facts(plan=None, answers=answers()), after_ms=after_ms) == wanted


def test_it_ends_with_three_lines_or_with_a_reason() -> None:
    assert way(facts(plan=None)) == Refusal("unwritten", LINES)
    assert way(facts(plan=None, answers=answers(do_nothing=None))) == Refusal("unwritten", ("do_nothing",))
    only = {"override": answer("override", REASON)}
    assert way(facts(plan=None, answers={**answers(do_nothing=None), **only})) == Way("override")
    short = {"override": answer("override", "x" * 19)}
    assert way(facts(plan=None, answers={**answers(do_nothing=None), **short})) == Refusal(
        "unwritten", ("do_nothing",)
    )
    enough = {"override": answer("override", "x" * 20)}
    assert way(facts(plan=None, answers={**answers(do_nothing=None), **enough})) == Way("override")
    worn = {"override": answer("override", REASON, "boilerplate")}
    assert isinstance(way(facts(plan=None, answers={**answers(do_nothing=None), **worn})), Refusal)


def test_the_long_pause_also_wants_the_number_and_a_reason() -> None:
    assert way(long_one()) == Way("proceed")
    assert way(long_one(), after_ms=59_999) == Refusal("waiting", (), NOW + 60_000)
    assert way(long_one(confirmation=None)) == Refusal("unwritten", ("confirmation",))
    assert way(long_one(override=None)) == Refusal("unwritten", ("override",))
    assert way(long_one(disproof=None)) == Way("override")
    assert way(long_one(disproof=None, confirmation=answer("confirmation", "7,000"))) == Refusal(
        "unwritten", ("disproof", "confirmation")
    )


def test_a_program_does_not_override_for_a_person() -> None:
    bare = facts(plan=None, answers={"override": answer("override", REASON), **answers(do_nothing=None)})
    human_only = Refusal("needs_human")
    for actor, wanted in (("human", Way("override")), ("agent:x", human_only), ("bot", human_only)):
        assert way(replace(bare, intent=replace(bare.intent, actor=actor))) == wanted


def test_a_block_is_not_overridden() -> None:
    locked = facts(own__locks=(Lock("trading", 0, None),), answers={"override": answer("override", REASON)})
    assert way(locked) == Refusal("blocked")
    blind = facts(after__ring_equity=None, answers={"override": answer("override", REASON)})
    assert way(blind) == Refusal("data_missing", ("after.ring_equity", "after.ring_maintenance"))


def test_where_waiting_is_not_safe_nothing_has_to_be_written() -> None:
    near = changed(rescue(), {"market.sigma_hour": "0.05"})
    assert way(near, after_ms=0) == Way("proceed")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("8,000 USDT to keep 1,000", True), ("8000", True), ("8 000", True), ("8,000.00", True),
        ("8001", False),
        ("1,000", False), ("", False), ("yes", False), ("keep 1,000, risk 8,000", False),
    ],
)  # fmt: skip
def test_the_number_at_stake_is_typed(text: str, wanted: bool) -> None:
    assert confirms(text, rescue()) is wanted


def test_what_is_to_be_typed() -> None:
    assert confirmation_words(rescue()) == "8,000 USDT to keep 1,000"
    assert confirmation_words(changed(rescue(), {"before.at_risk": None, "asset": ""})) == "8,000"
    unknown = changed(rescue(), {"after.at_risk": None})
    assert confirmation_words(unknown) == "not known"
    assert confirms("Not known", unknown)
    assert not confirms("8000", unknown)
    deposit = facts(Action.TRANSFER, intent__amount="1000", before__at_risk=None)
    assert confirmation_words(deposit) == "1,000 USDT"
    assert confirms("1000", deposit)
    small = changed(rescue(), {"after.at_risk": "0.0123456"})
    assert confirms(confirmation_words(small), small)
