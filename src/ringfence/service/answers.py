"""What operations answer: one model an operation, every amount a decimal string.

Amounts are in the asset named beside them, on the grid of the venue's money. Shares (``move``,
``maintenance_usage``) are fractions: ``"-0.15"`` is a fall of 15 %. ``null`` means that the number does
not exist, never zero.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Amount = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", examples=["57286.4322"])]
TwinKey = Literal["as_is", "isolated", "cross"]


class Answer(BaseModel):
    """Base of every answer: closed, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Rules(Answer):
    """Whose rules an answer follows."""

    venue: str
    title: str
    on: str = Field(description="Date of the rules and tables, YYYY-MM-DD.")
    digest: str = Field(description="Digest of the rule set; the same digest gives the same answer.")
    unconfirmed: list[str] = Field(
        description="Rules followed that could not be confirmed, with the assumption."
    )


class LinePrice(Answer):
    """A liquidation price with its proof: alive at one quantum of the mark, liquidated at the next."""

    alive: Amount
    liquidated: Amount
    threshold: Amount = Field(description="Where health reaches zero, to 12 decimals.")
    move: Amount = Field(description="threshold / mark - 1.")
    tiers: dict[str, int] = Field(
        description="Tier at the liquidated price, the first is 1: of the position, or of all in a ring."
    )


class LineAnswer(Answer):
    """What one line of prices does to one ring."""

    ring: str
    leader: str = Field(description="The symbol whose price is reported.")
    mark_price: Amount
    reach: Literal["at_a_price", "not_by_this_coin_alone", "not_by_this_move", "already", "no_position"]
    words: str = Field(description="The state in words, with its condition.")
    nearest: LinePrice | None
    below: LinePrice | None
    above: LinePrice | None
    bankruptcy_price: Amount | None
    equity_left: Amount | None = Field(description="Equity of the ring at the nearest threshold.")


class TierUsed(Answer):
    """The tier a position is charged at now, and the table it stands in."""

    number: int
    rate: Amount
    deduction: Amount
    valid_from: str
    source: str
    digest: str


class PositionAnswer(Answer):
    """One position at its mark, money in ``asset``."""

    symbol: str
    side: Literal["long", "short"]
    margin_mode: Literal["isolated", "cross"]
    ring: str
    asset: str
    contracts: Amount
    entry_price: Amount | None
    mark_price: Amount
    leverage: Amount | None
    notional: Amount
    unrealized_pnl: Amount
    initial_margin: Amount | None
    maintenance_margin: Amount = Field(description="The venue's own figure.")
    requirement: Amount = Field(
        description="What the liquidation test holds against equity; more than the maintenance margin "
        "where the venue counts a closing fee or funding beside it."
    )
    closing_fee: Amount | None = Field(description="Fee set aside for closing; null where none is.")
    tier: TierUsed
    isolated_margin: Amount | None
    isolated_equity: Amount | None
    health: Amount | None
    maintenance_usage: Amount | None


class RingAnswer(Answer):
    """One fence or pool, money in ``asset``."""

    name: str
    margin_mode: Literal["isolated", "cross"]
    asset: str
    wallet_balance: Amount
    equity: Amount
    unrealized_pnl: Amount
    initial_margin: Amount | None
    maintenance_margin: Amount = Field(description="The venue's own figure.")
    requirement: Amount = Field(description="What the liquidation test holds against equity.")
    health: Amount = Field(description="equity - requirement.")
    maintenance_usage: Amount | None = Field(description="requirement / equity.")
    notional: Amount
    available_balance: Amount | None
    withdrawable: Amount | None
    solvency: Literal["sound", "no_new_risk", "liquidated", "bankrupt"]
    venue_does: str


class TotalsAnswer(Answer):
    """The account in one asset."""

    asset: str
    equity: Amount = Field(description="Equity of the pool.")
    total_equity: Amount = Field(description="Equity of the pool and of every fence.")
    notional: Amount
    effective_leverage: Amount | None = Field(
        description="notional / total equity; not the leverage setting."
    )


class WorkLine(Answer):
    """One number with its workings."""

    field: str
    label: str
    value: Amount
    unit: str
    how: str
    source: str


