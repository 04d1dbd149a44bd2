"""The same book at several venues, arranged in tables for every door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ringfence.report.format import TWIN_WORDS, amount, percent, price
from ringfence.service.answers import LineAnswer
from ringfence.service.answers_across import AcrossVenue

NONE = "none"


@dataclass(frozen=True, slots=True)
class AcrossTable:
    """One table: a line a venue under headings."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def across_tables(venues: Sequence[AcrossVenue]) -> tuple[AcrossTable, ...]:
    """A table a position, and one of what can be lost; venues that cannot be told are in `across_notes`."""
    told = [venue for venue in venues if not venue.reason]
    if not told:
        return ()
    count = max(len(venue.positions) for venue in told)
    return (*(_position(told, number) for number in range(count)), _lost(told))


def _position(venues: Sequence[AcrossVenue], number: int) -> AcrossTable:
    rows = []
    for venue in venues:
        one = venue.positions[number]
        screen = one.shown.liquidation_price if one.shown is not None else None
        shown = "the same" if one.shown is None else NONE if screen is None else price(screen)
        rows.append(
            (
                venue.venue,
                *_line(one.alone),
                *_line(one.together),
                shown,
                amount(one.requirement, one.asset),
            )
        )
    first = venues[0].positions[number]
    title = f"{first.symbol.split(':')[0]} {first.side}"
    heads = (
        "venue", "liquidated at", "distance", "all moving", "distance", "on its screen", "the test asks",
    )  # fmt: skip
    return AcrossTable(title, heads, tuple(rows))


def _line(line: LineAnswer) -> tuple[str, str]:
    if line.nearest is None:
        return ("already" if line.reach == "already" else NONE), ""
    return price(line.nearest.liquidated), percent(line.nearest.move)


def _lost(venues: Sequence[AcrossVenue]) -> AcrossTable:
    twins = [key for key in TWIN_WORDS if any(key in venue.most_to_lose for venue in venues)]
    rows = tuple(
        (
            venue.venue,
            *(
                ", ".join(amount(value, asset) for asset, value in venue.most_to_lose[key].items()) or "0"
                if key in venue.most_to_lose
                else "not possible"
                for key in twins
            ),
        )
        for venue in venues
    )
    return AcrossTable(
        "The most that can be lost", ("venue", *(TWIN_WORDS[key].lower() for key in twins)), rows
    )


def across_notes(venues: Sequence[AcrossVenue]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(venue, sentences): why a venue cannot be told, what was carried over, and what is not confirmed."""
    found = []
    for venue in venues:
        lines = [f"cannot be told: {venue.reason}"] if venue.reason else list(venue.notes)
        unsure = venue.rules.unconfirmed if venue.rules else ()
        lines += [f"follows an unconfirmed rule: {one}" for one in unsure]
        if lines:
            found.append((venue.title, tuple(lines)))
    return tuple(found)
