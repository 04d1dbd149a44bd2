"""What the mirror speaks of: plans, intents, findings, verdicts, answers. Frozen values without behaviour.

Money and prices are `Decimal` in the asset or quote currency that the name or the instrument gives; times
are UTC milliseconds; ratios are fractions, not per cent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.numbers import Number


class Action(Enum):
    """What a trader can want: the eleven buttons."""

    OPEN = "open"
    INCREASE = "increase"
    REDUCE = "reduce"
    ADD_MARGIN = "add_margin"
    REMOVE_MARGIN = "remove_margin"
    SWITCH_TO_CROSS = "switch_to_cross"
    SWITCH_TO_ISOLATED = "switch_to_isolated"
    CHANGE_LEVERAGE = "change_leverage"
    MOVE_STOP = "move_stop"
    HEDGE = "hedge"
    TRANSFER = "transfer"


class Severity(IntEnum):
    """How much a finding asks for, in rising order."""

    ALLOW = 0
    CAUTION = 1
    PAUSE = 2
    BLOCK = 3

    @property
    def word(self) -> str:
        """As it is written in answers: ``allow``, ``caution``, ``pause``, ``block``."""
        return self.name.lower()


class Lane(Enum):
    """Whether an intent can only shrink risk, leaves it as it is, or lets any part of it grow."""

    REDUCE = "reduce"
    NEUTRAL = "neutral"
    INCREASE = "increase"


@dataclass(frozen=True, slots=True)
class Disproof:
    """What would prove an idea wrong: something observable, compared with a number, by a time.

    Attributes:
        observable: a name of the lexicon: ``price``, ``close``, ``funding``, ``event`` … (`answers.lexicon`).
        comparator: ``below``, ``above``, ``at_or_below``, ``at_or_above``, ``happens``, ``does_not_happen``.
        threshold: None for a plain event. unit: ``price``, ``fraction``, ``bps``, ``atr``, ``event`` …
        by_ms: the last moment it can come true, UTC ms. timeframe_ms: of the close it is read at; None: any.
        raw_text: the sentence as written.
    """

    observable: str
    comparator: str
    threshold: Decimal | None
    unit: str
    by_ms: int | None
    timeframe_ms: int | None = None
    raw_text: str = ""


@dataclass(frozen=True, slots=True)
class Permission:
    """What a plan allows of one kind of rescue, decided while flat.

    Attributes:
        count_max: how often; total_max: how much in all, settlement asset; None: no such bound.
        price_min, price_max: only while the mark is between them; None: no such bound.
        at_risk_max: highest capital at risk afterwards (mode switch); None: no such bound.
    """

    allowed: bool = False
    count_max: int | None = None
    total_max: Decimal | None = None
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    at_risk_max: Decimal | None = None


NO_PERMISSION = Permission()


@dataclass(frozen=True, slots=True)
class Rung:
    """One planned addition. ``contracts`` above zero."""

    price: Decimal
    contracts: Decimal


@dataclass(frozen=True, slots=True)
class Written:
    """The state an account was in when a plan was written: it decides what the plan can justify."""

    flat: bool
    adverse: bool
    drawdown: Decimal | None = None


@dataclass(frozen=True)
class Plan:
    """What was decided beforehand about one idea. A version is never changed: a new one supersedes it.

    Attributes:
        risk_max: most that may be lost at the invalidation, fees included, settlement asset;
            risk_fraction_max: the same as a share of equity.
        time_stop_ms: when the idea ends anyway. ladder: planned additions in their order.
        trigger: what the invalidation is read on: ``mark``, ``last``, ``close_of:4h``.
    """

    plan_id: str
    version: int
    created_ms: int
    account_id: str
    symbol: str
    side: Side
    disproof: Disproof
    invalidation_price: Decimal
    do_nothing_reason: str
    written: Written
    supersedes: str | None = None
    thesis: str = ""
    trigger: str = "mark"
    time_stop_ms: int | None = None
    entry_zone: tuple[Decimal, Decimal] | None = None
    target_prices: tuple[Decimal, ...] = ()
    contracts_max: Decimal | None = None
    notional_max: Decimal | None = None
    leverage_max: Decimal | None = None
    modes_allowed: frozenset[MarginMode] = frozenset({MarginMode.ISOLATED})
    mode_switch: Permission = NO_PERMISSION
    ladder: tuple[Rung, ...] = ()
    top_up: Permission = NO_PERMISSION
    hedge: Permission = NO_PERMISSION
    deposit: Permission = NO_PERMISSION
    risk_max: Decimal | None = None
    risk_fraction_max: Decimal | None = None
    locked: bool = False

    @property
    def edited_underwater(self) -> bool:
        """Whether it was written while the position was losing: kept, and justifies nothing."""
        return self.written.adverse


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody wants to do, as far as it is stated; figures come from the engine, never from here.

    Attributes:
        contracts: above zero; of a trade. price: None: at the mark. amount: margin in or out of a fence, or a
            transfer into (above zero) or out of the wallet (below zero). to: the margin mode wanted.
        stop_from, stop_to: None: none there, or removed. which: ``stop`` or ``invalidation``.
        asset: of a transfer. trigger_text: what made them want it. actor: ``human``, ``bot``, ``agent:NAME``.
        scheduled: a transfer that was planned while flat.
    """

    intent_id: str
    ts_ms: int
    actor: str
    account_id: str
    venue: str
    action: Action
    symbol: str | None = None
    side: Side | None = None
    contracts: Decimal | None = None
    price: Decimal | None = None
    leverage: Decimal | None = None
    margin_mode: MarginMode | None = None
    margin: Decimal | None = None
    amount: Decimal | None = None
    asset: str | None = None
    to: MarginMode | None = None
    which: str = "stop"
    stop_from: Decimal | None = None
    stop_to: Decimal | None = None
    reduce_only: bool = False
    scheduled: bool = False
    trigger_text: str = ""
    plan_id: str | None = None
    surface: str = "cli"


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a written answer. ``code``: stable, ``F3``. ``words``: what is missing or wrong."""

    code: str
    passed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Writing:
    """How an answer was written; None: not observed, and nothing is inferred from it."""

    active_ms: int | None = None
    keystrokes: int | None = None
    pasted_chars: int | None = None
    focus_lost_ms: int | None = None
    price_peeked: bool | None = None


@dataclass(frozen=True)
class Answer:
    """One written answer and what was made of it.

    Attributes:
        name: ``disproof``, ``invalidation``, ``do_nothing``, ``override``, ``confirmation`` or ``trigger``.
        source: ``typed``, ``plan`` or ``structured``.
    """

    name: str
    text: str
    checks: tuple[Check, ...] = ()
    disproof: Disproof | None = None
    level: Decimal | None = None
    writing: Writing = Writing()
    source: str = "typed"
    cautions: tuple[Check, ...] = ()
    not_evaluated: tuple[Check, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether every check passed."""
        return all(one.passed for one in self.checks)


