"""The scrubber: one coin dragged along its line, the columns re-marked, and where each ring dies."""

from __future__ import annotations

import asyncio
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from nicegui import background_tasks, ui
from nicegui.elements.plotly import Plotly

from ringfence.report.figures import Figure, scrub_figure
from ringfence.report.format import TWIN_WORDS, percent, price
from ringfence.report.tables import shown_twins
from ringfence.service.answers import CompareAnswer, ScrubAnswer, ScrubTwin, TwinKey
from ringfence.web.board import Board
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button, choice
from ringfence.web.level import draw_fates, draw_flag
from ringfence.web.why import Why

REACH = Decimal("0.6")
"""The slider goes from this far down to this far up."""
EVERY = Decimal("0.05")
"""Distance of the points that the curve is drawn through; each death adds two."""
FINE = Decimal("0.0001")

# Knob, number and cursor follow the finger at once; the answer comes from the server.
_FOLLOW = """(event) => {
  const box = event.target.closest('.scrub'), move = event.target.value;
  if (move === '' || Math.abs(move) > 60) return;
  box.style.setProperty('--move', move);
  for (const input of box.querySelectorAll('.moves')) if (input !== event.target) input.value = move;
  emit(move);
}"""

_RETURN = """
document.querySelectorAll('.scrub .moves').forEach(input => input.value = 0);
document.querySelector('.scrub').style.setProperty('--move', 0);
"""


class Scrubber:
    """The section; ``board`` is the pair of columns that moves."""

    def __init__(self, desk: Desk, why: Why) -> None:
        self._desk = desk
        self._why = why
        self._dark = False
        self._follow = True
        self._leader = ""
        self._move = "0"
        self._drawn = 0
        self._box: Node | None = None
        self._lanes: Node | None = None
        self._plot: Node | None = None
        self._curves: dict[str, Plotly] = {}
        self._board: Board | None = None
        self._level: tuple[str, str] | None = None

    def draw(self, answer: CompareAnswer) -> None:
        """Controls, track, columns and curve, at today's marks."""
        symbols = list(dict.fromkeys(one.position.symbol for twin in answer.twins for one in twin.positions))
        if not symbols:
            Node("p", "Nothing to move: the book has no positions.")
            return
        if self._leader not in symbols:
            self._leader = answer.leader if answer.leader in symbols else symbols[0]
        self._move = "0"
        self._box = Node("div", classes="scrub", style="--move:0")
        with self._box:
            self._controls(symbols)
            with Node("div", classes="track"):
                Node("div", "", classes="today", aria_hidden="true")
                self._slider("range", f"Move of {self._leader} in percent", classes="moves slide")
                self._lanes = Node("div", classes="lanes")
            self._board = Board(answer, self._why)
            self._plot, self._curves = Node("div", classes="plot-box"), {}
        self._restart()

    def paint(self, *, dark: bool) -> None:
        """Redraw the curve in the colours of the other theme."""
        self._dark = dark
        if self._plot is not None:
            self._sweep()

    def mark_level(self, symbol: str, level: str) -> None:
        """Draw the price at which an idea is wrong, wherever its coin is the one that moves."""
        self._level = symbol, level
        if self._lanes is not None and not self._lanes.is_deleted:
            self._restart()

    def _controls(self, symbols: list[str]) -> None:
        with Node("div", classes="controls"):
            with Node("label", "Move", classes="field"):
                choice({symbol: symbol for symbol in symbols}, self._leader, self._lead, aria_label="Move")
            with Node("label", "by percent", classes="field narrow"):
                self._slider("number", "by percent", classes="moves")
            with Node("label", "", classes="switch"):
                box = Node("input", type="checkbox", role="switch", checked=self._follow or None)
                box.on(
                    "change", lambda event: self._stay(event.args), js_handler="(e) => emit(e.target.checked)"
                )
                Node("span", "the others follow their betas (off: they stay put)")
            back = button("Back to today", self._back, classes="quiet")
            back.put(title="Put every price back to its mark")

    def _slider(self, kind: str, label: str, *, classes: str) -> None:
        node = Node(
            "input", type=kind, min="-60", max="60", step="0.1", value="0", aria_label=label, classes=classes,
            inputmode="decimal" if kind == "number" else None,
        )  # fmt: skip
        node.on("input", lambda event: self._to(event.args), js_handler=_FOLLOW, throttle=0.04)

    def _to(self, percents: object) -> None:
        try:
            move = Decimal(str(percents)) / 100
        except ArithmeticError:
            return
        if abs(move) <= REACH:
            self._move = format(move.normalize(), "f")
            self._remark()

    def _lead(self, symbol: str) -> None:
        self._leader = symbol
        self._restart()

    def _stay(self, checked: object) -> None:
        self._follow = bool(checked)
        self._restart()

    def _back(self) -> None:
        self._move = "0"
        if self._box is not None:
            self._box.client.run_javascript(_RETURN)
        self._remark()

    def _restart(self) -> None:
        """Another coin or another switch: re-mark, mark the deaths, draw the curve anew."""
        answer = self._remark(deaths=True)
        if answer is None or self._lanes is None:
            return
        self._lanes.clear()
        with self._lanes:
            shown = [twin for twin in answer.twins if twin.twin in self._twins() and twin.feasible]
            level = self._level_here(answer.leader)
            if level is not None:
                draw_flag(shown, *level)
            _draw_lanes(answer.leader, shown)
            if level is not None:
                draw_fates(shown, *level)
        self._sweep()

    def _level_here(self, leader: str) -> tuple[str, str] | None:
        """The level and today's mark, where it is a price of the coin that moves."""
        book = self._desk.answer
        if self._level is None or book is None or self._level[0] != leader:
            return None
        return self._level[1], book.marks[leader]

    def _remark(self, *, deaths: bool = False) -> ScrubAnswer | None:
        if self._board is None:
            return None
        try:
            answer = self._desk.scrub(self._leader, self._move, follow=self._follow, deaths=deaths)
        except REFUSED as error:
            self._board.refuse(Problem.of(error).words)
            return None
        self._board.show(answer)
        return answer

    def _twins(self) -> list[TwinKey]:
        return [twin.twin for twin in shown_twins(self._desk.answer)] if self._desk.answer else []

    def _sweep(self) -> None:
        """Start drawing the curve; a newer start ends an older one."""
        self._drawn += 1
        background_tasks.create(self._draw_curve(self._drawn), name="curve of the scrubber")

    async def _draw_curve(self, number: int) -> None:
        """Ask for one point at a time, so that a drag is answered in between."""
        leader, follow = self._leader, self._follow
        points: list[ScrubAnswer] = []
        for move in _moves(self._desk.scrub(leader, "0", follow=follow, deaths=True)):
            await asyncio.sleep(0.01)
            if number != self._drawn or self._plot is None or self._plot.is_deleted:
                return
            points.append(self._desk.scrub(leader, move, follow=follow, deaths=not points))
        self._plot_curve(points)

    def _plot_curve(self, points: list[ScrubAnswer]) -> None:
        if self._plot is None:
            return
        twins = self._twins()
        for asset in dict.fromkeys(asset for twin in points[0].twins for asset in twin.equity):
            figure = scrub_figure(points, asset=asset, twins=twins, dark=self._dark)
            if asset in self._curves:
                self._curves[asset].update_figure(figure)
            else:
                with self._plot:
                    self._curves[asset] = _curve(figure, asset)


