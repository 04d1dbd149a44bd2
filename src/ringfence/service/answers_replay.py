"""What ``replay`` answers: how each twin went along the path, what was left, and what is assumed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ringfence.service.answers import Amount, Answer, Rules, WorkLine


class ReplayStep(Answer):
    """One step of the venue's sequence."""

    what: str = Field(description="The step, as the venue's rules have it.")
    event: str = Field(description="What happened, ``position_taken_over``; empty where nothing did.")
    words: list[str]
    workings: list[WorkLine]


class ReplayEntry(Answer):
    """One entry of the log: a liquidation, a fill, or the funding of a stretch of bars."""

    kind: Literal["liquidation", "fill", "funding"]
    at: int = Field(description="When the bar opened in which it happened, UTC milliseconds.")
    where: str = Field(description="On which part of the bar: ``open to low``; empty for funding.")
    ring: str = Field(description="``pool USDT``; empty where it is no liquidation.")
    closed: bool = Field(
        description="Nothing of the ring was left open; false too where it is no liquidation."
    )
    words: str
    marks: dict[str, Amount] = Field(description="The marks of that moment; empty for funding.")
    steps: list[ReplayStep] = Field(description="Why and how, line by line; empty but for a liquidation.")


class ReplayPoint(Answer):
    """Equity, maintenance and health of the account at one close, by asset."""

    at: int
    equity: dict[str, Amount]
    maintenance: dict[str, Amount]
    health: dict[str, Amount]


class ReplayEnding(Answer):
    """One way that a book went."""

    within: str = Field(description="The order of prices inside bars; empty where it makes no difference.")
    left: dict[str, Amount] = Field(description="Equity at the last close, by asset.")
    log: list[ReplayEntry]
    points: list[ReplayPoint]
    digest: str = Field(description="Of everything that happened and of what is left.")


class ReplayBook(Answer):
    """A twin of the book, or another choice at the first open."""

    name: str = Field(description="``as_is``, ``isolated``, ``cross``, or ``keep 0.5``.")
    verdict: Literal["alive", "reduced", "liquidated", "undetermined", "not_possible"] = Field(
        description="Undetermined: the order of prices inside a bar decides, and nobody recorded it."
    )
    reason: str = Field(description="Why it is not possible; else empty.")
    first_liquidation: int | None = Field(description="The bar of the first, UTC milliseconds.")
    endings: list[ReplayEnding] = Field(description="One, or both where the order inside a bar matters.")


class ReplayHole(Answer):
    """Bars that are missing in one series."""

    symbol: str
    since: int
    until: int
    missing: int


class ReplayMarks(Answer):
    """The marks of one moment of the path."""

    at: int = Field(description="The moment: the first open, then the ends of the bars of ``points``.")
    marks: dict[str, Amount]
    moves: dict[str, Amount] = Field(description="By symbol, the mark over the first open, as a share.")


class ReplayAnswer(Answer):
    """A book through a path of marks and funding, as each of its twins."""

    rules: Rules
    event: str = Field(description="The crash by its name; empty where a window was asked for.")
    title: str
    since: int = Field(description="The first bar, UTC milliseconds.")
    until: int = Field(description="The end of the last bar.")
    bars: int
    timeframe_ms: int
    sources: dict[str, str] = Field(description="By symbol, where its path comes from.")
    holes: list[ReplayHole] = Field(description="The first of them; a hole is jumped over, never filled.")
    missing: int = Field(description="How many bars are missing in all series.")
    assumptions: list[str]
    moves: dict[str, tuple[Amount, Amount, Amount]] = Field(
        description="By symbol, the highest, lowest and last price over the first open."
    )
    path: list[ReplayMarks] = Field(description="The marks that the points of every twin are at.")
    before: dict[str, Amount] = Field(description="Equity at the first open, by asset.")
    close_now: dict[str, Amount] = Field(description="What closing everything there would have left.")
    twins: list[ReplayBook]
    choices: list[ReplayBook] = Field(description="The book as it is, reduced at the first open.")
