"""The curve against the walk: where health is concave both find the same quantum and the same zero.

The walk is the slow twin: it goes from tier edge to tier edge and knows nothing of concavity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly
from ringfence.errors import Bug
from ringfence.exact.health import is_liquidated
from ringfence.exact.leg import WholeTable
from ringfence.solve import search
from ringfence.solve.concave import Curve, Strand
from ringfence.solve.liquidation import quantum_of
from ringfence.solve.path import Course, alone, course, together
from ringfence.solve.search import LiquidationPrice, first_bankrupt, first_liquidated
from ringfence.testing.strategies import SHAPES, World, on_the_threshold, wholes, worlds
from ringfence.venues import registry
from ringfence.venues.rules import Trigger
from tests.differential.test_mutants import BTC, ETH, WORLDS, made

Answer = tuple[LiquidationPrice | None, Fraction | None]
Change = Callable[[Curve], Curve]
MORE = settings(max_examples=max(1, settings().max_examples // 2))


def shipped(trigger: Trigger = Trigger.AT_OR_BELOW_ZERO) -> World:
    """Five positions, long and short, under the tables that ship: dead far above, beyond most tier edges."""
    held = {
        BTC: ("+5", "60000", "58417.30"),
        ETH: ("-40", "3000", "3100.12"),
        "DOGE/USDT:USDT": ("+100000", "0.12345", "0.11118"),
        "NEAR/USDT:USDT": ("-5000", "5.5", "5.0123"),
        "WLD/USDT:USDT": ("-30000", "2.3483", "2.2956"),
    }
    account = Account(venue="binance_usdm", wallet={"USDT": Decimal(60_000)})
    for symbol, (size, entry, _) in held.items():
        account = account.open(symbol, size, entry_price=entry, leverage=10)
    market = Market({symbol: Decimal(mark) for symbol, (_, _, mark) in held.items()}, {}, BTC)
    return World(account, market, replace(registry.rules("binance_usdm"), trigger=trigger))


ON_A_QUANTUM = made((BTC, "+10", "100"), wallet="505")
"""At 50 it has lost 500 and must keep 1 % of 500: nothing is left, exactly there."""

BOOKS = {
    **WORLDS,
    "zero on a quantum": ON_A_QUANTUM,
    "zero on a quantum, below zero": replace(
        ON_A_QUANTUM, rules=replace(ON_A_QUANTUM.rules, trigger=Trigger.BELOW_ZERO)
    ),
    "shipped tables": shipped(),
    "shipped tables, below zero": shipped(Trigger.BELOW_ZERO),
    "a hedge that is worth nothing half way down": made(
        (BTC, "+10", "100"), (ETH, "-6", "100"), wallet="300", betas=("1", "2")
    ),
}


def courses(world: World) -> Iterator[Course]:
    """Every ring of a book on every line of prices: each coin alone, and everything together."""
    for ring in world.book.rings if world.account.positions else ():
        for symbol in dict.fromkeys(leg.symbol for leg in ring.legs):
            yield course(ring, alone(ring, world.market, symbol, quantum_of(world.book, symbol)))
        leader = world.market.leader
        if ring.legs and leader is not None:
            yield course(ring, together(ring, world.market, leader, quantum_of(world.book, leader)))


def answers(on: Course, *, up: bool) -> Answer:
    dead = is_liquidated(on.ring, on.path.here)
    return None if dead else first_liquidated(on, up=up), first_bankrupt(on, up=up)


@exactly
def differences(world: World, change: Change = lambda curve: curve) -> list[str]:
    """Where the curve, changed or not, does not find what the walk finds, or is refused by the engine."""
    problems = []
    for on in courses(world):
        if on.curve is None:
            continue
        changed, walked = replace(on, curve=change(on.curve)), replace(on, curve=None)
        for up in (False, True):
            expected = answers(walked, up=up)
            try:
                found = answers(changed, up=up)
            except Bug as refused:
                problems.append(f"{on.ring.name}, {on.path.leader}, up={up}: {refused}")
                continue
            if found != expected:
                problems.append(f"{on.ring.name}, {on.path.leader}, up={up}: {found}, walked {expected}")
    return problems


@pytest.mark.parametrize("shape", SHAPES)
@MORE
@given(data=st.data())
def test_the_curve_finds_what_the_walk_finds(shape: str, data: st.DataObject) -> None:
    assert differences(data.draw(worlds(shape, jumping=data.draw(st.booleans())))) == []


@MORE
@given(worlds("linear", jumping=False), wholes(1, 400), st.booleans())
def test_the_curve_agrees_where_zero_lies_on_a_quantum(world: World, mark: Decimal, strict: bool) -> None:
    trigger = Trigger.BELOW_ZERO if strict else Trigger.AT_OR_BELOW_ZERO
    world = replace(world, rules=replace(world.rules, trigger=trigger))
    symbol = world.account.positions[0].symbol
    assert differences(on_the_threshold(world, "USDT", {symbol: mark})) == []


@pytest.mark.parametrize("name", BOOKS)
def test_the_curve_agrees_on_the_books_made_for_mutants(name: str) -> None:
    assert differences(BOOKS[name]) == []


@given(worlds())
def test_a_curve_is_drawn_only_where_health_is_concave(world: World) -> None:
    for on in courses(world):
        moving = [leg for leg in on.ring.legs if on.path.lines[leg.symbol][1] != 0]
        bent = all(leg.joined and not leg.is_inverse and leg.standing_size is None for leg in moving)
        assert (on.curve is not None) is (bent and bool(moving) and not on.ring.holdings)


def test_the_shipped_book_dies_on_both_sides_beyond_many_edges() -> None:
    *_, on = courses(BOOKS["shipped tables"])
    below, above = answers(on, up=False)[0], answers(on, up=True)[0]
    assert below is not None
    assert above is not None
    assert min(number for _, number in above.tiers) >= 7
    assert "ways" not in vars(on), "nothing was walked"


def _tables(curve: Curve, change: Callable[[Strand], WholeTable]) -> Curve:
    strands = [replace(one, table=change(one)) for one in curve.strands]
    return replace(curve, strands=tuple(strands))


def _no_deduction(curve: Curve) -> Curve:
    return _tables(curve, lambda one: one.table._replace(deductions=tuple(0 for _ in one.table.rates)))


def _tiers_one_late(curve: Curve) -> Curve:
    return _tables(curve, lambda one: one.table._replace(floors=(*one.table.floors[1:], 10**60)))


def _lowest_tier_only(curve: Curve) -> Curve:
    return _tables(curve, lambda one: one.table._replace(floors=one.table.floors[:1]))


def _prices_fall_below_zero(curve: Curve) -> Curve:
    return replace(curve, up=True, down=True)


def _shorts_are_longs(curve: Curve) -> Curve:
    return replace(curve, strands=tuple(replace(one, sign=1) for one in curve.strands))


MUTANTS = [
    (_no_deduction, "upper tier all the way"),
    (_tiers_one_late, "tier rises on the way up"),
    (_lowest_tier_only, "shipped tables"),
    (_prices_fall_below_zero, "a hedge that is worth nothing half way down"),
    (_shorts_are_longs, "tier rises on the way up"),
]


@pytest.mark.parametrize(("mutant", "name"), MUTANTS)
def test_the_checker_rejects_a_wrong_curve(mutant: Change, name: str) -> None:
    assert differences(BOOKS[name], mutant)


def _one_step(on: Curve, *, up: bool) -> Fraction | None:
    """A wrong `zero`: the mark's own line, whatever tiers come between."""
    constant, slope = on.here
    root = Fraction(-constant, slope) if slope else None
    return root if root is not None and root > 0 and (root > on.start) is up else None


def _nothing(_: Curve, *, up: bool) -> Fraction | None:
    """A wrong `zero`: never liquidated, which no bracket contradicts."""
    return None


@pytest.mark.parametrize("wrong", [_one_step, _nothing])
@pytest.mark.parametrize("name", ["tier rises on the way up", "shipped tables"])
def test_the_checker_rejects_a_wrong_zero(
    wrong: Callable[..., Fraction | None], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "zero", wrong)
    assert differences(BOOKS[name])


@pytest.mark.parametrize(
    ("asked", "name"), [(False, "zero on a quantum, below zero"), (True, "zero on a quantum")]
)
def test_the_checker_rejects_a_curve_that_forgets_the_trigger(
    asked: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = search._beyond_zero

    def forgetful(bend: Curve, quantum: Fraction, *, up: bool, strict: bool) -> tuple[int, Fraction] | None:
        return right(bend, quantum, up=up, strict=asked)

    monkeypatch.setattr(search, "_beyond_zero", forgetful)
    assert differences(BOOKS[name])
