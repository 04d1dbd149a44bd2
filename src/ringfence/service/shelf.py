"""Shelf: where a server keeps its journal open; one command opens and closes its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ringfence.errors import JournalStopped

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal

TENDED_S = 30.0
"""How often a server looks whether records wait for a signature: half of the time that they may."""


class Shelf:
    """Holds at most one open journal. ``keeps``: it stays open behind a question, until `clear`."""

    def __init__(self, *, keeps: bool = False) -> None:
        self._keeps = keeps
        self._kept: Journal | None = None
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, opened: Callable[[], Journal], *, write: bool) -> Iterator[Journal]:
        """The journal that is kept, else one that ``opened`` opens; a server keeps one that it may write."""
        if not self._keeps:
            with opened() as journal:
                yield journal
            return
        with self._lock:
            if self._kept is not None and self._kept.stopped:
                self.clear()
            kept = self._kept
            if kept is None and write:
                kept = self._kept = opened()
        if kept is not None:
            yield kept
            return
        with opened() as journal:
            yield journal

    @contextmanager
    def tended(self, *, every_s: float = TENDED_S) -> Iterator[None]:
        """While the block lasts, sign what a quiet hour would leave unsigned, beside the questions."""
        ended = threading.Event()

        def tend() -> None:
            while not ended.wait(every_s):
                self.tend(ahead_ms=round(every_s * 1_000))

        tending = threading.Thread(target=tend, name="ringfence journal", daemon=True)
        tending.start()
        try:
            yield
        finally:
            ended.set()
            tending.join()

    def tend(self, *, ahead_ms: int) -> bool:
        """Sign the end of the kept journal if that is due before ``ahead_ms`` have passed."""
        kept = self._kept
        # A journal whose write failed has stopped: the next question is told, and opens it anew.
        with suppress(JournalStopped):
            return kept is not None and kept.anchor_if_due(ahead_ms=ahead_ms)
        return False

    def clear(self) -> None:
        """Close what is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()
