"""What operations are asked: one model an operation."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from ringfence.ingest.cases import CaseInput
from ringfence.ingest.fields import Amount, AtMost, Symbol, Table, Within
from ringfence.ingest.schema import AccountInput
from ringfence.service.answers import TwinKey

OnDate = Annotated[
    str | None, Field(description="Date of the rules, YYYY-MM-DD; default: the account's own, else today.")
]


class BookRequest(Table):
    """A question about one account."""

    account: Annotated[AccountInput, Field(description="The account, in the form of an account file.")]
    venue: Annotated[str | None, Field(description="Another venue's rules for the same positions.")] = None
    on: OnDate = None


class AssessRequest(BookRequest):
    """Equity, margins and health."""


class CompareRequest(BookRequest):
    """Isolated, cross and as it is."""

    venue: Annotated[
        str | None,
        Field(
            description="Key of a venue in place of the account's own; or several, a,b,c: the same book "
            "under each one's rules."
        ),
    ] = None
    at: Annotated[
        dict[Symbol, Amount] | None, Field(description="Marks to jump to: what would each twin have lost?")
    ] = None


class SolveRequest(BookRequest):
    """Liquidation prices, and optionally one inverse question."""

    question: Annotated[
        Literal["margin", "size", "leverage", "withdraw", "largest", "odds"] | None,
        Field(description="The inverse question; absent: liquidation prices alone."),
    ] = None
    symbol: Annotated[
        Symbol | None, Field(description="The position, or the symbol of a new one (largest).")
    ] = None
    side: Annotated[
        Literal["long", "short"] | None, Field(description="Its side, where two share a symbol.")
    ] = None
    price: Annotated[
        Amount | None, Field(description="The wanted liquidation price; largest: invalidation; odds: target.")
    ] = None
    entry_price: Annotated[Amount | None, Field(description="largest: the entry; absent: the mark.")] = None
    margin_mode: Annotated[
        Literal["isolated", "cross"] | None,
        Field(description="largest: of the new position; absent: isolated."),
    ] = None
    margin: Annotated[
        Amount | None, Field(description="largest, isolated: what may go inside the fence.")
    ] = None
    leverage: Annotated[
        Amount | None, Field(description="largest: of the new position, instead of its margin.")
    ] = None
    lot: Annotated[Amount | None, Field(description="largest, size: grid of the size.")] = None


class FrontierRequest(BookRequest):
    """The frontier over two prices."""

    x: Annotated[Symbol | None, Field(description="First axis; absent: the largest position.")] = None
    y: Annotated[Symbol | None, Field(description="Second axis; absent: the second largest.")] = None


class ScrubRequest(BookRequest):
    """One coin moved."""

    leader: Annotated[Symbol | None, Field(description="The coin that moves; absent: the leading coin.")] = (
        None
    )
    move: Annotated[Amount, Field(description='Its move as a share, "-0.15" for a fall of 15 %.')] = Decimal(
        0
    )
    follow: Annotated[bool, Field(description="The others follow their betas; else they stay put.")] = True
    deaths: Annotated[bool, Field(description="Also say where each ring dies on the way, either way.")] = True


class ExplainRequest(BookRequest):
    """Why a number is what it is."""

    twin: Annotated[TwinKey, Field(description="Which arrangement of the book.")] = "as_is"
    field: Annotated[str, Field(description="The field, or the beginning of one; empty: everything.")] = ""


class TiersListRequest(Table):
    """Which tier tables there are."""

    venue: str
    symbol: Symbol | None = None
    on: Annotated[
        str | None, Field(description="Only the tables in force on this date, YYYY-MM-DD; absent: all.")
    ] = None


class TiersShowRequest(Table):
    """One tier table."""

    venue: str
    symbol: Symbol
    on: OnDate = None


class TiersDiffRequest(Table):
    """What differs between two dates."""

    venue: str
    symbol: Symbol | None = None
    from_date: Annotated[
        str | None, Field(description="The earlier date, YYYY-MM-DD; absent: the day before the later one.")
    ] = None
    to_date: Annotated[
        str | None, Field(description="The later date, YYYY-MM-DD; absent: as --on says, else today.")
    ] = None
    on: Annotated[
        str | None, Field(description="What took effect on this day, or up to it since --from.")
    ] = None


class TiersImportRequest(Table):
    """Tier tables to store under a date."""

    venue: str
    on: Annotated[str, Field(description="First day the tables hold, YYYY-MM-DD.")]
    tiers: Annotated[Any, Field(description="ccxt leverage tiers, or freqtrade's table, as they are.")]
    source: Annotated[str, Field(description="Where the tables come from.")] = ""
    replace: Annotated[bool, Field(description="Overwrite a different table of the same date.")] = False
    basis: Annotated[
        Literal["quote", "base", "settle", "contracts"] | None,
        Field(description="What floors and caps are measured in; absent: as the venue's rules say."),
    ] = None
    jumps: Annotated[
        bool, Field(description="The whole position is charged at its tier's rate: maintenance jumps.")
    ] = False


class TiersUpdateRequest(Table):
    """Tier tables to fetch from the exchange and store."""

    venue: str
    symbols: Annotated[
        list[Symbol] | None,
        AtMost("symbols_per_import"),
        Field(description="The contracts; absent: every one that the venue trades."),
    ] = None
    on: Annotated[str | None, Field(description="First day the tables hold, YYYY-MM-DD; absent: today.")] = (
        None
    )
    dry_run: Annotated[bool, Field(description="Show what differs and store nothing.")] = False
    expect: Annotated[
        str | None, Field(description="Digest of a dry run: store only if the exchange still says the same.")
    ] = None
    replace: Annotated[bool, Field(description="Overwrite a different table of the same date.")] = False


class VenuesListRequest(Table):
    """Which venues there are."""


class VenuesShowRequest(Table):
    """The rules of one venue."""

    venue: str
    on: OnDate = None


class VenuesCheckRequest(Table):
    """Hold rule packs against cases, or against their own examples and the laws."""

    venues: Annotated[
        list[str] | None,
        Field(description="Keys of the venues; absent: every installed one, with cases: every one in them."),
    ] = None
    cases: Annotated[
        list[CaseInput] | None,
        AtMost("cases_per_check"),
        Field(description="Cases, a JSON object a line; absent: the packs' own examples, and the laws."),
    ] = None
    accounts: Annotated[
        int, Within("accounts_per_check"), Field(description="How many accounts are drawn for the laws.")
    ] = 100
    seed: Annotated[
        int, Field(ge=0, le=2**53, description="Which accounts; the same seed draws the same ones.")
    ] = 0
    strict: Annotated[
        bool, Field(description="What is not modelled of a strict case, or of a law, fails as well.")
    ] = False


class InitRequest(Table):
    """A commented account file."""
