"""The way in: eleven buttons, the few fields that one of them needs, and one optional line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ringfence.report.format import times, whole
from ringfence.service.answers import CompareAnswer, TwinAnswer
from ringfence.web.desk import Desk, Problem
from ringfence.web.dom import Node, button, choice
from ringfence.web.mirror.acts import ACTS, Asks
from ringfence.web.mirror.asking import asked

WHY = "What made you want it?"
CHOOSE = {"": "choose …"}


class Entry:
    """What is wanted, written down in a few seconds. ``began`` is told of the audit and of its symbol."""

    def __init__(self, desk: Desk, began: Callable[[Any, str], Awaitable[None]]) -> None:
        self._desk = desk
        self._began = began
        self._act = ""
        self._typed: dict[str, str] = {}
        self._about: dict[str, str] = {}
        self._answer: CompareAnswer | None = None
        self._buttons: dict[str, Node] = {}
        self._inputs: dict[str, Node] = {}
        self._box: Node | None = None
        self._says: Node | None = None
        self._busy = False

    def draw(self, answer: CompareAnswer) -> None:
        """The question, with the book's own positions to choose from."""
        self._answer = answer
        self._buttons = {}
        Node("p", "What do you want to do?", classes="ask", id="mirror-asks")
        with Node("div", classes="acts", role="group", aria_labelledby="mirror-asks"):
            for key, act in ACTS.items():
                node = button(act.label, partial(self._choose, key), classes="act")
                node.put(aria_pressed="true" if key == self._act else "false")
                self._buttons[key] = node
        self._box = Node("div", classes="captured")
        self._fields()

    def focus(self) -> None:
        """Put the keyboard on the first of the eleven."""
        first = next(iter(self._buttons.values()), None)
        if first is not None:
            first.focus()

    def forget(self) -> None:
        """The next intent begins empty."""
        self._act, self._typed = "", {}

    def _choose(self, key: str) -> None:
        self._act = key
        self._typed = {"why": self._typed.get("why", "")}
        for name, node in self._buttons.items():
            node.put(aria_pressed="true" if name == key else "false")
            node.update()
        self._fields()

    def _fields(self) -> None:
        if self._box is None or self._answer is None:
            return
        self._box.clear()
        self._inputs = {}
        if not self._act:
            return
        act = ACTS[self._act]
        with self._box:
            with Node("div", classes="controls"):
                self._draw_about(act.about)
                for one in act.asks:
                    self._field(one)
                with Node("label", classes="field wide"):
                    Node("span", f"{WHY} (optional)")
                    why = Node("input", value=self._typed.get("why", ""), maxlength="500", autocomplete="off")
                    why.put(aria_label=WHY)
                    why.change(partial(self._type, "why"))
                    why.on("keyup.enter", self._ask)
            if act.about == "position":
                self._draw_facts()
            button("Look in the mirror", self._ask, classes="go")
            self._says = Node("p", "", classes="problem", role="alert")

    def _draw_about(self, about: str) -> None:
        """Which position, contract or asset: said where there is one, chosen where there are more."""
        label = {"position": "Position", "symbol": "Contract", "asset": "Asset"}[about]
        found = self._choices(about)
        chosen = self._about.get(about, "")
        self._about[about] = chosen if chosen in found else next(iter(found), "")
        with Node("label", classes="field"):
            Node("span", label)
            choice(
                {one: one for one in found}, self._about[about], partial(self._take, about), aria_label=label
            )

    def _choices(self, about: str) -> list[str]:
        if self._answer is None:
            return []
        now = _as_it_is(self._answer)
        if about == "position":
            return [f"{one.position.symbol} {one.position.side}" for one in now.positions]
        return list(self._answer.marks) if about == "symbol" else [total.asset for total in now.totals]

    def _take(self, about: str, value: str) -> None:
        self._about[about] = value
        self._fields()

    def _field(self, one: Asks) -> None:
        with Node("label", classes="field" if one.of else "field narrow"):
            label = one.label if one.needed or "(" in one.label else f"{one.label} (optional)"
            Node("span", label)
            typed = self._typed.get(one.name, "")
            if one.of is not None:
                node = choice(
                    {**CHOOSE, **one.of}, typed, partial(self._type, one.name), aria_label=one.label
                )
            else:
                node = Node(
                    "input", value=typed, placeholder=one.like, autocomplete="off", inputmode="decimal",
                    aria_label=one.label,
                )  # fmt: skip
                node.change(partial(self._type, one.name))
                node.on("keyup.enter", self._ask)
            self._inputs[one.name] = node

    def _draw_facts(self) -> None:
        """What is known of the position, as the book has it; neither entry nor profit."""
        if self._answer is None:
            return
        for one in _as_it_is(self._answer).positions:
            held = one.position
            if f"{held.symbol} {held.side}" != self._about["position"]:
                continue
            with Node("dl", classes="known", aria_label="The position as the book has it"):
                facts = {
                    "contracts": whole(held.contracts),
                    "margin mode": held.margin_mode,
                    "leverage setting": "" if held.leverage is None else times(held.leverage),
                }
                for label, text in facts.items():
                    if text:
                        with Node("div"):
                            Node("dt", label)
                            Node("dd", text)

    def _type(self, name: str, text: str) -> None:
        self._typed[name] = text.strip()

    def _request(self) -> dict[str, Any]:
        act = ACTS[self._act]
        asked_for: dict[str, Any] = {"action": self._act}
        about = self._about.get(act.about, "")
        if act.about == "position" and about:
            symbol, _, side = about.rpartition(" ")
            asked_for["symbol"] = symbol
            if self._act != "hedge":
                asked_for["side"] = side
        elif about:
            asked_for[act.about] = about
        for one in act.asks:
            if typed := self._typed.get(one.name, ""):
                asked_for[one.name] = typed
        if why := self._typed.get("why", ""):
            asked_for["why"] = why
        return asked_for

    async def _ask(self) -> None:
        if self._busy or not self._act:
            return
        for one in ACTS[self._act].asks:
            if one.needed and not self._typed.get(one.name):
                self._refuse(
                    f"{one.label}: {'choose one' if one.of else f'write it, {one.like} for one'}", one.name
                )
                return
        self._busy = True
        self._say("Looking …", classes="soft")
        request = self._request()
        try:
            found = await asked(self._desk, "mirror-audit", account=self._desk.good, **request)
        finally:
            self._busy = False
        if isinstance(found, Problem):
            self._refuse(found.words, found.path.rpartition(".")[2])
            return
        await self._began(found, str(request.get("symbol", "")))

    def _refuse(self, words: str, name: str) -> None:
        """Say what is missing or cannot be meant, and go to the field."""
        for key, node in self._inputs.items():
            node.put(aria_invalid="true" if key == name else None)
            node.update()
        if name in self._inputs:
            self._inputs[name].focus()
        self._say(words, classes="problem")

    def _say(self, words: str, *, classes: str) -> None:
        if self._says is not None and not self._says.is_deleted:
            self._says.classes(replace=classes)
            self._says.text = words


def _as_it_is(answer: CompareAnswer) -> TwinAnswer:
    return next(twin for twin in answer.twins if twin.twin == "as_is")
