"""Ask ccxt: its position parsers on raw answers of the venue that lack what the parser can compute.

What a parser copies from the venue's own answer is not ccxt's figure and is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ccxt
from common import (
    NO_SUCH,
    Book,
    CannotExpress,
    Row,
    base,
    entry,
    fence,
    leverage,
    mark,
    pool,
    profit,
    quote_tiers,
    rate_at,
    serve,
    sign,
    value_at,
)

IDS = {
    "binance_usdm": "binance", "binance_coinm": "binance", "bybit_linear": "bybit", "bybit_inverse": "bybit",
    "okx_linear": "okx", "okx_inverse": "okx", "gate": "gate", "bitget": "bitget",
    "hyperliquid": "hyperliquid", "kraken_futures": "krakenfutures", "kucoin_futures": "kucoin",
    "bitmex": "bitmex", "deribit": "deribit", "phemex": "phemex", "mexc": "mexc", "dydx_v4": "dydx",
    "drift": "drift", "orderly": "woofipro", "paradex": "paradex", "lighter": "lighter", "dango": "dango",
    "margex": "margex", "primexbt": "primexbt",
}  # fmt: skip
ACCOUNT = "it passes on the venue's own figures of the account and computes none"
COPIED = "it passes on the venue's own figure and computes none"
FIELDS = {
    "liquidation_price": "liquidationPrice", "initial_margin": "initialMargin",
    "maintenance_margin": "maintenanceMargin", "maintenance_usage": "marginRatio", "notional": "notional",
    "unrealized_pnl": "unrealizedPnl", "isolated_equity": "collateral",
}  # fmt: skip
Parse = Callable[[Any, Book, Row, dict[str, Any]], dict[str, Any]]


def ask(book: Book, row: Row, name: str) -> float | str:
    if name not in FIELDS:
        raise CannotExpress(NO_SUCH)
    exchange = IDS.get(book["venue"], book["venue"])
    if not hasattr(ccxt, exchange):
        raise CannotExpress("it has no class for this venue")
    parse = PARSERS.get((exchange, name, row["margin_mode"])) or PARSERS.get((exchange, name, ""))
    if parse is None:
        raise CannotExpress(COPIED)
    client = getattr(ccxt, exchange)()
    said = parse(client, book, row, market_of(row))[FIELDS[name]]
    if said is None and name == "liquidation_price":
        return "none"  # a price below zero: more collateral than the position is worth
    if said is None:
        raise CannotExpress("its answer is None")
    return float(said)


def market_of(row: Row) -> dict[str, Any]:
    fee = row.get("taker_fee")
    pair, _, settled = row["symbol"].partition(":")
    parts = pair.partition("/")
    market = {
        "id": pair.replace("/", ""), "symbol": row["symbol"], "base": parts[0], "quote": parts[2],
        "settle": settled, "linear": row["kind"] == "linear", "inverse": row["kind"] == "inverse",
        "contract": True, "contractSize": float(row.get("contract_size") or 1), "type": "swap", "swap": True,
        "margin": False, "info": {}, "precision": {"price": "0.00000001", "base": "0.00000001"},
    }  # fmt: skip
    if fee is not None:
        market |= {"taker": float(fee), "info": {"taker_fee_rate": fee}}
    return market


def raw_binance(book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    """The fields of a position in Binance's account answer; the profits of the pool are the venue's."""
    value = value_at(row, mark(book, row))
    isolated = row["margin_mode"] == "isolated"
    raw = {
        "symbol": market["id"], "positionSide": "BOTH", "updateTime": "1700000000000",
        "positionAmt": text(sign(row) * float(row["contracts"])), "entryPrice": text(entry(row)),
        "isolated": isolated, "unrealizedProfit": text(profit(book, row)),
        "unRealizedProfit": text(profit(book, row)), "initialMargin": "1", "maintMargin": "1",
        "marginType": row["margin_mode"],
        "notional" if market["linear"] else "notionalValue": text(sign(row) * value),
    }  # fmt: skip
    if row.get("leverage") is not None:
        raw["leverage"] = row["leverage"]
    return raw


def binance_price(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    isolated = row["margin_mode"] == "isolated"
    wallet = fence(row) if isolated else pool(book, row)
    client.options["leverageBrackets"] = {row["symbol"]: brackets(row)}
    rows = [one for one in book["account"]["positions"] if one["margin_mode"] == "cross"]
    raw = raw_binance(book, row, market) | {
        "isolatedWallet": text(wallet if isolated else 0), "crossWalletBalance": text(wallet),
        "crossMargin": text(wallet + sum(profit(book, one) for one in rows)),
    }  # fmt: skip
    return dict(client.parse_account_position(raw, market))


def binance_margin(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    client.options["leverageBrackets"] = {row["symbol"]: brackets(row) if row["tiers"] else []}
    raw = raw_binance(book, row, market)
    if row["margin_mode"] == "isolated":
        margin = fence(row) if row.get("isolated_margin") or row.get("leverage") else 0.0
        raw |= {"isolatedWallet": text(margin), "isolatedMargin": text(margin + profit(book, row))}
    return dict(client.parse_position_risk({**raw, "maintMargin": None, "initialMargin": None}, market))


def binance_initial(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    leverage(row)
    return binance_margin(client, book, row, market)


def binance_maintenance(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    quote_tiers(row)
    return binance_margin(client, book, row, market)


def brackets(row: Row) -> list[list[str]]:
    return [[text(tier["floor"] or 0), text(tier["rate"] or 0)] for tier in quote_tiers(row)]


def bitget(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    isolated = row["margin_mode"] == "isolated"
    raw = {
        "symbol": market["id"], "marginMode": "isolated" if isolated else "crossed", "holdSide": row["side"],
        "total": text(base(row)), "openPriceAvg": text(entry(row)), "markPrice": text(mark(book, row)),
        "leverage": row.get("leverage") or "1",
    }  # fmt: skip
    if row["tiers"]:
        raw["keepMarginRate"] = text(rate_at(row, value_at(row, mark(book, row))))
    if isolated and (row.get("isolated_margin") or row.get("leverage")):
        raw["marginSize"] = text(fence(row))
    return dict(client.parse_position(raw, market))


def bitget_price(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    fence(row)
    quote_tiers(row)
    return bitget(client, book, row, market)


def bitget_initial(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    leverage(row)
    return bitget(client, book, row, market)


def bitget_maintenance(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    quote_tiers(row)
    return bitget(client, book, row, market)


def gate(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    raw = {
        "contract": market["id"], "size": text(sign(row) * float(row["contracts"])),
        "value": text(value_at(row, mark(book, row))), "entry_price": text(entry(row)),
        "leverage": "0" if row["margin_mode"] == "cross" else str(row.get("leverage") or "1"),
        "maintenance_rate": text(rate_at(row, value_at(row, mark(book, row)))),
    }  # fmt: skip
    return dict(client.parse_position(raw, market))


def gate_initial(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    leverage(row)
    return gate(client, book, row, market)


def okx(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    raw = {
        "instId": market["id"], "pos": row["contracts"], "posSide": row["side"], "mgnMode": "isolated",
        "avgPx": text(entry(row)), "markPx": text(mark(book, row)), "lever": str(leverage(row)),
        "notionalUsd": text(value_at(row, mark(book, row))), "mmr": "0",
    }  # fmt: skip
    return dict(client.parse_position(raw, market))


def phemex(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    raw = {
        "symbol": market["id"], "side": "Buy" if row["side"] == "long" else "Sell",
        "sizeRq": row["contracts"], "valueRv": text(value_at(row, mark(book, row))),
        "markPriceRp": text(mark(book, row)), "avgEntryPriceRp": text(entry(row)),
        "leverageRr": row.get("leverage") or "1", "positionMarginRv": "1", "assignedPosBalanceRv": "1",
    }  # fmt: skip
    if row["tiers"]:
        raw["maintMarginReqRr"] = text(rate_at(row, value_at(row, mark(book, row))))
    return dict(client.parse_position(raw, market))


def phemex_maintenance(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    quote_tiers(row)
    return phemex(client, book, row, market)


def woofipro(client: Any, book: Book, row: Row, market: dict[str, Any]) -> dict[str, Any]:
    raw = {
        "symbol": market["id"], "position_qty": text(sign(row) * base(row)),
        "mark_price": text(mark(book, row)), "average_open_price": text(entry(row)),
    }  # fmt: skip
    return dict(client.parse_position(raw, market))


def text(value: float) -> str:
    """A decimal string as a venue sends it, without an exponent."""
    return f"{value:.12f}"


PARSERS: dict[tuple[str, str, str], Parse] = {
    ("binance", "liquidation_price", ""): binance_price,
    ("binance", "maintenance_margin", ""): binance_maintenance,
    ("binance", "initial_margin", ""): binance_initial,
    ("binance", "maintenance_usage", "isolated"): binance_maintenance,
    ("binance", "isolated_equity", "isolated"): binance_price,
    ("bitget", "liquidation_price", "isolated"): bitget_price,
    ("bitget", "maintenance_margin", ""): bitget_maintenance,
    ("bitget", "initial_margin", "cross"): bitget_initial,
    ("bitget", "notional", ""): bitget,
    ("gate", "initial_margin", "isolated"): gate_initial,
    ("gate", "maintenance_margin", ""): gate,
    ("okx", "initial_margin", "isolated"): okx,
    ("phemex", "maintenance_margin", ""): phemex_maintenance,
    ("phemex", "unrealized_pnl", ""): phemex,
    ("woofipro", "notional", ""): woofipro,
}
"""(class, figure, margin mode or either): the functions in which ccxt itself computes the figure."""

serve("ccxt", ask, account=ACCOUNT)
