"""Workings as footnotes: every number points to the line of arithmetic it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ringfence.service.answers import ExplainAnswer, TwinKey, WorkLine

_LETTERS: Mapping[TwinKey, str] = {"as_is": "A", "isolated": "I", "cross": "C"}


@dataclass(frozen=True)
class Notes:
    """The numbered workings of every twin that is shown.

    >>> health = {"label": "health", "value": "1", "unit": "USDT", "how": "3 - 2", "source": ""}
    >>> notes = Notes({"cross": (WorkLine(field="rings.pool USDT.health", **health),)})
    >>> notes.key("cross", "rings.pool USDT.health"), notes.key("cross", "rings.pool USDT.equity")
    ('C1', '')
    """

    lines: Mapping[TwinKey, Sequence[WorkLine]]

    def key(self, twin: TwinKey, field: str) -> str:
        """The number of the note behind a field, or behind the first field below it; empty without one."""
        lines = self.lines.get(twin, ())
        exact = (number for number, line in enumerate(lines, 1) if line.field == field)
        below = (number for number, line in enumerate(lines, 1) if line.field.startswith(f"{field}."))
        number = next(exact, None) or next(below, None)
        return f"{_LETTERS[twin]}{number}" if field and number else ""

    def numbered(self, twin: TwinKey) -> list[tuple[str, WorkLine]]:
        """Every note of one twin with its key, in the order of the computation."""
        return [
            (f"{_LETTERS[twin]}{number}", line) for number, line in enumerate(self.lines.get(twin, ()), 1)
        ]


def notes_of(workings: Mapping[str, ExplainAnswer], twins: Sequence[TwinKey]) -> Notes:
    """The notes of the twins that are shown, each line once."""
    found: dict[TwinKey, tuple[WorkLine, ...]] = {}
    for twin in twins:
        lines = [line for answer in workings.values() if answer.twin == twin for line in answer.lines]
        found[twin] = tuple(dict.fromkeys(lines))
    return Notes(found)
