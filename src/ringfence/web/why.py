"""*Why?* behind every number: the arithmetic, the tier used, the clause and its date, in a dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ringfence.report.format import TWIN_WORDS, amount, percent, price, whole
from ringfence.service.answers import ExplainAnswer, TwinKey, WorkLine
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know: one number of one twin.

    Attributes:
        field: where it stands, as in ``positions.BTC/USDT:USDT long.maintenance_margin``.
        marks: the marks it holds at; None for the book's own.
        stated: the line for a number that the answer's own parts add up to; None where the field has one.
    """

    twin: TwinKey
    field: str
    marks: Mapping[str, str] | None = None
    stated: WorkLine | None = None

    @property
    def group(self) -> str:
        """The field whose lines belong together: all of one position, ring, asset, or liquidation price."""
        head = self.field.rpartition(".")[0]
        return head if "." in head else self.field


class Why:
    """The one dialog of a page; numbers open it with the field whose workings explain them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._box = Node("dialog", classes="why", aria_labelledby="why-title")

    def number(self, text: str, *, twin: TwinKey, field: str, classes: str = "") -> Node:
        """A number that answers a click, or Enter, with its workings."""
        question = Question(twin, field)
        return self.asking(text, lambda: question, classes=classes)

    def asking(self, text: str, question: Callable[[], Question], *, classes: str = "") -> Node:
        """A number whose question depends on the moment it is asked."""
        node = Node("button", text, classes=f"num {classes}".strip(), type="button", title="Why?")
        return node.press(lambda: self.open(question()))

    def open(self, question: Question) -> None:
        """Show the workings of one number, and of what stands beside it."""
        self._box.clear()
        with self._box:
            with Node("div", classes="why-head"):
                Node("h2", "Why?", id="why-title")
                button("Close", lambda: self._box.run_method("close"), classes="quiet")
            try:
                answer = self._desk.explain(question.twin, question.group, marks=question.marks)
            except REFUSED as error:
                Node("p", Problem.of(error).words, classes="problem")
            else:
                self._show(question, answer)
        self._box.run_method("showModal")

    def _show(self, question: Question, answer: ExplainAnswer) -> None:
        where = "at today’s marks" if question.marks is None else "after the move"
        Node("p", f"{TWIN_WORDS[answer.twin].capitalize()}, {where}", classes="soft")
        asked = [question.stated] if question.stated else []
        asked += [line for line in answer.lines if line.field == question.field]
        others = [line for line in answer.lines if line.field != question.field]
        if not asked:
            Node("p", "This number was given with the account; nothing was computed.")
        for line in asked:
            _line(line, classes="work asked")
        if others:
            Node("h3", "Beside it")
        for line in others:
            _line(line, classes="work")
        for symbol in self._symbols(answer):
            self._tier(answer.twin, symbol)
        rules = answer.rules
        digest = rules.digest.removeprefix("sha256:")[:12]
        Node("p", f"{rules.title}, rules and tables of {rules.on}, digest {digest}", classes="soft small")

    def _symbols(self, answer: ExplainAnswer) -> list[str]:
        """The symbols that the lines speak about: those named in the field, or every one of the ring."""
        twin = self._twin(answer.twin)
        own = [one.position for one in twin.positions] if twin else []
        named = [one.symbol for one in own if f".{one.symbol} " in answer.field]
        ring = [one.symbol for one in own if answer.field == f"rings.{one.ring}"]
        return list(dict.fromkeys(named or ring))

    def _twin(self, key: TwinKey) -> Any:
        answer = self._desk.answer
        return next((twin for twin in answer.twins if twin.twin == key), None) if answer else None

    def _tier(self, key: TwinKey, symbol: str) -> None:
        used = next(one.position for one in self._twin(key).positions if one.position.symbol == symbol).tier
        with Node("details", classes="tier"):
            dated = f", {used.valid_from}" if used.valid_from else ""
            Node("summary", f"Maintenance tiers of {symbol}: tier {used.number} today{dated}")
            table = self._desk.tiers(symbol)
            if table is None:
                words = f"rate {percent(used.rate, signed=False)}, deduction {whole(used.deduction)}"
                Node("p", f"Tier {used.number}: {words}")
            else:
                _tiers(table, used.number)
            Node("p", f"Source: {used.source}", classes="soft small")


def _line(line: WorkLine, *, classes: str) -> None:
    with Node("div", classes=classes):
        Node("p", line.label, classes="work-label")
        Node("p", f"{whole(line.value)} {line.unit}".strip(), classes="work-value")
        Node("p", f"= {line.how}", classes="work-how")
        if line.source:
            Node("p", line.source, classes="soft small")


def _tiers(table: Any, used: int) -> None:
    with (
        Node("div", classes="scroll", tabindex="0", role="region", aria_label=f"tiers of {table.symbol}"),
        Node("table"),
    ):
        with Node("thead"), Node("tr"):
            for title in ("tier", "from", "up to", "rate", "deduction", "highest leverage"):
                Node("th", title, scope="col")
        with Node("tbody"):
            for row in table.tiers:
                with Node("tr", classes="used" if row.number == used else ""):
                    Node("td", f"{row.number}{' · in use' if row.number == used else ''}")
                    Node("td", price(row.floor))
                    Node("td", "no end" if row.cap is None else price(row.cap))
                    Node("td", percent(row.rate, signed=False))
                    Node("td", amount(row.deduction, "USD").removesuffix(" USD"))
                    Node("td", "not stated" if row.max_leverage is None else f"{whole(row.max_leverage)}×")
