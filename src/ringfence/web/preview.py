"""The preview bar: a change of the book, whether the venue allows it, and old and new side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ringfence.report.changes import Change, Part, change_parts, summary
from ringfence.service.answers import CompareAnswer
from ringfence.service.answers_preview import PreviewAnswer
from ringfence.web.book import Document
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button, choice


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of change: its name, the field it fills, and what is asked beside it."""

    label: str
    field: str
    fixed: str = ""
    asks: str = ""
    like: str = ""
    of: str = "position"


ACTIONS: Mapping[str, Action] = {
    "to_cross": Action("Switch to cross", "to", "cross"),
    "to_isolated": Action("Switch to isolated", "to", "isolated"),
    "leverage": Action("Change leverage", "leverage", asks="Leverage", like="10"),
    "add_margin": Action("Add margin", "add_margin", asks="Amount", like="100"),
    "remove_margin": Action("Remove margin", "remove_margin", asks="Amount", like="100"),
    "open": Action("Open or increase", "open", asks="Size, or size@price", like="+0.1@60000", of="symbol"),
    "close": Action("Reduce or close", "close", asks="Share or size", like="50%"),
    "transfer": Action("Deposit or withdraw", "transfer", asks="Amount", like="-100", of="asset"),
    "hedge": Action("Change to hedge mode", "position_mode", "hedge", of=""),
    "one_way": Action("Change to one-way mode", "position_mode", "one_way", of=""),
    "multi_on": Action("Turn multi-asset on", "multi_asset", "on", of=""),
    "multi_off": Action("Turn multi-asset off", "multi_asset", "off", of=""),
}
OF_LABELS = {"position": "Position", "symbol": "Contract", "asset": "Asset"}


class PreviewBar:
    """The section's controls and its answer; what was chosen stays while the book changes."""

    def __init__(self, desk: Desk, take: Callable[[Document], None]) -> None:
        self._desk = desk
        self._take = take
        self._action = "to_cross"
        self._typed: dict[str, str] = {}
        self._chosen: dict[str, str] = {}
        self._extra = {"margin_mode": "", "leverage": ""}
        self._answer: CompareAnswer | None = None
        self._beside: Node | None = None
        self._amount: Node | None = None
        self._shown: Node | None = None

    def draw(self, answer: CompareAnswer) -> None:
        """The controls for this book, and nothing previewed yet."""
        self._answer = answer
        Node("p", "Old and new for the whole account, before anything is done.", classes="soft")
        with Node("div", classes="controls preview-bar"):
            with Node("label", "Change", classes="field"):
                labels = {key: one.label for key, one in ACTIONS.items()}
                choice(labels, self._action, self._act, aria_label="Change")
            self._beside = Node("div", classes="controls beside")
            button("Preview", self._ask, classes="go")
        self._shown = Node("div", classes="previewed", role="status")
        self._draw_beside()

    def _act(self, key: str) -> None:
        if key == self._action:
            return  # the fields stand already, and somebody may be typing in one
        self._action = key
        self._draw_beside()
        self._clear()

    def _draw_beside(self) -> None:
        """The fields that this kind of change asks for."""
        if self._beside is None:
            return
        action, self._amount = ACTIONS[self._action], None
        self._beside.clear()
        with self._beside:
            if action.of:
                self._draw_choice(action.of)
            if action.asks:
                with Node("label", classes="field"):
                    Node("span", action.asks)
                    typed = self._typed.get(self._action, "")
                    self._amount = Node("input", value=typed, placeholder=action.like, autocomplete="off")
                    self._amount.put(aria_label=action.asks, spellcheck="false")
                    self._amount.change(self._type)
                    self._amount.on("keyup.enter", lambda _: self._ask())
            if action.field == "open":
                self._draw_new()

    def _draw_choice(self, of: str) -> None:
        found = self._choices(of)
        chosen = self._chosen.get(of, "")
        self._chosen[of] = chosen if chosen in found else next(iter(found), "")
        with Node("label", classes="field"):
            Node("span", OF_LABELS[of])
            label = OF_LABELS[of]
            choice(found, self._chosen[of], lambda value: self._choose(of, value), aria_label=label)

    def _choices(self, of: str) -> dict[str, str]:
        if self._answer is None:
            return {}
        now = next(twin for twin in self._answer.twins if twin.twin == "as_is")
        if of == "position":
            held = [f"{one.position.symbol} {one.position.side}" for one in now.positions]
            return {name: name for name in held}
        if of == "symbol":
            return {symbol: symbol for symbol in self._answer.marks}
        return {total.asset: total.asset for total in now.totals}

    def _draw_new(self) -> None:
        """What only a new position is asked: its mode and its leverage."""
        modes = {"": "as it is, else cross", "cross": "cross", "isolated": "isolated"}
        with Node("label", classes="field"):
            Node("span", "Margin mode")
            label = "Margin mode of a new position"
            choice(modes, self._extra["margin_mode"], lambda m: self._put("margin_mode", m), aria_label=label)
        with Node("label", classes="field narrow"):
            Node("span", "Leverage")
            label = "Leverage of a new position"
            field = Node("input", value=self._extra["leverage"], placeholder="10", aria_label=label)
            field.change(lambda text: self._put("leverage", text.strip()))

    def _type(self, text: str) -> None:
        self._typed[self._action] = text.strip()

    def _choose(self, of: str, value: str) -> None:
        self._chosen[of] = value

    def _put(self, name: str, value: str) -> None:
        self._extra[name] = value

    def _request(self) -> dict[str, Any]:
        """The change as the operation is asked it."""
        action = ACTIONS[self._action]
        asked: dict[str, Any] = {action.field: action.fixed or self._typed.get(self._action) or None}
        chosen = self._chosen.get(action.of, "")
        if action.of == "position" and chosen:
            asked["symbol"], _, asked["side"] = chosen.rpartition(" ")
        elif action.of and chosen:
            asked[action.of] = chosen
        if action.field == "open":
            asked |= {name: value for name, value in self._extra.items() if value}
        return asked

    def _ask(self) -> None:
        action = ACTIONS[self._action]
        if self._amount is not None:
            self._amount.put(aria_invalid=None)
        if action.asks and not self._typed.get(self._action):
            self._refuse(f"{action.asks}: write it, {action.like} for one")
            return
        try:
            answer = self._desk.preview(**self._request())
        except REFUSED as error:
            self._refuse(Problem.of(error).words)
            return
        self._show(answer)

    def _clear(self) -> None:
        if self._shown is not None:
            self._shown.clear()

    def _refuse(self, words: str) -> None:
        """Say what is wrong with the change; the way out stands behind it."""
        self._clear()
        if self._amount is not None:
            self._amount.put(aria_invalid="true")
        if self._shown is not None:
            with self._shown:
                Node("p", words, classes="problem", role="alert")

    def _show(self, answer: PreviewAnswer) -> None:
        if self._shown is None:
            return
        self._clear()
        with self._shown:
            _verdict(answer)
            for part in change_parts(answer):
                _part(part)
            _follows(answer)
            document = answer.account
            if document is not None and answer.verdict != "refused":
                button("Take this into the book", lambda: self._take(document))


