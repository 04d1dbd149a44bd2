"""Deribit: rates that grow with size, the bend of inverse contracts, orders, and rules it must reject.

Source: Deribit support 25944738177565 (25 BTC at 2.125 %, 350 at 3.75 %, 6 000 SOL at 7 %, 25 SOL at
2.0125 %) and 25944826427293 (parameters before and since 2022-01-11).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Order, Side
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import MissingRate, NotSupported
from ringfence.exact.assess import assess
from ringfence.exact.explain import explain
from ringfence.exact.ring import prepare
from ringfence.solve.largest import Idea, largest_position
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.testing.examples import failed_examples
from ringfence.venues import deribit
from ringfence.venues.rules import Trigger, VenueRules
from ringfence.venues.schedule import Charged, Schedule
from tests.support import ROOT
from tests.venues.single import ON, Single, ending

D, F = Decimal, Fraction
FIRST, OLD, NEW = deribit.RULES
COIN, ETH, SOL = "BTC/USD:BTC", "ETH/USD:ETH", "SOL/USDC:USDC"
CASES = load_cases((ROOT / "tests/conformance/cases/deribit.jsonl").read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("rules", "symbol", "coins", "initial", "maintenance"),
    [  # shares of the value, from the pages' formulas
        (FIRST, COIN, 100, "0.1", "0.05"),  # Deribit help 1000197257: 5 BTC on 100 BTC
        (NEW, COIN, 100, "0.025", "0.015"),
        (OLD, COIN, 100, "0.015", "0.01025"),
        (NEW, ETH, 1000, "0.024", "0.014"),
        (OLD, ETH, 1000, "0.022", "0.012"),
    ],
)
def test_inverse_rates_of_a_size(
    rules: VenueRules, symbol: str, coins: int, initial: str, maintenance: str
) -> None:
    one = Single(rules, symbol, "long", D(coins * 2000), D(2000), D(1000), isolated=False)
    account = replace(one.account, on=rules.valid_from)
    figures = assess(prepare(account, rules, on=ON), Market({symbol: D(2000)})).positions[0]
    assert figures.initial_margin == coins * F(initial)
    assert figures.maintenance_margin == coins * F(maintenance)


@pytest.mark.parametrize(
    ("contracts", "initial", "maintenance"), [("25", "201", "100.625"), ("6000", "84000", "60000")]
)
def test_linear_rates_of_a_size_stand_still_as_the_price_moves(
    contracts: str, initial: str, maintenance: str
) -> None:
    one = Single(NEW, SOL, "short", D(contracts), D(200), D(10**6), isolated=False)
    here, there = one.at("200").positions[0], one.at("400").positions[0]
    assert here.maintenance_margin == D(maintenance)
    assert there.maintenance_margin == 2 * F(maintenance)
    assert contracts == "25" or here.initial_margin == D(initial)


@st.composite
def inverse_positions(draw: st.DrawFn) -> Single:
    entry, contracts = D(draw(st.integers(1_000, 10**5))), D(draw(st.integers(1, 10**7)))
    money = ending(F(contracts) / F(entry) * F(draw(st.integers(3, 150)), 100))
    factor = draw(st.sampled_from(["0", "0.0000005", "0.00005"]))
    table = TierTable(COIN, (Tier(D(0), None, D("0.01"), D(0), D(50)),), TierBasis.SETTLE)
    return Single(
        NEW, COIN, draw(st.sampled_from(["long", "short"])), contracts, entry, money, isolated=False,
        table=table, terms=InstrumentTerms(size_factor=D(factor)),
    )  # fmt: skip


def health(one: Single, price: Fraction) -> Fraction:
    """Balance + profit - V (MM0 + V a), V = contracts / price."""
    assert one.terms.size_factor is not None
    value, cost = F(one.contracts) / price, F(one.contracts) / F(one.entry)
    profit = (cost - value) * (1 if one.side == "long" else -1)
    return F(one.money) + profit - value * (F("0.01") + value * F(one.terms.size_factor))


@given(inverse_positions())
def test_an_inverse_price_is_where_the_published_requirement_is_reached(one: Single) -> None:
    if health(one, F(one.entry)) < 0:
        assert one.dead(one.entry)
        return
    answer = one.prices(one.entry).alone
    for side in (answer.below, answer.above):
        if side is not None:
            assert health(one, F(side.alive)) >= 0 > health(one, F(side.liquidated))
            assert abs(side.alive - side.liquidated) == NEW.mark_quantum
    if answer.above is None:
        assert health(one, F(10**15)) >= 0
    if answer.below is None:
        assert health(one, F(NEW.mark_quantum)) >= 0


def test_a_large_inverse_short_can_die_of_a_falling_price() -> None:
    """Its size in coin grows as the price falls, and with it the rate on the whole of it."""
    one = Single(NEW, COIN, "short", D(10**7), D(50_000), D(20), isolated=False)
    answer = one.prices("50000").alone
    assert answer.below is not None
    assert (
        health(replace(one, terms=InstrumentTerms(size_factor=D("0.00005"))), F(answer.below.liquidated)) < 0
    )


def test_equity_equal_to_maintenance_is_not_liquidated() -> None:
    assert failed_examples(NEW, deribit.EXAMPLES) == []
    assert failed_examples(replace(NEW, trigger=Trigger.AT_OR_BELOW_ZERO), deribit.EXAMPLES)


def test_orders_hold_the_margin_of_the_larger_size_after_one_side_fills() -> None:
    """Long 100 SOL, buys of 50 and sells of 300: 200 short is the larger size, at 4 % + 200 x 0.0005 %."""
    account = Single(NEW, SOL, "long", D(100), D(200), D(10**5), isolated=False).account
    orders = (Order(SOL, "buy", D(50), D(190)), Order(SOL, "sell", D(300), D(210)))
    said = assess(prepare(replace(account, orders=orders), NEW, on=ON), Market({SOL: D(200)}))
    pool = said.ring("pool USDC")
    assert pool.initial_margin == 200 * 200 * (F("0.04") + 200 * F("0.000005"))
    assert pool.available_balance == 10**5 - F(pool.initial_margin)
    one_side = replace(account, orders=orders[:1])
    grown = assess(prepare(one_side, NEW, on=ON), Market({SOL: D(200)})).ring("pool USDC").initial_margin
    assert grown == 150 * 200 * (F("0.04") + 150 * F("0.000005"))


def test_a_contract_nobody_states_asks_for_its_factor_and_there_is_no_isolated_margin() -> None:
    table = TierTable("X/USDC:USDC", (Tier(D(0), None, D("0.01"), D(0), D(50)),), TierBasis.BASE)
    one = Single(NEW, "X/USDC:USDC", "long", D(1), D(1), D(1), isolated=False, table=table)
    with pytest.raises(MissingRate, match="size_factor"):
        _ = one.book
    with pytest.raises(NotSupported, match="no isolated margin"):
        _ = Single(NEW, SOL, "long", D(1), D(1), D(1)).book


def test_the_workings_of_a_growing_rate_are_shown() -> None:
    one = Single(NEW, COIN, "long", D(5_000_000), D(50_000), D(10), isolated=False)
    text = str(explain(one.at("50000")))
    assert "0.00005" in text


@pytest.mark.parametrize(("symbol", "wallet", "entry"), [(COIN, "2", 50_000), (SOL, "84000", 200)])
def test_the_largest_position_is_bound_by_the_balance_at_the_rate_of_its_own_size(
    symbol: str, wallet: str, entry: int
) -> None:
    account = Account(venue="deribit", wallet={symbol.rpartition(":")[2]: D(wallet)})
    idea = Idea(symbol, Side.LONG, D(entry), D(entry) * D("0.999"), MarginMode.CROSS, lot=D(1))
    found = largest_position(prepare(account, NEW, on=ON), Market({symbol: D(entry)}), idea)
    assert found.value is not None
    held = Single(NEW, symbol, "long", found.value, D(entry), D(wallet), isolated=False)
    below, above = (
        one.at(D(entry)).positions[0].initial_margin
        for one in (held, replace(held, contracts=found.value + 1))
    )
    assert below is not None
    assert above is not None
    assert below <= D(wallet) < above


def flat(charged: Charged) -> Schedule:
    return deribit.grows_with_size(replace(charged, terms=replace(charged.terms, size_factor=D(0))), {})


@pytest.mark.parametrize("case", [case.id for case in CASES])
def test_a_rate_that_does_not_grow_is_rejected_by_every_case(case: str) -> None:
    (found,) = [one for one in CASES if one.id == case]
    assert run_case(found).passed
    assert run_case(found, rules=replace(NEW, charge=flat)).of(Verdict.DIFFERS)
