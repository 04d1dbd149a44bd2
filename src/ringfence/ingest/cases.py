"""Conformance cases as they are written: the shape that `ringfence.testing.cases` may rely on.

What a case states beyond these fields is left alone: a case may carry more than ringfence reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from ringfence.errors import BadNumber, OutOfRange, RingfenceError
from ringfence.ingest.fields import Amount, AtMost, Symbol, amount, printable, refuse
from ringfence.ingest.problems import validated
from ringfence.ingest.text import decoded, json_document

WORDS = ("none", "true", "false")
DAY = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")
REQUIRED = ("id", "venue", "strength", "account", "expected")

Maybe = Amount | None
Text = Annotated[str, Field(max_length=200)]


def _checked(check: Callable[[Any], object]) -> BeforeValidator:
    def inner(value: Any) -> Any:
        try:
            check(value)
        except RingfenceError as error:
            refuse(error)
        return value

    return BeforeValidator(inner)


def _figure(value: object) -> None:
    """An expected figure: a number, or one of the words."""
    if value not in WORDS:
        amount(value)


def _tolerance(value: object) -> None:
    if not isinstance(value, str):
        raise BadNumber("a tolerance is a text", value=value, hint='write "0.005", or "rel:1e-6"')
    if amount(value.removeprefix("rel:")) < 0:
        raise OutOfRange("a tolerance is not negative", value=value)


def _day(value: object) -> None:
    """A day, a month or a year; a month or a year alone is its first day."""
    text = value if isinstance(value, str) and DAY.fullmatch(value) else ""
    try:
        date.fromisoformat(text + "-01" * (2 - text.count("-")))
    except ValueError:
        hint = 'write it as "2026-11-22"'
        raise OutOfRange("not a date", value=printable(str(value)), hint=hint) from None


Figure = Annotated[Any, _checked(_figure)]
Tolerance = Annotated[Any, _checked(_tolerance)]
Day = Annotated[Any, _checked(_day)]


TierShape = Annotated[list[Maybe], Field(min_length=5, max_length=5)]
"""``[floor, cap, rate, deduction, highest leverage]``, null where unknown."""

SliceShape = Annotated[list[Maybe], Field(min_length=3, max_length=3)]
"""``[floor, cap, haircut]`` of the amount; the cap null where there is none."""


class Shape(BaseModel):
    """A table of a case; unknown fields are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class ContractShape(Shape):
    """What a contract is, stated by a position or an order."""

    symbol: Symbol
    kind: Literal["linear", "inverse", "quanto"] | None = None
    contract_size: Maybe = None
    mark_quantum: Maybe = None
    leverage: Maybe = None
    tiers: Annotated[list[TierShape] | None, AtMost("tiers_per_table")] = None
    tier_basis: Literal["quote", "base", "contracts", "settle"] | None = None


class PositionShape(ContractShape):
    """One position of a case."""

    side: Literal["long", "short"]
    contracts: Amount
    margin_mode: Literal["isolated", "cross"]
    entry_price: Maybe = None
    entry_cost: Maybe = None
    isolated_margin: Maybe = None


class OrderShape(ContractShape):
    """One resting order of a case."""

    side: Literal["buy", "sell"]
    contracts: Amount
    price: Amount
    reduce_only: bool | None = None


class RateShape(Shape):
    """How one asset counts."""

    price: Maybe = None
    haircut: Maybe = None
    markup: Maybe = None
    haircut_tiers: Annotated[list[SliceShape] | None, AtMost("tiers_per_table")] = None


class AccountShape(Shape):
    """The account of a case."""

    multi_asset: bool | None = None
    hedged: bool | None = None
    wallet: dict[str, Amount] | None = None
    collateral: dict[str, RateShape] | None = None
    other_maintenance: dict[str, Amount] | None = None
    positions: Annotated[list[PositionShape], AtMost("positions_per_account")]
    orders: Annotated[list[OrderShape] | None, AtMost("orders_per_account")] = None


class ExpectedPositionShape(BaseModel):
    """What follows for one position: every field beside its name is a figure."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    __pydantic_extra__: dict[str, Figure]

    symbol: Symbol
    side: Literal["long", "short"]


class ExpectedShape(Shape):
    """What the venue says follows."""

    positions: list[ExpectedPositionShape] | None = None
    account: dict[str, Figure] | None = None


class CaseShape(Shape):
    """One case."""

    id: Text
    venue: Text
    strength: Text
    account: AccountShape
    expected: ExpectedShape
    on: Day | None = None
    fitted: list[str] | None = None
    reproduces: bool | None = None
    same_as: Text | None = None
    marks: dict[Symbol, Amount] | None = None
    tolerance: dict[str, Tolerance] | None = None


def checked_case(document: object) -> dict[str, Any]:
    """A case that may be computed, exactly as it was written.

    Raises:
        RingfenceError: the first thing that is wrong with it, located in the case.

    >>> checked_case({"id": "a", "venue": "demo", "strength": "official", "account": {"positions": []}})
    Traceback (most recent call last):
    ringfence.errors.MissingField: expected: this field has no default; write expected = …
    """
    validated(CaseShape, document)
    return dict(document) if isinstance(document, dict) else {}


def read_cases(data: bytes | str, *, name: str) -> list[dict[str, Any]]:
    """Every case of a file of JSON lines.

    Raises:
        RingfenceError: BadFile for a line that is not JSON; else as `checked_case`. The path says where.

    >>> read_cases("{", name="mine.jsonl")
    Traceback (most recent call last):
    ringfence.errors.BadFile: mine.jsonl:1: not JSON: Expecting property name enclosed in double quotes ...
    """
    try:
        lines = decoded(data).split("\n")
    except RingfenceError as error:
        raise error.under(name) from None
    return [_case(line, f"{name}:{number}") for number, line in enumerate(lines, 1) if line.strip()]


def _case(line: str, place: str) -> dict[str, Any]:
    try:
        return checked_case(json_document(line))
    except RingfenceError as error:
        error.path = f"{place}: {error.path}" if error.path else place
        raise


CaseInput = Annotated[
    dict[str, Any],
    _checked(checked_case),
    WithJsonSchema(
        {
            "type": "object",
            "title": "CaseInput",
            "description": "One conformance case, in the form of docs/conformance.md.",
            "required": list(REQUIRED),
            "properties": {name: {"type": "string"} for name in ("id", "venue", "strength")},
        }
    ),
]
