"""What is answered later: what became of an intent, and what pausing has cost and saved."""

from __future__ import annotations

from typing import Literal

from ringfence.service.answers import Answer


class BranchAnswer(Answer):
    """One way it could have gone, to one horizon; null where there are no figures."""

    branch: Literal["actual", "do_nothing", "do_it_now", "follow_plan", "equal_safety_reduce"]
    horizon: str
    primary: bool
    status: Literal["settled", "not_yet", "incomplete", "not_possible"]
    asset: str
    end_equity: str | None
    pnl: str | None
    min_equity: str | None
    best: str | None
    worst: str | None
    liquidated: bool | None
    """null with a settled status: the order of prices inside a bar decides."""
    liquidated_at_ms: int | None
    fees: str | None
    funding: str | None
    refused: str
    assumed: bool
    words: list[str]
    price_path_id: str


class IntentOutcome(Answer):
    """What became of one intent, beside what else could have."""

    audit_id: str
    what: str
    decision: str
    at_ms: int
    words: list[str]
    branches: list[BranchAnswer]
    journaled: bool


class OutcomesAnswer(Answer):
    """Outcomes, the oldest first; ``waiting``: audits whose horizon is not over."""

    outcomes: list[IntentOutcome]
    waiting: int
    without: list[str]
    """Audits of which nothing can be said, and why."""


class AccountOfPauses(Answer):
    """The ledger in one asset. Saved and cost stand side by side; neither is shown alone."""

    asset: str
    pauses: int
    heeded: int
    overridden: int
    decided: int
    undetermined: int
    waiting: int
    without: int
    saved: str
    saved_count: int
    cost: str
    cost_count: int
    net: str
    interval: list[str] | None
    median: str | None
    largest_saved: str | None
    largest_cost: str | None
    avoided: int
    caused: int
    overrides_net: str
    distinguishable: bool
    bypassed: int
    acts: int
    bypass_rate: str | None
    words: list[str]


class RuleRecord(Answer):
    """How one rule has done."""

    rule_id: str
    audits: int
    firings: int
    overridden: int
    proposed: bool
    words: str


class LedgerAnswer(Answer):
    """What pausing has cost and saved, by asset, and how each rule has done."""

    account_id: str
    ledgers: list[AccountOfPauses]
    rules: list[RuleRecord]
    notes: list[str]
