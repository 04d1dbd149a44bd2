"""What ``liquidate`` answers: every step with its workings, and who bore what."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ringfence.service.answers import Amount, Answer, Rules, WorkLine


class PostingAnswer(Answer):
    """An amount that comes to a named account; below zero: leaves it."""

    account: str
    asset: str
    amount: Amount


class LiquidationStep(Answer):
    """One step that the venue takes; after it the ring is tested anew."""

    what: str = Field(description="The step of the venue's sequence.")
    event: str = Field(description="Kind of the event; empty where the step found nothing to do.")
    words: list[str] = Field(description="What happens, in sentences.")
    equity: Amount | None = Field(description="Of the ring after it; null where no position is left.")
    requirement: Amount | None
    health: Amount | None
    passed: bool = Field(description="Whether the venue then leaves the ring alone.")
    postings: list[PostingAnswer] = Field(description="Money that moved; it sums to zero in every asset.")
    derivation: list[WorkLine]


class LossAnswer(Answer):
    """Loss beyond the collateral, in one asset: insurance + deleveraged + socialised + bad debt."""

    asset: str
    beyond: Amount
    insurance: Amount
    deleveraged: Amount
    socialised: Amount
    bad_debt: Amount


class RingLiquidation(Answer):
    """One ring through the sequence."""

    ring: str
    asset: str
    equity: Amount = Field(description="When it began.")
    requirement: Amount
    cured: bool = Field(description="A part was closed and the rest stands; false: nothing of it is left.")
    steps: list[LiquidationStep]
    losses: list[LossAnswer] = Field(description="Empty where the collateral was enough.")
    to_fund: dict[str, Amount] = Field(description="What the insurance fund gained, fees included, by asset.")
    notices: list[str] = Field(description="What is assumed or left out; a reader must not miss it.")


class LiquidateAnswer(Answer):
    """What the venue does to a book at these marks, step by step."""

    rules: Rules
    headline: str
    marks: dict[str, Amount]
    sequence: list[str] = Field(description="The venue's sequence, as its rules say it.")
    source: str = Field(description="The clause of the sequence; empty where the pack states none.")
    rings: list[RingLiquidation] = Field(
        description="Those that fail the test, pools first; empty: none does."
    )
    account: dict[str, Any] = Field(description="The account after it, as an account file states it.")
