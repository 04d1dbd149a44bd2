"""Money that comes to the wallet from outside, leaves it, or is put right by the venue."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.numbers import plain
from ringfence.engine.events import Corrected, Deposit, Transfer, Withdrawal
from ringfence.engine.judged import leaving
from ringfence.engine.made import Case, Made
from ringfence.engine.postings import WALLET, WORLD, moved
from ringfence.engine.state import Refused


def deposited(case: Case, event: Deposit) -> Made | Refused:
    """A deposit needs no leave."""
    return _changed(case, event.asset, event.amount)


def withdrawn(case: Case, event: Withdrawal) -> Made | Refused:
    """A withdrawal is held against what may leave the pool."""
    return leaving(case, event.asset, event.amount) or _changed(case, event.asset, -event.amount)


def transferred(case: Case, event: Transfer) -> Made | Refused:
    """A transfer out is held against what may leave the pool; one that comes in needs no leave."""
    refused = leaving(case, event.asset, -event.amount) if event.amount < 0 else None
    return refused or _changed(case, event.asset, event.amount)


def corrected(case: Case, event: Corrected) -> Made | Refused:
    """The venue's own correction; it asks nobody, and may leave a wallet below zero."""
    return _changed(case, event.asset, event.amount, f"the venue corrects the balance: {event.reason}")


def _changed(case: Case, asset: str, amount: Decimal, *words: str) -> Made:
    way = "comes into" if amount > 0 else "leaves"
    said = f"{plain(abs(amount))} {asset} {way} the wallet"
    return Made(case.account, moved(asset, amount, source=WORLD, to=WALLET), (said, *words))
