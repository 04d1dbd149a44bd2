"""The pause at a terminal: the numbers go away, three lines are written, the time passes, then the choice."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from rich.console import Console
from rich.text import Text

from ringfence.cli.console import clean
from ringfence.cli.grid import Grid, headline, note, section
from ringfence.cli.mirror.card import show_card, show_decision, show_permit, show_receipt
from ringfence.errors import Blocked, LimitExceeded, NotAllowed, NotYet, OutOfRange
from ringfence.service.context import Context
from ringfence.service.mirror.answers import AuditAnswer, DecisionAnswer, LineRead
from ringfence.service.operations import operation_named

QUESTIONS = {
    "disproof": "What would prove it wrong? One sentence with a number and a date",
    "invalidation": "At which price is it wrong? One price",
    "do_nothing": "Why do nothing? One reason",
}
CHOICES = {
    "do_nothing": "Do nothing",
    "reduce": "Reduce instead",
    "follow_plan": "Follow the plan",
    "proceed": "Proceed",
    "override": "Go on against it, with a reason of your own",
}
FORGET = "\x1b[3J"
"""Takes the lines that have scrolled away from a terminal, so that no price can be scrolled back to."""


class Gone(Exception):  # nothing is wrong: the person has left
    """The terminal was closed."""


LEFT = (KeyboardInterrupt, EOFError, Gone)
"""Ways to leave: every one of them is to do nothing."""


@contextmanager
def noticed() -> Iterator[None]:
    """Notice that the terminal is closed, while somebody is asked."""

    def gone(_number: int, _frame: object) -> None:
        raise Gone

    # Windows has no such signal: closing the window ends the input there.
    number = getattr(signal, "SIGHUP", None)
    before = None if number is None else signal.signal(number, gone)
    try:
        yield
    finally:
        if number is not None:
            signal.signal(number, before)


@dataclass
class Pausing:
    """One audit on its way to a decision."""

    context: Context
    to: Console
    audit: AuditAnswer
    wait: Callable[[float], object] = field(default_factory=lambda: Event().wait)

    def through(self) -> str:
        """Show, pause, ask; the decision. An intent that nothing stands before has its permit at once."""
        show_card(self.to, self.audit, instead=False)
        if self.audit.permit is not None:
            show_permit(self.to, self.audit.permit)
            show_receipt(self.to, self.audit.receipt)
            return "proceed"
        if set(self.audit.needed) & set(QUESTIONS) or self.audit.pause_until_ms is not None:
            self._pause()
            show_card(self.to, self.audit, instead=False)
        return self._choose()

    def nothing(self) -> str:
        """Record that nothing is done; a terminal that is gone is not told of it."""
        if self.audit.permit is None:
            decision = self._decide("do_nothing")
            with suppress(OSError):
                self.to.print()
                show_decision(self.to, decision)
        return "do_nothing"

    def _pause(self) -> None:
        """The numbers go away; the lines are written; the rest of the time passes in silence."""
        self.to.print()
        self._read("Enter hides the numbers and begins. Ctrl+C: do nothing. ")
        self.to.clear()
        self.to.file.write(FORGET)
        lines = [name for name in QUESTIONS if name in self.audit.needed]
        headline(self.to, self.audit.what[:1].upper() + self.audit.what[1:])
        wait = f"{self.audit.pause_seconds} seconds" if self.audit.pause_seconds else "No waiting"
        note(self.to, f"{wait}, {len(lines)} lines. Ctrl+C at any time: do nothing.")
        for name in lines:
            self._write(name)
        left = (self.audit.pause_until_ms or 0) - self.context.now_ms()
        if left > 0:
            note(self.to, f"The choice comes when the {self.audit.pause_seconds} seconds are over.")
            self.wait(left / 1_000)
        self.to.clear()

    def _write(self, name: str) -> None:
        """One line, read at once, until it can be accepted; an empty one leaves it unwritten."""
        while True:
            self.to.print()
            begun = self.context.ticks()
            text = self._read(f"{QUESTIONS[name]}:\n> ").strip()
            if not text:
                note(self.to, "Left unwritten: going on will need a reason of your own.")
                return
            writing = {"active_ms": int(1_000 * (self.context.ticks() - begun))}
            line = self._sent(name, text, writing)
            if line is None or line.accepted:
                note(
                    self.to, f"Read as: {line.reading}" if line is not None and line.reading else "Accepted."
                )
                return
            for check in line.checks:
                if not check.passed:
                    note(self.to, f"Not yet: {check.words}")

    def _sent(self, name: str, text: str, writing: dict[str, Any]) -> LineRead | None:
        request = {"audit_id": self.audit.audit_id, name: text, "writing": writing}
        try:
            answer = operation_named("mirror-answer").run(self.context, request)
        except (OutOfRange, LimitExceeded) as error:
            note(self.to, f"Not yet: {error.message}")
            return LineRead(name=name, accepted=False, reading="", checks=[], cautions=[], not_evaluated=[])
        if isinstance(answer, AuditAnswer):
            self.audit = answer
        return next((one for one in self.audit.lines if one.name == name), None)

    def _choose(self) -> str:
        """Ask until a choice can be carried out; Enter alone does nothing."""
        open_now = [one for one in self.audit.alternatives if one.open]
        words = {one.decision: one.words for one in open_now}
        names = [name for name in CHOICES if name in words or name == "do_nothing"]
        if self.audit.verdict == "pause" and set(self.audit.needed) & set(QUESTIONS):
            names.append("override")
        section(self.to, "What do you do?")
        Grid(("", ""), [(str(n), words.get(one, CHOICES[one])) for n, one in enumerate(names, 1)]).show(
            self.to
        )
        while True:
            typed = self._read(f"1 to {len(names)} (Enter: {CHOICES['do_nothing'].lower()}): ").strip() or "1"
            numbered = {str(number): name for number, name in enumerate(names, 1)}
            chosen = numbered.get(typed, typed.lower().replace("-", "_").replace(" ", "_"))
            if chosen not in names:
                continue
            try:
                decision = self._decide(chosen, **self._more(chosen))
            except (NotYet, Blocked, NotAllowed) as error:
                note(self.to, f"Not yet: {error.message}" + (f"; {error.hint}" if error.hint else ""))
                continue
            show_decision(self.to, decision)
            return decision.decision

    def _more(self, chosen: str) -> dict[str, str]:
        """What a decision takes beside its name: the number at stake, a reason."""
        found = {}
        if chosen in ("proceed", "override") and "confirmation" in self.audit.needed:
            found["confirmation"] = self._read(f"Type what is at stake, {self.audit.stake}:\n> ")
        long = "override" in self.audit.needed and chosen == "proceed"
        if chosen == "override" or long:
            found["reason"] = self._read("Your reason, in at least 20 characters:\n> ")
        return found

    def _decide(self, chosen: str, **more: str) -> DecisionAnswer:
        name = "proceed" if chosen == "override" else chosen
        request = {"audit_id": self.audit.audit_id, "decision": name, **more}
        answer = operation_named("mirror-decide").run(self.context, request)
        if not isinstance(answer, DecisionAnswer):
            raise TypeError(type(answer).__name__)
        return answer

    def _read(self, prompt: str) -> str:
        self.to.print(Text(clean(prompt), style="bold"), end="")
        self.to.file.flush()
        return input()
