"""Assess, as tables: one account a row, at one mark."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, CollateralRate, InstrumentTerms
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierBasis, TierTable, joined
from ringfence.errors import BadTiers
from ringfence.exact.assess import Assessment, Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.venues import registry

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
D = Decimal


def assessed(account: Account, **marks: str) -> Assessment:
    symbols = {"btc": BTC, "eth": ETH, "coin": COIN}
    market = Market({symbols[name]: D(mark) for name, mark in marks.items()})
    return assess(prepare(account, registry.rules("demo"), on="2026-11-22"), market)


CROSS = """
 wallet  position          mark     equity  maintenance   health  solvency
   1000  +0.100@60000     59000     900.00        23.60   876.40  SOUND
    100  +0.100@60000     59100      10.00        23.64   -13.64  LIQUIDATED
   5000  -2.000@60000     61000    3000.00       560.00  2440.00  NO_NEW_RISK
     24  +0.100@60000     60000      24.00        24.00     0.00  LIQUIDATED
     24  -0.100@60000     60240       0.00        24.096  -24.096  LIQUIDATED
     24  -0.100@60000     60241      -0.10        24.0964 -24.1964  BANKRUPT
 300000  +5.000@60000     60000  300000.00      1700.00  298300.00  SOUND
 300000  +1.000@50000     50000  300000.00       200.00  299800.00  SOUND
 300000  +1.000@49999     49999  300000.00       199.996  299800.004  SOUND
 300000  +5.000@50000     50000  300000.00      1200.00  298800.00  SOUND
"""


@pytest.mark.parametrize("row", [line.split() for line in CROSS.strip().splitlines()[1:]], ids=" ".join)
def test_one_cross_position(row: list[str]) -> None:
    wallet, position, mark, *expected, solvency = row
    size, entry = position.split("@")
    account = Account(venue="demo", wallet={"USDT": D(wallet)}).open(
        BTC, size, entry_price=entry, leverage=20
    )
    pool = assessed(account, btc=mark).ring("pool USDT")
    assert [pool.equity, pool.maintenance_margin, pool.health] == [D(number) for number in expected]
    assert pool.solvency is Solvency[solvency]


FENCED = """
 margin  position        mark    equity  maintenance  health   usage        tier
    300  +0.100@60000   58000    100.00        23.20   76.80   29/125       1
    300  -1.000@60000   60100    200.00       250.50  -50.50   501/400      2
   3000  +1.000@60000   58000   1000.00       240.00  760.00   6/25         2
"""


@pytest.mark.parametrize("row", [line.split() for line in FENCED.strip().splitlines()[1:]], ids=" ".join)
def test_one_fence(row: list[str]) -> None:
    margin, position, mark, equity, maintenance, health, usage, tier = row
    size, entry = position.split("@")
    account = Account(venue="demo", wallet={"USDT": D(10_000)})
    account = account.open(BTC, size, entry_price=entry, leverage=20, isolated_margin=margin)
    found = assessed(account, btc=mark)
    (figures,) = found.positions
    assert (figures.isolated_equity, figures.maintenance_margin, figures.health) == (
        D(equity),
        D(maintenance),
        D(health),
    )
    assert (figures.maintenance_usage, figures.tier) == (Fraction(usage), int(tier))
    pool = found.ring("pool USDT")
    assert (pool.equity, pool.maintenance_margin, pool.available_balance) == (10_000, 0, 10_000)
    assert found.total("USDT").total_equity == 10_000 + D(equity)


def test_effective_leverage_is_notional_over_equity() -> None:
    account = Account(venue="demo", wallet={"USDT": D(10_000)}).open(
        BTC, "1", entry_price="60000", leverage=20
    )
    assert assessed(account, btc="58000").total("USDT").effective_leverage == Fraction(58_000, 8_000)


def test_an_unknown_leverage_leaves_initial_margin_unknown() -> None:
    account = Account(venue="demo", wallet={"USDT": D(10_000)}).open(BTC, "1", entry_price="60000")
    pool = assessed(account, btc="58000").ring("pool USDT")
    assert (pool.initial_margin, pool.available_balance, pool.withdrawable) == (None, None, None)


def test_a_third_of_a_value_stays_exact() -> None:
    account = Account(venue="demo", wallet={"USDT": D(10_000)}).open(
        BTC, "0.1", entry_price="10000", leverage=3
    )
    pool = assessed(account, btc="10000").ring("pool USDT")
    assert pool.initial_margin == Fraction(1000, 3)
    assert pool.available_balance == 10_000 - Fraction(1000, 3)


def test_an_inverse_contract_pays_coin() -> None:
    flat = TierTable(COIN, (Tier(D(0), None, D("0.005"), D(0)),), TierBasis.SETTLE)
    account = Account(
        venue="demo",
        wallet={"BTC": D("0.1")},
        tiers={COIN: flat},
        instruments={COIN: InstrumentTerms(None, D(100))},
    ).open(COIN, "300", entry_price="60000", leverage=10)
    pool = assessed(account, coin="50000").ring("pool BTC")
    assert pool.equity == Fraction(1, 10) + Fraction(30_000, 60_000) - Fraction(30_000, 50_000)
    assert pool.maintenance_margin == Fraction(30_000, 50_000) * Fraction(5, 1000)


def test_tiers_measured_in_size_refuse_deductions() -> None:
    """A deduction that joins tiers of coin value is not one of face value: maintenance came out negative."""
    rows = [(D(0), D(1_000), D("0.01"), None), (D(1_000), None, D("0.05"), None)]
    wrong = TierTable(COIN, joined(rows), TierBasis.QUOTE)
    account = Account(
        venue="demo",
        wallet={"BTC": D(1)},
        tiers={COIN: wrong},
        instruments={COIN: InstrumentTerms(None, D(100))},
    ).open(COIN, "300", entry_price="60000")
    with pytest.raises(BadTiers):
        assessed(account, coin="60000")
    right = replace(account, tiers={COIN: replace(wrong, basis=TierBasis.SETTLE)})
    assert assessed(right, coin="60000").ring("pool BTC").maintenance_margin == Fraction(1, 200)


def test_a_multi_asset_pool_values_what_is_owned_low_and_what_is_owed_high() -> None:
    rates = {
        "USDT": CollateralRate(price=D(1), haircut=D("0.01"), markup=D("0.02")),
        "BTC": CollateralRate(price=D(50_000), haircut=D("0.05"), markup=D("0.05")),
    }
    account = Account(venue="demo", wallet={"BTC": D(1), "USDT": D(100)}, multi_asset=True, collateral=rates)
    account = account.open(BTC, "1", entry_price="60000", leverage=10)
    pool = assessed(account, btc="59000").ring("pool USD")
    # 1 BTC x 50000 x 0.95, and 100 - 1000 = -900 USDT x 1.02; (59000 x 0.5 % - 50) x 1.02
    assert pool.equity == D("47500") - D("918")
    assert pool.maintenance_margin == D("245") * D("1.02")
