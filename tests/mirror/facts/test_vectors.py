"""The worked vectors of the specification: I02, B40, H-01, and what else an intent costs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Position, Side
from ringfence.errors import MissingField, OutOfRange
from ringfence.exact.ring import prepare
from ringfence.mirror.measured.gather import Knowledge, Quote
from ringfence.mirror.model import Action, Lane
from ringfence.venues.registry import rules
from tests.mirror.facts.books import (
    BTC,
    ETH,
    NOW,
    account,
    book_of,
    close_to,
    facts_of,
    held,
    market,
    past,
    rescue_1,
)


def test_i02_doubling_a_losing_cross_position() -> None:
    found = facts_of(Action.INCREASE, book_of(held(), wallet=10_000), side=Side.LONG, contracts=1)
    assert found.after.entry_price == 59_000
    assert close_to(found.after.threshold, "54271.3568")
    assert close_to(Fraction(found.before.distance) * 100, "13.3599")
    assert close_to(Fraction(found.after.distance) * 100, "6.4287")
    assert (found.before.effective_leverage, found.after.effective_leverage) == (
        Decimal("7.25"), Decimal("14.5"),
    )  # fmt: skip
    assert (found.lane, found.rescue, found.keep) == (Lane.INCREASE, False, None)


def test_b40_switching_to_isolated_can_liquidate_at_once() -> None:
    found = facts_of(Action.SWITCH_TO_ISOLATED, book_of(held(), wallet=10_000), market(57_200))
    assert found.venue.liquidated_at_once
    assert (found.after.ring_equity, found.after.ring_maintenance) == (200, 286)
    # With 3,086 equity equals maintenance, which is liquidated: the next step of the money grid survives.
    assert found.venue.least_margin == Decimal("3086.00000001")
    assert (found.after.distance, found.after.liquidatable) == (0, True)


@pytest.mark.parametrize(("margin", "lives"), [("3086.00000001", True), ("3086", False)])
def test_b40_the_least_margin_is_the_least(margin: str, lives: bool) -> None:
    found = facts_of(Action.MOVE_STOP, rescue_1(margin, 1_000), market(57_200), stop_to=57_100)
    assert (found.before.distance != 0) is lives


def test_h01_a_hedge_costs_three_fees_where_closing_costs_one() -> None:
    book = book_of(held(margin=3_000), hedged=True)
    found = facts_of(Action.HEDGE, book, market(fee="0.0005"), side=Side.SHORT, contracts=1, leverage=20)
    assert (found.close_cost, found.hedge_cost) == (29, 87)
    assert (found.side, found.before.contracts, found.after.contracts) == (Side.LONG, 1, 1)
    assert found.lane is Lane.INCREASE
    half = facts_of(Action.HEDGE, book, market(fee="0.0005"), side=Side.SHORT, contracts="0.5", leverage=20)
    assert (half.close_cost, half.hedge_cost) == (Decimal("14.5"), Decimal("43.5"))


def test_a_hedge_in_a_one_way_account_is_a_reduction() -> None:
    found = facts_of(Action.HEDGE, side=Side.SHORT, contracts="0.5")
    assert (found.lane, found.after.contracts) == (Lane.REDUCE, Decimal("0.5"))


def test_a_hedge_by_another_instrument_is_about_the_position_it_hedges() -> None:
    found = facts_of(
        Action.HEDGE, book_of(held(), wallet=10_000), symbol=ETH, side=Side.SHORT, contracts=20, leverage=20,
        known=Knowledge(now_ms=NOW, pasts={BTC: past(), ETH: past(symbol=ETH, seed=8)}),
    )  # fmt: skip
    assert (found.before.symbol, found.market.symbol) == (BTC, BTC)
    assert found.market.partner == f"{ETH} short"
    assert found.market.beta_held == Decimal(50_000) / 58_000 or close_to(
        found.market.beta_held, str(50_000 / 58_000)
    )
    assert found.market.correlation is not None
    assert abs(found.market.correlation) < Decimal("0.1")  # two independent walks
    assert found.hedge_cost is None
    assert found.after.effective_leverage > found.before.effective_leverage


def test_the_loss_at_a_level() -> None:
    known = Knowledge(now_ms=NOW, quotes={BTC: Quote(spread=Decimal(2))})
    found = facts_of(
        Action.MOVE_STOP, at=market(fee="0.0005", funding_rate=Decimal("0.0001")), known=known,
        stop_from=57_500, stop_to=57_400,
    )  # fmt: skip
    funding = Decimal("5.8") * 3  # 58,000 x 0.01 %, three times in the 24 h
    assert found.stop_loss_before == 500 + Decimal("28.75") + funding + 1
    assert found.stop_loss_after == 600 + Decimal("28.70") + funding + 1
    assert found.lane is Lane.INCREASE


def test_a_level_beyond_liquidation_loses_all_at_risk() -> None:
    found = facts_of(Action.MOVE_STOP, stop_from=57_500, stop_to=57_000)
    assert (found.stop_loss_before, found.stop_loss_after) == (500, 1_000)
    at_it = facts_of(Action.MOVE_STOP, at=market(), stop_from=57_500, stop_to="57286.43")
    assert at_it.stop_loss_after == 1_000


def test_a_level_that_is_the_threshold_loses_all_at_risk() -> None:
    book = rescue_1(3_285)  # (60,000 - 3,285) / 0.995 = 57,000
    found = facts_of(Action.MOVE_STOP, book, stop_from="57000.01", stop_to=57_000)
    assert found.before.threshold == 57_000
    assert (found.stop_loss_before, found.stop_loss_after) == (Decimal("999.99"), 1_285)


def test_funding_that_is_received_is_not_counted_on() -> None:
    at = market(funding_rate=Decimal("-0.0001"))
    found = facts_of(Action.MOVE_STOP, at=at, stop_from=57_500, stop_to=57_400)
    assert found.stop_loss_before == 500
    assert found.market.funding_day == Decimal("-17.4")


def test_without_a_stop_all_at_risk_is_lost() -> None:
    found = facts_of(Action.MOVE_STOP, stop_from=57_500, stop_to=None)
    assert (found.stop_loss_after, found.lane) == (1_000, Lane.INCREASE)


def test_an_unknown_fee_is_no_fee_of_zero() -> None:
    found = facts_of(Action.MOVE_STOP, at=market(fee=None), stop_from=57_500, stop_to=57_400)
    assert (found.stop_loss_before, found.market.fee_rate, found.market.fee_source) == (None, None, "")
    assert found.market.fee_round_trip is None


def test_the_fee_of_the_venue_list_is_named_as_such() -> None:
    stated = account(7_000).open(BTC, 1, entry_price=60_000, leverage=20, isolated_margin=3_000)
    from dataclasses import replace

    listed = replace(rules("demo"), list_rates={"taker_fee": Decimal("0.0005")})
    book = prepare(stated, listed, on="2026-11-22")
    found = facts_of(Action.MOVE_STOP, book, market(fee=None), stop_to=57_400)
    assert (found.market.fee_rate, found.market.fee_source) == (Decimal("0.0005"), "venue list")


def test_a_fence_that_is_fed_has_no_end() -> None:
    from dataclasses import replace

    fed = replace(rules("demo"), auto_top_up=True)
    one = Position(
        BTC, Side.LONG, Decimal(1), entry_price=Decimal(60_000), margin_mode=held(margin=1).margin_mode,
        leverage=Decimal(20), isolated_margin=Decimal(3_000), auto_add_margin=True,
    )  # fmt: skip
    book = prepare(replace(account(7_000), positions=(one,)), fed, on="2026-11-22")
    found = facts_of(Action.MOVE_STOP, book, stop_to=57_400)
    assert (found.auto_add_margin, found.before.at_risk) == (7_000, 8_000)
    assert facts_of(Action.MOVE_STOP, stop_to=57_400).auto_add_margin == 0


def test_removing_margin() -> None:
    found = facts_of(Action.REMOVE_MARGIN, rescue_1(6_000, 4_000), amount=500)
    assert (found.margin_released, found.after.margin) == (500, 5_500)
    assert (found.lane, found.rescue) == (Lane.INCREASE, False)
    assert found.venue.least_margin == Decimal("2290.00000001")  # 290 of maintenance, 2,000 lost


def test_a_refused_change_still_shows_the_account_as_it_would_be() -> None:
    stated = account(7_000).open(BTC, 1, entry_price=60_000, leverage=20, isolated_margin=3_000)
    from dataclasses import replace

    usdm = prepare(replace(stated, venue="binance_usdm"), rules("binance_usdm"), on="2026-11-22")
    found = facts_of(Action.SWITCH_TO_CROSS, usdm)
    assert (found.venue.standing, found.venue.code) == ("refused", "-4048")
    assert found.venue.clause
    assert found.after.at_risk == 8_000


def test_a_setting_while_flat_moves_nothing() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, book_of())
    assert (found.venue.standing, found.flat, found.lane) == ("accepted", True, Lane.NEUTRAL)
    assert (found.adverse, found.danger, found.rescue, found.orders_open) == (False, False, False, 0)
    assert found.keep is None


def test_what_the_intent_must_say() -> None:
    with pytest.raises(MissingField):
        facts_of(Action.ADD_MARGIN)
    with pytest.raises(MissingField):
        facts_of(Action.REDUCE, book_of())
    with pytest.raises(OutOfRange):
        facts_of(Action.SWITCH_TO_ISOLATED)


def test_a_withdrawal_from_an_unused_pool() -> None:
    found = facts_of(Action.TRANSFER, symbol=None, asset="USDT", amount=-1_000)
    assert (found.pool_used, found.lane, found.market.mark) == (False, Lane.NEUTRAL, None)
    assert found.before.contracts == 0


def test_stress_offsets_legs_only_where_everything_moves_together() -> None:
    pasts = {BTC: past(), ETH: past(symbol=ETH, seed=9)}
    book = book_of(held(), held(ETH, "short", 20, 2_500), wallet=10_000)
    known = Knowledge(now_ms=NOW, pasts=pasts)
    found = facts_of(Action.REDUCE, book, known=known, symbol=ETH, reduce_only=True)
    assert found.before.stress_loss > found.after.stress_loss
    assert found.after.joint_stress_loss > found.before.joint_stress_loss  # the leg held the other
    assert (found.before.net_exposure, found.after.net_exposure) == (8_000, 58_000)
    assert facts_of(Action.REDUCE, book, symbol=ETH).before.stress_loss is None


@pytest.mark.parametrize("side", list(Side))
def test_the_joint_stress_is_the_worse_of_both_ways(side: Side) -> None:
    known = Knowledge(now_ms=NOW, pasts={BTC: past()})
    found = facts_of(Action.MOVE_STOP, book_of(held(side=side.value), wallet=30_000), known=known, stop_to=1)
    assert found.market.sigma_day is not None
    assert found.before.joint_stress_loss == 2 * found.market.sigma_day * 58_000
    assert found.before.stress_loss == found.before.joint_stress_loss


def test_a_stress_that_liquidates_takes_all_that_is_left() -> None:
    known = Knowledge(now_ms=NOW, pasts={BTC: past()})
    found = facts_of(Action.MOVE_STOP, known=known, stop_to=1)
    assert found.before.stress_loss == found.before.joint_stress_loss == 1_000
