"""How the differences of two dates' tier tables are shown on a terminal."""

from __future__ import annotations

from rich.console import Console

from ringfence.cli.grid import Grid, headline, note, section
from ringfence.report.format import percent, times, whole
from ringfence.service import answers as out

MEASURED = {
    "quote": "floors and caps in the quote currency",
    "settle": "floors and caps in the settlement asset",
    "base": "floors and caps in the base coin",
    "contracts": "floors and caps in contracts",
}
"""What a table is measured in, as a sentence for its basis."""


def show_differences(to: Console, answer: out.TiersDiffAnswer) -> None:
    """Every table that differs, tier by tier, then how many are as they were."""
    headline(
        to,
        f"{answer.venue}: {len(answer.changed):,} of {len(answer.changed) + len(answer.unchanged):,} tier "
        f"tables differ from {answer.from_date} to {answer.to_date}",
    )
    for one in answer.changed:
        section(to, one.symbol, _dates(one))
        if one.before is not None and one.before.basis != one.after.basis:
            note(to, f"{MEASURED[one.before.basis]} before, {MEASURED[one.after.basis]} after")
        if one.before is not None and one.before.jumps != one.after.jumps:
            note(to, f"maintenance {'jumps' if one.after.jumps else 'no longer jumps'} at the edges")
        rows = [row for change in one.tiers for row in _rows(change)]
        Grid(("tier", "", "above", "up to", "maintenance", "deduction", "leverage"), rows).show(to)
    if answer.unchanged:
        note(to, f"as they were: {', '.join(answer.unchanged)}")


def _dates(one: out.TierTableChange) -> str:
    after = f"the table from {one.after.valid_from} ({one.after.source})"
    if one.before is None:
        return f"{after} is the first"
    return f"the table from {one.before.valid_from} ({one.before.source}) gave way to {after}"


def _rows(change: out.TierChange) -> list[tuple[str, ...]]:
    words = ("before" if change.after else "gone", "after" if change.before else "new")
    tiers = zip(words, (change.before, change.after), strict=True)
    return [_row(word, tier) for word, tier in tiers if tier is not None]


def _row(word: str, tier: out.TierRow) -> tuple[str, ...]:
    return (
        str(tier.number),
        word,
        whole(tier.floor),
        "no end" if tier.cap is None else whole(tier.cap),
        percent(tier.rate, signed=False),
        whole(tier.deduction),
        "not stated" if tier.max_leverage is None else times(tier.max_leverage),
    )
