"""Following a plan: the exits that were written down, as orders and closes on the path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from ringfence.domain.account import Position, Side
from ringfence.domain.numbers import rounded
from ringfence.engine.events import OrderPlaced
from ringfence.history.names import timeframe_ms
from ringfence.history.series import PRICES
from ringfence.mirror.model import Plan
from ringfence.mirror.outcome.acts import LOT, applied, closed
from ringfence.replay.course import Timed
from ringfence.replay.scene import Scene, Stop
from ringfence.replay.world import World

CLOSE_OF = "close_of:"


def followed(scene: Scene, world: World, plan: Plan) -> tuple[World, list[Timed], str]:
    """The world with the exits of a plan in it, those that come at a time, and what to say of it.

    The invalidation closes all of the position; the targets close equal parts of it; the time stop closes
    what is left. Orders and stops that rested before stay.
    """
    held = next(
        (one for one in world.state.account.positions if one.key == (plan.symbol, plan.side.value)), None
    )
    if held is None:
        return world, [], "nothing is open that the plan could close"
    side = "sell" if plan.side is Side.LONG else "buy"
    timed = []
    if plan.trigger.startswith(CLOSE_OF):
        timed += list(_on_close(scene, plan, held))
    else:
        stop = Stop(plan.symbol, side, held.contracts, plan.invalidation_price, plan.trigger == "mark")
        world = replace(world, stops=(*world.stops, stop))
    if plan.time_stop_ms is not None:
        timed.append(_exit(plan.time_stop_ms, held, "time stop"))
    for number, (price, part) in enumerate(_targets(plan, held), 1):
        order = OrderPlaced(
            f"target {number}", world.state.at, f"plan target {number}", plan.symbol, side, part, price,
            reduce_only=True,
        )  # fmt: skip
        world = applied(scene, world, order)
    return world, timed, ""


def _targets(plan: Plan, held: Position) -> Iterator[tuple[Decimal, Decimal]]:
    """Each target and the part that is closed there: equal parts, the last the rest."""
    count = len(plan.target_prices)
    if not count:
        return
    part = rounded(Fraction(held.contracts) / count, LOT, ROUND_FLOOR)
    left = held.contracts
    for price in plan.target_prices[:-1]:
        if part > 0:
            yield price, part
            left -= part
    yield plan.target_prices[-1], left


def _exit(at: int, held: Position, name: str) -> Timed:
    return Timed(at, lambda scene, world: closed(scene, world, [held.key], name=f"{name} {at}"))


def _on_close(scene: Scene, plan: Plan, held: Position) -> Iterator[Timed]:
    """The close after the first bar of the plan's timeframe that ends at its level or beyond."""
    tape, step = scene.tape, timeframe_ms(plan.trigger.removeprefix(CLOSE_OF))
    number = tape.symbols.index(plan.symbol)
    closes = tape.frame[f"{PRICES[3]}{number}"].to_list()
    for bar, quanta in enumerate(closes):
        end = tape.ts[bar] + tape.step
        if end % step == 0 and plan.side.sign * (tape.price(number, quanta) - plan.invalidation_price) <= 0:
            yield _exit(end, held, "invalidation")
            return
