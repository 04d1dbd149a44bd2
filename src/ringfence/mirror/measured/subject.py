"""What an intent is about: the change that the engine previews, and the position that the facts describe."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ringfence.domain.account import Account, MarginMode, Position, Side
from ringfence.errors import MissingField
from ringfence.mirror.model import Action, Intent
from ringfence.solve.change.wanted import MoveMargin, SetLeverage, SwitchMode, Trade, Transfer, Wanted
from ringfence.solve.twins import Twin

SETTINGS = (Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED, Action.CHANGE_LEVERAGE)
"""What can be set while nothing is open, and then moves no money."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The position that an intent is about: for a hedge the one that is hedged, else the one it changes."""

    symbol: str
    side: Side


def wanted_of(intent: Intent, account: Account) -> Wanted | None:
    """The change as the engine previews it; None where nothing of the account changes.

    A stop changes no account, and neither does a setting of a symbol in which nothing is open. A hedge is a
    trade: in a one-way account an opposite leg of the same instrument is a reduction.

    Raises:
        MissingField: the intent does not say what it is about, or how much.

    >>> from ringfence.mirror.model import Action, Intent
    >>> intent = Intent("i1", 0, "human", "main", "demo", Action.ADD_MARGIN, symbol="BTC/USDT:USDT",
    ...     amount=Decimal("50"))
    >>> account = Account(venue="demo")
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> wanted_of(intent, account).amount
    Decimal('50')
    """
    action = intent.action
    if action is Action.MOVE_STOP:
        return None
    if action is Action.TRANSFER:
        return Transfer(_given(intent, "asset"), _given(intent, "amount"))
    symbol: str = _given(intent, "symbol")
    side = _side_held(intent, account)
    if action in SETTINGS and _held(account, symbol, intent.side) is None:
        return None
    if action is Action.CHANGE_LEVERAGE:
        return SetLeverage(symbol, _given(intent, "leverage"), side)
    if action in SETTINGS:
        to = MarginMode.CROSS if action is Action.SWITCH_TO_CROSS else MarginMode.ISOLATED
        return SwitchMode(symbol, to, side)
    if action in (Action.ADD_MARGIN, Action.REMOVE_MARGIN):
        amount: Decimal = abs(_given(intent, "amount"))
        return MoveMargin(symbol, amount if action is Action.ADD_MARGIN else -amount, side)
    return _trade(intent, account, symbol)


def _given(intent: Intent, name: str) -> Any:
    value = getattr(intent, name)
    if value is None:
        raise MissingField(f"{intent.action.value} needs it", path=f"intent.{name}")
    return value


def _side_held(intent: Intent, account: Account) -> Side | None:
    """The side of the position that an intent changes; None where there is none, or two and none is named."""
    found = [one.side for one in account.positions if one.symbol == intent.symbol]
    if intent.side is not None:
        return intent.side if intent.side in found else None
    return found[0] if len(found) == 1 else None


def _held(account: Account, symbol: str | None, side: Side | None) -> Position | None:
    found = [one for one in account.positions if one.symbol == symbol and side in (None, one.side)]
    return found[0] if found else None


def _trade(intent: Intent, account: Account, symbol: str) -> Trade:
    """An opening, an increase, a reduction or a hedge as a trade."""
    if intent.action is Action.REDUCE:
        return _reduction(intent, account, symbol)
    size: Decimal = _given(intent, "contracts")
    side = intent.side or _opposite_of_held(intent, account)
    return Trade(
        symbol, size * side.sign, intent.price, intent.leverage, intent.margin_mode, intent.margin,
        reduces=intent.reduce_only,
    )  # fmt: skip


def _opposite_of_held(intent: Intent, account: Account) -> Side:
    """The side of a trade that names none: of what is held, or against it where it hedges."""
    held = _side_held(intent, account)
    if held is None:
        raise MissingField(f"{intent.action.value} needs it", path="intent.side", hint='"long" or "short"')
    return other(held) if intent.action is Action.HEDGE else held


def other(side: Side) -> Side:
    """The opposite side.

    >>> other(Side.LONG)
    <Side.SHORT: 'short'>
    """
    return Side.SHORT if side is Side.LONG else Side.LONG


def _reduction(intent: Intent, account: Account, symbol: str) -> Trade:
    """A reduction; all of it where no size is given. A reduce-only order is cut off at what is open."""
    held = _held(account, symbol, intent.side)
    if held is None:
        raise MissingField("nothing is open there to reduce", path="intent.symbol", value=symbol)
    size = held.contracts if intent.contracts is None else intent.contracts
    reduces = intent.reduce_only or account.hedged or size <= held.contracts
    if intent.reduce_only:
        size = min(size, held.contracts)
    return Trade(symbol, -size * held.side.sign, intent.price, reduces=reduces)


def subject_of(intent: Intent, before: Twin) -> Subject | None:
    """The position that an intent is about.

    Of a hedge it is the opposite leg of the same instrument, else the largest position on the other side.
    Of a transfer without a symbol it is the position of that asset's pool that is nearest to its
    liquidation. None: the account has nothing that the intent could be about.
    """
    account = before.account
    if intent.action is Action.TRANSFER and intent.symbol is None:
        return _nearest(before, intent.asset)
    if intent.symbol is None:
        return None
    if intent.action is Action.HEDGE:
        return _hedged(intent, before)
    held = _held(account, intent.symbol, intent.side)
    if held is None and not account.hedged:
        held = _held(account, intent.symbol, None)
    if held is not None:
        return Subject(held.symbol, held.side)
    return None if intent.side is None else Subject(intent.symbol, intent.side)


def _nearest(twin: Twin, asset: str | None) -> Subject | None:
    found = [
        (abs(hit.move), one.position)
        for one in twin.positions
        if one.shared and one.figures.asset == asset and (hit := one.liquidation.alone.nearest) is not None
    ]
    if not found:
        return None
    position = min(found, key=lambda pair: (pair[0], pair[1].key))[1]
    return Subject(position.symbol, position.side)


def _hedged(intent: Intent, before: Twin) -> Subject | None:
    side = intent.side or _opposite_of_held(intent, before.account)
    against = [one for one in before.positions if one.position.side is not side]
    same = [one for one in against if one.position.symbol == intent.symbol]
    largest = max(same or against, key=lambda one: (one.figures.notional, one.position.key), default=None)
    if largest is None:
        return None if intent.symbol is None else Subject(intent.symbol, side)
    return Subject(largest.position.symbol, largest.position.side)
