"""What must not change what is found: the unit of money, names, whole days, the sign of every price move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ringfence.domain.account import Side
from ringfence.mirror.detectors.past import Detected, Hourly, Past
from ringfence.mirror.detectors.scan import scan
from ringfence.mirror.happened import MarginAdjusted, MoneyMoved, StopMoved, Traded
from tests.mirror.detectors.histories import (
    BTC,
    CROSS,
    DAY,
    ETH,
    ISOLATED,
    SEED,
    Story,
    d,
    flat_tiers,
    labels,
    walk,
)
from tests.mirror.detectors.traders import Habits, trader

HABITS = Habits(soon=(0.7, 0.2), chase=1.5, creep=1.012, hazards=(0.4, 0.1), trades=4)


def rescuer(seed: int = 9, *, days: int = 25) -> Past:
    """A long a day behind thin fences, topped up, switched, stops moved, when it has fallen."""
    marks, story = walk(seed, 24 * (days + 2), sigma=0.008), Story()
    for day in range(1, days):
        at = day * 24 + 1
        entry = marks.closes[at]
        story.fill(at, "1", entry, margin_mode=ISOLATED, leverage=d(25))
        story.stop(at + 0.005, entry * d("0.97"))
        hours = [hour for hour in range(at + 1, at + 20) if marks.closes[hour] < entry * d("0.988")]
        if hours and day % 3 == 0:
            story.top_up(hours[0] + 0.1, 1_000)
        elif hours and day % 3 == 1:
            story.switch(hours[0] + 0.1, CROSS)
            story.stop(hours[0] + 0.2, entry * d("0.95"))
        story.fill(at + 20, "-1", marks.closes[at + 20], preplaced=False)
        story.switch(at + 20.5, ISOLATED)
    return story.past(marks, wallet=50_000)


PASTS = {"a trader": trader(5, 35, HABITS), "a rescuer": rescuer()}


def told(past: Past) -> tuple[Detected, ...]:
    return scan(past, seed=SEED)


def each(past: Past, change: Callable[[Any], Any]) -> Past:
    return replace(past, happened=tuple(change(event) for event in past.happened))


def times_money(past: Past, factor: object) -> Past:
    """Every amount and every size larger by a factor; prices stay."""
    c = d(factor)

    def change(event: Any) -> Any:
        if isinstance(event, Traded):
            return replace(event, contracts=event.contracts * c, fee=event.fee * c)
        return replace(event, amount=event.amount * c) if hasattr(event, "amount") else event

    balances = tuple(replace(one, wallet=one.wallet * c) for one in past.balances)
    return replace(each(past, change), balances=balances)


def times_prices(past: Past, factor: object) -> Past:
    """Another unit of the quote currency: prices and money larger, contracts the same."""
    c = d(factor)

    def change(event: Any) -> Any:
        if isinstance(event, Traded):
            return replace(event, price=event.price * c, fee=event.fee * c)
        if isinstance(event, StopMoved):
            return replace(event, price=None if event.price is None else event.price * c)
        return (
            replace(event, amount=event.amount * c)
            if isinstance(event, MarginAdjusted | MoneyMoved)
            else event
        )

    marks = {s: Hourly(m.times, tuple(p * c for p in m.closes)) for s, m in past.marks.items()}
    balances = tuple(replace(one, wallet=one.wallet * c) for one in past.balances)
    return replace(each(past, change), marks=marks, balances=balances)


def renamed(past: Past) -> Past:
    """The same under another symbol."""
    marks = {ETH: past.marks[BTC]}
    moved = each(past, lambda event: replace(event, symbol=ETH) if hasattr(event, "symbol") else event)
    return replace(moved, marks=marks, tiers=flat_tiers(ETH))


def later(past: Past, days: int) -> Past:
    """The same so many days later."""
    ms = days * DAY
    marks = {s: Hourly(tuple(t + ms for t in m.times), m.closes) for s, m in past.marks.items()}
    balances = tuple(replace(one, at=one.at + ms) for one in past.balances)
    return replace(each(past, lambda event: replace(event, at=event.at + ms)), marks=marks, balances=balances)


def without_effects(found: tuple[Detected, ...]) -> list[object]:
    """Labels, counts and evidence."""
    return [(one.id, one.label, one.counts, one.evidence) for one in found]


@pytest.mark.parametrize("name", PASTS)
@pytest.mark.parametrize(
    "change",
    [
        lambda past: times_money(past, 7),
        lambda past: times_money(past, "0.001"),
        lambda past: times_prices(past, 3),
        renamed,
        lambda past: later(past, 7),
        lambda past: replace(past, happened=past.happened[::-1]),
    ],
    ids=["money x 7", "money / 1000", "prices x 3", "renamed", "a week later", "told backwards"],
)
def test_the_same_is_found(name: str, change: Callable[[Past], Past]) -> None:
    past = PASTS[name]
    assert without_effects(told(change(past))) == without_effects(told(past))


@pytest.mark.parametrize("days", [1, 3, 365])
def test_a_shift_by_whole_days_changes_no_label(days: int) -> None:
    """The hour of the week moves with the weekday, so D6 may differ in its figures, not in its words."""
    past = PASTS["a trader"]
    assert labels(told(later(past, days))) == labels(told(past))


OTHER = {Side.LONG: Side.SHORT, Side.SHORT: Side.LONG}


def mirrored(past: Past) -> Past:
    """Every price p becomes 2a - p, every buy a sell: what a long gained, a short gains."""
    centre = 2 * past.marks[BTC].closes[0]

    def change(event: Any) -> Any:
        if isinstance(event, Traded):
            side = "sell" if event.side == "buy" else "buy"
            return replace(event, price=centre - event.price, side=side)
        if isinstance(event, StopMoved):
            price = None if event.price is None else centre - event.price
            return replace(event, price=price, side=OTHER.get(event.side))
        return event

    marks = {s: Hourly(m.times, tuple(centre - p for p in m.closes)) for s, m in past.marks.items()}
    return replace(each(past, change), marks=marks)


@pytest.mark.parametrize("name", PASTS)
def test_long_and_short_mirror(name: str) -> None:
    """Up to maintenance, which is a share of the price and so not mirrored; events keep clear of its edge."""
    there, back = told(PASTS[name]), told(mirrored(PASTS[name]))
    assert labels(back) == labels(there)
    for one, other in zip(there, back, strict=True):
        if one.id != "D1":
            assert other.counts == one.counts


def test_mirroring_twice_is_nothing() -> None:
    past = PASTS["a rescuer"]
    assert told(mirrored(mirrored(past))) == told(past)


def test_pre_placed_exits_added_to_a_quiet_trader_add_no_flag() -> None:
    quiet = trader(8, 40, Habits(trades=3))
    mechanical = trader(9, 40, Habits(barriers=(0.01, 0.02), trades=2, preplaced=True))
    other = tuple(replace(event, symbol=ETH, id=f"m-{event.id}") for event in mechanical.happened)  # type: ignore[call-arg]
    marks = {BTC: quiet.marks[BTC], ETH: mechanical.marks[BTC]}
    both = replace(quiet, happened=quiet.happened + other, marks=marks, tiers=flat_tiers(BTC, ETH))
    assert "supported" not in dict(labels(told(quiet))).values()
    assert "supported" not in dict(labels(told(both))).values()


def test_a_second_account_changes_no_count_of_the_first() -> None:
    past = PASTS["a rescuer"]
    twin = tuple(replace(event, account_id="other", id=f"t-{event.id}") for event in past.happened)
    balances = (*past.balances, *(replace(one, account_id="other") for one in past.balances))
    both = told(replace(past, happened=past.happened + twin, balances=balances))
    for one, two in zip(told(past), both, strict=True):
        if one.id in ("D1", "D4", "D5", "D8"):
            assert {k: 2 * v for k, v in one.counts.items()} == two.counts


def test_the_pasts_are_not_empty() -> None:
    """The laws above say something only where there is something to find."""
    events = dict(
        zip(
            ["D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10"],
            told(PASTS["a rescuer"]),
            strict=True,
        )
    )
    assert events["D1"].counts["rescues"] >= 5
    assert events["D4"].counts["stop moved away"] >= 3
    assert events["D8"].counts["flips while losing"] >= 3
    assert "supported" in dict(labels(told(PASTS["a trader"]))).values()
