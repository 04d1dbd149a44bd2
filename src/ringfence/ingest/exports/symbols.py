"""A venue's own symbol in ccxt's form, and the rule pack it belongs to; never a guess.

What cannot be told stays as the venue wrote it: the code of a quarterly contract without its day, an option.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from ringfence.domain.instrument import symbol_parts
from ringfence.errors import RingfenceError


class Contract(NamedTuple):
    """A contract: ccxt's symbol or the venue's own, and the key of its rule pack.

    ``told``: ccxt's symbol could be told. ``settle``: what it pays in; empty where that is not known.
    """

    symbol: str
    venue: str
    told: bool
    settle: str = ""

    @property
    def inverse(self) -> bool:
        """Whether it pays coin for a face value in money."""
        return self.told and self.symbol.split("/")[0] == self.settle


_BASE = r"(?P<base>[\w.]{1,30}?)"
_TWO = "(?P<quote>USDT|USDC)"
_STABLE = r"(?P<quote>USDT|USDC|BUSD|FDUSD|USD1)"
_NAMES = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MONTHS = {name: f"{number:02d}" for number, name in enumerate(_NAMES, start=1)}
_EXPIRY = r"(?P<expiry>\d{6})"
_DAY = r"(?P<day>\d{1,2})(?P<month>[A-Z]{3})(?P<year>\d{2})"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.ASCII)


_COIN = {"XBT": "BTC"}

Pattern = tuple[re.Pattern[str], str, str]
"""A form of symbols, the contract's quote and settlement (``=``: as matched, ``base``), and its rule pack."""

_PATTERNS: Mapping[str, tuple[Pattern, ...]] = MappingProxyType(
    {
        "binance": (
            (_pattern(_BASE + _STABLE + r"(?:_(?P<expiry>\d{6}))?"), "=", "binance_usdm"),
            (_pattern(_BASE + r"USD_(?:PERP|(?P<expiry>\d{6}))"), "base", "binance_coinm"),
        ),
        "bybit": (
            (_pattern(_BASE + r"(?P<quote>USDT|USDC)"), "=", "bybit_linear"),
            (_pattern(_BASE + r"PERP"), "USDC", "bybit_linear"),
            (_pattern(_BASE + r"(?P<quote>USDT)-" + _DAY), "=", "bybit_linear"),
            (_pattern(r"(?P<base>[A-Z0-9]{1,30})-" + _DAY), "USDC", "bybit_linear"),
            (_pattern(_BASE + r"USD"), "base", "bybit_inverse"),
        ),
        "deribit": (
            (_pattern(r"(?P<base>[A-Z0-9]+)_" + _TWO + "-(?:PERPETUAL|" + _DAY + ")"), "=", "deribit"),
            (_pattern(r"(?P<base>BTC|ETH)-(?:PERPETUAL|" + _DAY + ")"), "base", "deribit"),
        ),
        "okx": (
            (_pattern(r"(?P<base>[A-Z0-9]+)-" + _TWO + f"-(?:SWAP|{_EXPIRY})"), "=", "okx_linear"),
            (_pattern(r"(?P<base>[A-Z0-9]+)-USD-(?:SWAP|(?P<expiry>\d{6}))"), "base", "okx_inverse"),
        ),
        "mexc": (
            (_pattern(_BASE + r"_?(?P<quote>USDT|USDC)"), "=", "mexc"),
            (_pattern(_BASE + r"_USD"), "base", "mexc"),
        ),
        "bitget": (
            (_pattern(_BASE + r"(?P<quote>USDT)(?:_UMCBL)?"), "=", "bitget"),
            (_pattern(_BASE + r"PERP(?:_CMCBL)?"), "USDC", "bitget"),
            (_pattern(_BASE + r"USD(?:_DMCBL)?"), "base", "bitget"),
        ),
        "bitunix": ((_pattern(_BASE + r"(?P<quote>USDT|USDC)"), "=", "bitunix"),),
        "blofin": ((_pattern(_BASE + r"[-/]?(?P<quote>USDT|USDC)"), "=", "blofin"),),
        "paradex": ((_pattern(r"(?P<base>[\w]{1,30})-USD-PERP"), "USD:USDC", "paradex"),),
        "kraken_futures": (
            (_pattern(r"P[FV]_" + _BASE + "USD"), "USD", "kraken_futures"),
            (_pattern(r"PI_" + _BASE + "USD"), "base", "kraken_futures"),
            (_pattern(r"FF_" + _BASE + r"USD_(?P<expiry>\d{6})"), "USD", "kraken_futures"),
            (_pattern(r"FI_" + _BASE + r"USD_(?P<expiry>\d{6})"), "base", "kraken_futures"),
        ),
    }
)  # fmt: skip


