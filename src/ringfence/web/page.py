"""The page, attached to the application that also serves the HTTP API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import resources

from fastapi import FastAPI, Request
from nicegui import ui

from ringfence.api.gate import visitor_of
from ringfence.service.answers import CompareAnswer
from ringfence.service.context import Context
from ringfence.web.across import Across
from ringfence.web.book import FIRST, Document, example_names
from ringfence.web.columns import draw_columns, draw_header
from ringfence.web.desk import Desk
from ringfence.web.dom import Node
from ringfence.web.editor import Editor
from ringfence.web.findings import draw_contagion, draw_reasons, draw_rules
from ringfence.web.frontier import Frontier
from ringfence.web.liquidated import Liquidated
from ringfence.web.mirror import MirrorSection
from ringfence.web.preview import PreviewBar
from ringfence.web.replayed import ReplayCards
from ringfence.web.scrubber import Scrubber
from ringfence.web.theme import Theme
from ringfence.web.why import Why

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="11" fill="none" '
    'stroke="#1d5fd1" stroke-width="4" stroke-dasharray="52 18"/></svg>'
)

STALE = "What you see below is the answer to the last book that could be read; the book above has a problem."


def attach(app: FastAPI, context: Context) -> None:
    """Serve the page at ``/`` of an application; once per process, as NiceGUI keeps one set of pages.

    Args:
        app: the application whose own routes come first. context: passed to every operation.
    """

    def show(request: Request) -> None:
        Page(Desk(replace(context, principal=visitor_of(request.scope)))).draw()

    ui.page("/", title="ringfence: isolated, cross, or a mix", favicon=ICON, dark=None, reconnect_timeout=30)(
        show
    )
    ui.run_with(app, tailwind=False, show_welcome_message=False, language="en-US")


class Page:
    """One visitor's page: sections that are drawn anew whenever the book changes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._frontier = Frontier(desk)
        self._across = Across(desk)
        self._replays = ReplayCards(desk)
        self._liquidated = Liquidated(desk)
        self._scrubber: Scrubber | None = None
        self._why: Why | None = None
        self._editor: Editor | None = None
        self._preview = PreviewBar(desk, self._take)
        self._mirror = MirrorSection(desk, self._cover, self._mark_level)
        self._main: Node | None = None
        self._answer: Node | None = None
        self._rest: Node | None = None
        self._stale: Node | None = None
        self._drawn: object = None

    def draw(self) -> None:
        """The whole page, with the first example on it."""
        ui.add_css((resources.files("ringfence.web") / "page.css").read_text("utf-8"))
        if FIRST in example_names():
            self._desk.open_example(FIRST)
        with Node("header", classes="top"):
            Node("p", "ringfence", classes="mark")
            Node("p", "what is liquidated where, and what can be lost", classes="soft")
            with Node("nav", aria_label="On this page"):
                Node("a", "Before you act: the mirror", href="#mirror")
            theme = Theme(self._paint)
        main = self._main = Node("main", id="main")
        ui.skip_link("Skip to the answer", target=main)
        with main:
            book = Node("section", classes="book", aria_label="The book")
            self._stale = Node("p", STALE, classes="notice", role="status")
            self._answer = Node("div", classes="answer")
            # Not redrawn with the answer: somebody may be writing in it.
            with Node("section", id="mirror", aria_labelledby="mirror-title"):
                Node("h2", "The mirror: before you act", id="mirror-title")
                self._mirror.draw()
            self._rest = Node("div", classes="rest")
        with Node("footer"):
            Node("p", "It informs; it does not tell anyone to buy or to sell. Nothing leaves this machine.")
        self._why = Why(self._desk)
        self._scrubber = Scrubber(self._desk, self._why)
        with book:
            self._editor = Editor(self._desk, self._refresh)
        theme.watch()

    def _paint(self, dark: bool) -> None:  # noqa: FBT001  # what the browser reports is this one value
        for section in (self._frontier, self._scrubber, self._replays):
            if section is not None:
                section.paint(dark=dark)

    def _cover(self, hidden: bool) -> None:  # noqa: FBT001  # the page is covered or not: this one value
        """Hide everything but the mirror, while three lines are written without the chart."""
        if self._main is not None and not self._main.is_deleted:
            self._main.classes(add="covered") if hidden else self._main.classes(remove="covered")

    def _mark_level(self, symbol: str, price: str) -> None:
        if self._scrubber is not None:
            self._scrubber.mark_level(symbol, price)

    def _take(self, document: Document) -> None:
        if self._editor is not None:
            self._editor.take(document)

    def _refresh(self) -> None:
        """Draw the answer when it is a new one; say so when it belongs to an earlier book."""
        if self._answer is None or self._rest is None or self._stale is None:
            return
        if self._desk.answer is not None and self._desk.answer is not self._drawn:
            self._drawn = self._desk.answer
            self._answer.clear()
            self._rest.clear()
            with self._answer:
                self._sections()
            with self._rest:
                self._reasons(self._desk.answer)
            self._mirror.refresh(self._desk.answer)
        for part, name in ((self._answer, "answer"), (self._rest, "rest")):
            part.classes(replace=f"{name} stale" if self._desk.stale else name)
        self._stale.classes(replace="notice" if self._desk.stale else "gone")

    def _sections(self) -> None:
        answer, why, scrubber = self._desk.answer, self._why, self._scrubber
        if answer is None or why is None or scrubber is None:
            return
        with Node("section", classes="verdict", aria_label="Verdict"):
            draw_header(answer, why)
        _section("Isolated and cross, side by side", lambda: draw_columns(answer, why), id_="twins")
        _section("Move the market", lambda: scrubber.draw(answer), id_="scrub")
        _section("Frontier over two prices", lambda: self._frontier.draw(answer), id_="frontier")
        _section("The same book at other venues", lambda: self._across.draw(answer), id_="across")
        _section("Contagion", lambda: draw_contagion(answer), id_="contagion")
        _section("Through past crashes", lambda: self._replays.draw(answer), id_="replays")
        _section("How it would be liquidated", lambda: self._liquidated.draw(answer), id_="liquidated")
        _section("Preview a change", lambda: self._preview.draw(answer), id_="preview")

    def _reasons(self, answer: CompareAnswer) -> None:
        _section("What traders say, and this book’s own number", lambda: draw_reasons(answer), id_="reasons")
        _section("Rules and sources", lambda: draw_rules(answer), id_="rules")


def _section(title: str, draw: Callable[[], None], *, id_: str) -> None:
    with Node("section", id=id_, aria_labelledby=f"{id_}-title"):
        Node("h2", title, id=f"{id_}-title")
        draw()
