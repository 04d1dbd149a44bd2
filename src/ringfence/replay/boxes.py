"""Boxes: prices between which nothing can happen to a ring, computed exactly.

Without collateral that moves, health is a sum over coins, and what a coin adds is concave in its price
between tier edges that jump: over an interval it is least at one end. So a box of intervals is safe as soon
as the sum of the least parts is above zero, whatever the coins do inside it, together or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.numbers import EXACT, Number
from ringfence.exact.health import part_of
from ringfence.exact.ring import Ring

FUNDED = Fraction(1, 16)
"""The share of health that is set aside for funding; the prices get the rest."""
TRIAL = Fraction(1, 256)
"""The move by which it is tried how much a coin costs."""
LEAST = Fraction(1, 50_000)
"""A box narrower than this is not worth its while."""
NARROWER = Fraction(7, 8)


@dataclass(frozen=True, slots=True)
class Box:
    """Bounds inside which a ring lives.

    Attributes:
        bounds: (symbol, least, most) in whole quanta of its price; None: that way nothing can happen.
        funding: the least that its funding may come to from here on, below zero; None: any payment must
            be looked at, because its requirement depends on what it holds.
    """

    bounds: tuple[tuple[str, int | None, int | None], ...]
    funding: Decimal | None


def can_be_boxed(ring: Ring) -> bool:
    """Whether the health of a ring is a sum of parts that are concave between edges."""
    return not ring.holdings and all(leg.counted is None for leg in ring.legs)


def is_smooth(ring: Ring) -> bool:
    """Whether health is concave along every line, so that both ends alive means all of it is."""
    return can_be_boxed(ring) and all(
        not leg.is_inverse and (leg.joined or leg.standing_size is not None) for leg in ring.legs
    )


def box_around(
    ring: Ring, marks: Mapping[str, Decimal], health: Number, places: Mapping[str, int]
) -> Box | None:
    """The box of a living ring around its marks; None where it would be too small to help.

    Args:
        health: at the marks, above zero. places: decimals of a quantum, by symbol.
    """
    if not can_be_boxed(ring):
        return None
    sides = [_Side(ring, symbol, marks[symbol], places[symbol]) for symbol in ring.symbols]
    own = Fraction(health)
    floats = all(leg.schedule is None for leg in ring.legs)
    budget = own - own * FUNDED if floats else own
    slope = sum((one.cost(TRIAL) for one in sides), Fraction(0)) / TRIAL
    share = min(budget / slope if slope > 0 else Fraction(4), Fraction(4))
    share = Fraction(int(share * 2**20), 2**20)
    while share > LEAST:
        if sum((one.cost(share) for one in sides), Fraction(0)) < budget:
            return Box(tuple(one.bounds(share) for one in sides), _cut(own * FUNDED) if floats else None)
        share *= NARROWER
    return None


def _cut(amount: Fraction) -> Decimal:
    """Minus an amount, cut towards zero: what is set aside is never less than this."""
    return -Decimal(int(amount * 10**12)).scaleb(-12, EXACT)


class _Side:
    """One coin of a ring: which way it hurts, and what a move costs."""

    def __init__(self, ring: Ring, symbol: str, mark: Decimal, places: int) -> None:
        self.legs = tuple(leg for leg in ring.legs if leg.symbol == symbol)
        self.symbol, self.places = symbol, places
        self.quanta = int(mark.scaleb(places, EXACT))
        self.here = self._part(self.quanta)
        signs = {leg.sign for leg in self.legs}
        smooth = all(leg.joined or leg.standing_size is not None for leg in self.legs)
        below_one = all(rate < 1 for leg in self.legs for rate in leg.rates)
        self.falls = signs != {-1} or not smooth
        self.rises = signs != {1} or not (smooth and below_one)
        self.cage = (None, None) if smooth else self._cage()

    def _part(self, quanta: int) -> Fraction:
        price: Number = Decimal(quanta).scaleb(-self.places, EXACT)
        total = Fraction(0)
        for leg in self.legs:
            fractions = leg.is_inverse or isinstance(leg.entry_value, Fraction) or leg.schedule is not None
            added = part_of(leg.as_fractions(), Fraction(price)) if fractions else part_of(leg, price)
            total += Fraction(added.profit) - Fraction(added.maintenance)
        return total

    def _cage(self) -> tuple[int | None, int | None]:
        """The quanta inside the tier edges next to the mark: beyond them the requirement may jump."""
        scale = 10**self.places
        edges = sorted({edge * scale for leg in self.legs for edge in leg.edges})
        below = [edge for edge in edges if edge <= self.quanta]
        above = [edge for edge in edges if edge > self.quanta]
        least = int(below[-1]) + 1 if below else None
        most = -int(-above[0]) - 1 if above else None
        return (None if least is None else min(least, self.quanta)), most

    def ends(self, share: Fraction) -> tuple[int, int]:
        """The quanta on either side after a move of a share, inside the cage."""
        down = max(-int(-(self.quanta * (1 - share)) // 1), 1) if share < 1 else 1
        up = int(self.quanta * (1 + share))
        least, most = self.cage
        return (
            min(max(down, least or 1), self.quanta),
            max(min(up, up if most is None else most), self.quanta),
        )

    def cost(self, share: Fraction) -> Fraction:
        """The most that a move of this share, either way, takes off health."""
        down, up = self.ends(share)
        found = Fraction(0)
        if self.falls:
            found = max(found, self.here - self._part(down))
        if self.rises:
            found = max(found, self.here - self._part(up))
        return found

    def bounds(self, share: Fraction) -> tuple[str, int | None, int | None]:
        """The bounds of the box on this coin's axis."""
        down, up = self.ends(share)
        return self.symbol, (down if self.falls else None), (up if self.rises else None)
