"""The reference rescue on its two paths, and what the venues' own rules make of it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.account import Account, InstrumentTerms
from ringfence.history.tape import tape_of_marks
from ringfence.mirror.outcome.delta import difference
from ringfence.mirror.outcome.model import Branch, Choice, Decision, Status
from tests.mirror.outcome.world import (
    CROSS,
    DAY,
    DOWN,
    HOUR,
    LATE,
    MINUTE,
    UP,
    asked,
    day,
    flat,
    plan,
    rescue,
    snapshot,
    tape,
)

IDLE = "do_nothing"
VECTORS = """
path  branch               left      pnl        lowest   liquidated
up    do_nothing           7000      -1000      7000     yes
up    do_it_now            10500     2500       7000     no
up    follow_plan          7500      -500       7500     no
up    equal_safety_reduce  8312.50   312.50     7875     no
down  do_nothing           7000      -1000      7000     yes
down  do_it_now            0         -8000      0        yes
down  follow_plan          7500      -500       7500     no
down  equal_safety_reduce  7000      -1000      7000     yes
"""
ROWS = [tuple(line.split()) for line in VECTORS.strip().splitlines()[1:]]


@pytest.mark.parametrize(("way", "branch", "left", "pnl", "lowest", "dead"), ROWS)
def test_the_reference_rescue(way: str, branch: str, left: str, pnl: str, lowest: str, dead: str) -> None:
    moment = snapshot(tape(UP if way == "up" else DOWN))
    one = day(moment, Branch(branch), plan=plan(), keep=Decimal("0.125"))
    assert (one.end_equity, one.pnl, one.min_equity) == (Decimal(left), Decimal(pnl), Decimal(lowest))
    assert one.liquidated is (dead == "yes")
    assert (one.t_liq is not None) is (dead == "yes")
    assert one.ambiguity is not None
    assert one.ambiguity.certain


@pytest.mark.parametrize(("path", "worth"), [(UP, -3_500), (DOWN, 7_000)])
def test_pausing_cost_3500_and_saved_7000(path: tuple[str, ...], worth: int) -> None:
    found = asked(snapshot(tape(path)), decision=Decision(Choice.DO_NOTHING, MINUTE)).values()
    paused = difference(found, Branch.ACTUAL, Branch.DO_IT_NOW)
    assert paused is not None
    assert paused.low == paused.high == worth
    assert (paused.avoided, paused.caused) == (False, path is UP)
    idle = difference(found, Branch.ACTUAL, Branch.DO_NOTHING)
    assert idle is not None
    assert idle.low == idle.high == 0


def test_a_venue_that_forbids_the_switch_says_so_and_shows_what_it_amounts_to() -> None:
    moment = snapshot(account=rescue("binance_usdm"))
    one = day(moment, Branch.DO_IT_NOW)
    assert one.end_equity == 10_500
    assert "-4048" in one.refused
    assert any("the venue refuses it" in words for words in one.words)
    assert day(moment, Branch.DO_NOTHING).refused == ""


VENUES = (
    "binance_usdm",
    "dango",
    "drift",
    "dydx_v4",
    "hyperliquid",
    "kraken_futures",
    "lighter",
    "orderly",
    "paradex",
)


@pytest.mark.parametrize("venue", VENUES)
@pytest.mark.parametrize("path", [UP, DOWN])
def test_no_venue_changes_what_is_alive_to_the_end(venue: str, path: tuple[str, ...]) -> None:
    found = asked(snapshot(tape(path), account=rescue(venue)), plan=plan(), keep=Decimal("0.125"))
    own = {branch: one for (branch, horizon), one in found.items() if horizon == "24h"}
    assert {one.status for one in own.values()} == {Status.SETTLED}
    assert own["follow_plan"].end_equity == 7_500
    assert own["do_nothing"].reduced
    assert 7_000 <= (own["do_nothing"].end_equity or 0) < 8_000
    for branch, left in (("do_it_now", "10500"), ("equal_safety_reduce", "8312.5")):
        if path is UP:
            assert own[branch].end_equity == Decimal(left)
        else:
            assert own[branch].reduced
        assert own[branch].refused == "" or own[branch].words


def test_a_coin_margined_account_is_counted_in_its_coin() -> None:
    coin = "BTC/USD:BTC"
    terms = InstrumentTerms(contract_size="100")  # type: ignore[arg-type]
    account = Account(
        venue="demo", wallet={"BTC": Decimal(1)}, instruments={coin: terms}, tiers={coin: flat(coin)}
    ).open(coin, "+300", entry_price="60000", leverage=10)
    path = tape_of_marks({coin: ["60000", "50000", "75000"]}, step=DAY // 2)
    one = asked(snapshot(path, account=account), replace(CROSS, symbol=coin))["do_nothing", "24h"]
    assert (one.asset, one.status) == ("BTC", Status.SETTLED)
    # 30,000 USD of coin: half a coin at 60,000, 0.6 at 50,000, 0.4 at 75,000.
    assert (one.end_equity, one.min_equity) == (Decimal("1.1"), Decimal("0.9"))


def test_the_three_horizons_are_all_kept() -> None:
    path = tape(["58000", *["57500"] * 200], step=HOUR)
    found = asked(snapshot(path), plan=plan(time_stop_ms=30 * HOUR))
    idle = [(name, one.horizon_ms, one.primary) for (branch, name), one in found.items() if branch == IDLE]
    assert idle == [("plan", 30 * HOUR, True), ("1h", HOUR, False), ("7d", 7 * DAY, False)]
    assert all(one.settled for one in found.values())


def test_nothing_is_made_up_for_bars_that_are_not_there() -> None:
    moment = snapshot(tape(["58000"] * 13, step=HOUR))
    states = {name: one.status for (branch, name), one in asked(moment).items() if branch == "do_nothing"}
    assert states == {"24h": Status.INCOMPLETE, "1h": Status.SETTLED, "7d": Status.INCOMPLETE}
    early = asked(moment, as_of=DAY - 1)["do_nothing", "24h"]
    assert (early.status, early.end_equity, early.liquidated) == (Status.NOT_YET, None, None)
    assert asked(moment, as_of=DAY)["do_nothing", "24h"].words == ("12 of 24 bars are missing",)


@pytest.mark.parametrize(("cut", "status"), [(0, Status.SETTLED), (1, Status.INCOMPLETE)])
def test_a_hole_inside_the_path_is_not_bridged(cut: int, status: Status) -> None:
    whole = tape(["58000"] * 26, step=HOUR)
    frame = whole.frame if not cut else whole.frame.filter(whole.frame["ts"] != 5 * HOUR)
    path = type(whole)(whole.symbols, frame, whole.places, whole.step)
    assert asked(snapshot(path), CROSS, as_of=LATE)["do_it_now", "24h"].status is status
