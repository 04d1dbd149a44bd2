"""The three lines of a pause: written, checked where they stand, with the missing part named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ringfence.service.mirror.answers import AuditAnswer, LineRead
from ringfence.web.dom import Node
from ringfence.web.mirror.builder import Builder
from ringfence.web.mirror.watched import BOX, STORE

LABELS = {
    "disproof": "What would prove it wrong, and by when",
    "invalidation": "The price at which it is wrong",
    "do_nothing": "One reason to do nothing",
}
LIKE = {
    "disproof": "what is seen, which number, by when",
    "invalidation": "one price",
    "do_nothing": "what waiting protects",
}
EMPTY = "Nothing is written here yet."


class Lines:
    """The fields. ``stored`` takes what was written, and how; the answer comes back through `judge`."""

    def __init__(
        self,
        coin: str,
        now_ms: Callable[[], int],
        stored: Callable[[Mapping[str, str], Mapping[str, Any] | None], Awaitable[None]],
    ) -> None:
        self._builder = Builder(coin, now_ms, self._write)
        self._stored = stored
        self._fields: dict[str, Node] = {}
        self._says: dict[str, Node] = {}
        self._busy = False
        self._built = ""

    def draw(self) -> None:
        """The three fields in their order, and the button that stores them."""
        with Node("div", classes="lines", id=BOX):
            self._field("disproof", "textarea", rows="2")
            self._field("invalidation", "input", inputmode="decimal")
            self._field("do_nothing", "textarea", rows="2")
            store = Node("button", "Store the three lines", classes="button", type="button")
            store.on("click", self._store, js_handler=STORE)

    def _field(self, name: str, tag: str, **more: str) -> None:
        with Node("div", classes="line"):
            label = Node("label", LABELS[name], classes="line-label")
            if name == "disproof":
                self._builder.draw()
            field = Node(tag, name=name, placeholder=LIKE[name], autocomplete="off", maxlength="2000", **more)
            says = Node("div", classes="says")
            label.put(for_=field.html_id)
            field.put(aria_describedby=says.html_id)
        self._fields[name], self._says[name] = field, says

    def _write(self, sentence: str) -> None:
        self._built = sentence
        self._fields["disproof"].write(sentence)

    def chosen(self, texts: Mapping[str, str]) -> list[str]:
        """The lines that stand as the lists made them: nobody typed them."""
        return ["disproof"] if self._built and texts.get("disproof") == self._built else []

    async def _store(self, event: Any) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            written = dict(event.args)
            writing = written.pop("writing", None)
            await self._stored({name: str(text).strip() for name, text in written.items()}, writing)
        finally:
            self._busy = False

    def judge(self, audit: AuditAnswer) -> None:
        """Put what was made of each line below it, and the keyboard on the first that lacks something."""
        read = {one.name: one for one in audit.lines}
        wrong = [name for name in self._fields if name in audit.needed]
        for name, field in self._fields.items():
            field.put(aria_invalid="true" if name in wrong else None)
            field.update()
            says = self._says[name]
            says.clear()
            with says:
                _draw_line(read.get(name), wrong=name in wrong)
        if wrong:
            self._fields[wrong[0]].focus()


def _draw_line(line: LineRead | None, *, wrong: bool) -> None:
    if line is None:
        if wrong:
            Node("p", EMPTY, classes="problem small")
        return
    for check in line.checks:
        if not check.passed:
            Node("p", check.words, classes="problem small" if wrong else "notice small")
    for check in line.cautions:
        Node("p", check.words, classes="notice small")
    if not wrong:
        Node("p", f"Stored: {line.reading}" if line.reading else "Stored.", classes="kept small")
