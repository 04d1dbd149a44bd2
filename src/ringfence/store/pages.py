"""The pages of a fetch that is under way: each on disk as soon as it is whole, then part of its series."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ringfence.errors import BadFile
from ringfence.history.names import SeriesName
from ringfence.store.history import VARIABLE, About, Raw, Span, Stored, merged, path_of, save

if TYPE_CHECKING:
    import polars as pl


def uncovered(wanted: Span, covered: Sequence[Span]) -> tuple[Span, ...]:
    """What of a span is in none of others.

    >>> uncovered((0, 10), [(2, 4), (8, 12)])
    ((0, 2), (4, 8))
    """
    since, until = wanted
    open_: list[Span] = []
    for start, end in merged(covered):
        if end <= since or start >= until:
            continue
        if start > since:
            open_.append((since, start))
        since = end
    return (*open_, *([(since, until)] if since < until else []))


class Journal:
    """The pages of a fetch, one line each, on disk as soon as they are whole.

    A page is a line of JSON; one that was cut off in the middle of writing is none. `absorb` puts them into
    the series, before a fetch and after it, so an interrupted one goes on after its last whole page.
    """

    def __init__(self, name: SeriesName, folder: Path) -> None:
        self._name, self._folder = name, folder
        path = path_of(name, folder)
        self._path = path.with_name(f".{path.stem}.pages")

    def append(self, frame: pl.DataFrame, span: Span) -> None:
        """Keep one verified page; it is on disk when this returns.

        Raises:
            BadFile: the folder cannot be written.
        """
        page = {"span": span, "columns": frame.columns, "rows": frame.rows()}
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="ascii") as stream:
                stream.write(json.dumps(page) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise BadFile(
                f"cannot be written: {error.strerror}",
                path=str(self._path),
                hint=f"name another folder with {VARIABLE}",
            ) from None

    def absorb(self, about: About) -> Stored | None:
        """Move every whole page into the series; None when there is none."""
        import polars as pl

        pages = list(self._pages())
        if not pages:
            self._path.unlink(missing_ok=True)
            return None
        columns = pages[0]["columns"]
        types = {column: pl.Int64 if column == "ts" else pl.Float64 for column in columns}
        rows = [row for page in pages for row in page["rows"]]
        frame = pl.DataFrame(rows, schema=types, orient="row").unique("ts").sort("ts")
        covered = merged([(page["span"][0], page["span"][1]) for page in pages])
        said = replace(about, covered=covered)
        stored = save(Raw(self._name, frame, said), self._folder, overwrite=True)
        self._path.unlink(missing_ok=True)
        return stored

    def _pages(self) -> Iterator[dict[str, Any]]:
        if not self._path.is_file():
            return
        with self._path.open(encoding="ascii") as stream:
            for line in stream:
                try:
                    yield json.loads(line)
                except ValueError:
                    return
