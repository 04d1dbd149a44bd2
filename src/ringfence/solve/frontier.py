"""The frontier: where, over two prices at once, a ring's health is exactly zero.

Within one cell of the tier grid health is ``a + b u + c v``, u and v being the two prices (1 / price on
an inverse axis). So the frontier is a line in each cell, clipped to it and to where no other way to
value the collateral says less, and joined to its neighbours at exact vertices.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly
from ringfence.errors import NotSupported, OutOfRange
from ringfence.exact.health import is_liquidated
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring
from ringfence.limits import within
from ringfence.solve.path import Path
from ringfence.solve.regimes import Regime, Weights, regimes

ZERO, ONE = Fraction(0), Fraction(1)
Point = tuple[Fraction, Fraction]
Plane = tuple[Fraction, Fraction, Fraction]
"""``(a, b, c)``: health is a + b u + c v."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """Where a ring is liquidated over the prices of two symbols, every other one at its mark.

    Attributes:
        ring: its name. x, y: the symbols of the axes.
        window: x from, x to, y from, y to; prices.
        polylines: exact vertices (price of x, price of y), in order along each line. Where a tier table
            jumps, the line is broken there, and its ends are the limits from inside their tiers.
        today: both marks. alive_at_today: whether the ring is alive there.
        curved: a line between two vertices is straight in 1 / price on an inverse axis.
    """

    ring: str
    x: str
    y: str
    window: tuple[Fraction, Fraction, Fraction, Fraction]
    polylines: tuple[tuple[Point, ...], ...]
    today: Point
    alive_at_today: bool
    curved: bool


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its symbol, the positions it moves, and its cells between rising coordinates."""

    symbol: str
    inverse: bool
    legs: tuple[Leg, ...]
    cuts: tuple[Fraction, ...]

    def price(self, u: Fraction) -> Fraction:
        """The price behind a coordinate."""
        return 1 / u if self.inverse else u


@exactly
def frontier(
    book: Book, market: Market, ring: Ring, x: str, y: str, window: tuple[object, ...] | None = None
) -> Frontier:
    """The exact liquidation frontier of one ring over two prices.

    Args:
        window: prices x from, x to, y from, y to; absent: each axis from zero (an inverse one from one
            quantum) to twice its mark.
    Raises:
        NotSupported: one symbol for both axes, or an inverse axis that also prices collateral.
        LimitExceeded: more cells than ``frontier_cells``. MissingMark: a symbol has no mark.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> found = frontier(book, market, book.fences[0], "BTC/USDT:USDT", "ETH/USDT:USDT")
    >>> [(round(float(x), 2), float(y)) for x, y in found.polylines[0]]
    [(57236.18, 0.0), (57236.18, 5000.0)]
    """
    if x == y:
        raise NotSupported("a frontier needs two symbols", path="y", value=y, hint="choose another one")
    today = Fraction(market.mark(x)), Fraction(market.mark(y))
    ends = _window(book, ring, (x, y), today, window)
    axes = _axis(ring, x, ends[:2]), _axis(ring, y, ends[2:])
    marks = {symbol: Fraction(market.mark(symbol)) for symbol in ring.symbols}
    polylines: tuple[tuple[Point, ...], ...] = ()
    if ring.legs and {x, y} & set(ring.symbols):
        lines = _joined(_pieces(ring, market, axes))
        polylines = tuple(tuple((axes[0].price(u), axes[1].price(v)) for u, v in line) for line in lines)
    curved = any(axis.inverse and len(axis.legs) > 0 for axis in axes)
    return Frontier(ring.name, x, y, ends, polylines, today, not is_liquidated(ring, marks), curved)


def _window(
    book: Book, ring: Ring, symbols: tuple[str, str], today: Point, given: tuple[object, ...] | None
) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    if given is not None:
        left, right, bottom, top = (Fraction(str(end)) for end in given)
        if not (0 <= left < right and 0 <= bottom < top):
            raise OutOfRange("a window reaches from a lower price to a higher one", path="window")
    else:
        left, bottom, right, top = ZERO, ZERO, 2 * today[0], 2 * today[1]
    inverse = {leg.symbol for leg in ring.legs if leg.is_inverse}
    starts = []
    for symbol, start in zip(symbols, (left, bottom), strict=True):
        terms = book.account.instruments.get(symbol)
        quantum = Fraction(book.rules.instrument(symbol, terms).mark_quantum) if symbol in inverse else ZERO
        starts.append(max(start, quantum))
    return starts[0], right, starts[1], top


def _axis(ring: Ring, symbol: str, ends: tuple[Fraction, ...]) -> Axis:
    legs = tuple(leg for leg in ring.fractional.legs if leg.symbol == symbol)
    if any(leg.bends for leg in ring.legs):
        raise NotSupported(
            f"{ring.rules.title}: its requirement is rounded or bends, so that the line is not straight",
            path="frontier",
            hint="ask for the liquidation prices instead: ringfence solve",
        )
    inverse = any(leg.is_inverse for leg in legs)
    if inverse and symbol in ring.collateral_symbols:
        raise NotSupported("an inverse contract's coin also prices collateral", path="x", value=symbol)
    low, high = ends
    inner = {edge for leg in legs for edge in leg.edges if low < edge < high}
    prices = [low, *inner, high]
    return Axis(symbol, inverse, legs, tuple(sorted(1 / p if inverse else p for p in prices)))


