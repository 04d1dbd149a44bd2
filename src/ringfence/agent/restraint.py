"""Restraint: an agent that loops is told to wait, before it has asked the same thing a thousand times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from ringfence.errors import LimitExceeded
from ringfence.limits import LIMITS
from ringfence.service.pace import Pace


class Restraint:
    """How often the agent of this process may call tools, and the same one with the same arguments."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        self._all = Pace(LIMITS.tool_calls_per_minute, ticks)
        self._same = Pace(LIMITS.same_calls_per_minute, ticks)

    def take(self, tool: str, arguments: Mapping[str, Any]) -> None:
        """Take a turn.

        Raises:
            LimitExceeded: there is none now; the hint says when.
        """
        # A retry under a new id is the same question.
        told = {name: value for name, value in arguments.items() if name != "id"}
        written = json.dumps([tool, told], sort_keys=True, default=str)
        same = hashlib.sha256(written.encode()).hexdigest()
        if wait := self._same.due(same):
            raise _patience(wait, "same_calls_per_minute", "the same question again and again")
        if wait := self._all.wait(""):
            raise _patience(wait, "tool_calls_per_minute", "too many questions")
        self._same.wait(same)


def _patience(wait: float, limit: str, said: str) -> LimitExceeded:
    most, seconds = getattr(LIMITS, limit), max(1, ceil(wait))
    return LimitExceeded(
        f"{said}: at most {most:,} a minute ({limit})",
        path="tool",
        hint=f"the answer has not changed; ask again in {seconds} seconds, or ask the person",
    )
