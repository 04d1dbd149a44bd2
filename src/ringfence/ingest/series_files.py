"""Files of bars and funding as a text that any door can carry, and as rows: CSV, its zip, Parquet."""

from __future__ import annotations

import base64
import binascii
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

from ringfence.errors import BadFile, BadSeries, LimitExceeded, MissingField, OutOfRange, RingfenceError
from ringfence.history.names import SeriesKind, SeriesName, file_symbol, parse_name, timeframe_ms
from ringfence.history.series import PRICES, RATE
from ringfence.history.venue_csv import in_milliseconds, named, read_csv
from ringfence.limits import LIMITS

if TYPE_CHECKING:
    import polars as pl

PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
_PACKED = tuple(base64.b64encode(start)[:5].decode() for start in (PARQUET, ZIP))
_COIN_MARGINED = re.compile(r"(?P<base>[A-Z0-9]+)USD_PERP", re.ASCII)
_TIMEFRAMES = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "1w")


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says about a file; empty where the file's own name is to say it.

    Attributes:
        venue: a key, ``binance_usdm``. symbol: ccxt's, or the venue's own.
    """

    venue: str = ""
    symbol: str = ""
    kind: SeriesKind | None = None
    timeframe: str = ""


def encoded(data: bytes) -> str:
    """A file as text: CSV as it is, Parquet and zip in base64.

    Raises:
        BadFile: neither, nor text in UTF-8.

    >>> encoded(b"ts,funding_rate")
    'ts,funding_rate'
    """
    if data.startswith((PARQUET, ZIP)):
        return base64.b64encode(data).decode()
    return _text(data)


def rows_of(content: str) -> pl.DataFrame:
    r"""The rows of a file in the form of `encoded`, times in milliseconds where their unit is known.

    Raises:
        BadFile, MissingField: not a file of bars or funding. LimitExceeded: too large.

    >>> rows_of("ts,funding_rate\n1577836800000,0.0001\n").height
    1
    """
    if not content.startswith(_PACKED):
        _limited(len(content))
        return read_csv(content)
    try:
        data = base64.b64decode(content, validate=True)
    except binascii.Error:
        raise BadFile("starts as Parquet or zip in base64 and is none") from None
    _limited(len(data))
    return _parquet(data) if data.startswith(PARQUET) else read_csv(_text(_unzipped(data)))


def named_as(rows: pl.DataFrame, file_name: str, stated: Stated) -> SeriesName:
    """The series that a file holds a part of, by what is stated and what its name says.

    Raises:
        MissingField: neither says it. OutOfRange, UnknownSymbol: what is stated cannot be.
    """
    ours, theirs = _own_name(file_name), named(PurePath(file_name).name)
    kind = SeriesKind.FUNDING if RATE in rows.columns else stated.kind or (ours.kind if ours else None)
    venue = stated.venue.replace("_", "-") or (ours.venue if ours else "")
    symbol = stated.symbol or (ours.symbol if ours else theirs.symbol)
    timeframe = stated.timeframe or (ours.timeframe if ours else theirs.timeframe)
    if RATE in rows.columns and stated.kind not in (None, SeriesKind.FUNDING):
        raise OutOfRange("the file holds funding", path="kind", value=str(stated.kind), hint="funding")
    if RATE not in rows.columns and kind is SeriesKind.FUNDING:
        raise OutOfRange("the file holds bars", path="kind", value="funding", hint="mark, last or index")
    needed = {"venue": venue, "symbol": symbol, "kind": kind}
    for field, value in (needed if kind is SeriesKind.FUNDING else needed | {"timeframe": timeframe}).items():
        if not value:
            raise MissingField(
                "neither stated nor in the file's name", path=field, hint=f"say it: --{field} {_SAID[field]}"
            )
    name = f"{venue}_{_symbol_part(symbol)}_{kind}" + ("" if RATE in rows.columns else f"_{timeframe}")
    return parse_name(name + (f"_{ours.part}" if ours and ours.part else ""), path="symbol")


_SAID = {"venue": "binance_usdm", "symbol": "BTC/USDT:USDT", "kind": "mark", "timeframe": "1m"}


def of_kind(rows: pl.DataFrame, name: SeriesName) -> pl.DataFrame:
    """The columns that a series of this kind keeps.

    Raises:
        BadSeries: traded prices that are called marks, or marks that are called traded prices.
    """
    if name.kind is SeriesKind.FUNDING or "volume" not in rows.columns:
        return rows
    traded = bool((rows["volume"] > 0).any())
    if traded and name.kind is not SeriesKind.LAST:
        raise BadSeries(
            f"bars with volume are traded prices, not the {name.kind}", path="kind", hint="say --kind last"
        )
    if not traded and name.kind is SeriesKind.LAST and rows.height:
        raise BadSeries(
            "no bar has volume: these are not traded prices", path="kind", hint="say --kind mark, or index"
        )
    return rows if name.kind is SeriesKind.LAST else rows.drop("volume")


def guessed(rows: pl.DataFrame, file_name: str) -> SeriesName:
    """A name to check a file under when nobody stores it: what is not said is told from the rows."""
    own, theirs = _own_name(file_name), named(PurePath(file_name).name)
    if own is not None:
        return own
    if RATE in rows.columns:
        return SeriesName("file", theirs.symbol or "funding", SeriesKind.FUNDING)
    traded = "volume" in rows.columns and bool((rows["volume"] > 0).any())
    kind = SeriesKind.LAST if traded else SeriesKind.MARK
    return SeriesName("file", theirs.symbol or "bars", kind, theirs.timeframe or _timeframe(rows))


def _timeframe(rows: pl.DataFrame) -> str:
    """The timeframe that most rows are apart by."""
    apart = rows["ts"].drop_nulls().unique().sort().diff().drop_nulls().mode().sort()
    step = int(apart[0]) if len(apart) else 0
    known = {timeframe_ms(one): one for one in _TIMEFRAMES}
    below = [low for low, high in pairwise([*sorted(known), 2**62]) if low <= step < high]
    return known[below[0]] if below else "1m"


def _own_name(file_name: str) -> SeriesName | None:
    path = PurePath(file_name)
    stem = path.name.partition(".")[0] if path.suffix == ".zip" else path.stem
    for suffix in ("", "_funding"):
        try:
            return parse_name(stem + suffix)
        except RingfenceError:
            continue
    return None


def _symbol_part(symbol: str) -> str:
    if "/" in symbol:
        return file_symbol(symbol)
    coin = _COIN_MARGINED.fullmatch(symbol)
    return f"{coin['base']}USD-{coin['base']}" if coin else symbol


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(
            "neither text in UTF-8, nor Parquet, nor zip", hint="CSV as the venue publishes it"
        ) from None


def _unzipped(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
            if len(inside) != 1:
                raise BadFile("not exactly one CSV in the zip", value=len(inside))
            with archive.open(inside[0]) as stream:
                text = stream.read(LIMITS.history_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BadFile(f"not a zip that can be read: {error}") from None
    _limited(len(text))
    return text


def _limited(size: int) -> None:
    if size > LIMITS.history_bytes:
        raise LimitExceeded(
            f"at most {LIMITS.history_bytes:,} bytes allowed (history_bytes)",
            value=f"{size:,} bytes",
            hint="split the file",
        )


def _parquet(data: bytes) -> pl.DataFrame:
    import polars as pl

    try:
        rows = pl.read_parquet(io.BytesIO(data))
        kept = [name for name in ("ts", *PRICES, "volume", RATE) if name in rows.columns]
        types = {name: pl.Int64 if name == "ts" else pl.Float64 for name in kept}
        rows = rows.select(kept).cast(types, strict=False)  # type: ignore[arg-type]  # names are column names
    except pl.exceptions.PolarsError as error:
        raise BadFile(f"not a Parquet file that can be read: {str(error).splitlines()[0]}") from None
    absent = {"ts", *PRICES} - set(kept)
    if absent and not {"ts", RATE} <= set(kept):
        hint = f"the columns are ts, {', '.join(PRICES)}, or ts, {RATE}"
        raise MissingField(f"no column {', '.join(sorted(absent))}", hint=hint)
    if RATE in kept:
        rows = rows.select("ts", RATE)
    return in_milliseconds(rows)
