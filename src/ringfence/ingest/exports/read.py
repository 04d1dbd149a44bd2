"""A venue's export, read whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from ringfence.domain.numbers import exactly
from ringfence.errors import MissingField, OutOfRange, RingfenceError
from ringfence.ingest.exports.identity import identified
from ringfence.ingest.exports.model import DateOrder, Format, Imported, Reading, Row, Sheet
from ringfence.ingest.exports.raw import Table, tabled, unpacked
from ringfence.ingest.exports.registry import detected, matches
from ringfence.ingest.exports.times import Zones, date_order, milliseconds, zone
from ringfence.ingest.fields import printable
from ringfence.ingest.files import name_of, read_bytes
from ringfence.mirror.happened import Happened


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about a file beside it; see `read_export`."""

    venue: str | None
    account_id: str
    dates: str | None
    tz: str | None


@exactly
def read_export(
    source: str | Path | bytes,
    *,
    venue: str | None = None,
    account_id: str = "main",
    dates: str | None = None,
    tz: str | None = None,
    form: str | None = None,
) -> Imported:
    r"""What happened to an account, from a file that its venue gave.

    Args:
        source: a file, ``-`` for standard input, or the bytes of one; gzip is unpacked.
        venue: key of the rule pack where the file does not say it, as ccxt's lists do not.
        account_id: whose it is; part of every id. dates: ``dmy`` or ``mdy`` where the file does not show it.
        tz: the zone of local times, ``Europe/Berlin`` or ``+02:00``. form: key of the format it is.
    Returns:
        All of it, in the order of time; the same row has the same id in every file that holds it.
    Raises:
        RingfenceError: at the first thing that is wrong, with row and column; nothing is kept.

    >>> header = b"Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,"
    >>> header += b"Cash Flow,Change,Wallet Balance,Action,Time(UTC)\n"
    >>> row = b"1,USDT,BTCUSDT,SETTLEMENT,BUY,--,0.1,--,-0.5,0,0,-0.5,99.5,SETTLEMENT,2026-01-01 08:00:00"
    >>> read = read_export(header + row)
    >>> read.format, read.happened[0].symbol, read.happened[0].amount, read.reconciled[0].difference
    ('bybit_uta', 'BTC/USDT:USDT', Decimal('-0.5'), Decimal('0'))
    """
    name = "export" if isinstance(source, bytes) else name_of(source)
    try:
        data = source if isinstance(source, bytes) else read_bytes(source, limit="history_bytes")
        table = tabled(unpacked(data), lambda columns: bool(matches(columns)))
        found = detected(frozenset(table.columns), key=form, json=table.json, venue=venue)
        sheet, order = _sheet(table, found, name=name, said=Said(venue, account_id, dates, tz))
        reading = found.read(sheet)
    except RingfenceError as error:
        error.path = error.path if error.path.startswith(name) else f"{name}: {error.path}".removesuffix(": ")
        raise
    return _imported(sheet, reading, source=name, order=order)


def _sheet(table: Table, form: Format, *, name: str, said: Said) -> tuple[Sheet, DateOrder]:
    """The rows with their times and ids, the oldest first."""
    rows = [_under_new_names(row, form) for row in table.rows]
    if not rows:
        raise MissingField("a header and no rows", hint="export a longer span")
    venue = _venue(form, said.venue)
    zones = _zones(table, form, said)
    order = date_order(rows, form.time, said.dates)
    timed = [
        replace(
            row,
            at=milliseconds(row, form.time, order=order, zones=zones, short_years=form.short_years),
        )
        for row in rows
    ]
    own = identified(
        _oldest_first(timed, newest_first=form.newest_first),
        form,
        venue=form.venue or venue,
        account_id=said.account_id,
    )
    columns = frozenset(form.renamed.get(column, column) for column in table.columns)
    return Sheet(
        format=form, rows=own, columns=columns, venue=venue, account_id=said.account_id, source=name
    ), order


def _under_new_names(row: Row, form: Format) -> Row:
    if form.renamed.keys().isdisjoint(row.cells):
        return row
    cells = {form.renamed.get(column, column): cell for column, cell in row.cells.items()}
    return replace(row, cells=MappingProxyType(cells))


def _zones(table: Table, form: Format, said: Said) -> Zones:
    stated = table.zones.get(form.time)
    told = zone(said.tz) if said.tz is not None else None
    if (
        stated is not None
        and told is not None
        and (stated.utcoffset(None) or timedelta()) != told.utcoffset(None)
    ):
        raise OutOfRange(
            "the header of this file states another zone",
            path="tz",
            value=printable(said.tz or ""),
            hint="leave --tz out",
        )
    return Zones(stated=stated, told=told, utc=form.utc)


def _oldest_first(rows: Sequence[Row], *, newest_first: bool) -> list[Row]:
    """The rows in the order of time; those of one time as the file's own direction has them."""
    falls = sum(1 if a.at > b.at else -1 if a.at < b.at else 0 for a, b in pairwise(rows))
    turned = rows[::-1] if falls > 0 or (falls == 0 and newest_first) else rows
    return sorted(turned, key=lambda row: row.at)


def _venue(form: Format, said: str | None) -> str:
    if not form.venue:
        if not said:
            raise MissingField(
                "the list does not name its exchange", path="venue", hint="say it: --venue binance_usdm"
            )
        return said
    if said is not None and said not in (form.venue, *form.others):
        known = ", ".join((form.venue, *form.others))
        raise OutOfRange(f"this is {form.title}", path="venue", value=printable(said), hint=known)
    return said or form.venue


def _imported(sheet: Sheet, reading: Reading, *, source: str, order: DateOrder) -> Imported:
    happened = tuple(sorted(reading.happened, key=lambda one: one.at))
    return Imported(
        happened=happened,
        source=source,
        format=sheet.format.key,
        venue=sheet.venue,
        rows=len(sheet.rows),
        skipped=tuple(sorted(reading.skipped, key=lambda one: one.row)),
        date_order=order,
        confirmed=reading.confirmed,
        reconciled=reading.reconciled,
        notes=(*reading.notes, *_untold(happened), *_broken(reading)),
    )


def _untold(happened: Sequence[Happened]) -> tuple[str, ...]:
    """The symbols that stay as the venue wrote them."""
    names = sorted(
        {str(symbol) for one in happened if (symbol := getattr(one, "symbol", "")) and ":" not in symbol}
    )
    if not names:
        return ()
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return (f"as the venue wrote them, because ccxt's names cannot be told: {shown}",)


def _broken(reading: Reading) -> tuple[str, ...]:
    """What does not add up, and by how much."""
    return tuple(
        f"{one.asset} does not reconcile: the rows make {one.expected}, the last one prints {one.found}"
        if one.difference
        else f"{one.asset} does not reconcile in between, the first time at row {one.breaks[0].row}"
        for one in reading.reconciled
        if not one.holds
    )
