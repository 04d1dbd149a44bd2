"""Operations on market history: what is stored, what is wrong with it, and where to take it from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ringfence.errors import BadFile, MissingField, OutOfRange, RingfenceError
from ringfence.history.check import Fault, faults
from ringfence.history.grid import Hole, bar_holes, funding_holes
from ringfence.history.names import SeriesKind, SeriesName, parse_name
from ringfence.ingest.bars import Asking, Page, closed, pages, unasked
from ringfence.ingest.series_files import Stated, guessed, named_as, of_kind, rows_of
from ringfence.service import data_forms as form
from ringfence.service.context import Context
from ringfence.service.registry import operation
from ringfence.store.history import (
    About,
    Raw,
    Span,
    merged,
    path_of,
    save,
    stored_names,
    stored_or_none,
    stored_raw,
)
from ringfence.store.pages import Journal, uncovered

if TYPE_CHECKING:
    import polars as pl

SHOWN = 5
"""Holes that an answer lists."""


@operation("data-list", request=form.DataListRequest, answer=form.DataListAnswer)
def data_list(context: Context, _request: form.DataListRequest) -> form.DataListAnswer:
    """Every stored series of prices and funding: how long, how many rows, how many are missing."""
    listed, damaged = [], []
    for name in stored_names(context.history):
        try:
            listed.append(_series(stored_raw(name, context.history)))
        except RingfenceError as error:
            damaged.append(str(error))
    return form.DataListAnswer(folder=str(context.history), series=listed, damaged=damaged)


def _series(raw: Raw) -> form.SeriesAnswer:
    name, ts = raw.name, raw.frame["ts"]
    found = _holes(name, ts)
    return form.SeriesAnswer(
        name=str(name),
        venue=name.venue.replace("-", "_"),
        symbol=raw.about.symbol or None,
        kind=name.kind.value,
        timeframe=name.timeframe or None,
        rows=len(ts),
        since=_end(ts, 0),
        until=_end(ts, -1),
        holes=len(found),
        missing=sum(hole.missing for hole in found),
        source=raw.about.source,
    )


def _end(ts: pl.Series, place: int) -> int | None:
    return ts[place] if len(ts) else None


def _holes(name: SeriesName, ts: pl.Series) -> tuple[Hole, ...]:
    known = ts.drop_nulls().unique().sort()
    return bar_holes(known, name.step) if name.step else funding_holes(known)


@operation("data-check", request=form.DataCheckRequest, answer=form.DataCheckAnswer)
def data_check(context: Context, request: form.DataCheckRequest) -> form.DataCheckAnswer:
    """What is wrong with stored series, or with a file: grid, holes, duplicates, prices that cannot be."""
    if request.content is not None:
        rows = rows_of(request.content)
        checked = [_checked(Raw(guessed(rows, request.file_name), rows), shown=request.file_name)]
    else:
        names = stored_names(context.history) if request.series is None else (parse_name(request.series),)
        checked = [_checked_stored(context, name) for name in names]
    return form.DataCheckAnswer(passed=all(one.passed for one in checked), series=checked)


def _checked_stored(context: Context, name: SeriesName) -> form.CheckedSeries:
    raw = stored_raw(name, context.history)
    said = raw.about.digest
    if said and not _is_as_stored(raw):
        says = "the numbers are not the ones that were stored"
        return _checked(raw, extra=(Fault("digest", says, 1, (str(path_of(name, context.history)),)),))
    return _checked(raw)


def _is_as_stored(raw: Raw) -> bool:
    from ringfence.history.series import bars_of, funding_of

    try:
        made = funding_of if raw.name.kind is SeriesKind.FUNDING else bars_of
        return made(raw.name, raw.frame).digest == raw.about.digest
    except RingfenceError:
        return False


def _checked(raw: Raw, *, shown: str = "", extra: tuple[Fault, ...] = ()) -> form.CheckedSeries:
    found = (*extra, *faults(raw.name, raw.frame))
    ts = raw.frame["ts"]
    return form.CheckedSeries(
        name=shown or str(raw.name),
        passed=not any(one.wrong for one in found),
        rows=len(ts),
        since=_end(ts, 0),
        until=_end(ts, -1),
        faults=[
            form.FaultAnswer(
                code=one.code, says=one.says, count=one.count, first=list(one.first), wrong=one.wrong
            )
            for one in found
        ],
    )


@operation("data-import", request=form.DataImportRequest, answer=form.DataImportAnswer, scope="write")
def data_import(context: Context, request: form.DataImportRequest) -> form.DataImportAnswer:
    """Check a file of bars or funding and store its rows beside those that are there, all or nothing."""
    rows = rows_of(request.content)
    stated = Stated(
        request.venue or "",
        request.symbol or "",
        None if request.kind is None else SeriesKind(request.kind),
        request.timeframe or "",
    )
    name = named_as(rows, request.file_name, stated)
    rows = of_kind(rows, name)
    if not rows.height:
        raise BadFile("no rows in it", path="content")
    symbol = request.symbol if request.symbol and ":" in request.symbol else ""
    source = request.source or request.file_name or f"imported on {context.today()}"
    stored = save(Raw(name, rows, About(symbol, source)), context.history, overwrite=request.replace)
    found = _holes(name, stored_raw(name, context.history).frame["ts"])
    return form.DataImportAnswer(
        name=str(name),
        rows=stored.rows,
        added=stored.added,
        replaced=stored.replaced,
        holes=_shown(found),
        missing=sum(hole.missing for hole in found),
        stored_in=str(stored.path),
    )


def _shown(found: Iterable[Hole]) -> list[form.HoleAnswer]:
    return [
        form.HoleAnswer(since=one.first, until=one.until, missing=one.missing) for one in list(found)[:SHOWN]
    ]


@operation("data-fetch", request=form.DataFetchRequest, answer=form.DataFetchAnswer, scope="write")
def data_fetch(context: Context, request: form.DataFetchRequest) -> form.DataFetchAnswer:
    """Ask an exchange for bars or funding, page by page; what is stored already is not asked for again."""
    kind = SeriesKind(request.kind)
    if (kind is SeriesKind.FUNDING) != (request.timeframe is None):
        wrong = "funding has no timeframe" if request.timeframe else "bars need one"
        raise MissingField(wrong, path="timeframe", value=request.timeframe, hint="--timeframe 1h for bars")
    ask = unasked(request.venue, request.symbol, kind, request.timeframe or "")
    since = moment(request.since, path="since")
    until = ask.made.milliseconds() if request.until is None else moment(request.until, path="until")
    return _fetched(context, ask, closed(ask, (since, until)))


def moment(text: str, *, path: str) -> int:
    """A day or a time as UTC milliseconds.

    Raises:
        OutOfRange: neither.

    >>> moment("2020-03-12", path="since"), moment("2020-03-12T10:00", path="since")
    (1583971200000, 1584007200000)
    """
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return int(at.timestamp()) * 1_000
    except (ValueError, OverflowError):
        hint = "write it as 2025-10-10, or 2025-10-10T20:00"
        raise OutOfRange("not a day or a time", path=path, value=text, hint=hint) from None


def _fetched(context: Context, ask: Asking, wanted: Span) -> form.DataFetchAnswer:
    name, folder = ask.name, context.history
    said = About(ask.symbol, f"{ask.made.id} through ccxt")
    journal = Journal(name, folder)
    # Pages of a run that was cut off come first: they are not asked for again.
    journal.absorb(said)
    before = stored_or_none(name, folder)
    brought: list[Page] = []
    replaced, added = 0, 0
    try:
        for page in pages(ask, uncovered(wanted, before.about.covered if before else ())):
            if page.frame.height:
                journal.append(page.frame, page.span)
            brought.append(page)
            context.progress(str(name), page.span[1] - wanted[0], wanted[1] - wanted[0])
    finally:
        stored = journal.absorb(said)
        if stored:
            replaced, added = stored.replaced, stored.added
    return _told(context, name, brought, added=added, replaced=replaced)


def _told(
    context: Context, name: SeriesName, brought: list[Page], *, added: int, replaced: int
) -> form.DataFetchAnswer:
    raw = stored_or_none(name, context.history)
    if raw is None:
        raise BadFile("the exchange gave no row of it", path=str(name), hint="ask for a later time")
    ts = raw.frame["ts"]
    found = _holes(name, ts)
    nothing = merged([page.span for page in brought if not page.frame.height])
    step = name.step
    return form.DataFetchAnswer(
        name=str(name),
        rows=len(ts),
        added=added,
        replaced=replaced,
        holes=_shown(found),
        missing=sum(hole.missing for hole in found),
        stored_in=str(path_of(name, context.history)),
        pages=sum(page.frame.height > 0 for page in brought),
        empty=_shown(Hole(since, until, (until - since) // step if step else 0) for since, until in nothing),
    )
