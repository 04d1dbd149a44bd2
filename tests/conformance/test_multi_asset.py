"""Multi-asset pools against the venue's text: equity at bid or ask, needs at ask, over random books."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import Reach, move_alone
from tests.conformance import faq
from tests.conformance.books import Drawn, draw
from tests.conformance.test_faq_formula import BOOKS, QUANTUM, RULES, book_of

SETTLES = ("USDT", "USDC", "BNFCR")


def by_asset(drawn: Drawn, marks: dict[str, Fraction]) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """Profit and maintenance of every settlement asset."""
    profits: dict[str, Fraction] = {}
    needs: dict[str, Fraction] = {}
    for symbol, legs in drawn.legs.items():
        asset = symbol.rpartition(":")[2]
        for leg in legs:
            profits[asset] = profits.get(asset, Fraction(0)) + leg.unrealized(marks[symbol])
            need = faq.maintenance(drawn.tables[symbol], leg.size, marks[symbol])
            needs[asset] = needs.get(asset, Fraction(0)) + need
    return profits, needs


def health(drawn: Drawn, marks: dict[str, Fraction]) -> Fraction:
    profits, needs = by_asset(drawn, marks)
    return faq.uni_equity(drawn.assets, profits) - faq.uni_required(drawn.assets, needs)


def kinks(drawn: Drawn, symbol: str) -> list[Fraction]:
    """Every price of one coin at which health may bend: tier edges, and its asset's equity passing zero."""
    legs, asset = drawn.legs[symbol], symbol.rpartition(":")[2]
    found = [floor / leg.size for leg in legs for floor, *_ in drawn.tables[symbol][1:]]
    slope = sum((leg.side * leg.size for leg in legs), Fraction(0))
    if slope:
        profit = by_asset(drawn, {**drawn.marks, symbol: Fraction(0)})[0][asset]
        found.append(-(drawn.assets[asset].wallet + profit) / slope)
    return sorted(price for price in found if price > 0)


def first_death(drawn: Drawn, symbol: str, *, up: bool) -> Fraction | None:
    """The nearest price on one side at which health is zero, walking from kink to kink."""
    start = drawn.marks[symbol]

    def at(price: Fraction) -> Fraction:
        return health(drawn, {**drawn.marks, symbol: price})

    beyond = [price for price in kinks(drawn, symbol) if (price > start if up else price < start)]
    stops = beyond if up else [*reversed(beyond), Fraction(0)]
    near, alive = start, at(start)
    for stop in stops:
        then = at(stop)
        if then <= 0:
            return near + (stop - near) * alive / (alive - then)
        near, alive = stop, then
    if not up:
        return None
    slope = at(near + 1) - alive
    return near - alive / slope if slope < 0 else None


def test_an_assessment_is_the_text_s_sums() -> None:
    for seed in range(BOOKS):
        drawn = draw(seed, hedged=seed % 3 == 0, settles=SETTLES)
        (pool,) = assess(book_of(drawn), drawn.market).rings
        profits, needs = by_asset(drawn, drawn.marks)
        initial = {
            asset: sum(
                (
                    leg.size * drawn.marks[symbol] / 8
                    for symbol, legs in drawn.legs.items()
                    if symbol.endswith(f":{asset}")
                    for leg in legs
                ),
                Fraction(0),
            )
            for asset in drawn.assets
        }
        assert pool.equity == faq.uni_equity(drawn.assets, profits)
        assert pool.maintenance_margin == faq.uni_required(drawn.assets, needs)
        assert pool.initial_margin == faq.uni_required(drawn.assets, initial)
        assert pool.available_balance == max(
            Fraction(0), Fraction(pool.equity) - Fraction(pool.initial_margin)
        )


def test_a_price_is_the_first_at_which_the_text_s_health_is_zero() -> None:
    seen: Counter[str] = Counter()
    for seed in range(BOOKS):
        drawn = draw(seed, hedged=seed % 3 == 0, settles=SETTLES)
        book = prepare(drawn.account, RULES, on="2026-10-01")
        (pool,) = book.pools
        for symbol in drawn.legs:
            answer = move_alone(book, drawn.market, pool, symbol)
            if health(drawn, drawn.marks) <= 0:
                assert answer.reach is Reach.ALREADY
                seen["already"] += 1
                continue
            below, above = (first_death(drawn, symbol, up=up) for up in (False, True))
            below = None if below is None or below < QUANTUM else below
            assert (answer.below.threshold if answer.below else None) == below
            assert (answer.above.threshold if answer.above else None) == above
            seen[f"{below is not None} {above is not None}"] += 1
    assert all(
        seen[kind] >= BOOKS // 50 for kind in ("already", "True False", "False True", "False False")
    ), dict(seen)
