"""Stored series: one Parquet file each.

The layout is ``prices/<venue>_<symbol>_<kind>_<timeframe>.parquet`` and ``funding/<venue>_<symbol>.parquet``,
prices as doubles, so that any program can read it (`ringfence.history.columns` says why nothing is lost).
What ringfence knows besides travels in the file's own metadata. A folder from elsewhere needs none of it.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ringfence.errors import BadFile, BadSeries, RingfenceError
from ringfence.history.check import faults, instant
from ringfence.history.columns import doubles
from ringfence.history.names import SeriesKind, SeriesName, contract_symbol, parse_name
from ringfence.history.series import PRICES, RATE, Bars, Funding, bars_of, funding_of
from ringfence.store.home import home

if TYPE_CHECKING:
    import polars as pl

VARIABLE = "RINGFENCE_DATA"
Span = tuple[int, int]
"""From a time on and before another, UTC milliseconds."""
_KEYS = "ringfence"


@dataclass(frozen=True, slots=True)
class About:
    """What a file says about its series beside the rows.

    Attributes:
        symbol: ccxt's, where it is known. source: where the numbers come from.
        covered: the spans that an exchange was asked for in full: what is missing there was never there.
        digest: of the numbers, when they were stored; empty for a file from elsewhere.
    """

    symbol: str = ""
    source: str = ""
    covered: tuple[Span, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Raw:
    """A stored series as it is in its file, unchecked."""

    name: SeriesName
    frame: pl.DataFrame
    about: About = field(default_factory=About)


def data_folder() -> Path:
    """The folder of series: ``RINGFENCE_DATA`` where it is set, else ``data`` in the user's own folder."""
    stated = os.environ.get(VARIABLE)
    return Path(stated) if stated else home() / "data"


def path_of(name: SeriesName, folder: Path) -> Path:
    """Where a series is, or would be.

    >>> path_of(parse_name("demo_BTCUSDT_funding"), Path("data")).as_posix()
    'data/funding/demo_BTCUSDT.parquet'
    """
    if name.kind is SeriesKind.FUNDING:
        return folder / "funding" / f"{name.venue}_{name.symbol}.parquet"
    return folder / "prices" / f"{name}.parquet"


def stored_names(folder: Path) -> tuple[SeriesName, ...]:
    """Every series in a folder, sorted; files of other names are not series.

    >>> stored_names(Path("no/such/folder"))
    ()
    """
    found = []
    for place, suffix in (("prices", ""), ("funding", "_funding")):
        for path in (folder / place).glob("*.parquet"):
            try:
                found.append(parse_name(path.stem + suffix))
            except RingfenceError:
                continue
    return tuple(sorted(found))


def stored_raw(name: SeriesName, folder: Path) -> Raw:
    """A stored series as its file has it, for a check.

    Raises:
        BadFile: there is none, or it is no Parquet file of this layout.
    """
    path = path_of(name, folder)
    with _reading(path, folder):
        import polars as pl

        return Raw(name, pl.read_parquet(path).select(_columns(name, path)), about(path, name))


def stored_or_none(name: SeriesName, folder: Path) -> Raw | None:
    """A stored series as its file has it; None where there is no such file.

    Raises:
        BadFile: it is no Parquet file of this layout.
    """
    return stored_raw(name, folder) if path_of(name, folder).is_file() else None


def stored_bars(
    name: SeriesName, folder: Path, *, since: int | None = None, until: int | None = None
) -> Bars:
    """The bars of a series that open from ``since`` on and before ``until``; only they are read.

    Raises:
        BadFile: there is no such series. BadSeries: a price that cannot be held exactly.
    """
    return bars_of(name, _scanned(name, folder, since, until))


def stored_funding(
    name: SeriesName, folder: Path, *, since: int | None = None, until: int | None = None
) -> Funding:
    """The funding payments of a series from ``since`` on and before ``until``; only they are read.

    Raises:
        BadFile: there is no such series. BadSeries: a rate that cannot be held exactly.
    """
    return funding_of(name, _scanned(name, folder, since, until))


def _scanned(name: SeriesName, folder: Path, since: int | None, until: int | None) -> pl.DataFrame:
    path = path_of(name, folder)
    with _reading(path, folder):
        import polars as pl

        rows = pl.scan_parquet(path).select(_columns(name, path))
        if since is not None:
            rows = rows.filter(pl.col("ts") >= since)
        if until is not None:
            rows = rows.filter(pl.col("ts") < until)
        return rows.collect()


def _columns(name: SeriesName, path: Path) -> list[str]:
    import polars as pl

    there = pl.read_parquet_schema(path)
    wanted = ["ts", RATE] if name.kind is SeriesKind.FUNDING else ["ts", *PRICES]
    types = {"ts": pl.Int64} | dict.fromkeys(wanted[1:], pl.Float64)
    for column in wanted:
        if there.get(column) != types[column]:
            raise BadFile(
                f"no column {column} of type {types[column]}",
                path=str(path),
                value=there.get(column),
                hint=f"the columns of such a file: {', '.join(wanted)}",
            )
    return [*wanted, *(["volume"] if "volume" in there and name.kind is SeriesKind.LAST else [])]


