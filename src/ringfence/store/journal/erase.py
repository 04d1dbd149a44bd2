"""Destroying a private text: the row, its salt, and what the files still hold of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, func, select

from ringfence.errors import UnknownRecord
from ringfence.store.journal.schema import META, RECORDS, TEXTS

SCRUBBED = "scrubbed"


def delete_text(connection: Connection, ref: str) -> None:
    """Remove a text and its salt from the table.

    Raises:
        UnknownRecord: there is no such text, or it was erased before.
    """
    if connection.execute(delete(TEXTS).where(TEXTS.c.ref == ref)).rowcount != 1:
        raise UnknownRecord("no text of this name", path="ref", value=ref, hint="Stored.ref names one")


def needs_scrubbing(connection: Connection) -> bool:
    """Whether a text was erased and the process ended before the files were overwritten."""
    last = select(func.max(RECORDS.c.seq)).where(RECORDS.c.kind == "erasure")
    done = connection.execute(select(META.c.value).where(META.c.name == SCRUBBED)).scalar()
    return (connection.execute(last).scalar() or 0) > int(done or 0)


def scrub(connection: Connection, *, through: int) -> bool:
    """Write the database anew without what was deleted, then note that it was done.

    SQLite overwrites deleted bytes at once (``secure_delete``); writing the file anew and emptying the log
    takes care of copies that moved pages left behind. A server keeps its own logs: see the manual.

    Returns:
        False: a reader holds on to an older state, so that the files still have it; to be done again.
    """
    if connection.dialect.name != "sqlite":
        with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
            other.exec_driver_sql("VACUUM FULL texts")
    else:
        bare(connection, "VACUUM")
        if bare(connection, "PRAGMA wal_checkpoint(TRUNCATE)")[0][0]:
            return False
    with connection.begin():
        connection.execute(delete(META).where(META.c.name == SCRUBBED))
        connection.execute(META.insert(), {"name": SCRUBBED, "value": str(through)})
    return True


def bare(connection: Connection, statement: str) -> list[Any]:
    """A statement that SQLite takes outside transactions only, and what it answers."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement)
        return list(cursor.fetchall())
    finally:
        cursor.close()
