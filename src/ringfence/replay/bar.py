"""One bar, walked: the jump to its open, its funding, and the way through its high and low to its close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ringfence.domain.account import Order
from ringfence.domain.numbers import exactly
from ringfence.engine.apply import apply
from ringfence.engine.events import Filled, FundingPaid
from ringfence.engine.liquidate import liquidate
from ringfence.engine.postings import DUST, FUNDING
from ringfence.engine.state import Accepted, State
from ringfence.errors import LimitExceeded
from ringfence.exact.ring import Ring, prepare
from ringfence.history.tape import Tape
from ringfence.replay.line import Line, Marks
from ringfence.replay.scene import Scene, Stop, Within
from ringfence.replay.world import Fill, Liquidation, World, with_funding

PLACES = {
    Within.HIGH_FIRST: ("open", "high", "low", "close"),
    Within.LOW_FIRST: ("open", "low", "high", "close"),
}
TESTS = 4
"""How often the venue tests a ring again, on a way on which it has closed a part of it."""
MOST_IN_A_BAR = 10_000
"""Things that happen in one bar: beyond this the venue's sequence does not come to an end."""


@dataclass(frozen=True)
class _Leg:
    """A part of a bar: the way of the marks, and the way of the prices that orders fill by."""

    name: str
    marks: Line
    prices: Line


@exactly
def walked_bar(scene: Scene, world: World, within: Within) -> World:
    """One bar, everything that happens in it in the order that it happens."""
    bar, tape = world.bar, scene.tape
    opens, traded = _quoted(scene, bar, "open")
    world = _settled(scene, _marked(world, opens), "at the open")
    world = _ordered(
        scene, world, _Leg("at the open", _still(scene, opens), _still(scene, traded, traded=True))
    )
    for symbol, at, rate, mark in scene.dues.get(bar, ()):
        world = _funding(
            scene, world, FundingPaid(f"funding {symbol} {at}", _now(world, tape), symbol, rate, mark)
        )
        world = _settled(scene, world, "at funding")
    names = PLACES[within]
    for before, after in pairwise(names):
        (start, from_price), (end, to_price) = _quoted(scene, bar, before), _quoted(scene, bar, after)
        leg = _Leg(
            f"{before} to {after}",
            Line(start, end, _quanta(scene)),
            Line(from_price, to_price, _quanta(scene, traded=True)),
        )
        world = _led(scene, world, leg)
    return replace(world, bar=bar + 1, posted=bar + 1)


def _quoted(scene: Scene, bar: int, name: str) -> tuple[Marks, Marks]:
    marks = scene.tape.marks(bar, name)
    return marks, marks if scene.traded is None else {**marks, **scene.traded.marks(bar, name)}


def _quanta(scene: Scene, *, traded: bool = False) -> dict[str, Decimal]:
    """The grid of each coin's price; a coin without traded prices has its mark's."""
    grids = dict(scene.places)
    if traded and scene.traded is not None:
        grids |= zip(scene.traded.symbols, scene.traded.places, strict=True)
    return {symbol: Decimal(1).scaleb(-places) for symbol, places in grids.items()}


def _still(scene: Scene, marks: Marks, *, traded: bool = False) -> Line:
    return Line(marks, marks, _quanta(scene, traded=traded))


def _now(world: World, tape: Tape) -> int:
    return max(tape.ts[world.bar], world.state.at)


def _marked(world: World, marks: Marks) -> World:
    return world.stands(replace(world.state, marks={**world.state.marks, **marks}))


def _funding(scene: Scene, world: World, event: FundingPaid) -> World:
    """Funding of one symbol; nothing is written down where nobody pays."""
    done = apply(world.state, event, scene.rules)
    if not done.postings:
        return world
    world = replace(world, state=replace(done.state, seen=world.state.seen))
    came = sum((one.amount for one in done.postings if one.account not in (FUNDING, DUST)), Decimal(0))
    return with_funding(world, scene.tape.ts[world.bar], event.symbol, came)


def _settled(scene: Scene, world: World, where: str) -> World:
    """The venue liquidates whatever is dead at the marks in force."""
    for _ in range(MOST_IN_A_BAR):
        done = liquidate(world.state, scene.rules, at=_now(world, scene.tape), on=scene.on)
        if not done.rings:
            return world
        moving = {ring.name: ring.symbols for ring in rings_of(scene, world.state)}
        marks = world.state.marks
        world = world.stands(done.state)
        for ring in done.rings:
            own = {symbol: marks[symbol] for symbol in moving[ring.ring]}
            world = world.said(Liquidation(world.bar, scene.tape.ts[world.bar], where, own, ring))
        if not any(ring.cured for ring in done.rings):
            return world
    raise LimitExceeded("the venue's sequence does not come to an end in this bar", path="replay")


