"""Orders that rest, are taken back and fill; and what the venue closes by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from ringfence.domain.account import Account, MarginMode, Order, Position, Side
from ringfence.domain.numbers import plain
from ringfence.engine.events import (
    Filled,
    OrderCancelled,
    OrderPlaced,
    OrdersCancelled,
    PositionReduced,
    PositionTakenOver,
    Settled,
)
from ringfence.engine.filled import (
    Close,
    Leaves,
    Opening,
    check_kind,
    closed,
    new_part,
    opened,
    settled_fee,
    worth,
)
from ringfence.engine.judged import Asked, judged
from ringfence.engine.made import Case, Made, paid_out
from ringfence.engine.postings import Posting
from ringfence.engine.state import Refused, Setting
from ringfence.errors import UnknownField, UnknownSymbol
from ringfence.venues.modes import Change


@dataclass(frozen=True)
class _Fill:
    """One side of a trade at its price, and the order that it belongs to."""

    event: Filled
    side: Side
    order: Order | None

    @property
    def reduces(self) -> bool:
        return self.event.reduce_only or (self.order is not None and self.order.reduce_only)


def placed(case: Case, event: OrderPlaced) -> Made | Refused:
    """A limit order comes to rest, if the pool can hold its margin."""
    check_kind(case, event.symbol)
    if event.order_id in case.state.orders:
        return Refused("duplicate-order", f"the order {event.order_id} rests already")
    side = _side(event.side)
    held = _opposite(case.account, event.symbol, side)
    if event.reduce_only and held is None:
        return Refused("reduce-only", "there is nothing on the other side that it could reduce")
    setting = case.state.settings.get(event.symbol, Setting())
    order = Order(
        event.symbol, event.side, event.contracts, event.price, event.reduce_only,
        event.leverage or setting.leverage,
    )  # fmt: skip
    orders = {**case.state.orders, event.order_id: order}
    account = replace(case.account, orders=tuple(orders.values()))
    reduces = event.reduce_only or (
        held is not None and not case.account.hedged and event.contracts <= held.contracts
    )
    if not reduces:
        refused = judged(Asked(case, Change.OPEN, event.symbol, account))
        if refused is not None:
            return refused
    return Made(account, (), ("it rests",), orders)


def cancelled(case: Case, event: OrderCancelled) -> Made | Refused:
    """A resting order is taken back."""
    if event.order_id not in case.state.orders:
        return Refused("unknown-order", f"no order {event.order_id} rests")
    return _without(case, [event.order_id])


def venue_cancelled(case: Case, event: OrdersCancelled) -> Made | Refused:
    """The venue takes orders back."""
    gone = [
        key
        for key, order in case.state.orders.items()
        if order.symbol in event.symbols and not (event.keeps_reduce_only and order.reduce_only)
    ]
    return _without(case, gone)


def _without(case: Case, gone: Iterable[str]) -> Made:
    names = list(gone)
    orders = {key: order for key, order in case.state.orders.items() if key not in names}
    words = (f"{len(names)} order{'' if len(names) == 1 else 's'} taken back",)
    return Made(replace(case.account, orders=tuple(orders.values())), (), words, orders)


def filled(case: Case, event: Filled) -> Made | Refused:
    """A trade: what it closes first, then what it opens, then its fee.

    An order that rested was accepted when it was placed; a trade without one is judged as its order
    would have been.
    """
    check_kind(case, event.symbol)
    order = None if event.order_id is None else case.state.orders.get(event.order_id)
    fill = _Fill(event, _side(event.side), order)
    refused = _fits(case, fill)
    if refused is not None:
        return refused
    made = _traded(case, fill)
    if isinstance(made, Refused):
        return made
    fee = settled_fee(
        case, event.symbol, worth(case, event.symbol, event.contracts, event.price), event.fee_rate
    )
    account = paid_out(made.account, fee)
    opens = made.words[-1:] == (_OPENS,)
    if opens and order is None:
        refused = judged(Asked(case, Change.OPEN, event.symbol, account))
        if refused is not None:
            return refused
    orders = _less(case, fill)
    account = account if orders is None else replace(account, orders=tuple(orders.values()))
    return Made(account, (*made.postings, *fee), made.words, orders, money_moved=True)


_OPENS = "the rest opens a position or adds to one"


def _fits(case: Case, fill: _Fill) -> Refused | None:
    """Whether a fill belongs to the order that it names, and reduces where it may do nothing else."""
    event, order = fill.event, fill.order
    if event.order_id is not None and order is None:
        return Refused("unknown-order", f"no order {event.order_id} rests")
    if order is not None and (order.symbol, order.side) != (event.symbol, event.side):
        return Refused("other-order", "the order that it names is for another symbol or side")
    if order is not None and event.contracts > order.contracts:
        return Refused("other-order", f"only {plain(order.contracts)} of that order is left")
    held = _opposite(case.account, event.symbol, fill.side)
    if fill.reduces and (held is None or event.contracts > held.contracts):
        return Refused("reduce-only", "it would close more than is open")
    return None


def _traded(case: Case, fill: _Fill) -> Made | Refused:
    """What is closed and what is opened, the money moved already."""
    event, left = fill.event, fill.event.contracts
    postings: list[Posting] = []
    words: list[str] = []
    held = None
    if fill.reduces or not case.account.hedged:
        held = _opposite(case.account, event.symbol, fill.side)
    if held is not None:
        part = min(left, held.contracts)
        first = closed(case, Close(held, part, event.price))
        if isinstance(first, Refused):
            return first
        postings += first.postings
        words += first.words
        left -= part
        case = case.with_account(paid_out(first.account, first.postings))
    if left > 0:
        second = opened(case, _opening(case, fill, left, turned=held))
        if isinstance(second, Refused):
            return second
        postings += second.postings
        words += [*second.words, _OPENS]
        case = case.with_account(paid_out(second.account, second.postings))
    return Made(case.account, tuple(postings), tuple(words), money_moved=True)


def _opening(case: Case, fill: _Fill, contracts: Decimal, *, turned: Position | None) -> Opening:
    """The part of a fill that opens; what is open keeps its mode and its leverage."""
    event, setting = fill.event, case.state.settings.get(fill.event.symbol, Setting())
    held = next((one for one in case.account.positions if one.key == (event.symbol, fill.side.value)), None)
    before = held or turned
    if before is None:
        # Leverage and mode are a symbol's: the other side of a hedge shares them unless told otherwise.
        other = _opposite(case.account, event.symbol, fill.side)
        asked = fill.order.leverage if fill.order else None
        given = (event.leverage, asked, setting.leverage, other.leverage if other else None)
        leverage = next((one for one in given if one is not None), None)
        mode = event.margin_mode or setting.margin_mode or (other.margin_mode if other else MarginMode.CROSS)
    else:
        _keeps_its_own(before, event)
        mode, leverage = before.margin_mode, before.leverage or event.leverage or setting.leverage
    return Opening(new_part(event.symbol, fill.side, (contracts, event.price), mode, leverage), held)


def _keeps_its_own(held: Position, event: Filled) -> None:
    for name in ("margin_mode", "leverage"):
        asked, own = getattr(event, name), getattr(held, name)
        if asked is not None and own is not None and asked != own:
            raise UnknownField(
                "the open position has its own; changing it is an event by itself", path=name,
                value=getattr(asked, "value", asked), hint=f"it is {getattr(own, 'value', own)} now",
            )  # fmt: skip


def _less(case: Case, fill: _Fill) -> Mapping[str, Order] | None:
    """The orders that rest after a fill; None where it was of no resting order."""
    if fill.order is None or fill.event.order_id is None:
        return None
    left = fill.order.contracts - fill.event.contracts
    orders = dict(case.state.orders)
    if left == 0:
        del orders[fill.event.order_id]
    else:
        orders[fill.event.order_id] = replace(fill.order, contracts=left)
    return orders


def settled(case: Case, event: Settled) -> Made | Refused:
    """Expiry or delisting: the symbol is closed at the venue's price, and its orders are gone."""
    gone = [key for key, order in case.state.orders.items() if order.symbol == event.symbol]
    orders = _without(case, gone)
    case = case.with_account(orders.account)
    postings: list[Posting] = []
    words = list(orders.words if gone else ())
    for position in [one for one in case.account.positions if one.symbol == event.symbol]:
        made = closed(case, Close(position, position.contracts, event.price, covered=True))
        if isinstance(made, Refused):  # pragma: no cover - a covered close is never refused
            return made
        postings += made.postings
        words += made.words
        case = case.with_account(paid_out(made.account, made.postings))
    return Made(case.account, tuple(postings), tuple(words), orders.orders, money_moved=True)


