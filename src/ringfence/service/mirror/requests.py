"""What the mirror is asked: an audit, answers, a decision, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ringfence.ingest.fields import Amount, Asset, Symbol, Table
from ringfence.ingest.schema import AccountInput
from ringfence.service.requests import OnDate

ACTIONS = Literal[
    "open", "increase", "reduce", "add_margin", "remove_margin", "switch_to_cross", "switch_to_isolated",
    "change_leverage", "move_stop", "hedge", "transfer",
]  # fmt: skip
DECISIONS = Literal["do_nothing", "reduce", "follow_plan", "proceed", "override"]
Id = Annotated[
    str | None,
    Field(
        description="Your own id of this request: the same one again changes nothing and answers the same. "
        "Absent: one is made.",
        min_length=1,
        max_length=64,
    ),
]
AccountId = Annotated[
    str, Field(description="Your name for the account.", min_length=1, max_length=64, pattern=r"[\w.:@-]+")
]
Millis = Annotated[int, Field(ge=0, le=2**53, description="UTC milliseconds.")]


class IntentFields(Table):
    """What somebody wants to do. No figures of the account: these come from the engine."""

    action: Annotated[ACTIONS, Field(description="What you want to do.")]
    symbol: Annotated[
        Symbol | None, Field(description="The position, or what is opened; absent: the only one there is.")
    ] = None
    side: Annotated[
        Literal["long", "short"] | None, Field(description="Its side; absent: that of the open position.")
    ] = None
    contracts: Annotated[
        Amount | None, Field(description="Size of the trade, above zero; reduce without it: all of it.")
    ] = None
    price: Annotated[Amount | None, Field(description="Price of the order; absent: the mark.")] = None
    leverage: Annotated[Amount | None, Field(description="Of a new position, or the leverage wanted.")] = None
    margin_mode: Annotated[
        Literal["isolated", "cross"] | None, Field(description="open: margin mode of the new position.")
    ] = None
    margin: Annotated[Amount | None, Field(description="open, isolated: what goes into the fence.")] = None
    amount: Annotated[
        Amount | None,
        Field(description="Margin to add or take out; transfer: a deposit, below zero a withdrawal."),
    ] = None
    asset: Annotated[Asset | None, Field(description="transfer: of which asset.")] = None
    which: Annotated[
        Literal["stop", "invalidation"], Field(description="move_stop: the order, or the written level.")
    ] = "stop"
    stop_from: Annotated[Amount | None, Field(description="move_stop: where it is; absent: nowhere.")] = None
    stop_to: Annotated[Amount | None, Field(description="move_stop: where to; absent: taken away.")] = None
    reduce_only: Annotated[bool, Field(description="The order can only shrink a position.")] = False
    scheduled: Annotated[bool, Field(description="transfer: decided on beforehand, while flat.")] = False
    why: Annotated[str, Field(description="What made you want it; optional.", max_length=500)] = ""
    plan_id: Annotated[str | None, Field(description="The plan it follows; absent: the one that fits.")] = (
        None
    )
    target: Annotated[
        Amount | None, Field(description="Price you hope for; absent: the plan's. The odds are until there.")
    ] = None


class AuditRequest(IntentFields):
    """An intent, held against the account, before anything is done."""

    id: Id = None
    account: Annotated[
        AccountInput | None,
        Field(description="The account now; absent: the last one that was journaled under its name."),
    ] = None
    account_id: AccountId = "main"
    venue: Annotated[str | None, Field(description="Another venue's rules for the same account.")] = None
    on: OnDate = None
    as_of_ms: Annotated[
        Millis | None,
        Field(description="When the account and its marks were read; absent: now, if a person states them."),
    ] = None
    spread: Annotated[
        Amount | None, Field(description="Best ask less best bid, quote currency; absent: not known.")
    ] = None
    mark_before_15m: Annotated[
        Amount | None, Field(description="The mark 15 minutes ago; absent: not known.")
    ] = None
    shadow: Annotated[
        bool, Field(description="Audit without a gate: the verdict is journaled and nothing is held up.")
    ] = False


class WritingFields(Table):
    """How the answers were written, as far as it was observed."""

    active_ms: Annotated[int | None, Field(ge=0, le=2**53)] = None
    keystrokes: Annotated[int | None, Field(ge=0, le=2**53)] = None
    pasted_chars: Annotated[int | None, Field(ge=0, le=2**53)] = None
    focus_lost_ms: Annotated[int | None, Field(ge=0, le=2**53)] = None
    price_peeked: bool | None = None


class AnswerRequest(Table):
    """The three lines."""

    audit_id: Annotated[str, Field(description="The audit they belong to.")]
    id: Id = None
    disproof: Annotated[
        str | None,
        Field(max_length=2_000, description="One sentence that would prove the idea wrong, with a date."),
    ] = None
    invalidation: Annotated[
        str | None, Field(max_length=2_000, description="The price at which the idea is wrong.")
    ] = None
    do_nothing: Annotated[str | None, Field(max_length=2_000, description="One reason to do nothing.")] = None
    chosen: Annotated[
        list[Literal["disproof", "invalidation", "do_nothing"]],
        Field(max_length=3, description="Lines that were made from choices, not typed."),
    ] = Field(default_factory=list)
    writing: Annotated[
        WritingFields | None, Field(description="How they were written; absent: not observed.")
    ] = None


class DecideRequest(Table):
    """What is done in the end."""

    audit_id: Annotated[str, Field(description="The audit it ends.")]
    decision: Annotated[DECISIONS, Field(description="What you do.")]
    id: Id = None
    reason: Annotated[
        str, Field(max_length=2_000, description="override: why, in at least 20 characters.")
    ] = ""
    confirmation: Annotated[
        str, Field(max_length=200, description="The long pause: the number at stake, as it is shown.")
    ] = ""


class AuditIdRequest(Table):
    """One audit."""

    audit_id: Annotated[str, Field(description="The audit.")]


class PermitRequest(Table):
    """One permit."""

    permit_id: Annotated[str, Field(description="The permit.")]


class FillRequest(Table):
    """What an executor did with a permit."""

    permit_id: Annotated[str, Field(description="The permit it acted on.")]
    contracts: Annotated[Amount | None, Field(description="What was traded; absent: no trade.")] = None
    price: Annotated[Amount | None, Field(description="At which price.")] = None
    at_ms: Annotated[Millis | None, Field(description="When; absent: now.")] = None
    venue_says: Annotated[str, Field(max_length=2_000, description="What the venue answered.")] = ""
    id: Id = None


class NoteRequest(Table):
    """Something to remember beside an audit."""

    audit_id: Annotated[str | None, Field(description="The audit it belongs to; absent: none.")] = None
    text: Annotated[str, Field(min_length=1, max_length=2_000, description="The note.")]
    account_id: AccountId = "main"
    id: Id = None


class OutcomeRequest(Table):
    """What would have become of it."""

    audit_id: Annotated[
        str | None, Field(description="One audit; absent: every one whose horizon has passed.")
    ] = None
    account_id: AccountId = "main"


class LedgerRequest(Table):
    """What pausing has cost and saved."""

    account_id: AccountId = "main"
