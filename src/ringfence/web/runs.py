"""Long runs of a page: one after another in a thread, watched, and stopped when nobody wants them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from nicegui import run

from ringfence.web.desk import Stopped

Answer = TypeVar("Answer")
Told = Callable[[str, int, int], None]
LOOK = 0.15
"""Seconds between two looks at a run."""


@dataclass
class Run:
    """A row of questions being asked; ``stop`` ends it, also in the middle of one.

    Attributes:
        total: how many questions. done: how many are answered. share: of the one at work, 0 to 1.
        now: the question at work.
    """

    total: int = 0
    done: int = 0
    share: float = 0.0
    now: str = ""
    stopped: bool = False
    looked: Callable[[], None] = field(default=lambda: None)

    def stop(self) -> None:
        """Ask it to end; the thread ends when it next says how far it is."""
        self.stopped = True

    def told(self, _what: str, done: int, total: int) -> None:
        """What the operation is given to say how far it is; called in the thread.

        Raises:
            Stopped: it was asked to end.
        """
        if self.stopped:
            raise Stopped
        self.share = min(done / total, 1.0) if total else 0.0

    async def each(
        self, names: Sequence[str], ask: Callable[[str, Told], Answer]
    ) -> AsyncIterator[tuple[str, Answer]]:
        """The answers one by one, until all are there or the run is stopped.

        Args:
            ask: called in a thread with a name and `told`; what it raises, this raises.
        """
        self.total = len(names)
        for name in names:
            if self.stopped:
                return
            self.now, self.share = name, 0.0
            asked = asyncio.ensure_future(run.io_bound(ask, name, self.told))
            try:
                while not asked.done():
                    self.looked()
                    await asyncio.wait({asked}, timeout=LOOK)
                answer = await asked
            except Stopped:
                return
            finally:
                if not asked.done():
                    self.stop()  # who no longer listens stops the thread too
            if answer is None or self.stopped:
                return  # None: the page's server is shutting down
            self.done += 1
            yield name, answer