def _curve(figure: Figure, asset: str) -> Plotly:
    with Node("div", role="img", classes="curve", aria_label=f"Equity in {asset} along the move"):
        plot = ui.plotly(figure).classes("plot")
        Node("div", "", classes="cursor", aria_hidden="true")
    return plot


def _moves(start: ScrubAnswer) -> list[str]:
    """Where the curve is asked for: evenly, and close on both sides of every death."""
    count = int(2 * REACH / EVERY)
    moves = {step * EVERY - REACH for step in range(count + 1)}
    for death in (Decimal(death.move) for twin in start.twins for death in twin.deaths):
        if abs(death) < REACH:
            moves |= {death.quantize(FINE, ROUND_FLOOR), death.quantize(FINE, ROUND_CEILING)}
    return [format(move.normalize(), "f") if move else "0" for move in sorted(moves)]


def _draw_lanes(leader: str, twins: list[ScrubTwin]) -> None:
    """Where each twin's rings die: ticks along the track, and the same in words."""
    for twin in twins:
        with Node("div", classes=f"lane {twin.twin}", aria_hidden="true"):
            for death in twin.deaths:
                if abs(Decimal(death.move)) <= REACH:
                    place = (Decimal(death.move) + REACH) / (2 * REACH) * 100
                    title = f"{death.ring}: {percent(death.move)}"
                    Node("span", "", classes="tick", style=f"left:{place:.3f}%", title=title)
    with Node("ul", classes="deaths"):
        Node("li", f"Where each ring dies, with the price of {leader} there:", classes="soft")
        for twin in twins:
            words = [f"{one.ring} dies at {percent(one.move)} ({price(one.price)})" for one in twin.deaths]
            with Node("li", classes=twin.twin):
                Node("span", "", classes="sign", aria_hidden="true")
                Node("b", f"{TWIN_WORDS[twin.twin].capitalize()}: ")
                Node("span", " · ".join(words) or "nothing dies on this line")
