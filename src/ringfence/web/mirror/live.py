"""What a screen reader is told without being asked: at most one thing every ten seconds."""

from __future__ import annotations

from collections.abc import Callable

from ringfence.web.dom import Node

EVERY = 11.0
"""Seconds between two announcements: ten, and what the way to the browser may take off."""


class Live:
    """One live region; what comes too soon waits, and the newest takes the place of what waited."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._ticks = ticks
        self._said: float | None = None
        self._waiting = ""
        self._node: Node | None = None

    def draw(self) -> None:
        """The region, which is heard and not seen."""
        self._node = Node("p", "", classes="unseen", role="status", aria_live="polite")

    def say(self, words: str) -> None:
        """Announce it, now or when enough time has passed since the last."""
        self._waiting = words
        self.look()

    def look(self) -> None:
        """Announce what waited, if it is time."""
        if not self._waiting or self._node is None or self._node.is_deleted:
            return
        now = self._ticks()
        if self._said is None or now - self._said >= EVERY:
            self._node.text, self._said, self._waiting = self._waiting, now, ""
