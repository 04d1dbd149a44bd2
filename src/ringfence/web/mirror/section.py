"""The section: entry, card, pause, decision, receipt, one after another; and what is kept, folded below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import background_tasks, ui

from ringfence.mirror.thresholds import thresholds
from ringfence.service.answers import CompareAnswer
from ringfence.service.mirror.answers import AuditAnswer, DecisionAnswer
from ringfence.web.desk import REFUSED, Desk, Problem
from ringfence.web.dom import Node, button
from ringfence.web.mirror.asking import asked
from ringfence.web.mirror.card import draw_card, draw_findings, pause_words, verdict_words
from ringfence.web.mirror.entry import Entry
from ringfence.web.mirror.later import Later
from ringfence.web.mirror.lines import Lines
from ringfence.web.mirror.live import Live
from ringfence.web.mirror.receipt import draw_receipt, moment
from ringfence.web.mirror.watched import LEFT, UNWATCH, WATCH
from ringfence.web.mirror.ways import Ways, lines_left

INTRO = (
    "Before it is done: what the change puts at risk, held against the account as it is here. "
    "What makes an account safer goes through at once."
)
HIDDEN = "Prices, charts and results are hidden until the lines are stored."
STORED = "The three lines are stored."
PEEK = "Show them now (it is noted, and takes {seconds} seconds longer)"
LEFT_OPEN = "The book has changed since; this is about the account as it was."
LOOK = 0.5
"""Seconds between two looks whether the pause is over. Nothing on the page counts them."""

# What was hidden comes back above, and the place on the page stays.
_STAY = """setTimeout(() => {
  const mirror = document.getElementById('mirror'), here = document.activeElement;
  if (mirror?.contains(here) && here.closest('.lines')) here.scrollIntoView({block: 'center'});
  else mirror?.scrollIntoView({block: 'start'});
}, 60)"""
_FOCUS = "setTimeout(() => getHtmlElement(%d)?.focus(), 80)"


class MirrorSection:
    """One visitor's mirror.

    Args:
        hide: hides the rest of the page, or shows it again. levelled: told of the level that was written:
            symbol and price.
    """

    def __init__(
        self, desk: Desk, hide: Callable[[bool], None], levelled: Callable[[str, str], None]
    ) -> None:
        self._desk = desk
        self._hide = hide
        self._levelled = levelled
        self._entry = Entry(desk, self._begin)
        self._later = Later(desk)
        self._live = Live(desk.context.ticks)
        self._answer: CompareAnswer | None = None
        self._audit: AuditAnswer | None = None
        self._symbol = ""
        self._until: int | None = None
        self._peeked = False
        self._stage: Node | None = None
        self._note: Node | None = None
        self._opens: Node | None = None
        self._shows: Node | None = None
        self._ways: Ways | None = None
        self._lines: Lines | None = None

    def draw(self) -> None:
        """The section, empty until there is a book."""
        Node("p", INTRO, classes="soft")
        self._note = Node("p", LEFT_OPEN, classes="gone")
        self._stage = Node("div", classes="stage")
        self._live.draw()
        self._later.draw()
        ui.on(LEFT, lambda _: self.leave())
        ui.context.client.on_delete(self.leave)
        ui.timer(LOOK, self._look)

    def refresh(self, answer: CompareAnswer) -> None:
        """Another book: the question is asked anew, but an audit that is open stays."""
        self._answer = answer
        if self._audit is None:
            self._ask_anew(focus=False)
        elif self._note is not None:
            self._note.classes(replace="notice")

    def leave(self) -> None:
        """The window was closed, or the page left: nothing is done, and that is kept."""
        audit = self._audit
        if audit is None or self._ways is None:
            return
        self._audit = self._ways = None
        try:
            found = self._desk.ask("mirror-decide", audit_id=audit.audit_id, decision="do_nothing")
        except REFUSED:
            return  # it was decided elsewhere
        self._receive(audit, found)  # a browser may bring the page back as it was

    async def _begin(self, audit: AuditAnswer, symbol: str) -> None:
        """An intent was judged."""
        if self._stage is None or self._stage.is_deleted:
            return
        self._symbol, self._peeked, self._until = symbol, False, None
        self._stage.clear()
        with self._stage:
            if audit.lane == "reduce":
                self._go_through(audit)
            elif audit.permit is not None:
                draw_card(audit)
                self._end(draw_receipt(verdict_words(audit), audit.receipt, audit.permit, self._ask_anew))
            else:
                self._hold(audit)
        self._live.say(verdict_words(audit))

    def _go_through(self, audit: AuditAnswer) -> None:
        """What reduces goes through: no card, no wait; notes stand behind it."""
        title = draw_receipt(f"It goes through: {audit.what}.", audit.receipt, audit.permit, self._ask_anew)
        draw_findings([*audit.findings, *audit.further], title="Notes")
        self._end(title)

    def _hold(self, audit: AuditAnswer) -> None:
        """The card, the ways out, and for a pause the three lines."""
        self._take(audit)
        draw_card(audit)
        self._ways = Ways(self._decide)
        self._ways.draw(audit)
        self._lines = None
        if lines_left(audit):
            with Node("div", classes="pause"):
                self._draw_pause(audit)
            self._cover(hidden=True)
        elif audit.verdict == "pause":
            with Node("details", classes="conditions"):
                Node("summary", "Write the three lines all the same")
                self._draw_lines()
        ui.run_javascript(WATCH)
        self._look()
        self._ways.focus()

    def _take(self, audit: AuditAnswer) -> None:
        """The audit as it stands. A level that cannot be meant has no time of its own: the time stays."""
        self._audit = audit
        self._until = audit.pause_until_ms or self._until

    def _draw_pause(self, audit: AuditAnswer) -> None:
        Node("h4", pause_words(audit)[:1].upper() + pause_words(audit)[1:])
        self._opens = Node("p", opens_words(audit, self._until), classes="soft small")
        longer = thresholds().looked_seconds
        self._shows = button(PEEK.format(seconds=longer), self._peek, classes="quiet small")
        self._draw_lines()
        if self._ways is not None:
            self._ways.draw_stake()

    def _draw_lines(self) -> None:
        self._lines = Lines(self._symbol.partition("/")[0], self._desk.context.now_ms, self._store)
        self._lines.draw()

    def _cover(self, *, hidden: bool) -> None:
        self._hide(hidden)
        if self._stage is not None:
            self._stage.client.run_javascript(_STAY)

    def _peek(self) -> None:
        """The page is shown although the lines are not stored; it goes with them."""
        self._peeked = True
        if self._shows is not None:
            self._shows.classes(add="gone")
        self._hide(False)  # noqa: FBT003  # as `_cover`

    async def _store(self, texts: Mapping[str, str], writing: Mapping[str, Any] | None) -> None:
        audit = self._audit
        if audit is None:
            return
        how = None if writing is None else {**writing, "price_peeked": self._peeked}
        written = {name: text for name, text in texts.items() if text}
        if not written:
            self._judge(audit)
            return
        chosen = [] if self._lines is None else self._lines.chosen(written)
        found = await asked(
            self._desk, "mirror-answer", audit_id=audit.audit_id, writing=how, chosen=chosen, **written
        )
        if self._ways is None:
            return
        if isinstance(found, Problem):
            self._ways.say(found.words)
            return
        self._take(found)
        self._judge(found)

    def _judge(self, audit: AuditAnswer) -> None:
        if self._lines is None or self._ways is None:
            return
        self._lines.judge(audit)
        if self._opens is not None:
            self._opens.text = opens_words(audit, self._until)
        self._ways.update(audit)
        level = next((one.reading for one in audit.lines if one.name == "invalidation"), "")
        if level and self._symbol:
            self._levelled(self._symbol, level)
        if not lines_left(audit):
            if self._shows is not None:
                self._shows.classes(add="gone")
            self._cover(hidden=False)
            self._live.say(STORED)
        self._look()

    async def _decide(self, decision: str, confirmation: str, reason: str) -> None:
        audit = self._audit
        if audit is None or self._stage is None:
            return
        request = {"decision": decision, "confirmation": confirmation, "reason": reason}
        found = await asked(self._desk, "mirror-decide", audit_id=audit.audit_id, **request)
        if isinstance(found, Problem):
            if self._ways is not None:
                self._ways.say(found.words)
            if found.code == "id-conflict":  # decided elsewhere: nothing can be decided here
                with self._stage:
                    button("Ask about something else", self._ask_anew)
            return
        self._receive(audit, found)

    def _receive(self, audit: AuditAnswer, found: DecisionAnswer) -> None:
        """Decided: the receipt, and the page is whole again."""
        if self._stage is None or self._stage.is_deleted:
            return
        self._stage.clear()
        with self._stage:
            Node("p", f"You wanted to {audit.what}.", classes="soft")
            self._end(draw_receipt(found.words, found.receipt, found.permit, self._ask_anew))
        self._cover(hidden=False)
        self._live.say(found.words)

    def _end(self, title: Node) -> None:
        """Nothing is open any more."""
        self._audit = self._ways = self._lines = None
        background_tasks.create(self._later.again(), name="what is kept, anew")
        title.client.run_javascript(UNWATCH)
        title.client.run_javascript(_FOCUS % title.id)
        if self._note is not None:
            self._note.classes(replace="gone")

    def _ask_anew(self, *, focus: bool = True) -> None:
        if self._stage is None or self._stage.is_deleted or self._answer is None:
            return
        self._audit = self._ways = self._lines = None
        if focus:
            self._entry.forget()
            self._hide(False)  # noqa: FBT003  # as `_cover`
        self._stage.clear()
        with self._stage:
            self._entry.draw(self._answer)
        if focus:
            self._entry.focus()

    def _look(self) -> None:
        """Whether the pause is over; *Proceed* opens once, and is said once."""
        audit, ways = self._audit, self._ways
        self._live.look()
        if audit is None or ways is None:
            return
        until = self._until
        over = until is None or self._desk.context.now_ms() >= until
        if ways.time(over=over) and until is not None:
            self._live.say("The time is over.")


def opens_words(audit: AuditAnswer, until_ms: int | None) -> str:
    """When *Proceed* opens, as a time of day that stands still."""
    state = HIDDEN if lines_left(audit) else STORED
    if until_ms is None:
        return state
    return f"Proceed opens at {moment(until_ms)[11:]}, with the lines stored. {state}"
