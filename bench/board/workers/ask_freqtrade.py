"""Ask freqtrade: the liquidation price of its dry run, its tier look-up, its profit of a trade."""

from __future__ import annotations

from types import SimpleNamespace
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
    quote_tiers,
    serve,
    settle,
    value_at,
)
from freqtrade import exchange as exchanges
from freqtrade.enums import MarginMode, RunMode, TradingMode
from freqtrade.persistence import LocalTrade

CLASSES = {
    "binance_usdm": "binance", "binance_coinm": "binance", "bybit_linear": "bybit", "bybit_inverse": "bybit",
    "okx_linear": "okx", "okx_inverse": "okx", "gate": "gate", "bitget": "bitget",
    "hyperliquid": "hyperliquid", "kraken_futures": "krakenfutures", "kucoin_futures": "kucoin",
}  # fmt: skip
ACCOUNT = "it computes no figures of a whole account's margin"
INSIDE = "it computes this only inside its liquidation price"


def ask(book: Book, row: Row, name: str) -> float | str:
    if name not in ("liquidation_price", "unrealized_pnl", "deduction"):
        inside = name in ("maintenance_margin", "initial_margin")
        raise CannotExpress(INSIDE if inside else NO_SUCH)
    exchange = bare(book, row)
    if name == "unrealized_pnl":
        return profit_of(book, row)
    quote_tiers(row)
    if name == "deduction":
        value = value_at(row, mark(book, row))
        return float(exchange.get_maintenance_ratio_and_amt(row["symbol"], value)[1])
    return price_of(exchange, book, row)


def bare(book: Book, row: Row) -> Any:
    """The venue's class with what its functions read filled in; their arithmetic is untouched."""
    if book["venue"] not in CLASSES:
        raise CannotExpress("it has no class for this venue's futures")
    name = CLASSES[book["venue"]]
    kind = getattr(exchanges, name.capitalize())
    found = object.__new__(kind)
    found._exchange_ws = found._api_async = found.loop = None
    found._api = getattr(ccxt, name)()
    found._is_demo_trading = False
    found._config = {"runmode": RunMode.DRY_RUN, "dry_run": True}
    found._ft_has = kind.combine_ft_has(include_futures=True)
    found.liquidation_buffer = 0
    found.trading_mode = TradingMode.FUTURES
    found.margin_mode = MarginMode(row["margin_mode"])
    found.validate_trading_mode_and_margin_mode(found.trading_mode, found.margin_mode)
    found._markets = {one["symbol"]: market_of(one) for one in book["account"]["positions"]}
    if not found.market_is_future(found._markets[row["symbol"]]):
        raise CannotExpress("inverse, quanto or dated contracts: it trades linear perpetuals alone")
    found._leverage_tiers = {one["symbol"]: tiers_of(one) for one in peers_of(book, row) if one["tiers"]}
    found.exchange_has = lambda _: True
    found.fetch_funding_rates = lambda _: {
        one["symbol"]: {"markPrice": mark(book, one)} for one in peers_of(book, row)
    }
    return found


def market_of(row: Row) -> dict[str, Any]:
    highest = [tier[4] for tier in row["tiers"] if tier[4]]
    if not highest and row["tiers"]:
        highest = [1 / float(row["tiers"][0][2]) / 2]  # Hyperliquid: maintenance is half the initial rate
    dated = "-" in row["symbol"].partition(":")[2]
    return {
        "symbol": row["symbol"], "swap": not dated, "type": "future" if dated else "swap",
        "linear": row["kind"] == "linear", "inverse": row["kind"] == "inverse",
        "taker": None if row.get("taker_fee") is None else float(row["taker_fee"]),
        "limits": {"leverage": {"max": float(highest[0]) if highest else None}},
    }  # fmt: skip


def tiers_of(row: Row) -> list[dict[str, float | None]]:
    return [
        {
            "minNotional": tier["floor"], "maxNotional": tier["cap"], "maintAmt": tier["deduction"],
            "maintenanceMarginRate": tier["rate"], "maxLeverage": tier["max_leverage"],
        }
        for tier in quote_tiers(row)
    ]  # fmt: skip


def peers_of(book: Book, row: Row) -> list[Row]:
    """The positions that its open trades would be: those of the same pool, or the one alone."""
    if row["margin_mode"] == "isolated":
        return [row]
    rows = book["account"]["positions"]
    return [one for one in rows if one["margin_mode"] == "cross" and settle(one) == settle(row)]


def price_of(exchange: Any, book: Book, row: Row) -> float | str:
    if sum(one["symbol"] == row["symbol"] for one in peers_of(book, row)) > 1:
        raise CannotExpress("two legs of one symbol: it holds one position a pair")
    isolated = row["margin_mode"] == "isolated"
    price = exchange.get_liquidation_price(
        pair=row["symbol"], open_rate=entry(row), is_short=row["side"] == "short", amount=base(row),
        stake_amount=stake(row), leverage=leverage_of(row),
        wallet_balance=fence(row) if isolated else pool(book, row),
        open_trades=[trade(one) for one in peers_of(book, row)],
    )  # fmt: skip
    if price is None:
        raise CannotExpress("its answer is None")
    return float(price) if price > 0 else "none"  # it floors a price below zero at zero


def leverage_of(row: Row) -> float:
    """As stated; else what the margin amounts to; else its own default, 1."""
    if row.get("leverage") is not None:
        return leverage(row)
    return value_at(row, entry(row)) / fence(row) if row.get("isolated_margin") is not None else 1.0


def stake(row: Row) -> float:
    """Collateral of one trade: the isolated margin, or in cross the cost at entry over the leverage."""
    isolated = row["margin_mode"] == "isolated"
    return fence(row) if isolated else value_at(row, entry(row)) / leverage_of(row)


def trade(row: Row) -> SimpleNamespace:
    return SimpleNamespace(
        pair=row["symbol"], amount=base(row), open_rate=entry(row), stake_amount=stake(row),
        is_short=row["side"] == "short",
    )  # fmt: skip


def profit_of(book: Book, row: Row) -> float:
    held = LocalTrade(
        pair=row["symbol"], exchange="any", open_rate=entry(row), amount=base(row), stake_amount=1.0,
        fee_open=0.0, fee_close=0.0, is_short=row["side"] == "short", trading_mode=TradingMode.FUTURES,
        leverage=leverage_of(row), is_open=True,
    )  # fmt: skip
    held.recalc_open_trade_value()
    return float(held.calc_profit(mark(book, row)))


serve("freqtrade", ask, account=ACCOUNT)
