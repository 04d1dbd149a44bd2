"""CSV files as venues publish them, as raw rows: Binance's bars and funding, and the layout of our own files.

Binance's dumps of bars (``klines``, ``markPriceKlines``, ``indexPriceKlines``) have twelve columns, with a
header row since 2022 and without one before; spot files count microseconds since 2025. Its funding dumps
have three. A header that is known names the columns; a file without one must have exactly twelve.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ringfence.errors import BadFile, MissingField
from ringfence.history.check import TO_MS, unit_of
from ringfence.history.columns import from_text
from ringfence.history.names import SeriesKind
from ringfence.history.series import PRICES, RATE

if TYPE_CHECKING:
    import polars as pl

BINANCE_BARS = (
    "open_time", *PRICES, "volume", "close_time", "quote_volume", "count", "taker_buy_volume",
    "taker_buy_quote_volume", "ignore",
)  # fmt: skip
TIMES = ("ts", "open_time", "calc_time", "timestamp")
RATES = (RATE, "last_funding_rate")
_FILE_NAME = re.compile(
    r"(?P<symbol>[A-Z0-9_]{2,40}?)-(?:(?P<funding>fundingRate)|(?P<timeframe>[1-9][0-9]{0,2}[mhdw]))"
    r"-[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Named:
    """What the name of a venue's file says; empty where it does not.

    Attributes:
        symbol: the venue's own, ``BTCUSDT``. kind: funding, or None: mark and traded price look alike.
    """

    symbol: str = ""
    kind: SeriesKind | None = None
    timeframe: str = ""


def named(file_name: str) -> Named:
    """What a file name of Binance's dumps says.

    >>> named("BTCUSDT-1m-2024-08.zip").timeframe, named("ETHUSDT-fundingRate-2024-08.csv").kind.value
    ('1m', 'funding')
    """
    match = _FILE_NAME.match(file_name)
    if match is None:
        return Named()
    kind = SeriesKind.FUNDING if match["funding"] else None
    return Named(match["symbol"], kind, match["timeframe"] or "")


def read_csv(text: str, *, path: str = "") -> pl.DataFrame:
    r"""The rows of a file: ``ts`` in milliseconds, and prices (and volume) or ``funding_rate`` as doubles.

    A value that is no number becomes null, for `faults` to name.

    Raises:
        BadFile: neither a file of bars nor of funding. MissingField: a column is not there.

    >>> read_csv("calc_time,funding_interval_hours,last_funding_rate\n1577836800000,8,-0.0001\n").row(0)
    (1577836800000, -0.0001)
    """
    rows = _rows(text, path)
    time = next((name for name in TIMES if name in rows.columns), None)
    if time is None:
        raise MissingField("no column of times", path=path, hint=f"name one {', '.join(TIMES)}")
    rows = rows.rename({time: "ts"})
    rate = next((name for name in RATES if name in rows.columns), None)
    if rate is not None:
        return _numbers(rows.rename({rate: RATE}), [RATE])
    absent = [name for name in PRICES if name not in rows.columns]
    if absent:
        raise MissingField(f"no column {', '.join(absent)}", path=path, hint=f"name them {', '.join(PRICES)}")
    return _numbers(rows, [*PRICES, *(["volume"] if "volume" in rows.columns else [])])


def _rows(text: str, path: str) -> pl.DataFrame:
    """Every cell as text, under the names of its columns."""
    import polars as pl

    first = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").partition("\n")[0].strip()
    cells = [cell.strip().strip('"').lower() for cell in first.split(",")]
    headed = any(name in cells for name in TIMES)
    if not headed and len(cells) != len(BINANCE_BARS):
        raise BadFile(
            "neither a header that is known nor the twelve columns of Binance's bars",
            path=path,
            value=first,
            hint="the first line names the columns: ts,open,high,low,close or ts,funding_rate",
        )
    names = cells if headed else list(BINANCE_BARS)
    if len(set(names)) != len(names):
        raise BadFile("two columns of one name", path=path, value=first)
    try:
        return pl.read_csv(
            io.BytesIO(text.encode()),
            has_header=False,
            skip_rows=1 if headed else 0,
            schema=dict.fromkeys(names, pl.String),
        )
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError as error:
        raise BadFile(f"not a table: {str(error).splitlines()[0]}", path=path) from None


def _numbers(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    import polars as pl

    exact = [name for name in columns if name != "volume"]
    texts = rows.select(pl.col("ts", *columns).str.strip_chars())
    known = from_text(texts, exact).with_columns(pl.col("ts").cast(pl.Int64, strict=False))
    if "volume" in columns:
        known = known.with_columns(pl.col("volume").cast(pl.Float64, strict=False))
    return in_milliseconds(known)


def in_milliseconds(raw: pl.DataFrame) -> pl.DataFrame:
    """Rows whose times are all in one known unit, in milliseconds; others stay, for `faults` to name.

    >>> import polars as pl
    >>> in_milliseconds(pl.DataFrame({"ts": [1_735_689_600_000_000]}))["ts"].to_list()
    [1735689600000]
    """
    import polars as pl

    ends = (raw["ts"].min(), raw["ts"].max())
    units = {unit_of(end) for end in ends if isinstance(end, int)}
    factor = TO_MS.get(units.pop(), 1) if len(units) == 1 else 1
    if factor == 1 or (factor < 0 and raw.filter(pl.col("ts") % -factor != 0).height):
        return raw
    return raw.with_columns(pl.col("ts") * factor if factor > 0 else pl.col("ts") // -factor)
