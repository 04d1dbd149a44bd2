"""The solver against Binance's published COIN-M formula, over random books of one coin.

As for the linear contracts: the formula's tiers are found by trying every combination, and its answer is
the nearest root on each side of the mark. What the books covered is counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import settings

from ringfence.domain.account import Account, InstrumentTerms, Order
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import MissingField, NoTier, NotSupported
from ringfence.exact.assess import assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import Answer, move_alone
from ringfence.venues import registry
from tests.conformance import faq_coinm as faq
from tests.conformance.faq import tier_of
from tests.conformance.test_faq_formula import agree

RULES = registry.rules("binance_coinm")
BOOKS = settings.default.max_examples if settings.default else 250
ON = "2026-10-01"


def book_of(drawn: faq.CoinBook) -> Book:
    return prepare(drawn.account, RULES, on=ON)


def crossed(drawn: faq.CoinBook, symbol: str, answer: Answer) -> bool:
    """Whether a leg is in another tier at its liquidation price than at the mark."""
    if answer.nearest is None:
        return False
    table, at = drawn.tables[symbol], (drawn.marks[symbol], Fraction(answer.nearest.threshold))
    return any(
        tier_of(table, leg.face / at[0]) != tier_of(table, leg.face / at[1]) for leg in drawn.legs[symbol]
    )


def compared(drawn: faq.CoinBook, symbol: str, answer: Answer, *terms: object) -> str:
    mark = drawn.marks[symbol]
    wallet, others, legs, table = terms
    roots = faq.prices(wallet, others, legs, table)  # type: ignore[arg-type]  # the four terms of the formula
    return agree(answer, mark, roots, faq.health(wallet, others, legs, table, mark))  # type: ignore[arg-type]


@pytest.mark.parametrize("hedged", [False, True], ids=["one-way", "hedge"])
def test_a_cross_price_is_the_formula_s(hedged: bool) -> None:
    seen: Counter[str] = Counter()
    for seed in range(BOOKS):
        drawn = faq.draw(seed, hedged=hedged)
        book = book_of(drawn)
        (pool,) = book.pools
        for symbol, legs in drawn.legs.items():
            answer = move_alone(book, drawn.market, pool, symbol)
            terms = drawn.wallet, drawn.others(symbol), legs, drawn.tables[symbol]
            seen[compared(drawn, symbol, answer, *terms)] += 1
            seen["beside another contract"] += len(drawn.legs) > 1
            seen["both legs"] += len(legs) == 2
            seen["tier changes"] += crossed(drawn, symbol, answer)
    wanted = ["below", "above", "none", "already liquidated", "tier changes", "beside another contract"]
    wanted += ["both legs"] if hedged else []
    assert all(seen[kind] >= BOOKS // 50 for kind in wanted), seen


def test_an_isolated_price_is_the_formula_s_leg_by_leg() -> None:
    seen: Counter[str] = Counter()
    for seed in range(BOOKS):
        drawn = faq.draw(seed, hedged=seed % 2 == 0, isolated=True)
        book = book_of(drawn)
        for ring in book.fences:
            position = ring.legs[0].position
            (leg,) = [one for one in drawn.legs[position.symbol] if one.side == position.side.sign]
            answer = move_alone(book, drawn.market, ring, position.symbol)
            terms = drawn.fences[position.key], Fraction(0), [leg], drawn.tables[position.symbol]
            seen[compared(drawn, position.symbol, answer, *terms)] += 1
            seen["tier changes"] += crossed(drawn, position.symbol, answer)
    wanted = ("below", "above", "none", "already liquidated", "tier changes")
    assert all(seen[kind] >= BOOKS // 50 for kind in wanted), seen


def test_an_assessment_is_the_formula_s_sums() -> None:
    for seed in range(BOOKS):
        drawn = faq.draw(seed, hedged=seed % 2 == 0)
        (pool,) = assess(book_of(drawn), drawn.market).rings
        profit = maintenance = initial = Fraction(0)
        for symbol, legs in drawn.legs.items():
            mark = drawn.marks[symbol]
            profit += sum(leg.unrealized(mark) for leg in legs)
            maintenance += sum(faq.maintenance(drawn.tables[symbol], leg.face, mark) for leg in legs)
            initial += sum(leg.face / mark / 8 for leg in legs)
        sums = (pool.unrealized_pnl, pool.maintenance_margin, pool.initial_margin)
        assert sums == (profit, maintenance, initial)
        assert pool.available_balance == max(Fraction(0), drawn.wallet + profit - initial)
        room = min(drawn.wallet - maintenance, drawn.wallet + profit - initial)
        assert pool.withdrawable == max(Fraction(0), room)


def test_the_tier_of_the_page_in_the_formula_of_the_page() -> None:
    """From 50 coins on 5 %, after 2.5 % less 0.56: a wallet of 20 and 3,000,000 USD long at 50,000."""
    cum = Fraction("0.56") + 50 * (Fraction("0.05") - Fraction("0.025"))
    assert cum == Fraction("1.81")
    tier = Tier(Decimal(0), None, Decimal("0.05"), Decimal("1.81"))
    table = TierTable("BTC/USD:BTC", (tier,), TierBasis.SETTLE)
    account = replace(held(), wallet={"BTC": Decimal(20)}, tiers={"BTC/USD:BTC": table}, positions=())
    book = prepare(account.open("BTC/USD:BTC", "+30000", entry_price="50000"), RULES, on=ON)
    answer = move_alone(book, Market({"BTC/USD:BTC": "50000"}), book.pools[0], "BTC/USD:BTC")
    assert answer.below is not None
    assert answer.below.threshold == 3_000_000 * (1 + Fraction("0.05")) / (20 + cum + 60)
    assert answer.above is None


def test_a_short_that_its_coins_cover_has_no_price() -> None:
    """The denominator of the formula is negative: wallet and amounts exceed the value at entry."""
    table = TierTable("BTC/USD:BTC", (Tier(Decimal(0), None, Decimal("0.01"), Decimal(0)),), TierBasis.SETTLE)
    account = replace(held(), tiers={"BTC/USD:BTC": table}, positions=())
    for wallet, dies in (("0.0199", True), ("0.02", False), ("0.0201", False)):
        shorted = replace(account, wallet={"BTC": Decimal(wallet)})
        book = prepare(shorted.open("BTC/USD:BTC", "-10", entry_price="50000"), RULES, on=ON)
        answer = move_alone(book, Market({"BTC/USD:BTC": "50000"}), book.pools[0], "BTC/USD:BTC")
        assert (answer.nearest is not None) is dies


def held(symbol: str = "BTC/USD:BTC", size: str | None = "100") -> Account:
    terms = {} if size is None else {symbol: InstrumentTerms(contract_size=Decimal(size))}
    account = Account(venue="binance_coinm", wallet={"BTC": Decimal(1)}, instruments=terms)
    return account.open(symbol, "+10", entry_price="50000")


def test_nothing_is_made_up() -> None:
    with pytest.raises(MissingField, match="contract_size"):
        prepare(held(size=None), RULES, on=ON)
    with pytest.raises(NoTier, match="binance_coinm has no maintenance tiers for BTC/USD:BTC"):
        prepare(held(), RULES, on=ON)
    with pytest.raises(NotSupported, match="no linear contracts"):
        prepare(held("BTC/USDT:USDT", "1"), RULES, on=ON)


def test_an_order_holds_the_value_of_its_face_at_its_limit() -> None:
    order = Order("BTC/USD:BTC", "buy", Decimal(1_000), Decimal(20_000), leverage=Decimal(10))
    account = replace(held(), orders=(order,), positions=())
    (pool,) = assess(prepare(account, RULES, on=ON), Market({"BTC/USD:BTC": "50000"})).rings
    assert pool.initial_margin == Fraction(1_000 * 100, 20_000 * 10)
