"""What the detectors read and what they answer: `Past`, `Episode`, `Detected`. Values without behaviour.

Times are UTC ms; prices in quote currency, money in the settlement asset of the symbol, exact. A statistic is
a float, because it is an estimate; nothing that is money is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ringfence.domain.account import InstrumentTerms, MarginMode, Side
from ringfence.domain.instrument import Instrument
from ringfence.domain.tiers import TierTable
from ringfence.mirror.happened import Happened
from ringfence.mirror.model import Plan
from ringfence.venues.rules import VenueRules

NEWEST = "9999-12-31"
"""The date that every tier table is older than."""


@dataclass(frozen=True, slots=True)
class Hourly:
    """Marks of one symbol, an hour apart; a missing hour is simply not there.

    Attributes:
        times: strictly rising, UTC ms; of the moment at which the close held: the END of the bar.
        closes: the mark at that moment.

    >>> Hourly((3_600_000,), (Decimal("60000"),)).closes[0]
    Decimal('60000')
    """

    times: tuple[int, ...]
    closes: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owned in one asset right after everything that happened at ``at``.

    ``wallet`` counts the margins inside fences too, and no unrealised PnL. One such point is enough: the
    bookings carry it forward and back.
    """

    at: int
    asset: str
    wallet: Decimal
    account_id: str = "main"


@dataclass(frozen=True, slots=True)
class Decided:
    """A pause and what was decided in it; for D10.

    Attributes:
        choice: ``override``, ``proceed``, ``reduce_instead``, ``do_nothing``, ``expired``, ``bypassed``.
        delta: end equity as it went less end equity had nothing been done, at the horizon that was fixed
            beforehand; None: not yet known, or undetermined.
    """

    audit_id: str
    at: int
    choice: str
    delta: Decimal | None = None
    account_id: str = "main"


@dataclass(frozen=True)
class Past:
    """Everything the detectors may read. What is not here is not known, and nothing is assumed for it.

    Attributes:
        happened: bookings in any order; ids unique. marks: by symbol.
        plans: every version of every plan. decided: pauses and their decisions.
        balances: at least one by account and settlement asset, where equity is to be known: D3 and D7 need
            it, and D1 for positions in cross margin.
        rules: by venue, for contract sizes and liquidation prices; a venue that is not here has neither.
        terms, tiers: by symbol, what the account states about a contract itself, before the venue's tables.
        on: the date whose tables hold.
        hedged: accounts in which long and short of a symbol stand side by side; there a fill's ``closes``
            says which of the two it is about, and without it the fill cannot be placed. An account also
            counts from its first fill that opens and realises nothing where netting would have realised.
        started_flat: whether the account held nothing before its first booking here. None: not known; then a
            symbol counts from its first fill whose stated profit is nothing, and what lies before is
            incomplete.
    """

    happened: tuple[Happened, ...]
    marks: Mapping[str, Hourly] = field(default_factory=dict)
    plans: tuple[Plan, ...] = ()
    decided: tuple[Decided, ...] = ()
    balances: tuple[Balance, ...] = ()
    rules: Mapping[str, VenueRules] = field(default_factory=dict)
    terms: Mapping[str, InstrumentTerms] = field(default_factory=dict)
    tiers: Mapping[str, TierTable] = field(default_factory=dict)
    on: str = NEWEST
    hedged: frozenset[str] = frozenset()
    started_flat: bool | None = None


class Did(StrEnum):
    """What one step of an episode was."""

    OPEN = "open"
    ADD = "add"
    PARTIAL = "partial close"
    CLOSE = "close"
    TOP_UP = "top-up"
    MARGIN_OUT = "margin out"
    TO_CROSS = "switch to cross"
    TO_ISOLATED = "switch to isolated"
    REOPENED_CROSS = "closed isolated, reopened cross"
    LEVERAGE = "leverage"
    DEPOSIT = "deposit"
    HEDGE = "hedge"
    STOP = "stop"
    TARGET = "target"
    INVALIDATION = "invalidation"


