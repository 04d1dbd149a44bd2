"""What comes of it, on a terminal: an outcome, the ledger, an imported history and its detectors."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from ringfence.cli.console import clean
from ringfence.cli.grid import Grid, headline, note, section
from ringfence.cli.mirror.card import show_receipt
from ringfence.history.check import instant
from ringfence.report.format import amount, fixed
from ringfence.service.mirror import answers_kept as kept
from ringfence.service.mirror import answers_later as out

BRANCHES = {
    "actual": "what was done",
    "do_nothing": "doing nothing",
    "do_it_now": "doing it at once",
    "follow_plan": "following the plan",
    "equal_safety_reduce": "holding less",
}
STATUSES = {
    "settled": "",
    "not_yet": "not over",
    "incomplete": "prices missing",
    "not_possible": "not possible",
}


def show_outcomes(to: Console, answer: out.OutcomesAnswer) -> None:
    """Every intent with its branches side by side."""
    count = len(answer.outcomes)
    headline(to, f"{count:,} {'outcome' if count == 1 else 'outcomes'}; {answer.waiting:,} to come")
    for one in answer.outcomes:
        section(
            to, f"{one.audit_id}: {one.what}", f"{one.decision.replace('_', ' ')}, {instant(one.at_ms)} UTC"
        )
        for words in one.words:
            to.print(Text(clean(words)))
        Grid(("", "over", "equity then", "lowest", ""), [_branch(each) for each in one.branches]).show(to)
    for words in answer.without:
        note(to, words)


def _branch(one: out.BranchAnswer) -> tuple[str, str, str, str, str]:
    ends = one.end_equity or (f"{one.worst} to {one.best}" if one.worst and one.best else None)
    shown = (
        "" if ends is None else amount(ends, one.asset) if ends == one.end_equity else f"{ends} {one.asset}"
    )
    lowest = "" if one.min_equity is None else amount(one.min_equity, one.asset)
    told = [STATUSES[one.status], one.refused, _died(one)]
    horizon = f"{one.horizon} *" if one.primary else one.horizon
    return BRANCHES[one.branch], horizon, shown, lowest, "; ".join(part for part in told if part)


def _died(one: out.BranchAnswer) -> str:
    if one.liquidated is None:
        return "undetermined" if one.status == "settled" else ""
    if not one.liquidated:
        return ""
    return "liquidated" if one.liquidated_at_ms is None else f"liquidated {instant(one.liquidated_at_ms)}"


def show_ledger(to: Console, answer: out.LedgerAnswer) -> None:
    """Saved and cost side by side, never one alone."""
    headline(to, f"What pausing has saved and cost: {answer.account_id}")
    for one in answer.ledgers:
        section(to, one.asset)
        for words in one.words:
            to.print(Text(clean(words)))
        rows = [
            ("saved", amount(one.saved, one.asset), f"{one.saved_count:,}"),
            ("cost", amount(one.cost, one.asset), f"{one.cost_count:,}"),
            ("net", amount(one.net, one.asset), f"{one.decided:,}"),
            ("overrides, net", amount(one.overrides_net, one.asset), f"{one.overridden:,}"),
        ]
        Grid(("", "", "pauses"), rows).show(to)
        counts = [
            ("pauses", one.pauses), ("heeded", one.heeded), ("undetermined", one.undetermined),
            ("waiting", one.waiting), ("without an outcome", one.without),
            ("liquidations avoided", one.avoided), ("liquidations caused", one.caused),
            ("acts without an audit", one.bypassed),
        ]  # fmt: skip
        Grid(("", ""), [(name, f"{count:,}") for name, count in counts]).show(to)
    if answer.rules:
        section(to, "The rules")
        told = [(one.rule_id, f"{one.firings:,}", f"{one.overridden:,}", one.words) for one in answer.rules]
        Grid(("", "spoke", "overridden", ""), told).show(to)
    for words in answer.notes:
        note(to, words)


def show_imported_history(to: Console, answer: kept.ImportedAnswer) -> None:
    """What came in, and whether the balances add up."""
    headline(
        to, f"{answer.new:,} new of {answer.events:,} bookings from {answer.rows:,} rows ({answer.format})"
    )
    _show_counts(to, answer.kinds)
    if answer.since_ms is not None and answer.until_ms is not None:
        note(to, f"{instant(answer.since_ms)} to {instant(answer.until_ms)} UTC, dates {answer.date_order}")
    if answer.skipped:
        section(to, "Left out")
        _show_counts(to, answer.skipped)
    if answer.reconciled:
        section(to, "Balances")
        rows = [
            (one.asset, amount(one.expected), amount(one.found), amount(one.difference))
            for one in answer.reconciled
        ]
        Grid(("", "stated", "added up", "difference"), rows).show(to)
    for words in answer.notes:
        note(to, words)
    if answer.receipt is not None:
        show_receipt(to, answer.receipt)


def _show_counts(to: Console, counts: Mapping[str, int]) -> None:
    Grid(("", ""), [(name.replace("_", " "), f"{count:,}") for name, count in counts.items()]).show(to)


def show_scanned(to: Console, answer: kept.ScannedAnswer) -> None:
    """What each detector found; a label below supported is no claim."""
    headline(to, f"{answer.events:,} bookings of {answer.account_id}, {answer.episodes:,} episodes")
    for one in answer.detected:
        section(to, f"{one.id} {one.name}: {one.label}", one.words)
        _show_counts(to, one.counts)
        if one.effect is not None and one.interval is not None:
            low, high = (fixed(each, 4) for each in one.interval)
            note(to, f"{one.measure}: {fixed(one.effect, 4)}, 95 % between {low} and {high}; p {one.p}")
    for words in answer.notes:
        note(to, words)
