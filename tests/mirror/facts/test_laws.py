"""Laws that hold for every book: cross and isolated, money times a constant, and that None is never zero."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ringfence.domain.account import Account, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.exact.ring import Book, prepare
from ringfence.mirror.facts import Facts, MarketFacts, Standing
from ringfence.mirror.measured.gather import Knowledge, Quote, gather
from ringfence.mirror.model import Action, Intent, Lane
from ringfence.venues.registry import rules
from tests.mirror.facts.books import BTC, ETH, NOW, account, facts_of, held, intent, market, past, rescue_1

SIDES = st.sampled_from(list(Side))
MONEY = st.integers(500, 20_000).map(Decimal)
MARKS = st.integers(55_000, 65_000).map(Decimal)
SIZES = st.integers(1, 30).map(lambda number: Decimal(number) / 10)
PAST = past(24 * 100)
QUICK = settings(max_examples=60, deadline=None)


def isolated(side: Side, size: Decimal, margin: Decimal, wallet: Decimal) -> Book:
    stated = replace(account(wallet), positions=(held(side=side, contracts=size, margin=margin),))
    return prepare(stated, rules("demo"), on="2026-11-22")


def alive(found: Facts) -> bool:
    return found.before.distance != 0


@given(SIDES, SIZES, MONEY, MONEY, MARKS)
@QUICK
def test_cross_is_never_nearer_than_isolated_for_one_position(
    side: Side, size: Decimal, margin: Decimal, spare: Decimal, mark: Decimal
) -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, isolated(side, size, margin, spare), market(mark))
    assume(alive(found))
    assert found.after.at_risk > found.before.at_risk or not found.after.liquidatable
    if found.after.liquidatable:
        assert found.after.distance >= found.before.distance
    if found.keep is not None:
        assert 0 < found.keep.fraction < 1
        now = Fraction(mark)
        assert abs(Fraction(found.keep.liquidation_price) - now) >= abs(_wanted(found) - now)


def _wanted(found: Facts) -> Fraction:
    return Fraction(found.after.threshold or 0) or Fraction(1, 100)


@given(SIDES, SIZES, MONEY, MONEY, MONEY, MARKS)
@QUICK
def test_the_spare_balance_does_not_move_an_isolated_price(
    side: Side, size: Decimal, margin: Decimal, one: Decimal, other: Decimal, mark: Decimal
) -> None:
    poor, rich = (
        facts_of(Action.MOVE_STOP, isolated(side, size, margin, wallet), market(mark), stop_to=mark)
        for wallet in (one, other)
    )
    assert (poor.before.threshold, poor.before.at_risk) == (rich.before.threshold, rich.before.at_risk)


@given(SIDES, SIZES, MONEY, MARKS)
@QUICK
def test_a_fence_of_the_whole_wallet_has_the_cross_price(
    side: Side, size: Decimal, wallet: Decimal, mark: Decimal
) -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, isolated(side, size, wallet, Decimal(0)), market(mark))
    assert found.before.threshold == found.after.threshold
    assert found.before.at_risk == found.after.at_risk
    assert (found.lane, found.rescue, found.keep) == (Lane.NEUTRAL, False, None)


@given(SIDES, SIZES, MONEY, MONEY, MARKS)
@QUICK
def test_the_closed_formula_of_the_share_to_keep(
    side: Side, size: Decimal, margin: Decimal, spare: Decimal, mark: Decimal
) -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, isolated(side, size, margin, spare), market(mark))
    assume(alive(found) and found.keep is not None and found.after.threshold is not None)
    assert found.keep is not None
    sign, equity = side.sign, Fraction(found.before.ring_equity)
    way = abs(Fraction(mark) - (1 - sign * Fraction(5, 1_000)) * Fraction(found.after.threshold))
    assert Fraction(found.keep.fraction) == equity / (Fraction(size) * way)


@given(SIDES, st.integers(1, 999), MONEY, MARKS)
@QUICK
def test_a_smaller_size_is_the_reduce_lane_in_any_mode(
    side: Side, permille: int, margin: Decimal, mark: Decimal
) -> None:
    for fence in (margin, None):
        stated = replace(account(9_000), positions=(held(side=side, margin=fence),))
        book = prepare(stated, rules("demo"), on="2026-11-22")
        found = facts_of(Action.REDUCE, book, market(mark), contracts=Decimal(permille) / 1_000)
        assert found.lane is Lane.REDUCE


def scaled_account(one: Account, by: int) -> Account:
    positions = tuple(
        replace(
            held_, contracts=held_.contracts * by,
            isolated_margin=None if held_.isolated_margin is None else held_.isolated_margin * by,
        )
        for held_ in one.positions
    )  # fmt: skip
    return replace(
        one, positions=positions, wallet={asset: money * by for asset, money in one.wallet.items()}
    )


def scaled_intent(one: Intent, by: int) -> Intent:
    amounts = {name: getattr(one, name) for name in ("contracts", "amount", "margin")}
    return replace(one, **{name: value * by for name, value in amounts.items() if value is not None})


INTENTS = (
    intent(Action.SWITCH_TO_CROSS),
    intent(Action.ADD_MARGIN, amount=700),
    intent(Action.REMOVE_MARGIN, amount=100),
    intent(Action.INCREASE, side=Side.LONG, contracts="0.3"),
    intent(Action.REDUCE, contracts="0.3"),
    intent(Action.CHANGE_LEVERAGE, leverage=12),
    intent(Action.MOVE_STOP, stop_from=57_600, stop_to=57_500),
    intent(Action.TRANSFER, asset="USDT", amount=500),
)
SAME = ("lane", "side", "adverse", "danger", "rescue", "inv_breached", "flat", "danger_anywhere", "pool_used",
        "chance", "chance_horizon")  # fmt: skip
SHARES = (
    "distance", "effective_leverage", "account_leverage", "liquidation_price", "threshold", "entry_price",
)  # fmt: skip
MONEYS = (
    "at_risk", "ring_equity", "ring_maintenance", "notional", "account_equity", "contracts", "stress_loss",
    "joint_stress_loss", "net_exposure",
)  # fmt: skip


@pytest.mark.parametrize("asked", INTENTS, ids=lambda one: one.action.value)
@pytest.mark.parametrize("by", [3, 1_000])
@pytest.mark.parametrize("mark", [57_400, 58_000, 61_000])
def test_money_times_a_constant_changes_no_judgement(asked: Intent, by: int, mark: int) -> None:
    base = rescue_1()
    more = prepare(scaled_account(base.account, by), base.rules, on=base.on)
    known = Knowledge(now_ms=NOW, pasts={BTC: PAST}, target=Decimal(62_000))
    one = gather(asked, base, market(mark), known)
    other = gather(scaled_intent(asked, by), more, market(mark), known)
    for name in SAME:
        assert getattr(one, name) == getattr(other, name), name
    for moment in ("before", "after"):
        small, large = getattr(one, moment), getattr(other, moment)
        for name in SHARES:
            assert getattr(small, name) == getattr(large, name), name
        for name in MONEYS:
            value = getattr(small, name)
            assert getattr(large, name) == (None if value is None else value * by), name
    if one.keep is not None:
        assert other.keep is not None
        assert one.keep.fraction == other.keep.fraction


UNKNOWN = {
    "fee": ("market.fee_rate", "market.fee_round_trip", "before.loss_at_invalidation", "close_cost"),
    "past": ("market.sigma_hour", "market.sigma_day", "market.atr_hour", "before.stress_loss",
             "before.joint_stress_loss", "chance_horizon"),
    "quote": ("market.spread", "market.move_15m_z"),
    "trades": ("history.opens_2h", "history.deposits_7d", "history.day_pnl", "history.win_streak"),
    "level": ("invalidation", "before.loss_at_invalidation", "before.open_losses", "inv_breached"),
    "target": ("chance",),
}  # fmt: skip


def test_what_nobody_said_is_none_and_never_zero() -> None:
    found = facts_of(Action.SWITCH_TO_CROSS, at=market(fee=None))
    for names in UNKNOWN.values():
        for path in names:
            value: object = found
            for name in path.split("."):
                value = getattr(value, name)
            assert value is None, path
    assert found.history.known is False


def test_no_number_of_the_facts_is_a_float() -> None:
    known = Knowledge(
        now_ms=NOW,
        pasts={BTC: PAST},
        target=Decimal(62_000),
        quotes={BTC: Quote(Decimal(1), Decimal(57_900))},
    )
    found = facts_of(Action.SWITCH_TO_CROSS, at=market(fee="0.0005"), known=known)
    assert _floats(found) == []
    assert found.market.move_15m_z is not None


def _floats(value: object, path: str = "facts") -> list[str]:
    if isinstance(value, float):
        return [path]
    if is_dataclass(value):
        return [
            bad for one in fields(value) for bad in _floats(getattr(value, one.name), f"{path}.{one.name}")
        ]
    if isinstance(value, tuple | list):
        return [bad for number, one in enumerate(value) for bad in _floats(one, f"{path}[{number}]")]
    if isinstance(value, dict):
        return [bad for key, one in value.items() for bad in _floats(one, f"{path}.{key}")]
    return []


@given(
    st.lists(
        st.tuples(st.sampled_from([BTC, ETH]), SIDES, SIZES, st.booleans()),
        max_size=2,
        unique_by=lambda o: o[0],
    ),
    MARKS,
)
@QUICK
def test_facts_come_for_every_book(rows: list[tuple[str, Side, Decimal, bool]], mark: Decimal) -> None:
    prices = {BTC: Decimal(60_000), ETH: Decimal(2_500)}
    positions = tuple(_position(prices[symbol], *row) for row in rows for symbol in [row[0]])
    book = prepare(replace(account(30_000), positions=positions), rules("demo"), on="2026-11-22")
    at = Market({BTC: mark, ETH: Decimal(2_500)}, rates=market().rates)
    for asked in (
        intent(Action.REDUCE, symbol=rows[0][0], contracts="0.1") if rows else intent(Action.SWITCH_TO_CROSS),
        intent(Action.TRANSFER, symbol=None, asset="USDT", amount=10),
        intent(Action.CHANGE_LEVERAGE, symbol=ETH, leverage=5),
    ):
        found = gather(asked, book, at, Knowledge(now_ms=NOW, pasts={BTC: PAST}))
        assert isinstance(found.after, Standing)
        assert isinstance(found.market, MarketFacts)
        assert found.flat is (not rows)
        assert found == gather(asked, book, at, Knowledge(now_ms=NOW, pasts={BTC: PAST}))


def _position(price: Decimal, symbol: str, side: Side, size: Decimal, fenced: bool) -> Position:
    mode = MarginMode.ISOLATED if fenced else MarginMode.CROSS
    margin = size * price / 20 if fenced else None
    return Position(
        symbol, side, size, entry_price=price, margin_mode=mode, leverage=Decimal(20), isolated_margin=margin
    )
