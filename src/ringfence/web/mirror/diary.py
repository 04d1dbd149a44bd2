"""The journal on the page: the newest records, and whether all of it is as it was written."""

from __future__ import annotations

from typing import Any

from ringfence.service.mirror.answers_kept import RecordAnswer, RecordsAnswer, VerifiedAnswer
from ringfence.web.desk import Desk, Problem
from ringfence.web.dom import Node, button
from ringfence.web.mirror.asking import asked
from ringfence.web.mirror.receipt import moment

COUNT = 30


class Diary:
    """The fold of the journal; looking leaves nothing behind."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, box: Node) -> None:
        """The newest records."""
        found = await asked(self._desk, "journal-list", limit=COUNT)
        if box.is_deleted:
            return
        box.clear()
        with box:
            if isinstance(found, Problem):
                Node("p", found.words, classes="problem")
            else:
                self._draw(found)

    def _draw(self, found: RecordsAnswer) -> None:
        if not found.records:
            Node("p", "Nothing is journaled yet.", classes="soft small")
            return
        Node("p", f"{found.total} records, the newest first.", classes="soft small")
        with Node("ol", classes="records"):
            for one in found.records:
                with Node("li", value=str(one.seq)):
                    _draw_record(one)
        says = Node("p", "", classes="small", role="status")

        async def verify() -> None:
            checked: VerifiedAnswer | Problem = await asked(self._desk, "journal-verify")
            if not says.is_deleted:
                says.text = checked.words if isinstance(checked, Problem) else "; ".join(checked.words)

        button("Verify all of it", verify)


def record_words(one: RecordAnswer) -> str:
    """What a record says, in a line."""
    body = one.body
    if one.kind == "decision":
        return str(body.get("words", ""))
    if one.kind == "intent":
        intent: dict[str, Any] = body.get("intent", {})
        return f"{str(intent.get('action', '')).replace('_', ' ')} {one.symbol}".strip()
    if one.kind == "audit":
        verdict = body.get("audit", {}).get("verdict", {})
        decided = ", ".join(verdict.get("decided_by", []))
        return f"judged by {decided}" if decided else "judged"
    if one.kind == "permit":
        return "a permit was given"
    return one.symbol


def _draw_record(one: RecordAnswer) -> None:
    with Node("p"):
        Node("b", one.kind)
        Node("span", f" {record_words(one)}")
    Node("p", f"{moment(one.at_ms)}, by {one.actor}", classes="soft small")
    for ref, text in one.texts.items():
        shown = "erased" if text is None else f"“{text}”"
        Node("p", f"{ref.rpartition('#')[2].replace('_', ' ')}: {shown}", classes="small name")
    Node("p", one.hash, classes="hash soft small")
