"""How the differences of two dates' tier tables are shown on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from ringfence.cli.grid import Grid, headline, note, section
from ringfence.report.format import percent, times, whole
from ringfence.service import answers as out
from ringfence.service.updated import TiersUpdateAnswer

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
    _show_changes(to, answer.changed, answer.unchanged)


def show_update(to: Console, answer: TiersUpdateAnswer) -> None:
    """What the exchange says that was not known, tier by tier, and what was stored of it."""
    headline(
        to,
        f"{answer.venue}: {len(answer.changed):,} of {answer.symbols:,} tier tables differ from those known "
        f"on {answer.valid_from}",
    )
    note(to, f"source: {answer.source}")
    _show_changes(to, answer.changed, answer.unchanged)
    if answer.withdrawn:
        note(to, f"no longer traded, left out: {', '.join(answer.withdrawn)}")
    if answer.dry_run:
        note(to, f"nothing stored; to store exactly this: --expect {answer.digest}")
    else:
        note(to, f"stored in {answer.stored_in}" if answer.stored_in else "nothing new, nothing stored")


def _show_changes(to: Console, changed: Sequence[out.TierTableChange], unchanged: Sequence[str]) -> None:
    for one in changed:
        section(to, one.symbol, _dates(one))
        if one.before is not None and one.before.basis != one.after.basis:
            note(to, f"{MEASURED[one.before.basis]} before, {MEASURED[one.after.basis]} after")
        if one.before is not None and one.before.jumps != one.after.jumps:
            note(to, f"maintenance {'jumps' if one.after.jumps else 'no longer jumps'} at the edges")
        rows = [row for change in one.tiers for row in _rows(change)]
        Grid(("tier", "", "above", "up to", "maintenance", "deduction", "leverage"), rows).show(to)
    if unchanged:
        note(to, f"as they were: {', '.join(unchanged)}")


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
