"""Shocks: a ring that died on the way of a move stays dead, though it would stand again at its end."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import Account, CollateralRate
from ringfence.domain.market import Market
from ringfence.exact.ring import prepare
from ringfence.solve.shock import outcomes, passed, shocked
from ringfence.venues.registry import rules

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


def test_a_linear_book_is_read_off_its_end() -> None:
    account = Account(venue="demo", wallet={"USDT": "1000"}).open(BTC, "+0.1", entry_price="60000")
    book = prepare(account, rules("demo"), on="2026-11-22")
    market = Market({BTC: "60000"})
    assert passed(book, market, leader=BTC, move=Decimal("-0.5"), follow=True) == frozenset()
    (pool,) = outcomes(book, market, shocked(book, market, leader=BTC, move=Decimal("-0.5"), follow=True))
    assert pool.liquidated
    assert pool.loss == 1000
    assert pool.shortfall == Decimal("2000")


def test_what_died_on_the_way_is_dead() -> None:
    """A coin whose collateral falls with it: walked, because health may come back along the line."""
    account = Account(
        venue="demo", multi_asset=True, wallet={"BTC": "2"},
        collateral={"BTC": CollateralRate(mark_of=BTC), "USDT": CollateralRate(price="1")},
    ).open(BTC, "+2.5", entry_price="60000")  # fmt: skip
    book = prepare(account, rules("demo"), on="2026-11-22")
    market = Market({BTC: "60000"})
    deep, shallow = Decimal("-0.9"), Decimal("-0.1")
    assert passed(book, market, leader=BTC, move=deep, follow=True) == {"pool USD"}
    assert passed(book, market, leader=BTC, move=shallow, follow=True) == frozenset()
    end = shocked(book, market, leader=BTC, move=shallow, follow=True)
    (alive,) = outcomes(book, market, end)
    (dead,) = outcomes(book, market, end, died=frozenset({"pool USD"}))
    assert not alive.liquidated
    assert (dead.liquidated, dead.equity_after, dead.loss) == (True, 0, 120000)
