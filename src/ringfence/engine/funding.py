"""Funding: value at the mark x rate, between the longs and the shorts of a symbol."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import Position
from ringfence.engine.events import FundingPaid
from ringfence.engine.filled import worth
from ringfence.engine.judged import available
from ringfence.engine.made import ZERO, Case, Made, on_ledger, paid_out, rounding
from ringfence.engine.postings import FUNDING, WALLET, Posting, fence_name
from ringfence.exact.explain import show
from ringfence.venues.rules import FundingFrom


def funded(case: Case, event: FundingPaid) -> Made:
    """Funding of every position in a symbol; a positive rate is paid by longs and received by shorts.

    Raises:
        MissingMark: neither the event nor the state has a mark.
    """
    postings: list[Posting] = []
    words: list[str] = []
    for position in [one for one in case.account.positions if one.symbol == event.symbol]:
        mark = case.market.mark(event.symbol) if event.mark is None else event.mark
        value = worth(case, event.symbol, position.contracts, mark)
        exact = on_ledger(-position.side.sign * value * event.rate)
        amount = case.rules.money.round(exact)
        asset = case.instrument(event.symbol).settle
        own = [*rounding(asset, exact=exact, booked=amount, source=FUNDING)]
        own += _carried(case, position, asset, amount)
        postings += own
        case = case.with_account(paid_out(case.account, tuple(own)))
        way = "receives" if amount > 0 else "pays"
        words.append(
            f"{' '.join(position.key)} {way} {show(abs(amount))} {asset}: {show(value)} x {show(event.rate)}"
        )
    return Made(case.account, tuple(postings), tuple(words) or ("nothing is open",), money_moved=True)


def _carried(case: Case, position: Position, asset: str, amount: Decimal) -> list[Posting]:
    """Who pays or receives; an isolated position's shortfall never falls on the pool by itself.

    A fence pays in full, below zero if it must: what is left of its equity is for the liquidation test to
    judge, and a loss beyond the collateral is one only when the position is closed.
    """
    if position.isolated_margin is None:
        parts = {WALLET: amount}
    elif case.rules.funding_from is FundingFrom.FENCE:
        parts = {fence_name(position): amount}
    elif amount > 0:
        parts = {WALLET: amount}
    else:
        first = -min(available(case, asset), -amount)
        parts = {WALLET: first, fence_name(position): amount - first}
    return [Posting(name, asset, part) for name, part in parts.items() if part != ZERO]
