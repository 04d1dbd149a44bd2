"""The boxed walk and the plain one tell one story; what a path does is what the exact engine says at it."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

import ringfence as rf
from ringfence.domain.account import Account, InstrumentTerms, Order
from ringfence.engine import begin, unbalanced
from ringfence.history.tape import Due, Quotes, Tape, rescaled, tape_of_marks, tape_of_rows
from ringfence.replay import walk
from ringfence.replay.replay import replay
from ringfence.replay.scene import Scene, Stop, Within
from ringfence.replay.walk import walked
from ringfence.replay.world import Fill, Funded, World
from ringfence.solve.arrange import arrangements

ON = "2026-11-22"
BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"
STARTS = {BTC: 6_000_000, ETH: 300_000, SOL: 15_000}
HOUR = 3_600_000


def drawn(seed: int, bars: int = 160, starts: Mapping[str, int] = STARTS) -> Tape:
    """Prices that jump and trend, and funding every eight bars."""
    dice = random.Random(seed)
    columns: list[list[Quotes]] = []
    for start in starts.values():
        rows, price = [], start
        for _ in range(bars):
            price = max(price * dice.randint(985, 1015) // 1000, 10)
            close = max(price * dice.randint(960, 1040) // 1000, 10)
            low = min(price, close) * dice.randint(955, 1000) // 1000
            high = max(price, close) * dice.randint(1000, 1045) // 1000
            rows.append((price, max(high, price, close), max(min(low, price, close), 1), close))
            price = close
        columns.append(rows)
    ts = [HOUR * number for number in range(bars)]
    tape = tape_of_rows(tuple(starts), ts, columns, [2] * len(starts), step=HOUR)
    dues = {
        symbol: tuple(
            Due(
                bar, ts[bar] + 3, Decimal(dice.randint(-300, 300)).scaleb(-5), tape.marks(bar, "open")[symbol]
            )
            for bar in range(8, bars, 8)
        )
        for symbol in starts
    }
    return replace(tape, funding=dues)


def book(seed: int, venue: str = "demo") -> Account:
    dice = random.Random(1_000 + seed)
    leverage = dice.choice([2, 3, 5, 10])
    table = rf.rules("demo").tier_table(BTC, on=ON)
    tiers = {symbol: replace(table, symbol=symbol) for symbol in STARTS}
    account = Account(
        venue=venue, wallet={"USDT": Decimal(dice.randint(2_000, 30_000))}, tiers=tiers,
        instruments=dict.fromkeys(STARTS, InstrumentTerms(taker_fee="0.00055")),
    )  # fmt: skip
    for symbol, start in STARTS.items():
        notional = dice.randint(2_000, 20_000)
        size = (Decimal(notional) * 100 / start).quantize(Decimal("0.001")) * dice.choice([1, -1])
        account = account.open(symbol, size, entry_price=Decimal(start) / 100, leverage=leverage)
    return account


def worlds(account: Account, tape: Tape, *, plain: bool, stops: Sequence[Stop] = ()) -> tuple[World, ...]:
    rules = rf.rules(account.venue)
    start = World(begin(account, rules), stops=tuple(stops))
    return walked(Scene(tape, rules, ON), start, bar_by_bar=plain)


@pytest.mark.parametrize("seed", range(12))
def test_the_boxed_walk_and_the_plain_one_tell_one_story(seed: int) -> None:
    account = book(seed, "demo" if seed % 3 else "bybit_linear")
    tape = drawn(seed)
    for one in arrangements(account, rf.rules(account.venue), on=ON):
        if one.feasible:
            fast, slow = (worlds(one.account, tape, plain=plain) for plain in (False, True))
            assert [world.digest for world in fast] == [world.digest for world in slow]


def test_some_of_these_books_die_and_some_live() -> None:
    ends = [worlds(book(seed), drawn(seed), plain=False) for seed in range(12)]
    died = [any(world.deaths for world in one) for one in ends]
    assert any(died)
    assert not all(died)
    assert any(isinstance(entry, Funded) for one in ends for world in one for entry in world.log)


def test_every_ledger_balances_and_the_account_is_what_the_ledger_says() -> None:
    for seed in range(12):
        for world in worlds(book(seed), drawn(seed), plain=False):
            rows = [(asset, amount) for (_, asset), amount in world.state.balances.items()]
            assert not unbalanced(rows)
            wallet = world.state.balances.get(("wallet", "USDT"), Decimal(0))
            assert wallet == world.state.account.wallet["USDT"]


def test_a_tape_cut_into_blocks_of_any_size_gives_the_same_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    account, told = book(3), set()
    for block in (1, 7, 256):
        monkeypatch.setattr("ringfence.history.tape.BLOCK", block)
        told.add(tuple(world.digest for world in worlds(account, drawn(3), plain=False)))
    assert len(told) == 1


def test_where_the_order_inside_a_bar_decides_both_outcomes_are_told() -> None:
    rows = [[(6_000_000,) * 4, (6_000_000, 6_600_000, 5_400_000, 6_000_000)]]
    tape = tape_of_rows((BTC,), [0, HOUR], rows, [2], step=HOUR)
    account = Account(venue="demo", wallet={"USDT": "1000"}).open(
        BTC, "0.1", entry_price="60000", leverage=10
    )
    account = replace(account, orders=(Order(BTC, "sell", "0.1", "65000"),))
    found = worlds(account, tape, plain=False)
    assert [world.within for world in found] == [None]
    cut = Account(venue="demo", wallet={"USDT": "320"}).open(BTC, "0.1", entry_price="60000", leverage=50)
    cut = replace(cut, orders=(Order(BTC, "sell", "0.1", "65000", reduce_only=True),))
    both = worlds(cut, tape, plain=False)
    assert {world.within for world in both} == set(Within)
    ends = {world.within: world for world in both}
    assert not ends[Within.HIGH_FIRST].deaths
    assert ends[Within.HIGH_FIRST].state.account.wallet["USDT"] == 820
    assert ends[Within.LOW_FIRST].deaths


def test_a_stop_fills_at_its_price_and_beyond_it_where_the_market_jumps() -> None:
    account = Account(venue="demo", wallet={"USDT": "10000"}).open(BTC, "1", entry_price="60000", leverage=10)
    stop = Stop(BTC, "sell", Decimal(1), Decimal(58_000))
    through = tape_of_marks({BTC: ["60000", "57000", "59000"]}, step=HOUR)
    (world,) = worlds(account, through, plain=False, stops=[stop])
    assert [one.price for one in world.log if isinstance(one, Fill)] == [58_000]
    assert world.state.account.wallet["USDT"] == 8_000
    rows = [[(6_000_000,) * 4, (5_700_000, 5_700_000, 5_600_000, 5_600_000)]]
    jump = tape_of_rows((BTC,), [0, HOUR], rows, [2], step=HOUR)
    (world,) = worlds(account, jump, plain=False, stops=[stop])
    assert [one.price for one in world.log if isinstance(one, Fill)] == [57_000]


def test_moves_start_at_other_marks_and_keep_their_shape() -> None:
    tape = tape_of_marks({BTC: ["50000", "40000", "60000"]}, step=HOUR)
    moved = rescaled(tape, {BTC: Decimal(100)}, {BTC: Decimal("0.01")})
    assert moved.marks(0, "open") == {BTC: Decimal(100)}
    assert moved.marks(0, "close") == {BTC: Decimal(80)}
    assert moved.marks(1, "high") == {BTC: Decimal(120)}


def test_the_other_choice_is_what_closing_a_part_leaves() -> None:
    tape = tape_of_marks({BTC: ["60000", "59000"]}, step=HOUR)
    account = Account(venue="demo", wallet={"USDT": "10000"}).open(BTC, "1", entry_price="61000", leverage=10)
    done = replay(Scene(tape, rf.rules("demo"), ON), account, keep=(Decimal("0.25"),))
    assert done.close_now == {"USDT": Decimal(9_000)}
    assert done.choices[0].endings[0].left == {"USDT": Decimal(8_750)}
    assert {one.name: one.endings[0].left["USDT"] for one in done.twins if one.endings}["cross"] == 8_000


def eaten(*, falls: bool) -> tuple[Account, Tape]:
    """A long with a thousand in profit, whose fence of 600 pays 35 at a time; it may fall at the end."""
    prices = [7_000_000 + 10_000 * (number % 3) for number in range(160)]
    prices += [6_000_000 if falls else 7_000_000] * 2
    marks = {BTC: [Decimal(one) / 100 for one in prices]}
    tape = tape_of_marks(marks, step=HOUR)
    dues = tuple(
        Due(bar, tape.ts[bar], Decimal("0.005"), tape.marks(bar, "open")[BTC]) for bar in range(8, 80, 4)
    )
    account = Account(venue="demo", wallet={"USDT": "1000"})
    account = account.open(BTC, "0.1", entry_price="60000", leverage=10, isolated_margin="600")
    return account, replace(tape, funding={BTC: dues})


@pytest.mark.parametrize("falls", [True, False])
def test_funding_takes_a_fence_below_zero_and_the_profit_keeps_it_alive(
    monkeypatch: pytest.MonkeyPatch, falls: bool
) -> None:
    account, tape = eaten(falls=falls)
    (slow,) = worlds(account, tape, plain=True)
    looked: list[int] = []
    true = walk.walked_bar

    def counted(scene: Scene, world: World, within: Within) -> World:
        looked.append(world.bar)
        return true(scene, world, within)

    monkeypatch.setattr(walk, "walked_bar", counted)
    (fast,) = worlds(account, tape, plain=False)
    assert fast.digest == slow.digest
    # The first bar, and the one that it dies in; no payment is a bar that must be looked at.
    assert len(set(looked)) <= 2
    assert [one.ring.ring for one in fast.deaths] == ([f"fence {BTC} long"] if falls else [])
    if falls:
        (death,) = fast.deaths
        assert death.ring.equity > 0
        assert death.ring.losses == ()
    else:
        (position,) = fast.state.account.positions
        paid = sum(due.rate * due.mark / 10 for due in tape.funding[BTC])
        assert position.isolated_margin == 600 - paid < 0
        assert ("bad_debt", "USDT") not in fast.state.balances
