"""What a series is and what it is called: venue, symbol, kind, timeframe.

The names are those of the files: ``binance-usdm_BTCUSDT_mark_1h`` is ``prices/<name>.parquet``, and
``binance-usdm_BTCUSDT_funding`` is ``funding/binance-usdm_BTCUSDT.parquet``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ringfence.domain.instrument import symbol_parts
from ringfence.errors import OutOfRange, RingfenceError

MINUTE = 60_000
HOUR = 60 * MINUTE
_UNITS = {"m": MINUTE, "h": HOUR, "d": 24 * HOUR, "w": 7 * 24 * HOUR}
_MONDAY = 4 * 24 * HOUR
"""The first Monday, 1970-01-05: weekly bars open on Mondays."""

_VENUE = r"(?P<venue>[a-z0-9]{1,30}(?:-[a-z0-9]{1,30}){0,3})"
_SYMBOL = r"(?P<symbol>[\w.-]{1,60}?)"
_TIMEFRAME = re.compile(r"(?P<count>[1-9][0-9]{0,2})(?P<unit>[mhdw])", re.ASCII)
_BARS = re.compile(
    rf"{_VENUE}_{_SYMBOL}_(?P<kind>mark|last|index)_(?P<timeframe>[1-9][0-9]{{0,2}}[mhdw])"
    r"(?:_(?P<part>[A-Za-z0-9-]{1,40}))?"
)
_FUNDING = re.compile(rf"{_VENUE}_{_SYMBOL}_funding")
_MARKET_ID = re.compile(r"(?P<base>[\w.]{1,40}?)(?P<quote>USDT|USDC|BUSD|FDUSD|USD)", re.ASCII)
_HINT = "as in binance-usdm_BTCUSDT_mark_1h or binance-usdm_BTCUSDT_funding"


class SeriesKind(StrEnum):
    """What the numbers of a series are.

    MARK is the venue's mark price, which liquidations use; LAST the traded price; INDEX the index that the
    mark is made of; FUNDING the rates that were paid.

    >>> SeriesKind("mark").value
    'mark'
    """

    MARK = "mark"
    LAST = "last"
    INDEX = "index"
    FUNDING = "funding"


@dataclass(frozen=True, slots=True, order=True)
class SeriesName:
    """One series of one venue.

    Attributes:
        venue: as files write it, ``binance-usdm``. symbol: the same, ``BTCUSDT``.
        timeframe: ``1m``, ``1h``; empty for funding. part: a window that the file is cut to, ``2026-02``.

    >>> parse_name("binance-usdm_BTCUSDT_mark_1h").step
    3600000
    """

    venue: str
    symbol: str
    kind: SeriesKind
    timeframe: str = ""
    part: str = ""

    def __str__(self) -> str:
        return "_".join(
            word for word in (self.venue, self.symbol, self.kind.value, self.timeframe, self.part) if word
        )

    @property
    def step(self) -> int:
        """Milliseconds from one bar to the next; 0 for funding, whose interval changes."""
        return 0 if self.kind is SeriesKind.FUNDING else timeframe_ms(self.timeframe)


def parse_name(text: str, *, path: str = "series") -> SeriesName:
    """A name as the files have it.

    Raises:
        OutOfRange: not a name.

    >>> str(parse_name("binance-spot_LUNAUSDT_last_1m_2022-05"))
    'binance-spot_LUNAUSDT_last_1m_2022-05'
    """
    found = _BARS.fullmatch(text) or _FUNDING.fullmatch(text)
    if found is None:
        raise OutOfRange("not the name of a series", path=path, value=text, hint=_HINT)
    parts = found.groupdict()
    return SeriesName(
        parts["venue"],
        parts["symbol"],
        SeriesKind(parts.get("kind") or "funding"),
        parts.get("timeframe") or "",
        parts.get("part") or "",
    )


def timeframe_ms(timeframe: str) -> int:
    """Milliseconds of a timeframe as ccxt writes it.

    Raises:
        OutOfRange: not one; months have no fixed length.

    >>> timeframe_ms("15m")
    900000
    """
    match = _TIMEFRAME.fullmatch(timeframe)
    if match is None:
        raise OutOfRange(
            "not a timeframe", path="timeframe", value=timeframe, hint="as in 1m, 15m, 1h, 8h, 1d, 1w"
        )
    return int(match["count"]) * _UNITS[match["unit"]]


def grid_start(step: int) -> int:
    """A time on the grid of bars this long: weeks open on Mondays, everything else divides the day.

    >>> grid_start(HOUR), grid_start(7 * 24 * HOUR)
    (0, 345600000)
    """
    return _MONDAY if step % (7 * 24 * HOUR) == 0 else 0


def file_symbol(symbol: str) -> str:
    """A contract symbol as file names have it.

    Raises:
        UnknownSymbol: not a contract symbol of ccxt's.

    >>> file_symbol("BTC/USDT:USDT"), file_symbol("BTC/USD:BTC"), file_symbol("ETH/USDT:USDT-261225")
    ('BTCUSDT', 'BTCUSD-BTC', 'ETHUSDT-261225')
    """
    parts = symbol_parts(symbol)
    settle = "" if parts["settle"] == parts["quote"] else f"-{parts['settle']}"
    expiry = f"-{parts['expiry']}" if parts["expiry"] else ""
    return f"{parts['base']}{parts['quote']}{settle}{expiry}"


def contract_symbol(name: SeriesName) -> str | None:
    """The contract that a file's symbol stands for; None for spot, and where the name does not say.

    >>> contract_symbol(parse_name("binance-usdm_1000PEPEUSDT_mark_8h"))
    '1000PEPE/USDT:USDT'
    >>> contract_symbol(parse_name("bybit_BTCUSD-BTC_mark_1h"))
    'BTC/USD:BTC'
    """
    if name.venue.endswith("-spot"):
        return None
    if name.venue == "hyperliquid" and name.symbol.isalnum():
        return f"{name.symbol}/USDC:USDC"
    pair, _, rest = name.symbol.partition("-")
    settle, _, expiry = rest.rpartition("-") if rest[-6:].isdigit() and len(rest) >= 6 else (rest, "", "")
    match = _MARKET_ID.fullmatch(pair)
    if match is None:
        return None
    quote = match["quote"]
    symbol = f"{match['base']}/{quote}:{settle or quote}" + (f"-{expiry}" if expiry else "")
    try:
        return symbol if file_symbol(symbol) == name.symbol else None
    except RingfenceError:
        return None
