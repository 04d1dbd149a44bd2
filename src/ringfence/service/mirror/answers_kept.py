"""What is answered about plans, own limits, the journal and an imported history."""

from __future__ import annotations

from typing import Any, Literal

from ringfence.service.answers import Amount, Answer
from ringfence.service.mirror.answers import LineRead, Receipt


class PlanAnswer(Answer):
    """A plan as it is kept. ``edited_underwater``: written while the position lost; it justifies nothing."""

    plan_id: str
    version: int
    created_ms: int
    supersedes: str | None
    plan: dict[str, Any]
    prewritten_from_ms: int | None
    """From when on it counts as written beforehand; null: it never will."""
    edited_underwater: bool
    newest: bool
    lines: list[LineRead]
    receipt: Receipt


class PlansAnswer(Answer):
    """Plans, the newest first."""

    plans: list[PlanAnswer]


class LimitAnswer(Answer):
    """One own limit or lock. ``until_ms`` null: for as long as you leave it."""

    what: str
    amount: Amount | None
    set_ms: int
    until_ms: int | None
    locked: bool
    holds_from_ms: int
    words: str


class LimitsAnswer(Answer):
    """The own limits in force, and those that are to come."""

    limits: list[LimitAnswer]
    receipt: Receipt | None


class RuleAnswer(Answer):
    """One rule. ``fixed``: it cannot be turned off; ``off_from_ms``: it is going to be."""

    id: str
    title: str
    asks: str
    reads: list[str]
    fixed: bool
    on: bool
    off_from_ms: int | None


class RulesAnswer(Answer):
    """Every rule, and the digest of the thresholds they judge by."""

    config_hash: str
    rules: list[RuleAnswer]


class RecordAnswer(Answer):
    """One record of the journal. ``texts``: private sentences by the name they are erased under."""

    seq: int
    id: str
    kind: str
    at_ms: int
    actor: str
    account_id: str
    symbol: str
    parent_id: str
    hash: str
    body: dict[str, Any]
    texts: dict[str, str | None]


class RecordsAnswer(Answer):
    """Records, the newest first."""

    records: list[RecordAnswer]
    total: int


class ProblemAnswer(Answer):
    """Something in the journal that is not as it was written."""

    seq: int | None
    words: str


class VerifiedAnswer(Answer):
    """Whether every record is as it was written."""

    ok: bool
    records: int
    head: str
    first_bad_seq: int | None
    problems: list[ProblemAnswer]
    warnings: list[str]
    texts: int
    erased: int
    anchored_seq: int
    digest: str
    words: list[str]


class ExportedAnswer(Answer):
    """A file that was written."""

    path: str
    records: int
    anchor: str


class AnchorAnswer(Answer):
    """The signed end of the journal: keep this line elsewhere."""

    line: str
    second_place: str
    warnings: list[str]


class ErasedAnswer(Answer):
    """A text that is gone; the record of it stays."""

    ref: str
    receipt: Receipt


class RebuiltAnswer(Answer):
    """What is derived, made anew. ``digest``: of all of it."""

    digest: str
    same: bool


class RestoredAnswer(Answer):
    """A journal that was put back."""

    records: int
    words: list[str]


class ReconciledAnswer(Answer):
    """One balance held against the rows; ``difference`` zero: it adds up."""

    asset: str
    expected: Amount
    found: Amount
    difference: Amount


class ImportedAnswer(Answer):
    """What an import brought."""

    format: str
    venue: str
    rows: int
    events: int
    new: int
    kinds: dict[str, int]
    skipped: dict[str, int]
    date_order: str
    since_ms: int | None
    until_ms: int | None
    reconciled: list[ReconciledAnswer]
    notes: list[str]
    receipt: Receipt | None


class DetectedAnswer(Answer):
    """What one detector found. A label below ``supported`` is no claim about a habit."""

    id: str
    name: str
    label: Literal["facts only", "not seen", "suggestive", "supported"]
    words: str
    n: int
    min_n: int
    measure: str
    effect: str | None
    interval: list[str] | None
    p: str | None
    null: str
    counts: dict[str, int]
    money: dict[str, str]
    not_evaluated: dict[str, int]
    evidence: list[str]


class ScannedAnswer(Answer):
    """The detectors over the known past of an account."""

    account_id: str
    events: int
    episodes: int
    since_ms: int | None
    until_ms: int | None
    detected: list[DetectedAnswer]
    notes: list[str]
