"""What a venue reported, as acts: fills at their prices, and the changes of a setting that were made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import quotient
from ringfence.engine.events import Filled
from ringfence.engine.made import Case, on_ledger
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
from ringfence.mirror.outcome.acts import applied, intended
from ringfence.replay.course import Timed
from ringfence.replay.scene import Scene
from ringfence.replay.world import World

DONE = (Traded, MarginAdjusted, ModeSwitched, LeverageSet, MoneyMoved, StopMoved)
"""What a trader can do. Bookings of funding and profit are not among it: the path makes those itself."""

FROM_OUTSIDE = ("deposit", "withdrawal", "transfer")


def timed(one: Happened) -> Timed | None:
    """One report as an act at its time; None where it is no act of the trader."""
    if not isinstance(one, DONE) or (isinstance(one, MoneyMoved) and one.what not in FROM_OUTSIDE):
        return None
    return Timed(one.at, lambda scene, world: _did(scene, world, one))


def _did(scene: Scene, world: World, one: Happened) -> World:
    if isinstance(one, Traded):
        return _filled(scene, world, one)
    return intended(scene, world, _as_intent(one), name=f"reported {one.id}").world


def _filled(scene: Scene, world: World, one: Traded) -> World:
    """A fill at its price, with the fee that was booked where it was paid in the settlement asset.

    Where the report counts in contracts of another size, in as many of ours.
    """
    instrument = Case(world.state, scene.rules).instrument(one.symbol)
    rate, contracts = scene.fee_rate(one.symbol), one.contracts
    if one.contract_size is not None and one.contract_size != instrument.contract_size:
        contracts = on_ledger(quotient(contracts * one.contract_size, instrument.contract_size))
    if one.fee_known and one.fee_asset == instrument.settle:
        size = contracts * instrument.contract_size
        value = quotient(size, one.price) if instrument.kind is Kind.INVERSE else size * one.price
        rate = on_ledger(quotient(-one.fee, value))
    held = next((p for p in world.state.account.positions if p.symbol == one.symbol), None)
    event = Filled(
        f"reported {one.id}", one.at, one.symbol, one.side, contracts, one.price, rate,
        margin_mode=None if held else one.margin_mode, leverage=None if held else one.leverage,
        reduce_only=bool(one.closes),
    )  # fmt: skip
    return applied(scene, world, event)


def _as_intent(one: Happened) -> Intent:
    """A report of a setting, of margin or of money as the intent that it carries out."""
    bare = Intent("", one.at, "human", one.account_id, one.venue, Action.TRANSFER)
    if isinstance(one, MarginAdjusted):
        action = Action.ADD_MARGIN if one.amount > 0 else Action.REMOVE_MARGIN
        return replace(bare, action=action, symbol=one.symbol, side=one.side, amount=one.amount)
    if isinstance(one, ModeSwitched):
        cross = one.to is MarginMode.CROSS
        return replace(
            bare, action=Action.SWITCH_TO_CROSS if cross else Action.SWITCH_TO_ISOLATED, symbol=one.symbol
        )
    if isinstance(one, LeverageSet):
        return replace(bare, action=Action.CHANGE_LEVERAGE, symbol=one.symbol, leverage=one.leverage)
    if isinstance(one, StopMoved):
        which = "stop" if one.which == "stop" else "invalidation"
        return replace(
            bare, action=Action.MOVE_STOP, symbol=one.symbol, side=one.side, which=which, stop_to=one.price
        )
    money = one if isinstance(one, MoneyMoved) else None
    return replace(bare, asset=money.asset if money else None, amount=money.amount if money else Decimal(0))
