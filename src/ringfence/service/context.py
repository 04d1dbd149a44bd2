"""Context: every effect an operation may have, passed in: the clock and the user's folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic, time_ns
from typing import TYPE_CHECKING

from ringfence.errors import OutOfRange
from ringfence.ingest.fetch_tiers import Fetched, fetch_tiers
from ringfence.service.principal import HUMAN, Door, Principal
from ringfence.service.shelf import Shelf
from ringfence.store.history import data_folder
from ringfence.store.home import anchor_folder, home
from ringfence.store.tiers import stored_rules
from ringfence.venues.rules import VenueRules

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.opening import Place
    from ringfence.store.journal.values import Verified

JOURNAL_VARIABLE = "RINGFENCE_JOURNAL"
"""The address of a team's journal, ``postgresql://…``; unset: a file in the user's data folder."""


def _utc_today() -> str:
    return datetime.now(UTC).date().isoformat()


def _now_ms() -> int:
    return time_ns() // 1_000_000


def _new_id() -> str:
    return secrets.token_hex(8)


def _silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Context:
    """What one process gives to its operations.

    Attributes:
        folder: the store of what a user imported. today: the date, ``YYYY-MM-DD``, in UTC.
        fetch_tiers: asks an exchange for its leverage tiers.
        data: the folder of market history; None: ``data`` in the store.
        progress: told of a long run: what it does, how much of it is done, and of how much.
        principal: who asks. ticks: seconds of a clock that never goes back, for waiting.
        now_ms: the time, UTC milliseconds. new_id: a name that nothing has yet.
        journal_url: where the journal is; empty: a file in ``folder``. anchors: its second place; None: in
            ``folder``. shelf: holds the journal open where a server keeps it.
    """

    folder: Path
    today: Callable[[], str] = _utc_today
    fetch_tiers: Callable[..., Fetched] = fetch_tiers
    data: Path | None = None
    progress: Callable[[str, int, int], None] = _silent
    principal: Principal = HUMAN
    ticks: Callable[[], float] = monotonic
    now_ms: Callable[[], int] = _now_ms
    new_id: Callable[[], str] = _new_id
    journal_url: str = ""
    anchors: Path | None = None
    shelf: Shelf = field(default_factory=Shelf)

    @property
    def history(self) -> Path:
        """The folder of market history."""
        return self.folder / "data" if self.data is None else self.data

    @contextmanager
    def journal(self, *, write: bool = True) -> Iterator[Journal]:
        """The journal, open for as long as the ``with`` block; in a server it stays open behind it.

        Raises:
            JournalBusy: another process writes it. JournalDamaged: it is not as it was written.
            BadFile: opened for reading, and there is none yet.
        """
        # SQLAlchemy is heavy, and most questions need no journal.
        from ringfence.store.journal.opening import open_journal

        place = self._place()
        with self.shelf.taken(
            lambda: open_journal(place, clock=self.now_ms, write=write), write=write
        ) as found:
            yield found

    def _place(self) -> Place:
        from ringfence.store.journal.opening import Place

        return Place(self.folder / "journal", self.journal_url, self.anchors or self.folder / "anchors")

    def restored(self, source: Path, *, accept_loss: bool = False) -> Verified:
        """Put a journal back from an export, where there is none; errors as the store's."""
        from ringfence.store.journal.restore import restore

        return restore(source, self._place(), clock=self.now_ms, accept_loss=accept_loss)

    @property
    def remembers(self) -> bool:
        """Whether there is a journal already."""
        return bool(self.journal_url) or (self.folder / "journal" / "journal.db").is_file()

    def rules(self, venue: str, *, on: str) -> VenueRules:
        """A venue's rules on a date, with the stored tables beside the shipped ones.

        Raises:
            UnknownVenue, NoRules: as the registry. BadFile, BadTiers: a stored table is damaged.
        """
        return stored_rules(venue, on=on, folder=self.folder)

    def date(self, *asked: str | None) -> str:
        """The first date that was asked for, else today.

        Raises:
            OutOfRange: not a date.
        """
        for text in asked:
            if text is not None:
                return checked_date(text)
        return self.today()


def checked_date(text: str, *, path: str = "on") -> str:
    """A date as ``YYYY-MM-DD``.

    >>> checked_date("2026-11-22")
    '2026-11-22'
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise OutOfRange("not a date", path=path, value=text, hint='write it as "2026-11-22"') from None


def local_context(door: Door = "library") -> Context:
    """The context of this machine: its clock, the user's data folder, and the person who sits at it."""
    return Context(
        home(),
        data=data_folder(),
        principal=Principal(door=door),
        journal_url=os.environ.get(JOURNAL_VARIABLE, ""),
        anchors=anchor_folder(),
    )
