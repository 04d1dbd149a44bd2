"""What the mirror answers: the verdict with its numbers, the receipt, the permit."""

from __future__ import annotations

from typing import Any, Literal

from ringfence.service.answers import Amount, Answer


class StandingAnswer(Answer):
    """The position and its ring at one of the two moments; null: not known, or there is none.

    ``liquidation_words`` says what stands in place of a price that does not exist.
    """

    contracts: Amount
    margin_mode: str
    leverage: Amount | None
    liquidation_price: Amount | None
    """The first mark at which the venue liquidates, this coin moving alone."""
    threshold: Amount | None
    """The exact price at which health is used up, cut to eight places."""
    liquidation_words: str
    distance: Amount | None
    at_risk: Amount | None
    margin: Amount | None
    effective_leverage: Amount | None
    account_leverage: Amount | None
    loss_at_invalidation: Amount | None
    stress_loss: Amount | None


class FindingAnswer(Answer):
    """What one rule found. ``severity`` is empty where its facts were missing."""

    rule_id: str
    severity: str
    message: str
    formula: str
    figures: dict[str, str]
    level: int
    missing: list[str]
    after: bool
    """Told afterwards: nothing stands before this action."""
    suppressed: str
    """Why it is not among those shown; empty: it is."""


class ThreeAnswer(Answer):
    """The three numbers: the odds, the loss, and what holding less would do. Fractions; null: not known."""

    chance_before: str | None
    chance_after: str | None
    until: str
    method: str
    paths: int | None
    loss_before: str | None
    loss_after: str | None
    liquidation_before: str | None
    liquidation_after: str | None
    keep: str | None
    keep_contracts: str | None
    asset: str
    words: list[str]


class AlternativeAnswer(Answer):
    """A button. Every one weighs the same."""

    decision: str
    words: str
    figures: dict[str, str]
    open: bool
    """Whether it can be chosen now."""


class CheckAnswer(Answer):
    """One check of a written line."""

    code: str
    passed: bool
    words: str


class LineRead(Answer):
    """A written line, and what was made of it."""

    name: str
    accepted: bool
    reading: str
    """The sentence as it was understood; empty where it was not."""
    checks: list[CheckAnswer]
    cautions: list[CheckAnswer]
    """What refuses nothing, and is said."""
    not_evaluated: list[CheckAnswer]
    """Checks whose figures are not known."""


class Receipt(Answer):
    """Where it stands in the journal."""

    seq: int
    hash: str
    kind: str
    at_ms: int


class PermitAnswer(Answer):
    """What an executor needs before it acts; ``intent`` and ``state`` are outside its ``signature``."""

    permit_id: str
    intent_hash: str
    issued_ms: int
    expires_ms: int
    mark_price: str | None
    max_drift: str
    contracts_max: str | None
    nonce: str
    key_id: str
    signature: str
    intent: dict[str, Any]
    """What it was given for: the executor hashes it without ``trigger_text`` and compares."""
    state: Literal["valid", "expired", "used"]


class AuditAnswer(Answer):
    """One intent, judged.

    ``verdict``: allow, caution, pause, block or data_missing. ``state``: open until it is decided. While it
    pauses, ``pause_until_ms`` says when going on becomes possible, ``needed`` what is still to be written.
    """

    audit_id: str
    intent_id: str
    account_id: str
    what: str
    """The intent in words."""
    at_ms: int
    verdict: Literal["allow", "caution", "pause", "block", "data_missing"]
    lane: Literal["reduce", "neutral", "increase"]
    friction: int
    pause_seconds: int
    pause_until_ms: int | None
    timer: bool
    state: Literal["open", "decided", "expired", "shadow"]
    decision: str
    three: ThreeAnswer | None
    findings: list[FindingAnswer]
    """At most three, in the order they are read."""
    further: list[FindingAnswer]
    not_evaluated: list[FindingAnswer]
    data_missing: list[str]
    hostages: list[str]
    asset: str
    before: StandingAnswer
    after: StandingAnswer
    needed: list[str]
    lines: list[LineRead]
    stake: str
    """The number to type back in the long pause; empty elsewhere."""
    alternatives: list[AlternativeAnswer]
    permit: PermitAnswer | None
    receipt: Receipt
    venue: str
    rules_version: str
    config_hash: str
    facts_hash: str
    assumptions: list[str]


class DecisionAnswer(Answer):
    """What was decided, where it is written, and the permit that came of it."""

    audit_id: str
    decision: str
    words: str
    permit: PermitAnswer | None
    receipt: Receipt


class FillAnswer(Answer):
    """A fill that was reported."""

    permit_id: str
    receipt: Receipt


class NoteAnswer(Answer):
    """A note that was kept."""

    receipt: Receipt