def _led(scene: Scene, world: World, leg: _Leg) -> World:
    """The account along one straight way, from one thing that happens to the next."""
    done, cured = Fraction(0), frozenset[str]()
    for _ in range(MOST_IN_A_BAR):
        rest = _from(leg, done)
        dead = _first_death(scene, world, rest.marks, _tests(done), cured)
        order = _first_order(world, rest)
        if dead is None and order is None:
            return _marked(world, leg.marks.end)
        before = len(world.log)
        if order is not None and (dead is None or order[0] < dead):
            share = order[0]
            world = _filled(scene, _marked(world, rest.marks.at(share)), order, leg.name)
        else:
            share = dead or Fraction(0)
            world = _marked(world, rest.marks.at(share))
        world = _settled(scene, world, leg.name)
        new = [one.ring.ring for one in world.log[before:] if isinstance(one, Liquidation)]
        cured, done = cured | frozenset(new), done + share * (1 - done)
    raise LimitExceeded("too much happens in one bar", path="replay")


def _tests(done: Fraction) -> tuple[Fraction, ...]:
    """The shares of what is left of a way after which a ring is tested that was closed in part on it."""
    ahead = [Fraction(number, TESTS) for number in range(1, TESTS + 1)]
    return tuple((one - done) / (1 - done) for one in ahead if one > done)


def _from(leg: _Leg, done: Fraction) -> _Leg:
    if not done:
        return leg
    marks = Line(leg.marks.at(done), leg.marks.end, leg.marks.quanta)
    return _Leg(leg.name, marks, Line(leg.prices.at(done), leg.prices.end, leg.prices.quanta))


def rings_of(scene: Scene, state: State) -> tuple[Ring, ...]:
    """The rings that have positions."""
    return tuple(ring for ring in prepare(state.account, scene.rules, on=scene.on).rings if ring.legs)


def _first_death(
    scene: Scene, world: World, line: Line, tests: tuple[Fraction, ...], cured: frozenset[str]
) -> Fraction | None:
    """The share of a way after which the first ring is dead; one that was cured on it is tested in steps."""
    found = []
    for ring in rings_of(scene, world.state):
        share = line.first_dead_of(ring, tests) if ring.name in cured else line.first_dead(ring)
        found += [] if share is None else [share]
    return min(found, default=None)


Found = tuple[Fraction, int, Stop | tuple[str, Order], Decimal]


def _first_order(world: World, leg: _Leg) -> Found | None:
    """The order that is reached first: after which share of the way, which one, at what price.

    At the price it names where the way leads through it, else at the one that is traded there.
    """
    found: list[Found] = []
    waiting: list[Stop | tuple[str, Order]] = [*world.stops, *world.state.orders.items()]
    for number, one in enumerate(waiting):
        order = one if isinstance(one, Stop) else one[1]
        # A stop sells when the price falls to it; a limit order buys when it does.
        falling = (order.side == "sell") is isinstance(one, Stop)
        by_mark = isinstance(one, Stop) and one.by_mark
        line = leg.marks if by_mark else leg.prices
        if order.symbol not in line.end:
            continue
        share = line.first_at(order.symbol, order.price, falling=falling)
        if share is not None:
            beyond = by_mark or share == 0
            here = leg.prices.at(share)[order.symbol] if beyond else order.price
            found.append((share, number, one, here))
    return min(found, key=lambda one: one[:2], default=None)


def _ordered(scene: Scene, world: World, leg: _Leg) -> World:
    """Orders that the jump to the open has reached."""
    for _ in range(MOST_IN_A_BAR):
        order = _first_order(world, leg)
        if order is None:
            return world
        world = _settled(scene, _filled(scene, world, order, leg.name), leg.name)
    raise LimitExceeded("too much happens in one bar", path="replay")


def _filled(scene: Scene, world: World, found: Found, where: str) -> World:
    """One order filled; what the venue refuses is taken off all the same, and said."""
    _, _, one, price = found
    order, key = (one, None) if isinstance(one, Stop) else (one[1], one[0])
    reduces = isinstance(one, Stop) or one[1].reduce_only
    contracts = _closable(world, order) if reduces else order.contracts
    now = _now(world, scene.tape)
    name = f"fill {now} {len(world.state.seen) + 1}"
    words: tuple[str, ...] = ("nothing is open that it could close",)
    after, accepted = world.state, False
    if contracts:
        event = Filled(
            name, now, order.symbol, order.side, contracts, price, scene.fee_rate(order.symbol), key,
            reduce_only=reduces,
        )  # fmt: skip
        done = apply(world.state, event, scene.rules)
        after, accepted = done.state, done.accepted
        words = done.outcome.words if isinstance(done.outcome, Accepted) else (done.outcome.words,)
    if key is not None and key in after.orders:
        after = _without(after, key)
    stops = tuple(stop for stop in world.stops if stop is not one)
    world = replace(world, state=after, stops=stops)
    entry = Fill(
        world.bar, scene.tape.ts[world.bar], where, order.symbol, order.side, contracts or order.contracts,
        price, accepted, words,
    )  # fmt: skip
    return world.said(entry)


def _closable(world: World, stop: Stop | Order) -> Decimal:
    """As much of an order that only reduces as is open on the other side."""
    side = "long" if stop.side == "sell" else "short"
    open_ = [one.contracts for one in world.state.account.positions if one.key == (stop.symbol, side)]
    return min(stop.contracts, *open_) if open_ else Decimal(0)


def _without(state: State, key: str) -> State:
    orders = {name: order for name, order in state.orders.items() if name != key}
    return replace(state, orders=orders, account=replace(state.account, orders=tuple(orders.values())))