def _verdict(answer: PreviewAnswer) -> None:
    with Node("div", classes=f"ruling {answer.verdict}"):
        Node("h3", f"{summary(answer)}: {answer.what}")
        Node("p", answer.words)
        if answer.source:
            Node("p", answer.source, classes="soft small")
        if answer.unconfirmed:
            Node("p", f"Follows an unconfirmed rule: {answer.unconfirmed}", classes="small")
    for words in answer.liquidated_at_once:
        Node("p", f"{words} would be liquidated at once.", classes="problem", role="alert")
    for words in answer.notices:
        if not any(words.startswith(name) for name in answer.liquidated_at_once):
            Node("p", words, classes="notice")
    if answer.reason:
        Node("p", f"No resulting account: {answer.reason}", classes="notice")


def _part(part: Part) -> None:
    """Old and new of one part; what does not change is said in a line."""
    if part.same:
        Node("p", f"{part.title}: unchanged", classes="soft small name")
        return
    with Node("table", classes="moves"):
        Node("caption", part.title, classes="name")
        with Node("thead"), Node("tr"):
            Node("td", "")
            for title in ("now", "after", "change"):
                Node("th", title, scope="col")
        with Node("tbody"):
            for row in part.rows:
                _row(row)


def _row(row: Change) -> None:
    with Node("tr", classes=("strong" if row.strong else "") + (" same" if row.same else "")):
        Node("th", row.label, scope="row")
        for text, label in ((row.before, "now"), (row.after, "after"), (row.change, "change")):
            Node("td", text, data_label=label)


def _follows(answer: PreviewAnswer) -> None:
    if not (answer.consequences or answer.derivation):
        return
    with Node("details", open=True, classes="conditions"):
        Node("summary", "What moves")
        with Node("ul"):
            for words in answer.consequences:
                Node("li", words)
            for line in answer.derivation:
                Node("li", f"{line.label}: {line.value} {line.unit} = {line.how}")