@dataclass(frozen=True, slots=True)
class Held:
    """A position at one moment.

    Attributes:
        contracts: zero when flat. entry: average, exact up to 60 digits. margin: in the fence without
            unrealised PnL; None in cross, and where it is not known. mode, leverage: None: not known.
    """

    contracts: Decimal
    entry: Decimal
    mode: MarginMode | None = None
    leverage: Decimal | None = None
    margin: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done in an episode, with the position just before and just after.

    Attributes:
        price: of the fill, or the last mark at the time; None: not known.
        adverse: whether the position was losing by more than noise just before; None: not known.
        old, new: of a stop, target or invalidation; None: there was none, or it was taken away.
        amount: of margin, or of a deposit. rung: an addition at a rung of a plan written beforehand.
        forced: the venue closed. preplaced: by an order that rested before; None: not known, or no close.
        widened: a stop or invalidation moved away while adverse. cut: a target moved nearer while in profit.
    """

    did: Did
    id: str
    at: int
    price: Decimal | None
    before: Held
    after: Held
    adverse: bool | None = None
    old: Decimal | None = None
    new: Decimal | None = None
    amount: Decimal | None = None
    rung: bool = False
    forced: bool = False
    preplaced: bool | None = None
    widened: bool = False
    cut: bool = False


class Ended(StrEnum):
    """How an episode ended. ``UNKNOWN``: the venue does not say whether the closing order rested before."""

    OPEN = "still open"
    BY_CHOICE = "discretionary"
    PREPLACED = "pre-placed"
    FORCED = "liquidated"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Episode:
    """A position from flat to flat.

    Attributes:
        number: in the order of opening, over the whole past. opened, closed: UTC ms; closed None: still open.
        steps: in order; the first is the open. plan: the newest version in force when it was opened, written
            flat; None: none. planned_risk: loss at the plan's invalidation, else at the stop that stood at
            the open (within a minute), fees left out; None: neither.
        entry_value: notional of the opening fill. gross: realised, before fees and funding; net: after both.
        worst: the largest adverse excursion at hourly marks and fills, as a fraction of the entry.
        instrument: the contract; None: its size is not known. missing: why it is incomplete; such an episode
            is counted and read by no detector.
    """

    number: int
    account_id: str
    venue: str
    symbol: str
    side: Side
    opened: int
    closed: int | None
    ended: Ended
    steps: tuple[Step, ...]
    plan: Plan | None
    planned_risk: Decimal | None
    entry_value: Decimal | None
    gross: Decimal | None
    net: Decimal | None
    worst: Decimal | None
    asset: str
    missing: tuple[str, ...] = ()
    instrument: Instrument | None = None

    @property
    def complete(self) -> bool:
        """Whether everything about it is known from its first fill on."""
        return not self.missing

    def of(self, *kinds: Did) -> tuple[Step, ...]:
        """Its steps of these kinds, in order."""
        return tuple(step for step in self.steps if step.did in kinds)


class Label(StrEnum):
    """How much a detector says. Only ``SUPPORTED`` is a claim about a habit."""

    FACTS = "facts only"
    NOT_SEEN = "not seen"
    SUGGESTIVE = "suggestive"
    SUPPORTED = "supported"


@dataclass(frozen=True)
class Detected:
    """What one detector found.

    Attributes:
        id: ``D1`` to ``D10``. name: in words. counts: facts, whatever the label.
        evidence: ids of the bookings (D10: audits) that were counted, in time order.
        effect: named in ``measure``; interval: 95 %, two-sided; p: one-sided unless ``null`` says otherwise;
            null: what it is held against. None where nothing was inferred.
        n: of the scarcest thing needed, min_n: how many of it an inference needs.
        words: at most 20, numbers first. money: amounts by name, in ``asset`` where they have one asset.
        not_evaluated: how many events were left out, by reason. extra: further estimates by name.
        claims: whether every condition of its own but the false-discovery one is met. small: the effect is
            smaller than its measure can tell from nothing.
    """

    id: str
    name: str
    label: Label
    counts: Mapping[str, int]
    evidence: tuple[str, ...]
    n: int
    min_n: int
    measure: str
    words: str
    effect: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None
    null: str = ""
    money: Mapping[str, Decimal] = field(default_factory=dict)
    not_evaluated: Mapping[str, int] = field(default_factory=dict)
    extra: Mapping[str, float] = field(default_factory=dict)
    claims: bool = False
    small: bool = False
