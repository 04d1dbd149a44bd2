"""Ask jesse: its Position on its FuturesExchange, as a backtest holds them."""

from __future__ import annotations

import math
from types import SimpleNamespace

from common import (
    NO_SUCH,
    Book,
    CannotExpress,
    Row,
    base,
    entry,
    leverage,
    linear,
    mark,
    serve,
    sign,
    value_at,
)
from jesse.enums import exchanges
from jesse.info import exchange_info
from jesse.models.FuturesExchange import FuturesExchange
from jesse.models.Position import Position
from jesse.routes import router

VENUES = {
    "binance_usdm": exchanges.BINANCE_PERPETUAL_FUTURES,
    "bybit_linear": exchanges.BYBIT_USDT_PERPETUAL,
    "gate": exchanges.GATE_USDT_PERPETUAL,
    "bitget": exchanges.BITGET_USDT_PERPETUAL,
    "hyperliquid": exchanges.HYPERLIQUID_PERPETUAL,
    "dydx_v4": exchanges.DYDX_PERPETUAL,
    "kucoin_futures": exchanges.KUCOIN_USDT_PERPETUAL,
    "kraken_futures": exchanges.KRAKEN_PERPETUAL,
    "lighter": exchanges.LIGHTER_PERPETUAL,
}
FIGURES = {
    "liquidation_price": "liquidation_price",
    "bankruptcy_price": "bankruptcy_price",
    "notional": "value",
    "unrealized_pnl": "pnl",
    "initial_margin": "total_cost",
}
PRICES = ("liquidation_price", "bankruptcy_price")
ACCOUNT = "it keeps one balance and one available margin in the quote currency, and no maintenance or equity"


def ask(book: Book, row: Row, name: str) -> float | str:
    if name not in FIGURES:
        raise CannotExpress(NO_SUCH)
    exchange = VENUES.get(book["venue"])
    if exchange is None:
        raise CannotExpress("it does not list this venue's futures")
    linear(row)
    mode = row["margin_mode"]
    if mode not in exchange_info[exchange]["supported_leverage_modes"]:
        raise CannotExpress(f"it offers no {mode} margin on this venue")
    told = leverage_for(row, name)
    said = getattr(position_of(book, row, exchange, told), FIGURES[name])
    if name == "liquidation_price" and math.isnan(said):
        raise CannotExpress("cross margin: its liquidation price is NaN and its backtests never liquidate")
    return float(said)


def position_of(book: Book, row: Row, exchange: str, told: float) -> Position:
    base_asset, _, quote = row["symbol"].partition(":")[0].partition("/")
    symbol = f"{base_asset}-{quote}"
    router.routes = [SimpleNamespace(symbol=symbol)]
    wallet = float(book["account"]["wallet"].get(quote) or 0)
    return Position({
        "exchange": FuturesExchange(exchange, wallet, 0, row["margin_mode"], told),
        "exchange_name": exchange, "symbol": symbol, "strategy": SimpleNamespace(leverage=told),
        "qty": sign(row) * base(row), "entry_price": entry(row), "current_price": mark(book, row),
    })  # fmt: skip


def leverage_for(row: Row, name: str) -> float:
    """It knows an isolated margin through the leverage alone, so for prices that is cost over margin."""
    if name in PRICES and (row["margin_mode"] == "isolated" or name == "bankruptcy_price"):
        stated = row.get("isolated_margin")
        return leverage(row) if stated is None else value_at(row, entry(row)) / float(stated)
    return leverage(row) if name == "initial_margin" else 1.0


serve("jesse", ask, account=ACCOUNT)
