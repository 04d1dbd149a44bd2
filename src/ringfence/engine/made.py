"""Made: what an event does to an account, worked out once, before anything is posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from ringfence.domain.account import Account, InstrumentTerms, Order, Position
from ringfence.domain.instrument import Instrument
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, rounded
from ringfence.engine.postings import DUST, WALLET, Posting, fence_name
from ringfence.engine.state import Setting, State
from ringfence.exact.ring import Book, prepare
from ringfence.venues.rules import VenueRules

ZERO = Decimal(0)
NEWEST = "9999-12-31"
"""The date that every table is older than; an account that states its own date has that one."""
UNIT = Decimal("1e-20")
"""The ledger's own grid, twelve digits below any venue's: a value that has no end is cut off there, once."""


@dataclass(frozen=True)
class Made:
    """The account after an event; None: that part of the state stays as it is.

    Attributes:
        money_moved: the account has the money of the postings already; else they move it.
    """

    account: Account
    postings: tuple[Posting, ...] = ()
    words: tuple[str, ...] = ()
    orders: Mapping[str, Order] | None = None
    marks: Mapping[str, Decimal] | None = None
    settings: Mapping[str, Setting] | None = None
    money_moved: bool = False


@dataclass(frozen=True)
class Case:
    """A state, and the rules that it stands under."""

    state: State
    rules: VenueRules

    @property
    def account(self) -> Account:
        """The account as it stands."""
        return self.state.account

    @cached_property
    def market(self) -> Market:
        """The marks in force."""
        return self.state.market

    @cached_property
    def book(self) -> Book:
        """The account, ready for arithmetic."""
        return self.booked(self.account)

    def booked(self, account: Account) -> Book:
        """Another account under the same rules."""
        return prepare(account, self.rules, on=NEWEST)

    def instrument(self, symbol: str) -> Instrument:
        """The contract behind a symbol, as the account states it."""
        return self.rules.instrument(symbol, self.account.instruments.get(symbol) or InstrumentTerms())

    def with_account(self, account: Account) -> Case:
        """The same case with another account."""
        return Case(replace(self.state, account=account), self.rules)


def on_ledger(value: Number) -> Decimal:
    """A value as the ledger holds it.

    >>> from fractions import Fraction
    >>> on_ledger(Decimal("0.5")), on_ledger(Fraction(1, 3))
    (Decimal('0.5'), Decimal('0.33333333333333333333'))
    """
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -20:
            return value
    return rounded(value, UNIT)


def rounding(asset: str, *, exact: Decimal, booked: Decimal, source: str) -> tuple[Posting, ...]:
    """What ``source`` gives, and the dust between that and what the venue books.

    >>> given = rounding("USDT", exact=Decimal("0.015"), booked=Decimal("0.02"), source="fees")
    >>> [(one.account, one.amount) for one in given]
    [('fees', Decimal('-0.015')), ('dust', Decimal('-0.005'))]
    """
    posted = (Posting(source, asset, -exact), Posting(DUST, asset, exact - booked))
    return tuple(one for one in posted if one.amount != 0)


def paid_out(account: Account, postings: tuple[Posting, ...]) -> Account:
    """The account with what the postings move into and out of its wallet and its fences."""
    fences = {posting.account: ZERO for posting in postings if posting.account.startswith("fence:")}
    wallet = dict(account.wallet)
    for one in postings:
        if one.account == WALLET:
            wallet[one.asset] = wallet.get(one.asset, ZERO) + one.amount
        elif one.account in fences:
            fences[one.account] += one.amount
    if not fences:
        return replace(account, wallet=wallet) if wallet != account.wallet else account
    positions = tuple(_fed(one, fences) for one in account.positions)
    return replace(account, wallet=wallet, positions=positions)


def _fed(position: Position, fences: Mapping[str, Decimal]) -> Position:
    change = fences.get(fence_name(position), ZERO)
    if position.isolated_margin is None or change == 0:
        return position
    return replace(position, isolated_margin=position.isolated_margin + change)


def between(case: Case, before: Account, after: Account) -> tuple[Posting, ...]:
    """The postings of a change that only moves money between the wallet and the fences."""
    postings = [
        Posting(WALLET, asset, change)
        for asset in dict.fromkeys([*before.wallet, *after.wallet])
        if (change := after.wallet.get(asset, ZERO) - before.wallet.get(asset, ZERO)) != 0
    ]
    had = {one.key: one for one in before.positions}
    has = {one.key: one for one in after.positions}
    for key in dict.fromkeys([*had, *has]):
        one = has.get(key) or had[key]
        was, now = had.get(key), has.get(key)
        change = _margin(now) - _margin(was)
        if change != 0:
            postings.append(Posting(fence_name(one), case.instrument(one.symbol).settle, change))
    return tuple(postings)


def _margin(position: Position | None) -> Decimal:
    return ZERO if position is None or position.isolated_margin is None else position.isolated_margin
