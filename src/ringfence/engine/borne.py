"""Who bears a liquidation: its fee, what is left of a ring, and a loss beyond collateral."""

from __future__ import annotations

from ringfence.domain.account import Position
from ringfence.domain.numbers import Number
from ringfence.engine.events import (
    BadDebt,
    Deleveraged,
    InsurancePaid,
    LiquidationFee,
    LiquidationStarted,
    LossSocialised,
    RemainderKept,
    ShortfallTaken,
    TakeoverClosed,
)
from ringfence.engine.made import ZERO, Case, Made
from ringfence.engine.postings import (
    BAD_DEBT,
    COUNTERPARTY,
    DELEVERAGING,
    INSURANCE,
    SOCIALISED,
    WALLET,
    fence_name,
    moved,
)
from ringfence.errors import invariant
from ringfence.exact.explain import show


def started(case: Case, event: LiquidationStarted) -> Made:
    """The venue found the ring dead; nothing has moved yet."""
    words = f"{event.ring}: equity {show(event.equity)}, requirement {show(event.requirement)}"
    return Made(case.account, words=(words,))


def fee_taken(case: Case, event: LiquidationFee) -> Made:
    """The charge for a liquidation, out of the ring."""
    source = _source(case, event.ring, event.amount)
    return Made(case.account, moved(event.asset, event.amount, source=source, to=event.to))


def remainder_kept(case: Case, event: RemainderKept) -> Made:
    """What is left of the ring goes to the insurance fund."""
    source = _source(case, event.ring, event.amount)
    return Made(case.account, moved(event.asset, event.amount, source=source, to=INSURANCE))


def shortfall_taken(case: Case, event: ShortfallTaken) -> Made:
    """A wallet below zero is set back; the loss lies on ``bad_debt`` until somebody bears it."""
    below = -case.account.wallet.get(event.asset, ZERO)
    invariant(event.amount <= below, f"a wallet is set back to zero, not above it ({below})")
    return Made(case.account, moved(event.asset, event.amount, source=BAD_DEBT, to=WALLET))


def takeover_closed(case: Case, event: TakeoverClosed) -> Made:
    """What the venue gains or loses by closing what it took over; the account is not touched."""
    gain = moved(event.asset, max(event.amount, ZERO), source=COUNTERPARTY, to=INSURANCE)
    loss = moved(event.asset, max(-event.amount, ZERO), source=BAD_DEBT, to=COUNTERPARTY)
    return Made(case.account, (*gain, *loss))


def borne(case: Case, event: InsurancePaid | Deleveraged | LossSocialised) -> Made:
    """Somebody bears a part of what lies on ``bad_debt``."""
    who = {InsurancePaid: INSURANCE, Deleveraged: DELEVERAGING, LossSocialised: SOCIALISED}[type(event)]
    _open(case, event.asset, event.amount)
    return Made(case.account, moved(event.asset, event.amount, source=who, to=BAD_DEBT))


def recorded(case: Case, event: BadDebt) -> Made:
    """What nobody bore stays where it is."""
    _open(case, event.asset, event.amount)
    return Made(case.account, words=(f"{show(event.amount)} {event.asset} is borne by nobody",))


def _open(case: Case, asset: str, amount: Number) -> None:
    lies = -case.state.balances.get((BAD_DEBT, asset), ZERO)
    invariant(amount <= lies, f"no more is borne than was lost ({amount} of {lies} {asset})")


def _source(case: Case, ring: str, amount: Number) -> str:
    """The account that a ring's money is on: its fence, or the wallet."""
    kind, _, name = ring.partition(" ")
    if kind == "pool":
        return WALLET
    found = [one for one in case.account.positions if " ".join(one.key) == name and _fenced(one)]
    invariant(kind == "fence" and len(found) == 1, f"{ring} is a ring of this account")
    invariant(amount <= max(found[0].isolated_margin or ZERO, ZERO), f"{ring} gives no more than it holds")
    return fence_name(found[0])


def _fenced(position: Position) -> bool:
    return position.isolated_margin is not None
