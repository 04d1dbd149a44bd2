"""What is wrong with a file is said with its place, and nothing of it is kept."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ringfence.errors import (
    BadFile,
    BadNumber,
    LimitExceeded,
    MissingField,
    NotSupported,
    OutOfRange,
    RingfenceError,
)
from ringfence.ingest.exports import raw as raw_rows
from ringfence.ingest.exports import read_export
from ringfence.limits import LIMITS, Limits
from tests.exports import files
from tests.exports.files import BY_FORMAT, table


def refused(name: str, old: str, new: str, count: int = -1) -> RingfenceError:
    """The error of a file in which something is replaced."""
    file = BY_FORMAT[name]
    assert old in file.text
    with pytest.raises(RingfenceError) as caught:
        read_export(file.text.replace(old, new, count).encode(), **file.said)
    return caught.value


@pytest.mark.parametrize(
    ("name", "old", "new", "place", "words"),
    [
        # The identities: a sign or a column that is not what it seems.
        ("bybit_uta", "-0.60,0.00,0.00,-0.60", "0.60,0.00,0.00,-0.60", "row 5, change", "not what the row"),
        ("bybit_uta", "-3.30,0.00,-3.30", "3.30,0.00,-3.30", "row 4, change", "fee 3.3"),
        ("bybit_derivatives", "0.25,0,0,-0.25", "-0.25,0,0,-0.25", "row 3, change", "not what the row"),
        ("kraken_futures_log", "99.4250", "100.4250", "row 2, change", "profit 100 and fee -0.61"),
        ("deribit_log", ",-0.00002,0.99998", ",0.00002,0.99998", "row 3, change", "fee -0.00002"),
        ("okx_bills", "5,-0.3,-1,0,4.7", "5,-0.3,-1,0,5.3", "row 5, balance change", "pl 5 and fee -0.3"),
        ("okx_funding_account", "1000,0,1000,0", "1000,0,999,0", "row 2, after balance", "before 0"),
        ("hyperliquid_web_trades", "0.675,-0.675", "0.675,0", "row 2, closedpnl", "minus its fee"),
        ("hyperliquid_web_trades", "0.5,1500", "0.5,1600", "row 2, ntl", "not price x size"),
        ("hyperliquid_web_funding", "-0.01875", "0.01875", "row 2, payment", "goes the other way"),
        ("hyperliquid_ledger", '"-0.0375"', '"0.0375"', "[1].delta.usdc", "goes the other way"),
        ("hyperliquid_fills", '"side": "A"', '"side": "B"', "[0].side", "not the side of Liquidated"),
        ("binance_futures_trades", ",30300,", ",30900,", "row 2, amount", "not price x quantity"),
        ("bybit_closed_pnl", "28.33", "-28.33", "row 2, closed p&l", "after fees"),
        ("ccxt_ledger", '"after": 998.75', '"after": 999.75', "[1].amount", "before and after"),
        ("ccxt_ledger", '"amount": 1000.0', '"amount": -1000.0', "[0].amount", "comes in, and is below zero"),
        # Words that are not known, cells that are no numbers or empty.
        ("binance_futures_trades", "SELL", "SHORT", "row 2, side", "a word that is not known here"),
        ("binance_futures_transactions", "REALIZED_PNL", "PROFIT", "row 5, type", "a word"),
        ("binance_futures_trades", ",60600,", ',"60,600",', "row 2, price", "not a number"),
        ("binance_futures_trades", ",60600,", ",,", "row 2, price", "an empty cell"),
        ("binance_futures_trades", ",60600,", ",-60600,", "row 2, price", "must be above zero"),
        ("bitmex_wallet", ",250000,", ",2500.5,", "row 3, amount", "not a whole number"),
        ("bitmex_wallet", ",XBt,", ",Zz,", "row 2, currency", "a word that is not known here"),
        ("mexc_futures_orders", "buy short", "short", "row 3, direction", "a word"),
        ("bitget_futures", "Open Long", "Long", "row 2, direction", "not a direction"),
        ("bitget_futures", "0.01BTC", "0.01.1BTC", "row 2, filled qty", "not a size"),
        ("hyperliquid_web_trades", "Open Long", "Increase", "row 2, dir", "a word"),
        ("ccxt_trades", '"BTC/USDT"', '"BTC/USDT:USDT-260101-60000-C"', "[2].symbol", "not a contract"),
        ("ccxt_transfers", '"linear"', '"funding"', "[0].toaccount", "gained or lost"),
        # Rows of another length.
        ("bybit_closed_pnl", "Trade,2026-03-02", "Trade,x,2026-03-02", "row 2", "11 cells under 10 columns"),
        ("bybit_closed_pnl", ",28.33,Trade", "", "row 2", "8 cells under 10 columns"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(name: str, old: str, new: str, place: str, words: str) -> None:
    error = refused(name, old, new, 1)
    assert error.path == f"export: {place}"
    assert words in error.message
    assert error.hint or error.value is not None


def test_a_log_whose_header_does_not_show_its_signs_is_refused() -> None:
    lines = [line.rsplit(",", 3)[0] for line in files.BYBIT_DERIVATIVES.splitlines()]
    with pytest.raises(BadFile, match="signs of fee and funding cannot be told") as caught:
        read_export(table(*lines).encode())
    assert "Action" in caught.value.hint


def test_a_header_that_is_not_known_names_the_closest_and_the_way_out() -> None:
    with pytest.raises(BadFile, match="not an export that is known") as caught:
        read_export(b"time,coin,sz,side,payment\n1,2,3,4,5\n")
    assert "funding history of the page, which also has rate" in caught.value.hint
    with pytest.raises(BadFile, match="as the venue gave it"):
        read_export(b"Datum,Betrag\n1,2\n")
    with pytest.raises(MissingField, match="missing: action, cash flow"):
        read_export(files.BINANCE_TRADES.encode(), form="bybit_uta")
    with pytest.raises(OutOfRange, match="no such format"):
        read_export(files.BINANCE_TRADES.encode(), form="excel")
    assert read_export(files.BINANCE_TRADES.encode(), form="binance_futures_trades").rows == 3


def test_a_list_names_no_exchange_and_a_file_is_of_its_own() -> None:
    with pytest.raises(MissingField, match="--venue binance_usdm"):
        read_export(files.CCXT_TRADES.encode())
    with pytest.raises(OutOfRange, match="this is Bybit, closed P&L"):
        read_export(files.BYBIT_CLOSED.encode(), venue="bitmex")
    assert read_export(files.BYBIT_CLOSED.encode(), venue="bybit_inverse").venue == "bybit_inverse"


def test_funding_whose_sign_ccxt_does_not_bring_into_one_form_is_refused() -> None:
    with pytest.raises(NotSupported, match="which sign is paid"):
        read_export(files.CCXT_FUNDING.encode(), venue="bybit_linear")


def test_a_transfer_between_addresses_needs_the_own_one() -> None:
    moved = {"type": "internalTransfer", "usdc": "5", "user": "0xAA", "destination": "0xBB", "fee": "0"}
    data = json.dumps([{"time": 1772445600000, "hash": "0x9", "delta": moved}]).encode()
    with pytest.raises(OutOfRange, match="came or went"):
        read_export(data)
    for name, amount in (("0xaa", "-5"), ("0xbb", "5")):
        (one,) = read_export(data, account_id=name).happened
        assert str(one.amount) == amount  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "nothing in it"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"a,b\0c", "NUL"),
        (b"\x1f\x8b\x08broken", "gzip"),
        (gzip.compress(files.BYBIT_UTA.encode())[:-9], "gzip"),
        (b'{"a": 1}', "not a list"),
        (b"[1]", "not an object"),
        (b"[", "not JSON"),
        (b"[]", "not an export"),
        (b'[{"time": "\\ud800", "hash": 1, "delta": {"type": 1}}]', "half a character"),
        (files.BINANCE_TRADES.splitlines()[0].encode(), "no rows"),
        (b"PK\x03\x04\x00\x00", "NUL"),
    ],
)
def test_what_is_no_export_at_all(data: bytes, words: str) -> None:
    with pytest.raises(RingfenceError, match=words) as caught:
        read_export(data)
    assert caught.value.path.startswith("export")


def test_a_file_is_named_by_its_path(tmp_path: Path) -> None:
    place = tmp_path / "trades.csv"
    place.write_text(files.BINANCE_TRADES.replace("60600", "x"), encoding="utf-8")
    with pytest.raises(BadNumber) as caught:
        read_export(place)
    assert caught.value.path == f"{place}: row 2, price"
    with pytest.raises(BadFile, match="no such file"):
        read_export(tmp_path / "none.csv")


@pytest.mark.parametrize("extra", [-1, 0, 1])
def test_rows_and_cells_are_limited(extra: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """``rows_per_export`` and ``cells_per_row`` at, below and above, with smaller numbers in their place."""
    small = Limits(rows_per_export=3 + extra, cells_per_row=10 + extra)
    monkeypatch.setattr(raw_rows, "LIMITS", small)
    monkeypatch.setattr("ringfence.limits.LIMITS", small)
    file = BY_FORMAT["binance_futures_trades"]
    if extra < 0:
        with pytest.raises(LimitExceeded, match="cells_per_row"):
            read_export(file.data)
        monkeypatch.setattr("ringfence.limits.LIMITS", Limits(rows_per_export=2))
        with pytest.raises(LimitExceeded, match="rows_per_export"):
            read_export(file.data)
    else:
        assert read_export(file.data).rows == 3


def test_the_limits_themselves() -> None:
    assert (LIMITS.rows_per_export, LIMITS.cells_per_row) == (200_000, 256)
    many = [{str(number): 1 for number in range(LIMITS.cells_per_row + 1)}]
    with pytest.raises(LimitExceeded, match="cells_per_row"):
        read_export(json.dumps(many).encode())


def test_an_unpacked_file_is_limited_too(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(BY_FORMAT["bybit_uta"].data)
    packed = gzip.compress(BY_FORMAT["bybit_uta"].data)
    for most, allowed in ((size - 1, False), (size, True), (size + 1, True)):
        monkeypatch.setattr(raw_rows, "LIMITS", Limits(history_bytes=most))
        if allowed:
            assert read_export(packed).rows == 6
        else:
            with pytest.raises(LimitExceeded, match="history_bytes"):
                read_export(packed)
