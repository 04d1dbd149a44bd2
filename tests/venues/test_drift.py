"""Drift: ratios that grow with size, orders in maintenance, cut integers, and mutants.

Source: github drift-labs/protocol-v2 (April 2026), programs/drift/src/math/margin.rs and the liquidation
tests. The second implementation is in the program's integers: base 1e9, quote and price 1e6, ratio 1e4.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import isqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms, Order
from ringfence.domain.market import Market
from ringfence.errors import NotSupported
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import Reach
from ringfence.venues import drift
from ringfence.venues.rules import Trigger
from tests.venues.several import Held, Pool, one_rate
from tests.venues.single import Single

D, F = Decimal, Fraction
RULES = drift.RULES
SOL, BTC = "SOL/USDC:USDC", "BTC/USDC:USDC"


def margin_ratio(ratio: int, size: int, imf: int) -> int:
    """calculate_size_premium_liability_weight, ratio in 1e4, size in 1e9, imf in 1e6."""
    if imf == 0:
        return ratio
    grown = ratio - ratio // 5 + isqrt(size * 10 + 1) * imf // (100_000 * 1_000_000 // 10_000)
    return max(ratio, grown)


def requirement(size: int, worst: int, price: int, ratio: int, imf: int, orders: int) -> int:
    """Quote 1e6: worst case value x its ratio, each division cut, and 0.01 an order."""
    value = worst * price // 10**9
    return value * margin_ratio(ratio, worst, imf) // 10_000 + 10_000 * orders


@st.composite
def worlds(draw: st.DrawFn) -> tuple[int, int, int, int, int, int]:
    """(size, bids, asks, price, ratio, imf), from a dust of SOL to a whale of 10,000 BTC."""
    size = draw(st.integers(1, 10**13)) * draw(st.sampled_from([-1, 1]))
    bids, asks = (draw(st.sampled_from([0, 0, 1])) * draw(st.integers(1, 10**13)) for _ in range(2))
    price, ratio = draw(st.integers(1, 10**11)), draw(st.sampled_from([100, 300, 500, 1000]))
    return size, bids, asks, price, ratio, draw(st.sampled_from([0, 15, 450, 55_000]))


def pool_of(world: tuple[int, int, int, int, int, int], money: str) -> Pool:
    size, bids, asks, price, ratio, imf = world
    mark = str(D(price).scaleb(-6))
    orders = tuple(
        Order(SOL, side, D(amount).scaleb(-9), D(mark))
        for side, amount in (("buy", bids), ("sell", asks)) if amount
    )  # fmt: skip
    return Pool(
        RULES, money, (Held(SOL, str(D(size).scaleb(-9)), mark, mark),),
        (one_rate(SOL, str(D(ratio).scaleb(-4)), str(D(5000) / ratio)),), orders,
        {SOL: InstrumentTerms(size_factor=D(imf).scaleb(-6))},
    )  # fmt: skip


@given(worlds())
def test_both_margins_are_those_of_the_integers(world: tuple[int, int, int, int, int, int]) -> None:
    size, bids, asks, price, ratio, imf = world
    worst, orders = max(abs(size + bids), abs(size - asks)), (bids > 0) + (asks > 0)
    (one,) = pool_of(world, "1000000").assessment.positions
    assert F(one.maintenance_margin) * 10**6 == requirement(size, worst, price, ratio, imf, orders)
    assert one.initial_margin is not None
    assert F(one.initial_margin) * 10**6 == requirement(size, worst, price, 2 * ratio, imf, orders)
    assert F(one.notional) * 10**6 == abs(size) * price // 10**9


@given(worlds(), st.integers(1, 100))
def test_the_price_is_where_integers_run_out(world: tuple[int, int, int, int, int, int], share: int) -> None:
    """Assessed in integers, the account lives one quantum of price before and dies at the price."""
    size, bids, asks, price, ratio, imf = world
    worst, orders = max(abs(size + bids), abs(size - asks)), (bids > 0) + (asks > 0)
    money = abs(size) * price // 10**9 * share // 100 + 1
    pool = pool_of(world, str(D(money).scaleb(-6)))

    def alive(at: int) -> bool:
        entry = F(size * price, 10**9)
        value = abs(size) * at // 10**9
        equity = money + (value if size > 0 else -value) - entry
        return bool(equity >= requirement(size, worst, at, ratio, imf, orders))

    assume(alive(price))
    found = pool.prices(SOL).alone.nearest
    if found is not None:
        here, there = (int(one.scaleb(6)) for one in (found.alive, found.liquidated))
        assert abs(here - there) == 1
        assert (alive(here), alive(there)) == (True, False)


def test_an_isolated_loss_leaves_the_pool_as_it_is() -> None:
    """drift-isolated-margin: 100 SOL bought for 11,000, marked at 100, with 100 in its bucket: -900."""
    one = Single(RULES, SOL, "long", D(100), D(110), D(100), leverage="10", table=one_rate(SOL, "0.05", "10"))
    account = replace(one.account, wallet={"USDC": "20000"})

    said = assess(prepare(account, RULES, on="2026-11-22"), Market({SOL: "100"}))
    (figures,) = said.positions
    assert (figures.isolated_equity, figures.initial_margin) == (-900, 1000)
    assert said.ring("pool USDC").equity == 20_000
    assert said.total("USDC").total_equity == 19_100


def test_orders_count_in_the_test_of_the_multi_slot_example() -> None:
    """drift-multi-slot: 20 long at 100 with 50 behind it and a bid for 10, at 5 %: 150.01 is asked."""
    orders = (Order(SOL, "buy", D(10), D(100)),)
    pool = Pool(RULES, "50", (Held(SOL, "20", "100", "100", "10"),), (one_rate(SOL, "0.05", "10"),), orders)
    assert (pool.ring.equity, pool.ring.maintenance_margin) == (50, D("150.01"))
    assert pool.prices(SOL).alone.reach is Reach.ALREADY
    resting = (Order(SOL, "buy", D(10), D(100), reduce_only=True),)
    assert replace(pool, orders=resting).ring.maintenance_margin == D("100.01")


def test_an_order_without_a_position_is_refused_and_says_so() -> None:
    orders = (Order(BTC, "buy", D(1), D(100)),)
    pool = Pool(RULES, "5000", (Held(SOL, "20", "100", "100", "10"),), (one_rate(SOL, "0.05"),), orders)
    with pytest.raises(NotSupported, match="leave the order out"):
        _ = pool.assessment


@given(st.integers(-5000, 5000), st.integers(-5000, 5000))
def test_unsettled_profit_counts_up_to_100_for_what_is_free(one: int, other: int) -> None:
    held = (
        Held(SOL, "1", "10000", str(10000 + one), "10"),
        Held(BTC, "1", "10000", str(10000 + other), "10"),
    )
    pool = Pool(RULES, "20000", held, (one_rate(SOL, "0.05"), one_rate(BTC, "0.05")))
    counted = 20_000 + min(one, 100) + min(other, 100)
    assert pool.ring.available_balance == max(0, counted - F(20_000 + one + other, 10))
    assert pool.ring.equity == 20_000 + one + other, "all of it counts against liquidation"


def test_planted_errors_are_seen() -> None:
    world = (10**13, 0, 0, 10**8, 500, 450)
    right = pool_of(world, "100000000")
    no_premium = replace(right, terms={SOL: InstrumentTerms(size_factor=D(0))})
    assert right.ring.maintenance_margin > no_premium.ring.maintenance_margin
    even = Pool(RULES, "500", (Held(SOL, "100", "100", "100"),), (one_rate(SOL, "0.05"),))
    assert even.ring.solvency.name == "SOUND"
    wrong = replace(even, rules=replace(RULES, trigger=Trigger.AT_OR_BELOW_ZERO))
    assert wrong.ring.solvency.name == "LIQUIDATED"
