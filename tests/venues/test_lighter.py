"""Lighter: the zero price, its law, fractions, and a mutant.

Source: github elliottech/lighter-prover (circuits) and the Lighter docs. No figure of the venue was there:
the states of lighter-zero-price-* are checked, and the law that the zero price is defined by.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms
from ringfence.venues import lighter
from ringfence.venues.rules import Trigger
from tests.venues.several import Held, Pool, one_rate

D, F = Decimal, Fraction
RULES = lighter.RULES
BTC, ETH = "BTC/USDC:USDC", "ETH/USDC:USDC"


def pool_of(btc: str, eth: str, money: str, marks: tuple[str, str] = ("50000", "3000")) -> Pool:
    sizes, tables = ((BTC, btc, marks[0]), (ETH, eth, marks[1])), ((BTC, "0.012"), (ETH, "0.03"))
    held = tuple(Held(symbol, size, mark, mark, "10") for symbol, size, mark in sizes if D(size))
    return Pool(RULES, money, held, tuple(one_rate(symbol, rate, "25") for symbol, rate in tables))


@pytest.mark.parametrize(
    ("symbol", "btc", "eth", "value", "zero"),
    [
        (BTC, "0.5", "2.22222222222222222222", "450", "49460"),
        (ETH, "0.033333333333333333333", "-2", "150", "3067.5"),
        (BTC, "0.5", "2.22222222222222222222", "-100", "50120"),
    ],
)
def test_the_zero_prices_of_the_documents_formula(
    symbol: str, btc: str, eth: str, value: str, zero: str
) -> None:
    """A requirement of 500, 200 and 500: what the named position does not ask, the other one does."""
    (_, found) = pool_of(btc, eth, value).shown(symbol)
    assert found is not None
    assert abs(found - F(zero)) < F(1, 10**6)


@given(st.integers(-500, 500), st.integers(-5000, 5000), st.integers(-(10**5), 10**7))
def test_closing_at_the_zero_price_leaves_the_ratio_as_it_is(btc: int, eth: int, money: int) -> None:
    assume(btc and eth)
    pool = pool_of(str(D(btc) / 100), str(D(eth) / 100), str(money))
    (_, price) = pool.shown(BTC)
    share = F(money) * F(abs(btc), 100) * 50_000 * F("0.012") / F(pool.ring.maintenance_margin)
    exact = 50_000 - F(100, btc) * share
    assert price == (exact if exact > 0 else None)
    size = F(btc, 100)
    left = F(pool.ring.equity) + size * (exact - 50_000)
    rest = F(pool.assessment.positions[1].maintenance_margin)
    assert left * F(pool.ring.maintenance_margin) == F(pool.ring.equity) * rest


@given(st.integers(1, 500), st.sampled_from([-1, 1]), st.integers(1, 10**6))
def test_alone_in_its_ring_it_is_the_bankruptcy_price_on_a_tick(size: int, side: int, money: int) -> None:
    pool = pool_of(str(D(size * side) / 100), "0", str(money))
    exact = 50_000 - F(money * 100, size * side)
    assert pool.shown(BTC)[1] == (exact if exact > 0 else None)
    ticked = replace(pool, terms={BTC: InstrumentTerms(tick_size=D("0.1"))}).shown(BTC)[1]
    if ticked is not None:
        assert ticked % F(1, 10) == 0
        assert 0 <= side * (ticked - exact) < F(1, 10)


def test_margins_and_the_strict_test() -> None:
    even = pool_of("0.5", "0", "300")
    (one,) = even.assessment.positions
    assert (one.initial_margin, one.maintenance_margin) == (2500, 300), "10x is less than the market's 25x"
    assert even.ring.solvency.name == "NO_NEW_RISK"
    assert replace(even, money="299.999999").ring.solvency.name == "LIQUIDATED"
    wrong = replace(even, rules=replace(RULES, trigger=Trigger.AT_OR_BELOW_ZERO))
    assert wrong.ring.solvency.name == "LIQUIDATED"
    highest = replace(even, held=(Held(BTC, "0.5", "50000", "50000", "50"),))
    assert highest.assessment.positions[0].initial_margin == 1000, "a market's fraction is the least"
