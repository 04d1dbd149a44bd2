"""Apply: state, event, rules -> state, what the venue did with it, and the money that moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ringfence.domain.numbers import exactly
from ringfence.engine import borne, events, settings, trades, wallet
from ringfence.engine.canon import event_digest, said
from ringfence.engine.funding import funded
from ringfence.engine.made import Case, Made, paid_out
from ringfence.engine.postings import posted
from ringfence.engine.state import Accepted, Applied, Refused, State
from ringfence.errors import DuplicatePosition, OutOfRange, RingfenceError, UnknownField, UnknownSymbol
from ringfence.venues.rules import VenueRules

Handler = Callable[[Case, Any], Made | Refused]

HANDLERS: Mapping[type[events.Event], Handler] = {
    events.Deposit: wallet.deposited,
    events.Withdrawal: wallet.withdrawn,
    events.Transfer: wallet.transferred,
    events.Corrected: wallet.corrected,
    events.OrderPlaced: trades.placed,
    events.OrderCancelled: trades.cancelled,
    events.Filled: trades.filled,
    events.Settled: trades.settled,
    events.FundingPaid: funded,
    events.MarginMoved: settings.moved_margin,
    events.AutoAddMargin: settings.auto_added,
    events.LeverageChanged: settings.releveraged,
    events.MarginModeChanged: settings.remoded,
    events.PositionModeChanged: settings.position_mode,
    events.MultiAssetChanged: settings.asset_mode,
    events.Marked: settings.marked,
    events.TiersChanged: settings.retiered,
    events.LiquidationStarted: borne.started,
    events.OrdersCancelled: trades.venue_cancelled,
    events.PositionReduced: trades.reduced,
    events.PositionTakenOver: trades.taken_over,
    events.LiquidationFee: borne.fee_taken,
    events.RemainderKept: borne.remainder_kept,
    events.ShortfallTaken: borne.shortfall_taken,
    events.TakeoverClosed: borne.takeover_closed,
    events.InsurancePaid: borne.borne,
    events.Deleveraged: borne.borne,
    events.LossSocialised: borne.borne,
    events.BadDebt: borne.recorded,
}

_REFUSALS = (UnknownSymbol, OutOfRange, UnknownField, DuplicatePosition)
"""What an account change says of a wish that no venue could grant; anything else is missing input."""


@exactly
def apply(state: State, event: events.Event, rules: VenueRules) -> Applied:
    """One event: accepted or refused as the venue would, and the money that it moves.

    An id that is known changes nothing: the same content is answered as it was the first time, other
    content is refused. A refusal is a value, and leaves the account as it is.

    Args:
        event: its time not before the state's.
    Returns:
        The state after it, the outcome, and postings that sum to zero in every asset.
    Raises:
        MissingMark, MissingLeverage, NoTier and others of `RingfenceError`: a figure that the answer
            depends on is not given. OutOfRange: the event lies before the state's time.
    Source: each venue's clauses ``mode_switch``, ``available_balance``, ``withdrawal`` and ``funding``.

    >>> import ringfence as rf
    >>> from ringfence.engine import begin
    >>> from ringfence.engine.events import Deposit
    >>> rules = rf.rules("demo")
    >>> done = apply(begin(rf.Account(venue="demo"), rules), Deposit("d1", 0, "USDT", "10"), rules)
    >>> [(one.account, str(one.amount)) for one in done.postings]
    [('world', '-10'), ('wallet', '10')]
    """
    digest = event_digest(event)
    known = state.seen.get(event.id)
    if known is not None:
        return _again(state, event, same=known.digest == digest, outcome=known.outcome)
    if event.at < state.at:
        raise OutOfRange(
            "an event lies before the one that came before it", path="at", value=event.at,
            hint=f"order the log by time; the state is at {state.at}",
        )  # fmt: skip
    case = Case(state, rules)
    try:
        made = HANDLERS[type(event)](case, event)
    except _REFUSALS as error:
        made = _refusal(error)
    if isinstance(made, Refused):
        seen = state.seen.plus(event.id, digest, made, said=said(made))
        return Applied(replace(state, seen=seen, at=event.at), made)
    outcome = Accepted(made.words)
    seen = state.seen.plus(event.id, digest, outcome, said=said(outcome))
    return Applied(_after(state, made, at=event.at, seen=seen), outcome, made.postings)


def apply_all(state: State, log: Iterable[events.Event], rules: VenueRules) -> tuple[Applied, ...]:
    """A log, event by event; each result holds the state after it.

    >>> import ringfence as rf
    >>> from ringfence.engine import begin
    >>> from ringfence.engine.events import Deposit
    >>> rules = rf.rules("demo")
    >>> log = [Deposit("a", 0, "USDT", "10"), Deposit("b", 0, "USDT", "5")]
    >>> apply_all(begin(rf.Account(venue="demo"), rules), log, rules)[-1].state.account.wallet
    {'USDT': Decimal('15')}
    """
    done = []
    for event in log:
        done.append(apply(state, event, rules))
        state = done[-1].state
    return tuple(done)


def _again(state: State, event: events.Event, *, same: bool, outcome: Any) -> Applied:
    """An id that came before."""
    if not same:
        return Applied(state, Refused("other-content", f"the id {event.id} was another event"))
    return Applied(state, outcome if isinstance(outcome, Refused) else replace(outcome, repeated=True))


def _refusal(error: RingfenceError) -> Refused:
    return Refused(error.code, str(error))


def _after(state: State, made: Made, *, at: int, seen: Any) -> State:
    """The state with what was made: the ledger first, so that nothing unbalanced is ever kept."""
    balances = posted(state.balances, made.postings)
    account = made.account if made.money_moved else paid_out(made.account, made.postings)
    orders = state.orders if made.orders is None else made.orders
    if made.orders is None and account.orders is not state.account.orders:
        orders = dict(zip(state.orders, account.orders, strict=True))
    return State(
        account,
        state.marks if made.marks is None else made.marks,
        balances,
        seen,
        orders,
        state.settings if made.settings is None else made.settings,
        at,
    )