def about(path: Path, name: SeriesName) -> About:
    """What a file says about its series beside the rows."""
    import polars as pl

    text = pl.read_parquet_metadata(path).get(_KEYS)
    if text is None:
        return About(symbol=contract_symbol(name) or "")
    said = json.loads(text)
    covered = tuple((int(since), int(until)) for since, until in said["covered"])
    return About(said["symbol"], said["source"], covered, said["digest"])


@contextmanager
def _reading(path: Path, folder: Path) -> Iterator[None]:
    """What goes wrong with a file of a series, as an error of ours."""
    import polars as pl

    if not path.is_file():
        raise BadFile(
            "no such series", path=str(path.stem), hint=f"ringfence data list shows what is in {folder}"
        )
    try:
        yield
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror or error}", path=str(path)) from None
    except (pl.exceptions.PolarsError, KeyError, TypeError, ValueError) as error:
        told = str(error).partition("\n")[0]
        raise BadFile(f"not a Parquet file of a series: {told}", path=str(path)) from None


@dataclass(frozen=True, slots=True)
class Stored:
    """What a save did.

    Attributes:
        rows: in the file now. added: rows that were not there. replaced: rows that said something else.
    """

    path: Path
    rows: int
    added: int
    replaced: int


def save(raw: Raw, folder: Path, *, overwrite: bool = False) -> Stored:
    """Put rows into the file of their series, beside those that are there: all of them, or none.

    Args:
        overwrite: where both have a row of one time that differs, take the new one.
    Raises:
        BadSeries: rows that are wrong in themselves, or that differ from stored ones.
        BadFile: the folder cannot be written.
    """
    _refuse_faults(raw)
    path = path_of(raw.name, folder)
    before = stored_or_none(raw.name, folder)
    together, changed = _together(raw, before, overwrite=overwrite)
    known = before.about if before else About()
    said = About(
        raw.about.symbol or known.symbol or contract_symbol(raw.name) or "",
        _sources(known.source, raw.about.source),
        merged([*known.covered, *raw.about.covered]),
    )
    height = before.frame.height if before else 0
    if before is None or together.height > height or changed or said.covered != known.covered:
        _write(raw.name, together, said, path)
    return Stored(path, together.height, together.height - height, changed)


def _refuse_faults(raw: Raw) -> None:
    for fault in faults(raw.name, raw.frame):
        if fault.blocks and fault.code != "empty":
            raise BadSeries(
                f"{fault.says}: {fault.count:,}",
                path=str(raw.name),
                value=", ".join(fault.first) or None,
                hint="ringfence data check FILE lists everything that is wrong",
            )


def _together(raw: Raw, before: Raw | None, *, overwrite: bool) -> tuple[pl.DataFrame, int]:
    """Old and new rows by time, and how many of the old ones gave way."""
    import polars as pl

    if before is None:
        return raw.frame, 0
    if raw.frame.columns != before.frame.columns:
        raise BadSeries(
            "the stored rows have other columns",
            path=str(raw.name),
            value=", ".join(raw.frame.columns),
            hint=f"stored: {', '.join(before.frame.columns)}",
        )
    numbers = [name for name in raw.frame.columns if name not in ("ts", "volume")]
    both = before.frame.join(raw.frame, on="ts", suffix="_new")
    differ = both.filter(pl.any_horizontal([pl.col(name) != pl.col(f"{name}_new") for name in numbers]))
    if differ.height and not overwrite:
        raise BadSeries(
            f"{differ.height:,} stored rows say something else",
            path=str(raw.name),
            value=instant(differ["ts"][0]),
            hint="say that the new rows replace the stored ones, or keep what is stored",
        )
    keep = before.frame.join(raw.frame, on="ts", how="anti")
    return pl.concat([keep, raw.frame]).sort("ts"), differ.height


def _sources(old: str, new: str) -> str:
    named = [one for one in old.split("; ") if one]
    return "; ".join([*named, *([new] if new and new not in named else [])])


def _write(name: SeriesName, frame: pl.DataFrame, said: About, path: Path) -> None:
    """A whole file or the old one: written beside it, then renamed."""
    series = funding_of(name, frame) if name.kind is SeriesKind.FUNDING else bars_of(name, frame)
    numbers = [RATE] if name.kind is SeriesKind.FUNDING else list(PRICES)
    # What will be read must be what was checked: the doubles are made of the exact numbers.
    kept = [column for column in frame.columns if column in series.frame.columns]
    rows = doubles(series.frame.select(kept), numbers, series.places)
    text = json.dumps(
        {"symbol": said.symbol, "source": said.source, "covered": said.covered, "digest": series.digest}
    )
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            rows.write_parquet(new, compression="zstd", metadata={_KEYS: text})
            with new.open("rb+") as stream:
                os.fsync(stream.fileno())
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadFile(
            f"cannot be written: {error.strerror or error}",
            path=str(path),
            hint=f"name another folder with {VARIABLE}",
        ) from None


def merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans as few as possible, in order.

    >>> merged([(5, 9), (0, 5), (20, 30)])
    ((0, 9), (20, 30))
    """
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(until, found[-1][1]))
        else:
            found.append((since, until))
    return tuple(found)
