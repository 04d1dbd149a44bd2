"""Plans: which one matches, when it counts as written beforehand, and what of it an intent uses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.facts import Facts, PlanFacts
from ringfence.mirror.measured.gather import Knowledge
from ringfence.mirror.measured.planned import rungs_used
from ringfence.mirror.measured.remembered import Asked, Remembered
from ringfence.mirror.model import Action, Intent, Permission, Plan, Written
from tests.mirror.facts.books import (
    BTC,
    ETH,
    NOW,
    book_of,
    facts_of,
    held,
    intent,
    market,
    permitted,
    plan,
    rescue_1,
    rung,
)

MINUTE = 60_000
HOUR = 60 * MINUTE


def known(*plans: Plan, asked: tuple[Asked, ...] = ()) -> Knowledge:
    return Knowledge(now_ms=NOW, remembered=Remembered(plans=plans, asked=asked))


def planned(one: Plan, action: Action = Action.SWITCH_TO_CROSS, *, asked: tuple[Asked, ...] = (),
            **more: Any) -> PlanFacts:  # fmt: skip
    found = facts_of(action, known=known(one, asked=asked), **more).plan
    assert found is not None
    return found


def done(action: Action, ago: int, **more: Any) -> Asked:
    wanted: Intent = replace(intent(action, side=Side.LONG, **more), ts_ms=NOW - ago)
    return Asked(wanted, "proceed", NOW - ago)


OPENED = done(Action.OPEN, 10 * HOUR, contracts=1)


@pytest.mark.parametrize(
    ("changed", "matches"),
    [
        ({}, True),
        ({"symbol": ETH}, False),
        ({"side": Side.SHORT}, False),
        ({"account_id": "other"}, False),
        ({"created_ms": NOW + 1}, False),
    ],
)
def test_a_plan_is_for_one_account_symbol_and_side(changed: dict[str, Any], matches: bool) -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, known=known(plan(**changed)))
    assert (found.plan is not None) is matches
    assert found.invalidation == (Decimal(57_000) if matches else None)


def test_the_newest_sound_version_is_in_force() -> None:
    first, second = plan(), plan(version=2, created_ms=NOW - 20 * HOUR, invalidation_price=Decimal(57_400))
    under = plan(
        version=3, created_ms=NOW - HOUR, invalidation_price=Decimal(50_000),
        written=Written(flat=False, adverse=True),
    )  # fmt: skip
    found = facts_of(Action.SWITCH_TO_CROSS, known=known(under, first, second)).plan
    assert found is not None
    assert (found.plan.version, found.edited_underwater_version) == (2, 3)
    alone = facts_of(Action.SWITCH_TO_CROSS, known=known(under)).plan
    assert alone is not None
    assert (alone.prewritten, alone.edited_underwater_version) == (False, 3)


@pytest.mark.parametrize(
    ("age", "flat", "expected"),
    [(10 * MINUTE, True, True), (10 * MINUTE - 1, True, False), (10 * MINUTE, False, False)],
)
def test_written_beforehand(age: int, flat: bool, expected: bool) -> None:
    one = plan(created_ms=NOW - age, written=Written(flat=flat, adverse=False))
    assert planned(one).prewritten is expected


def test_a_plan_younger_than_the_position_is_not_written_beforehand() -> None:
    older, younger = plan(created_ms=NOW - 11 * HOUR), plan(created_ms=NOW - 9 * HOUR)
    assert planned(older, asked=(OPENED,)).prewritten
    assert not planned(younger, asked=(OPENED,)).prewritten


def switch(**more: Any) -> PlanFacts:
    return planned(plan(mode_switch=permitted(**more)))


def test_the_permission_to_switch() -> None:
    assert switch().mode_permitted
    assert not planned(plan()).mode_permitted
    assert switch(at_risk_max=8_000).mode_permitted
    assert not switch(at_risk_max="7999.99").mode_permitted
    assert switch(price_min=58_000, price_max=58_000).mode_permitted
    assert not switch(price_min="58000.01").mode_permitted
    assert not switch(price_max="57999.99").mode_permitted
    assert not switch(count_max=0).mode_permitted


def test_a_switch_that_was_used_counts() -> None:
    once = plan(mode_switch=permitted(count_max=1))
    before = (OPENED, done(Action.SWITCH_TO_CROSS, HOUR))
    assert planned(once, asked=(OPENED,)).mode_permitted
    assert not planned(once, asked=before).mode_permitted
    undone = replace(before[1], decision="do_nothing")
    assert planned(once, asked=(OPENED, undone)).mode_permitted


def test_a_mode_to_open_in() -> None:
    both = frozenset(MarginMode)
    for modes, expected in ((both, True), (frozenset({MarginMode.ISOLATED}), False)):
        found = planned(
            plan(modes_allowed=modes), Action.OPEN, book=book_of(), side=Side.LONG, contracts="0.1",
            leverage=20, margin_mode=MarginMode.CROSS,
        )  # fmt: skip
        assert found.mode_permitted is expected


@pytest.mark.parametrize(
    ("bounds", "amount", "expected"),
    [
        ({}, 500, True),
        ({"count_max": 2}, 500, True),
        ({"count_max": 1}, 500, False),
        ({"total_max": 900}, 500, True),
        ({"total_max": "899.99"}, 500, False),
        ({"price_max": 57_999}, 500, False),
    ],
)
def test_top_ups(bounds: dict[str, Any], amount: int, expected: bool) -> None:
    asked = (OPENED, done(Action.ADD_MARGIN, HOUR, amount=400))
    one = plan(top_up=permitted(**bounds))
    assert planned(one, Action.ADD_MARGIN, asked=asked, amount=amount).top_up_permitted is expected


def test_a_lower_leverage_is_a_top_up_of_what_it_moves() -> None:
    enough, less = (plan(top_up=permitted(total_max=total)) for total in (3_000, 2_999))
    assert planned(enough, Action.CHANGE_LEVERAGE, leverage=10).top_up_permitted
    assert not planned(less, Action.CHANGE_LEVERAGE, leverage=10).top_up_permitted


def test_deposits_and_hedges() -> None:
    one = plan(deposit=permitted(total_max=1_000), hedge=Permission(allowed=True))
    found = planned(one, Action.TRANSFER, asset="USDT", amount=1_000)
    assert (found.deposit_permitted, found.hedge_permitted) == (True, True)
    more = planned(one, Action.TRANSFER, asset="USDT", amount="1000.01")
    assert not more.deposit_permitted


def test_after_the_time_stop_a_plan_permits_nothing() -> None:
    for stop, expected in ((NOW + 1, True), (NOW, False)):
        one = plan(time_stop_ms=stop, mode_switch=permitted())
        assert planned(one).mode_permitted is expected


LADDER = plan(ladder=(rung(58_000, "0.5"), rung(56_000, "0.5")))


def adding(
    contracts: object, at: object = 58_000, asked: tuple[Asked, ...] = (), one: Plan = LADDER
) -> PlanFacts:
    return planned(
        one, Action.INCREASE, asked=asked, at=market(at), side=Side.LONG, contracts=contracts,
        book=book_of(held(), wallet=20_000),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("contracts", "mark", "expected"),
    [
        ("0.5", 58_000, 1),
        ("0.5", 58_116, 1),  # 0.2 % dearer is still at it
        ("0.5", 58_117, None),
        ("0.5", 57_000, 1),
        ("0.51", 58_000, None),
    ],
)
def test_the_next_rung(contracts: str, mark: int, expected: int | None) -> None:
    found = adding(contracts, mark)
    assert found.rung == expected
    assert found.in_zone is (None if expected is None else True)


def test_rungs_are_used_up() -> None:
    first = done(Action.INCREASE, HOUR, contracts="0.5", price=57_990)
    second = done(Action.INCREASE, MINUTE, contracts="0.5", price=55_900)
    at = adding("0.5", 56_000, (OPENED, first))
    assert (at.rungs_used, at.rung) == (1, 2)
    exhausted = adding("0.5", 55_000, (OPENED, first, second))
    assert (exhausted.rungs_used, exhausted.rung) == (2, None)


@pytest.mark.parametrize(
    ("prices", "used"), [([], 0), ([59_000], 0), ([58_000], 1), ([57_000, 56_500], 1), ([58_000, 55_000], 2)]
)
def test_which_additions_fill_rungs(prices: list[int], used: int) -> None:
    assert rungs_used(LADDER, [(Decimal(one), Decimal("0.5")) for one in prices]) == used


def test_a_ladder_of_a_short_goes_up() -> None:
    short = replace(LADDER, side=Side.SHORT, ladder=(rung(62_000, 1), rung(63_000, 1)))
    assert rungs_used(short, [(Decimal(61_000), Decimal(1))]) == 0
    assert rungs_used(short, [(Decimal(62_500), Decimal(1))]) == 1


@pytest.mark.parametrize(("low", "high", "expected"), [(57_000, 58_000, True), (58_001, 59_000, False)])
def test_the_entry_zone(low: int, high: int, expected: bool) -> None:
    one = plan(entry_zone=(Decimal(low), Decimal(high)))
    found = planned(one, Action.OPEN, book=book_of(), side=Side.LONG, contracts="0.1", leverage=20)
    assert (found.in_zone, found.rung) == (expected, None)


@pytest.mark.parametrize(
    ("mark", "changed", "expected"),
    [
        (57_500, {}, ""),
        (57_300, {"invalidation_price": Decimal(57_300)}, "invalidation"),
        (61_000, {"target_prices": (Decimal(61_000),)}, "target"),
        (60_999, {"target_prices": (Decimal(61_000),)}, ""),
        (58_000, {"time_stop_ms": NOW}, "time_stop"),
        (58_000, {"time_stop_ms": NOW + 1}, ""),
    ],
)
def test_exits_that_keep_the_plan(mark: int, changed: dict[str, Any], expected: str) -> None:
    found = planned(plan(**changed), Action.REDUCE, at=market(mark), contracts=1)
    assert found.exit_event == expected


def test_the_target_of_the_plan_is_the_next_one_ahead() -> None:
    one = plan(target_prices=(Decimal(57_000), Decimal(62_000), Decimal(70_000)))
    found: Facts = facts_of(Action.SWITCH_TO_CROSS, known=known(one))
    assert found.chance is not None
    assert found.chance.until == "target 62000"


def test_a_plan_sets_the_level_the_horizon_and_the_loss() -> None:
    one = plan(invalidation_price=Decimal(57_500), time_stop_ms=NOW + 6 * HOUR)
    found = facts_of(Action.SWITCH_TO_CROSS, at=market(fee="0.0005"), known=known(one))
    assert (found.invalidation, found.invalidation_new) == (Decimal(57_500), False)
    assert found.market.horizon_ms == 6 * HOUR
    assert found.before.loss_at_invalidation == 500 + Decimal("28.75")
    assert found.before.open_losses == found.before.loss_at_invalidation
    assert found.inv_breached is False


def test_other_positions_say_whether_a_plan_stands_behind_them() -> None:
    book = book_of(held(margin=3_000), held(ETH, contracts=1, entry=2_500))
    found = facts_of(Action.SWITCH_TO_ISOLATED, book, known=known(plan()), symbol=ETH)
    assert [one.planned for one in found.before.others] == [True]
    assert found.before.others[0].symbol == BTC
    again = facts_of(Action.SWITCH_TO_CROSS, rescue_1(), known=known(plan()))
    assert again.before.others == ()
