"""The least that an account was worth on its way, and what it is worth at a set of marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any

from ringfence.domain.numbers import Number, add, exactly
from ringfence.engine.state import State
from ringfence.exact.health import sums
from ringfence.exact.ring import Ring, prepare
from ringfence.history.series import PRICES
from ringfence.replay.flow import committed
from ringfence.replay.scene import Scene
from ringfence.replay.world import World


@exactly
def equity_of(scene: Scene, state: State, asset: str, marks: Mapping[str, Decimal] | None = None) -> Number:
    """Equity of an account in one asset: its pool and its fences together.

    Args:
        marks: of the moment; a symbol without one keeps the mark of the state.
    """
    known = {**state.marks, **(marks or {})}
    return add(_equity(ring, known) for ring in _rings(scene, state, asset))


@exactly
def lowest_equity(scene: Scene, world: World, asset: str) -> Number:
    """The least that a book was worth in one asset, in every bar and wherever something happened.

    Bars in which nothing happened count with their open, high, low and close, all coins at once; the others
    with every price at which something did. A ring with positions counts as zero where it is below: what is
    lost beyond it is not the trader's.

    Args:
        world: at the end of its path, its moments kept.
    """
    walked = {bar for bar, _ in world.moments or ()}
    found = [_Book(scene, state, asset).worth({}) for _, state in world.moments or ()]
    found.append(equity_of(scene, world.state, asset, scene.tape.marks(world.bar - 1, "close")))
    for state, first, until in _quiet(scene, world, walked):
        found.append(_least(_Book(scene, state, asset), (first, until)))
    return min(found)


def _rings(scene: Scene, state: State, asset: str) -> tuple[Ring, ...]:
    return tuple(
        ring for ring in prepare(state.account, scene.rules, on=scene.on).rings if ring.asset == asset
    )


def _equity(ring: Ring, marks: Mapping[str, Decimal]) -> Number:
    return sums(ring, {symbol: marks[symbol] for symbol in ring.symbols}).equity


def _quiet(scene: Scene, world: World, walked: set[int]) -> Iterator[tuple[State, int, int]]:
    """Stretches of bars in which nothing happened but prices, each with the account as it stood."""
    ends = [one[0] for one in world.epochs[1:]] + [len(scene.tape)]
    for (since, state), until in zip(world.epochs, ends, strict=True):
        held = {one.symbol for one in state.account.positions}
        paid = {bar for symbol in held for bar in scene.due_bars.get(symbol, ()) if since <= bar < until}
        cuts = sorted({since, until, *paid, *(one for bar in walked for one in (bar, bar + 1))})
        for first, last in pairwise(one for one in cuts if since <= one <= until):
            if first in walked:
                continue
            before = World(state, bar=since, posted=since)
            yield committed(scene, before, first + 1).state, first, last
            if first in paid:
                # At the open that it is paid at, funding that is received is not there yet.
                yield committed(scene, before, first).state, first, first


@dataclass(frozen=True)
class _Book:
    """An account as it stands for a stretch of bars, as far as it is counted in one asset."""

    scene: Scene
    state: State
    asset: str

    @cached_property
    def rings(self) -> tuple[Ring, ...]:
        return _rings(self.scene, self.state, self.asset)

    def worth(self, marks: Mapping[str, Decimal]) -> Number:
        known = {**self.state.marks, **marks}
        return add(_floored(ring, _equity(ring, known)) for ring in self.rings)

    @cached_property
    def worse(self) -> tuple[Mapping[str, str], ...]:
        """For each ring, whether it loses where a coin falls or where it rises; a leg's value is monotone."""
        return tuple({one: self._worse(ring, one) for one in self.moving(ring)} for ring in self.rings)

    def moving(self, ring: Ring) -> list[str]:
        return [one for one in self.scene.tape.symbols if one in ring.symbols]

    def _worse(self, ring: Ring, symbol: str) -> str:
        marks = {**self.state.marks, **self.scene.tape.marks(0, "open")}
        return (
            "low" if _equity(ring, {**marks, symbol: 2 * marks[symbol]}) >= _equity(ring, marks) else "high"
        )

    def bound(self, first: int, until: int) -> Number:
        """At most the least of these bars: in every ring each coin at its worst in them, at once."""
        tape, found = self.scene.tape, []
        for ring, worse in zip(self.rings, self.worse, strict=True):
            marks = dict(self.state.marks)
            for symbol, place in worse.items():
                number = tape.symbols.index(symbol)
                column: Any = tape.frame[f"{place}{number}"].slice(first, until - first)
                marks[symbol] = tape.price(number, column.min() if place == "low" else column.max())
            found.append(_floored(ring, _equity(ring, marks)))
        return add(found)

    def least(self, first: int, until: int, best: Number | None) -> Number:
        """The least of some bars, or ``best`` where that is less; halves that cannot be less are left out."""
        if until - first == 1:
            own = self.each(first, until)
            return own if best is None else min(own, best)
        middle = (first + until) // 2
        halves = [(self.bound(*span), span) for span in ((first, middle), (middle, until))]
        for bound, span in sorted(halves):
            if best is None or bound < best:
                best = self.least(*span, best)
        return best

    def each(self, first: int, until: int) -> Number:
        """The least of some bars, every one looked at."""
        tape = self.scene.tape
        return min(self.worth(tape.marks(bar, name)) for bar in range(first, until) for name in PRICES)


def _floored(ring: Ring, equity: Number) -> Number:
    return max(equity, Decimal(0)) if ring.legs else equity


def _least(book: _Book, bars: tuple[int, int]) -> Number:
    first, until = bars
    if first == until:
        return book.worth(book.scene.tape.marks(first, "open"))
    if any(ring.holdings for ring in book.rings):
        # Collateral may be worth more where its position is worth less: no coin has a worse side of its own.
        return book.each(first, until)
    alone = sum(len(book.moving(ring)) for ring in book.rings) <= 1
    return book.bound(first, until) if alone else book.least(first, until, None)
