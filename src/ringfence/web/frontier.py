"""The frontier: over the prices of two chosen coins, where each twin is liquidated."""

from __future__ import annotations

from functools import partial

from nicegui import ui
from nicegui.elements.plotly import Plotly

from ringfence.report.figures import frontier_figure
from ringfence.report.format import TWIN_WORDS
from ringfence.report.tables import shown_twins
from ringfence.service.answers import CompareAnswer, FrontierAnswer, FrontierTwin, TwinKey
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, choice


class Frontier:
    """The section: two selects and the plot, drawn anew when either changes."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._dark = False
        self._plot: Node | None = None
        self._notes: Node | None = None
        self._drawn: Plotly | None = None
        self._axes = ("", "")

    def draw(self, answer: CompareAnswer) -> None:
        """Selects over the book's symbols, the two largest chosen at first, and the plot below."""
        symbols = _symbols(answer)
        if len(symbols) < 2:
            Node("p", "A frontier needs positions in two coins; this book holds fewer.")
            return
        if not set(self._axes) <= set(symbols) or self._axes[0] == self._axes[1]:
            try:
                first = self._desk.frontier(None, None)
            except REFUSED as error:
                Node("p", Problem.of(error).words)
                return
            self._axes = first.x, first.y
        with Node("div", classes="controls"):
            for number, (label, chosen) in enumerate(zip(("Across", "Up"), self._axes, strict=True)):
                with Node("label", label, classes="field"):
                    options = {symbol: symbol for symbol in symbols}
                    choice(options, chosen, partial(self._choose, number), aria_label=label)
        Node(
            "p",
            "Tinted is where a twin is liquidated, clear where it lives. The other coins stand still.",
            classes="soft",
        )
        self._notes = Node("div", role="status")
        self._plot, self._drawn = Node("div", classes="plot-box", role="img"), None
        self._redraw()

    def paint(self, *, dark: bool) -> None:
        """Redraw in the colours of the other theme."""
        self._dark = dark
        if self._plot is not None:
            self._redraw()

    def _choose(self, number: int, symbol: str) -> None:
        axes = [*self._axes]
        axes[number] = symbol
        self._axes = axes[0], axes[1]
        self._redraw()

    def _redraw(self) -> None:
        if self._plot is None or self._notes is None or self._desk.answer is None:
            return
        self._notes.clear()
        if self._axes[0] == self._axes[1]:
            self._say("Choose two different coins.")
            return
        try:
            answer = self._desk.frontier(*self._axes)
        except REFUSED as error:
            self._say(Problem.of(error).words)
            return
        self._show(answer, [twin.twin for twin in shown_twins(self._desk.answer)])

    def _say(self, words: str) -> None:
        if self._notes is not None:
            with self._notes:
                Node("p", words, classes="notice")

    def _show(self, answer: FrontierAnswer, twins: list[TwinKey]) -> None:
        if self._plot is None or self._notes is None:
            return
        figure = frontier_figure(answer, twins=twins, dark=self._dark)
        if self._drawn is None:
            with self._plot:
                self._drawn = ui.plotly(figure).classes("plot frontier")
        else:
            self._drawn.update_figure(figure)
        self._plot.put(aria_label=_words(answer))
        with self._notes:
            for twin in answer.twins:
                if twin.twin in twins and not (twin.feasible and twin.alive and twin.lines):
                    Node("p", f"{TWIN_WORDS[twin.twin].capitalize()}: {_state(twin)}")


def _state(twin: FrontierTwin) -> str:
    if not twin.feasible:
        return twin.reason
    if not twin.alive:
        return "liquidated at today's marks already"
    return "no pair of prices in this window liquidates it"


def _words(answer: FrontierAnswer) -> str:
    return f"Where each twin is liquidated, over the prices of {answer.x} and {answer.y}; today is marked"


def _symbols(answer: CompareAnswer) -> list[str]:
    """Symbols with positions, in the order of the account."""
    twin = next((twin for twin in answer.twins if twin.feasible), None)
    return list(dict.fromkeys(one.position.symbol for one in twin.positions)) if twin else []
