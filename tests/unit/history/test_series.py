"""Series as values: exact to the digit, sliced by time, the same digest for the same numbers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.errors import BadSeries, OutOfRange
from ringfence.history.columns import doubles, exact, from_text
from ringfence.history.names import contract_symbol, file_symbol, parse_name, timeframe_ms
from ringfence.history.series import bars_of, funding_of

NAME = parse_name("demo_BTCUSDT_mark_1m")
quanta = st.integers(-(10**15) + 1, 10**15 - 1)


@given(st.lists(quanta, min_size=1, max_size=30), st.integers(0, 18))
def test_a_decimal_of_15_digits_comes_back_from_its_double(values: list[int], places: int) -> None:
    """The claim on which everything else rests, against Python's own conversion of the text."""
    texts = [f"{value}e-{places}" for value in values]
    stored = doubles(pl.DataFrame({"close": values}), ["close"], places)
    assert stored["close"].to_list() == [float(text) for text in texts]
    back, fewest = exact(stored, ["close"])
    assert [Decimal(q).scaleb(-fewest) for q in back["close"]] == [Decimal(text) for text in texts]


@given(st.lists(quanta, min_size=1, max_size=30), st.integers(0, 18))
def test_text_and_double_say_the_same(values: list[int], places: int) -> None:
    texts = [format(Decimal(value).scaleb(-places), "f") for value in values]
    frame = from_text(pl.DataFrame({"close": texts}), ["close"])
    assert frame["close"].to_list() == [float(text) for text in texts]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9379.60781874", 9379.60781874),
        ("0.00000400", 0.000004),
        ("1e-8", 1e-8),
        ("+5", 5.0),
        (".5", 0.5),
        ("0", 0.0),
        ("100000000000000000", 1e17),
        ("1234567890123456", None),
        ("0.12345678901234567", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("1,5", None),
        ("0x10", None),
        ("1_000", None),
        ("٥", None),
    ],
)
def test_what_a_text_says_is_kept_or_becomes_nothing(text: str, value: float | None) -> None:
    assert from_text(pl.DataFrame({"close": [text]}), ["close"])["close"].to_list() == [value]


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf"), 0.1234567890123456, 1e15])
def test_a_price_that_cannot_be_held_stops_the_series(bad: float | None) -> None:
    columns: dict[str, list[Any]] = {"ts": [0, 60_000]} | {
        n: [1.0, bad] for n in ("open", "high", "low", "close")
    }
    with pytest.raises(BadSeries, match="more than 15 digits") as raised:
        bars_of(NAME, pl.DataFrame(columns))
    assert raised.value.path == str(NAME)


def series(count: int) -> Any:
    ts = [60_000 * n for n in range(count)]
    return bars_of(NAME, pl.DataFrame({"ts": ts} | {n: [1.0 + k / 8 for k in range(count)] for n in PRICES}))


PRICES = ("open", "high", "low", "close")


@pytest.mark.parametrize(
    ("since", "until", "opens"),
    [
        (None, None, [0, 1, 2, 3, 4]),
        (60_000, None, [1, 2, 3, 4]),
        (59_999, 120_001, [1, 2]),
        (60_000, 120_000, [1]),
        (None, 0, []),
        (10**9, None, []),
        (120_000, 60_000, []),
    ],
)
def test_a_window_holds_the_bars_that_open_in_it(since: Any, until: Any, opens: list[int]) -> None:
    assert [bar.opens // 60_000 for bar in series(5).window(since, until)] == opens


def test_the_digest_is_of_the_numbers() -> None:
    assert series(5).digest == series(6).window(0, 300_000).digest
    assert series(5).digest != series(6).digest
    changed = series(5).frame.with_columns(close=pl.col("close") + 1)
    assert type(series(5))(NAME, changed, 3).digest != series(5).digest


def test_a_single_payment_has_no_interval() -> None:
    one = funding_of(parse_name("demo_X_funding"), pl.DataFrame({"ts": [5], "funding_rate": [0.01]}))
    assert one.payment(0).interval == 0
    assert one.holes() == ()


@pytest.mark.parametrize(
    "text",
    [
        "binance-usdm_BTCUSDT_mark_1h",
        "binance-coinm_BTCUSD-BTC_mark_1m",
        "binance-usdm_1000PEPEUSDT_last_1m_2026-02",
        "unknown-perp_BTC-PERP_last_1m_2022-01",
        "hyperliquid_BTC_funding",
        "binance-usdm_币安人生USDT_mark_1h",
    ],
)
def test_a_name_is_read_and_written_alike(text: str) -> None:
    assert str(parse_name(text)) == text


@pytest.mark.parametrize("text", ["", "x", "BTCUSDT_mark_1h", "a_b_mark_0h", "a_../b_mark_1h", "a_b_mark_1M"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(OutOfRange):
        parse_name(text)


@pytest.mark.parametrize(
    "symbol",
    [
        "BTC/USDT:USDT",
        "1000PEPE/USDT:USDT",
        "BTC/USD:BTC",
        "ETH/USDT:USDT-261225",
        "BTC/USD:BTC-261225",
        "X/USDC:USDC",
    ],
)
def test_a_contract_is_found_again_from_its_file(symbol: str) -> None:
    assert contract_symbol(parse_name(f"bybit_{file_symbol(symbol)}_mark_1h")) == symbol


@pytest.mark.parametrize("text", ["0m", "1M", "h", "1x", "1000m", "٣m"])
def test_what_is_no_timeframe_is_refused(text: str) -> None:
    with pytest.raises(OutOfRange):
        timeframe_ms(text)
