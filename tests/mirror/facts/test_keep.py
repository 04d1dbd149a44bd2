"""The share to keep on venues with tiers, fees in the requirement and lots."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, Side
from ringfence.domain.market import Market, Rates
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.ring import Book, prepare
from ringfence.mirror.facts import Facts
from ringfence.mirror.measured.gather import Knowledge, gather
from ringfence.mirror.model import Action
from ringfence.solve.liquidation import move_alone
from ringfence.venues.registry import rules
from tests.mirror.facts.books import BTC, NOW, book_of, facts_of, held, intent, market

STEPS = TierTable(
    BTC,
    (
        Tier(Decimal(0), Decimal(50_000), Decimal("0.004"), Decimal(0)),
        Tier(Decimal(50_000), Decimal(250_000), Decimal("0.005"), Decimal(50)),
        Tier(Decimal(250_000), None, Decimal("0.01"), Decimal(1_300)),
    ),
    source="three tiers",
)


def tiered(contracts: str, margin: str, wallet: str = "60000", side: str = "long") -> Book:
    stated = Account(venue="demo", wallet={"USDT": Decimal(wallet)}, tiers={BTC: STEPS})
    one = held(contracts=contracts, margin=margin, side=side)
    return prepare(replace(stated, positions=(one,)), rules("demo"), on="2026-11-22")


def liquidated_with(book: Book, at: Market, contracts: Decimal, fee: Decimal = Decimal(0)) -> Fraction | None:
    """The threshold once so much is kept and the rest closed at the mark, by building that account."""
    (one,) = book.account.positions
    mark, entry = at.mark(BTC), one.entry_price or Decimal(0)
    realised = (mark - entry) * one.side.sign * (one.contracts - contracts)
    smaller = replace(one, contracts=contracts, isolated_margin=(one.isolated_margin or 0) + realised)
    after = prepare(replace(book.account, positions=(smaller,)), book.rules, on=book.on)
    answer = move_alone(after, at, after.fences[0], BTC)
    hit = answer.below if one.side is Side.LONG else answer.above
    return None if hit is None else hit.threshold


@pytest.mark.parametrize(("contracts", "margin"), [("1", "3000"), ("3", "9000"), ("8", "24000")])
@pytest.mark.parametrize("side", ["long", "short"])
def test_with_tiers_the_share_is_the_largest_that_is_as_safe(contracts: str, margin: str, side: str) -> None:
    mark = market(58_500 if side == "long" else 61_500)
    book = tiered(contracts, margin, side=side)
    found = facts_of(Action.SWITCH_TO_CROSS, book, mark)
    assert found.keep is not None
    assert found.keep.contracts == _down(Fraction(found.keep.fraction) * Fraction(contracts))
    assert _as_safe(found, liquidated_with(book, mark, found.keep.contracts), side)
    more = found.keep.contracts + Decimal("0.0001")
    assert not _as_safe(found, liquidated_with(book, mark, more), side)


def _as_safe(found: Facts, threshold: Fraction | None, side: str) -> bool:
    if threshold is None:
        return True
    wanted = Fraction(found.after.threshold or 0)
    return threshold <= wanted if side == "long" else threshold >= wanted


def _down(value: Fraction) -> Decimal:
    whole = value * 10**8
    return Decimal(whole.numerator // whole.denominator).scaleb(-8)


def test_a_lot_rounds_down_and_says_so() -> None:
    known = Knowledge(now_ms=NOW, lots={BTC: Decimal("0.1")})
    found = facts_of(Action.SWITCH_TO_CROSS, known=known)
    assert found.keep is not None
    assert (found.keep.fraction, found.keep.contracts, found.keep.exact) == (
        Decimal("0.125"), Decimal("0.1"), False,
    )  # fmt: skip
    assert found.keep.liquidation_price < found.after.threshold  # smaller, so further away
    whole = facts_of(Action.SWITCH_TO_CROSS, known=Knowledge(now_ms=NOW, lots={BTC: Decimal(1)}))
    assert whole.keep is None


def test_the_fee_of_closing_the_rest_is_stated() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, at=market(fee="0.0005"))
    assert found.keep is not None
    assert found.keep.fee == Decimal("0.875") * 58_000 * Decimal("0.0005")
    unknown = facts_of(Action.SWITCH_TO_CROSS, at=market(fee=None))
    assert unknown.keep is not None
    assert unknown.keep.fee is None


def test_a_long_that_nothing_can_liquidate_afterwards() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, book_of(held(margin=3_000), wallet=90_000))
    assert (found.after.liquidatable, found.after.liquidation_price, found.after.distance) == (
        False,
        None,
        None,
    )
    assert found.rescue is True
    assert found.keep is not None
    # One cent is the lowest mark: 1,000 of equity over the way down to it.
    wanted = Fraction(1_000) / (58_000 - Fraction(995, 1_000) / 100)
    assert Fraction(found.keep.fraction) == wanted


def test_where_the_requirement_holds_a_fee_it_is_searched_on_lots() -> None:
    stated = Account(venue="bybit_linear", wallet={"USDT": Decimal(7_000)}, tiers={BTC: STEPS})
    stated = stated.open(BTC, 1, entry_price=60_000, leverage=20, isolated_margin=3_000)
    from ringfence.domain.account import InstrumentTerms

    stated = replace(stated, instruments={BTC: InstrumentTerms(taker_fee=Decimal("0.0006"))})
    book = prepare(stated, rules("bybit_linear"), on="2026-11-22")
    at = Market({BTC: Decimal(58_000)}, rates={BTC: Rates(taker_fee=Decimal("0.0006"))})
    known = Knowledge(now_ms=NOW, lots={BTC: Decimal("0.001")})
    found = gather(intent(Action.ADD_MARGIN, amount=2_000), book, at, known)
    assert found.keep is not None
    assert 0 < found.keep.contracts < 1
    assert found.keep.liquidation_price <= found.after.threshold
    assert found.keep.contracts % Decimal("0.001") == 0


def test_nothing_to_keep_where_nothing_is_bought() -> None:
    assert facts_of(Action.REMOVE_MARGIN, amount=100).keep is None
    assert facts_of(Action.REDUCE, contracts="0.5").keep is None
    assert (
        facts_of(Action.CHANGE_LEVERAGE, book_of(held(margin=6_000, leverage=10)), leverage=20).keep is None
    )
