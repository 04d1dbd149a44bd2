"""State: an account in time, with the ledger behind it and the ids it has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TypeAlias

from ringfence.domain.account import Account, MarginMode, Order
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly
from ringfence.engine.postings import WALLET, WORLD, Balances, Posting, fence_name, moved, posted
from ringfence.engine.seen import Seen
from ringfence.venues.rules import VenueRules


@dataclass(frozen=True, slots=True)
class Accepted:
    """The venue does it. ``repeated``: the event was known already, and nothing happened again.

    >>> Accepted().repeated
    False
    """

    words: tuple[str, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The venue does not do it, and the account stays as it is.

    Attributes:
        code: the venue's own where it gives one, else ringfence's; ``not-documented`` where the venue's
            rule is not known. clause: where the venue says so, empty where it does not.

    >>> Refused("-4048", "a position in the symbol is open", "Error codes").code
    '-4048'
    """

    code: str
    words: str
    clause: str = ""


Outcome: TypeAlias = Accepted | Refused


@dataclass(frozen=True, slots=True)
class Setting:
    """What is chosen for a symbol and holds for the next position in it."""

    margin_mode: MarginMode | None = None
    leverage: Decimal | None = None


@dataclass(frozen=True)
class State:
    """An account at one time.

    Attributes:
        marks: mark price by symbol. balances: of every named account, the wallet and the fences among them.
        seen: every event by its id, with its digest and what came of it. orders: the resting ones by id.
        settings: leverage and margin mode chosen while nothing was open. at: of the last event, UTC ms.
    """

    account: Account
    marks: Mapping[str, Decimal]
    balances: Balances
    seen: Seen
    orders: Mapping[str, Order] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    at: int = 0

    @property
    def market(self) -> Market:
        """The marks as a market."""
        return Market(self.marks)


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of one event: the state after it, whether the venue did it, and the money that moved."""

    state: State
    outcome: Outcome
    postings: tuple[Posting, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether the venue did it."""
        return isinstance(self.outcome, Accepted)


@exactly
def begin(
    account: Account, rules: VenueRules, *, marks: Mapping[str, Decimal] | None = None, at: int = 0
) -> State:
    """The state an account starts in: what it holds came from the outside world.

    Resting orders that have no id yet are named ``start-1``, ``start-2`` and so on.

    >>> from ringfence.venues.registry import rules
    >>> state = begin(Account(venue="demo", wallet={"USDT": "10"}), rules("demo"))
    >>> state.balances
    {('wallet', 'USDT'): Decimal('10'), ('world', 'USDT'): Decimal('-10')}
    """
    opening: list[Posting] = []
    for asset, amount in account.wallet.items():
        opening += moved(asset, amount, source=WORLD, to=WALLET)
    for one in account.positions:
        if one.isolated_margin is not None:
            asset = rules.instrument(one.symbol, account.instruments.get(one.symbol)).settle
            opening += moved(asset, one.isolated_margin, source=WORLD, to=fence_name(one))
    orders = {f"start-{number}": order for number, order in enumerate(account.orders, 1)}
    ordered = dict(sorted(posted({}, opening).items()))
    given = Market(marks or {}).marks
    return State(account, given, ordered, Seen(), orders, {}, at)


def with_account(state: State, account: Account, postings: tuple[Posting, ...] = ()) -> State:
    """The state with another account, and the postings that made it so."""
    return replace(state, account=account, balances=posted(state.balances, postings))
