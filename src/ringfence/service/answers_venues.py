"""What the operations about venues answer, and the account file to start from."""

from __future__ import annotations

from pydantic import Field

from ringfence.service.answers import Answer, Rules


class ClauseAnswer(Answer):
    """One rule of a venue: what it says, where it is written, how sure that is."""

    rule: str
    choice: str
    source: str
    section: str
    as_of: str
    confidence: str
    assumption: str


class VenueSummary(Answer):
    """One venue, in short."""

    key: str
    title: str
    valid_from: str
    kinds: list[str]
    symbols: int


class BrokenPack(Answer):
    """An installed pack that does not load, and why."""

    key: str
    reason: str


class VenuesListAnswer(Answer):
    """Every installed venue."""

    venues: list[VenueSummary]
    broken: list[BrokenPack] = Field(description="Packs that do not load; the others are not touched by it.")


class VenuesShowAnswer(Answer):
    """The rules of one venue, clause by clause."""

    rules: Rules
    clauses: list[ClauseAnswer]
    notes: list[str]


class InitAnswer(Answer):
    """A commented account file to start from."""

    text: str
