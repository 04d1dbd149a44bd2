"""What follows in words: who takes whom along, the rules traders go by, and whose rules were followed."""

from __future__ import annotations

from ringfence.report import tables
from ringfence.report.format import MINUS
from ringfence.service.answers import CompareAnswer
from ringfence.web.dom import Node


def draw_contagion(answer: CompareAnswer) -> None:
    """The contagion strip: one card a cause, or the sentence that there is none."""
    rows = tables.contagion_rows(answer)
    if not rows:
        Node(
            "p", "No position takes another with it: nothing in this book shares a pool with something else."
        )
        return
    with Node("ul", classes="strip"):
        for row in rows:
            with Node("li"):
                Node("span", row.twin.capitalize(), classes="tag")
                Node("p", _sentence(row.words))
                Node("p", f"at {row.price} ({row.distance}), the others standing still", classes="soft small")


def draw_reasons(answer: CompareAnswer) -> None:
    """The judged rules: those that apply to this book open, the others folded away."""
    rows = tables.reason_rows(answer)
    applying = [row for row in rows if row.applies]
    others = [row for row in rows if not row.applies]
    if not applying:
        Node("p", "None of the rules traders go by applies to this book.")
    _reasons(applying)
    if others:
        with Node("details"):
            Node("summary", f"{len(others)} more rules that do not apply to this book")
            _reasons(others)


def _reasons(rows: list[tables.ReasonRow]) -> None:
    with Node("ul", classes="reasons"):
        for row in rows:
            with Node("li"):
                with Node("p", classes="claim"):
                    Node("span", row.status_words, classes=f"status {row.status}")
                    Node("q", row.statement)
                    Node("span", row.id, classes="soft small")
                Node("p", row.finding)


def draw_rules(answer: CompareAnswer) -> None:
    """Whose rules, of which date, and which of them nobody could confirm."""
    rules = answer.rules
    digest = rules.digest.removeprefix("sha256:")[:12]
    Node("p", f"{rules.title} · rules and tier tables of {rules.on} · digest {digest}")
    if not rules.unconfirmed:
        Node(
            "p", "Every rule followed here is documented or was recomputed from real output.", classes="soft"
        )
        return
    Node("p", "Followed, but not confirmed by any source:")
    with Node("ul"):
        for rule in rules.unconfirmed:
            Node("li", rule)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}".replace(" -", f" {MINUS}")
