"""The account's own past and the idea so far, from imported trades and from the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import count
from typing import Any

import pytest

from ringfence.domain.account import InstrumentTerms, MarginMode, Side
from ringfence.mirror.detectors.episodes import cut
from ringfence.mirror.detectors.past import Past as Imported
from ringfence.mirror.facts import Facts
from ringfence.mirror.happened import FundingBooked, Happened, MarginAdjusted, MoneyMoved, StopMoved, Traded
from ringfence.mirror.measured.episode import breached_at
from ringfence.mirror.measured.gather import Knowledge
from ringfence.mirror.measured.past import Trades
from ringfence.mirror.measured.remembered import Asked, Remembered, same_intent
from ringfence.mirror.model import Action, Answer, Intent, Plan
from ringfence.venues.registry import rules
from tests.mirror.facts.books import (
    BTC,
    ETH,
    NOW,
    book_of,
    facts_of,
    held,
    intent,
    market,
    past,
    plan,
)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
_ids = count(1)


def fill(ago: int, side: str, contracts: object, price: object, **more: Any) -> Traded:
    stated = {"symbol": BTC, "margin_mode": MarginMode.ISOLATED, "leverage": Decimal(20), **more}
    return Traded(
        id=f"f{next(_ids)}", at=NOW - ago, venue="demo", side=side, contracts=Decimal(str(contracts)),
        price=Decimal(str(price)), **stated,
    )  # fmt: skip


def round_trip(ago: int, entry: object, leave: object, *, length: int = MINUTE, contracts: object = 1,
               **more: Any) -> list[Happened]:  # fmt: skip
    """A long that was closed so long ago."""
    first = fill(ago + length, "buy", contracts, entry, symbol=more.get("symbol", BTC))
    return [first, fill(ago, "sell", contracts, leave, closes=True, **more)]


def inflow(name: str, ago: int, amount: object, *, asset: str = "USDT", what: str = "deposit") -> MoneyMoved:
    return MoneyMoved(
        id=name, at=NOW - ago, venue="demo", asset=asset, amount=Decimal(str(amount)), what=what
    )


def trades(events: Sequence[Happened], plans: tuple[Plan, ...] = ()) -> Trades:
    imported = Imported(
        tuple(events), plans=plans, rules={"demo": rules("demo")}, terms={BTC: InstrumentTerms()},
        started_flat=True,
    )  # fmt: skip
    made = cut(imported)
    return Trades(tuple(events), made.episodes, made.realised)


def facts(
    events: Sequence[Happened], action: Action = Action.SWITCH_TO_CROSS, *, plans: tuple[Plan, ...] = (),
    asked: tuple[Asked, ...] = (), known: dict[str, Any] | None = None, **more: Any,
) -> Facts:  # fmt: skip
    knowledge = Knowledge(
        now_ms=NOW, trades=trades(events, plans), remembered=Remembered(plans=plans, asked=asked),
        **(known or {}),
    )  # fmt: skip
    return facts_of(action, known=knowledge, **more)


def asked(action: Action, ago: int, decision: str = "proceed", **more: Any) -> Asked:
    own = {name: more.pop(name) for name in list(more) if name in Asked.__slots__}
    return Asked(replace(intent(action, **more), ts_ms=NOW - ago), decision, NOW - ago, **own)


def test_an_empty_past_is_known_and_says_never() -> None:
    found = facts([]).history
    assert (found.known, found.since_loss_ms, found.last_was_loss, found.win_streak) == (
        True,
        None,
        None,
        None,
    )
    assert (found.opens_2h, found.deposits_7d, found.deposited_7d) == (0, 0, 0)
    assert found.day_pnl == -2_000  # open now


def test_the_last_loss_and_the_wins_since() -> None:
    events = [*round_trip(5 * HOUR, 60_000, 59_000), *round_trip(2 * HOUR, 59_000, 59_100),
              *round_trip(HOUR, 59_000, 59_200)]  # fmt: skip
    found = facts(events).history
    assert (found.since_loss_ms, found.last_loss, found.last_was_loss) == (5 * HOUR, 1_000, False)
    assert (found.win_streak, found.last_loss_share, found.last_loss_r) == (2, Decimal("0.125"), None)
    lost = facts([*events, *round_trip(MINUTE, 59_000, 58_900)]).history
    assert (lost.last_was_loss, lost.win_streak, lost.since_loss_ms) == (True, 0, MINUTE)


def test_fees_and_funding_decide_what_a_win_is() -> None:
    events = round_trip(HOUR, 59_000, 59_010, fee=Decimal(-11), fee_asset="USDT")
    assert facts(events).history.last_was_loss is True
    assert facts(round_trip(HOUR, 59_000, 59_010)).history.last_was_loss is False
    paid = FundingBooked(
        id="p", at=NOW - HOUR - 1, venue="demo", symbol=BTC, asset="USDT", amount=Decimal(-20)
    )
    assert facts([*round_trip(HOUR, 59_000, 59_010), paid]).history.last_was_loss is True


def test_a_loss_in_units_of_what_was_planned() -> None:
    one = plan(created_ms=NOW - 10 * DAY, invalidation_price=Decimal(58_000))
    found = facts(round_trip(HOUR, 60_000, 59_000), plans=(one,)).history
    assert (found.last_loss, found.last_loss_r) == (1_000, Decimal("0.5"))


def test_a_plan_that_has_had_its_position_is_used_up() -> None:
    one = plan(created_ms=NOW - 10 * DAY)
    assert facts(round_trip(HOUR, 60_000, 59_000), plans=(one,)).plan is None
    assert facts([], plans=(one,)).plan is not None
    named = facts(round_trip(HOUR, 60_000, 59_000), plans=(one,), plan_id="p1")
    assert named.plan is not None


def test_an_own_stop_on_the_same_leg() -> None:
    stopped = round_trip(20 * MINUTE, 60_000, 59_000, preplaced=True)
    assert facts(stopped).history.since_own_stop_ms == 20 * MINUTE
    for other in (
        round_trip(20 * MINUTE, 60_000, 59_000, preplaced=False),
        round_trip(20 * MINUTE, 60_000, 61_000, preplaced=True),  # a target
        round_trip(20 * MINUTE, 60_000, 59_000, liquidation=True),
        round_trip(20 * MINUTE, 2_600, 2_500, preplaced=True, symbol=ETH),
    ):
        assert facts(other).history.since_own_stop_ms is None


def test_closed_in_isolated_margin() -> None:
    events = round_trip(9 * MINUTE, 60_000, 59_000)
    opening = facts(
        events, Action.OPEN, book=book_of(), side=Side.LONG, contracts=1, leverage=20,
        margin_mode=MarginMode.CROSS,
    )  # fmt: skip
    assert (opening.history.closed_isolated_ms, opening.history.closed_isolated_lost) == (9 * MINUTE, True)
    crossed = [replace(one, margin_mode=MarginMode.CROSS) for one in events]  # type: ignore[type-var]
    found = facts(crossed, Action.OPEN, book=book_of(), side=Side.LONG, contracts=1, leverage=20).history
    assert found.closed_isolated_ms is None


def test_openings_in_two_hours_against_the_own_habit() -> None:
    usual = [event for day in range(1, 31) for event in round_trip(day * DAY, 60_000, 60_100)]
    burst = [event for minutes in (100, 60, 20) for event in round_trip(minutes * MINUTE, 60_000, 60_100)]
    found = facts([*usual, *burst]).history
    assert (found.opens_2h, found.opens_2h_usual, found.opens_2h_p90) == (3, 1, 1)
    opening = facts(
        [*usual, *burst], Action.OPEN, book=book_of(), side=Side.LONG, contracts=1, leverage=20
    ).history
    assert opening.opens_2h == 4
    assert facts(burst).history.opens_2h_p90 is None


def test_the_size_against_the_usual_one() -> None:
    days = [round_trip(day * DAY, 60_000, 60_100, contracts="0.5") for day in range(1, 13)]
    usual = [event for day in days for event in day]
    wanted: dict[str, Any] = {"side": Side.LONG, "contracts": 1, "leverage": 20}
    found = facts(usual, Action.OPEN, book=book_of(wallet=20_000), **wanted)
    assert found.history.size_ratio == Fraction(58, 30)
    few = facts(usual[:18], Action.OPEN, book=book_of(wallet=20_000), **wanted)
    assert few.history.size_ratio is None


def test_the_day_so_far() -> None:
    midnight = NOW - NOW % DAY
    today, before = NOW - midnight - HOUR, NOW - midnight + HOUR
    events = [*round_trip(before, 60_000, 59_000), *round_trip(today, 60_000, 59_700, fee=Decimal(-7))]
    funding = FundingBooked(id="p", at=midnight, venue="demo", symbol=BTC, asset="USDT", amount=Decimal(-3))
    money = MoneyMoved(
        id="m", at=midnight + 1, venue="demo", asset="USDT", amount=Decimal(500), what="deposit"
    )
    assert facts([*events, funding, money]).history.day_pnl == -300 - 7 - 3 - 2_000


def test_new_money_of_a_week() -> None:
    events = [
        inflow(f"m{number}", ago, amount, asset=asset, what=what)
        for number, (ago, asset, amount, what) in enumerate([
            (7 * DAY, "USDT", 100, "deposit"), (7 * DAY - 1, "USDT", 200, "deposit"),
            (DAY, "USDT", 300, "transfer"), (DAY, "USDT", -50, "withdrawal"), (DAY, "BTC", 1, "deposit"),
            (DAY, "USDT", 9, "interest"),
        ])
    ]  # fmt: skip
    found = facts(events).history
    assert (found.deposits_7d, found.deposited_7d) == (2, 500)


def test_margin_taken_from_another_fence() -> None:
    out = MarginAdjusted(
        id="a",
        at=NOW - 5 * MINUTE,
        venue="demo",
        symbol=ETH,
        side=Side.LONG,
        asset="USDT",
        amount=Decimal(-5),
    )
    assert facts([out]).history.margin_removed_ms == 5 * MINUTE
    assert facts([replace(out, symbol=BTC)]).history.margin_removed_ms is None
    assert facts([replace(out, amount=Decimal(5))]).history.margin_removed_ms is None


def opened(ago: int = 10 * HOUR) -> list[Happened]:
    return [fill(ago, "buy", 1, 60_000)]


def moved(ago: int, price: object | None) -> StopMoved:
    level = None if price is None else Decimal(str(price))
    return StopMoved(
        id=f"s{next(_ids)}", at=NOW - ago, venue="demo", symbol=BTC, side=Side.LONG, which="stop", price=level
    )


def test_the_idea_so_far_by_the_trades() -> None:
    top_ups = [
        MarginAdjusted(
            id=f"a{ago}", at=NOW - ago, venue="demo", symbol=BTC, side=Side.LONG, asset="USDT",
            amount=Decimal(amount),
        )
        for ago, amount in ((11 * HOUR, 1), (5 * HOUR, 300), (4 * HOUR, 200), (3 * HOUR, -50))
    ]  # fmt: skip
    sent = MoneyMoved(
        id="m", at=NOW - 2 * HOUR, venue="demo", asset="USDT", amount=Decimal(700), what="deposit"
    )
    found = facts([*opened(), *top_ups, sent, moved(9 * HOUR, 59_000), moved(8 * HOUR, 58_500)]).episode
    assert found.opened_ms == NOW - 10 * HOUR
    assert (found.top_ups, found.topped_up, found.deposits) == (2, 500, 700)
    assert (found.margin_start, found.stop_first) == (3_000, 59_000)


def test_the_idea_so_far_by_the_journal() -> None:
    said = (
        asked(Action.OPEN, 9 * HOUR, side=Side.LONG, contracts=1, distance=Decimal("0.045"),
              risk=Decimal(600), margin=Decimal(3_000), level=Decimal(57_500)),
        asked(Action.ADD_MARGIN, 5 * HOUR, amount=300),
        asked(Action.ADD_MARGIN, 4 * HOUR, "do_nothing", amount=999),
        asked(Action.MOVE_STOP, 3 * HOUR, side=Side.LONG, stop_from=59_000, stop_to=58_000, adverse=True),
        asked(Action.MOVE_STOP, 3 * HOUR, side=Side.LONG, stop_from=58_000, stop_to=57_000, adverse=False),
        asked(Action.TRANSFER, 2 * HOUR, symbol=None, asset="USDT", amount=50),
        asked(Action.ADD_MARGIN, 20 * HOUR, amount=1),
    )  # fmt: skip
    knowledge = Knowledge(now_ms=NOW, remembered=Remembered(asked=said))
    found = facts_of(Action.SWITCH_TO_CROSS, known=knowledge)
    assert found.history.known is False
    episode = found.episode
    assert (episode.opened_ms, episode.planned_risk) == (NOW - 9 * HOUR, 600)
    assert (episode.distance_at_entry, episode.margin_start) == (Decimal("0.045"), 3_000)
    assert (episode.top_ups, episode.topped_up, episode.deposits) == (1, 300, 50)
    assert (episode.widenings, episode.stop_first) == (1, 59_000)
    assert (episode.invalidation, found.invalidation) == (57_500, 57_500)


def test_what_stands_in_both_counts_once() -> None:
    booked = MarginAdjusted(
        id="a", at=NOW - 5 * HOUR, venue="demo", symbol=BTC, side=Side.LONG, asset="USDT", amount=Decimal(300)
    )
    found = facts([*opened(), booked], asked=(asked(Action.ADD_MARGIN, 5 * HOUR, amount=300),)).episode
    assert (found.top_ups, found.topped_up) == (1, 300)


def test_without_a_position_there_is_no_idea() -> None:
    found = facts(opened(), Action.OPEN, book=book_of(), side=Side.LONG, contracts=1, leverage=20).episode
    assert (found.opened_ms, found.top_ups) == (None, 0)


def test_when_the_own_level_was_passed() -> None:
    walk = past(24 * 100)
    lows = [walk.price(low) for low in walk.rows[:, 2].tolist()]
    since = int(walk.opens[-48])
    level = min(lows[-48:])
    first = next(
        at for at, low in zip(walk.opens.tolist(), lows, strict=True) if at >= since and low <= level
    )
    assert breached_at(walk, Side.LONG, level, since=since) == first
    assert breached_at(walk, Side.LONG, level - Decimal("0.01"), since=since) is None
    assert breached_at(walk, Side.SHORT, max(lows) * 2, since=since) is None
    assert breached_at(None, Side.LONG, level, since=since) is None
    assert breached_at(walk, Side.LONG, level, since=None) is None


def test_a_breach_before_the_level_was_set_does_not_count() -> None:
    walk = past(24 * 100)
    level = max(walk.price(low) for low in walk.rows[:, 2].tolist())
    early = plan(created_ms=NOW - 50 * HOUR, invalidation_price=level)
    found = facts(opened(40 * HOUR), plans=(early,), known={"pasts": {BTC: walk}}).episode
    assert found.breached_ms is not None
    assert found.breached_ms >= NOW - 40 * HOUR
    answer = {"invalidation": Answer("invalidation", str(level), level=level)}
    now = facts(opened(40 * HOUR), plans=(early,), known={"pasts": {BTC: walk}, "answers": answer})
    assert (now.invalidation, now.invalidation_new, now.episode.breached_ms) == (level, True, None)


@pytest.mark.parametrize(("ago", "expected"), [(30_000, 30_000), (DAY, DAY)])
def test_the_same_thing_asked_again(ago: int, expected: int) -> None:
    before = asked(Action.SWITCH_TO_CROSS, ago, "do_nothing")
    knowledge = Knowledge(now_ms=NOW, remembered=Remembered(asked=(before,)))
    assert facts_of(Action.SWITCH_TO_CROSS, known=knowledge).history.since_do_nothing_ms == expected
    assert facts_of(Action.ADD_MARGIN, known=knowledge, amount=1).history.since_do_nothing_ms is None
    proceeded = Remembered(asked=(replace(before, decision="proceed"),))
    again = facts_of(Action.SWITCH_TO_CROSS, known=Knowledge(now_ms=NOW, remembered=proceeded))
    assert again.history.since_do_nothing_ms is None


def test_who_asks_and_why_makes_no_other_intent() -> None:
    one = intent(Action.ADD_MARGIN, amount=5)
    assert same_intent(one, replace(one, trigger_text="fear", actor="bot", surface="http"))
    assert not same_intent(one, replace(one, amount=Decimal(6)))
    assert not same_intent(one, replace(one, account_id="other"))


def test_overrides_and_haste() -> None:
    said = (
        asked(Action.OPEN, DAY, "override", side=Side.LONG, contracts=1),
        asked(Action.OPEN, DAY - 1, "override", side=Side.LONG, contracts=1),
        asked(Action.OPEN, 10 * MINUTE - 1, "override", side=Side.LONG, contracts=2, paused=True),
        asked(Action.OPEN, 5 * MINUTE, "do_nothing", side=Side.LONG, contracts=4),
        asked(Action.OPEN, 4 * MINUTE, side=Side.SHORT, contracts=8),
        asked(Action.OPEN, 10 * MINUTE, side=Side.LONG, contracts=16),
    )
    knowledge = Knowledge(now_ms=NOW, remembered=Remembered(asked=said))
    wanted: dict[str, Any] = {"side": Side.LONG, "contracts": "0.1", "leverage": 20, "book": book_of()}
    found = facts_of(Action.OPEN, known=knowledge, **wanted).history
    assert (found.overrides_24h, found.asked_10m) == (2, 3)
    assert found.same_direction_10m == Decimal("2.1")
    assert found.quiet_ms == 10 * MINUTE - 1


def test_nothing_of_the_future_counts() -> None:
    later: Intent = replace(intent(Action.SWITCH_TO_CROSS), ts_ms=NOW + 1)
    knowledge = Knowledge(now_ms=NOW, remembered=Remembered(asked=(Asked(later, "do_nothing", NOW + 2),)))
    found = facts_of(Action.SWITCH_TO_CROSS, known=knowledge).history
    assert (found.asked_10m, found.since_do_nothing_ms) == (0, None)
    ahead = [replace(one, at=one.at + 2 * HOUR) for one in round_trip(HOUR, 60_000, 59_000)]
    assert facts(ahead).history.since_loss_ms is None


def test_a_held_position_of_another_market_is_not_the_idea() -> None:
    book = book_of(held(margin=3_000), held(ETH, contracts=1, entry=2_500))
    found = facts(opened(), Action.CHANGE_LEVERAGE, book=book, at=market(), symbol=ETH, leverage=5)
    assert found.episode.opened_ms is None
