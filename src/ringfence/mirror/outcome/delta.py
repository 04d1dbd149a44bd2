"""Differences: what was chosen less what was refused, over the same path to the same horizon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.domain.numbers import Number, add, exactly
from ringfence.errors import invariant
from ringfence.mirror.outcome.model import Branch, Outcome, Span, Status


@dataclass(frozen=True)
class Delta:
    """One branch less another. Money in ``asset``; None where one of them has no figures.

    Attributes:
        low, high: over every order of prices inside the bars, each branch for itself. Money that a branch
            brings in from outside is no gain. lowest: of the least that the account was worth, likewise.
        avoided: the refused branch is liquidated and the chosen one is not; caused: the other way round.
        hypothetical: the venue refuses one of them, or what was done is assumed.
    """

    intent_id: str
    asset: str
    horizon: str
    chosen: Branch
    refused: Branch
    status: Status
    low: Number | None = None
    high: Number | None = None
    lowest: Number | None = None
    avoided: bool = False
    caused: bool = False
    unsure: bool = False
    hypothetical: bool = False

    @property
    def undetermined(self) -> bool:
        """The order of prices decides: who is liquidated, or even which branch ends with more."""
        if self.low is None or self.high is None:
            return False
        return bool(self.unsure or self.low < 0 < self.high)

    @property
    def determined(self) -> bool:
        """Whether the prices decide what the difference is worth."""
        return self.low is not None and not self.undetermined


@exactly
def delta(chosen: Outcome, refused: Outcome) -> Delta:
    """What the chosen branch is worth beside the refused one.

    Both are of one intent, one horizon and one asset, and were led along the same prices.
    """
    same = (chosen.intent_id, chosen.horizon, chosen.asset) == (
        refused.intent_id,
        refused.horizon,
        refused.asset,
    )
    invariant(same, "outcomes are compared with their own kind")
    blank = Delta(
        chosen.intent_id, chosen.asset, chosen.horizon, chosen.branch, refused.branch, _worse(chosen, refused)
    )
    if chosen.pnl_span is None or refused.pnl_span is None:
        return blank
    invariant(chosen.price_path_id == refused.price_path_id, "both branches saw the same prices")
    span = _between(chosen.pnl_span, refused.pnl_span)
    return Delta(
        blank.intent_id,
        blank.asset,
        blank.horizon,
        blank.chosen,
        blank.refused,
        blank.status,
        low=span.worst,
        high=span.best,
        lowest=add([_lowest(chosen), -_lowest(refused)]),
        avoided=refused.liquidated is True and chosen.liquidated is False,
        caused=chosen.liquidated is True and refused.liquidated is False,
        unsure=chosen.liquidated is None or refused.liquidated is None,
        hypothetical=bool(chosen.refused or refused.refused or chosen.assumed or refused.assumed),
    )


def _lowest(one: Outcome) -> Number:
    """The least that a branch was worth, less what it brought in from outside."""
    return add([one.min_equity or 0, -(one.moved or 0)])


def _worse(one: Outcome, other: Outcome) -> Status:
    order = (Status.SETTLED, Status.NOT_YET, Status.INCOMPLETE, Status.NOT_POSSIBLE)
    return max(one.status, other.status, key=order.index)


def _between(chosen: Span, refused: Span) -> Span:
    if chosen.certain and refused.certain:
        whole = add([chosen.best, -refused.best])
        return Span(best=whole, worst=whole)
    return Span(best=add([chosen.best, -refused.worst]), worst=add([chosen.worst, -refused.best]))


def of_branch(outcomes: Iterable[Outcome], branch: Branch, *, horizon: str | None = None) -> Outcome | None:
    """The outcome of a branch at a horizon, by default the primary one; None where there is none."""
    for one in outcomes:
        if one.branch is branch and (one.primary if horizon is None else one.horizon == horizon):
            return one
    return None


def difference(
    outcomes: Iterable[Outcome], chosen: Branch, refused: Branch, *, horizon: str | None = None
) -> Delta | None:
    """The difference of two branches of one intent; None where one was not led."""
    known = tuple(outcomes)
    one, other = of_branch(known, chosen, horizon=horizon), of_branch(known, refused, horizon=horizon)
    return None if one is None or other is None else delta(one, other)
