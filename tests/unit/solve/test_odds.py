"""Driftless odds: the numbers of the seed claims A05, A07 and B19."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierTable
from ringfence.errors import NotSupported, OutOfRange
from ringfence.exact.ring import Book, prepare
from ringfence.solve.odds import Odds, barrier_odds, bet_on, break_even, expected_value
from ringfence.venues import registry

BTC = "BTC/USDT:USDT"
D = Decimal


def rescue(margin: str | None) -> Book:
    flat = TierTable(BTC, (Tier(D(0), None, D("0.005"), D(0)),), source="flat")
    wallet = {"USDT": D(10_000 if margin is None else 7_000)}
    account = Account(venue="demo", wallet=wallet, tiers={BTC: flat})
    account = account.open(BTC, "1", entry_price="60000", leverage=20, isolated_margin=margin)
    return prepare(account, registry.rules("demo"), on="2026-11-22")


@pytest.mark.parametrize(
    ("margin", "liquidated_first", "forfeited"), [("3000", 0.84861, -243.07), (None, 0.34046, -85.54)]
)
def test_the_rescue(margin: str | None, liquidated_first: float, forfeited: float) -> None:
    book = rescue(margin)
    bet = bet_on(book, Market({BTC: D(58_000)}), book.account.positions[0], "62000")
    assert float(bet.odds.liquidation_first) == pytest.approx(liquidated_first, abs=5e-6)
    assert bet.odds.target_first + bet.odds.liquidation_first == 1
    assert bet.expected == 0, "what is won and lost at the trigger price is fair"
    assert float(bet.expected_forfeited) == pytest.approx(forfeited, abs=5e-3)
    assert bet.forfeited == bet.liquidation.threshold / 200, "what is left is the maintenance"
    assert bet.needed == (bet.loss + bet.forfeited) / (bet.loss + bet.forfeited + bet.gain)
    assert bet.gain == 4_000


def test_ten_per_cent_before_a_hundredfold_dies() -> None:
    """A stake of 0.01 at 100x, the price at 1: dead at 1 - 0.5025 %."""
    threshold = Fraction(99, 100) / Fraction(995, 1000)
    odds = barrier_odds(price=Fraction(1), liquidation=threshold, target=Fraction(11, 10))
    assert float(odds.target_first) == pytest.approx(0.047847, abs=5e-7)
    value = expected_value(odds, gain=Fraction(1, 10), loss=Fraction(1, 100))
    assert float(value * 100) == pytest.approx(-0.473684, abs=5e-7)
    tenfold = barrier_odds(price=Fraction(1), liquidation=threshold, target=Fraction(10))
    assert float(tenfold.target_first) == pytest.approx(0.000558, abs=5e-7)
    assert round(1 / tenfold.target_first) == 1792


def test_at_the_bankruptcy_price_the_bet_is_fair() -> None:
    odds = barrier_odds(price=Fraction(1), liquidation=Fraction(99, 100), target=Fraction(11, 10))
    assert expected_value(odds, gain=Fraction(1, 10), loss=Fraction(1, 100)) == 0


def test_the_break_even_share_with_fees() -> None:
    fee = Fraction(5, 10_000)
    won, lost = Fraction(1, 10) - fee - fee * Fraction(11, 10), Fraction(1, 100) + fee
    assert float(break_even(gain=won, loss=lost)) == pytest.approx(0.095934, abs=5e-7)


def test_a_short_waits_for_a_fall() -> None:
    assert barrier_odds(price="100", liquidation="110", target="80") == Odds(Fraction(1, 3), Fraction(2, 3))


@pytest.mark.parametrize(
    ("price", "liquidation", "target"), [("100", "90", "95"), ("100", "100", "110"), ("100", "110", "120")]
)
def test_a_price_outside_its_barriers_is_refused(price: str, liquidation: str, target: str) -> None:
    with pytest.raises(OutOfRange):
        barrier_odds(price=price, liquidation=liquidation, target=target)


def test_no_chance_is_good_enough_for_a_bet_without_gain() -> None:
    with pytest.raises(OutOfRange):
        break_even(gain=0, loss=1)


def test_a_bet_needs_a_liquidation_price_on_the_other_side() -> None:
    book = rescue("3000")
    with pytest.raises(NotSupported):
        bet_on(book, Market({BTC: D(58_000)}), book.account.positions[0], "50000")
