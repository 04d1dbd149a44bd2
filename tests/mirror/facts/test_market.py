"""Deviations, ranges and betas of a past, against plain formulas."""

from __future__ import annotations

import itertools
import math
import statistics
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from ringfence.errors import BadSeries
from ringfence.history.names import parse_name
from ringfence.history.series import PRICES, bars_of
from ringfence.mirror.measured.market import (
    HOUR_MS,
    Past,
    average_range,
    deviation,
    past_of,
    quarter_move,
    together,
)
from tests.mirror.facts.books import BTC, ETH, NOW, cut_out, past

WALK = past(24 * 100)


def closes(one: Past, hours: int = 24 * 90 + 1) -> list[float]:
    return [float(value) for value in one.rows[-hours:, 3]]


@pytest.mark.parametrize("hours", [1, 24, 168])
def test_the_deviation_of_the_last_90_days(hours: int) -> None:
    found, last = deviation(WALK, hours), closes(WALK)
    returns = [math.log(after / before) for before, after in zip(last, last[hours:], strict=False)]
    assert found is not None
    assert float(found) == pytest.approx(statistics.stdev(returns), rel=1e-9)


def test_less_than_90_days_has_no_deviation() -> None:
    assert deviation(past(24 * 70), 1) is None
    assert deviation(cut_out(WALK, {600: 600}), 1) is None
    assert deviation(cut_out(WALK, {600: 60}), 1) is not None


def test_the_average_true_range() -> None:
    rows = WALK.rows[-15:].tolist()
    ranges = [
        max(high - low, abs(high - before[3]), abs(low - before[3]))
        for before, (_, high, low, _) in itertools.pairwise(rows)
    ]
    assert average_range(WALK, NOW) is not None
    assert float(average_range(WALK, NOW)) == pytest.approx(sum(ranges) / 14 / 100)  # type: ignore[arg-type]


def test_a_range_is_of_now_and_without_holes() -> None:
    assert average_range(WALK, NOW + 3 * HOUR_MS) is None
    assert average_range(cut_out(WALK, {len(WALK.opens) - 5: 1}), NOW) is None
    assert average_range(cut_out(WALK, {len(WALK.opens) - 50: 1}), NOW) is not None


def test_hours_that_have_not_ended_do_not_count() -> None:
    early = NOW - 5 * HOUR_MS
    shorter = replace(WALK, opens=WALK.opens[:-5], rows=WALK.rows[:-5], kept={})
    assert average_range(WALK, early) == average_range(shorter, early)


def test_together() -> None:
    leader = past(24 * 100)
    rows = leader.rows.astype(float)
    same = together(leader, replace(leader, kept={}))
    assert same is not None
    assert (round(same.correlation, 9), round(same.beta, 9)) == (1, 1)
    squared = replace(leader, rows=(rows**2 / 1e6).round().astype("int64"), kept={}, digest="squared")
    twice = together(squared, leader)
    assert twice is not None
    assert float(twice.beta) == pytest.approx(2, abs=1e-4)
    other = past(24 * 100, symbol=ETH, seed=8)
    both = together(leader, other)
    xs, ys = (
        [math.log(b / a) for a, b in itertools.pairwise(one)] for one in (closes(leader), closes(other))
    )
    assert both is not None
    assert float(both.correlation) == pytest.approx(statistics.correlation(xs, ys), rel=1e-9)
    assert float(both.beta) == pytest.approx(statistics.linear_regression(ys, xs).slope, rel=1e-9)
    assert together(leader, past(24 * 80)) is None


def test_the_quarter_of_an_hour() -> None:
    found = quarter_move(Decimal(101), Decimal(100), Decimal("0.01"))
    assert found is not None
    assert float(found) == pytest.approx(math.log(1.01) / 0.005)
    assert quarter_move(Decimal(99), Decimal(100), Decimal("0.01")) < 0  # type: ignore[operator]
    assert quarter_move(Decimal(99), None, Decimal("0.01")) is None
    assert quarter_move(Decimal(99), Decimal(100), None) is None


def test_minutes_become_hours_and_a_hole_leaves_its_hour_out() -> None:
    minutes = [number * 60_000 for number in range(180) if number != 70]
    prices = [100.0 + number for number in range(len(minutes))]
    raw = pl.DataFrame({"ts": minutes} | dict.fromkeys(PRICES, prices))
    found = past_of(bars_of(parse_name("demo_BTCUSDT_mark_1m"), raw), BTC)
    assert found.opens.tolist() == [0, 2 * HOUR_MS]
    assert found.rows[0].tolist() == [100, 159, 100, 159]
    assert found.follows.tolist() == [False, False]


def test_days_are_no_hours() -> None:
    raw = pl.DataFrame({"ts": [0]} | {name: [1.0] for name in PRICES})
    with pytest.raises(BadSeries):
        past_of(bars_of(parse_name("demo_BTCUSDT_mark_1d"), raw), BTC)
