"""Journals as earlier releases left them: their tables as SQL text, filled with a small chain."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ringfence.store.journal import Place

FOLDER = Path(__file__).parent / "golden"


def old_store(place: Place) -> bytes:
    """The file of a journal of release 0001; its key is put into the place."""
    place.folder.mkdir(parents=True, exist_ok=True)
    key = place.folder / "journal.key"
    key.write_text((FOLDER / "schema-0001.key").read_text("utf-8"), "utf-8")
    key.chmod(0o600)
    connection = sqlite3.connect(":memory:")
    connection.executescript((FOLDER / "schema-0001.sql").read_text("utf-8"))
    data = connection.serialize()
    connection.close()
    return data
