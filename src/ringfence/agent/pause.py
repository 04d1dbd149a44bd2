"""The pause, put to the person through the agent's own window: what they see, and what they may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

ROUNDS = 3
"""How often the person is asked about one audit before the matter is left to ringfence's own screens."""
NOTHING = "do_nothing"
WITHOUT_WRITING = (NOTHING, "reduce", "follow_plan")
"""Decisions that nobody has to give a reason for, or wait for."""
PROCEED, OVERRIDE = "proceed", "override"
"""To go on; and, among what is to be written, the mark of a long pause, which ends on our own screens."""
ELSEWHERE = "Going on anyway takes a screen of ringfence itself."

LINES: Mapping[str, tuple[str, str]] = {
    "disproof": ("What would prove it wrong?", "One sentence with a number and a date."),
    "invalidation": ("At which price is it wrong?", "One price."),
    NOTHING: ("Why do nothing?", "One reason."),
}
"""The three lines: what is asked, and the form of an answer."""


@dataclass(frozen=True)
class Waiting:
    """What a pause needs to know of an audit; whatever the audit does not say is empty.

    Attributes:
        seconds: how long the pause is. lines: those still to be written, in their order.
        decisions: what may be done, to do nothing first. long: whether going on is for another screen.
        audit: all of it, as it was answered.
    """

    audit_id: str
    open: bool
    seconds: float
    lines: tuple[str, ...]
    decisions: tuple[str, ...]
    long: bool
    audit: Mapping[str, Any]

    @classmethod
    def of(cls, audit: BaseModel) -> Waiting:
        """An audit as a pause sees it."""
        told = audit.model_dump(mode="json")
        needed = told.get("needed", [])
        long = OVERRIDE in needed
        barred = (OVERRIDE, PROCEED) if long else (OVERRIDE,)
        choices = [one["decision"] for one in told.get("alternatives", []) if one.get("open", True)]
        return cls(
            audit_id=str(told["audit_id"]),
            open=told.get("verdict") == "pause" and told.get("state", "open") == "open",
            seconds=float(told.get("pause_seconds") or 0),
            lines=() if long else tuple(name for name in LINES if name in needed),
            decisions=tuple(dict.fromkeys([NOTHING, *(one for one in choices if one not in barred)])),
            long=long,
            audit=told,
        )

    @property
    def message(self) -> str:
        """What the person is shown: the intent, its numbers, and what is missing in what they wrote."""
        three = self.audit.get("three") or {}
        found = [one["message"] for one in self.audit.get("findings", [])]
        wrong = [
            f"{LINES[line['name']][0]} {check['words']}"
            for line in self.audit.get("lines", [])
            if line["name"] in LINES
            for check in line["checks"]
            if not check["passed"]
        ]
        parts = [self.audit.get("what", ""), *three.get("words", []), *found, *wrong]
        parts += [ELSEWHERE if self.long else "", "Decline to do nothing."]
        return "\n".join(part for part in parts if part)

    @property
    def form(self) -> dict[str, Any]:
        """The schema of what the person may write; the decision alone is required."""
        fields: dict[str, Any] = {name: _text(*LINES[name]) for name in self.lines}
        decision = {"type": "string", "title": "What do you do?", "enum": list(self.decisions)}
        return {"type": "object", "properties": {"decision": decision, **fields}, "required": ["decision"]}

    def written(self, content: Mapping[str, Any]) -> dict[str, str]:
        """The lines that the person wrote; whatever else a client sends along is left out."""
        told = {name: str(content.get(name) or "").strip() for name in self.lines}
        return {name: text for name, text in told.items() if text}

    def decided(self, decision: object) -> dict[str, str] | None:
        """A decision, as the operation is asked it; None: it is none of those that were offered."""
        if decision not in self.decisions:
            return None
        return {"audit_id": self.audit_id, "decision": str(decision)}


def _text(title: str, description: str) -> dict[str, Any]:
    return {"type": "string", "title": title, "description": description, "maxLength": 2_000}
