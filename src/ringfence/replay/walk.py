"""Walks: an account led along a whole path, by the few bars that leave its boxes, or bar by bar.

Both ways come to the same log. The order of the prices inside a bar is not known: where something happens
in a bar it is walked in both orders. Where they disagree there are two worlds from then on, and each keeps
to its own order in every bar that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

from ringfence.domain.numbers import Number, add, exactly
from ringfence.exact.health import is_dead, sums
from ringfence.exact.ring import Ring
from ringfence.replay.bar import rings_of, walked_bar
from ringfence.replay.boxes import Box, box_around, is_smooth
from ringfence.replay.flow import Flow, committed, flow_of, next_payment, pays_one_by_one
from ringfence.replay.scene import Scene, Stop
from ringfence.replay.world import World

Told = Callable[[int, int], None]


def nobody(_done: int, _total: int) -> None:
    """Nobody watches."""


@exactly
def walked(scene: Scene, world: World, *, bar_by_bar: bool = False, told: Told = nobody) -> tuple[World, ...]:
    """Every world that the path leads to from here: one, or two where the order inside a bar matters.

    Args:
        bar_by_bar: look at every bar, the plain way, without boxes.
        told: how many bars are behind, and of how many; may raise to stop.
    """
    worlds = [_entered(scene, replace(world, epochs=((world.bar, world.state),)))]
    ended: list[World] = []
    while worlds:
        one = worlds.pop()
        after = _next(scene, one, bar_by_bar=bar_by_bar)
        if not after:
            ended.append(_finished(scene, one))
            continue
        told(min(after[0].bar, len(scene.tape)), len(scene.tape))
        worlds += after
    return _distinct(ended)


def _next(scene: Scene, world: World, *, bar_by_bar: bool) -> list[World]:
    """The worlds after the next bar that must be looked at; none when there is no such bar."""
    if bar_by_bar:
        return _both(scene, world) if world.bar < len(scene.tape) else []
    due = [bar for bar in (*world.exits.values(), world.waiting) if bar is not None]
    bar = min(due, default=len(scene.tape))
    if bar >= len(scene.tape):
        return []
    if bar != world.waiting and _stands(scene, world, bar):
        return [_moved_on(scene, world, bar)]
    return _both(scene, committed(scene, world, bar))


def _both(scene: Scene, world: World) -> list[World]:
    """A bar walked in every order; what comes to the same is one world."""
    orders = scene.orders if world.within is None else (world.within,)
    found = _distinct(
        replace(walked_bar(scene, world, within), within=within if len(orders) > 1 else world.within)
        for within in orders
    )
    if len(orders) > 1 and len(found) == 1:
        found = (replace(found[0], within=None),)
    return [_entered(scene, _with_epoch(one, world)) for one in found]


def _with_epoch(world: World, before: World) -> World:
    if world.state.account == before.state.account:
        return world
    return replace(world, epochs=(*world.epochs, (world.bar, world.state)))


def _distinct(worlds: Iterable[World]) -> tuple[World, ...]:
    """Worlds of which no two tell the same story."""
    found: list[World] = []
    for one in worlds:
        if not any(_same(one, known) for known in found):
            found.append(one)
    return tuple(found)


def _same(one: World, other: World) -> bool:
    return (one.state.account, one.log, one.owing, one.stops) == (
        other.state.account,
        other.log,
        other.owing,
        other.stops,
    )


def _finished(scene: Scene, world: World) -> World:
    return replace(committed(scene, world, len(scene.tape)), bar=len(scene.tape)).closed()


def _entered(scene: Scene, world: World) -> World:
    """The world with its rings made ready, and a box around each as it stands before its next bar."""
    rings = rings_of(scene, world.state)
    world = replace(world, rings=rings, exits={}, waiting=None)
    if world.bar >= len(scene.tape):
        return world
    waiting = _waiting(scene, world)
    exits = {ring.name: _exit(scene, world, ring, world.bar) for ring in rings}
    return replace(world, exits=exits, waiting=waiting)


def _exit(scene: Scene, world: World, ring: Ring, bar: int) -> int | None:
    """The first bar from this one on that a ring must be looked at in; its box is drawn where it opens.

    The first bar of a path is looked at as a whole: it may open anywhere.
    """
    if bar == 0:
        return 0
    if bar >= len(scene.tape):
        return None
    marks = scene.tape.marks(bar - 1, "close")
    flow = flow_of(scene, world, ring)
    paid = flow.between(world.posted, bar)
    health = add([sums(ring, {symbol: marks[symbol] for symbol in ring.symbols}).health, paid])
    box = box_around(ring, marks, health, scene.places) if health > 0 else None
    if box is None:
        return bar
    bounds = [(scene.numbers[symbol], least, most) for symbol, least, most in box.bounds]
    out = scene.tape.first_outside(bar, bounds)
    return _first_unpaid(flow, box, bar, out)


def _first_unpaid(flow: Flow, box: Box, bar: int, out: int | None) -> int | None:
    """The first bar, before ``out``, whose funding the box does not bear; else ``out``."""
    if box.funding is None:
        return out
    found = flow.first_below(bar, flow.sum_before(bar) + box.funding, out)
    return out if found is None else found


def _stands(scene: Scene, world: World, bar: int) -> bool:
    """Whether every ring that must be looked at lives through a bar, whatever the order of its prices."""
    places = [scene.tape.marks(bar, name) for name in ("open", "high", "low", "close")]
    return all(
        _lives(ring, flow_of(scene, world, ring), world, bar, places)
        for ring in world.rings
        if world.exits[ring.name] == bar
    )


def _lives(ring: Ring, flow: Flow, world: World, bar: int, places: list[dict[str, Decimal]]) -> bool:
    if not is_smooth(ring):
        return False
    before = flow.between(world.posted, bar)
    paid = [before, *(before + one for one in flow.steps(bar))]
    least: list[Number] = [min(paid), paid[-1], paid[-1], paid[-1]]
    for marks, came in zip(places, least, strict=True):
        health = add([sums(ring, {symbol: marks[symbol] for symbol in ring.symbols}).health, came])
        if is_dead(ring, health):
            return False
    return True


def _moved_on(scene: Scene, world: World, bar: int) -> World:
    """The world behind a bar in which nothing happened, with new boxes for the rings that left theirs."""
    exits = {
        ring.name: _exit(scene, world, ring, bar + 1)
        if world.exits[ring.name] == bar
        else world.exits[ring.name]
        for ring in world.rings
    }
    return replace(world, bar=bar + 1, exits=exits)


def _waiting(scene: Scene, world: World) -> int | None:
    """The next bar in which an order fills, or funding is paid that cannot be summed up."""
    found = [
        bar
        for one in (*world.stops, *world.state.orders.values())
        if (bar := _reached(scene, world, one)) is not None
    ]
    if pays_one_by_one(scene, world):
        found += [bar for bar in [next_payment(scene, world)] if bar is not None]
    return min(found, default=None)


def _reached(scene: Scene, world: World, one: object) -> int | None:
    """The first bar whose prices reach an order."""
    order: Stop = one  # type: ignore[assignment]
    falling = (order.side == "sell") is isinstance(one, Stop)
    known = scene.traded is not None and order.symbol in scene.traded.symbols
    by_mark = isinstance(one, Stop) and one.by_mark
    tape = scene.traded if scene.traded is not None and known and not by_mark else scene.tape
    if order.symbol not in tape.symbols:
        return None
    number = tape.symbols.index(order.symbol)
    quanta = order.price.scaleb(tape.places[number])
    whole = int(quanta)
    if falling:
        return tape.first_outside(world.bar, [(number, whole + 1, None)])
    most = whole - 1 if whole == quanta else whole
    return tape.first_outside(world.bar, [(number, None, most)])
