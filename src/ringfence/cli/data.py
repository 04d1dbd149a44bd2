"""Market history on a terminal: what is stored, what is wrong with it, and how far a fetch has come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ringfence.cli.console import clean, console
from ringfence.cli.grid import Grid, headline, note, section
from ringfence.history.check import instant
from ringfence.service import data_forms as out

FILE_ENDINGS = (".csv", ".parquet", ".zip")
"""What is typed with one of these is a file, not a stored series."""


def show_list(to: Console, answer: out.DataListAnswer) -> None:
    """Every stored series."""
    headline(to, f"{len(answer.series):,} series in {answer.folder}")
    for venue in dict.fromkeys(one.name.partition("_")[0] for one in answer.series):
        section(to, venue)
        named = [(one, *one.name.partition("_")) for one in answer.series]
        rows = [
            (rest, f"{one.rows:,}", *(end[:10] for end in _ends(one.since, one.until)), f"{one.missing:,}")
            for one, its, _, rest in named
            if its == venue
        ]
        Grid(("series", "rows", "first", "last", "missing"), rows).show(to)
    for line in answer.damaged:
        note(to, f"damaged: {line}")
    if not answer.series:
        note(to, "ringfence data import FILE stores one, ringfence data fetch asks an exchange for one.")


def show_checked(to: Console, answer: out.DataCheckAnswer) -> None:
    """What is wrong first, then what is worth knowing, then how many series are sound."""
    failed = [one for one in answer.series if not one.passed]
    count = len(answer.series)
    what = "series is" if count == 1 else "series are"
    headline(to, f"{count - len(failed):,} of {count:,} {what} sound")
    for one in [*failed, *(one for one in answer.series if one.passed and one.faults)]:
        first, last = _ends(one.since, one.until)
        section(to, one.name, f"{one.rows:,} rows, {first} to {last}")
        rows = [
            ("WRONG" if fault.wrong else "note", fault.code, f"{fault.count:,}", fault.says)
            for fault in one.faults
        ]
        Grid(("", "", "count", ""), rows).show(to)
        for fault in one.faults:
            if fault.first:
                more = " …" if fault.count > len(fault.first) else ""
                note(to, f"{fault.code}: {'; '.join(fault.first)}{more}")
    sound = [one.name for one in answer.series if one.passed and not one.faults]
    if sound:
        to.print()
        note(to, f"nothing to say about: {', '.join(sound)}")


def show_imported(to: Console, answer: out.DataImportAnswer) -> None:
    """What was stored, and what is missing in it."""
    headline(to, f"{answer.name}: {answer.added:,} rows added, {answer.rows:,} in all")
    if answer.replaced:
        note(to, f"{answer.replaced:,} stored rows said something else and gave way")
    _show_holes(to, answer.holes, answer.missing)
    note(to, f"stored in {answer.stored_in}")


def show_fetched(to: Console, answer: out.DataFetchAnswer) -> None:
    """What was brought, what the exchange gave nothing for, and what is missing."""
    show_imported(to, answer)
    if not answer.pages and not answer.empty:
        note(to, "nothing was asked for: all of it was there already")
    for one in answer.empty:
        note(to, f"the exchange gave nothing from {instant(one.since)} to {instant(one.until)}")


def _show_holes(to: Console, holes: Iterable[out.HoleAnswer], missing: int) -> None:
    rows = [(instant(one.since), instant(one.until), f"{one.missing:,}") for one in holes]
    if rows:
        section(to, "Holes", f"{missing:,} rows are missing; the first holes:")
        Grid(("first missing", "next row", "missing"), rows).show(to)


def _ends(since: int | None, until: int | None) -> tuple[str, str]:
    return ("no row" if since is None else instant(since)), ("no row" if until is None else instant(until))


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Something that shows how far a long run has come, on standard error; None where nobody watches it."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console(errors=True), transient=True) as bar:
        task = bar.add_task("working", total=None)

        def told(what: str, done: int, total: int) -> None:
            bar.update(task, description=clean(what), completed=done, total=total)

        yield told
