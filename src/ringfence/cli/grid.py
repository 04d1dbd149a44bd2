"""Pieces of a terminal page: headline, section, note, and a grid whose numbers are never cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ringfence.cli.console import clean
from ringfence.service.answers import Rules

GAP = 2
NUMERIC = tuple("0123456789+-\N{MINUS SIGN}")


def headline(to: Console, text: str) -> None:
    """The answer in one sentence."""
    to.print(Text(clean(text), style="bold"))


def rules_line(to: Console, rules: Rules) -> None:
    """Whose rules, of which day; and what of them could not be confirmed."""
    note(to, f"{rules.title}, rules of {rules.on}")
    for one in rules.unconfirmed:
        note(to, f"follows an unconfirmed rule: {one}")


def section(to: Console, title: str, detail: str = "") -> None:
    """A heading with what is said once about what follows."""
    to.print()
    to.print(Text(clean(title), style="bold underline"))
    if detail:
        note(to, detail)


def note(to: Console, text: str) -> None:
    """A line beside the numbers."""
    to.print(Text(clean(text), style="dim"))


@dataclass(frozen=True)
class Grid:
    """Rows of text under headings: names to the left, numbers to the right.

    A word is wrapped between words; a word, and so a number, is never cut: where the columns are too
    narrow for their longest words the grid becomes a list, a line a cell.
    """

    headings: Sequence[str]
    rows: Iterable[Sequence[str]]

    def show(self, to: Console) -> None:
        """Print it, in the console's width."""
        rows = [[clean(cell) for cell in row] for row in self.rows]
        if not rows:
            return
        if _narrowest([self.headings, *rows]) > to.width:
            self._list(to, rows)
        else:
            to.print(self._table(rows))

    def _table(self, rows: Sequence[Sequence[str]]) -> Table:
        table = Table(
            box=None,
            show_header=any(self.headings),
            padding=(0, 0, 0, GAP),
            pad_edge=False,
            header_style="dim",
        )
        for place, heading in enumerate(self.headings):
            numbers = place > 0 and any(row[place][:1] in NUMERIC for row in rows)
            words = max(longest_word(cell) for cell in (heading, *(row[place] for row in rows)))
            table.add_column(
                heading, justify="right" if numbers else "left", overflow="fold", min_width=words
            )
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        return table

    def _list(self, to: Console, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            for heading, cell in zip(self.headings, row, strict=True):
                to.print(Text(f"{heading}: {cell}" if heading else cell), soft_wrap=True)


def _narrowest(rows: Sequence[Sequence[str]]) -> int:
    """The least width in which no word is cut."""
    columns = zip(*rows, strict=True)
    return sum(max(longest_word(cell) for cell in column) + GAP for column in columns)


def longest_word(text: str) -> int:
    """Length of the longest word.

    >>> longest_word("2,713.57 USDT")
    8
    """
    return max((len(word) for word in text.split()), default=0)
