"""Replay: every twin of a book through one path, and what another choice at its beginning would have left."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ringfence.domain.account import Account
from ringfence.domain.numbers import Number, add, exactly
from ringfence.engine.apply import apply
from ringfence.engine.events import Filled
from ringfence.engine.state import State, begin
from ringfence.exact.health import sums
from ringfence.exact.ring import prepare
from ringfence.replay.flow import committed
from ringfence.replay.scene import Scene, Stop, Within
from ringfence.replay.walk import Told, nobody, walked
from ringfence.replay.world import Liquidation, World
from ringfence.solve.arrange import Arrangement, arrangements


@dataclass(frozen=True, slots=True)
class Standing:
    """Equity and maintenance of an account at a close, by asset. ``at``: when the bar opened, UTC ms."""

    at: int
    bar: int
    equity: Mapping[str, Number]
    maintenance: Mapping[str, Number]


@dataclass(frozen=True)
class Ending:
    """One way that a book went.

    Attributes:
        within: the order of prices inside bars; None: either, it makes no difference.
        left: equity at the last close, by asset. standings: at the sampled closes.
    """

    world: World
    within: Within | None
    left: Mapping[str, Number]
    standings: tuple[Standing, ...]

    @property
    def first(self) -> Liquidation | None:
        """The first liquidation."""
        return next(iter(self.world.deaths), None)


@dataclass(frozen=True)
class Played:
    """A book that was led along the path. ``reason``: why it could not be; then there is no ending."""

    name: str
    account: Account
    endings: tuple[Ending, ...] = ()
    reason: str = ""

    @property
    def verdict(self) -> str:
        """What can be said: alive, liquidated, or undetermined where the order inside a bar decides.

        Two ways in which the same rings are liquidated in the same bars are one answer; what was left may
        still differ between them.
        """
        stories = {
            tuple(
                (one.bar, one.ring.ring, one.ring.cured) for one in ending.world.deaths if not one.ring.cured
            )
            for ending in self.endings
        }
        touched = any(ending.world.deaths for ending in self.endings)
        if not self.endings:
            return "not_possible"
        if len(stories) > 1:
            return "undetermined"
        if stories == {()}:
            return "reduced" if touched else "alive"
        return "liquidated"


@dataclass(frozen=True)
class Replay:
    """Every twin, and every other choice, along one path. ``before``: equity at its beginning, by asset."""

    scene: Scene
    before: Mapping[str, Number]
    twins: tuple[Played, ...]
    choices: tuple[Played, ...]
    close_now: Mapping[str, Number]


@exactly
def replay(
    scene: Scene,
    account: Account,
    *,
    stops: tuple[Stop, ...] = (),
    keep: tuple[Decimal, ...] = (),
    told: Told = nobody,
) -> Replay:
    """Lead a book along a path as it is, all isolated and all cross.

    Args:
        stops: orders that close at a price, in every twin. keep: shares of every position that are kept in
            other choices, the rest closed at the first open. told: as `walked`.
    Returns:
        The twins, the choices, and what closing everything at the first open would have left.
    Raises:
        NoTier, MissingLeverage and others: as `arrangements`.

    >>> import ringfence as rf
    >>> from ringfence.history.tape import tape_of_marks
    >>> book = rf.Account(venue="demo", wallet={"USDT": "7000"}).open(
    ...     "BTC/USDT:USDT", "+1", entry_price="60000", leverage=20, isolated_margin="3000"
    ... )
    >>> tape = tape_of_marks({"BTC/USDT:USDT": ["58000", "57000", "60500"]}, step=3_600_000)
    >>> done = replay(Scene(tape, rf.rules("demo"), "2026-11-22"), book)
    >>> [(one.name, one.verdict, str(one.endings[0].left["USDT"])) for one in done.twins]
    [('as_is', 'liquidated', '7000'), ('isolated', 'liquidated', '7000'), ('cross', 'alive', '10500')]
    """
    opens = scene.tape.marks(0, "open")
    played = [_played(scene, one, stops, told) for one in arrangements(account, scene.rules, on=scene.on)]
    state = begin(account, scene.rules, marks=opens, at=scene.tape.ts[0])
    choices = []
    for share in keep:
        kept = _reduced(scene, state, share)
        name = f"keep {share.normalize():f}"
        choices.append(_ended(scene, name, World(kept, stops=stops), told))
    closed = _reduced(scene, state, Decimal(0))
    return Replay(
        scene, _standing(scene, state, opens)[0], tuple(played), tuple(choices),
        _standing(scene, closed, opens)[0],
    )  # fmt: skip


def _played(scene: Scene, arranged: Arrangement, stops: tuple[Stop, ...], told: Told) -> Played:
    if not arranged.feasible:
        return Played(arranged.name.value, arranged.account, reason=arranged.reason)
    opens = scene.tape.marks(0, "open")
    state = begin(arranged.account, scene.rules, marks=opens, at=scene.tape.ts[0])
    return _ended(scene, arranged.name.value, World(state, stops=stops), told)


def _ended(scene: Scene, name: str, world: World, told: Told) -> Played:
    worlds = walked(scene, world, told=told)
    several = len(worlds) > 1
    endings = tuple(_ending(scene, one, one.within if several else None) for one in worlds)
    return Played(name, world.state.account, endings)


def _ending(scene: Scene, world: World, within: Within | None) -> Ending:
    last = len(scene.tape) - 1
    left, _ = _standing(scene, world.state, scene.tape.marks(last, "close"))
    return Ending(world, within, left, tuple(_at(scene, world, bar) for bar in scene.sampled))


def _at(scene: Scene, world: World, bar: int) -> Standing:
    """An account at the close of a bar: as it stood since the last thing that happened, funding added."""
    number = bisect_right(world.epochs, bar + 1, key=lambda one: one[0]) - 1
    since, state = world.epochs[max(number, 0)]
    paid = committed(scene, World(state, bar=since, posted=since), bar + 1).state
    return Standing(scene.tape.ts[bar], bar, *_standing(scene, paid, scene.tape.marks(bar, "close")))


def _standing(
    scene: Scene, state: State, marks: Mapping[str, Decimal]
) -> tuple[dict[str, Number], dict[str, Number]]:
    known = {**state.marks, **marks}
    equity: dict[str, list[Number]] = {}
    needs: dict[str, list[Number]] = {}
    for ring in prepare(state.account, scene.rules, on=scene.on).rings:
        added = sums(ring, {symbol: known[symbol] for symbol in ring.symbols})
        equity.setdefault(ring.asset, []).append(added.equity)
        needs.setdefault(ring.asset, []).append(added.maintenance if ring.legs else Decimal(0))
    return (
        {asset: add(amounts) for asset, amounts in equity.items()},
        {asset: add(amounts) for asset, amounts in needs.items()},
    )


def _reduced(scene: Scene, state: State, keep: Decimal) -> State:
    """The account after the same share of every position was closed at the first open."""
    for position in state.account.positions:
        part = position.contracts * (1 - keep)
        if not part:
            continue
        side = "sell" if position.side.sign > 0 else "buy"
        event = Filled(
            f"choice {' '.join(position.key)}", state.at, position.symbol, side, part,
            state.marks[position.symbol], scene.fee_rate(position.symbol), reduce_only=True,
        )  # fmt: skip
        state = apply(state, event, scene.rules).state
    return state
