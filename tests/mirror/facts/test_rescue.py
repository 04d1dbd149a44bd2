"""RESCUE-1 and its neighbours: the three numbers of the mirror, exactly as the specification has them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import MarginMode, Side
from ringfence.mirror.facts import Hostage
from ringfence.mirror.measured.gather import Knowledge
from ringfence.mirror.model import Action, Lane
from tests.mirror.facts.books import (
    BTC,
    ETH,
    NOW,
    book_of,
    close_to,
    facts_of,
    held,
    market,
    rescue_1,
)

TARGET = Knowledge(now_ms=NOW, target=Decimal(62_000))


def test_the_three_numbers() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, known=TARGET)
    assert found.chance is not None
    assert found.keep is not None
    assert found.chance.method == "driftless"
    assert found.chance.before == Fraction(398, 469)
    assert found.chance.after == Fraction(398, 1169)
    assert close_to(found.chance.before, "0.84861", "0.000005")
    assert close_to(found.chance.after, "0.34046", "0.000005")
    assert (found.before.at_risk, found.after.at_risk) == (1_000, 8_000)
    assert found.keep.fraction == Decimal("0.125")
    assert found.keep.exact
    assert (found.keep.contracts, found.keep.closes) == (Decimal("0.125"), Decimal("0.875"))


def test_the_liquidation_prices() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS)
    assert found.before.threshold == Fraction(11_400_000, 199)
    assert found.after.threshold == Fraction(10_000_000, 199)
    assert (found.before.liquidation_price, found.after.liquidation_price) == (
        Decimal("57286.43"), Decimal("50251.25"),
    )  # fmt: skip
    assert close_to(Fraction(found.before.distance) * 100, "1.2303")
    assert close_to(Fraction(found.after.distance) * 100, "13.3599")


def test_keeping_an_eighth_buys_the_same_liquidation_price() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS)
    assert found.keep is not None
    assert found.keep.liquidation_price == found.after.threshold
    kept = book_of(held(contracts="0.125", margin="1250"))  # 3,000 less 0.875 of the 2,000 that are lost
    smaller = facts_of(Action.MOVE_STOP, kept, stop_to=57_500)
    assert smaller.before.threshold == found.after.threshold


def test_the_judgements() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS)
    assert (found.lane, found.side) == (Lane.INCREASE, Side.LONG)
    assert (found.adverse, found.adverse_basis) == (True, "sign")
    assert found.danger is True  # 1.2303 % left of the 4.5226 % at entry
    assert found.rescue is True
    assert found.danger_anywhere is True
    assert (found.before.mode, found.after.mode) == (MarginMode.ISOLATED, MarginMode.CROSS)


def test_the_hostage_is_the_free_balance() -> None:
    assert facts_of(Action.SWITCH_TO_CROSS).hostages == (Hostage("balance", Decimal(7_000), "USDT"),)


def test_another_position_in_the_pool_is_a_hostage_too() -> None:
    book = book_of(held(margin=3_000), held(ETH, contracts=1, entry=2_500))
    found = facts_of(Action.SWITCH_TO_CROSS, book)
    assert found.hostages == (
        Hostage(f"{ETH} long", Decimal(2_500), "USDT"),
        Hostage("balance", Decimal(7_000), "USDT"),
    )
    assert facts_of(Action.SWITCH_TO_ISOLATED, book, symbol=ETH).hostages == ()
    assert facts_of(Action.CHANGE_LEVERAGE, book, symbol=ETH, leverage=5).hostages == ()  # in it already


def test_the_short_mirror() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, rescue_1(side="short"), market(62_000))
    assert close_to(found.before.threshold, "62686.5672")
    assert close_to(found.after.threshold, "69651.7413")
    assert found.rescue is True
    assert found.keep is not None
    # k = e / (q |P - (1 + m) P_liq1|)
    wanted = Fraction(1_000) / abs(62_000 - Fraction(1_005, 1_000) * Fraction(found.after.threshold))
    assert Fraction(found.keep.fraction) == wanted


def test_no_rescue_while_it_gains() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, at=market(61_000))
    assert (found.adverse, found.rescue, found.danger) == (False, False, False)


def test_adding_margin_is_a_rescue_and_cross_by_instalments() -> None:
    found = facts_of(Action.ADD_MARGIN, amount=1_000)
    assert found.rescue is True
    assert close_to(found.after.threshold, "56281.4070")  # B31: the size stays
    assert found.after.contracts == 1
    assert found.margin_released == 0
    assert found.keep is not None
    wanted = Fraction(1_000) / (58_000 - Fraction(995, 1_000) * Fraction(found.after.threshold))
    assert Fraction(found.keep.fraction) == wanted


def test_all_of_the_wallet_in_the_fence_has_the_cross_price() -> None:
    whole = facts_of(Action.MOVE_STOP, rescue_1(10_000, 0), stop_to=57_500)
    assert whole.before.threshold == Fraction(10_000_000, 199)


def test_a_lower_leverage_is_a_rescue_and_a_higher_one_releases_margin() -> None:
    lower = facts_of(Action.CHANGE_LEVERAGE, leverage=10)
    assert (lower.rescue, lower.after.margin) == (True, 6_000)
    raised = facts_of(Action.CHANGE_LEVERAGE, book_of(held(margin=6_000, leverage=10)), leverage=20)
    assert (raised.margin_released, raised.rescue, raised.lane) == (3_000, False, Lane.INCREASE)


def test_a_deposit_rescues_the_position_that_is_nearest() -> None:
    book = book_of(held(), held(ETH, contracts=1, entry=2_500), wallet=3_000)
    found = facts_of(Action.TRANSFER, book, symbol=None, asset="USDT", amount=1_000)
    assert (found.before.symbol, found.rescue, found.lane) == (BTC, True, Lane.INCREASE)
    assert (found.side, found.before.side) == (Side.LONG, Side.LONG)
    assert found.pool_used is True


@pytest.mark.parametrize(("mark", "danger"), [(59_900, False), (57_900, True)])
def test_danger_is_near_liquidation(mark: int, danger: bool) -> None:
    assert facts_of(Action.SWITCH_TO_CROSS, at=market(mark)).danger is danger


def test_the_leg_of_a_net_short_pool_is_liquidated_on_the_other_side() -> None:
    book = book_of(held(), held(side="short", contracts=2), wallet=10_000, hedged=True)
    found = facts_of(Action.MOVE_STOP, book, side=Side.LONG, stop_to=50_000)
    assert (found.before.liquidatable, found.before.liquidation_price) == (False, None)
    assert found.before.other_side_price is not None
    assert found.before.other_side_price > 60_000
    short = facts_of(Action.MOVE_STOP, book, side=Side.SHORT, stop_to=70_000)
    assert short.before.liquidation_price == found.before.other_side_price
    assert short.before.other_side_price is None


def test_a_winner_is_not_in_danger_though_its_way_is_not_known() -> None:
    winning = book_of(held(entry=57_000), held(ETH, contracts=1, entry=2_400), wallet=10_000)
    found = facts_of(Action.CHANGE_LEVERAGE, winning, leverage=5)
    assert (found.danger, found.danger_anywhere) == (None, False)
    losing = book_of(held(), held(ETH, contracts=1, entry=2_400), wallet=10_000)
    assert facts_of(Action.CHANGE_LEVERAGE, losing, leverage=5).danger_anywhere is None
