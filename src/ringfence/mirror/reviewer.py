"""An optional second reader of the answers, off by default. It remarks; it never changes a verdict.

Whatever it says is data: it is checked, cut and put on a strip of its own, after the verdict stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Audit, Note

KINDS = ("vague", "contradiction", "restatement")
NOTE_CHARS, NOTES = 200, 12


@dataclass(frozen=True, slots=True)
class Redacted:
    """What a reviewer is told of an intent: no account, no venue, no sizes, no money."""

    action: str
    side: str
    symbol: str


class Reviewer(Protocol):
    """Reads what was written. ``name``, for the journal: a model and the digest of its prompt."""

    name: str

    def review(self, intent: Redacted, answers: Mapping[str, str]) -> list[Note]:
        """Remarks on the answers, by name of the answer and text."""


def redacted(facts: Facts) -> Redacted:
    """The intent as a reviewer may see it."""
    intent = facts.intent
    side = facts.side.value if facts.side is not None else ""
    return Redacted(intent.action.value, side, intent.symbol or "")


def reviewed(judged: Audit, facts: Facts, reviewer: Reviewer | None) -> Audit:
    """The audit with the notes of a reviewer; the verdict and the audit's id stay what they are.

    A note counts only if its kind is known and it quotes what was written; a reviewer that fails leaves none.
    """
    if reviewer is None or not facts.answers:
        return judged
    texts = {name: answer.text for name, answer in facts.answers.items()}
    try:
        said = list(reviewer.review(redacted(facts), dict(texts)))
    except Exception:  # noqa: BLE001  # whatever breaks in there must not break an audit
        said = []
    kept = [one for one in (_checked(each, texts, reviewer.name) for each in said) if one is not None]
    return replace(judged, notes=tuple(kept[:NOTES]))


def _checked(note: Any, texts: Mapping[str, str], name: str) -> Note | None:
    if not isinstance(note, Note) or note.kind not in KINDS:
        return None
    if not all(isinstance(each, str) for each in (note.quote, note.words)):
        return None
    if not note.quote.strip() or not any(note.quote in text for text in texts.values()):
        return None
    return Note(note.kind, _plain(note.quote), _plain(note.words), str(name)[:NOTE_CHARS])


def _plain(text: str) -> str:
    """Printable characters on one line, not too many of them."""
    return "".join(each if each.isprintable() else " " for each in text)[:NOTE_CHARS].strip()
