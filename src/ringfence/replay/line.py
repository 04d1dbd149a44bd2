"""Lines: from one set of marks to the next, and the first point of the way at which anything happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.numbers import rounded
from ringfence.errors import NotSupported
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import Ring
from ringfence.replay.boxes import is_smooth
from ringfence.solve.path import Path
from ringfence.solve.search import liquidation_price

Marks = Mapping[str, Decimal]
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class Line:
    """A straight way between two sets of marks; ``quanta``: the grid of each."""

    start: Marks
    end: Marks
    quanta: Mapping[str, Decimal]

    def at(self, share: Fraction) -> dict[str, Decimal]:
        """The marks after a share of the way, each on its grid."""
        if share >= 1:
            return dict(self.end)
        return {symbol: self._on_grid(symbol, share) for symbol in self.end}

    def _on_grid(self, symbol: str, share: Fraction) -> Decimal:
        start, end = self.start[symbol], self.end[symbol]
        if start == end or not share:
            return start
        price: Decimal = rounded(Fraction(start) + share * Fraction(end - start), self.quanta[symbol])
        return price

    def first_dead(self, ring: Ring) -> Fraction | None:
        """The share of the way after which a ring that lives at the start is first dead; None if never."""
        dead = is_liquidated(ring, {symbol: self.end[symbol] for symbol in ring.symbols})
        if not dead and is_smooth(ring):
            return None
        leader = self._leader(ring)
        if leader is None:
            return None
        share = self._solved(ring, leader)
        return ONE if share is None and dead else share

    def _leader(self, ring: Ring) -> str | None:
        """The coin of a ring that moves by the most quanta, so that its grid is the finest to look on."""
        moves = {s: abs(self.end[s] - self.start[s]) / self.quanta[s] for s in ring.symbols}
        leader = max(moves, key=lambda symbol: moves[symbol], default=None)
        return None if leader is None or not moves[leader] else leader

    def _solved(self, ring: Ring, leader: str) -> Fraction | None:
        start, way = Fraction(self.start[leader]), Fraction(self.end[leader] - self.start[leader])
        lines = {}
        for symbol in ring.symbols:
            slope = Fraction(self.end[symbol] - self.start[symbol]) / way
            lines[symbol] = (Fraction(self.start[symbol]) - slope * start, slope)
        quantum = Fraction(self.quanta[leader])
        try:
            hit = liquidation_price(ring, Path(leader, start, quantum, lines), up=way > 0)
        except NotSupported:
            return None
        if hit is None:
            return None
        share = (Fraction(hit.liquidated) - start) / way
        return self._checked(ring, share, quantum / abs(way)) if share <= 1 else None

    def _checked(self, ring: Ring, share: Fraction, step: Fraction) -> Fraction | None:
        """A share from there on at which the ring is dead with every coin on its own grid, as near as it is.

        The grids are coarser than the exact line: a coin that is rounded up may keep the ring alive for some
        quanta of the leader more. The step is doubled until it is dead, then halved down to one quantum.
        """
        alive, ahead = share - step, step
        while not self._dead(ring, share):
            if share >= 1:
                return None
            alive, share, ahead = share, min(share + ahead, ONE), 2 * ahead
        while share - alive > step:
            middle = alive + (share - alive) / 2
            alive, share = (alive, middle) if self._dead(ring, middle) else (middle, share)
        return share

    def _dead(self, ring: Ring, share: Fraction) -> bool:
        marks = self.at(share)
        return is_liquidated(ring, {symbol: marks[symbol] for symbol in ring.symbols})

    def first_dead_of(self, ring: Ring, shares: tuple[Fraction, ...]) -> Fraction | None:
        """The first of some shares of the way at which a ring is dead; None if it never is."""
        for share in shares:
            if self._dead(ring, share):
                return share
        return None

    def first_at(self, symbol: str, price: Decimal, *, falling: bool) -> Fraction | None:
        """The share of the way after which a price is at or beyond a trigger; None if it never is."""
        start, end = self.start[symbol], self.end[symbol]
        if start <= price if falling else start >= price:
            return ZERO
        if end > price if falling else end < price:
            return None
        return Fraction(price - start) / Fraction(end - start)
