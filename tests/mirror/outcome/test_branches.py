"""What each intent, plan and report does to the reference rescue."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ringfence.domain.account import Account, CollateralRate, MarginMode, Side
from ringfence.history.tape import Tape, tape_of_rows
from ringfence.mirror.canonical import canonical_bytes, document
from ringfence.mirror.happened import (
    FundingBooked,
    Happened,
    LeverageSet,
    MarginAdjusted,
    ModeSwitched,
    MoneyMoved,
    StopMoved,
    Traded,
)
from ringfence.mirror.model import Action, Intent
from ringfence.mirror.outcome.delta import delta, difference
from ringfence.mirror.outcome.model import Branch, Choice, Decision, Snapshot, Status
from ringfence.mirror.outcome.stored import outcome_of
from ringfence.replay.scene import Stop
from tests.mirror.outcome.world import (
    BTC,
    CROSS,
    DAY,
    DOWN,
    ETH,
    HOUR,
    MINUTE,
    UP,
    asked,
    day,
    flat,
    funded,
    intent,
    plan,
    rescue,
    snapshot,
    tape,
)

A, S, D = Action, Side, Decimal

# What is wanted, on the way up; what is left; 7,000 is what doing nothing leaves.
NOW: list[tuple[Intent, str]] = [
    (CROSS, "10500"),
    (intent(A.ADD_MARGIN, amount=D(1_000)), "10500"),
    (intent(A.REMOVE_MARGIN, amount=D(0)), "refused"),
    (intent(A.REDUCE), "8000"),
    (intent(A.REDUCE, contracts=D("0.5"), side=S.LONG), "7500"),
    (intent(A.OPEN, symbol=ETH, side=S.LONG, contracts=D(1), leverage=D(10)), "7400"),
    (intent(A.OPEN, symbol=ETH, side=S.LONG, contracts=D(1), price=D(2_900), leverage=D(10)), "7500"),
    (intent(A.OPEN, symbol=ETH, side=S.SHORT, contracts=D(1), price=D(2_900), leverage=D(10)), "6600"),
    (intent(A.INCREASE, side=S.LONG, contracts=D("0.5"), leverage=D(20)), "11750"),
    (intent(A.INCREASE, side=S.LONG, contracts=D(500), leverage=D(20)), "refused"),
    (intent(A.TRANSFER, asset="USDT", amount=D(500)), "7500"),
    (intent(A.TRANSFER, asset="USDT", amount=D(-9_000)), "refused"),
    (intent(A.MOVE_STOP, stop_to=D(57_500)), "7500"),
    (intent(A.MOVE_STOP, stop_to=D(57_500), which="invalidation"), "7000"),
    (intent(A.CHANGE_LEVERAGE, leverage=D(10)), "10500"),
    (intent(A.OPEN, symbol=ETH, contracts=D(1)), "refused"),
    (intent(A.OPEN, symbol=ETH, side=S.LONG), "refused"),
    (intent(A.REDUCE, symbol=ETH), "refused"),
    (intent(A.OPEN, symbol="SOL/USDT:USDT", side=S.LONG, contracts=D(1)), "refused"),
    (intent(A.CHANGE_LEVERAGE), "refused"),
    (Intent("I1", 0, "human", "main", "demo", A.SWITCH_TO_CROSS), "refused"),
]


def both() -> Tape:
    return tape(UP, ETH=("3000", "2800", "3400"))


@pytest.mark.parametrize(
    ("wanted", "left"), NOW, ids=[f"{o.action.value} {n}" for n, (o, _) in enumerate(NOW)]
)
def test_doing_it_now(wanted: Intent, left: str) -> None:
    one = asked(snapshot(both()), wanted)[Branch.DO_IT_NOW.value, "24h"]
    if left == "refused":
        assert (one.status, one.end_equity) == (Status.NOT_POSSIBLE, None)
        assert one.words[0]
    else:
        assert (one.status, one.end_equity) == (Status.SETTLED, Decimal(left)), one.words


def test_new_money_is_no_gain() -> None:
    found = asked(snapshot(tape(UP)), intent(A.TRANSFER, asset="USDT", amount=D(500)))
    now, idle = found["do_it_now", "24h"], found["do_nothing", "24h"]
    assert (now.moved, now.end_equity, now.pnl) == (500, 7_500, -1_000)
    assert delta(now, idle).low == 0
    assert delta(now, idle).lowest == 0


def test_a_new_fence_has_the_margin_that_was_asked_for() -> None:
    wanted = intent(
        A.OPEN, symbol=ETH, side=S.LONG, contracts=D(1), leverage=D(10),
        margin_mode=MarginMode.ISOLATED, margin=D(400),
    )  # fmt: skip
    down = snapshot(tape(UP, ETH=("3000", "2700", "3400")))
    assert day(down, Branch.DO_IT_NOW, replace(wanted, margin=None)).end_equity == 7_000 - 300
    assert day(down, Branch.DO_IT_NOW, wanted).end_equity == 7_000 + 400
    less = asked(down, replace(wanted, margin=D(150)))["do_it_now", "24h"]
    assert less.status is Status.NOT_POSSIBLE


def test_fees_and_funding_are_told_apart() -> None:
    path = funded(tape(["58000"] * 25, step=HOUR), (8, "0.0001"), (16, "-0.0003"))
    one = day(snapshot(path, fee="0.0005"), Branch.DO_IT_NOW, intent(A.REDUCE, contracts=D("0.5")))
    assert one.fees == D("14.5")
    assert one.funding == D("5.8")
    assert one.pnl == D("-8.7")
    whole = day(snapshot(path), Branch.DO_NOTHING)
    assert (whole.funding, whole.pnl, whole.fees) == (D("11.6"), D("11.6"), 0)
    # 5.8 is paid before 17.4 is received; nothing else moves.
    assert whole.min_equity == D("7994.2")


# Plans.


def test_a_plan_takes_profit_in_parts_and_stops_the_rest() -> None:
    path = tape(["58000", "61000", "57000", "60500"])
    moment = snapshot(path)
    one = day(moment, Branch.FOLLOW_PLAN, plan=plan(target_prices=(D(59_000), D(60_000), D(64_000))))
    third = D("0.33333333")
    rest = 1 - 2 * third
    assert one.end_equity == 10_000 - third * 1_000 - rest * 2_500


def test_a_time_stop_closes_at_its_price() -> None:
    path = tape(["58000", "58400", "59000", "60000"], step=HOUR)
    found = asked(snapshot(path), plan=plan(time_stop_ms=2 * HOUR))
    assert found["follow_plan", "plan"].end_equity == 9_000
    assert found["do_nothing", "plan"].end_equity == 9_000
    later = asked(
        snapshot(tape(["58000", *["58400"] * 3, *["59000"] * 200], step=HOUR)),
        plan=plan(time_stop_ms=2 * HOUR),
    )
    assert later["follow_plan", "7d"].end_equity == 8_400


def test_an_invalidation_on_the_close_waits_for_it() -> None:
    path = tape(["58000", "57400", "58000", "57450", "57300", "59000", *["59000"] * 20], step=HOUR)
    by_mark = day(snapshot(path), Branch.FOLLOW_PLAN, plan=plan())
    on_close = day(snapshot(path), Branch.FOLLOW_PLAN, plan=plan(trigger="close_of:2h"))
    never = day(snapshot(path), Branch.FOLLOW_PLAN, plan=plan(trigger="close_of:1d"))
    assert by_mark.end_equity == 10_000 - 2_500
    assert on_close.end_equity == 10_000 - 2_700
    assert never.end_equity == 9_000


def test_a_plan_of_a_position_that_is_not_open_changes_nothing() -> None:
    one = day(snapshot(tape(UP)), Branch.FOLLOW_PLAN, plan=replace(plan(), side=Side.SHORT))
    assert one.end_equity == 7_000
    assert "nothing is open" in one.words[0]


# What was decided.


def did(choice: Choice, *happened: Happened, at: int = MINUTE) -> Decision:
    return Decision(choice, at, happened)


def fill(side: str, contracts: str, price: str, at: int, **more: Any) -> Traded:
    return Traded(
        id=f"f{at}",
        at=at,
        venue="demo",
        symbol=BTC,
        side=side,
        contracts=D(contracts),
        price=D(price),
        **more,
    )


def actual(decision: Decision, path: Tape | None = None, **more: Any) -> Any:
    return asked(snapshot(path or tape(UP)), decision=decision, **more)[Branch.ACTUAL.value, "24h"]


def test_fills_count_at_their_price_with_their_fee() -> None:
    path = tape(["58000", *["58500"] * 24], step=HOUR)
    one = actual(
        did(Choice.PROCEED, fill("sell", "1", "58200", 90 * MINUTE, fee=D("-20"), fee_asset="USDT")), path
    )
    assert (one.end_equity, one.fees, one.assumed) == (8_180, 20, False)


REPORTED: list[tuple[Happened, str]] = [
    (ModeSwitched(id="a", at=0, venue="demo", symbol=BTC, to=MarginMode.CROSS), "10500"),
    (
        MarginAdjusted(id="a", at=0, venue="demo", symbol=BTC, side=None, asset="USDT", amount=D(1_000)),
        "10500",
    ),
    (LeverageSet(id="a", at=0, venue="demo", symbol=BTC, leverage=D(10)), "10500"),
    (MoneyMoved(id="a", at=0, venue="demo", asset="USDT", amount=D(500), what="deposit"), "7500"),
    (StopMoved(id="a", at=0, venue="demo", symbol=BTC, side=S.LONG, which="stop", price=D(57_500)), "7500"),
    (fill("buy", "0.001", "58000", 0), "6997.1"),
    (fill("sell", "1", "58000", 0, closes=True), "8000"),
]


@pytest.mark.parametrize(("report", "left"), REPORTED, ids=[one.kind for one, _ in REPORTED])
def test_what_a_venue_reports_is_done(report: Happened, left: str) -> None:
    assert actual(did(Choice.PROCEED, report)).end_equity == D(left)


def test_bookings_are_nobodys_act() -> None:
    booked = FundingBooked(id="a", at=0, venue="demo", symbol=BTC, asset="USDT", amount=D(-5))
    paid = MoneyMoved(id="b", at=0, venue="demo", asset="USDT", amount=D(-5), what="fee")
    assert actual(did(Choice.DO_NOTHING, booked, paid)).end_equity == 7_000


@pytest.mark.parametrize(
    ("decision", "left", "assumed"),
    [
        (did(Choice.DO_NOTHING), "7000", False),
        (did(Choice.EXPIRED), "7000", False),
        (did(Choice.OVERRIDE), "10500", True),
        (did(Choice.PROCEED), "10500", True),
        (did(Choice.REDUCE_INSTEAD), "7875", True),
    ],
)
def test_a_decision_without_reports_is_taken_as_meant(
    decision: Decision, left: str, *, assumed: bool
) -> None:
    path = tape(["58000", "57500", "57000", "60500"], step=8 * HOUR)
    one = actual(replace(decision, at=HOUR), path, keep=D("0.125"))
    assert (one.end_equity, one.assumed) == (D(left), assumed)


def test_what_went_past_the_mirror_needs_a_report() -> None:
    assert actual(did(Choice.BYPASSED)).status is Status.NOT_POSSIBLE
    beyond = actual(did(Choice.PROCEED, fill("sell", "5", "58000", 0, closes=True)))
    assert beyond.status is Status.NOT_POSSIBLE


def test_what_came_before_the_snapshot_is_in_it_already() -> None:
    before = fill("sell", "1", "58000", 0, closes=True)
    moment = replace(snapshot(tape(UP)), at=0)
    late = replace(moment, scene=moment.scene, at=DAY // 4, marks={BTC: D(57_900)})
    one = asked(late, decision=did(Choice.PROCEED, before))["actual", "1h"]
    assert one.status is Status.INCOMPLETE  # the bars are twelve hours long
    hours = tape(["58000", "58500", *["57800"] * 30], step=HOUR)
    late = Snapshot(rescue(), HOUR, {BTC: D(58_500)}, snapshot(hours).scene)
    whole = asked(late, decision=did(Choice.PROCEED, before))["actual", "24h"]
    assert (whole.end_equity, whole.assumed) == (asked(late)["do_it_now", "24h"].end_equity, True)


def test_a_report_of_a_coin_without_prices_is_said() -> None:
    other = replace(fill("buy", "1", "100", 0), symbol="SOL/USDT:USDT")
    one = actual(did(Choice.PROCEED, other))
    assert (one.status, one.words) == (Status.NOT_POSSIBLE, ("no prices of SOL/USDT:USDT on this path",))


def test_a_coin_without_a_mark_at_the_intent_is_said() -> None:
    moment = replace(snapshot(both()), marks={BTC: D(58_000)})
    wanted = intent(A.OPEN, symbol=ETH, side=S.LONG, contracts=D(1), leverage=D(10))
    assert asked(moment, wanted)["do_it_now", "24h"].words == (f"no prices of {ETH} on this path",)


def test_contracts_of_another_size_and_a_fee_that_nobody_knows() -> None:
    path = tape(["58000", *["58500"] * 24], step=HOUR)
    hundredths = fill(
        "sell", "100", "58200", MINUTE, contract_size=D("0.01"), fee_asset="USDT", fee_known=False
    )
    assert actual(did(Choice.PROCEED, hundredths), path).end_equity == 8_200


# What nobody recorded: the order of prices inside a bar.


def wide(*quotes: tuple[int, int, int, int]) -> Tape:
    ts = [DAY // len(quotes) * number for number in range(len(quotes))]
    return tape_of_rows([BTC], ts, [list(quotes)], [0], step=DAY // len(quotes))


def test_a_target_and_a_liquidation_in_one_bar_are_undetermined() -> None:
    moment = snapshot(wide((58_000, 61_000, 57_000, 58_000)))
    found = asked(moment, plan=plan(invalidation_price=D(50_000), target_prices=(D(60_000),)))
    one = found["follow_plan", "24h"]
    assert one.liquidated is None
    assert one.undetermined
    assert one.ambiguity is not None
    assert (one.ambiguity.worst, one.ambiguity.best, one.end_equity) == (7_000, 10_000, 7_000)
    against = delta(one, found["do_nothing", "24h"])
    assert against.undetermined
    assert not against.determined
    assert (against.low, against.high) == (0, 3_000)


def test_dead_in_either_order_is_dead_even_where_the_bars_differ() -> None:
    # With the high first the target halves the position, and the pool carries the rest until it dies later.
    path = wide((58_000, 60_000, 57_280, 57_300), (57_300, 57_300, 50_000, 50_000))
    account = Account(venue="demo", wallet={"USDT": D(3_000)}, tiers={BTC: flat(BTC)})
    moment = snapshot(path, account=account.open(BTC, "1", entry_price="60000", leverage=20))
    own = plan(invalidation_price=D(1), target_prices=(D(60_000), D(90_000)))
    found = day(moment, Branch.FOLLOW_PLAN, plan=own)
    assert (found.liquidated, found.t_liq, found.end_equity) == (True, 0, 0)


def test_two_exits_in_one_bar_are_a_range_and_not_a_liquidation() -> None:
    moment = snapshot(wide((58_000, 60_000, 57_500, 58_000)))
    found = asked(moment, plan=plan(target_prices=(D(60_000),)))
    one = found["follow_plan", "24h"]
    assert one.liquidated is False
    assert one.ambiguity is not None
    assert (one.ambiguity.worst, one.ambiguity.best) == (7_500, 10_000)
    assert delta(one, found["do_nothing", "24h"]).undetermined


def test_what_cannot_be_added_up_is_said() -> None:
    account = replace(
        rescue(),
        multi_asset=True,
        collateral={"USDT": CollateralRate(price="1")},  # type: ignore[arg-type]
    )
    found = asked(snapshot(tape(UP), account=account))
    assert {one.status for key, one in found.items() if key[1] == "24h"} == {Status.NOT_POSSIBLE}


def test_a_position_without_prices_is_said() -> None:
    account = replace(rescue(), tiers={BTC: flat(BTC), ETH: flat(ETH)}).open(ETH, "1", entry_price="3000")
    one = asked(snapshot(tape(UP), account=account))["do_nothing", "24h"]
    assert (one.status, one.words) == (Status.NOT_POSSIBLE, (f"no prices of {ETH} on this path",))


def test_stops_that_rest_are_part_of_the_account() -> None:
    stops = (Stop(BTC, "sell", D(1), D(57_600)),)
    assert day(snapshot(tape(UP), stops=stops), Branch.DO_NOTHING).end_equity == 7_600
    gone = intent(A.MOVE_STOP, stop_from=D(57_600), side=S.LONG)
    assert day(snapshot(tape(UP), stops=stops), Branch.DO_IT_NOW, gone).end_equity == 7_000
    moved = replace(gone, stop_to=D(57_400))
    assert day(snapshot(tape(UP), stops=stops), Branch.DO_IT_NOW, moved).end_equity == 7_400


def test_an_outcome_is_written_and_read_back() -> None:
    for path in (UP, DOWN):
        for one in asked(snapshot(tape(path)), plan=plan(), keep=D(1) / D(8)).values():
            again = outcome_of(document(one))
            assert again == one
            assert canonical_bytes(again) == canonical_bytes(one)


def test_a_branch_that_was_not_led_has_no_difference() -> None:
    found = asked(snapshot(tape(UP))).values()
    assert difference(found, Branch.ACTUAL, Branch.DO_NOTHING) is None
