"""Opening a journal: which database, who may write, is it as it was left, and what a new one begins with."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from ringfence.errors import BadFile, JournalDamaged, JournalStopped
from ringfence.store.home import anchor_folder, home
from ringfence.store.journal import engine as engines
from ringfence.store.journal.anchors import AnchorFile
from ringfence.store.journal.chain import FORMAT
from ringfence.store.journal.erase import needs_scrubbing
from ringfence.store.journal.journal import Held, Journal
from ringfence.store.journal.keys import open_to_others, signer
from ringfence.store.journal.lock import FolderLock
from ringfence.store.journal.migrate import SCHEMA, migrate, schema_of
from ringfence.store.journal.values import Entry, Verified
from ringfence.store.journal.verify import verify
from ringfence.store.journal.write import Tip, prepare, put, sign_head

DATABASE, KEY, LOCK = "journal.db", "journal.key", "journal.lock"

Begin = Callable[[Connection], None]


@dataclass(frozen=True)
class Place:
    """Where a journal is.

    Attributes:
        folder: for the key, and for the file and its lock. url: of a PostgreSQL server; empty: a file.
        anchors: the folder of the second place. connect, module: another way to the file, for tests that
            break it.
    """

    folder: Path
    url: str = ""
    anchors: Path | None = None
    connect: engines.Connect = engines.open_file
    module: Any = None

    @property
    def database(self) -> Path:
        """The file of an SQLite journal."""
        return self.folder / DATABASE

    @property
    def second(self) -> Path:
        """The folder of anchors."""
        return anchor_folder() if self.anchors is None else self.anchors


def place_of(
    where: str | Path | None = None, *, anchors: Path | None = None, folder: Path | None = None
) -> Place:
    """A place by its name: a folder, or the address of a PostgreSQL server; None: in the user's data folder.

    >>> place_of("postgresql://db/team", folder=Path("mine")).url
    'postgresql://db/team'
    """
    if where is not None and engines.is_postgres(str(where)):
        return Place(folder or home() / "journal", str(where), anchors)
    return Place(home() / "journal" if where is None else Path(where), "", anchors)


def open_journal(
    where: str | Path | Place | None = None,
    *,
    clock: Callable[[], int],
    write: bool = True,
    anchors: Path | None = None,
) -> Journal:
    """Open a journal, and make it where there is none; for writing it is verified first.

    Args:
        where: a folder, or ``postgresql://…``; None: in the user's data folder. clock: UTC milliseconds.
        anchors: the folder of the second place; None: ``RINGFENCE_ANCHORS``, else the user's state folder.
    Raises:
        JournalBusy: another process writes it. JournalDamaged: it is not as it was written; it can still be
            opened with ``write=False``. JournalStopped: the database cannot be opened.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_journal(folder, clock=lambda: 0, anchors=Path(folder) / "second") as journal:
    ...         stored = journal.append(Entry("note", {"text": "hello"}, id="n1", at_ms=0))
    ...         stored.seq, journal.verify().ok
    (2, True)
    """
    place = where if isinstance(where, Place) else place_of(where, anchors=anchors)
    return open_for_writing(place, clock, _begin_new(place, clock)) if write else _read(place, clock)


def _read(place: Place, clock: Callable[[], int]) -> Journal:
    if not place.url and not place.database.is_file():
        raise BadFile("there is no journal", path=str(place.folder), hint="open it for writing once")
    connection = _connect(place, write=False)
    try:
        _check_release(connection)
        return Journal(Held(connection, clock, place.second, None, connection.close))
    except BaseException as error:
        connection.close()
        _explain(error)
        raise


def _check_release(connection: Connection) -> None:
    if (found := schema_of(connection)) != SCHEMA:
        hint = "open it for writing once: that brings it forward"
        raise JournalDamaged("tables of another release", path="journal", value=found, hint=hint)


def open_for_writing(place: Place, clock: Callable[[], int], begin: Begin) -> Journal:
    """Open a journal under the lock; ``begin`` fills empty tables. Errors as `open_journal`."""
    lock = None if place.url else FolderLock(place.folder / LOCK, since_ms=clock())
    connection: Connection | None = None

    def release() -> None:
        try:
            if connection is not None:
                connection.close()
        finally:
            if lock is not None:
                lock.release()

    try:
        connection = _connect(place, write=True)
        if place.url:
            engines.take_advisory_lock(connection)
        opened = _prepared(connection, place, begin)
        journal = Journal(Held(connection, clock, place.second, signer(place.folder / KEY), release), opened)
        _settle(journal, connection, place, clock)
    except BaseException as error:
        release()
        _explain(error)
        raise
    return journal


def _connect(place: Place, *, write: bool) -> Connection:
    if place.url:
        engine = engines.postgres_engine(place.url, write=write)
    else:
        engine = engines.sqlite_engine(
            place.database, write=write, connect=place.connect, module=place.module
        )
    return engine.connect()


def _explain(error: BaseException) -> None:
    """What a database says becomes what ringfence says."""
    if isinstance(error, SQLAlchemyError | ValueError):
        reason = getattr(error, "orig", error)
        passing = isinstance(error, OperationalError) or not isinstance(error, DBAPIError)
        kind = JournalStopped if passing else JournalDamaged
        hint = "try again; if it stays, restore it from a backup"
        raise kind(f"the database cannot be opened: {reason}", path="journal", hint=hint) from error


def _prepared(connection: Connection, place: Place, begin: Begin) -> Verified:
    """Bring the tables forward, begin a new journal, and verify an old one."""
    migrate(connection)
    begin(connection)
    opened = verify(connection, place.second)
    if not opened.ok:
        bad = opened.first_bad_seq
        raise JournalDamaged(
            opened.problems[0].words,
            path="journal" if bad is None else f"records[{bad}]",
            hint="read it with write=False; restore it from a backup",
        )
    return opened


def _earlier_journals(journal: Journal, place: Place, public: str) -> list[str]:
    """A new journal under a key that has signed another one: that one may have been taken away."""
    if journal.last_seq > 1 or not place.second.is_dir():
        return []
    others = (path for path in sorted(place.second.glob("*.txt")) if path.stem != journal.journal_id)
    return [
        f"this journal is new, and its key has signed another one before: {path.stem}"
        for path in others
        if public in path.read_text("utf-8", "replace")
    ]


def _begin_new(place: Place, clock: Callable[[], int]) -> Begin:
    """A journal begins with a record that names it and the key that signs it."""

    def begin(connection: Connection) -> None:
        with connection.begin():
            empty = connection.exec_driver_sql("SELECT count(*) FROM records").scalar_one() == 0
            untouched = connection.exec_driver_sql("SELECT count(*) FROM heads").scalar_one() == 0
            if not (empty and untouched):
                return
            key, journal_id = signer(place.folder / KEY), secrets.token_hex(16)
            body = {"format": FORMAT, "journal_id": journal_id, "public_key": key.public.hex()}
            entry = Entry("journal", body, id=f"journal-{journal_id}", at_ms=clock())
            first = put(connection, Tip(), prepare(entry, own=True))
            tip = Tip(1, bytes.fromhex(first.hash))
            head = sign_head(connection, tip, journal_id, signer=key, at_ms=clock())
        # A second place that cannot be written is reported once the journal is open.
        with suppress(OSError):
            AnchorFile(place.second, journal_id).append(head)

    return begin


def _settle(journal: Journal, connection: Connection, place: Place, clock: Callable[[], int]) -> None:
    """Finish what a crash interrupted, and introduce a key that the journal does not know."""
    key = signer(place.folder / KEY)
    if open_to_others(place.folder / KEY):
        journal.warnings.append(
            "the signing key can be read by others on this machine: its mode should be 0600"
        )
    if journal.opened is not None and key.public.hex() not in journal.opened.keys:
        made = Entry("key", {"public_key": key.public.hex()}, id=f"key-{key.public.hex()}", at_ms=clock())
        journal.append_own(made)
        journal.warnings.append("a new signing key was made and recorded: the journal's own was not there")
    journal.warnings += _earlier_journals(journal, place, key.public.hex())
    journal.seal_what_was_left()
    with connection.begin():
        waiting = needs_scrubbing(connection)
    if waiting:
        journal.scrub()
