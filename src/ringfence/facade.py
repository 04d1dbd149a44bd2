"""The library's front door: what an account loses, and what happens to it, without files or clock."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.engine import apply as engine_apply
from ringfence.engine import begin as engine_begin
from ringfence.engine.events import Event
from ringfence.engine.state import Applied, State
from ringfence.exact import assess as exact
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import Liquidations, liquidations
from ringfence.solve.twins import Twins, twins
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules

NEWEST = "9999-12-31"
"""The date that every table is older than: the newest rules, without asking a clock."""

Marks = Mapping[str, str | int | Decimal]


def rules(venue: str, *, on: str | None = None) -> VenueRules:
    """The rules of a venue on a date (``YYYY-MM-DD``), or its newest.

    Raises:
        UnknownVenue: no such pack. NoRules: its rules start later.

    >>> rules("demo").title
    'Demo Exchange (teaching venue)'
    """
    return registry.rules(venue, on=on)


def _market(marks: Marks, betas: Marks | None, leader: str | None) -> Market:
    return Market(marks, betas or {}, leader)  # type: ignore[arg-type]


def _under(account: Account, on: str | None, under: VenueRules | None) -> tuple[VenueRules, str]:
    """The rules asked for and the date whose tables hold."""
    date = on or account.on
    return under or rules(account.venue, on=date), date or NEWEST


def assess(
    account: Account, *, marks: Marks, on: str | None = None, under: VenueRules | None = None
) -> exact.Assessment:
    """Equity, margins and health of an account at one set of marks.

    Args:
        marks: mark price by symbol, quote currency. on: date of the rules; default: the account's own,
            else the newest.
        under: rules to use instead of the venue's shipped ones, such as `stored_rules`.
    Returns:
        Money in each position's settlement asset, exact (a `Decimal`, or a `Fraction` where no finite
        decimal exists).
    Raises:
        MissingMark, NoTier, UnknownVenue and others of `RingfenceError`: what is missing, and the way out.
    Source: each venue's clauses; see ``ringfence venues show KEY``.

    >>> book = Account(venue="demo", wallet={"USDT": "1000"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000")
    >>> assess(book, marks={"BTC/USDT:USDT": "59000"}).rings[0].health
    Decimal('876.40000')
    """
    chosen, date = _under(account, on, under)
    return exact.assess(prepare(account, chosen, on=date), _market(marks, None, None))


def solve(
    account: Account,
    *,
    marks: Marks,
    betas: Marks | None = None,
    leader: str | None = None,
    on: str | None = None,
    under: VenueRules | None = None,
) -> Liquidations:
    """Every liquidation price of an account: by one coin alone, and by everything moving together.

    Args:
        betas: by symbol, the move for a move of 1 of the leading coin; default 1.
        leader: the leading coin; default: bitcoin, else the largest position.
        on, under: as `assess`.
    Raises:
        RingfenceError: as `assess`.
    Source: each venue's clause ``liquidation_price``.

    >>> book = Account(venue="demo", wallet={"USDT": "1000"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000")
    >>> found = solve(book, marks={"BTC/USDT:USDT": "59000"}).of("BTC/USDT:USDT").alone.below
    >>> found.alive, found.liquidated
    (Decimal('50200.81'), Decimal('50200.8'))
    """
    chosen, date = _under(account, on, under)
    return liquidations(prepare(account, chosen, on=date), _market(marks, betas, leader))


def compare(
    account: Account,
    *,
    marks: Marks,
    betas: Marks | None = None,
    leader: str | None = None,
    on: str | None = None,
    under: VenueRules | None = None,
) -> Twins:
    """One account as it is, all isolated, and all cross, side by side.

    Args:
        marks, betas, leader, on, under: as `solve`.
    Raises:
        MissingLeverage: a cross position without leverage, so that its fence is unknown; and as `assess`.
    Source: each venue's clauses ``fence`` and ``liquidation_price``.

    >>> book = Account(venue="demo", wallet={"USDT": "1000"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000", leverage=10)
    >>> compare(book, marks={"BTC/USDT:USDT": "60000"}).isolated.most_to_lose
    {'USDT': Decimal('600.00000000')}
    """
    chosen, date = _under(account, on, under)
    return twins(account, _market(marks, betas, leader), chosen, on=date)


def begin(account: Account, *, marks: Marks, at: int = 0, under: VenueRules | None = None) -> State:
    """The state that an account starts in, before anything happens to it.

    Args:
        marks: mark price by symbol, quote currency. at: UTC milliseconds. under: as `assess`.
    Returns:
        The account with its ledger: what it holds came from the account ``world``.
    Raises:
        UnknownVenue, NoRules: the venue has no rules on the account's date.
    Source: the account itself; what it holds is taken as it is.

    >>> state = begin(Account(venue="demo", wallet={"USDT": "10"}), marks={})
    >>> state.balances["world", "USDT"]
    Decimal('-10')
    """
    chosen, _ = _under(account, None, under)
    return engine_begin(account, chosen, marks=_market(marks, None, None).marks, at=at)


def apply(state: State, event: Event, *, under: VenueRules | None = None) -> Applied:
    """One event (`events`): accepted or refused as the venue would, and the money that it moves.

    Args:
        under: rules to use instead of the venue's shipped ones.
    Returns:
        The state after it, the outcome, and postings that sum to zero in every asset. A refusal is a value
        with the venue's code, words and clause; it leaves the account as it is.
    Raises:
        RingfenceError: a figure that the answer depends on is missing, or the event lies in the past.
    Source: each venue's clauses ``mode_switch``, ``available_balance``, ``withdrawal`` and ``funding``.

    >>> from ringfence import events
    >>> state = begin(Account(venue="demo", wallet={"USDT": "10"}), marks={})
    >>> refused = apply(state, events.Withdrawal("w1", 0, "USDT", "11"))
    >>> refused.accepted, refused.outcome.code
    (False, 'not-withdrawable')
    """
    chosen, _ = _under(state.account, None, under)
    return engine_apply(state, event, chosen)
