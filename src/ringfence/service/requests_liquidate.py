"""What ``liquidate`` is asked: a book at marks, and what stands behind the venue where that is known."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ringfence.ingest.fields import Amount, AtMost, Symbol, Table
from ringfence.service.requests import BookRequest


class CounterpartyInput(Table):
    """A trader on the other side, in line to be deleveraged."""

    name: str
    symbol: Symbol
    contracts: Amount
    entry_price: Amount
    equity: Annotated[Amount | None, Field(description="behind the position, with unrealised PnL")] = None
    wallet: Annotated[Amount | None, Field(description="the same without it")] = None
    maintenance: Annotated[Amount | None, Field(description="of that account")] = None
    score: Annotated[
        Amount | None, Field(description="the venue's own; it comes before the venue's formula")
    ] = None


class LiquidateRequest(BookRequest):
    """The liquidation sequence, run dry."""

    at: Annotated[
        dict[Symbol, Amount] | None, Field(description="Marks to liquidate at, in place of the book's.")
    ] = None
    insurance: Annotated[
        Amount | None,
        Field(
            ge=0,
            description="What the insurance fund holds, in the asset lost; absent: taken to be enough.",
        ),
    ] = None
    lots: Annotated[
        dict[Symbol, Amount] | None,
        Field(description="Grid of the contracts; absent: the 8th decimal."),
    ] = None
    counterparties: Annotated[
        list[CounterpartyInput] | None,
        AtMost("positions_per_account"),
        Field(description="Who may be deleveraged; absent: enough of them, whom nobody knows."),
    ] = None
