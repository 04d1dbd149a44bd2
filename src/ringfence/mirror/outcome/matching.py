"""Matching: which act at the venue belongs to which intent, and which has none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.happened import (
    Happened,
    LeverageSet,
    MarginAdjusted,
    ModeSwitched,
    MoneyMoved,
    StopMoved,
    Traded,
)
from ringfence.mirror.model import Action, Intent
from ringfence.mirror.outcome.reported import DONE, FROM_OUTSIDE

WINDOW = 10 * 60_000
"""How long after an intent an act may still belong to it: a pause of two minutes, and time to act."""
RESTING = 24 * 3_600_000
"""The same for a fill at the price of a limit order."""
TRADES = (Action.OPEN, Action.INCREASE, Action.HEDGE)
SWITCHES = {
    Action.SWITCH_TO_CROSS: MarginMode.CROSS,
    Action.SWITCH_TO_ISOLATED: MarginMode.ISOLATED,
}


class Matched(NamedTuple):
    """Intents with the acts that carry them out, and the acts that nobody asked the mirror about.

    Attributes:
        pairs: (intent, act), in the order of the acts.
    """

    pairs: tuple[tuple[Intent, Happened], ...]
    bypassed: tuple[Happened, ...]


@dataclass
class _Open:
    """An intent, and how much of its size no fill has used yet; None: it states no size."""

    intent: Intent
    left: Decimal | None
    used: bool = False


def matched(intents: Iterable[Intent], happened: Iterable[Happened], *, window: int = WINDOW) -> Matched:
    """Each act of the trader with the latest intent that it can carry out; the rest is bypassed.

    An act fits an intent of the same account, venue, symbol and kind, in its direction, up to its size, from
    its moment on and within the window. Liquidations, fills of resting stops and targets, and bookings of
    funding and profit are nobody's act and are left out.

    Args:
        intents: those that were let through; what was done after *do nothing* has no intent.
        window: milliseconds.

    >>> matched([], [])
    Matched(pairs=(), bypassed=())
    """
    waiting = [
        _Open(one, one.contracts) for one in sorted(intents, key=lambda one: (one.ts_ms, one.intent_id))
    ]
    pairs, bypassed = [], []
    for act in sorted(filter(_is_act, happened), key=lambda one: (one.at, one.id)):
        own = next((one for one in reversed(waiting) if _fits(one, act, window)), None)
        if own is None:
            bypassed.append(act)
            continue
        own.used = True
        if isinstance(act, Traded) and own.left is not None:
            own.left -= act.contracts
        pairs.append((own.intent, act))
    return Matched(tuple(pairs), tuple(bypassed))


def _is_act(one: Happened) -> bool:
    """Whether somebody decided it at that moment."""
    if isinstance(one, Traded):
        return not one.liquidation and not one.preplaced
    return isinstance(one, DONE) and (not isinstance(one, MoneyMoved) or one.what in FROM_OUTSIDE)


def _fits(own: _Open, act: Happened, window: int) -> bool:
    intent = own.intent
    if (intent.account_id, intent.venue) != (act.account_id, act.venue):
        return False
    longest = RESTING if _at_its_limit(intent, act) else window
    if not intent.ts_ms <= act.at <= intent.ts_ms + longest:
        return False
    if isinstance(act, Traded):
        return _trade_fits(own, act)
    return not own.used and _setting_fits(intent, act)


def _at_its_limit(intent: Intent, act: Happened) -> bool:
    """Whether a fill is at the price that the intent states, or better."""
    if not isinstance(act, Traded) or intent.price is None:
        return False
    return act.price <= intent.price if act.side == "buy" else act.price >= intent.price


def _trade_fits(own: _Open, act: Traded) -> bool:
    intent = own.intent
    if intent.symbol != act.symbol or (own.left is not None and act.contracts > own.left):
        return False
    if intent.action in SWITCHES:
        # Where a venue forbids the switch, closing and opening again in the other mode is how it is done.
        return bool(act.closes) or act.margin_mode is SWITCHES[intent.action]
    if intent.action is Action.REDUCE or intent.reduce_only:
        closing = {Side.LONG: "sell", Side.SHORT: "buy", None: act.side}[intent.side]
        return act.side == closing
    return intent.action in TRADES and act.side == ("buy" if intent.side is Side.LONG else "sell")


def _setting_fits(intent: Intent, act: Happened) -> bool:
    """Whether a change that is no trade is the one that was asked for."""
    if isinstance(act, MoneyMoved):
        same = intent.action is Action.TRANSFER and intent.asset in (None, act.asset)
        return same and (intent.amount is None or (intent.amount > 0) is (act.amount > 0))
    if intent.symbol != getattr(act, "symbol", None):
        return False
    if isinstance(act, MarginAdjusted):
        return intent.action is (Action.ADD_MARGIN if act.amount > 0 else Action.REMOVE_MARGIN)
    if isinstance(act, ModeSwitched):
        to = Action.SWITCH_TO_CROSS if act.to is MarginMode.CROSS else Action.SWITCH_TO_ISOLATED
        return intent.action is to
    if isinstance(act, LeverageSet):
        return intent.action is Action.CHANGE_LEVERAGE and intent.leverage in (None, act.leverage)
    return isinstance(act, StopMoved) and intent.action is Action.MOVE_STOP and intent.stop_to == act.price
