"""What ``preview`` answers: whether the venue accepts a change, and the account before and after it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ringfence.service.answers import Amount, Answer, Rules, TwinAnswer, WorkLine


class Moved(Answer):
    """One number before and after; a number that does not exist is ``null``, and has words in its place."""

    of: str = Field(description="Whose: ``BTC/USDT:USDT long``, ``pool USDT``, or an asset for the account.")
    kind: Literal["account", "position", "ring"]
    name: Literal[
        "most_to_lose",
        "total_equity",
        "effective_leverage",
        "contracts",
        "entry_price",
        "leverage",
        "isolated_margin",
        "liquidation_price_alone",
        "liquidation_price_together",
        "at_risk",
        "wallet_balance",
        "equity",
        "health",
        "maintenance_usage",
        "available_balance",
    ]
    unit: str = Field(description="An asset, ``price``, ``contracts``, ``share`` or ``x``.")
    before: Amount | None
    after: Amount | None
    change: Amount | None = Field(description="after - before; null where either does not exist.")
    words_before: str = Field(description="What stands where there is no number; empty where there is one.")
    words_after: str


class PreviewAnswer(Answer):
    """A change, seen before it is made: old and new for the resulting account."""

    rules: Rules
    what: str = Field(description="The change in words.")
    verdict: Literal["accepted", "refused", "not_documented"] = Field(
        description="What the venue does with it; not documented: its rule is not known, nothing is guessed."
    )
    words: str = Field(description="The verdict in words, with the way out where there is one.")
    code: str = Field(description="The venue's own error code; empty where it gives none.")
    source: str = Field(description="The clause; empty where there is none.")
    unconfirmed: str = Field(description="What is assumed where it could not be confirmed; else empty.")
    consequences: list[str] = Field(description="What moves, in sentences.")
    notices: list[str] = Field(description="What a reader must not miss about the figures.")
    liquidated_at_once: list[str] = Field(description="Rings that the venue would liquidate at once.")
    reason: str = Field(description="Why there is no resulting account; empty where there is one.")
    moved: list[Moved] = Field(description="Every number of the account, its positions and its rings.")
    before: TwinAnswer
    after: TwinAnswer | None
    account: dict[str, Any] | None = Field(description="The resulting account, as an account file states it.")
    derivation: list[WorkLine]
