"""What is asked of plans, own limits, the journal and an imported history."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ringfence.ingest.fields import Amount, Symbol, Table
from ringfence.ingest.schema import AccountInput
from ringfence.service.mirror.requests import AccountId, Id, Millis
from ringfence.service.requests import OnDate

Mode = Literal["isolated", "cross"]


class PermissionInput(Table):
    """What a plan allows of one kind of rescue."""

    allowed: bool = True
    count_max: Annotated[int | None, Field(ge=0, le=1_000, description="how often")] = None
    total_max: Annotated[Amount | None, Field(description="how much in all, settlement asset")] = None
    price_min: Annotated[Amount | None, Field(description="only while the mark is not below")] = None
    price_max: Annotated[Amount | None, Field(description="only while the mark is not above")] = None
    at_risk_max: Annotated[
        Amount | None, Field(description="mode switch: most that may be at risk afterwards")
    ] = None


class RungInput(Table):
    """One planned addition."""

    price: Amount
    contracts: Amount


class PlanInput(Table):
    """A plan: what is decided while nothing is open."""

    symbol: Symbol
    side: Literal["long", "short"]
    disproof: Annotated[
        str, Field(max_length=2_000, description="one sentence that would prove the idea wrong, with a date")
    ]
    invalidation_price: Annotated[Amount, Field(description="the price at which the idea is wrong")]
    do_nothing_reason: Annotated[str, Field(max_length=2_000, description="one reason to do nothing")]
    thesis: Annotated[str, Field(max_length=500, description="the idea")] = ""
    trigger: Annotated[
        str, Field(pattern=r"mark|last|close_of:\d{1,3}[mhdw]", description="what the level is read on")
    ] = "mark"
    time_stop_ms: Annotated[Millis | None, Field(description="when the idea ends anyway, UTC ms")] = None
    entry_zone: Annotated[
        list[Amount] | None, Field(min_length=2, max_length=2, description="lowest and highest entry")
    ] = None
    target_prices: Annotated[list[Amount], Field(max_length=16)] = Field(default_factory=list)
    contracts_max: Amount | None = None
    notional_max: Amount | None = None
    leverage_max: Amount | None = None
    modes_allowed: Annotated[list[Mode], Field(max_length=2, description="margin modes")] = Field(
        default_factory=lambda: list[Mode](["isolated"])
    )
    mode_switch: PermissionInput | None = None
    ladder: Annotated[list[RungInput], Field(max_length=64, description="planned additions")] = Field(
        default_factory=list
    )
    top_up: PermissionInput | None = None
    hedge: PermissionInput | None = None
    deposit: PermissionInput | None = None
    risk_max: Annotated[
        Amount | None, Field(description="most to lose at the invalidation, fees included")
    ] = None
    risk_fraction_max: Annotated[Amount | None, Field(description="the same as a share of equity")] = None
    locked: Annotated[bool, Field(description="past its invalidation nothing may be added")] = False


class PlanNewRequest(Table):
    """A plan, or a new version of one."""

    plan: Annotated[PlanInput, Field(description="The plan.")]
    account: Annotated[AccountInput, Field(description="The account now: a plan is written while flat.")]
    account_id: AccountId = "main"
    supersedes: Annotated[
        str | None, Field(description="The plan that this is a new version of; the old one stays.")
    ] = None
    on: OnDate = None
    id: Id = None


class PlanShowRequest(Table):
    """One plan with its versions."""

    plan_id: Annotated[str, Field(description="The plan.")]


class PlanListRequest(Table):
    """The plans of an account."""

    account_id: AccountId = "main"
    symbol: Annotated[Symbol | None, Field(description="Only of this symbol.")] = None


class LimitSetRequest(Table):
    """An own limit or lock: tighter at once, looser after 24 hours and from flat."""

    what: Annotated[
        Literal["trading", "daily_loss", "deposits", "programs"],
        Field(
            description="trading: no new risk until then; daily_loss, deposits: an amount; programs: most "
            "that an intent may put at risk which a bot or an agent answers for by itself."
        ),
    ]
    amount: Annotated[Amount | None, Field(description="daily_loss, deposits: how much.")] = None
    hours: Annotated[
        int | None, Field(ge=1, le=720, description="trading: for so long; 12, 24 and 168 are usual.")
    ] = None
    locked: Annotated[bool, Field(description="Beyond the amount is not a pause but the end.")] = False
    off: Annotated[bool, Field(description="Take it away; holds after 24 hours, from flat.")] = False
    account: Annotated[
        AccountInput | None, Field(description="The account now, where something is loosened.")
    ] = None
    account_id: AccountId = "main"
    id: Id = None


class LimitListRequest(Table):
    """Own limits and locks in force."""

    account_id: AccountId = "main"


class RuleSetRequest(Table):
    """A rule turned on or off."""

    rule_id: Annotated[str, Field(description="The rule, as in G-14.")]
    on: Annotated[bool, Field(description="On at once; off after 24 hours.")] = False
    account_id: AccountId = "main"
    id: Id = None


class RuleListRequest(Table):
    """Every rule."""

    account_id: AccountId = "main"


class JournalListRequest(Table):
    """What is in the journal, newest first."""

    kind: Annotated[str | None, Field(description="Only of this kind: intent, audit, decision …")] = None
    account_id: Annotated[AccountId | None, Field(description="Only of this account.")] = None
    limit: Annotated[int, Field(ge=1, le=1_000, description="How many.")] = 20


class JournalVerifyRequest(Table):
    """Whether every record is as it was written."""


class JournalExportRequest(Table):
    """The whole journal as a file that anybody can verify."""

    to: Annotated[str, Field(description="The file to write; it must not exist.")]


class JournalAnchorRequest(Table):
    """The signed head, to keep somewhere else."""


class JournalEraseRequest(Table):
    """A text to forget."""

    ref: Annotated[str, Field(description="The text, as journal list shows it: RECORD#FIELD.")]
    id: Id = None


class JournalRestoreRequest(Table):
    """A journal back from an export or a backup."""

    source: Annotated[str, Field(description="The exported file.")]
    accept_loss: Annotated[
        bool, Field(description="Go on where later records are known to have been; the journal then says so.")
    ] = False


class JournalRebuildRequest(Table):
    """Everything derived, made anew from the records."""


class HistoryImportRequest(Table):
    """What a venue exported, into the journal."""

    content: Annotated[
        str, Field(description="The text of the file; base64 of one that is packed with gzip.")
    ]
    file_name: Annotated[str, Field(description="Its name.")] = ""
    venue: Annotated[str | None, Field(description="Of which venue, where the file does not say.")] = None
    account_id: AccountId = "main"
    dates: Annotated[
        Literal["dmy", "mdy"] | None,
        Field(description="Order of day and month, where the file leaves it open."),
    ] = None
    tz: Annotated[
        str | None, Field(description="Time zone of the file, where it states none: UTC, +02:00.")
    ] = None
    dry_run: Annotated[bool, Field(description="Read and reconcile, store nothing.")] = False
    id: Id = None


class HistoryScanRequest(Table):
    """The detectors over what is known of an account."""

    account_id: AccountId = "main"
    seed: Annotated[int, Field(ge=0, le=2**53, description="Of the resampling.")] = 0
    started_flat: Annotated[
        bool | None,
        Field(description="The account held nothing before its first booking here; absent: not known."),
    ] = None
    hedged: Annotated[bool, Field(description="Long and short of a symbol stand side by side.")] = False
    since_ms: Annotated[Millis | None, Field(description="Only what was booked from then on.")] = None
