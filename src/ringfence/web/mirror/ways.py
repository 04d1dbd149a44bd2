"""The ways out of an audit: buttons that weigh the same, the first of which does nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from ringfence.report.format import percent
from ringfence.service.mirror.answers import AlternativeAnswer, AuditAnswer
from ringfence.web.dom import Node, button

NAMES = {"do_nothing": "Do nothing", "follow_plan": "Follow plan", "proceed": "Proceed"}
SAYS = {"do_nothing": "Nothing is sent. It is kept that you looked."}
REASON_CHARS = 20
"""So long is a reason at least; the operation has the last word."""


class Ways:
    """The buttons. ``decided`` is told which one, the typed number and the reason."""

    def __init__(self, decided: Callable[[str, str, str], Awaitable[None]]) -> None:
        self._decided = decided
        self._audit: AuditAnswer | None = None
        self._proceed: Node | None = None
        self._nothing: Node | None = None
        self._says: Node | None = None
        self._typed = {"confirmation": "", "reason": ""}
        self._without = False
        self._time_over = False
        self._busy = False

    def draw(self, audit: AuditAnswer) -> None:
        """One button for each way that the audit offers, in its order."""
        self._audit = audit
        Node("h4", "What do you do?", id="mirror-ways")
        with Node("div", classes="ways", role="group", aria_labelledby="mirror-ways"):
            for one in audit.alternatives:
                self._way(one, audit)
        self._says = Node("p", "", classes="problem")

    def _way(self, one: AlternativeAnswer, audit: AuditAnswer) -> None:
        with Node("div", classes="way"):
            node = button(name_of(one), partial(self._press, one.decision), classes="decide")
            words = proceed_words(audit) if one.decision == "proceed" else SAYS.get(one.decision, one.words)
            says = Node("p", words, classes="soft small")
            node.put(aria_describedby=says.html_id)
        if one.decision == "proceed":
            self._proceed = node
            node.put(disabled=True)
        elif one.decision == "do_nothing":
            self._nothing = node

    def draw_stake(self) -> None:
        """What a long pause asks besides the lines: the number at stake, typed, and a reason."""
        audit = self._audit
        if audit is None or not audit.needed:
            return
        if audit.stake:
            with Node("div", classes="line"):
                self._text("confirmation", f"Type the number at stake: {audit.stake}", "input")
            with Node("div", classes="line"):
                self._text("reason", f"Your reason to go on, {REASON_CHARS} characters at least", "textarea")
        with Node("details", classes="conditions"):
            Node("summary", "Go on without the three lines")
            with Node("label", "", classes="switch"):
                box = Node("input", type="checkbox")
                box.on("change", self._leave_out, js_handler="(e) => emit(e.target.checked)")
                Node("span", "Without them, with a reason of your own. It is kept as an override.")
            if not audit.stake:
                with Node("div", classes="line"):
                    self._text("reason", f"Your reason, {REASON_CHARS} characters at least", "textarea")

    def _text(self, name: str, label: str, tag: str) -> None:
        said = Node("label", label, classes="line-label")
        field = Node(tag, name=name, autocomplete="off", rows="2" if tag == "textarea" else None)
        field.put(maxlength="2000" if tag == "textarea" else "200")
        field.change(partial(self._type, name), event="input")
        said.put(for_=field.html_id)

    def _type(self, name: str, text: str) -> None:
        self._typed[name] = text.strip()
        self.look()

    def _leave_out(self, event: object) -> None:
        self._without = bool(getattr(event, "args", False))
        self.look()

    def focus(self) -> None:
        """The keyboard begins at *Do nothing*."""
        if self._nothing is not None:
            self._nothing.focus()

    def update(self, audit: AuditAnswer) -> None:
        """The audit after the lines were read."""
        self._audit = audit
        self.look()

    def time(self, *, over: bool) -> bool:
        """Whether the pause has lasted long enough; answers whether it has just ended."""
        ended = over and not self._time_over
        if over != self._time_over:
            self._time_over = over
            self.look()
        return ended

    def look(self) -> None:
        """Open *Proceed* when time and answers are done, and close it again when one is taken back."""
        if self._proceed is not None and not self._proceed.is_deleted:
            self._proceed.put(disabled=not self.open)
            self._proceed.update()

    @property
    def open(self) -> bool:
        """Whether going on can be chosen."""
        audit = self._audit
        if audit is None or not any(one.decision == "proceed" and one.open for one in audit.alternatives):
            return False
        if not self._time_over:
            return False
        lines = self._without or not lines_left(audit)
        wanted = bool(audit.stake and audit.needed)
        reason = len(self._typed["reason"]) >= REASON_CHARS or not (wanted or self._without)
        return lines and reason and (bool(self._typed["confirmation"]) or not wanted)

    async def _press(self, decision: str) -> None:
        if self._busy or (decision == "proceed" and not self.open):
            return
        self._busy = True
        self.say("")
        try:
            going = decision == "proceed"
            typed = self._typed if going else {"confirmation": "", "reason": ""}
            await self._decided(decision, typed["confirmation"], typed["reason"])
        finally:
            self._busy = False

    def say(self, words: str) -> None:
        """What stands against the decision."""
        if self._says is not None and not self._says.is_deleted:
            self._says.text = words


def lines_left(audit: AuditAnswer) -> list[str]:
    """Which of the three lines are still to be written."""
    return [one for one in audit.needed if one in ("disproof", "invalidation", "do_nothing")]


def proceed_words(audit: AuditAnswer) -> str:
    """What *Proceed* does, and when it opens."""
    if audit.verdict in ("block", "data_missing") and not audit.needed:
        return "Closed: what stands against it is said above."
    if audit.pause_seconds or audit.needed:
        return "As you asked; opens when the time is over and the lines are stored."
    return "As you asked."


def name_of(one: AlternativeAnswer) -> str:
    """What a button says.

    >>> name_of(AlternativeAnswer(decision="reduce", words="", figures={"keep": "0.125"}, open=True))
    'Reduce to 12.5 %'
    """
    if one.decision != "reduce":
        return NAMES[one.decision]
    keep = one.figures.get("keep", "")
    if "/" in keep:
        return "Reduce"
    shown = percent(keep, signed=False).removesuffix(" %")
    return f"Reduce to {shown.rstrip('0').rstrip('.') if '.' in shown else shown} %"
