"""Own limits and locks: those in force, and a form to set one; tighter at once, looser a day later."""

from __future__ import annotations

from functools import partial
from typing import Any

from ringfence.report.format import whole
from ringfence.service.mirror.answers_kept import LimitAnswer, LimitsAnswer
from ringfence.web.desk import Desk, Problem
from ringfence.web.dom import Node, button, choice
from ringfence.web.mirror.asking import asked
from ringfence.web.mirror.receipt import moment

KINDS = {
    "trading": "No new risk for some hours",
    "daily_loss": "Most to lose in a day",
    "deposits": "Most to send in seven days",
    "agents": "Most that an agent may put at risk by itself",
}
INTRO = "Tighter holds at once. Looser holds after 24 hours, asked for while nothing is open."


class Limits:
    """The fold of own limits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._what = ""
        self._number = ""
        self._locked = False
        self._box: Node | None = None
        self._says: Node | None = None

    async def show(self, box: Node) -> None:
        """Limits in force, and the form."""
        self._box = box
        found = await asked(self._desk, "limit-list")
        if not box.is_deleted:
            self._redraw(box, found)

    def _redraw(self, box: Node, found: LimitsAnswer | Problem) -> None:
        box.clear()
        with box:
            Node("p", INTRO, classes="soft small")
            if isinstance(found, Problem):
                Node("p", found.words, classes="problem")
                return
            with Node("ul", classes="limits"):
                for one in found.limits:
                    Node("li", limit_words(one))
                if not found.limits:
                    Node("li", "No limit is set.", classes="soft")
            self._form()

    def _form(self) -> None:
        with Node("div", classes="controls"):
            with Node("label", classes="field"):
                Node("span", "Limit")
                choice({"": "choose …", **KINDS}, self._what, self._choose, aria_label="Limit")
            with Node("label", classes="field narrow"):
                Node("span", "Hours" if self._what == "trading" else "Amount")
                node = Node("input", value=self._number, inputmode="decimal", autocomplete="off")
                node.put(aria_label="Hours or amount", placeholder="24" if self._what == "trading" else "500")
                node.change(partial(setattr, self, "_number"))
            with Node("label", "", classes="switch"):
                box = Node("input", type="checkbox", checked=self._locked or None)
                box.on("change", self._lock, js_handler="(e) => emit(e.target.checked)")
                Node("span", "beyond it nothing goes on (else: a pause)")
            button("Set it", partial(self._set, off=False))
            button("Take it away", partial(self._set, off=True))
        self._says = Node("p", "", classes="problem", role="alert")

    def _choose(self, what: str) -> None:
        self._what = what

    def _lock(self, event: Any) -> None:
        self._locked = bool(event.args)

    async def _set(self, *, off: bool) -> None:
        if not self._what:
            self._say("Limit: choose one")
            return
        request: dict[str, Any] = {"what": self._what, "off": off}
        number = self._number.strip()
        if self._what == "trading" and number and not off:
            if not number.isdecimal():
                self._say("Hours: a whole number")
                return
            request["hours"] = int(number)
        elif number and not off:
            request |= {"amount": number, "locked": self._locked}
        found = await asked(self._desk, "limit-set", account=self._desk.good, **request)
        if isinstance(found, Problem):
            self._say(found.words)
        elif self._box is not None and not self._box.is_deleted:
            self._number = ""
            self._redraw(self._box, found)

    def _say(self, words: str) -> None:
        if self._says is not None and not self._says.is_deleted:
            self._says.text = words


def limit_words(one: LimitAnswer) -> str:
    """One limit in a line."""
    parts = [one.words]
    if one.amount is not None:
        parts.append(whole(one.amount))
    if one.until_ms is not None:
        parts.append(f"until {moment(one.until_ms)}")
    if one.locked:
        parts.append("beyond it nothing goes on")
    if one.holds_from_ms > one.set_ms:
        parts.append(f"from {moment(one.holds_from_ms)}")
    return ", ".join(parts)
