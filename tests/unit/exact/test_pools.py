"""Which pools an account has, and what an assessment may cost."""

from __future__ import annotations

import cProfile
import pstats
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, CollateralRate, Order, Position, Side
from ringfence.domain.market import Market
from ringfence.errors import UnknownSymbol
from ringfence.exact.assess import Assessment, Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.venues import registry

RULES = registry.rules("binance_usdm")
BTC = "BTC/USDT:USDT"
MARKS = Market({BTC: Decimal(100)})


def assessed(account: Account, market: Market = MARKS) -> Assessment:
    return assess(prepare(account, RULES, on="2026-10-01"), market)


def test_orders_alone_hold_margin_in_the_pool_they_settle_in() -> None:
    order = Order(BTC, "buy", Decimal(2), Decimal(90), leverage=Decimal(10))
    (pool,) = assessed(Account(venue="binance_usdm", orders=(order,))).rings
    assert (pool.name, pool.initial_margin, pool.available_balance) == ("pool USDT", 18, 0)
    assert pool.solvency is Solvency.SOUND, "without a position there is nothing to liquidate"


def test_orders_in_another_asset_of_a_multi_asset_pool_count_at_its_ask_rate() -> None:
    order = Order(BTC, "buy", Decimal(2), Decimal(90), leverage=Decimal(10))
    rates = {
        "USDC": CollateralRate(Decimal(1)),
        "USDT": CollateralRate(Decimal("0.99"), markup=Decimal("0.01")),
    }
    account = Account(
        venue="binance_usdm",
        wallet={"USDC": Decimal(100)},
        orders=(order,),
        multi_asset=True,
        collateral=rates,
    )
    (pool,) = assessed(account).rings
    assert pool.initial_margin == Fraction(18) * Fraction(99, 100) * Fraction(101, 100)


def test_maintenance_of_unlisted_positions_is_not_lost_without_a_wallet() -> None:
    (pool,) = assessed(Account(venue="binance_usdm", other_maintenance={"USDT": Decimal(7)})).rings
    assert (pool.maintenance_margin, pool.health) == (7, -7)


def test_quotients_are_exact_and_worked_out_on_demand() -> None:
    account = Account(venue="binance_usdm", wallet={"USDT": Decimal(7)})
    account = account.open(BTC, "1", entry_price=100).open(
        "ETH/USDT:USDT", "-1", entry_price=100, isolated_margin=3
    )
    said = assessed(account, Market({BTC: Decimal(100), "ETH/USDT:USDT": Decimal(100)}))
    cross, alone = said.positions
    assert (cross.maintenance_usage, alone.maintenance_usage) == (None, Fraction(4, 30))
    assert [ring.maintenance_usage for ring in said.rings] == [Fraction(4, 70), Fraction(4, 30)]
    assert said.total("USDT").effective_leverage == Fraction(200, 10)
    broke = assessed(account, Market({BTC: Decimal(93), "ETH/USDT:USDT": Decimal(103)}))
    assert [ring.maintenance_usage for ring in broke.rings] == [None, None]
    assert broke.total("USDT").effective_leverage is None


def test_an_assessment_of_five_positions_stays_cheap() -> None:
    """Function calls, not seconds: the count is the same on every machine, bench/ has the seconds."""
    account, marks = Account(venue="binance_usdm", wallet={"USDT": Decimal(100_000)}), {}
    for base in ("BTC", "ETH", "DOGE", "NEAR", "WLD"):
        account = account.open(f"{base}/USDT:USDT", "3", entry_price=100, leverage=10)
        marks[f"{base}/USDT:USDT"] = Decimal(99)
    book, market = prepare(account, RULES, on="2026-10-01"), Market(marks)
    assess(book, market)
    profile = cProfile.Profile()
    profile.runcall(assess, book, market)
    calls = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    assert calls < 260, f"{calls} function calls; find what is computed twice"


def test_a_position_is_found_by_what_it_is_and_a_foreign_one_is_named() -> None:
    account = Account(venue="demo", wallet={"USDT": "1000"}).open(BTC, "+0.1", entry_price="60000")
    book = prepare(account, registry.rules("demo"), on="2026-11-22")
    same = Position(BTC, Side.LONG, Decimal("0.1"), entry_price=Decimal(60000))
    assert book.ring_of(same).name == "pool USDT"
    with pytest.raises(UnknownSymbol, match="no such position"):
        book.ring_of(replace(same, side=Side.SHORT))
