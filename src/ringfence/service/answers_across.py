"""What one book comes to under each of several venues' rules."""

from __future__ import annotations

from pydantic import Field

from ringfence.service.answers import Amount, Answer, CompareAnswer, LineAnswer, Rules, ShownPrices


class AcrossPosition(Answer):
    """One position under one venue's rules, as it is arranged now; money in ``asset``."""

    symbol: str = Field(description="The venue's own symbol.")
    side: str
    contracts: Amount
    asset: str
    notional: Amount
    maintenance_margin: Amount
    requirement: Amount
    alone: LineAnswer
    together: LineAnswer
    shown: ShownPrices | None


class AcrossVenue(Answer):
    """One book under one venue's rules, or why it cannot be told."""

    venue: str
    title: str
    rules: Rules | None
    reason: str = Field(description="Why it cannot be told: the error and its way out; else empty.")
    code: str = Field(description="Code of that error; else empty.")
    notes: list[str] = Field(description="What was put in or left behind to carry the book over.")
    positions: list[AcrossPosition]
    most_to_lose: dict[str, dict[str, Amount]] = Field(
        description="By twin, then by asset; a twin that cannot exist is absent."
    )
    first: LineAnswer | None = Field(
        description="The ring that goes first when everything moves together, as arranged now."
    )


class ComparedAnswer(CompareAnswer):
    """The comparison, and the same book at other venues where several were asked for."""

    across: list[AcrossVenue] = Field(
        description="One entry a venue, in the order asked for; empty unless several were."
    )
