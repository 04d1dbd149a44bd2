"""Pace: how often somebody may ask. A bucket of turns for each, that fills up again with time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

CALLERS = 4_096
"""Callers remembered at once; the one that has been quiet for longest is forgotten first."""


@dataclass
class Pace:
    """So many turns a minute, the minute's worth of them at once if they have been saved up.

    Attributes:
        per_minute: turns. ticks: seconds of a clock that never goes back.

    >>> pace = Pace(2, ticks=lambda: 0.0)
    >>> [pace.wait("bot:grid-1") for _ in range(3)]
    [0.0, 0.0, 30.0]
    """

    per_minute: int
    ticks: Callable[[], float]
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, caller: str) -> float:
        """Take a turn: zero, or the seconds until there is one, and then none was taken."""
        left = self._filled(caller)
        if left < 1:
            return (1 - left) * 60 / self.per_minute
        self._set(caller, left - 1)
        return 0.0

    def due(self, caller: str) -> float:
        """The seconds until there is a turn; takes none."""
        return max(0.0, (1 - self._filled(caller)) * 60 / self.per_minute)

    def _filled(self, caller: str) -> float:
        left, then = self._left.get(caller, (float(self.per_minute), self.ticks()))
        return min(float(self.per_minute), left + (self.ticks() - then) * self.per_minute / 60)

    def _set(self, caller: str, left: float) -> None:
        self._left.pop(caller, None)  # to the end: dictionaries keep the order of insertion
        self._left[caller] = (left, self.ticks())
        if len(self._left) > CALLERS:
            del self._left[next(iter(self._left))]
