"""The solver against the venue's published formula, over random books.

The formula's tiers are found by trying every combination; its answer is the nearest root on each side of
the mark. Many, not few: the profile sets the number of books, and what they covered is counted.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import settings

from ringfence.exact.assess import assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import Answer, Reach, move_alone
from ringfence.venues import registry
from tests.conformance import faq
from tests.conformance.books import Drawn, draw

RULES = registry.rules("binance_usdm")
BOOKS = settings.default.max_examples if settings.default else 250
QUANTUM = Fraction(RULES.mark_quantum)


def book_of(drawn: Drawn) -> Book:
    return prepare(drawn.account, RULES, on="2026-10-01")


def others(drawn: Drawn, symbol: str) -> Fraction:
    """UPL1 - TMM1: every other cross position at its mark."""
    return sum(
        (
            leg.unrealized(drawn.marks[other])
            - faq.maintenance(drawn.tables[other], leg.size, drawn.marks[other])
            for other, legs in drawn.legs.items()
            if other != symbol
            for leg in legs
        ),
        Fraction(0),
    )


def agree(answer: Answer, mark: Fraction, roots: list[Fraction], health: Fraction) -> str:
    """What kind of answer it is, after both sides were compared with the formula's roots."""
    if health <= 0:
        assert answer.reach is Reach.ALREADY
        return "already liquidated"
    below = max((root for root in roots if QUANTUM <= root < mark), default=None)
    above = min((root for root in roots if root > mark), default=None)
    assert (answer.below.threshold if answer.below else None) == below
    assert (answer.above.threshold if answer.above else None) == above
    for side in (answer.below, answer.above):
        if side is not None:
            low, high = sorted((Fraction(side.alive), Fraction(side.liquidated)))
            assert low <= side.threshold <= high
            assert high - low <= QUANTUM
    return {(True, True): "both sides", (True, False): "below", (False, True): "above"}.get(
        (below is not None, above is not None), "none"
    )


def crossed(drawn: Drawn, symbol: str, answer: Answer) -> bool:
    """Whether a leg is in another tier at its liquidation price than at the mark."""
    if answer.nearest is None:
        return False
    table, prices = drawn.tables[symbol], (drawn.marks[symbol], answer.nearest.threshold)
    return any(
        faq.tier_of(table, leg.size * prices[0]) != faq.tier_of(table, leg.size * prices[1])
        for leg in drawn.legs[symbol]
    )


def run_pool(drawn: Drawn, seen: Counter[str]) -> None:
    book = book_of(drawn)
    (pool,) = book.pools
    for symbol, legs in drawn.legs.items():
        answer = move_alone(book, drawn.market, pool, symbol)
        standing = others(drawn, symbol)
        terms = drawn.wallet, standing, legs, drawn.tables[symbol]
        kind = agree(answer, drawn.marks[symbol], faq.prices(*terms), faq.health(*terms, drawn.marks[symbol]))
        seen[kind] += 1
        seen["both legs"] += len(legs) == 2
        seen["tier changes"] += crossed(drawn, symbol, answer)


@pytest.mark.parametrize("hedged", [False, True], ids=["one-way", "hedge"])
def test_a_cross_price_is_the_formula_s(hedged: bool) -> None:
    seen: Counter[str] = Counter()
    for seed in range(BOOKS):
        run_pool(draw(seed, hedged=hedged), seen)
    wanted = ["below", "above", "none", "already liquidated", "tier changes"]
    wanted += ["both legs", "both sides"] if hedged else []
    assert all(seen[kind] >= BOOKS // 50 for kind in wanted), seen


def test_an_isolated_price_is_the_formula_s_leg_by_leg() -> None:
    seen: Counter[str] = Counter()
    for seed in range(BOOKS):
        drawn = draw(seed, hedged=seed % 2 == 0, isolated=True)
        book = book_of(drawn)
        for ring in book.fences:
            position = ring.legs[0].position
            (leg,) = [one for one in drawn.legs[position.symbol] if one.side == position.side.sign]
            answer = move_alone(book, drawn.market, ring, position.symbol)
            terms = drawn.fences[position.key], Fraction(0), [leg], drawn.tables[position.symbol]
            mark = drawn.marks[position.symbol]
            seen[agree(answer, mark, faq.prices(*terms), faq.health(*terms, mark))] += 1
            seen["tier changes"] += crossed(drawn, position.symbol, answer)
    wanted = ("below", "above", "none", "already liquidated", "tier changes")
    assert all(seen[kind] >= BOOKS // 50 for kind in wanted), seen


def test_legs_of_one_symbol_share_one_price() -> None:
    for seed in range(BOOKS // 5):
        drawn = draw(seed, hedged=True)
        book = book_of(drawn)
        for ring in book.pools:
            for symbol in ring.symbols:
                legs = [leg.position for leg in ring.legs if leg.symbol == symbol]
                prices = {move_alone(book, drawn.market, book.ring_of(one), symbol).nearest for one in legs}
                assert len(prices) == 1


def test_an_assessment_is_the_formula_s_sums() -> None:
    for seed in range(BOOKS):
        drawn = draw(seed, hedged=seed % 2 == 0)
        (pool,) = assess(book_of(drawn), drawn.market).rings
        profit = maintenance = initial = Fraction(0)
        for symbol, legs in drawn.legs.items():
            mark = drawn.marks[symbol]
            profit += sum(leg.unrealized(mark) for leg in legs)
            maintenance += sum(faq.maintenance(drawn.tables[symbol], leg.size, mark) for leg in legs)
            initial += sum(leg.size * mark / 8 for leg in legs)
        assert (pool.unrealized_pnl, pool.maintenance_margin, pool.initial_margin) == (
            profit,
            maintenance,
            initial,
        )
        assert (pool.wallet_balance, pool.equity) == (drawn.wallet, drawn.wallet + profit)
        assert pool.available_balance == max(Fraction(0), Fraction(pool.equity) - initial)
        room = min(drawn.wallet - maintenance, Fraction(pool.equity) - initial)
        assert pool.withdrawable == max(Fraction(0), room)
