"""Laws of the solver: every answer is its own proof, and nothing nearer was missed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import MarginMode
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import Ring
from ringfence.solve.liquidation import Answer, Reach, liquidations, move_alone
from ringfence.solve.path import Path, alone, together
from ringfence.testing.strategies import World, on_the_threshold, wholes, worlds

DEAD = (Solvency.LIQUIDATED, Solvency.BANKRUPT)


def answers(world: World) -> Iterator[tuple[Ring, Path, Answer]]:
    """Every answer of a book with the line of prices it belongs to."""
    found = liquidations(world.book, world.market)
    for one in found.positions:
        ring = world.book.ring_of(one.position)
        yield ring, alone(ring, world.market, one.position.symbol, Decimal(1)), one.alone
        assert found.leader is not None
        yield ring, together(ring, world.market, found.leader, Decimal(1)), one.together


@given(worlds())
def test_one_quantum_is_alive_and_the_next_is_liquidated(world: World) -> None:
    for ring, path, answer in answers(world):
        for hit, step in ((answer.below, -1), (answer.above, 1)):
            if hit is None:
                continue
            assert hit.liquidated - hit.alive == step or hit.alive == path.start
            assert is_liquidated(ring, path.marks(Fraction(hit.liquidated)))
            assert not is_liquidated(ring, path.marks(Fraction(hit.alive)))
            assert min(hit.alive, hit.liquidated) <= hit.threshold <= max(hit.alive, hit.liquidated)


@given(worlds())
def test_the_bracket_is_what_assess_says(world: World) -> None:
    for position in world.account.positions:
        ring = world.book.ring_of(position)
        answer = move_alone(world.book, world.market, ring, position.symbol)
        for hit in (answer.below, answer.above):
            for mark, dead in ((hit.alive, False), (hit.liquidated, True)) if hit else ():
                market = replace(world.market, marks={**world.market.marks, position.symbol: mark})
                figures = assess(world.book, market).ring(ring.name)
                # Equity below zero with no need for margin: bankrupt, and never called liquidated by health.
                assert (figures.solvency in DEAD) is dead or figures.health == 0


@given(worlds(), st.data())
def test_no_quantum_before_the_answer_is_liquidated(world: World, data: st.DataObject) -> None:
    for ring, path, answer in answers(world):
        if answer.reach is Reach.ALREADY:
            continue
        low = int(answer.below.alive) if answer.below else 1
        high = int(answer.above.alive) if answer.above else 2_000
        number = data.draw(st.integers(min(low, high), max(low, high)))
        inverse = [leg.symbol for leg in ring.legs if leg.is_inverse]
        assume(all(path.price(symbol, Fraction(number)) > 0 for symbol in inverse))
        assert not is_liquidated(ring, path.marks(Fraction(number)))


@given(worlds(jumping=False))
def test_health_is_zero_at_the_threshold(world: World) -> None:
    for ring, path, answer in answers(world):
        for hit in (answer.below, answer.above):
            # Inverse coins beside linear ones, or by different betas, cross zero at an irrational price.
            if hit is not None and hit.threshold != hit.liquidated:
                assert sums(ring, path.marks(hit.threshold)).health == 0


@given(worlds(jumping=False))
def test_the_bankruptcy_price_lies_beyond_the_liquidation_price(world: World) -> None:
    for ring, path, answer in answers(world):
        if answer.nearest is None or answer.nearest_bankruptcy is None:
            continue
        bankrupt = answer.nearest_bankruptcy
        assert abs(bankrupt - path.start) >= abs(answer.nearest.threshold - path.start)
        equity = Fraction(sums(ring, path.marks(bankrupt)).equity)
        assert equity == 0 or (bankrupt.denominator == 1 and equity < 0)


@given(worlds("linear"), st.booleans())
def test_a_book_exactly_on_the_threshold_is_dead_only_where_the_venue_says_so(
    world: World, nudge: bool
) -> None:
    placed = on_the_threshold(world, "USDT")
    if nudge:
        wallet = {"USDT": placed.account.wallet["USDT"] + Decimal("0.00000001")}
        placed = placed.with_account(wallet=wallet)
    pool = placed.book.pools[0]
    marks = {symbol: placed.market.mark(symbol) for symbol in pool.symbols}
    at_or_below = placed.rules.trigger.name == "AT_OR_BELOW_ZERO"
    assert is_liquidated(pool, marks) is (at_or_below and not nudge)


@given(worlds("linear", jumping=False), st.data())
def test_a_book_made_to_die_at_a_price_dies_there(world: World, data: st.DataObject) -> None:
    symbol = world.account.positions[0].symbol
    mark = data.draw(wholes(1, 400))
    placed, price = on_the_threshold(world, "USDT", {symbol: mark}), Fraction(mark)
    pool = placed.book.pools[0]
    answer = move_alone(placed.book, placed.market, pool, symbol)
    assume(answer.reach is Reach.AT_A_PRICE)
    hits = {hit.threshold for hit in (answer.below, answer.above) if hit is not None}
    start = Fraction(placed.market.mark(symbol))
    nearer = any(abs(hit - start) < abs(price - start) and (hit > start) is (price > start) for hit in hits)
    health = [sums(pool, {**placed.market.marks, symbol: mark + step}).health for step in (-1, 1)]
    touches_only = min(health) >= 0
    assert price in hits or nearer or touches_only


@given(worlds("mixed"))
def test_a_fence_is_answered_by_its_own_coin_alone(world: World) -> None:
    for one in liquidations(world.book, world.market).positions:
        if one.position.margin_mode is MarginMode.ISOLATED:
            hits = (one.alone.below, one.alone.above)
            expected = 0 if one.position.side.value == "long" else 1
            assert (
                hits[1 - expected] is None
                or one.alone.reach is Reach.ALREADY
                or _jumps(world, one.position.symbol)
            )


def _jumps(world: World, symbol: str) -> bool:
    return world.account.tiers[symbol].jumps
