"""Courses: a book led along a path on which somebody does something at given times.

A walk knows prices, funding and orders that rest. What a trader does later, a fill at noon or an exit when
time is up, stands between two bars: the path is walked up to it, it is done, and the walk goes on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ringfence.history.tape import Tape
from ringfence.replay.scene import Scene
from ringfence.replay.walk import walked
from ringfence.replay.world import World

BETWEEN = -1
"""The bar of a moment that lies in none."""

Act = Callable[[Scene, World], World]
"""What is done to a world between two bars, at the last prices before it."""


@dataclass(frozen=True)
class Timed:
    """Something that is done at a time, UTC milliseconds: before the first bar that opens then or later."""

    at: int
    act: Act


def led(scene: Scene, world: World, timed: Sequence[Timed] = ()) -> tuple[World, ...]:
    """Every world that a path leads to on which things are done at their times.

    What lies behind the last bar is not done; what lies exactly at its end is, at its close.

    >>> import ringfence as rf
    >>> from ringfence.engine.state import begin
    >>> from ringfence.history.tape import tape_of_marks
    >>> tape = tape_of_marks({"BTC/USDT:USDT": ["58000", "57000", "60500"]}, step=3_600_000)
    >>> scene = Scene(tape, rf.rules("demo"), "2026-11-22")
    >>> book = rf.Account(venue="demo", wallet={"USDT": "10"})
    >>> (world,) = led(scene, World(begin(book, scene.rules)))
    >>> world.bar, world.state.account.wallet
    (2, {'USDT': Decimal('10')})
    """
    worlds: tuple[World, ...] = (world,)
    for bar, acts in _grouped(scene.tape, timed):
        worlds = tuple(_done(scene, one, acts) for before in worlds for one in _until(scene, before, bar))
    return tuple(one for before in worlds for one in _until(scene, before, len(scene.tape)))


def _grouped(tape: Tape, timed: Sequence[Timed]) -> list[tuple[int, list[Act]]]:
    """What is done, by the bar that it stands before."""
    end = tape.ts[-1] + tape.step
    found: dict[int, list[Act]] = {}
    for one in sorted(timed, key=lambda one: one.at):
        if one.at <= end:
            found.setdefault(bisect_left(tape.ts, one.at), []).append(one.act)
    return sorted(found.items())


def _until(scene: Scene, world: World, bar: int) -> tuple[World, ...]:
    """The worlds at the open of a bar; its prices and what comes behind are not looked at."""
    if bar <= world.bar:
        return (world,)
    short = (
        scene
        if bar == len(scene.tape)
        else replace(scene, tape=first_bars(scene.tape, bar), flows={}, paid={})
    )
    return tuple(
        replace(one, epochs=(*world.epochs, *one.epochs)) for one in walked(short, replace(world, epochs=()))
    )


def _done(scene: Scene, world: World, acts: Sequence[Act]) -> World:
    """The world after what is done in it; the last close is the price it is done at."""
    marks = world.state.marks
    if world.bar:
        marks = {**marks, **scene.tape.marks(world.bar - 1, "close")}
    world = noticed(replace(world, state=replace(world.state, marks=marks)))
    for act in acts:
        world = act(scene, world)
    return noticed(replace(world, epochs=(*world.epochs, (world.bar, world.state))))


def noticed(world: World) -> World:
    """The world with its state kept as a moment between two bars, where moments are kept."""
    if world.moments is None:
        return world
    return replace(world, moments=(*world.moments, (BETWEEN, world.state)))


def first_bars(tape: Tape, count: int) -> Tape:
    """The first bars of a tape, and the funding that falls into them."""
    return bars_between(tape, 0, count)


def bars_between(tape: Tape, start: int, until: int) -> Tape:
    """The bars from one number on and before another, and the funding that falls into them.

    >>> from ringfence.history.tape import tape_of_marks
    >>> tape = tape_of_marks({"BTC/USDT:USDT": ["1", "2", "3"]}, step=60_000)
    >>> bars_between(tape, 1, 2).ts
    [60000]
    """
    funding = {
        symbol: tuple(one._replace(bar=one.bar - start) for one in dues if start <= one.bar < until)
        for symbol, dues in tape.funding.items()
    }
    return Tape(
        tape.symbols, tape.frame.slice(start, until - start), tape.places, tape.step, funding, tape.holes
    )


def last_price(scene: Scene, world: World, symbol: str) -> Decimal:
    """The price that a symbol was last traded at before the next bar; its mark where no trades are known."""
    if world.bar and scene.traded is not None and symbol in scene.traded.symbols:
        return scene.traded.marks(world.bar - 1, "close")[symbol]
    return world.state.marks[symbol]
