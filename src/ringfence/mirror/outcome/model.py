"""What an outcome is made of: the moment it starts from, what was decided, and what each branch came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ringfence.domain.account import Account
from ringfence.domain.numbers import Number
from ringfence.mirror.happened import Happened
from ringfence.mirror.model import Intent, Plan
from ringfence.replay.scene import Scene, Stop


class Branch(Enum):
    """One way an account could have gone from the moment of an intent.

    >>> Branch.DO_NOTHING.value
    'do_nothing'
    """

    ACTUAL = "actual"
    DO_NOTHING = "do_nothing"
    DO_IT_NOW = "do_it_now"
    FOLLOW_PLAN = "follow_plan"
    EQUAL_SAFETY = "equal_safety_reduce"


class Choice(Enum):
    """What was decided about an intent. ``bypassed``: the venue has it, and no intent was written.

    >>> Choice("do_nothing").went_ahead
    False
    """

    PROCEED = "proceed"
    REDUCE_INSTEAD = "reduce_instead"
    DO_NOTHING = "do_nothing"
    OVERRIDE = "override"
    EXPIRED = "expired"
    BYPASSED = "bypassed"

    @property
    def went_ahead(self) -> bool:
        """Whether the intent was carried out, as it was meant."""
        return self in (Choice.PROCEED, Choice.OVERRIDE, Choice.BYPASSED)


class Status(Enum):
    """Whether there is an outcome.

    SETTLED: every bar of its horizon is there. NOT_YET: the horizon is not over. INCOMPLETE: it is, and bars
    are missing. NOT_POSSIBLE: the branch cannot be worked out; `Outcome.words` says why.

    >>> Status("not_yet").name
    'NOT_YET'
    """

    SETTLED = "settled"
    NOT_YET = "not_yet"
    INCOMPLETE = "incomplete"
    NOT_POSSIBLE = "not_possible"


@dataclass(frozen=True)
class Snapshot:
    """An account at the moment an intent was first expressed, and the path it is led along.

    Attributes:
        at: UTC ms. marks: of that moment. scene: prices, funding, fees and rules; it may start earlier and
            end later, bars outside a horizon are never looked at. stops: stops that rested then.
    """

    account: Account
    at: int
    marks: Mapping[str, Decimal]
    scene: Scene
    stops: tuple[Stop, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, when (UTC ms), and what the venue then reported, fills among it."""

    choice: Choice
    at: int
    happened: tuple[Happened, ...] = ()


@dataclass(frozen=True)
class Question:
    """Everything that the branches of one intent start from.

    Attributes:
        keep: the share of the position that has the same liquidation price without new money; None: unknown,
            and there is no such branch.
    """

    snapshot: Snapshot
    intent: Intent
    decision: Decision | None = None
    plan: Plan | None = None
    keep: Number | None = None


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far an outcome looks, fixed by the intent and its plan alone. ``ends``: UTC ms."""

    name: str
    ends: int
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """Money that depends on the order of prices inside bars, which nobody recorded."""

    best: Number
    worst: Number

    @property
    def certain(self) -> bool:
        """Whether every order comes to the same."""
        return bool(self.best == self.worst)


@dataclass(frozen=True)
class Outcome:
    """What one branch came to at one horizon. Money in ``asset``, exact; None where there is none.

    Attributes:
        horizon_ms: length from the intent. end_equity, pnl, min_equity: in the worse order of prices.
        pnl: end less start, without money that came from outside or left (``moved``).
        liquidated: whether any ring was; None: that depends on the order of prices inside a bar.
        reduced: whether the venue closed anything by force, a part of a position counts.
        t_liq: when the bar of the first liquidation opens. fees: of trades, above zero what was paid.
        funding: booked, above zero received. ambiguity: end equity over both orders.
        price_path_id: digest of every price and payment looked at. words: what a reader must know, a
            sentence each. refused: what the venue says where it does not allow this; the figures are then of
            what the intent amounts to. assumed: nobody reported what was done, so it is taken as intended.
    """

    intent_id: str
    branch: Branch
    horizon: str
    horizon_ms: int
    primary: bool
    status: Status
    asset: str
    price_path_id: str
    engine_version: str
    end_equity: Number | None = None
    pnl: Number | None = None
    min_equity: Number | None = None
    liquidated: bool | None = None
    reduced: bool | None = None
    t_liq: int | None = None
    fees: Number | None = None
    funding: Number | None = None
    moved: Number | None = None
    ambiguity: Span | None = None
    pnl_span: Span | None = None
    refused: str = ""
    assumed: bool = False
    words: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether there are figures."""
        return self.status is Status.SETTLED

    @property
    def undetermined(self) -> bool:
        """Whether it was liquidated depends on the order of prices inside a bar."""
        return self.settled and self.liquidated is None
