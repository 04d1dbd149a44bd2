"""Laws of the frontier: health is exactly zero on it, and it parts the living from the dead."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.errors import LimitExceeded, NotSupported, OutOfRange
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import Ring
from ringfence.limits import LIMITS
from ringfence.solve.frontier import Frontier, frontier
from ringfence.testing.strategies import World, worlds
from tests.differential.test_mutants import made

SIDES = [(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1) if (a, b) != (0, 0)]


def marks_of(
    world: World, ring: Ring, found: Frontier, point: tuple[Fraction, Fraction]
) -> dict[str, Fraction]:
    marks = {symbol: Fraction(world.market.mark(symbol)) for symbol in ring.symbols}
    return {**marks, **{s: p for s, p in zip((found.x, found.y), point, strict=True) if s in marks}}


@st.composite
def frontiers(draw: st.DrawFn, *, jumping: bool = False) -> tuple[World, Ring, Frontier]:
    world = draw(worlds(jumping=jumping, strict=False))
    ring = draw(st.sampled_from([ring for ring in world.book.rings if ring.legs]))
    symbols = sorted(world.market.marks)
    x, y = draw(st.sampled_from([(a, b) for a in symbols for b in symbols if a != b]))
    try:
        return world, ring, frontier(world.book, world.market, ring, x, y)
    except NotSupported:
        assume(False)
        raise


@given(frontiers())
def test_health_is_exactly_zero_at_every_vertex(case: tuple[World, Ring, Frontier]) -> None:
    world, ring, found = case
    for point in (point for line in found.polylines for point in line):
        if all(price > 0 for price in point) or not found.curved:
            assert sums(ring, marks_of(world, ring, found, point)).health == 0


@given(frontiers(), st.fractions(min_value=0, max_value=1, max_denominator=50))
def test_health_is_zero_between_the_vertices(case: tuple[World, Ring, Frontier], share: Fraction) -> None:
    world, ring, found = case
    inverse = {leg.symbol for leg in ring.legs if leg.is_inverse}
    for start, end in (pair for line in found.polylines for pair in pairwise(line)):
        point = tuple(
            1 / (1 / a + (1 / b - 1 / a) * share) if symbol in inverse else a + (b - a) * share
            for symbol, a, b in zip((found.x, found.y), start, end, strict=True)
        )
        assert sums(ring, marks_of(world, ring, found, point)).health == 0  # type: ignore[arg-type]


@given(frontiers())
def test_a_quantum_to_either_side_is_alive_and_dead(case: tuple[World, Ring, Frontier]) -> None:
    """Around a point of the frontier some neighbours are alive and some are not.

    A pool of which one valuation only touches zero has a frontier with no dead side.
    """
    world, ring, found = case
    left, right, bottom, top = found.window
    tiny = Fraction(1, 10**9)
    for start, end in (pair for line in found.polylines for pair in pairwise(line)):
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        if found.curved or not (left < middle[0] < right and bottom < middle[1] < top):
            continue
        near = [(middle[0] + a * tiny, middle[1] + b * tiny) for a, b in SIDES]
        health = [Fraction(sums(ring, marks_of(world, ring, found, point)).health) for point in near]
        assert min(health) < 0 < max(health)


@given(frontiers(), st.data())
def test_crossing_no_line_changes_nothing(case: tuple[World, Ring, Frontier], data: st.DataObject) -> None:
    """From today straight to any point: as many crossings as needed to explain life and death."""
    world, ring, found = case
    left, right, bottom, top = found.window
    share = st.fractions(min_value=Fraction(1, 97), max_value=Fraction(96, 97), max_denominator=997)
    goal = (left + (right - left) * data.draw(share), bottom + (top - bottom) * data.draw(share))
    dead_there = is_liquidated(ring, marks_of(world, ring, found, goal))
    if dead_there is found.alive_at_today and not found.curved:
        assert any(
            _crosses(found.today, goal, start, end)
            for line in found.polylines
            for start, end in pairwise(line)
        )


def _crosses(
    a: tuple[Fraction, Fraction], b: tuple[Fraction, Fraction], *piece: tuple[Fraction, Fraction]
) -> bool:
    def side(
        p: tuple[Fraction, Fraction], q: tuple[Fraction, Fraction], r: tuple[Fraction, Fraction]
    ) -> Fraction:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    c, d = piece
    return side(a, b, c) * side(a, b, d) <= 0 and side(c, d, a) * side(c, d, b) <= 0


def test_a_second_axis_of_the_same_symbol_is_refused() -> None:
    world = _one()
    with pytest.raises(NotSupported):
        frontier(world.book, world.market, world.book.rings[0], "BTC/USDT:USDT", "BTC/USDT:USDT")


def test_a_window_that_reaches_backwards_is_refused() -> None:
    world = _one()
    with pytest.raises(OutOfRange):
        frontier(
            world.book, world.market, world.book.rings[0], "BTC/USDT:USDT", "ETH/USDT:USDT", (9, 1, 0, 1)
        )


@pytest.mark.parametrize(("cells", "refused"), [(3, True), (4, False), (5, False)])
def test_the_number_of_cells_has_a_limit(monkeypatch: pytest.MonkeyPatch, cells: int, refused: bool) -> None:
    world = _one()
    monkeypatch.setattr("ringfence.limits.LIMITS", replace(LIMITS, frontier_cells=cells))
    pool = world.book.rings[0]
    if refused:
        with pytest.raises(LimitExceeded, match="frontier_cells"):
            frontier(world.book, world.market, pool, "BTC/USDT:USDT", "ETH/USDT:USDT")
    else:
        assert frontier(world.book, world.market, pool, "BTC/USDT:USDT", "ETH/USDT:USDT").polylines


def _one() -> World:
    return made(("BTC/USDT:USDT", "+15", "100"), ("ETH/USDT:USDT", "-15", "100"), wallet="700")
