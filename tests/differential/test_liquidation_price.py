"""The solver against the naive twin, and the checker against solvers that are wrong in one place."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import Ring
from ringfence.solve.liquidation import Answer, Reach, move_alone, move_together
from ringfence.testing.strategies import SHAPES, World, worlds
from tests.differential import naive

Solve = Callable[[World, Ring, str, bool], Answer]
WALK = 420
"""Prices are at most 140: the walk upward passes every tier that ordinary sizes reach."""
FEWER = settings(max_examples=max(1, settings().max_examples // 4))
"""Walking is slow, and there are ten of these tests."""


def solved(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    return (move_together if together else move_alone)(world.book, world.market, ring, symbol)


def disagreements(world: World, solve: Solve, *, together: bool) -> list[str]:
    """Where a solver's first liquidated prices are not those found by walking."""
    problems = []
    for ring in world.book.rings:
        leaders = (
            [world.market.leader or ""] if together else list(dict.fromkeys(leg.symbol for leg in ring.legs))
        )
        for symbol in leaders if ring.legs else []:
            start = naive.prices_alone(world, symbol, Fraction(world.market.marks[symbol]))
            answer = solve(world, ring, symbol, together)
            if naive.liquidated(world, ring.name, start):
                if answer.reach is not Reach.ALREADY:
                    problems.append(f"{ring.name}, {symbol}: dead at the mark, solved {answer.reach}")
                continue
            walked = naive.first_liquidated(world, ring.name, symbol, together=together, upto=WALK)
            for up, hit in ((False, answer.below), (True, answer.above)):
                found = None if hit is None else hit.liquidated
                if found is not None and found >= WALK and walked[up] is None:
                    continue
                if found != walked[up]:
                    problems.append(f"{ring.name}, {symbol}, up={up}: solved {found}, walked {walked[up]}")
    return problems


@pytest.mark.parametrize("shape", SHAPES)
@settings(FEWER)
@given(data=st.data())
def test_one_coin_alone(shape: str, data: st.DataObject) -> None:
    world = data.draw(worlds(shape))
    assert disagreements(world, solved, together=False) == []


@pytest.mark.parametrize("shape", SHAPES)
@settings(FEWER)
@given(data=st.data())
def test_everything_together(shape: str, data: st.DataObject) -> None:
    world = data.draw(worlds(shape))
    assert disagreements(world, solved, together=True) == []


@given(worlds())
def test_health_itself(world: World) -> None:
    for ring in world.book.rings:
        marks = {symbol: world.market.mark(symbol) for symbol in ring.symbols}
        prices = {symbol: Fraction(mark) for symbol, mark in world.market.marks.items()}
        assert Fraction(sums(ring, marks).health) == naive.health(world, ring.name, prices)
        if ring.legs:
            assert is_liquidated(ring, marks) == naive.liquidated(world, ring.name, prices)
