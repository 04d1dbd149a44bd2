"""Cutting a past into episodes: what is known is kept exactly, what is not is said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.account import Side
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.episodes import cut
from ringfence.mirror.detectors.past import Did, Ended, Episode, Past
from ringfence.mirror.detectors.standing import Moment, Stand, stand
from ringfence.mirror.happened import ClosedPosition
from tests.mirror.detectors.histories import BTC, CROSS, HOUR, ISOLATED, Story, d, flat_tiers, hourly, ladder

FLAT = hourly([60_000] * 200)


def only(past: Past) -> Episode:
    (one,) = cut(past).episodes
    return one


def test_one_long_from_flat_to_flat() -> None:
    story = Story()
    story.fill(1, "1", 60_000, margin_mode=ISOLATED, leverage=d(10), fee=d("-30"))
    story.fill(2, "1", 58_000, fee=d("-29"))
    story.funding(3, "-10")
    story.fill(4, "-0.5", 59_500, fee=d("-14.875"))
    story.fill(5, "-1.5", 60_500, fee=d("-45.375"), preplaced=False)
    one = only(story.past(FLAT))
    assert [step.did for step in one.steps] == [Did.OPEN, Did.ADD, Did.PARTIAL, Did.CLOSE]
    assert one.steps[1].after.entry == 59_000
    # 6 000 and 5 800 go into the fence; a quarter of the size closed gives back a quarter of it.
    assert [step.after.margin for step in one.steps[:3]] == [6_000, 11_800, 8_850]
    assert one.gross == d("0.5") * 500 + d("1.5") * 1_500
    assert one.net == one.gross - d("30") - 29 - 10 - d("14.875") - d("45.375")
    assert (one.side, one.ended, one.complete) == (Side.LONG, Ended.BY_CHOICE, True)
    assert one.entry_value == 60_000


def test_through_zero_is_two_episodes() -> None:
    story = Story()
    story.fill(1, "1", 60_000)
    story.fill(2, "-3", 61_000, fee=d("-30"))
    story.fill(3, "2", 60_000)
    first, second = cut(story.past(FLAT)).episodes
    assert (first.side, first.gross, first.net) == (Side.LONG, 1_000, 990)
    assert (second.side, second.gross, second.net) == (Side.SHORT, 2_000, 1_980)


def test_the_parts_of_one_order_are_one_step() -> None:
    story = Story()
    for price in (60_000, 60_010, 60_020):
        story.fill(1, "1", price, order_id="a")
    story.fill(2, "1", 59_000, order_id="b")
    story.fill(3, "-1", 60_000, order_id="c")
    story.fill(3, "-3", 60_000, order_id="c")
    one = only(story.past(FLAT))
    assert [step.did for step in one.steps] == [Did.OPEN, Did.ADD, Did.CLOSE]
    assert one.steps[0].after.contracts == 3
    assert one.steps[-1].before.contracts == 4


@pytest.mark.parametrize(
    ("stated", "started", "complete"),
    [(None, None, False), (d(0), None, True), (None, True, True), (d(-5), None, False)],
)
def test_what_was_held_before_the_first_fill(
    stated: Decimal | None, started: bool | None, complete: bool
) -> None:
    story = Story()
    story.fill(1, "1", 60_000, realized_pnl=stated)
    story.fill(2, "-1", 61_000)
    assert only(story.past(FLAT, started_flat=started)).complete is complete


def test_a_history_that_begins_with_a_close_says_so_and_recovers() -> None:
    story = Story()
    story.fill(1, "-1", 60_000, closes=True, realized_pnl=d(500))
    story.fill(2, "1", 60_000, realized_pnl=d(0))
    story.fill(3, "-1", 60_100, realized_pnl=d(100))
    one = only(story.past(FLAT, started_flat=None))
    assert (one.side, one.gross, one.complete) == (Side.LONG, 100, True)


def test_a_profit_that_the_fills_cannot_have_made() -> None:
    story = Story()
    story.fill(1, "1", 60_000)
    story.fill(2, "-1", 61_000, realized_pnl=d(5_000))
    assert only(story.past(FLAT)).missing == ("the venue's profit does not fit the fills",)


def test_a_contract_whose_size_nobody_states() -> None:
    story = Story(venue="elsewhere")
    story.fill(1, "1", 60_000)
    story.fill(2, "-1", 61_000)
    one = only(story.past(FLAT))
    assert one.missing == ("the contract's size is not known",)
    assert one.gross is None


def test_a_size_that_the_fills_state_themselves() -> None:
    """Ten contracts of a hundredth each; no rules are needed, and those there are give way."""
    for venue in ("elsewhere", "demo"):
        story = Story(venue=venue)
        story.fill(1, "10", 60_000, contract_size=d("0.01"), margin_mode=ISOLATED, leverage=d(10))
        story.fill(2, "-10", 61_000, contract_size=d("0.01"))
        past = story.past(FLAT)
        one = only(past)
        assert (one.gross, one.entry_value, one.missing) == (100, 6_000, ())
    stood = stand(Case(past), one, one.steps[0].after, Moment(HOUR, d(60_000)))
    assert isinstance(stood, Stand)
    assert stood.at_risk == 600


def test_a_fee_that_the_export_does_not_tell_leaves_net_and_equity_open() -> None:
    story = Story()
    story.fill(1, "1", 60_000, fee_known=False)
    story.fill(2, "-1", 61_000)
    case = Case(story.past(FLAT))
    assert (case.episodes[0].gross, case.episodes[0].net) == (1_000, None)
    assert case.equity(case.episodes[0]) is None


def test_a_symbol_that_only_the_venue_knows() -> None:
    story = Story(symbol="XBTUSD")
    story.fill(1, "1", 60_000)
    story.fill(2, "-1", 61_000)
    one = only(story.past({}))
    assert (one.asset, one.missing) == ("", ("the contract's size is not known",))


def test_an_opening_fill_that_realises_nothing_against_a_leg_proves_hedge_mode() -> None:
    story = Story()
    story.fill(1, "1", 60_000, closes=False, realized_pnl=d(0))
    story.fill(2, "-1", 59_000, closes=False, realized_pnl=d(0))
    story.fill(3, "-1", 58_000, closes=True, realized_pnl=d(-2_000))
    story.fill(4, "1", 58_000, closes=True, realized_pnl=d(1_000))
    assert [(one.side.value, one.gross) for one in cut(story.past(FLAT)).episodes] == [
        ("long", -2_000),
        ("short", 1_000),
    ]


def test_an_order_without_the_word_reduce_only_still_nets() -> None:
    story = Story()
    story.fill(1, "1", 60_000)
    story.fill(2, "-1", 59_000, closes=False)
    assert only(story.past(FLAT)).gross == -1_000
    # and it says nothing about what was held before
    assert not only(story.past(FLAT, started_flat=None)).complete


def test_a_fee_in_another_coin_leaves_the_net_open() -> None:
    story = Story()
    story.fill(1, "1", 60_000, fee=d("-0.1"), fee_asset="BNB")
    story.fill(2, "-1", 61_000)
    one = only(story.past(FLAT))
    assert (one.gross, one.net) == (1_000, None)


def test_in_a_hedged_account_a_fill_says_which_leg() -> None:
    story = Story()
    story.fill(1, "1", 60_000, closes=False)
    story.fill(2, "-1", 59_000, closes=False)
    story.fill(3, "-1", 59_500, closes=True)
    story.fill(4, "1", 59_000, closes=True)
    long, short = cut(story.past(FLAT, hedged=frozenset({"main"}))).episodes
    assert (long.side, long.gross, short.side, short.gross) == (Side.LONG, -500, Side.SHORT, 0)
    assert [step.did for step in long.steps] == [Did.OPEN, Did.HEDGE, Did.CLOSE]


def test_in_a_hedged_account_a_silent_fill_is_not_placed() -> None:
    story = Story()
    story.fill(1, "1", 60_000, closes=False)
    story.fill(2, "-1", 59_000)
    assert not only(story.past(FLAT, hedged=frozenset({"main"}))).complete


@pytest.mark.parametrize(
    ("gap", "cross", "how", "switched"),
    [
        (9, True, {}, True),
        (10, True, {}, True),
        (11, True, {}, False),
        (9, False, {}, False),
        (9, True, {"liquidation": True}, False),
        (9, True, {"preplaced": True}, False),
    ],
)
def test_closed_isolated_reopened_cross(gap: int, cross: bool, how: dict[str, bool], switched: bool) -> None:
    story = Story()
    story.fill(20, "1", 60_000, margin_mode=ISOLATED, leverage=d(10))
    story.fill(21, "-1", 58_000, **how)
    story.fill(21 + gap / 60, "1", 58_000, margin_mode=CROSS if cross else ISOLATED, leverage=d(10))
    second = cut(story.past(hourly([60_000 + k % 2 for k in range(200)]))).episodes[1]
    steps = second.of(Did.REOPENED_CROSS)
    assert bool(steps) is switched
    if steps:
        assert steps[0].before.mode is ISOLATED
        assert steps[0].adverse is True


def test_a_short_reopened_long_is_no_switch() -> None:
    story = Story()
    story.fill(20, "-1", 60_000, margin_mode=ISOLATED, leverage=d(10))
    story.fill(21, "1", 61_000)
    story.fill(21.05, "1", 61_000, margin_mode=CROSS, leverage=d(10))
    assert not cut(story.past(FLAT)).episodes[1].of(Did.REOPENED_CROSS)


def test_stops_moved_and_taken_away() -> None:
    marks = hourly([60_000 + (k % 2) * 10 for k in range(30)] + [58_000] * 30)
    story = Story()
    story.fill(20, "1", 60_000)
    story.stop(20.01, 57_000)
    tightened = story.stop(25, 57_500)
    widened = story.stop(40, 56_000)
    story.stop(42, None)
    story.stop(42.005, 56_500)  # cancelled and placed at once: one move, and a tighter one
    gone = story.stop(44, None)
    story.fill(50, "-1", 58_000)
    one = only(story.past(marks))
    seen = {step.id: step.widened for step in one.of(Did.STOP)}
    assert seen[tightened] is False
    assert [name for name, wide in seen.items() if wide] == [widened, gone]
    assert one.planned_risk == 3_000
    assert len(seen) == 5


def test_a_stop_cancelled_because_the_position_closes_gives_no_room() -> None:
    marks = hourly([60_000 + (k % 2) * 10 for k in range(30)] + [58_000] * 30)
    story = Story()
    story.fill(20, "1", 60_000)
    story.stop(20.01, 57_000)
    story.stop(49.995, None)
    story.fill(50, "-1", 58_000)
    assert not any(step.widened for step in only(story.past(marks)).steps)


def test_a_target_pulled_nearer_in_profit() -> None:
    marks = hourly([60_000] * 20 + [61_000] * 20)
    story = Story()
    story.fill(15, "1", 60_000)
    story.stop(15, 64_000, which="target")
    nearer = story.stop(30, 61_500, which="target")
    assert [step.id for step in only(story.past(marks)).steps if step.cut] == [nearer]


def test_planned_risk_comes_from_the_plan_first() -> None:
    story = Story()
    story.plan(0, invalidation=55_000)
    story.fill(1, "2", 60_000)
    story.stop(1, 59_000)
    one = only(story.past(FLAT))
    assert one.planned_risk == 10_000
    assert one.plan is not None


def test_a_plan_serves_one_idea_unless_a_fill_names_it() -> None:
    story = Story()
    story.plan(0, plan_id="A")
    story.trade(1, 1, "1", (60_000, 59_000))
    story.trade(3, 1, "1", (60_000, 59_000))
    story.trade(5, 1, "1", (60_000, 59_000))
    story.events[-2] = replace(story.events[-2], plan_id="A")  # type: ignore[call-arg]
    assert [one.plan is not None for one in cut(story.past(FLAT)).episodes] == [True, False, True]


def test_additions_at_planned_rungs() -> None:
    story = Story()
    story.plan(0, ladder=ladder((58_000, 1), (56_000, 1)))
    story.fill(1, "1", 60_000)
    story.fill(2, "1", 58_000)
    story.fill(3, "1", 58_000)  # the rung is used up
    story.fill(4, "1", 56_100)  # within half a per cent
    story.fill(5, "1", 54_000)
    assert [step.rung for step in only(story.past(FLAT)).of(Did.ADD)] == [True, False, True, False]


def test_exits_at_the_stop_that_stood_are_preplaced() -> None:
    story = Story()
    story.fill(1, "1", 60_000)
    story.stop(1, 58_000)
    story.fill(9, "-1", 57_990)
    story.fill(11, "1", 60_000)
    story.fill(12, "-1", 57_990)
    assert [one.ended for one in cut(story.past(FLAT)).episodes] == [Ended.PREPLACED, Ended.UNKNOWN]


def test_the_worst_is_seen_at_hourly_marks() -> None:
    story = Story()
    story.fill(1.5, "-1", 60_000)
    story.fill(4.5, "1", 59_000)
    assert only(story.past(hourly([60_000, 60_000, 61_200, 63_000, 59_000, 90_000]))).worst == d("0.05")


def test_equity_is_carried_over_every_booking() -> None:
    story = Story()
    story.deposit(1, 500)
    story.fill(2, "1", 60_000, fee=d("-30"))
    story.fill(5, "1", 2_000, symbol="ETH/USDT:USDT")
    marks = {BTC: hourly([60_000] * 3 + [61_000] * 5), "ETH/USDT:USDT": hourly([2_000] * 8)}
    case = Case(story.past(marks, wallet=10_000))
    assert case.equity(case.episodes[1]) == 10_000 + 500 - 30 + 1_000


def test_a_history_without_any_balance_has_no_equity() -> None:
    story = Story()
    story.fill(2, "1", 60_000)
    case = Case(story.past(FLAT, wallet=None))
    assert case.equity(case.episodes[0]) is None


def test_closed_positions_of_venues_without_fills() -> None:
    closed = ClosedPosition(
        id="c", at=5 * HOUR, venue="demo", symbol=BTC, side=Side.LONG, contracts=d(1), entry_price=d(60_000),
        exit_price=d(61_000), pnl=d(940), net=True, opened_at=HOUR,
    )  # fmt: skip
    one = only(Past((closed,), tiers=flat_tiers(BTC)))
    assert (one.net, one.gross, one.opened, one.complete) == (940, None, HOUR, True)
    assert not only(Past((replace(closed, opened_at=None),))).complete


def test_the_order_in_which_bookings_are_given_does_not_matter() -> None:
    story = Story()
    story.fill(1, "1", 60_000)
    story.top_up(2, 100)
    story.fill(3, "-1", 61_000)
    past = story.past(FLAT)
    assert cut(replace(past, happened=past.happened[::-1])).episodes == cut(past).episodes
