"""Real series, read exactly; their gaps are those that the collection's own list counts."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ringfence.history.check import faults
from ringfence.history.names import HOUR, SeriesKind, contract_symbol, parse_name
from ringfence.history.series import PRICES, bars_of, funding_of
from ringfence.service.data import moment
from ringfence.store.history import stored_bars, stored_funding, stored_names, stored_raw
from tests.support import data_dir

FOLDER = data_dir()
NAMES = stored_names(FOLDER) if FOLDER else ()


def listed(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "MANIFEST.csv").open(encoding="utf-8") as stream:
        return {Path(row["file"]).stem: row for row in csv.DictReader(stream) if row["rows"]}


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_every_series_is_exact_and_has_the_gaps_that_are_listed(name: Any, data: Path) -> None:
    raw = stored_raw(name, data)
    found = {one.code: one for one in faults(name, raw.frame)}
    assert set(found) <= {"holes", "no-volume", "funding-interval"}
    if str(name) == "hyperliquid_BTC_funding":
        assert raw.frame.height == 1_038, "the list has no numbers for this one; the collection's notes do"
        return
    row = listed(data)[f"{name.venue}_{name.symbol}" if name.kind is SeriesKind.FUNDING else str(name)]
    assert raw.frame.height == int(row["rows"])
    if name.kind is SeriesKind.FUNDING:
        assert len(funding_of(name, raw.frame)) == int(row["rows"])
        return
    holes = bars_of(name, raw.frame).holes()
    assert (len(holes), sum(one.missing for one in holes)) == (int(row["gaps"]), int(row["missing_bars"]))
    if name.kind is SeriesKind.LAST:
        idle = found["no-volume"].count if "no-volume" in found else 0
        assert idle == int(row["zero_volume"])


def test_the_folder_holds_series_of_every_sort(data: Path) -> None:
    names = stored_names(data)
    assert len(names) > 80
    assert {name.kind.value for name in names} == {"last", "mark", "funding"}
    assert {contract_symbol(name) for name in names} >= {
        "BTC/USDT:USDT",
        "1000PEPE/USDT:USDT",
        "BTC/USDC:USDC",
    }


def test_prices_are_the_shortest_text_of_their_doubles(data: Path) -> None:
    """Python's own conversion, value by value, as the referee of the columns."""
    name = parse_name("binance-usdm_BTCUSDT_mark_1h")
    frame, bars = stored_raw(name, data).frame, stored_bars(name, data)
    for column in PRICES:
        texts = [Decimal(repr(value)) for value in frame[column].to_list()]
        assert texts == [bars.price(quanta) for quanta in bars.frame[column].to_list()]


@pytest.mark.parametrize(
    ("series", "day", "low"),
    [
        ("binance-usdm_BTCUSDT_last_1h", "2020-03-13", "3621.81"),
        ("binance-usdm_BTCUSDT_mark_1h", "2020-03-13", "3801.83"),
        ("binance-usdm_ETHUSDT_last_1h", "2021-05-19", "1400.73"),
        ("binance-usdm_ETHUSDT_mark_1h", "2021-05-19", "1764.26"),
        ("binance-usdm_BTCUSDT_last_1h", "2021-12-04", "40888.89"),
        ("binance-usdm_BTCUSDT_mark_1h", "2021-12-04", "43403.66"),
        ("binance-usdm_AVAXUSDT_last_1h", "2025-09-22", "26.79"),
        ("binance-usdm_AVAXUSDT_mark_1h", "2025-09-22", "29.35"),
    ],
)
def test_the_lows_of_crashes_are_those_that_are_known(series: str, day: str, low: str, data: Path) -> None:
    since = moment(day, path="day")
    bars = stored_bars(parse_name(series), data, since=since, until=since + 24 * HOUR)
    lowest = min(bar.low for bar in bars)
    assert lowest.quantize(Decimal("0.01")) == Decimal(low)
    whole = stored_bars(parse_name(series), data).window(since, since + 24 * HOUR)
    assert [bar.low for bar in whole] == [bar.low for bar in bars]


def test_funding_of_a_crash_runs_at_its_real_interval(data: Path) -> None:
    paid = stored_funding(
        parse_name("binance-usdm_LAYERUSDT_funding"),
        data,
        since=moment("2025-05-06T04:00", path="since"),
        until=moment("2025-05-06T11:00", path="until"),
    )
    assert [one.interval // HOUR for one in paid] == [4, 4, 1, 1]
    assert paid.payment(1).rate == paid.payment(2).rate == Decimal("-0.02")


def test_an_hour_without_bars_is_a_hole_and_stays_one(data: Path) -> None:
    luna = stored_bars(parse_name("binance-spot_LUNAUSDT_last_1m_2022-05"), data)
    (hole,) = luna.holes()
    assert hole.missing == 26_240
    assert hole.first == moment("2022-05-13T00:40", path="first")
    assert len(luna.window(hole.first, hole.until)) == 0


def test_nothing_of_it_is_in_the_repository(data: Path) -> None:
    assert (
        pl.read_parquet_metadata(data / "prices" / "binance-usdm_BTCUSDT_mark_1h.parquet").get("ringfence")
        is None
    )
