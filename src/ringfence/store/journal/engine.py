"""The two databases behind a journal, and how each is told to keep what it acknowledges."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from ringfence.errors import JournalBusy, JournalStopped, NotSupported

Connect = Callable[[Path, bool], Any]
"""Opens a database file, for writing or for reading, as a DB-API connection."""

WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA secure_delete=ON",
    "PRAGMA foreign_keys=ON",
    "PRAGMA wal_autocheckpoint=1000",
)
BUSY_SECONDS = 0.8
"""How long a database that is busy is waited for: a second writer is refused within a second."""


def open_file(path: Path, write: bool) -> sqlite3.Connection:  # noqa: FBT001  # the two ways to open a file
    """A database file through the standard library's SQLite."""
    mode = "rwc" if write else "ro"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )


def sqlite_engine(path: Path, *, write: bool, connect: Connect = open_file, module: Any = None) -> Engine:
    """An engine over one file. ``connect`` and ``module``: another DB-API, for tests that break the disk."""

    def create() -> Any:
        connection = connect(path, write)
        for pragma in WRITER if write else ():
            connection.execute(pragma).fetchall()
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=create, poolclass=NullPool, module=module)
    # The driver would begin a transaction at the first write only; what is read before it must belong to it.
    start = "BEGIN IMMEDIATE" if write else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(start))
    return engine


def postgres_engine(url: str, *, write: bool) -> Engine:
    """An engine over a PostgreSQL server.

    Raises:
        NotSupported: its driver is not installed.
    """
    named = make_url(url).set(drivername="postgresql+psycopg")
    try:
        engine = create_engine(
            named, poolclass=NullPool, connect_args={"application_name": "ringfence journal"}
        )
    except ImportError:
        hint = 'install "ringfence[postgres]"'
        raise NotSupported("PostgreSQL needs a driver that is not installed", hint=hint) from None
    mode = "synchronous_commit=on" if write else "default_transaction_read_only=on"

    def prepare(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET {mode}")
        connection.commit()

    event.listen(engine, "connect", prepare)
    return engine


def is_postgres(url: str) -> bool:
    """Whether a place is a PostgreSQL server's address rather than a folder.

    >>> is_postgres("postgresql://team@db/journal"), is_postgres("mine/journal")
    (True, False)
    """
    return url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://"))


def take_advisory_lock(connection: Connection) -> None:
    """Make this connection the server's one writer of the journal, for as long as it lives.

    Raises:
        JournalBusy: another one is. JournalStopped: the server acknowledges what it has not written.
    """
    key = _advisory_key(connection)
    with connection.begin():
        if connection.execute(text("SHOW fsync")).scalar_one() != "on":
            raise JournalStopped(
                "the server runs with fsync off and may lose what it acknowledges", path="fsync"
            )
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar_one():
            return
        holder = connection.execute(text(HOLDER), {"high": key >> 32, "low": key & 0xFFFFFFFF}).first()
    value = f"process {holder.pid}, since {holder.since} ms UTC" if holder else "unknown"
    raise JournalBusy(
        "another process is writing this journal",
        path="journal",
        value=value,
        hint="end that process, or open the journal for reading",
    )


HOLDER = """
SELECT a.pid, (extract(epoch FROM a.backend_start) * 1000)::bigint AS since
FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid::bigint = :high AND l.objid::bigint = :low
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def _advisory_key(connection: Connection) -> int:
    """One number a schema: two journals in two schemas of a database do not keep each other out."""
    with connection.begin():
        schema = connection.execute(text("SELECT current_schema()")).scalar_one()
    digest = hashlib.sha256(f"ringfence journal {schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
