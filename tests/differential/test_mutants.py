"""The checker of the solver rejects solvers that are wrong in one place, on books made to show it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.domain.tiers import TierTable, joined
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Ring
from ringfence.solve.liquidation import Answer, move_alone, move_together
from ringfence.solve.search import LiquidationPrice
from ringfence.testing.strategies import World
from ringfence.venues import registry
from tests.differential.test_liquidation_price import Solve, disagreements, solved

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


def made(
    *held: tuple[str, str, str], wallet: str, hedged: bool = False, betas: tuple[str, str] = ("1", "1")
) -> World:
    rows = [(Decimal(0), Decimal(2_000), Decimal("0.01"), None), (Decimal(2_000), None, Decimal("0.1"), None)]
    tables = {symbol: TierTable(symbol, joined(rows), source="made") for symbol in (BTC, ETH)}
    account = Account(venue="demo", wallet={"USDT": Decimal(wallet)}, tiers=tables, hedged=hedged)
    account = replace(account, instruments={})
    for symbol, size, entry in held:
        account = account.open(symbol, size, entry_price=entry, leverage=10)
    rules = replace(registry.rules("demo"), mark_quantum=Decimal(1))
    marks = {symbol: Decimal(100) for symbol in (BTC, ETH)}
    return World(account, Market(marks, dict(zip((BTC, ETH), betas, strict=True)), BTC), rules)  # type: ignore[arg-type]


WORLDS = {
    "tier falls on the way down": made((BTC, "+30", "100"), wallet="1600"),
    "tier rises on the way up": made((BTC, "-15", "100"), wallet="700"),
    "upper tier all the way": made((BTC, "+40", "100"), wallet="700"),
    "hedged pair": made((BTC, "+30", "100"), (BTC, "-20", "90"), wallet="1400", hedged=True),
    "dies on both sides": made((BTC, "+30", "100"), (BTC, "-27", "100"), wallet="280", hedged=True),
    "a coin that falls twice as fast": made(
        (BTC, "+10", "100"), (ETH, "+15", "100"), wallet="900", betas=("1", "2")
    ),
    "a coin that rises as the leader falls": made(
        (BTC, "+10", "100"), (ETH, "-9", "100"), wallet="500", betas=("1", "-1")
    ),
}


def _legs(ring: Ring, change: object) -> Ring:
    return replace(ring, legs=tuple(change(leg) for leg in ring.legs))  # type: ignore[operator]


def _tier_at_mark(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    def frozen(leg: Leg) -> Leg:
        number = leg.tier_at(leg.value(world.market.mark(leg.symbol)))
        return replace(
            leg, floors=leg.floors[:1], rates=(leg.rates[number],), deductions=(leg.deductions[number],)
        )

    return solved(world, _legs(ring, frozen), symbol, together)


def _no_deduction(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    dropped = _legs(ring, lambda leg: replace(leg, deductions=tuple(0 * one for one in leg.deductions)))
    return solved(world, dropped, symbol, together)


def _shorts_are_longs(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    return solved(world, _legs(ring, lambda leg: replace(leg, sign=1)), symbol, together)


def _off_by_one(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    answer = solved(world, ring, symbol, together)
    return replace(answer, below=_nudged(answer.below), above=_nudged(answer.above))


def _nudged(hit: LiquidationPrice | None) -> LiquidationPrice | None:
    return (
        None if hit is None else replace(hit, liquidated=2 * hit.liquidated - hit.alive, alive=hit.liquidated)
    )


def _first_leg_only(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    return solved(world, replace(ring, legs=ring.legs[:1]), symbol, together)


def _betas_ignored(world: World, ring: Ring, symbol: str, together: bool) -> Answer:
    market = replace(world.market, betas={})
    return (move_together if together else move_alone)(world.book, market, ring, symbol)


MUTANTS = [
    (_tier_at_mark, False, "tier falls on the way down"),
    (_tier_at_mark, False, "tier rises on the way up"),
    (_no_deduction, False, "upper tier all the way"),
    (_shorts_are_longs, False, "tier rises on the way up"),
    (_off_by_one, False, "tier falls on the way down"),
    (_first_leg_only, False, "hedged pair"),
    (_no_deduction, False, "dies on both sides"),
    (_tier_at_mark, False, "dies on both sides"),
    (_betas_ignored, True, "a coin that falls twice as fast"),
    (_betas_ignored, True, "a coin that rises as the leader falls"),
]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("name", WORLDS)
def test_the_solver_agrees_on_the_books_made_for_mutants(name: str, together: bool) -> None:
    assert disagreements(WORLDS[name], solved, together=together) == []


def test_a_nearly_hedged_pair_can_die_on_both_sides() -> None:
    world = WORLDS["dies on both sides"]
    answer = move_alone(world.book, world.market, world.book.rings[0], BTC)
    assert answer.below is not None
    assert answer.above is not None


@pytest.mark.parametrize(("mutant", "together", "name"), MUTANTS)
def test_the_checker_rejects(mutant: Solve, together: bool, name: str) -> None:
    assert disagreements(WORLDS[name], mutant, together=together)
