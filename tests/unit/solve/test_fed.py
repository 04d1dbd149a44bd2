"""Automatic top-up: a fed fence does not bound the loss, and its price is the one before any top-up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, MarginMode, Order, Position
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierTable
from ringfence.errors import NotSupported, UnknownField
from ringfence.exact.ring import prepare
from ringfence.solve.arrange import in_pool
from ringfence.solve.explain import explain_twin
from ringfence.solve.twins import Twin, twin_of, twins
from ringfence.venues import registry

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
D = Decimal
MARKET = Market({BTC: D(58_000), ETH: D(2_500)})
FLAT = {s: TierTable(s, (Tier(D(0), None, D("0.005"), D(0), D(100)),), source="flat") for s in (BTC, ETH)}


def book(*, fed: bool = True, wallet: str = "7000", venue: str = "binance_usdm") -> Account:
    account = Account(venue=venue, wallet={"USDT": D(wallet)}, tiers=FLAT)
    account = account.open(BTC, 1, entry_price=60_000, leverage=20, isolated_margin=3_000)
    return replace(account, positions=(replace(account.positions[0], auto_add_margin=fed),))


def shown(account: Account) -> Twin:
    return twin_of(prepare(account, registry.rules(account.venue), on="2026-11-22"), MARKET)


def test_what_the_pool_has_available_can_be_lost_too() -> None:
    plain, fed = shown(book(fed=False)), shown(book())
    assert plain.most_to_lose == {"USDT": 1_000}
    assert fed.most_to_lose == {"USDT": 8_000}
    assert [one.at_risk for one in fed.positions] == [8_000]
    assert fed.liquidation_price(BTC) == plain.liquidation_price(BTC), "the price before any top-up"
    assert fed.positions[0].margin == 3_000, "the fence itself is what it was"


def test_resting_orders_keep_their_margin_out_of_it() -> None:
    order = Order(ETH, "buy", D(10), D(2_000), leverage=D(10))
    fed = shown(replace(book(), orders=(order,)))
    assert fed.most_to_lose == {"USDT": 1_000 + 7_000 - 2_000}


def test_a_pool_with_positions_never_loses_more_than_its_equity() -> None:
    account = book().open(ETH, 2, entry_price=2_500, leverage=10)
    fed = shown(account)
    # The long in the pool is covered by more than it can cost: 5 000 of 7 000; the fence can take 6 500.
    assert shown(book(fed=False).open(ETH, 2, entry_price=2_500, leverage=10)).most_to_lose == {"USDT": 6_000}
    assert fed.most_to_lose == {"USDT": 1_000 + 7_000}
    assert [one.at_risk for one in fed.positions] == [1_000 + 6_500, 5_000]


def test_two_fed_fences_share_what_there_is_once() -> None:
    account = book().open(ETH, 2, entry_price=2_500, leverage=10, isolated_margin=500)
    one, two = account.positions
    fed = shown(replace(account, positions=(one, replace(two, auto_add_margin=True))))
    assert fed.most_to_lose == {"USDT": 1_000 + 500 + 7_000}
    assert [position.at_risk for position in fed.positions] == [8_000, 7_500]


def test_without_leverage_all_of_the_pool_counts() -> None:
    account = book().open(ETH, "0.1", entry_price=2_500)
    assert shown(account).most_to_lose == {"USDT": 1_000 + 7_000}


def test_the_workings_say_what_can_follow() -> None:
    line = explain_twin(shown(book()), MARKET).of("most_to_lose.USDT")[0]
    assert line.value == 8_000
    assert f"what the pool can feed into fence {BTC} long: 7000" in line.how


def test_in_cross_the_flag_means_nothing_and_is_refused() -> None:
    both = twins(book(), MARKET, registry.rules("binance_usdm"), on="2026-11-22")
    assert [one.auto_add_margin for one in both.cross.account.positions] == [False]
    assert both.isolated.most_to_lose == both.cross.most_to_lose == {"USDT": 8_000}
    assert in_pool(book().positions[0]).margin_mode is MarginMode.CROSS
    with pytest.raises(UnknownField) as told:
        Position(BTC, "long", D(1), entry_price=D(1), auto_add_margin=True)  # type: ignore[arg-type]
    assert told.value.path == "auto_add_margin"


def test_a_venue_that_feeds_no_fence_refuses_the_flag() -> None:
    with pytest.raises(NotSupported) as told:
        shown(book(venue="demo"))
    assert told.value.path == "positions[0].auto_add_margin"
    assert told.value.hint == "write auto_add_margin = false"


def test_the_price_is_the_exact_one_of_the_fence() -> None:
    price = shown(book()).liquidation_price(BTC)
    assert price.threshold == Fraction(57_000 * 1_000, 995)  # type: ignore[union-attr]