class Topic(IntEnum):
    """What a finding is about, in the order in which findings are read."""

    MONEY = 0
    DISTANCE = 1
    CHANCE = 2
    OTHER = 3


@dataclass(frozen=True)
class Finding:
    """What one rule found.

    Attributes:
        severity: None where the rule could not be evaluated. level: friction it asks for (3: the long pause).
        message: at most 20 words, numbers first. key: of its template. figures: the exact numbers it read, by
            name, in the order they matter. formula: the condition with the numbers in it.
        measure: the number that makes it worse as it grows, to tell a repetition from something new.
        missing: the facts that were not there. closes: their absence closes the way to more risk.
        lifts: how many levels of friction it adds to the whole audit (G-03, G-19).
        after: told once the action went through, because nothing may stand before it.
        suppressed: why it is not shown; empty: it is.
    """

    rule_id: str
    severity: Severity | None
    message: str
    key: str = ""
    figures: dict[str, str] = field(default_factory=dict)
    formula: str = ""
    topic: Topic = Topic.OTHER
    measure: Number | None = None
    level: int = 0
    lifts: int = 0
    extra_seconds: int = 0
    missing: tuple[str, ...] = ()
    closes: bool = False
    after: bool = False
    suppressed: str = ""

    @property
    def evaluated(self) -> bool:
        """Whether its facts were there."""
        return self.severity is not None


