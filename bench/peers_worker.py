"""Call the peers' own functions, in their environment (.bench/venv): JSON in, JSON out, nothing of ours."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ccxt
import freqtrade
from freqtrade.enums import MarginMode, RunMode, TradingMode
from freqtrade.exchange.binance import Binance

CALLS = 2_000


def bundled() -> dict[str, list[dict[str, Any]]]:
    path = Path(freqtrade.__file__).parent / "exchange" / "binance_leverage_tiers.json"
    return json.loads(path.read_text())  # type: ignore[no-any-return]


def tiers_of(book: dict[str, Any]) -> dict[str, list[list[str | None]]]:
    """The tiers every side of the comparison uses, as [floor, cap, rate, deduction, max leverage]."""
    shipped = bundled()
    found = {}
    for row in book["rows"]:
        found[row["symbol"]] = row["tiers"] or [
            [
                str(t["minNotional"]),
                str(t["maxNotional"]),
                str(t["maintenanceMarginRate"]),
                str(t["info"]["cum"]),
                None,
            ]
            for t in shipped[row["symbol"]]
        ]
    return found


def ask_freqtrade(book: dict[str, Any], tiers: dict[str, list[list[str | None]]]) -> Callable[[], float]:
    """The method on a bare object: only what it reads is filled in, its arithmetic is untouched."""
    first = book["rows"][0]
    exchange = object.__new__(Binance)
    exchange._exchange_ws = exchange._api_async = exchange.loop = None
    exchange._config = {"runmode": RunMode.BACKTEST if book["backtest"] else RunMode.DRY_RUN, "dry_run": True}
    exchange.margin_mode = MarginMode.ISOLATED if first["margin"] else MarginMode.CROSS
    exchange.trading_mode = TradingMode.FUTURES
    exchange._leverage_tiers = {
        symbol: [
            {"minNotional": float(low), "maintenanceMarginRate": float(rate), "maintAmt": float(amount)}
            for low, _, rate, amount, _ in rows
        ]
        for symbol, rows in tiers.items()
    }
    exchange.exchange_has = lambda _: True
    marks = {row["symbol"]: {"markPrice": float(row["mark"])} for row in book["rows"]}
    exchange.fetch_funding_rates = lambda _: marks
    trades = [
        SimpleNamespace(
            pair=row["symbol"],
            amount=float(row["contracts"]),
            open_rate=float(row["entry"]),
            stake_amount=stake(row),
            is_short=row["side"] == "short",
        )
        for row in book["rows"]
    ]
    return lambda: exchange.dry_run_liquidation_price(
        pair=first["symbol"],
        open_rate=float(first["entry"]),
        is_short=first["side"] == "short",
        amount=float(first["contracts"]),
        stake_amount=stake(first),
        leverage=float(first["leverage"]),
        wallet_balance=float(first["margin"] or book["wallet"]),
        open_trades=trades,
    )


def stake(row: dict[str, Any]) -> float:
    """Collateral of a trade, as freqtrade's own callers pass it: cost at entry over leverage."""
    return float(row["contracts"]) * float(row["entry"]) / float(row["leverage"])


def ask_ccxt(book: dict[str, Any], tiers: dict[str, list[list[str | None]]]) -> Callable[[], float]:
    """The parser on the account answer the venue would give for the book's first position."""
    client, first = ccxt.binance(), book["rows"][0]
    symbol, base = first["symbol"], first["symbol"].partition("/")[0]
    market = {
        "id": f"{base}USDT", "symbol": symbol, "base": base, "quote": "USDT", "settle": "USDT",
        "linear": True, "inverse": False, "contract": True, "contractSize": 1, "type": "swap", "swap": True,
        "precision": {"price": "0.00000001"},
    }  # fmt: skip
    client.options["leverageBrackets"] = {symbol: [[low, rate] for low, _, rate, _, _ in tiers[symbol]]}
    profits = {row["symbol"]: profit(row) for row in book["rows"]}
    sign = -1 if first["side"] == "short" else 1
    value = float(first["contracts"]) * float(first["mark"])
    raw = {
        "symbol": market["id"], "positionSide": "BOTH", "updateTime": "1700000000000",
        "positionAmt": text(sign * float(first["contracts"])), "notional": text(sign * value),
        "entryPrice": first["entry"], "leverage": first["leverage"], "isolated": bool(first["margin"]),
        "isolatedWallet": first["margin"] or "0", "unrealizedProfit": text(profits[symbol]),
        "initialMargin": text(value / float(first["leverage"])), "maintMargin": text(value * 0.01),
        "crossWalletBalance": book["wallet"],
        "crossMargin": text(float(book["wallet"]) + sum(profits.values())),
    }  # fmt: skip
    return lambda: client.parse_account_position(raw, market)["liquidationPrice"]


def profit(row: dict[str, Any]) -> float:
    sign = -1 if row["side"] == "short" else 1
    return sign * float(row["contracts"]) * (float(row["mark"]) - float(row["entry"]))


def text(value: float) -> str:
    return f"{value:.8f}"


def timed(call: Callable[[], float]) -> dict[str, float]:
    price = call()
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return {"price": price, "seconds": (time.perf_counter() - start) / CALLS}


def main() -> None:
    answers = []
    for book in json.load(sys.stdin):
        tiers = tiers_of(book)
        peers = {"freqtrade": timed(ask_freqtrade(book, tiers)), "ccxt": timed(ask_ccxt(book, tiers))}
        answers.append({"tiers": tiers, "peers": peers})
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