def _pieces(ring: Ring, market: Market, axes: tuple[Axis, Axis]) -> Iterator[tuple[Point, Point]]:
    """The part of the frontier inside every cell, as a segment in coordinates."""
    ways = regimes(ring, _standing_path(ring, market, axes))
    cells = (len(axes[0].cuts) - 1) * (len(axes[1].cuts) - 1) * len(ways)
    within(cells, "frontier_cells", path="frontier")
    columns = [[parts(axis, way, cell) for cell in pairwise(axis.cuts)] for axis, way in product(axes, ways)]
    across, upward = columns[: len(ways)], columns[len(ways) :]
    for i, (u0, u1) in enumerate(pairwise(axes[0].cuts)):
        for j, (v0, v1) in enumerate(pairwise(axes[1].cuts)):
            planes = [
                (way.health + across[n][i][0] + upward[n][j][0], across[n][i][1], upward[n][j][1])
                for n, way in enumerate(ways)
            ]
            yield from _cell(planes, (u0, u1, v0, v1))


def _standing_path(ring: Ring, market: Market, axes: tuple[Axis, Axis]) -> Path:
    """A path on which the two symbols move, so that everything else is added up once."""
    moving = {axis.symbol for axis in axes}
    lines = {
        s: (ZERO, Fraction(market.mark(s))) if s in moving else (Fraction(market.mark(s)), ZERO)
        for s in ring.symbols
    }
    return Path(axes[0].symbol, ONE, ONE, lines)


def parts(axis: Axis, way: Regime, cell: tuple[Fraction, Fraction]) -> Point:
    """(constant, coefficient of the coordinate) that one axis adds to health in one cell."""
    price = axis.price((cell[0] + cell[1]) / 2)
    constant = slope = ZERO
    for leg in axis.legs:
        weights = way.weights.get(leg.instrument.settle, Weights())
        number = leg.tier_at(leg.value(price))
        signed = -leg.sign * weights.profit if leg.is_inverse else leg.sign * weights.profit
        constant += leg.deductions[number] * weights.need - signed * leg.entry_value
        slope += (signed - leg.rates[number] * weights.need) * leg.size
    return constant, slope + sum((factor for symbol, factor in way.collateral if symbol == axis.symbol), ZERO)


def _cell(
    planes: list[Plane], box: tuple[Fraction, Fraction, Fraction, Fraction]
) -> Iterator[tuple[Point, Point]]:
    """Where the smallest of several planes is zero inside a box."""
    u0, u1, v0, v1 = box
    sides = [(-u0, ONE, ZERO), (u1, -ONE, ZERO), (-v0, ZERO, ONE), (v1, ZERO, -ONE)]
    for number, (a, b, c) in enumerate(planes):
        if b == 0 and c == 0:
            continue
        corners = [a + b * u + c * v for u in (u0, u1) for v in (v0, v1)]
        if min(corners) > 0 or max(corners) < 0:
            continue
        others = [plane for n, plane in enumerate(planes) if n != number]
        piece = _clipped((a, b, c), [*sides, *others])
        if piece is not None:
            yield piece


def _clipped(line: Plane, sides: list[Plane]) -> tuple[Point, Point] | None:
    """The part of a line with every side at zero or above; None when it is less than a stretch."""
    a, b, c = line
    square = b * b + c * c
    foot = -a * b / square, -a * c / square
    low: Fraction | None = None
    high: Fraction | None = None
    for p, q, r in sides:
        start, rise = p + q * foot[0] + r * foot[1], r * b - q * c
        if rise == 0:
            if start < 0:
                return None
            continue
        at = -start / rise
        if rise > 0:
            low = at if low is None else max(low, at)
        else:
            high = at if high is None else min(high, at)
    if low is None or high is None or low >= high:
        return None
    return (foot[0] - c * low, foot[1] + b * low), (foot[0] - c * high, foot[1] + b * high)


def _joined(pieces: Iterator[tuple[Point, Point]]) -> list[list[Point]]:
    """Segments put end to end; a vertex where more than two meet ends the lines that reach it."""
    unique = {frozenset(piece): piece for piece in pieces}
    beside: dict[Point, list[Point]] = {}
    for start, end in unique.values():
        beside.setdefault(start, []).append(end)
        beside.setdefault(end, []).append(start)
    left = set(unique)
    ends = sorted(point for point, others in beside.items() if len(others) != 2)
    lines: list[list[Point]] = []
    for start in [*ends, *sorted(beside)]:
        for second in beside[start]:
            if frozenset((start, second)) in left:
                lines += [_walked(start, second, beside, left)]
    return [_straightened(line) for line in lines]


def _walked(
    start: Point, second: Point, beside: dict[Point, list[Point]], left: set[frozenset[Point]]
) -> list[Point]:
    line = [start, second]
    left.discard(frozenset((start, second)))
    while len(beside[line[-1]]) == 2:
        onward = [point for point in beside[line[-1]] if frozenset((line[-1], point)) in left]
        if not onward:
            break
        left.discard(frozenset((line[-1], onward[0])))
        line.append(onward[0])
    return line


def _straightened(line: list[Point]) -> list[Point]:
    """The line without vertices at which it does not bend."""
    kept = line[:1]
    for here, after in pairwise(line[1:]):
        (u, v), (p, q), (r, s) = kept[-1], here, after
        if (p - u) * (s - v) != (r - u) * (q - v):
            kept.append(here)
    return [*kept, line[-1]]
