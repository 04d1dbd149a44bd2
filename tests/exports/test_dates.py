"""Day or month first is told from the file or asked for; a local time needs its zone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ringfence.errors import MissingField, OutOfRange, RingfenceError
from ringfence.ingest.exports import read_export
from ringfence.ingest.exports.model import DateOrder
from ringfence.ingest.exports.times import zone
from tests.exports.files import BINANCE_TRADES, HYPEDEXER, MEXC, table

HEAD = "time,coin,sz,side,payment,rate"


def funding(*times: str) -> bytes:
    return table(HEAD, *(f'"{time}",ETH,1,Long,-0.01,0.0001' for time in times)).encode()


def when(*times: str, dates: str | None = None, tz: str = "UTC") -> tuple[DateOrder, list[str]]:
    read = read_export(funding(*times), dates=dates, tz=tz)
    return read.date_order, [
        datetime.fromtimestamp(one.at // 1_000, UTC).strftime("%Y-%m-%d %H:%M:%S") for one in read.happened
    ]


@pytest.mark.parametrize(
    ("times", "order", "first"),
    [
        (("13/02/2026 10:00:00", "01/02/2026 10:00:00"), "dmy", "2026-02-01 10:00:00"),
        (("2/13/2026 - 10:00:00", "2/1/2026 - 10:00:00"), "mdy", "2026-02-01 10:00:00"),
        (("2/13/2026, 1:05:00 PM",), "mdy", "2026-02-13 13:05:00"),
        (("2/13/2026, 12:05:00 AM",), "mdy", "2026-02-13 00:05:00"),
        # No value above 12: as months these rise, as days they would not.
        (("1/2/2026 10:00:00", "1/9/2026 10:00:00", "2/1/2026 10:00:00"), "mdy", "2026-01-02 10:00:00"),
        (("9/1/2026 10:00:00", "10/1/2026 10:00:00", "1/2/2026 10:00:00"), "dmy", "2026-01-09 10:00:00"),
        (("5/5/2026 10:00:00", "6/6/2026 10:00:00"), "either", "2026-05-05 10:00:00"),
        (("2026-02-03 10:00:00",), "ymd", "2026-02-03 10:00:00"),
        (("2026/02/03 10:00",), "ymd", "2026-02-03 10:00:00"),
        (("2026-02-03T10:00:00.1234567Z",), "ymd", "2026-02-03 10:00:00"),
        (("2026-02-03T10:00:00+02:00",), "ymd", "2026-02-03 08:00:00"),
    ],
)
def test_the_order_follows_from_values_above_twelve_and_from_the_rows(
    times: tuple[str, ...], order: str, first: str
) -> None:
    found, read = when(*times)
    assert (found.value, read[0]) == (order, first)


@pytest.mark.parametrize(
    "times",
    [
        ("1/2/2026 10:00:00",),
        ("1/2/2026 10:00:00", "3/4/2026 10:00:00"),
        ("1/2/2026 10:00", "2/1/2026 09:00"),
    ],
)
def test_what_cannot_be_told_is_asked_for(times: tuple[str, ...]) -> None:
    with pytest.raises(MissingField, match="--dates dmy") as caught:
        when(*times)
    assert caught.value.path == "export: row 2, time"
    assert when(*times, dates="dmy")[1] != when(*times, dates="mdy")[1]


def test_a_file_that_contradicts_itself_or_what_was_said_is_refused() -> None:
    with pytest.raises(OutOfRange, match="row 2, time the month"):
        when("2/13/2026 10:00:00", "13/2/2026 10:00:00")
    with pytest.raises(OutOfRange, match="not dmy"):
        when("2/13/2026 10:00:00", dates="dmy")
    with pytest.raises(OutOfRange, match="not an order of dates"):
        when("2/13/2026 10:00:00", dates="ymd")


def test_a_local_time_needs_its_zone() -> None:
    with pytest.raises(MissingField, match="--tz Europe/Berlin"):
        read_export(funding("13/02/2026 10:00:00"))
    assert when("13/02/2026 10:00:00", tz="+05:30")[1] == ["2026-02-13 04:30:00"]
    assert when("13/02/2026 10:00:00", tz="Europe/Berlin")[1] == ["2026-02-13 09:00:00"]
    assert when("13/07/2026 10:00:00", tz="Europe/Berlin")[1] == ["2026-07-13 08:00:00"]


@pytest.mark.parametrize("time", ["25/10/2026 02:30:00", "29/03/2026 02:30:00"])
def test_an_hour_that_a_zone_has_twice_or_never_is_refused(time: str) -> None:
    with pytest.raises(OutOfRange, match="twice, or not at all"):
        when(time, tz="Europe/Berlin")
    assert when(time, tz="+02:00")[1]


NO_TIMES = (
    "31/02/2026 10:00:00", "13/02/1999 10:00:00", "13/02/2026", "13/02/2026 25:00:00", "yesterday", "",
    "13/02/2026 13:00 PM", "99/99/2026 10:00:00", "13/02/2026 10:00:00+99:99",
)  # fmt: skip


@pytest.mark.parametrize("time", NO_TIMES)
def test_what_is_no_time_is_refused_with_its_row(time: str) -> None:
    with pytest.raises(RingfenceError) as caught:
        when("14/02/2026 10:00:00", time)
    assert caught.value.path.startswith("export: row "), caught.value
    assert caught.value.hint or caught.value.value is not None


def test_a_zone_that_the_header_states_is_not_overruled() -> None:
    first = read_export(MEXC.encode()).happened[0].at
    assert datetime.fromtimestamp(first // 1_000, UTC).hour == 9, "17:00 at UTC+08:00"
    with pytest.raises(OutOfRange, match="states another zone"):
        read_export(MEXC.encode(), tz="UTC")
    binance = read_export(BINANCE_TRADES.encode())
    assert read_export(BINANCE_TRADES.encode(), tz="UTC").happened == binance.happened
    stated = read_export(HYPEDEXER.encode())
    assert read_export(HYPEDEXER.encode(), tz="+03:00").happened == stated.happened, "each time has its own"


@pytest.mark.parametrize("name", ["Nowhere/City", "../etc", "", "+25:00", "EST5EDT6", "a" * 300, "Europe"])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(OutOfRange, match="not a time zone"):
        zone(name)


def test_rows_of_one_time_keep_the_direction_of_their_file() -> None:
    newest = table(
        HEAD, "2026-02-03 11:00:00,ETH,1,Long,-0.03,0.0001", "2026-02-03 10:00:00,ETH,1,Long,-0.02,0.0001",
        "2026-02-03 10:00:00,ETH,1,Long,-0.01,0.0001",
    )  # fmt: skip
    amounts = [str(one.amount) for one in read_export(newest.encode(), tz="UTC").happened]  # type: ignore[attr-defined]
    assert amounts == ["-0.01", "-0.02", "-0.03"]
