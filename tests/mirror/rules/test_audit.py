"""The verdict over all rules: RESCUE-1, the lanes, the pause, what is shown, the three numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from ringfence.mirror.audit import audit, three_numbers
from ringfence.mirror.model import Audit, Severity
from ringfence.mirror.pause import may_wait
from ringfence.mirror.rules import RULES
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.build import (
    NOW,
    Action,
    Chance,
    D,
    Lane,
    Lock,
    answer,
    answers,
    calm,
    changed,
    facts,
    planned,
    rescue,
)


def said(judged: Audit, rule_id: str) -> str:
    return next(one.message for one in judged.verdict.findings if one.rule_id == rule_id)


def test_rescue_1_puts_its_three_numbers_first() -> None:
    judged = audit(changed(rescue(), {"market.sigma_hour": "0.002"}))
    three = judged.three
    assert three is not None
    assert (three.loss_before, three.loss_after, three.keep) == (D(1000), D(8000), D("0.125"))
    odds = [round(Fraction(one), 5) for one in (three.chance_before, three.chance_after)]
    assert odds == [Fraction("0.84861"), Fraction("0.34046")]
    assert judged.verdict.severity is Severity.PAUSE
    assert judged.verdict.friction == 3
    assert judged.verdict.pause_seconds == 60
    assert judged.pause_until_ms == NOW + 60_000
    assert "X-01" in judged.verdict.decided_by


def test_rescue_1_speaks_in_numbers() -> None:
    judged = audit(rescue())
    assert "loss if hit 1,000 → 8,000" in said(judged, "X-01")
    assert said(judged, "X-04") == "Newly pledged: balance 7,000 USDT."
    assert [one.what for one in judged.alternatives] == ["do_nothing", "reduce", "proceed"]
    assert judged.alternatives[1].words == (
        "Keep 12.5 %, 0.125 contracts: liquidation at 50,251.26 with no new money."
    )


def test_near_liquidation_nothing_waits_and_reducing_is_offered_first() -> None:
    judged = audit(rescue())  # 1.23 % away; ten deviations of a minute at 0.5 % an hour are 0.65 %
    assert judged.verdict.timer is True
    nearer = audit(changed(rescue(), {"market.sigma_hour": "0.01"}))
    assert nearer.verdict.severity is Severity.PAUSE
    assert (nearer.verdict.timer, nearer.verdict.pause_seconds, nearer.pause_until_ms) == (False, 0, None)
    assert nearer.verdict.answers_needed == ()
    assert [one.what for one in nearer.alternatives][:2] == ["reduce", "do_nothing"]


@pytest.mark.parametrize(
    ("changes", "timer"),
    [
        # sixty seconds at 6 % an hour: sigma² = 0.0036/60 = 0.00006, ten deviations squared are 0.006
        ({"before.distance": Fraction(3, 40), "market.sigma_hour": "0.06"}, False),  # 0.075² = 0.005625
        ({"before.distance": Fraction(31, 400), "market.sigma_hour": "0.06"}, True),  # 0.0775² = 0.00600625
        # sixty seconds at exactly (distance / 10)² · 60: at the threshold waiting is allowed
        ({"before.distance": Fraction(1, 10), "market.sigma_hour": None}, True),
        ({"before.distance": Fraction(2, 100), "market.sigma_hour": None}, False),
        ({"before.distance": None, "before.liquidatable": None}, False),
        ({"before.distance": None, "before.liquidatable": False}, True),
        ({"before.distance": D(0)}, False),
        ({"before.contracts": D(0), "before.distance": None, "before.liquidatable": None}, True),
    ],
)
def test_the_liquidation_clock(changes: dict[str, Any], timer: bool) -> None:
    calm_rescue = changed(rescue(), {"before.liquidatable": True, **changes})
    judged = audit(
        changed(
            facts(Action.ADD_MARGIN, plan=None, adverse=True, episode__top_ups=1),
            {
                "before": calm_rescue.before,
                "market.sigma_hour": calm_rescue.market.sigma_hour,
            },
        )
    )
    assert judged.verdict.friction == 3
    assert judged.verdict.timer is timer
    assert judged.verdict.pause_seconds == (60 if timer else 0)


def test_the_clock_allows_exactly_ten_deviations() -> None:
    # of 36 s, a hundredth of an hour: ten deviations are then one hourly deviation
    at = facts(Action.INCREASE, before__distance="0.01", market__sigma_hour="0.01")
    assert may_wait(at, 36, thresholds())
    assert not may_wait(changed(at, {"before.distance": "0.0099999"}), 36, thresholds())
    assert not may_wait(at, 37, thresholds())
    unknown = changed(at, {"market.sigma_hour": None, "before.distance": "0.08"})
    assert may_wait(unknown, 864, thresholds()), "a hundredth of a day, at 8 % a day"
    assert not may_wait(unknown, 865, thresholds())


def test_the_reduce_lane_is_allowed_whatever_is_wrong() -> None:
    wrong = changed(
        calm(Action.REDUCE, Lane.REDUCE),
        {
            "sources.mark_age_ms": None,
            "after.ring_equity": "-5",
            "venue.standing": "refused",
            "venue.code": "-2011",
            "own.locks": (Lock("trading", 0, None),),
            "history.known": False,
            "before.distance": "0.0001",
        },
    )
    judged = audit(wrong)
    assert judged.verdict.severity is Severity.ALLOW
    assert (judged.verdict.pause_seconds, judged.pause_until_ms, judged.verdict.friction) == (0, None, 0)
    assert judged.verdict.decided_by == ("G-02",)
    assert judged.verdict.exit_code == 0
    assert all(one.severity is Severity.ALLOW for one in judged.verdict.findings)
    assert {"G-02", "G-04"} <= {one.rule_id for one in judged.verdict.shown}


def test_a_closed_leg_that_held_another_is_told_before_and_a_question_waits_until_after() -> None:
    leg = changed(
        calm(Action.REDUCE, Lane.REDUCE),
        {
            "after.joint_stress_loss": "5000",
            "plan": planned(of={"target_prices": (D(70000),)}),
        },
    )
    by_id = {one.rule_id: one for one in audit(leg).verdict.findings}
    assert not by_id["C-06"].after
    assert by_id["C-06"].suppressed == ""
    assert by_id["C-02"].after
    assert by_id["C-02"].suppressed == "after"


def test_missing_data_closes_the_way_to_more_risk_and_says_so() -> None:
    verdict = audit(facts(Action.OPEN, after__ring_equity=None)).verdict
    assert (verdict.severity, verdict.word, verdict.exit_code) == (Severity.BLOCK, "data_missing", 40)
    assert verdict.data_missing == ("after.ring_equity", "after.ring_maintenance")
    assert verdict.decided_by == ("G-05",)
    neutral = audit(facts(Action.CHANGE_LEVERAGE, Lane.NEUTRAL, after__ring_equity=None)).verdict
    assert neutral.severity is Severity.ALLOW
    assert "G-05" in {one.rule_id for one in neutral.not_evaluated}


def test_data_that_is_too_old_is_missing_and_a_block_that_is_one_stays_a_block() -> None:
    old = audit(facts(Action.OPEN, sources__mark_age_ms=6000)).verdict
    assert (old.word, old.exit_code, old.data_missing) == ("data_missing", 40, ("sources.mark_age_ms",))
    both = audit(
        facts(Action.OPEN, sources__mark_age_ms=6000, own__locks=(Lock("trading", 0, None),))
    ).verdict
    assert (both.word, both.exit_code, both.decided_by) == ("block", 30, ("G-01", "G-06"))


def test_calm_facts_with_a_plan_are_allowed_and_without_one_pause_for_twenty_seconds() -> None:
    assert audit(calm()).verdict.severity is Severity.ALLOW
    assert audit(calm()).verdict.exit_code == 0
    bare = audit(facts(plan=None))
    assert (bare.verdict.severity, bare.verdict.friction, bare.verdict.pause_seconds) == (
        Severity.PAUSE,
        2,
        20,
    )
    assert bare.verdict.answers_needed == ("disproof", "invalidation", "do_nothing")
    assert bare.verdict.decided_by == ("G-07",)


def test_answers_leave_what_is_still_to_be_written() -> None:
    good = audit(facts(plan=None, answers=answers()))
    assert (good.verdict.severity, good.verdict.answers_needed) == (Severity.PAUSE, ())
    bad = audit(facts(plan=None, answers=answers(disproof=answer("disproof", "down", "T", "H"))))
    assert bad.verdict.answers_needed == ("disproof",)
    assert "lacks: a number, a date" in said(bad, "G-17")
    form = audit(facts(plan=None, answers=answers(invalidation=answer("invalidation", level=D(59000)))))
    assert (form.verdict.severity, form.verdict.decided_by) == (Severity.BLOCK, ("G-08",))
    assert form.verdict.word == "block"


def test_a_reason_to_do_nothing_is_sent_back_once() -> None:
    dull = answers(do_nothing=answer("do_nothing", "no reason", "dismissal"))
    first = audit(facts(plan=None, answers=dull))
    assert first.verdict.answers_needed == ("do_nothing",)
    second = audit(facts(plan=None, answers=dull, history__shown={"G-15": NOW - 5000}))
    assert second.verdict.answers_needed == ()


@pytest.mark.parametrize(
    ("changes", "level", "seconds"),
    [
        ({"history__since_do_nothing_ms": 1}, 1, 0),
        ({"history__overrides_24h": 3}, 1, 0),
        ({"plan": None, "history__since_do_nothing_ms": 1}, 3, 60),
        ({"plan": None, "history__since_do_nothing_ms": 1, "history__overrides_24h": 3}, 3, 60),
        ({"history__since_do_nothing_ms": 1, "history__overrides_24h": 3}, 2, 20),
        ({"plan": None, "history__overrides_24h": 3, "history__quiet_ms": 14_399_999}, 3, 60),
        ({"plan": None, "history__overrides_24h": 3, "history__quiet_ms": 14_400_000}, 2, 20),
        ({"after__effective_leverage": "25"}, 3, 60),
    ],
)
def test_friction_grows_with_habit_and_fades_with_quiet_hours(
    changes: dict[str, Any], level: int, seconds: int
) -> None:
    verdict = audit(facts(**changes)).verdict
    assert (verdict.friction, verdict.pause_seconds) == (level, seconds)
    assert verdict.severity == (Severity.ALLOW, Severity.CAUTION, Severity.PAUSE, Severity.PAUSE)[level]
    assert verdict.decided_by


def test_looking_again_costs_twenty_seconds_and_nothing_goes_beyond_the_ceiling() -> None:
    peeked = answers(
        disproof=replace(
            answers()["disproof"], writing=replace(answers()["disproof"].writing, price_peeked=True)
        )
    )
    assert audit(facts(plan=None, answers=peeked)).verdict.pause_seconds == 40
    assert audit(facts(plan=None, answers=peeked), since_ms=NOW - 30_000).pause_until_ms == NOW + 10_000
    wide = replace(thresholds(), looked_seconds=500)
    assert audit(facts(plan=None, answers=peeked), limits=wide).verdict.pause_seconds == 120


def test_at_most_three_are_shown_money_before_distance_before_chance_and_the_rest_says_why() -> None:
    judged = audit(
        facts(
            plan=None,
            after__loss_at_invalidation="5000",
            after__liquidation_price="57600",
            chance_horizon=Chance(D(0), D("0.5"), 100, "history", "24 h"),
            after__open_losses="20000",
            market__move_15m_z="4",
        )
    )
    shown = judged.verdict.shown
    assert [one.rule_id for one in shown] == ["G-11", "G-12", "G-09"]
    rest = {one.rule_id: one.suppressed for one in judged.verdict.findings if one.suppressed}
    assert rest["G-14"] == "beyond 3"
    assert rest["O-05"] == "beyond 3"
    assert rest["G-07"] == "beyond 3"


def test_the_same_thing_is_not_said_twice() -> None:
    judged = audit(facts(Action.INCREASE, after__liquidation_price="57600"))
    by_id = {one.rule_id: one.suppressed for one in judged.verdict.findings}
    assert (by_id["G-09"], by_id["I-04"]) == ("", "same as G-09")


@pytest.mark.parametrize(
    ("ago", "was", "shown"),
    [(3_600_000, "5000", False), (3_600_001, "5000", True), (60_000, "4166", True), (60_000, "4167", False)],
)
def test_a_finding_is_repeated_after_an_hour_or_a_fifth_worse(ago: int, was: str, shown: bool) -> None:
    judged = audit(
        facts(
            after__loss_at_invalidation="5000",
            after__open_losses="20000",
            history__shown={"G-11": NOW - ago},
            history__measures={"G-11": D(was)},
        )
    )
    found = next(one for one in judged.verdict.findings if one.rule_id == "G-11")
    assert (found.suppressed == "") is shown
    assert "G-11" in judged.verdict.decided_by, "it counts all the same"


def test_a_pause_never_stands_without_a_word() -> None:
    judged = audit(facts(plan=None, history__shown={"G-07": NOW - 1000}))
    assert [one.rule_id for one in judged.verdict.shown] == ["G-07"]


def test_a_rule_can_be_turned_off_but_not_one_that_guards() -> None:
    limits = replace(thresholds(), off=frozenset({"G-07", "G-05"}))
    verdict = audit(facts(plan=None), limits=limits).verdict
    assert verdict.severity is Severity.ALLOW
    assert [one.suppressed for one in verdict.not_evaluated if one.rule_id == "G-07"] == ["off"]
    assert audit(facts(after__ring_equity="1"), limits=limits).verdict.severity is Severity.BLOCK
    assert limits.config_hash != thresholds().config_hash


def test_three_numbers_stand_wherever_before_and_after_differ() -> None:
    same = replace(calm(Action.ADD_MARGIN), before=calm().after)
    assert three_numbers(same) is None
    assert three_numbers(changed(same, {"after.at_risk": "9"})) is not None
    assert three_numbers(changed(same, {"chance": Chance(D(0), D("0.1"), 10, "history", "24 h")})) is not None


def test_what_is_fixed_are_the_rules_that_block_and_the_lane() -> None:
    fixed = {one.id for one in RULES.values() if one.fixed}
    assert fixed == {"G-01", "G-02", "G-04", "G-05", "G-06", "G-13", "C-01", "X-02", "Y-01", "S-04", "T-03"}
