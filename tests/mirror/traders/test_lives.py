"""Made-up lives are what they are said to be: nothing is refused, money adds up, labels are what was done."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ringfence.engine.apply import apply
from ringfence.engine.events import Marked
from ringfence.engine.invariants import conserved
from ringfence.engine.liquidate import liquidate
from ringfence.engine.state import begin
from ringfence.mirror.happened import (
    Happened,
    MarginAdjusted,
    ModeSwitched,
    MoneyMoved,
    StopMoved,
    Traded,
)
from ringfence.testing.traders.chance import Chance, log_mean, normals
from ringfence.testing.traders.desk import Desk
from ringfence.testing.traders.life import BTC, FIRST_DAY, MONEY, Trader
from ringfence.testing.traders.paths import A_DAY, AN_HOUR, START, Market, beside, cut_from, made
from ringfence.testing.traders.roster import CONTROLS, POSITIVES, ROSTER
from tests.mirror.traders.lives import NUMBERS, life, trial

KINDS = [kind.name for kind in ROSTER]
SHORT = 5


def lived(name: str) -> Desk:
    """The desk after a short life."""
    kind = ROSTER[NUMBERS[name]]
    path = made(Market.JUMPS, 3 + NUMBERS[name], (FIRST_DAY + SHORT + 5) * A_DAY)
    paths = {BTC: path, "ETH/USDT:USDT": beside(path, 4)} if kind.habits.hedge else {BTC: path}
    desk = Desk(paths, MONEY)
    Trader(kind.habits, desk, Chance(NUMBERS[name], 1)).live(SHORT)
    return desk


@pytest.mark.parametrize("name", KINDS)
def test_the_engine_takes_every_wish_and_the_money_adds_up(name: str) -> None:
    desk = lived(name)
    state, forced = begin(desk.account(), desk.rules, at=START), 0
    assert desk.state.balances is not state.balances
    for event in desk.log:
        done = apply(state, event, desk.rules)
        assert done.accepted, (event, done.outcome)
        state = done.state
        if isinstance(event, Marked):
            ended = liquidate(state, desk.rules)
            state, forced = ended.state, forced + len(ended.rings)
    assert state.account == desk.state.account
    assert set(conserved(state).values()) <= {Decimal(0)}
    fills = [one for one in desk.bookings if isinstance(one, Traded)]
    assert forced == sum(one.liquidation for one in fills)
    assert MONEY + sum((flow(one) for one in desk.bookings), Decimal(0)) == desk.money()
    assert [one.at for one in desk.bookings] == sorted(one.at for one in desk.bookings)
    assert not desk.state.account.positions


def flow(one: Happened) -> Decimal:
    """What a booking did to the money of the account, fences included."""
    if isinstance(one, Traded):
        return one.fee + (one.realized_pnl or Decimal(0))
    return one.amount if isinstance(one, MoneyMoved) else Decimal(0)


@pytest.mark.parametrize("name", ["rescuer, strong", "pairs hedger", "trend pyramider"])
def test_the_same_seed_lives_the_same_life(name: str) -> None:
    from ringfence.testing.traders.laboratory import life_of

    assert life_of(trial(name, 20)) == life(name, 20)
    assert life(name, 20, 1).past.happened != life(name, 20).past.happened


@pytest.mark.parametrize(
    ("name", "detector", "kinds"),
    [
        ("rescuer, strong", "D1", {"margin_adjusted", "leverage_set", "traded"}),
        ("goalpost mover, strong", "D4", {"stop_moved"}),
        ("cross averager, strong", "D5", {"traded"}),
        ("flipper, strong", "D8", {"mode_switched"}),
        ("flipper who reopens, strong", "D8", {"traded"}),
    ],
)
def test_what_was_put_in_stands_in_the_bookings(name: str, detector: str, kinds: set[str]) -> None:
    one = life(name, 200)
    put_in = [event for event in one.past.happened if event.id in one.events[detector]]
    assert len(put_in) == len(one.events[detector]) >= 10
    assert {event.kind for event in put_in} <= kinds
    for event in put_in:
        if isinstance(event, StopMoved) and event.which == "target":
            continue
        price = path_price(one, event)
        entry = entry_before(one, event)
        assert (entry[0] - price) * entry[1] > 0, "every one of them was done while losing"


def path_price(one: object, event: Happened) -> Decimal:
    """The fill's own price, or the last hour's mark."""
    if isinstance(event, Traded):
        return event.price
    marks = one.past.marks[BTC]  # type: ignore[attr-defined]
    return max((t, p) for t, p in zip(marks.times, marks.closes, strict=True) if t <= event.at)[1]


def entry_before(one: object, event: Happened) -> tuple[Decimal, int]:
    """Average entry and sign of what was held before, told from the fills alone."""
    size, cost, last = Decimal(0), Decimal(0), (Decimal(0), 0)
    for fill in one.past.happened:  # type: ignore[attr-defined]
        if fill.id == event.id:
            break
        if not isinstance(fill, Traded):
            continue
        signed = fill.contracts if fill.side == "buy" else -fill.contracts
        if fill.closes:
            last = (cost / size, 1 if size > 0 else -1)
            size = cost = Decimal(0)
        else:
            size, cost = size + signed, cost + signed * fill.price
    # A position that is reopened in cross was held until a moment ago.
    return (cost / size, 1 if size > 0 else -1) if size else last


def test_decoys_are_there_too() -> None:
    """Margin moved in gain, flips in gain, stops trailed and taken away: done, and not put down as events."""
    one = life("disciplined", 100)
    noted = {name for ids in one.events.values() for name in ids}
    for kind in (MarginAdjusted, ModeSwitched, StopMoved):
        quiet = [e for e in one.past.happened if isinstance(e, kind) and e.id not in noted]
        assert quiet, kind
    assert any(isinstance(e, StopMoved) and e.price is None for e in one.past.happened)
    assert any(step.ladder for step in life("grid with a declared ladder", 100).past.plans)
    assert not life("tops up as planned", 100).events
    assert any(isinstance(e, MarginAdjusted) for e in life("tops up as planned", 100).past.happened)


def test_the_roster_has_every_kind_that_is_asked_for() -> None:
    assert len(CONTROLS) >= 10
    assert {name for kind in POSITIVES for name in kind.true} == {f"D{n}" for n in range(1, 11)}
    for detector in (f"D{n}" for n in range(1, 11)):
        strengths = {kind.strength for kind in POSITIVES if detector in kind.true}
        assert {"moderate", "strong"} <= strengths
    assert len(set(KINDS)) == len(KINDS)


@pytest.mark.parametrize("market", [Market.WALK, Market.REGIMES, Market.JUMPS])
def test_paths_move_as_much_as_they_are_meant_to(market: Market) -> None:
    hours = made(market, 5, 40 * A_DAY).ticks[::AN_HOUR].astype(float)
    moves = hours[1:] / hours[:-1] - 1
    assert 0.004 < moves.std() < 0.012
    assert abs(moves.mean()) < 4 * moves.std() / len(moves) ** 0.5


def test_a_real_stretch_is_cut_and_run_through_again() -> None:
    closes = made(Market.WALK, 1, 500).ticks
    assert len(cut_from(closes, 1, 200)) == 200
    assert len(cut_from(closes, 1, 2_000)) == 2_000
    assert set(cut_from(closes, 1, 2_000).ticks.tolist()) <= set(closes.tolist())


def test_chance_is_even_and_nearly_normal() -> None:
    many = normals(1, 1, 40_000)
    assert abs(float(many.mean())) < 0.02
    assert abs(float(many.std()) - 1) < 0.02
    chance = Chance(1, 1)
    assert abs(sum(chance.unit() for _ in range(4_000)) / 4_000 - 0.5) < 0.03
    assert log_mean([2.0, 8.0]) == pytest.approx(4.0)
