"""Orderly: rates that grow with value^0.8, the front end's printed price, orders, and mutants.

Source: github OrderlyNetwork/js-sdk (August 2026), packages/perp, with its tests; Orderly docs.
The second implementation raises to the power with 60-digit logarithms and finds the exact price by halving.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms, Order
from ringfence.errors import MissingRate
from ringfence.testing.conform import run_case
from ringfence.venues import orderly
from ringfence.venues.shown import exact_prices
from tests.venues.several import Held, Pool, case, one_rate
from tests.venues.single import Single

D, F = Decimal, Fraction
RULES = orderly.RULES
BTC, ETH = "BTC/USDC:USDC", "ETH/USDC:USDC"
WIDE = Context(prec=60)
FACTOR = D("0.0000001")


def power(value: Decimal) -> Decimal:
    return WIDE.exp(WIDE.multiply(WIDE.ln(value), D("0.8"))) if value else D(0)


def rate(value: Decimal, base: Decimal, initial: Decimal, factor: Decimal) -> Decimal:
    """max(base MMR, base MMR / base IMR x factor x notional^0.8)."""
    grown = WIDE.multiply(WIDE.divide(WIDE.multiply(base, factor), initial), power(value))
    return max(base, grown)


def btc_and_eth(size: str = "50", money: str = "200000", mark: str = "90000") -> Pool:
    """The account of the SDK's own test: 50 BTC at 90,000 and 100 ETH at 3,000, 200,000 USDC."""
    return Pool(
        RULES, money, (Held(BTC, size, "90000", mark), Held(ETH, "100", "3000", "3000")),
        (one_rate(BTC, "0.006", "100"), one_rate(ETH, "0.006")),
        terms={BTC: InstrumentTerms(size_factor=FACTOR)},
    )  # fmt: skip


@given(st.integers(1, 10**12))
def test_four_fifths_of_a_power(cents: int) -> None:
    value = D(cents) / 100
    found = orderly.four_fifths(F(value))
    assert 0 <= F(power(value)) + F(1, 10**30) - found < F(2, 10**18)


def test_the_rate_of_the_sdk_test() -> None:
    """positions.test.ts: an mmr of 0.01261017929 at 4.5 million."""
    (btc, _) = btc_and_eth().assessment.positions
    assert abs(F(btc.maintenance_margin) / F(btc.notional) - F("0.01261017929")) < F(1, 10**11)


@given(st.integers(1, 30_000), st.sampled_from([-1, 1]), st.integers(30, 200), st.integers(10_000, 10**7))
def test_maintenance_and_exact_price(tenths: int, side: int, percent: int, money: int) -> None:
    size, mark = D(tenths) / 100 * side, D(900 * percent)
    pool = btc_and_eth(str(size), str(money), str(mark))

    def health(price: Decimal) -> Decimal:
        value = abs(size) * price
        equity = money + size * (price - 90_000)
        own = WIDE.multiply(value, rate(value, D("0.006"), D("0.01"), FACTOR))
        return WIDE.subtract(equity - D(1800), own)

    found = F(pool.ring.health)
    assert abs(found - F(health(mark))) < F(1, 10**6)
    assume(found > 1)
    hit = pool.prices(BTC).alone
    for one in (hit.below, hit.above):
        if one is not None:
            assert health(one.alive) > D("-1e-6") > health(one.liquidated) - D("2e-6")


@given(st.integers(1, 30_000), st.sampled_from([-1, 1]), st.integers(10_000, 10**7))
def test_the_printed_price_is_near_the_exact_one(tenths: int, side: int, money: int) -> None:
    """Within the width at which the front end stops, and never on the wrong side of it."""
    pool = btc_and_eth(str(D(tenths) / 100 * side), str(money))
    assume(pool.ring.health > 1)
    printed, _ = pool.shown(BTC)
    answer = pool.prices(BTC).alone
    against = answer.below if side > 0 else answer.above
    assert (printed is None) == (against is None)
    if printed is not None and against is not None:
        assert -F(1, 10**6) <= side * (printed - against.threshold) <= printed / 9_900


def test_the_printed_price_of_the_sdk_test_to_its_last_digit() -> None:
    printed, _ = btc_and_eth().shown(BTC)
    assert printed is not None
    assert abs(printed - F("87107.62339")) < F(1, 10**4)
    exact = btc_and_eth().threshold(BTC)
    assert exact is not None
    assert 1 < abs(printed - exact) < 10, "the source says: up to about 10 USD"


def test_the_isolated_price_of_the_documents_example() -> None:
    """liquidationPriceIsolated.ts: margin 2000 less 0.0004 funding, cost 100000, 2 BTC, base 2.5 %."""
    one = Single(RULES, BTC, "long", D(2), D(50000), D("1999.9996"), table=one_rate(BTC, "0.025", "25"))
    grown = replace(one, terms=InstrumentTerms(size_factor=FACTOR))
    for position in (one, grown):
        printed = position.prices("60000").shown
        assert printed is not None
        assert printed.liquidation is not None
        assert abs(F(printed.liquidation) - F("50256.41")) < F("0.005")


def test_an_isolated_fence_has_the_fee_buffer() -> None:
    """positions.test.ts: 100 / 10 + 0.06 % gives 94.67368421052632; without the buffer it does not."""
    found = case("orderly", "orderly-liqpx-isolated-open")
    assert run_case(found).passed
    assert not run_case(found, rules=replace(RULES, charge=None)).passed


@given(st.integers(-40, 40), st.integers(0, 40), st.integers(0, 40))
def test_orders_hold_the_larger_side_at_the_rate_of_all_of_it(held: int, buys: int, sells: int) -> None:
    assume(held)
    orders = tuple(
        Order(BTC, side, D(amount), D(1)) for side, amount in (("buy", buys), ("sell", sells)) if amount
    )
    pool = replace(
        btc_and_eth(str(held), "9000000"), held=(Held(BTC, str(held), "90000", "90000", "20"),), orders=orders
    )
    larger = max(abs(held + buys), abs(held - sells)) * 90_000
    net = D(abs(held + buys - sells) * 90_000)
    asked = max(D("0.05"), WIDE.multiply(FACTOR, power(net)))
    assert abs(F(pool.ring.initial_margin) - F(WIDE.multiply(D(larger), asked))) < F(1, 10**6)


def test_unsettled_profit_may_not_leave() -> None:
    pool = btc_and_eth("1", "5000", "91000")
    held = tuple(replace(one, leverage="50") for one in pool.held)
    found = replace(pool, held=held).ring
    asked = D(91_000) / 50 + D(300_000) / 50
    assert (found.available_balance, found.withdrawable) == (max(0, 6000 - asked), 0)
    richer = replace(pool, held=held, money="20000").ring
    assert richer.available_balance == 21_000 - asked
    assert richer.withdrawable == 20_000 - asked


def test_a_factor_without_the_base_initial_rate_is_refused() -> None:
    with pytest.raises(MissingRate, match="base initial rate"):
        _ = replace(btc_and_eth(), tables=(one_rate(BTC, "0.006"), one_rate(ETH, "0.006"))).book


def test_the_case_rejects_a_rate_that_does_not_grow() -> None:
    found = case("orderly", "orderly-liqpx-cross-long")
    flat = replace(RULES, charge=None, shows=exact_prices)
    assert run_case(found).passed
    assert not run_case(found, rules=flat).passed
