"""Context: every effect an operation may have, passed in: the clock and the user's folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from ringfence.errors import OutOfRange
from ringfence.ingest.fetch_tiers import Fetched, fetch_tiers
from ringfence.store.history import data_folder
from ringfence.store.home import home
from ringfence.store.tiers import stored_rules
from ringfence.venues.rules import VenueRules


def _utc_today() -> str:
    return datetime.now(UTC).date().isoformat()


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
    """

    folder: Path
    today: Callable[[], str] = _utc_today
    fetch_tiers: Callable[..., Fetched] = fetch_tiers
    data: Path | None = None
    progress: Callable[[str, int, int], None] = _silent

    @property
    def history(self) -> Path:
        """The folder of market history."""
        return self.folder / "data" if self.data is None else self.data

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


def local_context() -> Context:
    """The context of this machine: its clock, and the user's data folder."""
    return Context(home(), data=data_folder())