@dataclass(frozen=True)
class Verdict:
    """What an audit comes to.

    Attributes:
        decided_by: the rules that ask for this severity.
        findings: everything found, what is shown first, in the order it is read.
        not_evaluated: the rules whose facts were missing, or that were turned off.
        answers_needed: what is still to be written before the intent can go on: ``disproof``,
            ``invalidation``, ``do_nothing``, and on level 3 ``confirmation`` and ``override``.
        timer: False: no waiting, because liquidation is nearer than a pause is safe; answers are optional.
        data_missing: the facts for want of which the way to more risk is closed. Severity is then `BLOCK`.
    """

    severity: Severity
    lane: Lane
    friction: int
    pause_seconds: int
    decided_by: tuple[str, ...]
    findings: tuple[Finding, ...]
    not_evaluated: tuple[Finding, ...]
    answers_needed: tuple[str, ...] = ()
    timer: bool = True
    data_missing: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """``allow``, ``caution``, ``pause``, ``block``, or ``data_missing`` where nothing else blocks."""
        return "data_missing" if self.data_missing else self.severity.word

    @property
    def exit_code(self) -> int:
        """Of the command: 0, 10, 20, 30, and 40 for missing data."""
        return 40 if self.data_missing else 10 * int(self.severity)

    @property
    def shown(self) -> tuple[Finding, ...]:
        """What stands before the trader now: at most three."""
        return tuple(one for one in self.findings if not one.suppressed)


@dataclass(frozen=True, slots=True)
class ThreeNumbers:
    """What a rescue buys and what it costs, before everything else; None: not known.

    Attributes:
        chance_before, chance_after: of being liquidated before ``until``; ``method`` says from what.
        loss_before, loss_after: what is lost from now if it happens.
        liquidation_before, liquidation_after: None also where no price of this coin liquidates.
        keep: share of the position that has the same liquidation price with no new money.
    """

    chance_before: Number | None
    chance_after: Number | None
    loss_before: Number | None
    loss_after: Number | None
    keep: Number | None
    liquidation_before: Number | None = None
    liquidation_after: Number | None = None
    keep_contracts: Decimal | None = None
    method: str = ""
    until: str = ""
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A button: ``do_nothing``, ``reduce``, ``follow_plan`` or ``proceed``; all weigh the same."""

    what: str
    words: str
    figures: dict[str, str] = field(default_factory=dict)
    open: bool = True
    """Whether it can be pressed; ``proceed`` of a block cannot."""


@dataclass(frozen=True, slots=True)
class Note:
    """An advisory remark on the answers, from outside the rules. It never changes a verdict.

    Attributes:
        kind: ``vague``, ``contradiction`` or ``restatement``. quote: words of the answers, as written.
    """

    kind: str
    quote: str
    words: str
    reviewer: str = ""


@dataclass(frozen=True)
class Audit:
    """One intent, judged at one moment.

    Attributes:
        audit_id: of everything but the notes: the same facts have the same id.
        pause_until_ms: None where nothing waits. alternatives: in the order they are offered.
        facts_hash, config_hash: of what was judged and by which thresholds.
    """

    audit_id: str
    intent_id: str
    at_ms: int
    rules_version: str
    config_hash: str
    facts_hash: str
    verdict: Verdict
    three: ThreeNumbers | None
    alternatives: tuple[Alternative, ...]
    pause_until_ms: int | None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Permit:
    """What an executor needs before it acts; ``signature`` over the rest.

    Attributes:
        intent_hash: of the canonical intent. mark_price: at which it was given; the executor refuses beyond
            ``max_drift`` of it (a fraction). contracts_max: None where the intent has no size.
    """

    permit_id: str
    intent_hash: str
    issued_ms: int
    expires_ms: int
    mark_price: Decimal | None
    max_drift: Decimal
    contracts_max: Decimal | None
    nonce: str
    key_id: str = ""
    signature: str = ""


Document = dict[str, Any]
"""A JSON object whose numbers are strings."""
