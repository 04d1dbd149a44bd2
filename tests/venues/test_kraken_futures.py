"""Kraken Futures: inverse on the mark, linear on the entry, levels, haircuts, netting that is refused.

Source: Kraken support 360022835671 (1 000 contracts at 8 000 on 0.01 BTC: 7 481), 15579128794772 (levels),
4844463246100 (margin equity and netting).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account, CollateralRate, Position, Side
from ringfence.domain.market import Market
from ringfence.errors import NotDocumented, NoTier
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.testing.examples import failed_examples
from ringfence.venues import kraken_futures
from ringfence.venues.rules import Trigger
from ringfence.venues.schedule import Charged, Schedule, fixed_requirement
from tests.venues.single import ON, Single, ending, table_of

D, F = Decimal, Fraction
RULES = kraken_futures.RULES
COIN, USD = "BTC/USD:BTC", "BTC/USD:USD"


def test_the_worked_liquidation_of_the_page() -> None:
    one = Single(RULES, COIN, "long", D(1000), D(8000), D("0.01"), isolated=False)
    assert one.threshold("8000") == F(1010) / (F(1000, 8000) + F("0.01"))
    assert one.prices("8000").alone.nearest_bankruptcy == F(1000) / (F(1000, 8000) + F("0.01"))


def at_entry(charged: Charged) -> Schedule:
    return fixed_requirement(charged.entry_value * charged.rates[charged.tier_of(charged.entry_value)])


def test_a_requirement_that_stays_at_the_entry_is_rejected_by_the_page() -> None:
    """It would give 7 476.6, which the page does not print."""
    assert failed_examples(RULES, kraken_futures.EXAMPLES) == []
    assert failed_examples(replace(RULES, charge=at_entry), kraken_futures.EXAMPLES)
    one = Single(replace(RULES, charge=at_entry), COIN, "long", D(1000), D(8000), D("0.01"), isolated=False)
    assert one.threshold("8000") == F(1000) / (F(1000, 8000) + F("0.01") - F("0.00125"))


@given(
    st.sampled_from(["long", "short"]), st.integers(1, 10**8), st.integers(100, 10**5), st.integers(2, 150)
)
def test_inverse_levels_are_on_the_whole_position_at_the_mark(
    side: str, contracts: int, entry: int, share: int
) -> None:
    """s (value at entry - V) + balance = V x rate of the level, half the initial rate."""
    levels = [
        (500_000, "0.01"), (10**6, "0.02"), (3 * 10**6, "0.03"), (6 * 10**6, "0.05"), (12 * 10**6, "0.075"),
        (20 * 10**6, "0.125"), (50 * 10**6, "0.15"), (10**12, "0.2"),
    ]  # fmt: skip
    rate = next(F(r) for cap, r in levels if contracts < cap)
    cost, s = F(contracts, entry), 1 if side == "long" else -1
    money = ending(cost * F(share, 100))
    one = Single(RULES, COIN, side, D(contracts), D(entry), money, isolated=False)
    figures = one.at(D(entry)).positions[0]
    assert figures.maintenance_margin == cost * rate
    assert figures.initial_margin == 2 * cost * rate
    left = (s * cost + F(money)) / (s + rate)
    if not one.dead(D(entry)):
        assert one.threshold(D(entry)) == (F(contracts) / left if left > 0 else None)


@given(st.sampled_from(["long", "short"]), st.integers(1, 10**4), st.integers(10, 10**5), st.integers(2, 150))
def test_linear_requirements_stay_at_the_entry(side: str, size: int, entry: int, share: int) -> None:
    cost, s = F(size * entry), 1 if side == "long" else -1
    money, table = ending(cost * F(share, 100)), table_of(USD, [("0", None, "0.01")], basis="quote")
    one = Single(RULES, USD, side, D(size), D(entry), money, isolated=False, table=table)
    assert one.at(D(entry) * 2).positions[0].maintenance_margin == cost / 100
    price = F(entry) - s * (F(money) - cost / 100) / size
    if not one.dead(D(entry)):
        assert one.threshold(D(entry)) == (price if price > 0 else None)


def test_equity_equal_to_maintenance_is_not_liquidated() -> None:
    table = table_of(USD, [("0", None, "0.01")], basis="quote")
    one = Single(RULES, USD, "long", D(1), D(1000), D(10), isolated=False, table=table)
    assert not one.dead(D(1000))
    assert one.dead(D("999.99"))
    assert one.under(replace(RULES, trigger=Trigger.AT_OR_BELOW_ZERO)).dead(D(1000))


def test_margin_equity_takes_the_haircut_off_the_coin_and_counts_profit_in_full() -> None:
    """4 998.72 USD of coin at a haircut of 2 % and a profit of 100 USD."""
    position = Position(USD, Side.LONG, D(1), entry_price=D(1000))
    account = Account(
        venue="kraken_futures", wallet={"BTC": D("0.1")}, positions=(position,), multi_asset=True,
        collateral={
            "BTC": CollateralRate(price=D("49987.2"), haircut=D("0.02")),
            "USD": CollateralRate(price=D(1)),
        },
        tiers={USD: table_of(USD, [("0", None, "0.01")], basis="quote")},
    )  # fmt: skip
    pool = assess(prepare(account, RULES, on=ON), Market({USD: D(1100)})).rings[0]
    assert pool.equity == F("4998.72") * F("0.98") + 100
    assert pool.available_balance == F("4998.72") * F("0.98") + 100 - 20


def test_opposite_maturities_of_one_coin_are_netted_which_is_refused_and_others_are_not() -> None:
    long = Position(COIN, Side.LONG, D(1000), entry_price=D(8000))
    short = Position("BTC/USD:BTC-261225", Side.SHORT, D(1000), entry_price=D(8100))
    other = Position("ETH/USD:ETH", Side.SHORT, D(1000), entry_price=D(200))
    tables = {one.symbol: table_of(one.symbol, [("0", None, "0.01")]) for one in (short, other)}
    account = Account(venue="kraken_futures", wallet={"BTC": D(1), "ETH": D(1)}, tiers=tables)
    with pytest.raises(NotDocumented, match="only the larger side"):
        prepare(replace(account, positions=(long, short)), RULES, on=ON)
    assert len(prepare(replace(account, positions=(long, other)), RULES, on=ON).pools) == 2


def test_a_linear_contract_without_stated_levels_is_refused() -> None:
    with pytest.raises(NoTier):
        _ = Single(RULES, USD, "long", D(1), D(1000), D(10), isolated=False).book


def test_available_margin_is_below_zero_where_initial_margin_is_more_than_equity() -> None:
    """Accounts output: available margin = margin equity - initial margin, without a floor."""
    one = Single(RULES, COIN, "long", D(1000), D(8000), D("0.002"), isolated=False)
    pool = one.at("8000").rings[0]
    assert pool.available_balance == F("0.002") - 2 * F("0.01") * F(1000, 8000)
    assert pool.withdrawable == 0


def test_a_deduction_in_a_table_of_levels_is_not_taken_off() -> None:
    """A level is charged on the whole position, whatever a table says that was made to join."""
    rows = [("0", "50000", "0.01"), ("50000", None, "0.02")]
    one = Single(
        RULES, USD, "long", D(1), D(60000), D(10000), isolated=False, table=table_of(USD, rows, basis="quote")
    )
    assert one.at("60000").positions[0].maintenance_margin == 1200
