"""Every kind of fault, planted in a series that is sound, is found, counted and placed."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from ringfence.history.check import Fault, faults, instant
from ringfence.history.names import HOUR, MINUTE, parse_name

BARS = parse_name("demo_BTCUSDT_last_1m")
FUNDING = parse_name("demo_BTCUSDT_funding")
START = 1_746_489_600_000
"""2025-05-06 00:00 UTC."""


def bars(count: int = 10) -> dict[str, list[Any]]:
    return {
        "ts": [START + n * MINUTE for n in range(count)],
        "open": [100.25 + n for n in range(count)],
        "high": [102.5 + n for n in range(count)],
        "low": [99.75 + n for n in range(count)],
        "close": [101.125 + n for n in range(count)],
        "volume": [1.5] * count,
    }


def paid(hours: list[int], late: int = 0) -> dict[str, list[Any]]:
    return {
        "ts": [START + hour * HOUR + (n % 12 if late else 0) for n, hour in enumerate(hours)],
        "funding_rate": [0.0001] * len(hours),
    }


def found(columns: dict[str, list[Any]], name: Any = BARS) -> dict[str, Fault]:
    return {one.code: one for one in faults(name, pl.DataFrame(columns, strict=False))}


def test_a_sound_series_has_nothing_to_say() -> None:
    assert found(bars()) == {}
    assert found(paid([0, 8, 16, 24], late=1), FUNDING) == {}


@pytest.mark.parametrize(
    ("column", "row", "value", "code", "place"),
    [
        ("high", 4, 104.0, "high-below", "2025-05-06 00:04"),
        ("low", 4, 105.0, "low-above", "2025-05-06 00:04"),
        ("low", 4, 0.0, "not-positive", "2025-05-06 00:04"),
        ("low", 4, -1.0, "not-positive", "2025-05-06 00:04"),
        ("open", 4, float("nan"), "no-number", "2025-05-06 00:04"),
        ("open", 4, float("inf"), "no-number", "2025-05-06 00:04"),
        ("open", 4, None, "no-number", "2025-05-06 00:04"),
        ("close", 4, 104.1234567890123, "inexact", "2025-05-06 00:04"),
        ("volume", 4, 0.0, "no-volume", "2025-05-06 00:04"),
        ("ts", 4, START + 3 * MINUTE, "duplicates", "2025-05-06 00:03"),
        ("ts", 4, START + 4 * MINUTE + 500, "off-grid", "2025-05-06 00:04:00.500"),
        ("ts", 4, START + 20 * MINUTE, "order", "2025-05-06 00:05"),
        ("ts", 4, (START + 4 * MINUTE) * 1_000, "timestamp-unit", "2025-05-06 00:00"),
        ("ts", 4, START // 1_000, "timestamp-unit", "2025-05-06 00:00"),
    ],
)
def test_one_planted_fault_is_found_where_it_is(
    column: str, row: int, value: Any, code: str, place: str
) -> None:
    columns = bars()
    columns[column][row] = value
    told = found(columns)
    assert told[code].count == (len(columns["ts"]) if code == "timestamp-unit" else 1)
    assert told[code].first[0] == place
    assert told[code].wrong == (code != "no-volume")


def test_a_time_that_is_missing_is_said_before_all_else() -> None:
    columns = bars()
    columns["ts"][4] = None
    assert found(columns)["no-time"].count == 1


def test_holes_are_counted_by_stretch_and_bar_and_do_not_block() -> None:
    columns = {name: cells[:2] + cells[4:7] + cells[8:] for name, cells in bars(12).items()}
    hole = found(columns)["holes"]
    assert (hole.count, hole.says) == (2, "stretches without rows, 3 bars missing")
    assert hole.first[0] == "2025-05-06 00:02 to 2025-05-06 00:04 (2)"
    assert (hole.wrong, hole.blocks) == (True, False)


def test_a_funding_interval_that_changes_is_a_remark_and_no_hole() -> None:
    told = found(paid([0, 4, 8, 9, 10, 11, 15, 19], late=1), FUNDING)
    assert list(told) == ["funding-interval"]
    assert told["funding-interval"].count == 2
    assert told["funding-interval"].first[0] == "2025-05-06 09:00:00.003: 4 h to 1 h"
    assert not told["funding-interval"].wrong


def test_a_missing_payment_is_a_hole_and_a_late_one_is_not() -> None:
    assert found(paid([0, 8, 16, 32, 40]), FUNDING)["holes"].says.endswith("1 payments missing")
    assert found(paid([0, 1, 2, 4, 5]), FUNDING)["holes"].count == 1
    assert found(paid([0, 8, 16, 64, 72]), FUNDING)["holes"].says.endswith("5 payments missing")
    late = paid([0, 8, 16, 24])
    late["ts"][2] += 20 * MINUTE
    assert found(late, FUNDING) == {}


def test_a_rate_in_percent_is_found() -> None:
    columns = paid([0, 8, 16])
    columns["funding_rate"][1] = 1.0
    assert found(columns, FUNDING)["rate-beyond"].count == 1


def test_weeks_open_on_mondays() -> None:
    monday = 1_746_403_200_000
    columns = bars(2)
    columns["ts"] = [monday, monday + 7 * 24 * HOUR]
    week = parse_name("demo_BTCUSDT_last_1w")
    assert found(columns, week) == {}
    columns["ts"] = [one + 24 * HOUR for one in columns["ts"]]
    assert found(columns, week)["off-grid"].count == 2


def test_no_rows_are_a_fault() -> None:
    assert faults(BARS, pl.DataFrame(bars()).clear())[0].code == "empty"


@pytest.mark.parametrize(
    ("ts", "text"), [(0, "1970-01-01 00:00"), (-1, "-1"), (10**18, "1000000000000000000")]
)
def test_a_time_that_is_none_is_still_shown(ts: int, text: str) -> None:
    assert instant(ts) == text