class AssessAnswer(Answer):
    """Equity, margins and health of an account, with the workings."""

    rules: Rules
    positions: list[PositionAnswer]
    rings: list[RingAnswer]
    totals: list[TotalsAnswer]
    solvency: Literal["sound", "no_new_risk", "liquidated", "bankrupt"]
    derivation: list[WorkLine]


class ShownPrices(Answer):
    """The prices on the venue's screen, by its own formula or rounding; null where it prints none."""

    liquidation_price: Amount | None
    bankruptcy_price: Amount | None


class PositionPrices(Answer):
    """Liquidation prices of one position."""

    symbol: str
    side: Literal["long", "short"]
    ring: str
    alone: LineAnswer
    together: LineAnswer
    shown: ShownPrices | None = Field(
        description="What the venue's own screen prints, where it is not the exact price; null where it is."
    )


class Wanted(Answer):
    """The answer to an inverse question."""

    question: Literal["margin", "size", "leverage", "withdraw", "largest", "odds"]
    words: str
    value: Amount | None
    unit: str
    details: dict[str, str]
    derivation: list[WorkLine]


class SolveAnswer(Answer):
    """Liquidation prices of every position and of every ring, and the inverse question when one was asked."""

    rules: Rules
    leader: str | None
    betas: dict[str, Amount]
    positions: list[PositionPrices]
    rings: list[LineAnswer]
    wanted: Wanted | None
    notes: list[str] = Field(description="What the prices leave out, automatic top-up for one.")
    derivation: list[WorkLine]


class FrontierLine(Answer):
    """Where one ring is liquidated: straight between vertices, or straight in 1/price where ``curved``."""

    ring: str
    curved: bool
    vertices: list[tuple[Amount, Amount]]


class FrontierTwin(Answer):
    """The frontier of one twin."""

    twin: TwinKey
    feasible: bool
    reason: str
    alive: bool = Field(description="Whether every ring that these two prices move is alive today.")
    lines: list[FrontierLine]


class FrontierAnswer(Answer):
    """Exact liquidation frontier over the prices of two symbols, the others standing still."""

    rules: Rules
    x: str
    y: str
    today: tuple[Amount, Amount]
    window: tuple[Amount, Amount, Amount, Amount] = Field(description="x from, x to, y from, y to.")
    twins: list[FrontierTwin]


class TwinPosition(Answer):
    """One position in one twin."""

    position: PositionAnswer
    margin: Amount = Field(
        description="Its fence, or the whole pool when ``shared``; without unrealised PnL."
    )
    shared: bool
    at_risk: Amount = Field(description="The most it can lose from here.")
    loss_at_liquidation: Amount | None
    left_at_liquidation: Amount | None
    daily_ranges: Amount | None = Field(description="Distance to liquidation / daily range; null: not given.")
    close_fee: Amount | None = Field(description="Taker fee to close at the mark; null: no fee given.")
    funding_per_day: Amount | None = Field(description="Paid a day at the given rate; negative: received.")
    alone: LineAnswer
    together: LineAnswer
    shown: ShownPrices | None = Field(
        description="What the venue's own screen prints, where it is not the exact price; null where it is."
    )


class ContagionAnswer(Answer):
    """A position that takes others of its pool with it, its own coin moving alone."""

    cause: str
    symbol: str
    price: Amount
    move: Amount
    takes: list[str]
    words: str


class OutcomeAnswer(Answer):
    """What a jump to the given marks does to one ring."""

    ring: str
    asset: str
    liquidated: bool
    equity_before: Amount
    equity_after: Amount
    loss: Amount
    shortfall: Amount


class Death(Answer):
    """Where a ring dies on the scrubber's line."""

    ring: str
    leader: str
    price: Amount
    move: Amount


class TwinAnswer(Answer):
    """One arrangement of margin modes of the same account."""

    twin: TwinKey
    feasible: bool
    reason: str = Field(description="Why the twin cannot exist; empty when it can.")
    missing: dict[str, Amount]
    positions: list[TwinPosition]
    rings: list[RingAnswer]
    totals: list[TotalsAnswer]
    most_to_lose: dict[str, Amount]
    free_capital: dict[str, Amount | None]
    contagion: list[ContagionAnswer]
    outcome: list[OutcomeAnswer] | None = Field(description="At the marks asked for with ``at``; else null.")


