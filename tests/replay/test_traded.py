"""Orders that rest at prices fill by the traded price where it is given; the mark alone liquidates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

import ringfence as rf
from ringfence.domain.account import Account, Order
from ringfence.engine import begin
from ringfence.history.tape import Quotes, Tape, tape_of_rows
from ringfence.replay.scene import Scene, Stop, Within
from ringfence.replay.walk import walked
from ringfence.replay.world import Fill, World
from tests.replay.test_walk import BTC, HOUR, ON, STARTS, book, drawn

D = Decimal
QUIET: Quotes = (6_000_000, 6_050_000, 5_950_000, 6_000_000)
FIRST: Quotes = (6_000_000,) * 4


def tape(*rows: Quotes) -> Tape:
    """Bars of BTC in cents, after a first one that stands still."""
    bars = [FIRST, *rows]
    return tape_of_rows((BTC,), [HOUR * n for n in range(len(bars))], [bars], [2], step=HOUR)


def led(
    account: Account, mark: Tape, traded: Tape | None, stops: Sequence[Stop] = (), *, plain: bool = False
) -> tuple[World, ...]:
    rules = rf.rules(account.venue)
    scene = Scene(mark, rules, ON, traded=traded)
    return walked(scene, World(begin(account, rules), stops=tuple(stops)), bar_by_bar=plain)


def fills(world: World) -> list[tuple[str, D, D]]:
    return [(one.side, one.contracts, one.price) for one in world.log if isinstance(one, Fill)]


def long_one(wallet: str = "10000", size: str = "0.1") -> Account:
    return Account(venue="demo", wallet={"USDT": wallet}).open(BTC, size, entry_price="60000", leverage=10)


LADDER = (
    Order(BTC, "buy", "0.1", "58000", leverage=10),
    Order(BTC, "buy", "0.1", "57000", leverage=10),
    Order(BTC, "sell", "0.2", "62000", reduce_only=True),
)


def test_a_ladder_fills_by_the_traded_price_though_the_mark_never_comes_there() -> None:
    account = replace(long_one(), orders=LADDER)
    spike = tape((6_000_000, 6_300_000, 5_690_000, 6_000_000))
    assert [fills(world) for world in led(account, tape(QUIET), None)] == [[]]
    both = {world.within: world for world in led(account, tape(QUIET), spike)}
    bought = [("buy", D("0.1"), D(58_000)), ("buy", D("0.1"), D(57_000))]
    assert fills(both[Within.LOW_FIRST]) == [*bought, ("sell", D("0.2"), D(62_000))]
    low = both[Within.LOW_FIRST].state.account
    (left,) = low.positions
    # 0.3 cost 6,000 + 5,800 + 5,700; two thirds of that are sold for 12,400.
    assert (left.contracts, left.entry_cost) == (D("0.1"), D("17500") - D("11666.66666667"))
    assert low.wallet["USDT"] == 10_000 + 12_400 - D("11666.66666667")
    # The other way only 0.1 is open when 0.2 are to be sold: an order that reduces sells no more than that.
    high = both[Within.HIGH_FIRST]
    assert fills(high) == [("sell", D("0.1"), D(62_000)), *bought]
    assert high.state.account.positions[0].contracts == D("0.2")
    assert high.state.account.wallet["USDT"] == 10_200


def test_what_the_mark_reaches_and_nobody_trades_does_not_fill() -> None:
    account = replace(long_one(), orders=LADDER)
    wide = tape((6_000_000, 6_300_000, 5_690_000, 6_000_000))
    (world,) = led(account, wide, tape(QUIET))
    assert fills(world) == []
    assert world.state.orders == begin(account, rf.rules("demo")).orders


def test_a_stop_by_the_last_price_and_one_by_the_mark_are_triggered_apart() -> None:
    mark, last = (
        tape((6_000_000, 6_000_000, 5_790_000, 5_900_000)),
        tape((6_000_000, 6_000_000, 5_850_000, 5_900_000)),
    )
    stop = Stop(BTC, "sell", D("0.1"), D(58_000))
    (by_last,) = led(long_one(), mark, last, [stop])
    assert fills(by_last) == []
    (by_mark,) = led(long_one(), mark, last, [replace(stop, by_mark=True)])
    # After 2,000 of 2,100 of the mark's way down, 1,500 x 20/21 of the traded price's are behind.
    assert fills(by_mark) == [("sell", D("0.1"), D("58571.43"))]
    (wick,) = led(long_one(), last, mark, [stop])
    assert fills(wick) == [("sell", D("0.1"), D(58_000))]
    assert not any(fills(one) for one in led(long_one(), last, mark, [replace(stop, by_mark=True)]))


def test_a_wick_that_takes_the_stop_and_the_profit_is_told_in_both_orders() -> None:
    account = replace(long_one(), orders=(Order(BTC, "sell", "0.1", "63000", reduce_only=True),))
    stop = Stop(BTC, "sell", D("0.1"), D(57_500))
    wick = tape((6_000_000, 6_400_000, 5_700_000, 6_000_000))
    both = {one.within: one for one in led(account, tape(QUIET), wick, [stop])}
    assert set(both) == set(Within)
    assert both[Within.HIGH_FIRST].state.account.wallet["USDT"] == 10_300
    assert both[Within.LOW_FIRST].state.account.wallet["USDT"] == 9_750
    assert all(one.state.account.positions == () for one in both.values())


def test_a_traded_wick_fills_and_liquidates_nobody_and_the_mark_liquidates_without_a_trade() -> None:
    thin, deep = long_one("320"), tape((6_000_000, 6_000_000, 5_000_000, 6_000_000))
    (spared,) = led(thin, tape(QUIET), deep)
    assert not spared.deaths
    (dead,) = led(thin, deep, tape(QUIET))
    assert [one.ring.ring for one in dead.deaths] == ["pool USDT"]


def last_of(mark: Tape, seed: int) -> Tape:
    """Traded prices around a mark: each a little off, with a wick now and then; of the first two coins."""
    dice = random.Random(seed)
    columns: list[list[Quotes]] = [[], []]
    for bar in range(len(mark)):
        for own, (first, high, low, close) in zip(columns, mark.quotes(bar)[:2], strict=True):
            wick = dice.choice([0, 0, 0, 40])
            start, end = (one * dice.randint(995, 1005) // 1000 for one in (first, close))
            top = max(high * (1000 + wick) // 1000, start, end)
            own.append((start, top, max(min(low * (1000 - wick) // 1000, start, end), 1), end))
    return tape_of_rows(mark.symbols[:2], mark.ts, columns, mark.places[:2], step=mark.step)


@pytest.mark.parametrize("seed", range(8))
def test_boxes_and_bar_by_bar_tell_one_story_with_orders_and_traded_prices(seed: int) -> None:
    mark, account = drawn(seed, bars=60), book(seed)
    last, stops, orders = last_of(mark, seed), [], []
    for one in account.positions:
        start = D(STARTS[one.symbol]) / 100
        away, near = (start * (1 - one.side.sign * D(n) / 100) for n in (12, 6))
        beyond = start * (1 + one.side.sign * D(8) / 100)
        side, against = ("sell", "buy") if one.side.sign > 0 else ("buy", "sell")
        stops.append(Stop(one.symbol, side, one.contracts, away, by_mark=seed % 2 == 0))
        orders += [
            Order(one.symbol, side, one.contracts / 2, beyond, reduce_only=True),
            Order(one.symbol, against, one.contracts / 4, near, leverage=one.leverage),
        ]
    account = replace(account, orders=tuple(orders))
    fast, slow = (led(account, mark, last, stops, plain=plain) for plain in (False, True))
    assert [world.digest for world in fast] == [world.digest for world in slow]
    assert any(fills(world) for world in fast)
