"""The lane of an intent, and the four judgements, on hand-made standings."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from ringfence.domain.account import Side
from ringfence.mirror.facts import Standing
from ringfence.mirror.measured import lane
from ringfence.mirror.model import Action, Lane
from tests.mirror.facts.books import ETH, book_of, facts_of, held, intent, market

LONG = Standing(
    side=Side.LONG, contracts=Decimal(2), entry_price=Decimal(100), unrealized_pnl=Decimal(-4),
    liquidatable=True, liquidation_price=Decimal(90), distance=Decimal("0.1"), at_risk=Decimal(20),
    ring_equity=Decimal(20), ring_maintenance=Decimal(1), account_notional=Decimal(196),
    effective_leverage=Decimal("9.8"), loss_at_invalidation=Decimal(6),
)  # fmt: skip


def lane_of(action: Action, after: Standing, before: Standing = LONG, **more: Any) -> Lane:
    return lane.lane_of(intent(action, **more), before, after)


def with_(**more: Any) -> Standing:
    return replace(LONG, **more)


@pytest.mark.parametrize(
    "grown",
    [
        {"at_risk": Decimal("20.01")},
        {"account_notional": Decimal("196.01")},
        {"effective_leverage": Decimal("9.81")},
        {"loss_at_invalidation": Decimal("6.01")},
    ],
)
def test_any_part_that_grows_makes_an_increase(grown: dict[str, Any]) -> None:
    assert lane_of(Action.SWITCH_TO_CROSS, with_(**grown)) is Lane.INCREASE
    assert lane_of(Action.SWITCH_TO_CROSS, LONG) is Lane.NEUTRAL
    shrunk = {name: value - 1 for name, value in grown.items()}
    assert lane_of(Action.SWITCH_TO_CROSS, with_(**shrunk)) is Lane.NEUTRAL


def test_a_smaller_position_is_a_reduction_whatever_else_grows() -> None:
    worse = with_(contracts=Decimal(1), effective_leverage=Decimal(40), loss_at_invalidation=Decimal(9))
    assert lane_of(Action.REDUCE, worse, contracts=1) is Lane.REDUCE
    assert lane_of(Action.HEDGE, worse) is Lane.REDUCE
    assert lane_of(Action.ADD_MARGIN, worse) is Lane.INCREASE


@pytest.mark.parametrize(("contracts", "expected"), [("-1", Lane.INCREASE), ("0", Lane.REDUCE)])
def test_turning_round_is_no_reduction(contracts: str, expected: Lane) -> None:
    assert lane_of(Action.REDUCE, with_(contracts=Decimal(contracts)), contracts=3) is expected


def test_a_change_that_cannot_be_worked_out_is_no_reduction_but_a_reduction() -> None:
    unknown = Standing(side=Side.LONG)
    assert lane_of(Action.INCREASE, unknown, contracts=1) is Lane.INCREASE
    assert lane_of(Action.SWITCH_TO_CROSS, unknown) is Lane.INCREASE
    assert lane_of(Action.REDUCE, unknown, contracts=2) is Lane.REDUCE
    assert lane_of(Action.REDUCE, unknown, contracts=9, reduce_only=True) is Lane.REDUCE
    assert lane_of(Action.REDUCE, unknown, contracts="2.01") is not Lane.REDUCE


@pytest.mark.parametrize(
    ("old", "new", "long", "short"),
    [
        (None, 95, Lane.REDUCE, Lane.REDUCE),
        (94, 95, Lane.REDUCE, Lane.INCREASE),
        (95, 94, Lane.INCREASE, Lane.REDUCE),
        (95, None, Lane.INCREASE, Lane.INCREASE),
        (95, 95, Lane.NEUTRAL, Lane.NEUTRAL),
    ],
)
def test_stops(old: int | None, new: int | None, long: Lane, short: Lane) -> None:
    found = [
        lane_of(Action.MOVE_STOP, LONG, with_(side=side), stop_from=old, stop_to=new)
        for side in (Side.LONG, Side.SHORT)
    ]
    assert found == [long, short]


def test_closing_a_leg_that_held_the_other_is_still_a_reduction() -> None:
    book = book_of(held(), held(ETH, "short", 20, 2_500), wallet=10_000)
    found = facts_of(Action.REDUCE, book, symbol=ETH, side=Side.SHORT)
    assert found.lane is Lane.REDUCE
    assert [one.in_pool for one in found.before.others] == [True]
    assert [one.in_pool for one in found.after.others] == [True]


@pytest.mark.parametrize("size", ["0.5", "1"])
def test_reducing_by_less_or_all(size: str) -> None:
    found = facts_of(Action.REDUCE, contracts=size)
    assert found.lane is Lane.REDUCE
    assert found.after.contracts == 1 - Decimal(size)


def test_a_reduction_larger_than_the_position() -> None:
    assert facts_of(Action.REDUCE, contracts="1.5").lane is Lane.INCREASE
    cut_off = facts_of(Action.REDUCE, contracts="1.5", reduce_only=True)
    assert (cut_off.lane, cut_off.after.contracts) == (Lane.REDUCE, 0)
    assert (cut_off.venue.standing, cut_off.venue.trouble, cut_off.after.at_risk) == ("accepted", "", 0)


@pytest.mark.parametrize(
    ("spread", "atr", "basis", "least"),
    [
        ("1", None, "spread", "2"),
        (None, "30", "ATR", "3"),
        ("1", "30", "spread and ATR", "3"),
        ("2", "30", "spread and ATR", "4"),
        (None, None, "sign", "0.01"),
    ],
)
def test_adverse_from_noise_on(spread: str | None, atr: str | None, basis: str, least: str) -> None:
    known = {"spread": spread and Decimal(spread), "atr_hour": atr and Decimal(atr)}
    at, inside = 100 - Decimal(least), 100 - Decimal(least) + Decimal("0.001")
    assert lane.adverse(LONG, at, **known) == lane.Adverse(True, basis)
    if basis != "sign":
        assert lane.adverse(LONG, inside, **known) == lane.Adverse(False, basis)
    assert lane.adverse(with_(unrealized_pnl=Decimal(0)), at, **known).holds is False
    assert lane.adverse(with_(unrealized_pnl=None), at, **known).holds is None


@pytest.mark.parametrize(
    ("distance", "at_entry", "maintenance", "expected"),
    [
        ("0.035", "0.1", "1", True),
        ("0.0351", "0.1", "1", False),
        ("0.1", "0.1", "10", True),
        ("0.1", "0.1", "9.99", False),
        ("0.01", None, "10", True),
        ("0.01", None, "9.99", None),
        ("0.1", "0.1", None, None),
    ],
)
def test_danger(distance: str, at_entry: str | None, maintenance: str | None, expected: bool | None) -> None:
    stood = with_(
        distance=Decimal(distance), ring_maintenance=None if maintenance is None else Decimal(maintenance)
    )
    assert lane.danger(stood, None if at_entry is None else Decimal(at_entry)) is expected


def test_what_nothing_liquidates_is_not_near() -> None:
    beyond = with_(liquidatable=False, distance=None, liquidation_price=None)
    assert lane.danger(beyond, Decimal("0.1")) is False
    assert lane.danger(with_(contracts=Decimal(0)), None) is False


RESCUED = with_(at_risk=Decimal("20.021"), distance=Decimal("0.11"))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, True),
        ({"at_risk": Decimal("20.02")}, False),
        ({"distance": Decimal("0.1")}, False),
        ({"contracts": Decimal("1.99")}, False),
        ({"contracts": Decimal(3)}, True),
        ({"contracts": Decimal(-3)}, False),
        ({"distance": None}, None),
        ({"at_risk": None}, None),
        ({"at_risk": None, "contracts": Decimal(1)}, False),
        ({"distance": None, "liquidatable": False}, True),
    ],
)
def test_rescue(changed: dict[str, Any], expected: bool | None) -> None:
    assert lane.rescue(LONG, replace(RESCUED, **changed), is_adverse=True) is expected
    assert lane.rescue(LONG, replace(RESCUED, **changed), is_adverse=False) is False


def test_rescue_with_an_unknown_part() -> None:
    assert lane.rescue(LONG, RESCUED, is_adverse=None) is None
    out_of_reach = with_(liquidatable=False, distance=None)
    assert lane.rescue(out_of_reach, RESCUED, is_adverse=True) is False


@pytest.mark.parametrize(("side", "mark", "expected"), [
    (Side.LONG, 95, True), (Side.LONG, 96, False), (Side.SHORT, 95, True), (Side.SHORT, 94, False),
])  # fmt: skip
def test_breached(side: Side, mark: int, expected: bool) -> None:
    assert lane.breached(side, Decimal(mark), Decimal(95)) is expected
    assert lane.breached(side, Decimal(mark), None) is None


def test_a_reduction_that_cannot_be_worked_out_is_still_the_reduce_lane() -> None:
    found = facts_of(Action.REDUCE, at=market(56_000), contracts="0.5")  # lost more than the fence holds
    assert (found.lane, found.after.at_risk) == (Lane.REDUCE, None)
    assert found.venue.trouble
