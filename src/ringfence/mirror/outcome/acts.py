"""Acts: what somebody does to an account, as the engine does it, and what the venue says where it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode, Position, Side
from ringfence.domain.numbers import Number, rounded
from ringfence.engine.apply import apply
from ringfence.engine.events import (
    Event,
    Filled,
    LeverageChanged,
    MarginModeChanged,
    MarginMoved,
    OrderPlaced,
    Transfer,
)
from ringfence.engine.made import Case, between
from ringfence.engine.state import Refused, with_account
from ringfence.errors import NotSupported, RingfenceError
from ringfence.exact.ring import prepare
from ringfence.mirror.model import Action, Intent
from ringfence.replay.course import last_price
from ringfence.replay.scene import Scene, Stop
from ringfence.replay.world import World
from ringfence.solve.change import preview
from ringfence.solve.change.wanted import MoveMargin, SetLeverage, SwitchMode, Wanted

LOT = Decimal("1e-8")
"""The grid that a kept part of a position is cut to."""


def cannot(words: str) -> NotSupported:
    """What is raised where a branch cannot be; `branches` makes an outcome of it that says so."""
    return NotSupported(words)


@dataclass(frozen=True)
class Did:
    """The world after an act. ``refused``: what the venue says, where the figures are hypothetical."""

    world: World
    refused: str = ""


def applied(scene: Scene, world: World, event: Event) -> World:
    """The world after an event that the venue accepts.

    Raises:
        NotSupported: it refuses.
    """
    done = apply(world.state, replace(event, at=max(event.at, world.state.at)), scene.rules)
    if isinstance(done.outcome, Refused):
        raise cannot(done.outcome.words)
    return replace(world, state=done.state)


def intended(scene: Scene, world: World, intent: Intent, *, name: str) -> Did:
    """The world after an intent is carried out as it was meant, at the prices in force.

    A change of mode or leverage that the venue refuses is made all the same: that is what closing and
    reopening, or another venue, would have come to. A refused trade or transfer is not.

    Raises:
        NotSupported: the venue refuses it, or a part of it is not stated.
    """
    if intent.action is Action.MOVE_STOP:
        return Did(moved_stop(world, intent))
    if intent.action in (Action.SWITCH_TO_CROSS, Action.SWITCH_TO_ISOLATED, Action.CHANGE_LEVERAGE):
        return _setting(scene, world, intent, name)
    if intent.action in (Action.ADD_MARGIN, Action.REMOVE_MARGIN):
        amount = abs(_given(intent.amount, "amount"))
        signed = amount if intent.action is Action.ADD_MARGIN else -amount
        event: Event = MarginMoved(name, intent.ts_ms, _symbol(intent), intent.side, signed)
        return Did(applied(scene, world, event))
    if intent.action is Action.TRANSFER:
        asset = intent.asset or asset_settled(scene, world, _symbol(intent))
        return Did(
            applied(scene, world, Transfer(name, intent.ts_ms, asset, _given(intent.amount, "amount")))
        )
    return Did(_traded(scene, world, intent, name))


def _given(value: Decimal | None, what: str) -> Decimal:
    if value is None:
        raise cannot(f"the intent states no {what}")
    return value


def _symbol(intent: Intent) -> str:
    if intent.symbol is None:
        raise cannot("the intent names no symbol")
    return intent.symbol


def asset_settled(scene: Scene, world: World, symbol: str) -> str:
    """The asset that a contract settles in."""
    return Case(world.state, scene.rules).instrument(symbol).settle


def _setting(scene: Scene, world: World, intent: Intent, name: str) -> Did:
    symbol = _symbol(intent)
    event: Event
    wanted: Wanted
    if intent.action is Action.CHANGE_LEVERAGE:
        leverage = _given(intent.leverage, "leverage")
        event = LeverageChanged(name, intent.ts_ms, symbol, leverage)
        wanted = SetLeverage(symbol, leverage)
    else:
        to = MarginMode.CROSS if intent.action is Action.SWITCH_TO_CROSS else MarginMode.ISOLATED
        side = intent.side if world.state.account.hedged else None
        event, wanted = MarginModeChanged(name, intent.ts_ms, symbol, to, side), SwitchMode(symbol, to, side)
    try:
        return Did(applied(scene, world, event))
    except NotSupported as refusal:
        return Did(_all_the_same(scene, world, wanted, refusal), str(refusal))


def _all_the_same(scene: Scene, world: World, wanted: Wanted, refusal: NotSupported) -> World:
    """The account that a refused change would come to, where it can be worked out and paid for."""
    state = world.state
    try:
        shown = preview(prepare(state.account, scene.rules, on=scene.on), state.market, wanted)
    except RingfenceError as error:
        raise cannot(str(refusal)) from error
    if shown.after is None:
        raise refusal
    account = shown.after.book.account
    if any(amount < 0 and amount < state.account.wallet.get(a, 0) for a, amount in account.wallet.items()):
        raise refusal
    postings = between(Case(state, scene.rules), state.account, account)
    return replace(world, state=with_account(state, account, postings))


def moved_stop(world: World, intent: Intent) -> World:
    """The world with another stop; one of the same price and side is taken away first, None removes it."""
    if intent.which != "stop":
        return world  # a written level is no order: nothing at the venue moves
    symbol = _symbol(intent)
    held = held_of(world, symbol, intent.side)
    side = _closing(held.side)
    gone = [one for one in world.stops if (one.symbol, one.side) == (symbol, side)]
    if intent.stop_from is not None:
        gone = [one for one in gone if one.price == intent.stop_from]
    kept = tuple(one for one in world.stops if one not in gone)
    if intent.stop_to is None:
        return replace(world, stops=kept)
    contracts = max((one.contracts for one in gone), default=held.contracts)
    by_mark = bool(gone) and gone[0].by_mark
    return replace(world, stops=(*kept, Stop(symbol, side, contracts, intent.stop_to, by_mark)))


def held_of(world: World, symbol: str, side: Side | None) -> Position:
    """The one open position in a symbol.

    Raises:
        NotSupported: there is none, or there are two and nobody said which.
    """
    found = [
        one for one in world.state.account.positions if one.symbol == symbol and side in (None, one.side)
    ]
    if len(found) != 1:
        raise cannot(f"{'no' if not found else 'more than one'} position in {symbol} is open")
    return found[0]


def _closing(side: Side) -> str:
    return "sell" if side is Side.LONG else "buy"


def _traded(scene: Scene, world: World, intent: Intent, name: str) -> World:
    """The world after a trade at the market, or with an order that rests where its price is not reached."""
    symbol = _symbol(intent)
    reduces = intent.reduce_only or intent.action is Action.REDUCE
    if reduces:
        held = held_of(world, symbol, intent.side)
        side, contracts = _closing(held.side), min(intent.contracts or held.contracts, held.contracts)
    else:
        if intent.side is None:
            raise cannot("the intent names no side")
        side = "buy" if intent.side is Side.LONG else "sell"
        contracts = _given(intent.contracts, "size")
    here = last_price(scene, world, symbol)
    if intent.price is not None and not (intent.price >= here if side == "buy" else intent.price <= here):
        return applied(
            scene, world,
            OrderPlaced(
                name, intent.ts_ms, f"order {name}", symbol, side, contracts, intent.price,
                reduces, intent.leverage,
            ),
        )  # fmt: skip
    event = Filled(
        name, intent.ts_ms, symbol, side, contracts, here, scene.fee_rate(symbol),
        margin_mode=intent.margin_mode, leverage=intent.leverage, reduce_only=reduces,
    )  # fmt: skip
    after = applied(scene, world, event)
    return after if reduces or intent.margin is None else _fenced(scene, (world, after), intent, name)


def _fenced(scene: Scene, worlds: tuple[World, World], intent: Intent, name: str) -> World:
    """A new fence with the margin that the intent states, where the venue put in another."""
    before, after = worlds
    held = held_of(after, _symbol(intent), intent.side)
    had = next((one for one in before.state.account.positions if one.key == held.key), None)
    own = (held.isolated_margin or Decimal(0)) - ((had.isolated_margin if had else None) or Decimal(0))
    change = (intent.margin or Decimal(0)) - own
    if held.isolated_margin is None or not change:
        return after
    return applied(scene, after, MarginMoved(f"{name} margin", intent.ts_ms, held.symbol, held.side, change))


def closed(scene: Scene, world: World, keys: Sequence[tuple[str, str]], *, name: str) -> World:
    """The world with positions closed at the last price; what is not open any more stays closed."""
    for number, key in enumerate(keys):
        held = next((one for one in world.state.account.positions if one.key == key), None)
        if held is not None:
            world = applied(scene, world, _filled(scene, world, held, (f"{name} {number}", held.contracts)))
    return world


def _filled(scene: Scene, world: World, held: Position, part: tuple[str, Decimal]) -> Filled:
    name, contracts = part
    return Filled(
        name, world.state.at, held.symbol, _closing(held.side), contracts,
        last_price(scene, world, held.symbol), scene.fee_rate(held.symbol), reduce_only=True,
    )  # fmt: skip


def kept_share(scene: Scene, world: World, held: Position, keep: Number, *, name: str) -> Did:
    """The world after a position was cut to a share of its size, all that was in its fence still in it.

    A venue gives back the closed share of a fence; that is put in again, for what is kept to be liquidated
    no nearer with no new money. Where the venue's rule for that is not known it is put in all the same.
    """
    left = rounded(Fraction(held.contracts) * Fraction(keep), LOT, ROUND_FLOOR)
    left = held.contracts if keep == 1 else left
    part = held.contracts - left
    if not part:
        return Did(world)
    event = _filled(scene, world, held, (name, part))
    after = applied(scene, world, event)
    asset = asset_settled(scene, world, held.symbol)
    unpaid = applied(scene, world, replace(event, fee_rate=Decimal(0)))
    back = _wallet(unpaid, asset) - _wallet(world, asset)
    if not left or held.isolated_margin is None or back <= 0:
        return Did(after)
    again = MarginMoved(f"{name} margin", after.state.at, held.symbol, held.side, back)
    try:
        return Did(applied(scene, after, again))
    except NotSupported as refusal:
        wanted = MoveMargin(held.symbol, back, held.side)
        return Did(_all_the_same(scene, after, wanted, refusal), str(refusal))


def _wallet(world: World, asset: str) -> Decimal:
    return world.state.account.wallet.get(asset, Decimal(0))


def missing(symbols: list[str]) -> str:
    """What to say where a path has no prices of a coin."""
    return f"no prices of {', '.join(symbols)} on this path"
