"""An exchange by ringfence's venue key, asked through ccxt: numbers as text, retries bounded, errors ours.

Whatever asks an exchange comes through here. ccxt is an extra (``pip install ringfence[exchanges]``) and
is imported by the first question, never before.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from ringfence.errors import (
    BadAnswer,
    Bug,
    ExchangeFailed,
    NotSupported,
    RateLimited,
    RingfenceError,
    UnknownSymbol,
    UnknownVenue,
)
from ringfence.ingest.fields import printable

URL = "RINGFENCE_EXCHANGE_URL"
"""Environment variable: scheme and host that every question goes to instead of the exchange's own."""

CCXT_IDS: Mapping[str, str] = MappingProxyType(
    {
        "binance_coinm": "binancecoinm",
        "binance_usdm": "binanceusdm",
        "bitget": "bitget",
        "bitmex": "bitmex",
        "bybit": "bybit",
        "bybit_inverse": "bybit",
        "bybit_linear": "bybit",
        "deribit": "deribit",
        "dydx": "dydx",
        "gate": "gate",
        "hyperliquid": "hyperliquid",
        "kraken_futures": "krakenfutures",
        "kucoin": "kucoinfutures",
        "kucoin_futures": "kucoinfutures",
        "mexc": "mexc",
        "okx": "okx",
        "okx_inverse": "okx",
        "okx_linear": "okx",
    }
)
"""ccxt's id of each venue that can be asked."""

CONTRACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"bybit": ("linear", "inverse"), "okx": ("swap", "future")}
)
"""The markets that hold contracts, where ccxt would load spot and options too."""

ATTEMPTS = 4
"""How often one question is asked before ringfence gives up."""
PAUSES = (1.0, 4.0, 10.0)
"""Seconds between the attempts; longer than ccxt's own pacing, because the exchange has just refused."""
TIMEOUT_MS = 20_000

T = TypeVar("T")


def exchange(venue: str, *, url: str | None = None) -> Any:
    """The exchange of a venue key, as ccxt has it; nothing is asked yet.

    Args:
        venue: a key of ringfence (``binance_usdm``), or an id of ccxt's.
        url: scheme and host to ask instead of the exchange's own; None: `URL` where it is set.
    Raises:
        NotSupported: ccxt is not installed. UnknownVenue: ccxt has no such exchange.
    """
    ccxt = _ccxt()
    name = CCXT_IDS.get(venue, venue)
    if name not in ccxt.exchanges:
        raise UnknownVenue(
            "no exchange that can be asked",
            path="venue",
            value=printable(venue),
            hint=f"one of {', '.join(sorted(CCXT_IDS))}",
        )
    made = getattr(ccxt, name)({"enableRateLimit": True, "timeout": TIMEOUT_MS})
    # Prices and rates stay the digits that the exchange sent.
    made.number = str
    if name in CONTRACTS:
        made.options["fetchMarkets"] = {
            **_table(made.options.get("fetchMarkets")),
            "types": list(CONTRACTS[name]),
        }
    base = url or os.environ.get(URL)
    if base:
        made.urls["api"] = _moved(made.urls["api"], base.rstrip("/"))
    return made


def asked(
    question: Callable[[], T],
    *,
    what: str,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
) -> T:
    """The answer to one question; a rate limit or a broken line is waited for, ``attempts`` times in all.

    Args:
        what: the question in words, for the error: ``"mark price bars of BTC/USDT:USDT from binance_usdm"``.
    Raises:
        ExchangeFailed: no answer, or a refusal. RateLimited: it still asked for patience at the last attempt.
        BadAnswer: the answer cannot be read.
        UnknownSymbol: the exchange has no such market.

    >>> asked(lambda: 7, what="a number")
    7
    """
    ccxt = _ccxt()
    for attempt in range(1, attempts + 1):
        try:
            return question()
        except RingfenceError:
            raise
        except ccxt.BadSymbol as error:
            raise UnknownSymbol(f"{what}: {_short(error)}", path="symbol", hint="as ccxt writes it") from None
        except ccxt.AuthenticationError as error:
            raise ExchangeFailed(
                f"{what}: the key was refused: {_short(error)}",
                hint="use a valid read-only key",
            ) from None
        except ccxt.NetworkError as error:
            if attempt == attempts:
                limited = isinstance(error, ccxt.RateLimitExceeded | ccxt.DDoSProtection)
                raise (RateLimited if limited else ExchangeFailed)(
                    f"{what}: no answer after {attempts} attempts: {_short(error)}", hint="ask again later"
                ) from None
            sleep(PAUSES[min(attempt, len(PAUSES)) - 1])
        except ccxt.BaseError as error:
            raise ExchangeFailed(f"{what}: {_short(error)}", hint="ask for less, or later") from None
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            # What ccxt meets inside an answer that does not have the documented shape.
            raise BadAnswer(
                f"{what}: the answer cannot be read: {type(error).__name__}", hint="ask again later"
            ) from None
    raise Bug("the last attempt has raised")


def _ccxt() -> Any:
    try:
        import ccxt
    except ModuleNotFoundError:
        raise NotSupported(
            "asking an exchange needs ccxt, which is not installed", hint="pip install 'ringfence[exchanges]'"
        ) from None
    return ccxt


def _table(value: object) -> dict[str, Any]:
    return dict(value) if isinstance(value, Mapping) else {}


def _moved(urls: object, base: str) -> Any:
    """Every address in ccxt's tree of addresses, on another host, its path kept."""
    if isinstance(urls, Mapping):
        return {name: _moved(value, base) for name, value in urls.items()}
    return re.sub(r"^https?://[^/]*", base, urls) if isinstance(urls, str) else urls


def _short(error: Exception) -> str:
    """An exchange's own words: one line, without what was asked, which may be signed, and cut short."""
    text = re.sub(r"(https?://[^\s?]*)\?\S*", r"\1", " ".join(str(error).split())) or type(error).__name__
    shown = "".join(character if character.isprintable() else "?" for character in text)
    return shown if len(shown) <= 160 else f"{shown[:158]}…"
