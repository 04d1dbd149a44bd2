"""Dango: prices cut at 6 decimals, the strict test, several positions, and mutants.

Source: github left-curve/left-curve, dango/perps/src/core (unit tests) and book/perps. The second
implementation is in the program's integers of 6 decimals.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.testing.conform import run_case
from ringfence.venues import dango
from ringfence.venues.rules import Trigger
from ringfence.venues.shown import exact_prices
from tests.venues.several import Held, Pool, case, cases_of, one_rate

D, F = Decimal, Fraction
RULES = dango.RULES
BTC, ETH = "BTC/USDC:USDC", "ETH/USDC:USDC"
TABLES = (one_rate(BTC, "0.05"), one_rate(ETH, "0.05"))


def trunc(number: int, by: int) -> int:
    """Toward zero."""
    return -(-number // by) if (number < 0) != (by < 0) and number % by else number // by


def price_of(money: int, target: tuple[int, int], other: tuple[int, int, int]) -> int | None:
    """C / (|s| mmr - s) in millionths: target (size, entry), other (size, entry, oracle), mmr 5 %.

    Sizes in whole coins and prices in whole dollars, so that only the last division is cut.
    """
    size, entry = target
    held, bought, oracle = other
    c = money + held * (oracle - bought) - size * entry
    c_hundredths = 100 * c - 5 * abs(held) * oracle
    found = trunc(c_hundredths * 10**6, 5 * abs(size) - 100 * size)
    return found if found > 0 else None


SIDES = st.integers(1, 300).flatmap(lambda size: st.sampled_from([-size, size]))


@given(st.integers(-(10**5), 10**6), SIDES, st.integers(1, 5000), SIDES, st.integers(1, 90_000))
def test_the_printed_price_is_the_programs(money: int, size: int, entry: int, held: int, bought: int) -> None:
    oracle = bought + 700
    pool = Pool(
        RULES, str(money),
        (Held(ETH, str(size), str(entry), "2000"), Held(BTC, str(held), str(bought), str(oracle))), TABLES,
    )  # fmt: skip
    wanted = price_of(money, (size, entry), (held, bought, oracle))
    assert pool.shown(ETH)[0] == (None if wanted is None else F(wanted, 10**6))


@pytest.mark.parametrize(
    ("money", "size", "mark", "price"),
    [
        ("10000", "10", "2000", "1052.631578"),
        ("5000", "-5", "2000", "2857.142857"),
        ("9950", "10", "2000", "1057.894736"),
        ("100", "10", "1500", "2094.736842"),
        ("100000", "1", "2000", None),
    ],
)
def test_the_unit_tests_of_liq_price(money: str, size: str, mark: str, price: str | None) -> None:
    pool = Pool(RULES, money, (Held(ETH, size, "2000", mark),), TABLES[1:])
    assert pool.shown(ETH)[0] == (None if price is None else F(price))


def test_the_bankruptcy_prices_of_the_book() -> None:
    """Examples 2 and 4, insolvent and solvent."""
    for money, size, mark, wanted in (("3000", "1", "46000", 47_000), ("41600", "10", "48000", 45_840)):
        pool = Pool(RULES, money, (Held(BTC, size, "50000", mark),), TABLES[:1])
        assert pool.shown(BTC)[1] == wanted


def test_a_case_rejects_planted_errors() -> None:
    strict = replace(RULES, trigger=Trigger.AT_OR_BELOW_ZERO)
    assert not run_case(case("dango", "dango-liquidatable-1"), rules=strict).passed
    assert not run_case(
        case("dango", "dango-liqpx-single-long"), rules=replace(RULES, shows=exact_prices)
    ).passed
    assert all(run_case(one).passed for one in cases_of("dango"))
