"""A journal: records are appended, found, verified, exported; nothing is ever changed.

One thread at a time works on a journal; others wait. A journal is told the time and never takes it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, select

from ringfence.errors import JournalStopped, RingfenceError, invariant
from ringfence.limits import within
from ringfence.store.journal import derived, erase, export
from ringfence.store.journal.anchors import AnchorFile, line_of
from ringfence.store.journal.keys import Signer
from ringfence.store.journal.read import read, read_id, read_text
from ringfence.store.journal.record import HEAD
from ringfence.store.journal.schema import RECORDS
from ringfence.store.journal.values import Entry, Head, Query, Stored, Verified
from ringfence.store.journal.verify import journal_id_of, read_heads, verify
from ringfence.store.journal.witness import ANCHOR_MS, ANCHOR_RECORDS
from ringfence.store.journal.write import Prepared, Tip, prepare, put, sign_head

UNWRITTEN = "could not be written"
REOPEN = "reopen the journal; repeating an append is safe"


@dataclass
class Held:
    """What an open journal holds on to. ``signer`` is None where it was opened for reading."""

    connection: Connection
    clock: Callable[[], int]
    anchors: Path
    signer: Signer | None
    release: Callable[[], None]


class Journal:
    """An open journal; `open_journal` makes one. Use it in a ``with`` statement, or close it.

    Attributes:
        warnings: what was noticed when it was opened, and anchors that could not be written since.
    """

    def __init__(self, held: Held, opened: Verified | None = None) -> None:
        self._held = held
        self._mutex = threading.RLock()
        self._stopped = ""
        self.opened = opened
        self.warnings: list[str] = list(opened.warnings) if opened else []
        with self._reading() as connection:
            self.journal_id = journal_id_of(connection)
            self._tip = _tip(connection)
            heads = read_heads(connection)
        self._head = heads[-1] if heads else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def stopped(self) -> str:
        """Why it takes nothing more; empty: it does."""
        return self._stopped

    # --- writing

    def append(self, entry: Entry) -> Stored:
        """Write one record; it is on the disk when this returns.

        Raises:
            IdConflict: the id stands for something else. JournalStopped: nobody knows whether it was written.
            OutOfRange, InexactNumber, LimitExceeded: it cannot be recorded.
        """
        return self._append([prepare(entry)], seal=False)[0]

    def append_all(self, entries: Sequence[Entry], *, seal: bool = True) -> list[Stored]:
        """Write several records, all of them or none; errors as `append`.

        Args:
            seal: under a signed head of their own; else they are signed when the next head is due.
        """
        within(len(entries), "journal_entries_per_batch", path="entries")
        return self._append([prepare(entry) for entry in entries], seal=seal)

    def append_own(self, entry: Entry) -> Stored:
        """Write a record of the journal about itself."""
        return self._append([prepare(entry, own=True)], seal=True)[0]

    def _append(self, entries: list[Prepared], *, seal: bool) -> list[Stored]:
        with self._mutex:
            tip, head, found = self._tip, None, []
            with self._writing() as connection:
                for made in entries:
                    found.append(put(connection, tip, made))
                    if not found[-1].repeated:
                        tip = Tip(found[-1].seq, bytes.fromhex(found[-1].hash))
                if tip.seq > self._tip.seq and (seal or self._is_due(tip, ANCHOR_MS)):
                    head = self._sign(connection, tip)
            # Only what is on the disk is believed, and only what is believed is anchored.
            self._tip = tip
            self._witness(head)
            return found

    def _is_due(self, tip: Tip, after_ms: int) -> bool:
        last = self._head
        return (
            last is None
            or tip.seq - last.seq >= ANCHOR_RECORDS
            or abs(self._held.clock() - last.at_ms) >= after_ms
        )

    def _sign(self, connection: Connection, tip: Tip) -> Head:
        signer = self._held.signer
        if signer is None:
            raise JournalStopped(
                "the journal was opened for reading", path="journal", hint="open it for writing"
            )
        at_ms = self._held.clock()
        return sign_head(connection, tip, self.journal_id, signer=signer, at_ms=at_ms)

    def _witness(self, head: Head | None) -> None:
        """Write a head to the second place. The record itself is safe: that this failed is a warning."""
        if head is None:
            return
        self._head = head
        # Of anchors that could not be written the last one says it all.
        self.warnings = [words for words in self.warnings if UNWRITTEN not in words]
        try:
            AnchorFile(self._held.anchors, self.journal_id).append(head)
        except OSError as error:
            self.warnings.append(f"the anchor of record {head.seq} {UNWRITTEN}: {error.strerror}")

    def signed(self, message: bytes) -> tuple[str, str]:
        """The public key of this journal and its signature over ``message``, hexadecimal.

        The message must begin with a label of its own, so that it can never be taken for a head.
        """
        with self._mutex:
            self._ready(write=True)
            signer = self._held.signer
            invariant(
                signer is not None and not message.startswith(HEAD), "only labelled messages are signed"
            )
            return signer.public.hex(), signer.sign(message).hex()  # type: ignore[union-attr]

    def anchor(self) -> str:
        """Sign the end of the journal now, write it to the second place, return the line that reports print.

        A journal that was opened for reading returns the last line that was signed.
        """
        with self._mutex:
            if self._held.signer is not None and (self._head is None or self._head.seq < self._tip.seq):
                with self._writing() as connection:
                    head = self._sign(connection, self._tip)
                self._witness(head)
            return line_of(self.journal_id, self._head) if self._head else ""

    def seal_what_was_left(self) -> None:
        """Sign and anchor what a process wrote that ended before it could."""
        anchored = self.opened.anchored_seq if self.opened else 0
        sealed = self._head.seq if self._head else 0
        if sealed < self._tip.seq:
            self.warnings.append(f"records {sealed + 1} to {self._tip.seq} were not signed yet; they are now")
            self.anchor()
        elif anchored < sealed:
            self._witness(self._head)

    def anchor_if_due(self, *, ahead_ms: int = 0) -> bool:
        """Sign the end of the journal if records wait for it longer than they should; for a timer.

        Args:
            ahead_ms: until the timer comes again; what is due by then is signed now.
        """
        with self._mutex:
            if self._stopped:
                return False
            waits = self._head is None or self._head.seq < self._tip.seq
            due = waits and self._is_due(self._tip, ANCHOR_MS - ahead_ms)
            if due:
                self.anchor()
            return due

    def erase(self, ref: str, *, id: str, at_ms: int, actor: str = "human") -> Stored:  # noqa: A002
        """Destroy a private text and its salt, and record that it was done; the chain still verifies.

        Args:
            ref: which one: `Stored.ref`. id: of the record about it.
        Raises:
            UnknownRecord: there is no such text.
        """
        entry = Entry("erasure", {"ref": ref}, id=id, at_ms=at_ms, actor=actor)
        made = prepare(entry, own=True)
        with self._mutex:
            with self._writing() as connection:
                stored = put(connection, self._tip, made)
                if not stored.repeated:
                    erase.delete_text(connection, ref)
                    tip = Tip(stored.seq, bytes.fromhex(stored.hash))
                    head = self._sign(connection, tip)
            if not stored.repeated:
                self._tip = tip
                self._witness(head)
            self.scrub()
            return stored

    def scrub(self) -> None:
        """Overwrite what the files still hold of erased texts."""
        with self._mutex:
            self._ready(write=True)
            with self._stopping():
                if not erase.scrub(self._held.connection, through=self._tip.seq):
                    self.warnings.append(
                        "a reader holds on to erased text; close it and open the journal again"
                    )

    def rebuild(self) -> str:
        """Throw the derived tables away, fill them from the records, and return their digest."""
        with self._mutex, self._writing() as connection:
            derived.rebuild(connection)
            return derived.live_digest(connection).whole()

    # --- reading

    def get(self, record_id: str) -> Stored | None:
        """The record of an id; None: there is none."""
        with self._reading() as connection:
            return read_id(connection, record_id)

    def find(self, query: Query | None = None) -> list[Stored]:
        """The records that a query asks for, oldest first unless it says otherwise; no query: all of them.

        Raises:
            JournalDamaged: one of them is not as it was written.
        """
        with self._reading() as connection:
            return read(connection, query or Query())

    def text(self, ref: str) -> str | None:
        """A private text; None: it was erased, or never was."""
        with self._reading() as connection:
            return read_text(connection, ref)

    def head(self) -> Head | None:
        """The last signed head."""
        return self._head

    @property
    def last_seq(self) -> int:
        """The number of the last record; for a reader, when it was opened."""
        return self._tip.seq

    def digest(self) -> str:
        """SHA-256 over the derived tables as they are."""
        with self._reading() as connection:
            return derived.live_digest(connection).whole()

    def verify(self) -> Verified:
        """Check that everything is as it was written."""
        with self._mutex:
            self._ready()
            return verify(self._held.connection, self._held.anchors)

    def export(self, path: Path, *, texts: bool = True) -> int:
        """Write the journal as lines of JSON, the same bytes for the same journal; returns how many records.

        Args:
            texts: with the private texts; without them a restored journal has them as missing.
        Raises:
            BadFile: the file cannot be written.
        """
        with self._reading() as connection:
            return export.write_export(connection, path, journal_id=self.journal_id, texts=texts)

    def backup(self, path: Path) -> Verified:
        """Export everything, read it back, and say what a restore would find.

        Raises:
            JournalDamaged: what was written could not be read back whole.
        """
        self.export(path)
        return export.read_export(path).verified

    # --- ending

    def close(self) -> None:
        """Sign what is not signed yet, and let another process write. To do it twice is safe."""
        with self._mutex:
            if self._stopped == "closed":
                return
            try:
                if not self._stopped and self._held.signer is not None:
                    self.anchor()
            finally:
                self._stopped = "closed"
                self._held.release()

    # --- how every piece of work is done

    def _ready(self, *, write: bool = False) -> None:
        if self._stopped:
            raise JournalStopped(
                f"the journal takes nothing more: {self._stopped}", path="journal", hint=REOPEN
            )
        if write and self._held.signer is None:
            raise JournalStopped(
                "the journal was opened for reading", path="journal", hint="open it for writing"
            )

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        self._ready(write=True)
        with self._stopping(), self._held.connection.begin():
            yield self._held.connection

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """After a failed write nobody knows what the disk holds: this process acknowledges nothing more."""
        try:
            yield
        except RingfenceError:
            raise
        except BaseException as error:
            self._stopped = f"a write failed ({error.__class__.__name__})"
            if not isinstance(error, Exception):
                raise
            reason = getattr(error, "orig", error)
            raise JournalStopped(f"the write failed: {reason}", path="journal", hint=REOPEN) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._mutex:
            self._ready()
            with self._held.connection.begin():
                yield self._held.connection


def _for_reading() -> JournalStopped:
    return JournalStopped("the journal was opened for reading", path="journal", hint="open it for writing")


def _tip(connection: Connection) -> Tip:
    last = select(RECORDS.c.seq, RECORDS.c.hash).order_by(RECORDS.c.seq.desc()).limit(1)
    row = connection.execute(last).first()
    return Tip() if row is None else Tip(row.seq, bytes(row.hash))
