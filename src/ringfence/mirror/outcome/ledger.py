"""The ledger: what pausing saved and what it cost, side by side, one settlement asset at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from statistics import median

from ringfence.domain.numbers import Number, add, exactly, simplest
from ringfence.mirror.outcome.delta import Delta, difference
from ringfence.mirror.outcome.interval import Interval, of_total
from ringfence.mirror.outcome.model import Branch, Choice, Outcome, Status

ENOUGH = 30
"""Decided pauses below which nothing is told from luck."""
ZERO = Decimal(0)


@dataclass(frozen=True)
class Entry:
    """One audited intent, as the ledger counts it.

    Attributes:
        at: when it was expressed, UTC ms. paused: whether a pause was asked for.
        rules: that decided the pause. pausing: what was done less doing it at once.
        going_ahead: what was done less doing nothing.
    """

    intent_id: str
    at: int
    asset: str
    choice: Choice
    paused: bool
    rules: tuple[str, ...] = ()
    pausing: Delta | None = None
    going_ahead: Delta | None = None

    @property
    def heeded(self) -> bool:
        """Whether it was paused and then not carried out as it was meant."""
        return self.paused and not self.choice.went_ahead

    @property
    def overridden(self) -> bool:
        """Whether it was paused and carried out all the same."""
        return self.paused and self.choice.went_ahead


@dataclass(frozen=True)
class Ledger:
    """The account of the pauses in one asset, at the primary horizon.

    Attributes:
        pauses: asked for; heeded and overridden make up all of them. decided: heeded ones whose outcome the
            prices decide. undetermined: the order of prices inside a bar would decide. waiting: the horizon
            is not over. without: bars are missing, or a branch cannot be worked out.
        saved, cost: sums of the differences above and below zero, both as amounts; where the order of prices
            leaves a range, the end of it that speaks less for the pause. net: saved - cost.
        largest_saved, largest_cost: None where there is none. avoided, caused: liquidations.
        overrides_net: what going ahead was worth against doing nothing; overrides_decided: of how many.
        delay_net: of those, what came of the time the pause took. hypothetical: decided ones that rest on a
            change the venue refuses, or on what was taken for done.
        bypassed: acts at the venue without an intent, of all acts there.
    """

    asset: str
    pauses: int
    heeded: int
    overridden: int
    decided: int
    undetermined: int
    waiting: int
    without: int
    saved: Number
    saved_count: int
    cost: Number
    cost_count: int
    net: Number
    interval: Interval | None
    median: Number | None
    largest_saved: Number | None
    largest_cost: Number | None
    avoided: int
    caused: int
    overrides_net: Number
    overrides_decided: int
    delay_net: Number
    hypothetical: int
    bypassed: int
    acts: int

    @property
    def distinguishable(self) -> bool:
        """Whether the net is told from luck: 30 decided pauses, and an interval that leaves out zero."""
        enough = self.decided >= ENOUGH
        return enough and self.interval is not None and self.interval.excludes_zero

    @property
    def bypass_rate(self) -> Fraction | None:
        """Share of the acts at the venue that had no intent; None where none is known."""
        return Fraction(self.bypassed, self.acts) if self.acts else None


def entry(
    outcomes: Sequence[Outcome], *, at: int, choice: Choice, paused: bool, rules: tuple[str, ...] = ()
) -> Entry:
    """The entry of an intent, of the primary horizon of its outcomes."""
    first = outcomes[0]
    return Entry(
        first.intent_id,
        at,
        first.asset,
        choice,
        paused,
        rules,
        pausing=difference(outcomes, Branch.ACTUAL, Branch.DO_IT_NOW),
        going_ahead=difference(outcomes, Branch.ACTUAL, Branch.DO_NOTHING),
    )


def ledgers(entries: Iterable[Entry], *, seed: int, bypassed: int = 0, acts: int = 0) -> tuple[Ledger, ...]:
    """One ledger for each asset, in the order of their names: amounts of two currencies are never added.

    Args:
        seed: of the interval's draws. bypassed, acts: of the whole account, as `matched` counts them.

    >>> ledgers([], seed=1)
    ()
    """
    known: dict[str, dict[str, Entry]] = {}
    for one in entries:
        known.setdefault(one.asset, {})[one.intent_id] = one
    return tuple(
        _ledger(asset, sorted(known[asset].values(), key=_order), seed, (bypassed, acts))
        for asset in sorted(known)
    )


def _order(one: Entry) -> tuple[int, str]:
    return one.at, one.intent_id


@exactly
def _ledger(asset: str, entries: Sequence[Entry], seed: int, reported: tuple[int, int]) -> Ledger:
    paused = [one for one in entries if one.paused]
    heeded = [one for one in paused if one.heeded]
    deltas = [(one.at, one.pausing) for one in heeded if one.pausing is not None]
    decided = [(at, one) for at, one in deltas if one.determined]
    amounts = [amount(one) for _, one in decided]
    saved, cost = [one for one in amounts if one > 0], [-one for one in amounts if one < 0]
    overridden = [one for one in paused if one.overridden]
    ahead = _decided(one.going_ahead for one in overridden)
    delayed = _decided(one.pausing for one in overridden)
    bypassed, acts = reported
    return Ledger(
        asset=asset,
        pauses=len(paused),
        heeded=len(heeded),
        overridden=len(overridden),
        decided=len(decided),
        undetermined=sum(one.undetermined for _, one in deltas),
        waiting=sum(one.status is Status.NOT_YET for _, one in deltas),
        without=sum(one.status in (Status.INCOMPLETE, Status.NOT_POSSIBLE) for _, one in deltas)
        + len(heeded)
        - len(deltas),
        saved=add(saved),
        saved_count=len(saved),
        cost=add(cost),
        cost_count=len(cost),
        net=add(amounts),
        interval=of_total([(at, amount(one)) for at, one in decided], seed=seed),
        median=_median(amounts),
        largest_saved=max(saved, default=None),
        largest_cost=max(cost, default=None),
        avoided=sum(one.avoided for _, one in decided),
        caused=sum(one.caused for _, one in decided),
        overrides_net=add(amount(one) for one in ahead),
        overrides_decided=len(ahead),
        delay_net=add(amount(one) for one in delayed),
        hypothetical=sum(one.hypothetical for _, one in decided),
        bypassed=bypassed,
        acts=acts,
    )


def _decided(deltas: Iterable[Delta | None]) -> list[Delta]:
    return [one for one in deltas if one is not None and one.determined]


def amount(one: Delta) -> Number:
    """What a decided difference counts: the end of its range that speaks less for what was chosen."""
    return one.low


def _median(amounts: Sequence[Number]) -> Number | None:
    return simplest(median(Fraction(one) for one in amounts)) if amounts else None