def reduced(case: Case, event: PositionReduced) -> Made | Refused:
    """The venue closes a part in the market; the fence of the rest keeps its margin."""
    return _by_venue(case, event, "wallet")


def taken_over(case: Case, event: PositionTakenOver) -> Made | Refused:
    """The venue takes a position over; what is left inside its fence goes where the event says."""
    return _by_venue(case, event, event.remainder)


def _by_venue(case: Case, event: PositionReduced | PositionTakenOver, remainder: str) -> Made | Refused:
    position = next(
        (one for one in case.account.positions if one.key == (event.symbol, event.side.value)), None
    )
    if position is None or event.contracts > position.contracts:
        raise UnknownSymbol(
            "less is open than the venue closes", path="contracts", value=plain(event.contracts),
            hint="nothing is open there" if position is None else f"{plain(position.contracts)} is open",
        )  # fmt: skip
    return closed(
        case,
        Close(position, event.contracts, event.price, Leaves.NOTHING, covered=True, remainder=remainder),
    )


def _side(word: str) -> Side:
    return Side.LONG if word == "buy" else Side.SHORT


def _opposite(account: Account, symbol: str, side: Side) -> Position | None:
    """The position that a trade on this side takes away from."""
    held = (one for one in account.positions if one.symbol == symbol and one.side is not side)
    return next(held, None)
