"""The same book at other venues: venues to choose from, and a table for each position."""

from __future__ import annotations

from functools import partial

from ringfence.report.across import AcrossTable, across_notes, across_tables
from ringfence.service.answers import CompareAnswer
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button


class Across:
    """The section: a switch for each venue, and the tables, drawn anew when one is pressed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._chosen: list[str] = []
        self._tables: Node | None = None

    def draw(self, answer: CompareAnswer) -> None:
        """The venues other than the book's own; nothing is compared until one is chosen."""
        own = answer.rules.venue
        self._chosen = [key for key in self._chosen if key != own]
        Node("p", "The same sizes, entries and balances under another venue’s rules.", classes="soft")
        with Node("div", classes="chips", role="group", aria_label="Venues to compare with"):
            for key, title in self._desk.venues().items():
                if key != own:
                    self._switch(key, title)
        self._tables = Node("div", role="status", classes="across-answer")
        self._redraw()

    def _switch(self, key: str, title: str) -> None:
        node = button(title, lambda: None, classes="chip", aria_pressed=_pressed(key in self._chosen))
        node.press(partial(self._toggle, key, node))

    def _toggle(self, key: str, node: Node) -> None:
        if key in self._chosen:
            self._chosen.remove(key)
        else:
            self._chosen.append(key)
        node.put(aria_pressed=_pressed(key in self._chosen))
        node.update()
        self._redraw()

    def _redraw(self) -> None:
        if self._tables is None or self._desk.answer is None:
            return
        self._tables.clear()
        if not self._chosen:
            return
        with self._tables:
            try:
                venues = self._desk.across([self._desk.answer.rules.venue, *self._chosen])
            except REFUSED as error:
                Node("p", Problem.of(error).words, classes="notice")
                return
            for table in across_tables(venues):
                _table(table)
            for title, lines in across_notes(venues):
                with Node("details", classes="conditions", open=lines[0].startswith("cannot be told")):
                    Node("summary", title)
                    with Node("ul"):
                        for line in lines:
                            Node("li", line)


def _pressed(chosen: bool) -> str:  # noqa: FBT001  # the attribute is this one value
    return "true" if chosen else "false"


def _table(table: AcrossTable) -> None:
    with Node("table", classes="across"):
        Node("caption", table.title)
        with Node("thead"), Node("tr"):
            for heading in table.headings:
                Node("th", heading, scope="col")
        with Node("tbody"):
            for row in table.rows:
                with Node("tr"):
                    Node("th", row[0], scope="row")
                    for heading, cell in zip(table.headings[1:], row[1:], strict=True):
                        Node("td", cell or "\N{EM DASH}", data_label=heading)
