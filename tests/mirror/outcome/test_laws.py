"""Laws of the branches, each with a mutant that it rejects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from ringfence.domain.account import Account
from ringfence.domain.numbers import Number
from ringfence.engine.state import begin
from ringfence.history.tape import Tape, tape_of_rows
from ringfence.mirror.model import Action
from ringfence.mirror.outcome import branches, horizon
from ringfence.mirror.outcome.acts import closed
from ringfence.mirror.outcome.branches import Course
from ringfence.mirror.outcome.model import Branch, Outcome, Question, Snapshot
from ringfence.replay import course, lowest
from ringfence.replay.course import Timed, bars_between, led, noticed
from ringfence.replay.lowest import lowest_equity
from ringfence.replay.replay import replay
from ringfence.replay.scene import Scene
from ringfence.replay.walk import walked
from ringfence.replay.world import World
from tests.mirror.outcome.world import (
    BTC,
    CROSS,
    DAY,
    DOWN,
    ETH,
    HOUR,
    UP,
    asked,
    day,
    funded,
    intent,
    rescue,
    snapshot,
    tape,
)

INTENTS = [
    CROSS,
    intent(Action.ADD_MARGIN, amount=Decimal(1_000)),
    intent(Action.REDUCE, contracts=Decimal("0.5")),
    intent(Action.TRANSFER, asset="USDT", amount=Decimal(500)),
]


def figures(one: Outcome) -> tuple[object, ...]:
    """What a branch came to, without what it is called."""
    return (
        one.end_equity,
        one.pnl,
        one.min_equity,
        one.liquidated,
        one.t_liq,
        one.fees,
        one.funding,
        one.moved,
    )


def wandering(seed: int, count: int, *coins: str) -> Tape:
    """Jagged hourly bars of BTC, and of other coins beside it, with shadows above and below."""
    dice = Random(seed)
    quotes = []
    for start in (5_800_000, *(300_000 for _ in coins)):
        price, own = start, []
        for _ in range(count):
            close = price * (1_000 + dice.randint(-8, 8)) // 1_000
            high = max(price, close) * (1_000 + dice.randint(0, 6)) // 1_000
            own.append((price, high, min(price, close) * (1_000 - dice.randint(0, 6)) // 1_000, close))
            price = close
        quotes.append(own)
    symbols = [f"{coin}/USDT:USDT" for coin in ("BTC", *coins)]
    return tape_of_rows(symbols, [HOUR * n for n in range(count)], quotes, [2] * len(quotes), step=HOUR)


def rejected(law: Callable[[int], None], seed: int) -> bool:
    """Whether a law finds fault."""
    try:
        law(seed)
    except AssertionError:
        return True
    return False


# Doing nothing never depends on what was wanted.


def law_nothing_is_nothing() -> None:
    moment = snapshot(tape(UP))
    assert len({figures(day(moment, Branch.DO_NOTHING, one)) for one in INTENTS}) == 1


def test_doing_nothing_does_not_depend_on_the_intent() -> None:
    law_nothing_is_nothing()


def test_doing_nothing_with_a_bit_of_the_intent_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(branches.BEGINNINGS, Branch.DO_NOTHING, branches._do_it_now)
    with pytest.raises(AssertionError):
        law_nothing_is_nothing()


# All of it kept is doing nothing, none of it kept is closing now.


def law_all_is_nothing(path: Tape) -> None:
    moment = snapshot(path, fee="0.0005")
    kept = day(moment, Branch.EQUAL_SAFETY, keep=Decimal(1))
    assert figures(kept) == figures(day(moment, Branch.DO_NOTHING))


def law_none_is_closing(path: Tape) -> None:
    moment = snapshot(path, fee="0.0005")
    everything = intent(Action.REDUCE)
    kept = day(moment, Branch.EQUAL_SAFETY, keep=Decimal(0))
    assert figures(kept) == figures(day(moment, Branch.DO_IT_NOW, everything))
    assert kept.end_equity == 10_000 - 2_000 - 29


@pytest.mark.parametrize("path", [tape(UP), tape(DOWN), funded(wandering(1, 24), (3, "0.0004"))])
@pytest.mark.parametrize("law", [law_all_is_nothing, law_none_is_closing])
def test_the_ends_of_the_equal_safety_share(law: Callable[[Tape], None], path: Tape) -> None:
    law(path)


def test_a_share_that_is_read_the_wrong_way_round_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def reversed_(question: Question, scene: Scene, world: World) -> Course:
        assert question.keep is not None
        return branches._equally_safe(replace(question, keep=1 - question.keep), scene, world)

    monkeypatch.setitem(branches.BEGINNINGS, Branch.EQUAL_SAFETY, reversed_)
    for law in (law_all_is_nothing, law_none_is_closing):
        with pytest.raises(AssertionError):
            law(tape(UP))


# An outcome is a function of the path up to its horizon.


def law_no_later_bar_counts() -> None:
    long = wandering(2, 200)
    whole = asked(snapshot(long), keep=Decimal("0.125"))
    short = asked(snapshot(bars_between(long, 0, 24)), keep=Decimal("0.125"))
    other = asked(snapshot(_joined(long, 24, wandering(3, 200))), keep=Decimal("0.125"))
    own = [key for key in whole if key[1] != "7d"]
    assert len(own) == 6
    for key in own:
        assert whole[key] == short[key] == other[key]
        assert whole[key].price_path_id


def _joined(one: Tape, until: int, other: Tape) -> Tape:
    """The bars of one path, and then those of another."""
    frame = one.frame.slice(0, until).vstack(other.frame.slice(until))
    return Tape(one.symbols, frame, one.places, one.step)


def test_bars_behind_the_horizon_change_nothing() -> None:
    law_no_later_bar_counts()


def test_a_look_behind_the_horizon_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def further(scene: Scene, start: int, until: int) -> Scene:
        return cut(scene, start, min(until + 5, len(scene.tape)))

    cut = horizon._cut
    monkeypatch.setattr(horizon, "_cut", further)
    with pytest.raises(AssertionError):
        law_no_later_bar_counts()


def test_bars_before_the_intent_change_nothing() -> None:
    long = wandering(4, 60)
    late = snapshot(long)
    moment = Snapshot(late.account, long.ts[10] - 1, long.marks(10, "open"), late.scene)
    alone = replace(moment, scene=replace(late.scene, tape=bars_between(long, 10, 60)))
    for one, other in zip(asked(moment).values(), asked(alone).values(), strict=True):
        assert one == other


# The least that an account was worth: the plain way looks at every bar.


def book(seed: int) -> Account:
    """The rescue with ether beside it, in the pool or behind its own fence, long or short."""
    dice = Random(seed)
    more = {"isolated_margin": "1500"} if dice.random() < 0.5 else {}
    (held,) = rescue().positions
    roomy = replace(held, isolated_margin=Decimal(dice.choice([3_000, 6_000, 12_000])))
    return replace(rescue(), positions=(roomy,)).open(
        ETH, dice.choice(["+4", "-4"]), entry_price="3000", leverage=10, **more
    )


def law_lowest(seed: int) -> None:
    path = funded(wandering(seed, 40, "ETH"), (2, "0.0003"), (9, "-0.002"), (30, "0.001"))
    moment = snapshot(path, account=book(seed))
    start = noticed(
        World(begin(moment.account, moment.scene.rules, marks=moment.marks, at=moment.at), moments=())
    )
    fast = sorted(lowest_equity(moment.scene, one, "USDT") for one in walked(moment.scene, start))
    plain = walked(moment.scene, start, bar_by_bar=True)
    slow = sorted(min(_worths(moment.scene, one)) for one in plain)
    assert fast == slow


def _worths(scene: Scene, world: World) -> list[Decimal]:
    return [lowest._Book(scene, state, "USDT").worth({}) for _, state in world.moments or ()]


@pytest.mark.parametrize("seed", range(12))
def test_the_lowest_equity_is_the_one_of_every_bar_looked_at(seed: int) -> None:
    law_lowest(seed)


def test_a_lowest_equity_of_closes_alone_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def closes(own: lowest._Book, bars: tuple[int, int]) -> Number:
        ends = range(bars[0], max(bars[1], bars[0] + 1))
        return min(own.worth(own.scene.tape.marks(bar, "close")) for bar in ends)

    monkeypatch.setattr(lowest, "_least", closes)
    assert sum(rejected(law_lowest, seed) for seed in range(12)) > 3


# Stopping on the way to do nothing changes nothing; and the plain replay agrees.


def law_stops_on_the_way(seed: int) -> None:
    path = funded(wandering(seed, 40, "ETH"), (2, "0.0003"), (9, "-0.002"))
    moment = snapshot(path, account=book(seed))
    world = World(begin(moment.account, moment.scene.rules, marks=moment.marks, at=moment.at))
    idle = [Timed(path.ts[bar], lambda _scene, world: world) for bar in (0, 1, 17, 39)]
    once, often = led(moment.scene, world), led(moment.scene, world, idle)
    assert [one.state.account for one in once] == [one.state.account for one in often]
    (twin,) = [one for one in replay(moment.scene, moment.account).twins if one.name == "as_is"]
    assert [one.left for one in twin.endings] == [
        {"USDT": lowest.equity_of(moment.scene, one.state, "USDT", path.marks(39, "close"))} for one in often
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_stop_on_the_way_changes_nothing(seed: int) -> None:
    law_stops_on_the_way(seed)


def test_a_stop_that_forgets_the_funding_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def unpaid(path: Tape, count: int) -> Tape:
        return replace(bars_between(path, 0, count), funding={})

    monkeypatch.setattr(course, "first_bars", unpaid)
    assert any(rejected(law_stops_on_the_way, seed) for seed in range(12))


# Ten times the book is ten times the outcome.


def law_scales(factor: int) -> None:
    path = funded(wandering(5, 24), (3, "0.0004"))
    small, large = snapshot(path), snapshot(path, account=_times(rescue(), factor))
    one, other = (asked(moment, keep=Decimal("0.125")) for moment in (small, large))
    for key, own in one.items():
        twin = other[key]
        assert (own.liquidated, own.t_liq) == (twin.liquidated, twin.t_liq)
        if own.end_equity is not None:
            assert [twin.end_equity, twin.min_equity, twin.funding] == [
                factor * (money or 0) for money in (own.end_equity, own.min_equity, own.funding)
            ]


def _times(account: Account, factor: int) -> Account:
    (held,) = account.positions
    assert held.isolated_margin is not None
    more = replace(held, contracts=held.contracts * factor, isolated_margin=held.isolated_margin * factor)
    return replace(account, positions=(more,), wallet={"USDT": account.wallet["USDT"] * factor})


def test_all_money_times_ten() -> None:
    law_scales(10)


def test_a_branch_with_a_fixed_sum_in_it_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    true = lowest.equity_of

    def plus_one(*given: object) -> object:
        return true(*given) + 1  # type: ignore[arg-type]

    monkeypatch.setattr(branches, "equity_of", plus_one)
    with pytest.raises(AssertionError):
        law_scales(10)


def test_a_close_between_two_bars_is_at_the_last_price() -> None:
    path = tape(["58000", "59000", "61000", "62000"], step=8 * HOUR)
    moment = snapshot(path, fee="0.001")
    world = World(begin(moment.account, moment.scene.rules, marks=moment.marks, at=0))
    key = (BTC, "long")
    exit_ = Timed(9 * HOUR, lambda scene, world: closed(scene, world, [key], name="exit"))
    (one,) = led(moment.scene, world, [exit_])
    assert one.state.account.wallet["USDT"] == 10_000 + 1_000 - 61
    (late,) = led(moment.scene, world, [replace(exit_, at=DAY)])
    assert late.state.account.wallet["USDT"] == 10_000 + 2_000 - 62
    (never,) = led(moment.scene, world, [replace(exit_, at=DAY + 1)])
    assert never.state.account.positions
