"""Margex: the published isolated estimate, the cross level, and rules the article's example rejects.

Source: Margex help, liquidation (formula and fees) and cross margin (1 BTC at 75 000 takes 0.01 BTC).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.service.present import Presenter
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import margex
from ringfence.venues.rules import VenueRules
from ringfence.venues.schedule import Charged, Linear, Schedule
from ringfence.venues.shown import exact_prices
from tests.support import ROOT
from tests.venues.single import Single, ending

D, F = Decimal, Fraction
RULES = margex.RULES
COIN, USDT = "BTC/USD:BTC", "BTC/USDT:USDT"
FEES = InstrumentTerms(taker_fee=D("0.002"))
(CASE,) = load_cases((ROOT / "tests/conformance/cases/margex.jsonl").read_text("utf-8").splitlines())


@given(
    st.sampled_from([COIN, USDT]), st.sampled_from(["long", "short"]), st.integers(1, 10**4),
    st.integers(10, 10**5), st.integers(1, 150),
)  # fmt: skip
def test_the_isolated_price_shown_is_the_published_estimate(
    symbol: str, side: str, contracts: int, entry: int, share: int
) -> None:
    """Entry -/+ (margin - opening fee - closing fee) / size x entry."""
    size = F(contracts, entry) if symbol == COIN else F(contracts * entry)
    money = ending(size * F(share, 100))
    one = Single(RULES, symbol, side, D(contracts), D(entry), money, terms=FEES)
    found = one.prices(D(entry)).shown
    left = (F(money) - 2 * size * F("0.002")) / size * entry
    price = entry - left if side == "long" else entry + left
    assert found is not None
    if symbol == COIN or not one.dead(D(entry)):
        assert found.liquidation == (price if price > 0 else None)


def test_there_is_no_maintenance_margin_in_isolated_and_both_fees_are_held() -> None:
    one = Single(RULES, USDT, "long", D(1), D(1000), D(100), leverage="10", terms=FEES)
    figures = one.at("1000").positions[0]
    assert (figures.maintenance_margin, figures.requirement, figures.initial_margin) == (0, 4, 100)
    assert one.threshold("1000") == 904


def test_a_cross_account_ends_at_a_tenth_of_its_initial_margin() -> None:
    one = Single(RULES, COIN, "long", D(75_000), D(75_000), D("0.001"), isolated=False)
    assert one.dead(D(75_000))
    assert not replace(one, money=D("0.00100001")).dead(D(75_000))
    assert replace(one, money=D("0.1")).threshold("75000") == 68_250  # 75 000 x 1.001 / 1.1


def test_a_pair_whose_highest_leverage_is_unknown_follows_the_leverage_stated() -> None:
    one = Single(RULES, "ETH/USD:ETH", "long", D(100), D(100), D(1), isolated=False, leverage="50")
    assert one.at("100").positions[0].initial_margin == F(1, 50)
    with pytest.raises(MissingLeverage):
        _ = replace(one, leverage=None).book
    with pytest.raises(MissingRate, match=r"0\.002"):
        _ = Single(RULES, COIN, "long", D(1), D(1), D(1)).book


def test_what_is_not_public_is_said_with_every_answer() -> None:
    said = Presenter(RULES).rules("2026-11-22").unconfirmed
    assert any("cross margin level" in one for one in said)
    assert any("coin-margined loss" in one for one in said)


def at_the_setting(charged: Charged) -> Schedule:
    return replace(margex.fees_or_level(charged), initial=Linear(F(1, 50)))


@pytest.mark.parametrize("mutant", [replace(RULES, charge=at_the_setting), replace(RULES, charge=None)])
def test_a_wrong_initial_margin_is_rejected_by_the_article(mutant: VenueRules) -> None:
    assert run_case(CASE).passed
    assert not run_case(CASE, rules=mutant).passed
    assert run_case(CASE, rules=replace(mutant, charge=at_the_setting)).of(Verdict.DIFFERS)


def test_the_exact_price_of_an_inverse_contract_is_not_the_estimate() -> None:
    one = Single(RULES, COIN, "long", D(75_000), D(75_000), D("0.1"), terms=FEES)
    assert one.prices("75000").shown is not None
    assert one.under(replace(RULES, shows=exact_prices)).prices("75000").shown is None
    assert one.threshold("75000") == F(75_000) / F("1.096")
