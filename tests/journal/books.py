"""What the tests of the journal share: a clock that is set, entries, and a way to write past the journal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from ringfence.store.journal import Entry, Place, Verified, open_journal
from ringfence.store.journal.opening import _connect

START = 1_790_000_000_000


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: int = START

    def __call__(self) -> int:
        return self.now


def note(number: int, **fields: Any) -> Entry:
    """One small entry, the same for the same number."""
    kind = ("intent", "audit", "answer", "event")[number % 4]
    made = Entry(kind, {"n": str(number)}, id=f"r{number}", at_ms=START + number)
    return replace(made, account_id=f"a{number % 3}", symbol="BTC/USDT:USDT", **fields)


def filled(place: Place, count: int, *, clock: Callable[[], int] | None = None, batch: int = 50) -> None:
    """A closed journal of ``count`` entries and the record that begins it; every tenth has a private text."""
    entries = [note(n, texts={"why": f"sentence {n}"} if n % 10 == 0 else {}) for n in range(count)]
    with open_journal(place, clock=clock or Clock()) as journal:
        for start in range(0, count, batch):
            journal.append_all(entries[start : start + batch])


def check(place: Place) -> Verified:
    """What a check of a closed journal says, opened for reading."""
    with open_journal(place, clock=Clock(), write=False) as journal:
        return journal.verify()


GUARDS = {
    "sqlite": ("DROP TRIGGER IF EXISTS records_UPDATE", "DROP TRIGGER IF EXISTS records_DELETE"),
    "postgresql": ("DROP TRIGGER IF EXISTS records_guard ON records",),
}


@contextmanager
def past_the_journal(place: Place) -> Iterator[Connection]:
    """A connection that may do anything, as whoever can write the database may; the guards stay."""
    connection = _connect(replace(place), write=True)
    try:
        with connection.begin():
            guards = _dropped(connection)
            yield connection
            for guard in guards:
                connection.execute(text(guard))
    finally:
        connection.close()


def _dropped(connection: Connection) -> list[str]:
    name = connection.dialect.name
    kept: list[str] = []
    if name == "sqlite":
        rows = connection.execute(text("SELECT sql FROM sqlite_master WHERE type = 'trigger'"))
        kept = [row[0] for row in rows]
    for statement in GUARDS[name]:
        connection.execute(text(statement))
    return kept


def copied(place: Place, folder: Path) -> Place:
    """The same journal in another folder, its second place included."""
    shutil.copytree(place.folder, folder / "journal")
    if place.second.exists():
        shutil.copytree(place.second, folder / "second")
    return replace(place, folder=folder / "journal", anchors=folder / "second")
