"""How the book would be liquidated: marks after a move, and the venue's steps in words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_UP, Decimal

from ringfence.report.format import amount, percent, price
from ringfence.service.answers import CompareAnswer
from ringfence.service.answers_liquidate import LiquidateAnswer, LiquidationStep, LossAnswer, RingLiquidation
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button, choice

TENTH = Decimal("0.001")
FALL = "-20"
"""The move that is asked about where none liquidates anything on this line."""


class Liquidated:
    """The section: which coin moves and how far, and what the venue then does with the book as it is."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._leader = ""
        self._percents = ""
        self._follow = True
        self._field: Node | None = None
        self._shown: Node | None = None

    def draw(self, answer: CompareAnswer) -> None:
        """The controls, and the steps at the first liquidation of this line."""
        now = next(twin for twin in answer.twins if twin.twin == "as_is")
        symbols = list(dict.fromkeys(one.position.symbol for one in now.positions))
        if not symbols:
            Node("p", "Nothing to liquidate: the book has no positions.")
            return
        if self._leader not in symbols:
            self._leader = answer.leader if answer.leader in symbols else symbols[0]
        self._percents = self._first()
        Node("p", "The venue’s own sequence on the book as it is, after a move.", classes="soft")
        with Node("div", classes="controls"):
            with Node("label", "Coin", classes="field"):
                choice({one: one for one in symbols}, self._leader, self._lead, aria_label="Coin that moves")
            with Node("label", "moves by, %", classes="field narrow"):
                self._field = Node(
                    "input", type="number", step="0.1", value=self._percents, inputmode="decimal",
                    aria_label="Move of the coin, %",
                )  # fmt: skip
                self._field.change(self._type)
                self._field.on("keyup.enter", lambda _: self._ask())
            with Node("label", "the others", classes="field"):
                others = {"follow": "follow their betas", "stay": "stay put"}
                chosen = "follow" if self._follow else "stay"
                choice(others, chosen, self._stay, aria_label="The other coins")
            button("Show the steps", self._ask)
        self._shown = Node("div", classes="liquidated", role="status")
        self._ask()

    def _first(self) -> str:
        """The nearest move that liquidates something of the book as it is, a tenth of a percent beyond it."""
        try:
            answer = self._desk.scrub(self._leader, "0", follow=self._follow, deaths=True)
        except REFUSED:
            return FALL
        moves = [
            Decimal(death.move) for twin in answer.twins if twin.twin == "as_is" for death in twin.deaths
        ]
        if not moves:
            return FALL
        nearest = min(moves, key=abs).quantize(TENTH, ROUND_UP)
        return format((nearest * 100).normalize(), "f")

    def _lead(self, symbol: str) -> None:
        self._leader = symbol
        self._restart()

    def _stay(self, chosen: str) -> None:
        self._follow = chosen == "follow"
        self._restart()

    def _restart(self) -> None:
        """Another line: the move that liquidates first on it."""
        self._percents = self._first()
        if self._field is not None:
            self._field.write(self._percents)
        self._ask()

    def _type(self, text: str) -> None:
        self._percents = text
        self._ask()

    def _ask(self) -> None:
        if self._shown is None:
            return
        self._shown.clear()
        with self._shown:
            try:
                move = Decimal(self._percents) / 100
                marks = self._desk.scrub(self._leader, format(move, "f"), follow=self._follow).marks
                answer = self._desk.liquidate(marks)
            except ArithmeticError:
                Node("p", "Write the move as a number of percent: -20", classes="problem", role="alert")
            except REFUSED as error:
                Node("p", Problem.of(error).words, classes="problem", role="alert")
            else:
                _draw(answer, percent(format(move, "f")))


def _draw(answer: LiquidateAnswer, moved: str) -> None:
    Node("h3", answer.headline)
    marks = " · ".join(f"{symbol} {price(mark)}" for symbol, mark in answer.marks.items())
    Node("p", f"After {moved}: {marks}", classes="soft small name")
    for ring in answer.rings:
        _ring(ring)
    if not answer.rings:
        _folded(
            "The venue’s sequence, were a ring to fail", lambda: _listed("ol", answer.sequence), opened=True
        )
    if answer.source:
        Node("p", answer.source, classes="soft small name")


def _ring(ring: RingLiquidation) -> None:
    begun = f"equity {amount(ring.equity, ring.asset)}, requirement {amount(ring.requirement, ring.asset)}"
    _folded(f"{ring.ring}: {begun}", lambda: _steps(ring), opened=True)


def _steps(ring: RingLiquidation) -> None:
    with Node("ol", classes="steps"):
        for step in ring.steps:
            with Node("li", classes="step" if step.event else "step soft"):
                _step(step, ring.asset)
    for loss in ring.losses:
        Node("p", f"Beyond the collateral of {ring.ring}: {amount(loss.beyond, loss.asset)}")
        _listed("ul", [f"{who}: {amount(much, loss.asset)}" for who, much in borne(loss)])
    for asset, gained in ring.to_fund.items():
        Node("p", f"To the insurance fund: {amount(gained, asset)}")
    for words in ring.notices:
        Node("p", words, classes="notice small")


def _step(step: LiquidationStep, asset: str) -> None:
    Node("p", step.what, classes="words")
    for words in step.words:
        Node("p", words, classes="name")
    if step.derivation:
        lines = [f"{line.label}: {line.value} {line.unit} = {line.how}" for line in step.derivation]
        _folded("workings", lambda: _listed("ul", lines))
    if step.health is not None and step.event:
        test = "it stands" if step.passed else "it goes on"
        Node("p", f"health {amount(step.health, asset)}: {test}", classes="small")


def borne(loss: LossAnswer) -> list[tuple[str, str]]:
    """Who bears a loss beyond the collateral: (who, how much), nobody left out."""
    return [
        ("the insurance fund", loss.insurance),
        ("deleveraged traders", loss.deleveraged),
        ("all traders", loss.socialised),
        ("nobody: bad debt", loss.bad_debt),
    ]


def _folded(title: str, draw: Callable[[], None], *, opened: bool = False) -> None:
    with Node("details", classes="conditions", open=opened):
        Node("summary", title)
        draw()


def _listed(tag: str, lines: list[str]) -> None:
    with Node(tag, classes="soft small"):
        for line in lines:
            Node("li", line, classes="name")
