"""Makes the files beside it, once for each release: ``python -m tests.journal.golden.make``.

They are kept as they were made. A new release adds files; it never makes old ones anew.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from unittest.mock import patch

from ringfence.store.journal import Entry, Place, open_journal, opening
from ringfence.store.journal import migrate as migrating
from ringfence.store.journal import write as writing
from tests.journal.books import Clock, note

HERE = Path(__file__).parent
RELEASE = "0.1"


def golden(folder: Path, *, erased: bool) -> None:
    """One export with its anchors: a small journal, and one in which texts were erased and a key was lost."""
    name = f"{RELEASE}-{'erased' if erased else 'plain'}"
    place, clock = Place(folder / name, anchors=folder / f"{name}-second"), Clock()
    with open_journal(place, clock=clock) as journal:
        for number in range(25):
            clock.now += 7_000
            texts = {"why": f"sentence {number}: „für“ 🜁"} if number % 5 == 0 else {}
            journal.append(note(number, texts=texts))
        journal.append(Entry("plan", {"price": "60000.5", "legs": [True, None, 3]}, id="p1", at_ms=clock.now))
        if erased:
            journal.erase("r5#why", id="e1", at_ms=clock.now)
    if erased:
        (place.folder / "journal.key").unlink()
    with open_journal(place, clock=clock) as journal:
        journal.append(note(30, parent_id="p1"))
        journal_id = journal.journal_id
    with open_journal(place, clock=clock, write=False) as journal:
        journal.export(HERE / f"{name}.jsonl")
    shutil.copy(place.second / f"{journal_id}.txt", HERE / f"{name}.anchors.txt")


def schema_0001(folder: Path) -> None:
    """A store whose tables are at migration 0001: no derived tables yet."""
    place = Place(folder / "old", anchors=folder / "old-second")
    with (
        patch.object(migrating, "_create", lambda connection: migrating.upgrade(connection, "0001")),
        patch.object(opening, "verify", lambda *_: opening.Verified("", 0, "")),
        patch.object(writing, "project", lambda *_: None),
        patch.object(opening, "_settle", lambda *_: None),
    ):
        journal = open_journal(place, clock=Clock())
        journal.append_all([note(n, texts={"why": "x"} if n == 0 else {}) for n in range(6)])
        journal.close()
    with sqlite3.connect(place.database) as connection:
        (HERE / "schema-0001.sql").write_text("\n".join(connection.iterdump()) + "\n", "utf-8")
    shutil.copy(place.folder / "journal.key", HERE / "schema-0001.key")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        golden(Path(folder), erased=False)
        golden(Path(folder), erased=True)
        schema_0001(Path(folder))


if __name__ == "__main__":
    main()