class ReasonAnswer(Answer):
    """A rule traders go by, judged in general, with this book's own numbers."""

    id: str = Field(description="Of the claim in docs/claims.md.")
    also: list[str] = Field(description="Claims that the same numbers answer.")
    statement: str
    status: Literal["right", "conditional", "wrong", "contested", "unverifiable"]
    applies: bool
    why: str = Field(description="What in this book met its condition, or did not.")
    holds: bool | None = Field(description="Whether it is true of this book; null: not a yes or no.")
    finding: str
    lines: list[WorkLine]


class CompareAnswer(Answer):
    """The same account as it is, all isolated, and all cross."""

    rules: Rules
    headline: str
    mixed: bool
    leader: str | None
    betas: dict[str, Amount]
    marks: dict[str, Amount]
    at: dict[str, Amount] | None
    twins: list[TwinAnswer]
    conditions: list[str] = Field(
        description="What must hold for *the most that can be lost* to be the most."
    )
    reasons: list[ReasonAnswer]


class ScrubPosition(Answer):
    """One position after the move."""

    symbol: str
    side: Literal["long", "short"]
    ring: str
    mark_price: Amount
    unrealized_pnl: Amount
    liquidated: bool


class ScrubRing(Answer):
    """One ring after the move."""

    ring: str
    asset: str
    liquidated: bool
    equity: Amount
    maintenance_margin: Amount
    health: Amount
    loss: Amount


class ScrubTwin(Answer):
    """One twin after the move."""

    twin: TwinKey
    feasible: bool
    positions: list[ScrubPosition]
    rings: list[ScrubRing]
    loss: dict[str, Amount]
    equity: dict[str, Amount]
    deaths: list[Death]


class ScrubAnswer(Answer):
    """The book after one coin moved, the others following their betas or staying put."""

    rules: Rules
    leader: str
    move: Amount
    follow: bool
    marks: dict[str, Amount]
    twins: list[ScrubTwin]


class ExplainAnswer(Answer):
    """The workings of the numbers of one twin."""

    rules: Rules
    twin: TwinKey
    field: str
    lines: list[WorkLine]


class TierRow(Answer):
    """One tier."""

    number: int
    floor: Amount
    cap: Amount | None
    rate: Amount
    deduction: Amount
    max_leverage: Amount | None


class TierTableAnswer(Answer):
    """The tiers of one symbol from one date on."""

    symbol: str
    valid_from: str
    source: str
    digest: str
    basis: str
    jumps: bool
    tiers: list[TierRow]


class TierSummary(Answer):
    """One dated table, in short."""

    symbol: str
    valid_from: str
    until: str | None = Field(description="First day of the table that took its place; null: none has.")
    tiers: int
    first_rate: Amount
    source: str
    shipped: bool


class TiersListAnswer(Answer):
    """Every dated tier table of a venue."""

    venue: str
    tables: list[TierSummary]


class TiersShowAnswer(Answer):
    """The tier table in force on a date."""

    rules: Rules
    table: TierTableAnswer


class TiersImportAnswer(Answer):
    """What an import stored."""

    venue: str
    valid_from: str
    symbols: int
    tiers: int
    added: list[str]
    changed: list[str]
    unchanged: list[str]
    stored_in: str


class TierChange(Answer):
    """One tier that differs; without ``before`` it is new, without ``after`` it is gone."""

    number: int
    before: TierRow | None
    after: TierRow | None


class TierTableChange(Answer):
    """One symbol whose table differs; ``tiers`` are those that do, none where only the measure changed."""

    symbol: str
    status: Literal["new", "changed"]
    before: TierTableAnswer | None
    after: TierTableAnswer
    tiers: list[TierChange]


class TiersDiffAnswer(Answer):
    """What differs between the tables in force on two dates."""

    venue: str
    from_date: str
    to_date: str
    changed: list[TierTableChange]
    unchanged: list[str]
