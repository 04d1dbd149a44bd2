"""What a check of rule packs answers: every figure of every case, the laws, and the totals."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ringfence.service.answers import Answer

Status = Literal["pass", "fail", "not_modelled"]
Group = Literal["strict", "weaker", "fitted", "control", "example"]


class CheckedFigure(Answer):
    """One expected figure beside ringfence's own."""

    name: str
    symbol: str | None = Field(description="The position; null for a figure of the account.")
    side: Literal["long", "short"] | None
    expected: str
    got: str | None = Field(description="Exact, to 18 decimals, or a word; null when it is not modelled.")
    difference: str | None = Field(description="got less expected; null where either is a word.")
    tolerance: str | None = Field(description="How far they may be apart.")
    status: Status
    reason: str = Field(description="Why it fails, or is not modelled.")


class CheckedCase(Answer):
    """One case, or one worked example of a pack."""

    id: str
    venue: str
    mode: Literal["isolated", "cross", "mixed", "none"]
    strength: str = Field(description="As the case says; example: from the pack's own file.")
    fitted: bool = Field(description="An input was solved or assumed from the answer: never proof.")
    group: Group = Field(description="How it counts.")
    status: Status = Field(
        description="fail: a figure fails; pass: every figure passes, and there is one; else not modelled."
    )
    fields: list[CheckedFigure]
    notes: list[str] = Field(description="What was put in where the case is silent.")
    same_as: str | None = Field(description="The case that states the same position of the same account.")


class CheckedLaw(Answer):
    """One law, held against one rule set."""

    name: str
    says: str
    status: Status
    checked: int = Field(description="How often it was looked at.")
    failures: int
    problems: list[str] = Field(description="The first counterexamples.")
    reason: str


class CheckedPack(Answer):
    """One rule set of one venue, held against the laws."""

    venue: str
    valid_from: str = Field(description="First day of the rule set; empty when the pack does not load.")
    digest: str
    laws: list[CheckedLaw]


class Tally(Answer):
    """How many cases and figures there are, and what became of them."""

    cases: int
    cases_passed: int
    cases_failed: int
    cases_not_modelled: int
    figures: int
    figures_passed: int
    figures_failed: int
    figures_not_modelled: int


class TallyRow(Tally):
    """The tally of one venue, mode and strength."""

    venue: str
    mode: str
    strength: str
    group: Group


class CheckTotals(Answer):
    """Every case counts once. Only ``strict`` is proof."""

    strict: Tally = Field(description="Official or captured, nothing fitted: proof.")
    weaker: Tally = Field(description="Other sources' figures.")
    fitted: Tally = Field(description="An input comes from the answer.")
    control: Tally = Field(description="The source says that the rule does not give it: it should fail.")
    example: Tally = Field(description="Examples in the packs' own files.")
    rows: list[TallyRow] = Field(description="The same by venue, mode, strength and group.")


class VenuesCheckAnswer(Answer):
    """What a check found."""

    passed: bool = Field(description="No strict case, example or law fails; on the terminal false exits 1.")
    failures: list[str] = Field(description="What makes it fail, in a line each.")
    cases: list[CheckedCase]
    packs: list[CheckedPack] = Field(description="The laws; empty where cases were given.")
    totals: CheckTotals
