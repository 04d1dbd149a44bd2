"""What became of an intent, in both directions, and the ledger of what pausing cost and saved."""

from __future__ import annotations

from functools import partial

from ringfence.report.format import amount
from ringfence.service.mirror.answers_later import (
    AccountOfPauses,
    BranchAnswer,
    IntentOutcome,
    LedgerAnswer,
    OutcomesAnswer,
)
from ringfence.web.desk import Desk, Problem
from ringfence.web.dom import Node, button
from ringfence.web.mirror.asking import asked
from ringfence.web.mirror.receipt import moment

NOW = "What would you write now?"
BRANCHES = {
    "actual": "what you did",
    "do_nothing": "doing nothing",
    "do_it_now": "doing it at once",
    "follow_plan": "following the plan",
    "equal_safety_reduce": "holding less, equally safe",
}
STATUS = {"not_yet": "not over yet", "incomplete": "prices are missing", "not_possible": "not possible"}
SHOWN = 20


class Outcomes:
    """The fold: worked out when asked, in a thread, as replays take their time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._busy = False
        self._box: Node | None = None

    async def show(self, box: Node) -> None:
        """The ledger as it stands, and the outcomes that are known by now."""
        if self._busy:
            return
        self._busy = True
        try:
            box.clear()
            with box:
                Node("p", "Working out what became of it …", classes="soft small")
            context = self._desk.context
            found = None
            if context.remembers:
                found = await asked(self._desk, "mirror-outcome")
            ledger = await asked(self._desk, "mirror-ledger")
        finally:
            self._busy = False
        if box.is_deleted:
            return
        box.clear()
        with box:
            self._draw(found, ledger)

    def _draw(self, found: OutcomesAnswer | Problem | None, ledger: LedgerAnswer | Problem) -> None:
        if isinstance(ledger, Problem):
            Node("p", ledger.words, classes="problem")
        else:
            _draw_ledger(ledger)
        if isinstance(found, Problem):
            Node("p", found.words, classes="problem")
        elif found is not None:
            for one in list(reversed(found.outcomes))[:SHOWN]:
                self._draw_outcome(one)
            if found.waiting:
                Node("p", f"{found.waiting} not over yet.", classes="soft small")
            for words in found.without:
                Node("p", words, classes="soft small name")

    def _draw_outcome(self, one: IntentOutcome) -> None:
        with Node("article", classes="outcome-card"):
            Node("h4", f"{moment(one.at_ms)}: {one.what}")
            Node("p", f"decided: {one.decision.replace('_', ' ')}", classes="soft small")
            with Node("ul"):
                for words in one.words:
                    Node("li", words)
            _draw_branches([each for each in one.branches if each.primary], "At the horizon")
            others = [each for each in one.branches if not each.primary]
            if others:
                with Node("details", classes="conditions"):
                    Node("summary", "Other horizons")
                    _draw_branches(others, "At other horizons")
            self._draw_now(one.audit_id)

    def _draw_now(self, audit_id: str) -> None:
        """The one question that is asked later; the answer is kept beside the audit."""
        with Node("div", classes="line"):
            label = Node("label", NOW, classes="line-label")
            field = Node("textarea", rows="2", maxlength="2000", name="now", autocomplete="off")
            label.put(for_=field.html_id)
            typed = {"text": ""}
            field.change(partial(typed.__setitem__, "text"), event="input")
            says = Node("p", "", classes="small", role="status")

            async def keep() -> None:
                text = typed["text"].strip()
                if not text:
                    says.text = "Nothing is written here yet."
                    return
                kept = await asked(self._desk, "mirror-note", audit_id=audit_id, text=text)
                if says.is_deleted:
                    return
                is_problem = isinstance(kept, Problem)
                says.text = kept.words if is_problem else f"Kept as record {kept.receipt.seq}."

            button("Keep it", keep)


def _draw_branches(branches: list[BranchAnswer], title: str) -> None:
    with Node("table", classes="left-over branches"):
        Node("caption", title)
        with Node("thead"), Node("tr"):
            for heading in ("way", "left at the end", "lowest", "liquidated"):
                Node("th", heading, scope="col")
        with Node("tbody"):
            for one in branches:
                with Node("tr"):
                    name = BRANCHES[one.branch]
                    Node("th", name if one.primary else f"{name}, {one.horizon}", scope="row")
                    for label, text in _cells(one):
                        Node("td", text, data_label=label)


def _cells(one: BranchAnswer) -> list[tuple[str, str]]:
    if one.status != "settled":
        words = STATUS[one.status]
        return [("left at the end", words), ("lowest", words), ("liquidated", words)]
    dead = {True: "yes", False: "no", None: "undetermined"}[one.liquidated]
    if one.liquidated_at_ms is not None:
        dead = f"{dead}, {moment(one.liquidated_at_ms)}"
    return [
        ("left at the end", _left(one)),
        ("lowest", _money(one.min_equity, one.asset)),
        ("liquidated", dead),
    ]


def _left(one: BranchAnswer) -> str:
    if one.best is not None and one.worst is not None and one.best != one.worst:
        return f"{_money(one.worst, one.asset)} to {_money(one.best, one.asset)}"
    return _money(one.end_equity, one.asset)


def _money(value: str | None, asset: str) -> str:
    return "not known" if value is None else amount(value, asset)


def _draw_ledger(ledger: LedgerAnswer) -> None:
    for one in ledger.ledgers:
        _draw_account(one)
    for words in ledger.notes:
        Node("p", words.replace("ringfence mirror outcome", "their horizon or their prices are missing"),
             classes="soft small")  # fmt: skip
    if ledger.rules:
        with Node("details", classes="conditions"):
            Node("summary", "How each rule has done")
            with Node("ul", classes="soft small"):
                for rule in ledger.rules:
                    Node("li", rule.words)


def _draw_account(one: AccountOfPauses) -> None:
    """Saved and cost side by side, the same size: neither is shown alone."""
    with Node("dl", classes="saved-cost", aria_label=f"What pausing did, {one.asset}"):
        for label, value, count in (
            ("pausing saved", one.saved, one.saved_count),
            ("pausing cost", one.cost, one.cost_count),
        ):
            with Node("div"):
                Node("dt", label)
                Node("dd", amount(value, one.asset))
                times = "decision" if count == 1 else "decisions"
                Node("dd", f"in {count} {times}", classes="soft small")
    with Node("ul", classes="soft small"):
        for words in one.words:
            Node("li", words)
