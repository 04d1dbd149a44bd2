"""Files of bars and funding as venues publish them: Binance's CSV and zip, and our own Parquet."""

from __future__ import annotations

import base64
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import BadFile, LimitExceeded, RingfenceError
from ringfence.history.names import SeriesName
from ringfence.history.venue_csv import BINANCE_BARS
from ringfence.ingest.files import read_bytes
from ringfence.ingest.series_files import encoded, rows_of
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.data import data_check, data_import, data_list
from ringfence.store.history import stored_bars, stored_funding, stored_names

# Two rows of each public dump, in its columns; the header is in the files since 2022.
HEADER = ",".join(BINANCE_BARS) + "\n"
KLINES = (
    "1722816000000,58161.00,58305.10,57991.30,58043.20,1289.123,1722816059999,74960000.1,9000,600.1,3489000.2,0\n"
    "1722816060000,58043.20,58100.00,57800.00,57900.10,2000.500,1722816119999,11600000.1,9500,700.1,4060000.2,0\n"
)
MARKS = (
    "1722816000000,58162.41000000,58300.11234567,57990.30000000,58040.12345678,0,1722816059999,0,60,0,0,0\n"
    "1722816060000,58040.12345678,58099.00000000,57801.00000000,57901.00000001,0,1722816119999,0,60,0,0,0\n"
)
FUNDING = (
    "calc_time,funding_interval_hours,last_funding_rate\n"
    "1722816000000,8,0.00010000\n1722844800003,8,-0.00012345\n"
)
MICROSECONDS = KLINES.replace("000,5", "000000,5", 2)


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path, today=lambda: "2026-11-22")


def store(context: Context, text: str, **stated: Any) -> Any:
    defaults = {"file_name": "BTCUSDT-1m-2024-08.csv", "venue": "binance_usdm", "kind": "mark"}
    return data_import.run(context, {"content": text} | {k: v for k, v in (defaults | stated).items() if v})


@pytest.mark.parametrize("head", ["", HEADER, "\N{ZERO WIDTH NO-BREAK SPACE}" + HEADER])
def test_marks_with_and_without_a_header_keep_every_digit(head: str, context: Context) -> None:
    answer = store(context, head + MARKS)
    assert (answer.name, answer.rows) == ("binance-usdm_BTCUSDT_mark_1m", 2)
    bars = stored_bars(data_name(context), context.history)
    assert bars.bar(0).high == Decimal("58300.11234567")
    assert bars.bar(1).close == Decimal("57901.00000001")
    assert [bar.opens for bar in bars] == [1_722_816_000_000, 1_722_816_060_000]


def data_name(context: Context) -> SeriesName:
    (name,) = stored_names(context.history)
    return name


def test_windows_line_ends_are_line_ends(context: Context) -> None:
    assert store(context, (HEADER + MARKS).replace("\n", "\r\n")).rows == 2


def test_klines_are_traded_prices_and_keep_their_volume(context: Context) -> None:
    assert store(context, KLINES, kind="last").name == "binance-usdm_BTCUSDT_last_1m"
    assert stored_bars(data_name(context), context.history).frame["volume"].to_list() == [1289.123, 2000.5]


def test_microseconds_are_read_as_what_they_are(context: Context) -> None:
    assert rows_of(MICROSECONDS)["ts"].to_list() == [1_722_816_000_000, 1_722_816_060_000]
    assert store(context, MICROSECONDS, kind="last").missing == 0


def test_funding_says_itself_what_it_is(context: Context) -> None:
    answer = store(context, FUNDING, file_name="BTCUSDT-fundingRate-2024-08.csv", kind=None)
    assert answer.name == "binance-usdm_BTCUSDT_funding"
    paid = stored_funding(data_name(context), context.history)
    assert [one.rate for one in paid] == [Decimal("0.0001"), Decimal("-0.00012345")]
    assert paid.payment(1).interval == 8 * 3_600_000


def test_a_coin_margined_dump_gets_the_name_that_a_fetch_gives(context: Context) -> None:
    answer = store(context, MARKS, file_name="BTCUSD_PERP-1m-2024-08.csv", venue="binance_coinm")
    assert answer.name == "binance-coinm_BTCUSD-BTC_mark_1m"
    assert data_list.run(context, {}).series[0].symbol == "BTC/USD:BTC"  # type: ignore[attr-defined]


def test_the_zip_of_a_dump_is_the_dump(context: Context) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("BTCUSDT-1m-2024-08.csv", HEADER + MARKS)
    assert store(context, encoded(packed.getvalue()), file_name="BTCUSDT-1m-2024-08.zip").rows == 2


