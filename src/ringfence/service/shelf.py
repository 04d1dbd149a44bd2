"""Shelf: where a server keeps its journal open; one command opens and closes its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal


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

    def clear(self) -> None:
        """Close what is kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()
