"""Edges that a small change would move: each kills a mutant that the other tests let live."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ringfence.mirror.detectors import d03
from ringfence.mirror.detectors.after import opened_after, unplanned_opens
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.episodes import cut, written_before
from ringfence.mirror.detectors.past import Label
from ringfence.mirror.detectors.tape import Tape
from ringfence.mirror.model import Plan
from tests.mirror.detectors.histories import HOUR, ISOLATED, Side, Story, d, found, hourly
from tests.mirror.detectors.traders import Habits, trader

CALM = [60_000 + (k % 2) * 20 for k in range(60)]


@pytest.mark.parametrize(("age", "counts"), [(599_999, False), (600_000, True)])
def test_a_plan_is_ten_minutes_old_before_it_counts(age: int, counts: bool) -> None:
    plan: Plan = Story().plan(1)
    assert written_before(plan, plan.created_ms + age) is counts


@pytest.mark.parametrize(
    ("leverage", "danger"),
    # At 100x maintenance takes half of the equity as soon as it opens; at 50x a quarter.
    [(100, 1), (50, 0)],
)
def test_maintenance_of_half_the_equity_is_danger_however_far_the_price(leverage: int, danger: int) -> None:
    story = Story()
    story.fill(20.5, "1", 60_000, margin_mode=ISOLATED, leverage=d(leverage))
    marks = hourly([*CALM[:21], *[59_990] * 5])
    assert found(story.past(marks), "D1").counts["endangered positions"] == danger


@pytest.mark.parametrize(("price", "adverse"), [("59998.01", False), ("59998", True), ("60001", False)])
def test_losing_starts_at_a_tenth_of_an_hours_move(price: str, adverse: bool) -> None:
    """An hour moves 20 here."""
    assert Tape(hourly(CALM)).adverse(Side.LONG, d(60_000), d(price), 40 * HOUR) is adverse
    mirrored = d(120_000) - d(price)
    assert Tape(hourly(CALM)).adverse(Side.SHORT, d(60_000), mirrored, 40 * HOUR) is adverse


def test_before_fourteen_hours_are_known_losing_is_not() -> None:
    tape = Tape(hourly(CALM))
    assert tape.adverse(Side.LONG, d(60_000), d(59_000), 13 * HOUR) is None
    assert tape.adverse(Side.LONG, d(60_000), d(59_000), 14 * HOUR) is True
    assert tape.price(59 * HOUR + 2 * HOUR) is not None
    assert tape.price(59 * HOUR + 2 * HOUR + 1) is None


def test_pairs_end_with_the_day() -> None:
    marks = hourly([60_000 + (k % 2) * 20 for k in range(300)])
    story = Story()
    story.trade(200, 2, "1", (60_000, 59_000))
    story.trade(210, 2, "1", (60_000, 59_000))  # the same day: hours 192 to 216
    story.trade(217, 2, "1", (60_000, 59_000))  # the next
    case = Case(story.past(marks, wallet=100_000))
    rows = d03.pairs(case, d03.risks(case)[0])
    assert [row.later.opened // HOUR for row in rows] == [210]
    assert rows[0].lost


@pytest.mark.parametrize(("exit_price", "lost"), [(59_501, False), (59_500, True)])
def test_a_loss_counts_from_half_an_r(exit_price: int, lost: bool) -> None:
    story = Story()
    story.plan(0, invalidation=59_000)
    story.trade(20, 2, "1", (60_000, exit_price))
    case = Case(story.past(hourly(CALM)))
    assert case.lost(case.closed[0]) is lost


def test_leverage_that_rises_by_losing_is_not_asked_for() -> None:
    """Half a contract each time, a hundred lost each time: leverage and risk over equity only climb."""
    story = Story()
    for number in range(60):
        story.trade(200 + number * 6, 2, "0.5", (60_000, 59_800))
    one = found(story.past(hourly([60_000 + (k % 2) * 20 for k in range(600)]), wallet=10_000), "D7")
    assert one.n == 60
    assert one.extra["tau of risk over equity"] > 0.95
    assert one.extra["tau of leverage"] == 1.0
    assert one.interval is not None
    assert one.interval[0] > 0
    assert one.label is Label.NOT_SEEN


def test_a_close_of_nothing_makes_what_follows_unknown_again() -> None:
    story = Story()
    story.fill(1, "1", 60_000, realized_pnl=d(0))
    story.fill(2, "-1", 60_000, realized_pnl=d(0))
    story.fill(3, "-1", 60_000, closes=True, realized_pnl=d(50))
    story.fill(4, "1", 60_000)
    story.fill(5, "-1", 60_000)
    past = story.past(hourly(CALM), started_flat=None)
    assert [one.complete for one in cut(past).episodes] == [True, False]


def test_a_planned_open_after_a_loss_is_no_revenge() -> None:
    story = Story()
    story.trade(20, 2, "1", (60_000, 59_000))
    story.trade(22.1, 2, "1", (60_000, 59_000))
    story.trade(24.2, 2, "1", (60_000, 59_000), plan_id="A")
    case = Case(story.past(hourly(CALM)))
    assert len(opened_after(unplanned_opens(case)["main"], case.closed[0], HOUR)) == 1
    story.plan(0, plan_id="A")
    story.events[-2] = replace(story.events[-2], plan_id="A")  # type: ignore[call-arg]
    planned = Case(story.past(hourly(CALM)))
    assert [one.plan is not None for one in planned.episodes] == [True, False, True]
    assert not opened_after(unplanned_opens(planned)["main"], planned.closed[1], HOUR)


def test_a_rise_that_the_measure_may_have_made_claims_nothing() -> None:
    """Four per cent more after a loss, every time: certain, and no larger than the measure itself moves."""
    one = found(trader(5, 60, Habits(chase=1.04, spread=0.0, equity_share=0.5)), "D3")
    assert one.interval is not None
    assert 0.02 < one.interval[0] < one.interval[1] < d03.LEAST
    assert one.p is not None
    assert one.p < 0.01
    assert one.label is Label.NOT_SEEN