def test_parquet_of_the_shared_layout_comes_in_under_its_own_name(context: Context) -> None:
    packed = io.BytesIO()
    rows_of(MARKS).drop("volume").write_parquet(packed)
    answer = store(
        context, encoded(packed.getvalue()), file_name="bybit_ETHUSDT_mark_1m.parquet", venue=None, kind=None
    )
    assert answer.name == "bybit_ETHUSDT_mark_1m"


def test_months_join_and_the_same_rows_change_nothing(context: Context) -> None:
    store(context, MARKS)
    later = MARKS.replace("1722816000000", "1722902400000").replace("1722816060000", "1722902460000")
    answer = store(context, MARKS + later)
    assert (answer.added, answer.rows, len(answer.holes)) == (2, 4, 1)
    assert store(context, MARKS + later).added == 0


def test_other_numbers_replace_stored_ones_only_when_told_to(context: Context) -> None:
    store(context, MARKS)
    other = MARKS.replace("58040.12345678,0", "58041.12345678,0")
    with pytest.raises(RingfenceError, match="1 stored rows say something else") as raised:
        store(context, other)
    assert raised.value.code == "bad-series"
    assert stored_bars(data_name(context), context.history).bar(0).close == Decimal("58040.12345678")
    assert store(context, other, replace=True).replaced == 1
    assert stored_bars(data_name(context), context.history).bar(0).close == Decimal("58041.12345678")


@pytest.mark.parametrize(
    ("text", "stated", "code"),
    [
        (KLINES, {"kind": "mark"}, "bad-series"),
        (MARKS, {"kind": "last"}, "bad-series"),
        (MARKS, {"kind": "funding"}, "out-of-range"),
        (FUNDING, {"kind": "mark"}, "out-of-range"),
        (MARKS, {"kind": None}, "missing-field"),
        (MARKS, {"venue": None}, "missing-field"),
        (MARKS, {"file_name": "x.csv"}, "missing-field"),
        (MARKS, {"file_name": "x.csv", "symbol": "BTC/USDT:USDT"}, "missing-field"),
        (MARKS, {"timeframe": "7y"}, "out-of-range"),
        (MARKS, {"venue": "../../etc"}, "out-of-range"),
        (MARKS, {"symbol": "../../etc/passwd"}, "unknown-symbol"),
        (MARKS, {"symbol": "..\\x"}, "out-of-range"),
        ("a,b,c\n1,2,3\n", {}, "bad-file"),
        ("", {}, "bad-file"),
        ("ts,open,high,low\n1,2,3,4\n", {}, "missing-field"),
        ("ts,open,open,low,close\n1,2,3,4,5\n", {}, "bad-file"),
        (HEADER, {}, "bad-file"),
        (MARKS.replace("58040.12345678,0", "nan,0"), {}, "bad-series"),
        (MARKS + MARKS, {}, "bad-series"),
        (MARKS.replace("1722816060000", "1722816060500"), {}, "bad-series"),
        ("UEFSMQ==", {}, "bad-file"),
        ("UEFSMQ!", {}, "bad-file"),
        (base64.b64encode(b"PK\x03\x04 no zip").decode(), {}, "bad-file"),
        (MARKS.splitlines()[0] + "\n" + MARKS.splitlines()[1] + ",1,2\n", {}, "bad-file"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_stored(
    text: str, stated: dict[str, Any], code: str, context: Context
) -> None:
    with pytest.raises(RingfenceError) as raised:
        store(context, text, **stated)
    assert raised.value.code == code
    assert not context.history.exists()


def test_a_check_of_a_file_guesses_what_nobody_says(context: Context) -> None:
    spoilt = MARKS.replace("57801.00000000", "58200.00000000")
    asked = {"content": HEADER + spoilt, "file_name": "some.csv"}
    (checked,) = data_check.run(context, asked).series  # type: ignore[attr-defined]
    assert not checked.passed
    assert [(one.code, one.first) for one in checked.faults] == [("low-above", ["2024-08-05 00:01"])]


def test_a_file_at_and_above_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    for size, allowed in ((LIMITS.history_bytes, True), (LIMITS.history_bytes + 1, False)):
        with path.open("wb") as stream:
            stream.truncate(size)
        if allowed:
            assert len(read_bytes(path, limit="history_bytes")) == size
        else:
            with pytest.raises(LimitExceeded, match="history_bytes"):
                read_bytes(path, limit="history_bytes")


def test_a_zip_that_unpacks_beyond_the_limit_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (LIMITS.history_bytes + 1))
    with pytest.raises(LimitExceeded, match="history_bytes"):
        rows_of(encoded(packed.getvalue()))


def test_bytes_that_are_nothing_known_are_refused() -> None:
    with pytest.raises(BadFile, match="UTF-8"):
        encoded(b"\xff\xfe\x00\x01")
