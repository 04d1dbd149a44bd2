"""What the board holds: one figure a venue published, and what each program says about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench.harness import ROOT

RESULTS = ROOT / "docs" / "accuracy.json"
OURS = "ringfence"
PEERS = ("freqtrade", "ccxt", "jesse")
PROGRAMS = (OURS, *PEERS)
WORDS = ("none", "true", "false")
FLOAT_NOISE = Fraction(1, 10**12)
"""Binary floats may be off by this share of a figure, so that nobody fails an exact figure for them."""


@dataclass(frozen=True)
class Said:
    """A number or a word; or, where the program cannot express the question, why."""

    value: str = ""
    reason: str = ""

    @property
    def expressed(self) -> bool:
        return self.value != ""


@dataclass(frozen=True)
class Figure:
    """One expected figure of one case.

    Attributes:
        place: ``BTC/USDT:USDT long``, or ``account``.
        tolerance: the case's, as written; empty for exact.
    """

    case: str
    venue: str
    mode: str
    place: str
    name: str
    expected: str
    tolerance: str
    said: Mapping[str, Said]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.case, self.place, self.name

    def off(self, program: str) -> Fraction | None:
        """How far off in the figure's own unit; None where either is a word or nothing was said."""
        said = self.said[program]
        if not said.expressed or said.value in WORDS or self.expected in WORDS:
            return None
        return abs(Fraction(said.value) - Fraction(self.expected))

    def relative(self, program: str) -> Fraction | None:
        """The same as a share of the expected figure; a figure of zero has no share."""
        off = self.off(program)
        if off is None or off == 0:
            return off
        expected = abs(Fraction(self.expected))
        return off / expected if expected else None

    def agrees(self, program: str) -> bool:
        """Within the case's tolerance, or the same word."""
        said = self.said[program]
        off = self.off(program)
        if off is None:
            return said.expressed and said.value == self.expected
        return off <= max(self._allowed(), FLOAT_NOISE * abs(Fraction(self.expected)))

    def _allowed(self) -> Fraction:
        if not self.tolerance:
            return Fraction(0)
        share = self.tolerance.removeprefix("rel:")
        amount = Fraction(share)
        return amount if share == self.tolerance else amount * abs(Fraction(self.expected))

    def told(self, program: str, said: Said) -> Figure:
        """The figure with one more answer."""
        return replace(self, said={**self.said, program: said})


@dataclass(frozen=True)
class Board:
    """Everything the page says.

    Attributes:
        versions: of the peers and of the Python each ran on.
        cases: id of every case on the board, with a hash of the case as it was asked.
        repeated: strict figures left out, because another case has the same position of the same account.
        newest: the newest date of rules among the cases.
    """

    versions: Mapping[str, str]
    cases: Mapping[str, str]
    repeated: int
    newest: str
    figures: tuple[Figure, ...]


def dumped(board: Board) -> str:
    """JSON with one figure a line, so that a change shows as a change of its lines."""
    head = {
        "versions": dict(sorted(board.versions.items())),
        "newest": board.newest,
        "repeated": board.repeated,
    }
    cases = ",\n".join(f"  {json.dumps(name)}: {json.dumps(mark)}" for name, mark in board.cases.items())
    lines = ",\n".join(f"  {json.dumps(_row(one), ensure_ascii=False)}" for one in board.figures)
    opened = json.dumps(head, indent=1)[:-2]
    return f'{opened},\n "cases": {{\n{cases}\n }},\n "figures": [\n{lines}\n ]\n}}\n'


def _row(one: Figure) -> dict[str, Any]:
    said = {
        program: one.said[program].value if one.said[program].expressed else {"not": one.said[program].reason}
        for program in PROGRAMS
    }
    return {
        "case": one.case, "venue": one.venue, "mode": one.mode, "place": one.place, "name": one.name,
        "expected": one.expected, "tolerance": one.tolerance, **said,
    }  # fmt: skip


def loaded(path: Path = RESULTS) -> Board:
    """The board as it was last written."""
    document = json.loads(path.read_text("utf-8"))
    figures = []
    for row in document["figures"]:
        said = {program: _said(row.pop(program)) for program in PROGRAMS}
        figures.append(Figure(**row, said=said))
    return Board(
        document["versions"], document["cases"], document["repeated"], document["newest"], tuple(figures)
    )


def _said(written: str | Mapping[str, str]) -> Said:
    return Said(written) if isinstance(written, str) else Said(reason=written["not"])
