"""Phemex: the prices of 2022 and of today re-implemented, the free balance, and rules to be rejected.

Source: position samples of the API documentation (2022-10-27, 2022-01-07), cross accounts of the same
documentation, a cross position of 2025-12-31, the help pages on price and tiers.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms
from ringfence.domain.tiers import TierTable
from ringfence.errors import MissingRate
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import phemex
from ringfence.venues.rules import VenueRules
from tests.support import ROOT
from tests.venues.single import ON, Single, ending, slices, table_of

D, F = Decimal, Fraction
OLD, NEW = phemex.RULES
LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"
ROWS: list[tuple[str, str | None, str]] = [("0", "2000000", "0.005"), ("2000000", None, "0.0075")]
CASES = {
    case.id: case
    for case in load_cases((ROOT / "tests/conformance/cases/phemex.jsonl").read_text("utf-8").splitlines())
}


@st.composite
def linear(draw: st.DrawFn) -> Single:
    entry, contracts = D(draw(st.integers(1, 60_000))), D(draw(st.integers(1, 10**4)))
    share, isolated = F(draw(st.integers(2, 120)), 100), draw(st.booleans())
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.0006"), tick_size=D("0.01"))
    return Single(
        NEW, LINEAR, draw(st.sampled_from(["long", "short"])), contracts, entry,
        ending(F(contracts) * F(entry) * share), isolated, "10",
        table_of(LINEAR, ROWS, basis="quote"), terms,
    )  # fmt: skip


def ticks(value: Fraction, one: Single) -> Fraction | None:
    """A price on the tick, toward entry; None where there is none."""
    found = value / F(one.contracts) * 100
    return None if found <= 0 else F(ceil(found) if one.side == "long" else floor(found), 100)


@given(linear())
@settings(max_examples=100)
def test_prices_of_2022_hold_maintenance_of_the_entry_value(one: Single) -> None:
    """(value - s x assigned + s x value x rate) / (1 - s x fee), and bankruptcy without the rate."""
    one, s = one.under(OLD), 1 if one.side == "long" else -1
    value, fee = F(one.contracts) * F(one.entry), F("0.0006")
    asked = (value - s * F(one.money) + s * slices(value, ROWS)) / (1 - s * fee)
    shown = one.prices(one.entry).shown
    assert shown is not None
    assert shown.bankruptcy == ticks((value - s * F(one.money)) / (1 - s * fee), one)
    if not one.dead(one.entry):
        assert shown.liquidation == ticks(asked, one)


@given(linear())
@settings(max_examples=100)
def test_prices_of_today_hold_maintenance_of_the_liquidation_value(one: Single) -> None:
    """(value - s x (assigned + amount)) / (1 - s x (fee + rate)) in the slice the price falls in."""
    s, value, fee = 1 if one.side == "long" else -1, F(one.contracts) * F(one.entry), F("0.0006")
    if one.dead(one.entry):
        return
    found = []
    for number, (rate, amount) in enumerate(((F("0.005"), F(0)), (F("0.0075"), F(5_000)))):
        asked = (value - s * (F(one.money) + amount)) / (1 - s * (fee + rate))
        if (asked >= 2_000_000) is bool(number):
            found.append(asked)
    shown = one.prices(one.entry).shown
    assert shown is not None
    assert shown.liquidation in [ticks(asked, one) for asked in found]


def test_the_amount_joins_the_slices() -> None:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D(0))
    table = table_of(LINEAR, ROWS, basis="quote")
    one = Single(NEW, LINEAR, "long", D(3_000_000), D(1), D(3_000_000), table=table, terms=terms)
    assert one.at("1").positions[0].maintenance_margin == 17_500


def coin(wallet: str, contracts: str, cost: str) -> Single:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.00075"), tick_size=D("0.5"))
    bare = table_of(INVERSE, [("0", None, "0.005")])
    table = TierTable(INVERSE, (replace(bare.tiers[0], max_leverage=D(100)),), bare.basis)
    return Single(NEW, INVERSE, "long", D(contracts), D(cost), D(wallet), False, None, table, terms)


@pytest.mark.parametrize(
    ("wallet", "contracts", "cost", "mark", "free"),
    [
        ("1.00000024", "9", "0.00103596", "8678.6292", "0.99998802"),
        ("0.99999989", "13", "0.00149694", "8673.2583", "0.99998186"),
        ("1.00000024", "9", "0.00103596", "9000", "0.99998909"),  # profit is not spent
    ],
)
def test_the_free_balance_is_the_wallet_less_cost_and_loss(
    wallet: str, contracts: str, cost: str, mark: str, free: str
) -> None:
    one = coin(wallet, contracts, "1")
    position = replace(one.account.positions[0], entry_price=None, entry_cost=D(cost))
    account = replace(one.account, positions=(position,))
    (pool,) = assess(prepare(account, NEW, on=ON), one._market(mark)).rings
    assert pool.available_balance == D(free)


def test_a_third_is_stored_rounded_up() -> None:
    one = Single(NEW, LINEAR, "long", D(3), D(1_000), D(2_000), leverage="3",
                 table=table_of(LINEAR, ROWS, basis="quote"),
                 terms=InstrumentTerms(contract_size=D(1), taker_fee=D("0.0006")))  # fmt: skip
    rate = F("0.33333334")
    assert F(one.at("1000").positions[0].initial_margin or 0) == 3_000 * (rate + (1 - rate) * F("0.0006"))


def test_the_fee_is_asked_for() -> None:
    one = Single(NEW, LINEAR, "long", D(1), D(1_000), D(2_000), table=table_of(LINEAR, ROWS, basis="quote"),
                 terms=InstrumentTerms(contract_size=D(1)))  # fmt: skip
    with pytest.raises(MissingRate, match="taker fee"):
        one.at("1000")


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ("phemex-ethusdt-isolated-long-3x-2022", NEW),
        ("phemex-ethusdt-isolated-short-3x-2022", NEW),
        ("phemex-btc-cross", OLD),
    ],
)
def test_the_other_regime_does_not_give_the_captured_price(case: str, rules: VenueRules) -> None:
    assert run_case(CASES[case]).passed
    assert run_case(CASES[case], rules=rules).of(Verdict.DIFFERS)
