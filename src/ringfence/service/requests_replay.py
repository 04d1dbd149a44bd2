"""What ``replay`` is asked: one account, and a window of prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from ringfence.ingest.fields import Amount, Symbol
from ringfence.service.requests import BookRequest


class ReplayRequest(BookRequest):
    """A book through a path of marks and funding."""

    event: Annotated[
        str | None,
        Field(
            description="A crash by its name, 2025-10-10; absent: say from and to.", examples=["2025-10-10"]
        ),
    ] = None
    from_date: Annotated[
        str | None, Field(description="The first bar, UTC: 2025-10-10, or 2025-10-10T12:00.")
    ] = None
    to_date: Annotated[str | None, Field(description="Before this bar, UTC.")] = None
    timeframe: Annotated[
        str | None, Field(description="Of the bars, 1m or 1h; absent: the finest that every coin has.")
    ] = None
    prices: Annotated[
        Literal["mark", "last"],
        Field(
            description="Liquidate by the mark, as venues do, or by the traded price to see the difference."
        ),
    ] = "mark"
    basis: Annotated[
        Literal["moves", "prices"],
        Field(description="The moves of that time from the account's own marks, or the prices themselves."),
    ] = "moves"
    builtin: Annotated[
        bool, Field(description="The built-in measured moves of the event, though series are installed.")
    ] = False
    twin: Annotated[
        Literal["as_is", "isolated", "cross"] | None, Field(description="Only this twin; absent: all three.")
    ] = None
    traded: Annotated[
        bool,
        Field(description="Resting orders and stops fill by the traded prices stored beside the marks."),
    ] = False
    stop_by: Annotated[
        Literal["last", "mark"],
        Field(description="What triggers a stop: the traded price, where it is given, or the mark."),
    ] = "last"
    keep: Annotated[
        Amount, Field(description="The other choice: what share of every position is kept at the start.")
    ] = Decimal("0.5")
    stop: Annotated[
        dict[Symbol, Amount] | None,
        Field(description="Close the position in a symbol once this price is reached."),
    ] = None
    points: Annotated[int, Field(ge=2, le=1_000, description="How many closes the figures are given at.")] = (
        60
    )
