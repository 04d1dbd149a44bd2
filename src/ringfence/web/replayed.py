"""The replay cards: what each named crash would have done to the book, and one of them drawn."""

from __future__ import annotations

import asyncio
from functools import partial

from nicegui import background_tasks, ui
from nicegui.elements.plotly import Plotly

from ringfence.replay.crashes import CRASHES
from ringfence.report.format import percent
from ringfence.report.replay_figure import replay_figure
from ringfence.report.replay_lines import assets_of
from ringfence.report.replayed import Outcome, card_of, death_marks, hole_lines, left_rows
from ringfence.report.tables import shown_twins
from ringfence.service.answers import CompareAnswer, TwinKey
from ringfence.service.answers_replay import ReplayAnswer
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button
from ringfence.web.runs import Run, Told

QUIET = 0.5
"""Seconds that a book stands still before it is replayed; nobody waits for what he is still typing."""
_SHOW = "setTimeout(() => getHtmlElement(%d)?.scrollIntoView({block: 'nearest'}), 50)"
INTRO = (
    "The book as it is written here, led through each crash on mark prices, from its own marks on. "
    "Press a card to see it drawn."
)


class ReplayCards:
    """The section; the run starts with the book and ends when another takes its place."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._dark = False
        self._run = Run(stopped=True)
        self._twins: list[TwinKey] = []
        self._answers: dict[str, ReplayAnswer] = {}
        self._cards: dict[str, Node] = {}
        self._buttons: dict[str, Node] = {}
        self._chosen = ""
        self._status: Node | None = None
        self._bar: Node | None = None
        self._cancel: Node | None = None
        self._again: Node | None = None
        self._shown: Node | None = None
        self._plots: dict[str, Plotly] = {}

    def draw(self, answer: CompareAnswer) -> None:
        """A card for each crash, and the run that fills them."""
        self._run.stop()
        self._twins = [twin.twin for twin in shown_twins(answer)]
        self._answers, self._cards, self._buttons, self._plots = {}, {}, {}, {}
        if not any(twin.positions for twin in answer.twins):
            Node("p", "Nothing to replay: the book has no positions.")
            return
        Node("p", INTRO, classes="soft")
        with Node("div", classes="controls running"):
            self._bar = Node("progress", "", max="1000", value_="0", aria_label="Replays done")
            self._status = Node("p", "", classes="small", role="status")
            self._cancel = button("Cancel", self._stop)
            self._again = button("Replay again", self._start)
        with Node("ul", classes="cards"):
            for crash in CRASHES:
                with Node("li", classes="card"):
                    name = button(crash.name, partial(self._choose, crash.name), classes="name")
                    name.put(aria_pressed="true" if crash.name == self._chosen else "false")
                    Node("p", crash.title, classes="soft small")
                    self._buttons[crash.name], self._cards[crash.name] = name, Node("div", classes="outcome")
        self._shown = Node("div", classes="replayed")
        self._start()

    def paint(self, *, dark: bool) -> None:
        """Redraw the figures in the colours of the other theme."""
        self._dark = dark
        answer = self._answers.get(self._chosen)
        for asset, plot in self._plots.items():
            if answer is not None:
                plot.update_figure(replay_figure(answer, asset=asset, twins=self._twins, dark=dark))

    def _start(self) -> None:
        """Begin anew; a newer run ends an older one."""
        self._run.stop()
        self._run = Run(looked=self._look)
        self._toggle(running=True)
        background_tasks.create(self._fill(self._run), name="replays")

    def _stop(self) -> None:
        self._run.stop()
        self._say(f"Stopped: {self._run.done} of {len(CRASHES)} are told.")
        self._toggle(running=False)

    async def _fill(self, mine: Run) -> None:
        """Ask for one crash after another in a thread, and fill its card."""
        book = self._desk.good
        self._look()
        await asyncio.sleep(QUIET)

        def ask(event: str, told: Told) -> ReplayAnswer | Problem:
            try:
                return self._desk.replay(event, book=book, told=told)
            except REFUSED as error:
                return Problem.of(error)

        async for event, found in mine.each([one.name for one in CRASHES], ask):
            if mine is not self._run or self._gone:
                mine.stop()
                return
            self._fill_card(event, found)
        if mine is self._run and not mine.stopped and not self._gone:
            self._say(f"All {mine.total} are told.")
            self._toggle(running=False)

    @property
    def _gone(self) -> bool:
        return self._status is None or self._status.is_deleted

    def _look(self) -> None:
        if self._gone:
            self._run.stop()
            return
        if self._run.stopped:
            return
        now = self._run.now
        self._say(f"Replaying {now}: {self._run.done} of {len(CRASHES)} are told." if now else "Waiting.")
        if self._bar is not None:
            reached = (self._run.done + self._run.share) / len(CRASHES)
            self._bar.put(value_=str(int(1000 * reached)))
            self._bar.update()

    def _say(self, words: str) -> None:
        if self._status is not None and not self._status.is_deleted:
            self._status.text = words

    def _toggle(self, *, running: bool) -> None:
        for node, on in ((self._cancel, running), (self._bar, running), (self._again, not running)):
            if node is not None and not node.is_deleted:
                node.classes(remove="gone") if on else node.classes(add="gone")

    def _fill_card(self, event: str, found: ReplayAnswer | Problem) -> None:
        box = self._cards[event]
        box.clear()
        with box:
            if isinstance(found, Problem):
                Node("p", found.message, classes="notice small")
                return
            self._answers[event] = found
            card = card_of(found, self._twins)
            for outcome in card.outcomes:
                _outcome(outcome)
            for line in card.coins:
                Node("p", line.replace(" %", "\N{NO-BREAK SPACE}%"), classes="soft small name")
        if event == self._chosen:
            self._draw_chosen()

    def _choose(self, event: str) -> None:
        """Press a card: it is drawn; press it again: the drawing goes."""
        self._chosen = "" if event == self._chosen else event
        self._draw_chosen()
        if self._shown is not None and self._chosen in self._answers:
            self._shown.client.run_javascript(_SHOW % self._shown.id)

    def _draw_chosen(self) -> None:
        for event, node in self._buttons.items():
            node.put(aria_pressed="true" if event == self._chosen else "false")
            node.update()
        if self._shown is None:
            return
        self._shown.clear()
        self._plots = {}
        answer = self._answers.get(self._chosen)
        if answer is None:
            return
        with self._shown:
            card = card_of(answer, self._twins)
            Node("h3", f"{card.event}, {card.title}: {card.span}")
            for asset in assets_of(answer):
                figure = replay_figure(answer, asset=asset, twins=self._twins, dark=self._dark)
                label = f"Equity in {asset} through {card.event}"
                with Node("div", role="img", classes="replay-plot", aria_label=label):
                    self._plots[asset] = ui.plotly(figure).classes("plot replay")
            _deaths(answer, self._twins)
            _left(answer)
            _path(answer)


def _outcome(outcome: Outcome) -> None:
    """One twin on a card."""
    state = {"alive": "alive", "reduced": "unsure", "undetermined": "unsure"}.get(outcome.verdict, "dead")
    with Node("div", classes=f"fate {outcome.key}"):
        with Node("p", classes=outcome.key):
            Node("span", "", classes="sign", aria_hidden="true")
            Node("b", f"{outcome.title} ")
            Node("span", outcome.words.lower(), classes=f"state {state}")
        for line in outcome.died:
            Node("p", line, classes="small name")
        left = outcome.left if outcome.verdict == "not_possible" else f"left {outcome.left}"
        Node("p", left, classes="small")


def _deaths(answer: ReplayAnswer, twins: list[TwinKey]) -> None:
    """Every liquidation with its steps, folded."""
    marks = death_marks(answer, twins)
    if not marks:
        Node("p", "Nothing is liquidated on this path.", classes="small")
    for mark in marks:
        with Node("details", classes="conditions step"):
            with Node("summary", classes=mark.twin):
                Node("span", "", classes="sign", aria_hidden="true")
                Node("b", f"{mark.twin.replace('_', ' ').upper()} ")
                Node("span", mark.words)
            with Node("ol"):
                for step in mark.entry.steps:
                    if step.event:
                        with Node("li"):
                            Node("span", step.what)
                            lines = [
                                f"{one.label}: {one.value} {one.unit} = {one.how}" for one in step.workings
                            ]
                            for words in (*step.words, *lines):
                                Node("p", words, classes="soft small name")


def _left(answer: ReplayAnswer) -> None:
    """What was left of each twin, and of the other choices."""
    with Node("table", classes="left-over"):
        Node("caption", "What was left")
        with Node("thead"), Node("tr"):
            for heading in ("the book", "what became of it", "first liquidation", "left at the end"):
                Node("th", heading, scope="col")
        with Node("tbody"):
            for name, verdict, when, left in left_rows(answer):
                with Node("tr"):
                    Node("th", name, scope="row")
                    Node("td", verdict.lower())
                    Node("td", when or "none", data_label="first liquidation")
                    Node("td", left, data_label="left at the end")


def _path(answer: ReplayAnswer) -> None:
    """The moves, where they come from, and what is assumed."""
    with Node("details", classes="conditions"):
        Node("summary", "The path, and what is assumed")
        with Node("ul"):
            for symbol, (high, low, last) in answer.moves.items():
                moves = f"highest {percent(high)}, lowest {percent(low)}, last {percent(last)}"
                Node("li", f"{symbol}: {moves}; {answer.sources.get(symbol, '')}")
            for assumed in (*hole_lines(answer), *answer.assumptions):
                Node("li", assumed)