def contract(family: str, text: str, *, venue: str) -> Contract:
    """A venue's symbol.

    Args:
        family: whose forms of symbols. venue: the rule pack of what cannot be told.

    >>> contract("binance", "BTCUSD_PERP", venue="binance_usdm")
    Contract(symbol='BTC/USD:BTC', venue='binance_coinm', told=True, settle='BTC')
    >>> contract("bybit", "BTCUSDZ24", venue="bybit_linear").told
    False
    """
    name = text.strip().upper()
    for form, money, pack in _PATTERNS[family]:
        match = form.fullmatch(name)
        if match is not None:
            found = _symbol(match.groupdict(), money)
            return _checked(text, found, pack) if found else Contract(text, venue, told=False)
    return Contract(text, venue, told=False)


def _symbol(parts: Mapping[str, str | None], money: str) -> str:
    base = _COIN.get(str(parts["base"]), str(parts["base"]))
    quote = parts.get("quote") or "USD"
    pair = {"=": f"{quote}:{quote}", "base": f"USD:{base}"}.get(money) or (
        money if ":" in money else f"{money}:{money}"
    )
    day = parts.get("expiry")
    if parts.get("month"):
        month = _MONTHS.get(str(parts["month"]))
        if month is None:
            return ""
        day = f"{parts['year']}{month}{int(str(parts['day'])):02d}"
    return f"{base}/{pair}" + (f"-{day}" if day else "")


def _checked(text: str, symbol: str, venue: str) -> Contract:
    try:
        parts = symbol_parts(symbol)
    except RingfenceError:
        return Contract(text, venue, told=False)
    return Contract(symbol, venue, told=True, settle=parts["settle"])


def hyperliquid(coin: str) -> Contract:
    """A coin of Hyperliquid's; a market of another builder has a colon, as ``xyz:NAME``.

    >>> hyperliquid("kPEPE").symbol, hyperliquid("xyz:TSLA").told
    ('KPEPE/USDC:USDC', False)
    """
    if not re.fullmatch(r"[A-Za-z0-9]{1,30}", coin, re.ASCII):
        return Contract(coin, "hyperliquid", told=False)
    return _checked(coin, f"{coin.upper()}/USDC:USDC", "hyperliquid")


def is_spot(coin: str) -> bool:
    """Whether a coin of Hyperliquid's is a spot pair: ``HYPE/USDC``, ``@107``.

    >>> is_spot("@107"), is_spot("BTC")
    (True, False)
    """
    return coin.startswith("@") or "/" in coin


def bitmex(text: str, settle: str) -> Contract:
    """A symbol of BitMEX's, whose row says the asset it pays in. Quarterly codes have no day.

    >>> bitmex("ETHUSD", "BTC").symbol, bitmex("AAVEUSDT", "BTC").symbol, bitmex("XBTM20", "BTC").symbol
    ('ETH/USD:BTC', 'AAVE/USDT:BTC', 'XBTM20')
    """
    match = re.fullmatch(r"(?P<base>[A-Z0-9]{2,20}?)(?P<quote>USDT|USD)", text, re.ASCII)
    if match is None or not settle:
        return Contract(text, "bitmex", told=False)
    base = _COIN.get(match["base"], match["base"])
    return _checked(text, f"{base}/{match['quote']}:{settle}", "bitmex")
