"""ccxt's positions and balance: exact numbers, the pool without what is not its own, nothing guessed."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from ringfence.domain.account import MarginMode, Side
from ringfence.errors import RingfenceError
from ringfence.ingest.ccxt import account_from_ccxt, is_ccxt
from ringfence.ingest.ccxt_wallet import wallet_of
from ringfence.ingest.text import read_account

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"

# As ccxt 4.5 returns them for Binance, shortened. Cross long: profit +100; isolated short: 600 inside, -40.
CROSS: dict[str, Any] = {
    "info": {"positionAmt": "0.1", "marginType": "cross"}, "symbol": BTC, "side": "long", "contracts": 0.1,
    "contractSize": 1.0, "entryPrice": 60000.0, "markPrice": 61000.0, "leverage": 10.0, "marginMode": "cross",
    "hedged": False, "unrealizedPnl": 100.0, "collateral": 9500.0, "liquidationPrice": None,
}  # fmt: skip
FENCED: dict[str, Any] = {
    "info": {"isolatedWallet": "600.00000001"}, "symbol": ETH, "side": "short", "contracts": 4.0,
    "contractSize": 1.0, "entryPrice": 3000.123456789, "markPrice": 3010.1, "leverage": 20.0,
    "marginMode": "isolated", "hedged": False, "unrealizedPnl": -40.0, "collateral": 560.00000001,
}  # fmt: skip
FLAT: dict[str, Any] = CROSS | {"symbol": "XRP/USDT:USDT", "contracts": 0.0, "entryPrice": None, "side": None}
# Binance's total: the margin balance, 9000 in the pool + 600.00000001 in the fence + 100 - 40.
BALANCE: dict[str, Any] = {
    "info": None, "timestamp": None, "USDT": {"free": 8000.0, "used": 1660.0, "total": 9660.00000001},
    "BNB": {"free": 0.0, "used": 0.0, "total": 0.0}, "free": {"USDT": 8000.0}, "total": {"USDT": 9660.0},
}  # fmt: skip
BOOK: dict[str, Any] = {"venue": "binanceusdm", "positions": [FLAT, CROSS, FENCED], "balance": BALANCE}


def refused(document: object, **named: Any) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        account_from_ccxt(document, **named)
    return caught.value


def with_row(**changes: Any) -> dict[str, Any]:
    return BOOK | {"positions": [FLAT, CROSS | changes]}


def test_a_book_arrives_exactly_from_its_json_text() -> None:
    account, market = read_account(json.dumps(BOOK))
    long, short = account.positions
    assert account.venue == "binance_usdm"
    assert (long.side, long.contracts, long.entry_price) == (Side.LONG, Decimal("0.1"), Decimal(60000))
    assert long.leverage == 10
    assert short.entry_price == Decimal("3000.123456789")
    assert (short.margin_mode, short.isolated_margin) == (MarginMode.ISOLATED, Decimal("600.00000001"))
    assert account.wallet == {"USDT": Decimal(9000)}
    assert market.marks == {BTC: Decimal(61000), ETH: Decimal("3010.1")}


def test_live_structures_with_python_floats_say_the_same_as_their_json() -> None:
    assert account_from_ccxt(BOOK) == read_account(json.dumps(BOOK))


def test_the_exchanges_own_digits_come_before_a_float_that_lost_some() -> None:
    info = {"entryPrice": "3000.1234567890123", "isolatedWallet": "600"}
    rows = [FENCED | {"info": info, "entryPrice": float("3000.1234567890123")}]
    assert repr(rows[0]["entryPrice"]) == "3000.1234567890124"
    account, _ = account_from_ccxt(BOOK | {"positions": rows})
    assert account.positions[0].entry_price == Decimal("3000.1234567890123")
    account, _ = account_from_ccxt(BOOK | {"positions": [rows[0] | {"entryPrice": 2999.0}]})
    assert account.positions[0].entry_price == 2999


def test_the_fence_is_ccxts_collateral_less_profit_where_the_exchange_does_not_say_it() -> None:
    account, _ = account_from_ccxt(BOOK | {"positions": [CROSS, FENCED | {"info": {}}]})
    assert account.positions[1].isolated_margin == Decimal("600.00000001")


ASSETS = [
    {"asset": "USDT", "crossWalletBalance": "9000.5", "updateTime": 1700000000000},
    {"asset": "USDC", "crossWalletBalance": "0.00000000", "updateTime": 1700000000000},
    {"asset": "BNB", "crossWalletBalance": "7", "updateTime": 0},
]


@pytest.mark.parametrize("info", [{"assets": ASSETS}, ASSETS, {"totalCrossWalletBalance": "9000.5"}])
def test_the_exchanges_own_pool_comes_before_ccxts_total(info: object) -> None:
    account, _ = account_from_ccxt(BOOK | {"balance": BALANCE | {"info": info}})
    assert account.wallet == {"USDT": Decimal("9000.5")}


def test_a_pool_of_zero_is_a_pool() -> None:
    info = [{"asset": "USDT", "crossWalletBalance": "0"}]
    assert account_from_ccxt(BOOK | {"balance": {"info": info}})[0].wallet == {"USDT": Decimal(0)}


def test_pooled_assets_are_taken_over_and_their_total_in_dollars_is_not() -> None:
    info = {"multiAssetsMargin": True, "totalCrossWalletBalance": "1", "assets": ASSETS}
    book = BOOK | {"positions": [CROSS], "balance": {"info": info}, "collateral": {"USDT": {"price": "1"}}}
    account, _ = account_from_ccxt(book)
    assert account.multi_asset
    assert account.wallet == {"USDT": Decimal("9000.5")}
    bare = {"info": {"multiAssetsMargin": True, "totalCrossWalletBalance": "1"}}
    assert account_from_ccxt(BOOK | {"positions": [CROSS], "balance": bare})[0].wallet == {}


@pytest.mark.parametrize("mode", ["cross", "CROSS", "crossed", "CROSSED"])
def test_the_spellings_of_cross(mode: str) -> None:
    assert account_from_ccxt(with_row(marginMode=mode))[0].positions[0].margin_mode is MarginMode.CROSS


def test_the_mode_may_stand_in_the_exchanges_answer_only() -> None:
    assert account_from_ccxt(with_row(marginMode=None))[0].positions[0].margin_mode is MarginMode.CROSS
    assert refused(with_row(marginMode=None, info={})).path == "positions[1].marginMode"


def test_a_bare_list_needs_its_venue_and_a_pool_for_what_draws_on_one() -> None:
    assert account_from_ccxt([FENCED], venue="binance")[0].wallet == {}
    assert refused([FENCED]).path == "venue"
    assert refused([CROSS], venue="binance").path == "wallet.USDT"
    given = {"venue": "demo", "on": "2026-11-22", "positions": [CROSS], "wallet": {"USDT": "5"}}
    assert account_from_ccxt(given)[0].wallet == {"USDT": Decimal(5)}
    assert account_from_ccxt([FENCED], venue="binance", on="2026-11-01")[0].on == "2026-11-01"


def test_hedged_rows_make_a_hedged_account() -> None:
    legs = [CROSS | {"hedged": True}, CROSS | {"hedged": True, "side": "short"}]
    assert account_from_ccxt(BOOK | {"positions": legs})[0].hedged
    assert refused(BOOK | {"positions": [CROSS, CROSS | {"side": "short"}]}).code == "duplicate-position"


def test_orders_and_marks_of_the_document() -> None:
    order = {
        "symbol": BTC,
        "side": "buy",
        "amount": 0.3,
        "remaining": 0.2,
        "price": 55000.5,
        "reduceOnly": True,
    }
    account, market = account_from_ccxt(BOOK | {"orders": [order], "marks": {BTC: "61001"}})
    (one,) = account.orders
    assert (one.contracts, one.price, one.reduce_only) == (Decimal("0.2"), Decimal("55000.5"), True)
    assert market.mark(BTC) == 61001


def test_contract_sizes_arrive() -> None:
    account, _ = account_from_ccxt(with_row(contractSize=0.001))
    assert account.instruments[BTC].contract_size == Decimal("0.001")


BAD = [
    (with_row(entryPrice=float("nan")), "bad-number", "positions[1].entryPrice"),
    (with_row(entryPrice="1e999"), "limit-exceeded", "positions[1].entryPrice"),
    (with_row(entryPrice=0), "out-of-range", "positions[1].entryPrice"),
    (with_row(entryPrice=None), "missing-field", "positions[1].entryPrice"),
    (with_row(contracts=-1), "out-of-range", "positions[1].contracts"),
    (with_row(contracts=None), "missing-field", "positions[1].contracts"),
    (with_row(side="both"), "out-of-range", "positions[1].side"),
    (with_row(symbol=None), "unknown-symbol", "positions[1].symbol"),
    (with_row(symbol="BTCUSDT"), "unknown-symbol", "positions[1].symbol"),
    (with_row(marginMode="portfolio"), "out-of-range", "positions[1].marginMode"),
    (with_row(markPrice=None), "missing-mark", f"marks.{BTC}"),
    (with_row(unrealizedPnl=None), "missing-field", "positions[1].unrealizedPnl"),
    (with_row(marginMode="isolated", collateral=None), "missing-margin", "positions[1].collateral"),
    (with_row(marginMode="isolated", unrealizedPnl=None), "missing-margin", "positions[1].unrealizedPnl"),
    (BOOK | {"balance": None}, "missing-field", "wallet.USDT"),
    (BOOK | {"balance": [1]}, "bad-file", "balance"),
    (BOOK | {"balance": {"USDT": {"total": "ten"}}}, "bad-number", "balance.USDT.total"),
    (BOOK | {"positions": "none"}, "bad-file", "positions"),
    (BOOK | {"positions": [1]}, "bad-file", "positions"),
    (BOOK | {"marks": [1]}, "bad-file", "marks"),
    (BOOK | {"venue": "kraken"}, "unknown-venue", "venue"),
    (BOOK | {"venue": ["binance"]}, "out-of-range", "venue"),
    (BOOK | {"balances": {}}, "unknown-field", "balances"),
    ("text", "bad-file", ""),
]


@pytest.mark.parametrize(
    ("document", "code", "path"), BAD, ids=[f"{row[1]} {n}" for n, row in enumerate(BAD)]
)
def test_bad_rows_are_located_in_ccxts_own_spelling(document: object, code: str, path: str) -> None:
    error = refused(document)
    assert (error.code, error.path) == (code, path)


def test_a_total_of_an_exchange_that_is_not_known_is_not_taken_apart() -> None:
    with pytest.raises(RingfenceError) as caught:
        wallet_of(BALANCE, [], [], venue="somewhere")
    assert caught.value.code == "not-supported"


def test_too_many_rows_are_refused_before_they_are_read() -> None:
    assert refused(BOOK | {"positions": [CROSS] * 600}).code == "limit-exceeded"


def test_ccxt_is_told_from_an_account_of_ours() -> None:
    assert is_ccxt(BOOK)
    assert is_ccxt({"positions": [CROSS]})
    assert not is_ccxt({"positions": [{"symbol": BTC, "entry_price": "1"}], "marks": {}})
    assert not is_ccxt("positions")
