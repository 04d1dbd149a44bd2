"""Events by their definitions: each fires on its example and stays silent on its neighbour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from ringfence.mirror.detectors import d01, standing
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.past import Detected, Hourly, Past
from ringfence.mirror.detectors.scan import scan
from ringfence.mirror.detectors.standing import Moment, Stand, stand
from ringfence.mirror.model import Permission, Written
from ringfence.venues.registry import rules
from tests.mirror.detectors.histories import (
    ALLOWED,
    CROSS,
    ISOLATED,
    SEED,
    Story,
    d,
    found,
    hourly,
    ladder,
)

CALM = [60_000 + (k % 2) * 20 for k in range(30)]
DOWN = hourly([*CALM, *[58_000 + (k % 2) * 20 for k in range(30)]])
"""Calm at 60 000, then at 58 000 from hour 30 on: RESCUE-1's mark."""


def rescue_one() -> Story:
    """Long 1 BTC at 60 000 behind 3 000; the wallet holds 10 000."""
    story = Story()
    story.fill(29.5, "1", 60_000, margin_mode=ISOLATED, leverage=d(20))
    return story


def d1(story: Story, marks: Hourly = DOWN, **rest: object) -> Detected:
    return found(story.past(marks, **rest), "D1")


def test_rescue_one_by_the_exact_engine() -> None:
    story = rescue_one()
    story.switch(32, CROSS)
    case = Case(story.past(DOWN))
    (one,) = case.episodes
    watched = d01.watch(case, one)
    (rescue,) = watched.rescues
    assert rescue.before is not None
    assert rescue.after is not None
    # Source: the seed's rescue: 57 286.43 to 50 251.26, and 1 000 to 8 000 that can be consumed.
    assert [round(float(s.price or 0), 4) for s in (rescue.before, rescue.after)] == [57286.4322, 50251.2563]
    assert (rescue.before.at_risk, rescue.after.at_risk) == (1_000, 8_000)
    assert watched.danger is True
    assert rescue.added == 7_000


Act = Callable[[Story], object]

RESCUES: dict[str, tuple[Act, bool]] = {
    "topped up": (lambda s: s.top_up(32, 500), True),
    "topped up by less than a thousandth": (lambda s: s.top_up(32, "0.9"), False),
    "margin taken out": (lambda s: s.top_up(32, -200), False),
    "topped up while it was not losing": (lambda s: s.top_up(29.9, 500), False),
    "switched to cross": (lambda s: s.switch(32, CROSS), True),
    "switched to cross before it lost": (lambda s: s.switch(29.9, CROSS), False),
    "leverage lowered": (lambda s: s.leverage(32, 10), True),
    "leverage raised": (lambda s: s.leverage(32, 40), False),
    "money sent in, behind a fence": (lambda s: s.deposit(32, 5_000), False),
    "more contracts with much margin": (lambda s: s.fill(32, "1", 58_000, leverage=d(2)), True),
    "more contracts with little margin": (lambda s: s.fill(32, "1", 58_000, leverage=d(100)), False),
    "closed and reopened in cross": (
        lambda s: (s.fill(32, -1, 58_000), s.fill(32.1, 1, 58_000, margin_mode=CROSS, leverage=d(20))),
        True,
    ),
    "closed and half of it reopened in cross": (
        lambda s: (s.fill(32, -1, 58_000), s.fill(32.1, "0.5", 58_000, margin_mode=CROSS, leverage=d(20))),
        False,
    ),
    "reduced": (lambda s: s.fill(32, "-0.5", 58_000), False),
}


@pytest.mark.parametrize("name", RESCUES)
def test_a_rescue_and_its_neighbour(name: str) -> None:
    act, fires = RESCUES[name]
    story = rescue_one()
    act(story)
    one = d1(story)
    assert one.counts["rescues"] == int(fires)
    assert len(one.evidence) == int(fires)
    assert one.label.value == "facts only"


def test_what_a_lower_leverage_does_to_a_fence_is_the_venues_to_say() -> None:
    """Without a mode rule the margin afterwards is not known, and no rescue is made up."""
    story = rescue_one()
    story.leverage(32, 10)
    silent = replace(rules("demo"), modes=())
    one = d1(story, rules={"demo": silent})
    assert one.counts["rescues"] == 0
    assert one.not_evaluated["the margin inside the fence is not known"] >= 1


def test_money_sent_in_behind_a_pool() -> None:
    story = Story()
    story.fill(29.5, "1", 60_000, margin_mode=CROSS, leverage=d(20))
    name = story.deposit(32, 5_000)
    assert d1(story, wallet=3_000).evidence == (name,)
    story.events[-1] = replace(story.events[-1], what="fee")  # type: ignore[call-arg]
    assert d1(story, wallet=3_000).evidence == ()


def test_an_unplanned_hedge_while_losing() -> None:
    story = Story()
    story.fill(29.5, "1", 60_000, margin_mode=CROSS, leverage=d(20), closes=False)
    name = story.fill(32, "-1", 58_000, margin_mode=CROSS, leverage=d(20), closes=False)
    assert d1(story, hedged=frozenset({"main"})).evidence == (name,)
    story.plan(0, hedge=ALLOWED)
    assert d1(story, hedged=frozenset({"main"})).evidence == ()


PLANS: dict[str, tuple[dict[str, object], bool]] = {
    "allowed": ({"top_up": ALLOWED}, True),
    "not allowed": ({}, False),
    "another kind allowed": ({"mode_switch": ALLOWED}, False),
    "up to this sum": ({"top_up": Permission(allowed=True, total_max=d(500))}, True),
    "up to a smaller sum": ({"top_up": Permission(allowed=True, total_max=d(499))}, False),
    "in this zone": ({"top_up": Permission(allowed=True, price_min=d(57_000), price_max=d(59_000))}, True),
    "above this zone": ({"top_up": Permission(allowed=True, price_min=d(59_000))}, False),
    "no times at all": ({"top_up": Permission(allowed=True, count_max=0)}, False),
    "written under water": ({"top_up": ALLOWED, "written": Written(flat=True, adverse=True)}, False),
    "written with a position": ({"top_up": ALLOWED, "written": Written(flat=False, adverse=False)}, False),
    "written after the open": ({"top_up": ALLOWED, "hour": 31}, False),
    "for the other side": ({"top_up": ALLOWED, "side": "short"}, False),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_written_beforehand_covers_its_own_rescue(name: str) -> None:
    terms, covered = PLANS[name]
    rest = dict(terms)
    story = rescue_one()
    story.plan(rest.pop("hour", 0), **rest)  # type: ignore[arg-type]
    story.top_up(32, 500)
    one = d1(story)
    assert one.counts["rescues"] == int(not covered)
    assert one.counts["planned rescues"] == int(covered)


def test_a_planned_rung_is_no_rescue() -> None:
    story = rescue_one()
    story.fill(32, "1", 58_000, leverage=d(2))
    assert d1(story).counts["rescues"] == 1
    story.plan(0, ladder=ladder((58_000, 1)))
    assert d1(story).counts["rescues"] == 0


@pytest.mark.parametrize(
    ("mark", "danger"),
    # Entry to liquidation is 4.52 %; near is 1.58 % of the mark, half of the equity is earlier still:
    # maintenance 0.5 % x P = (P - 57 000) / 2 at 57 575.76.
    [(58_200, False), (57_576, True), (57_300, True)],
)
def test_danger(mark: int, danger: bool) -> None:
    """RESCUE-1's fence: d_liq at entry 0.045226, 0.35 of it 0.015829: from 58 207.84 on down."""
    story = rescue_one()
    one = d1(story, hourly([*CALM, *[mark + 10 + k % 2 for k in range(8)]]))
    assert one.counts["endangered positions"] == int(danger or mark + 10 <= 58_207)


@pytest.mark.parametrize(("mark", "danger"), [(58_209, 0), (58_206, 1)])
def test_danger_begins_at_a_third_of_the_way_or_so(mark: int, danger: int) -> None:
    one = d1(rescue_one(), hourly([*CALM, *[mark] * 8]))
    assert one.counts["endangered positions"] == danger


def test_what_cannot_be_judged_is_counted_by_reason() -> None:
    story = Story()
    story.fill(29.5, "1", 60_000)  # no margin mode
    story.top_up(32, 500)
    assert "the margin mode is not known" in d1(story).not_evaluated
    cross = Story()
    cross.fill(29.5, "1", 60_000, margin_mode=CROSS)
    assert "no balance of the account is known" in d1(cross, wallet=None).not_evaluated
    unruled = rescue_one()
    one = d1(unruled, rules={})
    assert one.counts["positions"] == 0
    assert one.not_evaluated == {"the contract's size is not known": 1}


def test_the_money_of_a_rescue_and_what_doing_nothing_would_have_left() -> None:
    """The seed's path down: the fence would have cost its 3 000; in cross the position runs to 49 000."""
    marks = hourly([*CALM, *[58_000 + (k % 2) * 20 for k in range(10)], *[49_000] * 10])
    story = rescue_one()
    story.switch(32, CROSS)
    story.fill(45, "-1", 49_000)
    money = d1(story, marks, wallet=20_000).money
    assert money["realised USDT"] == -11_000
    assert money["without the rescue USDT"] == -3_000
    assert money["added USDT"] == 17_000


def test_the_path_up_makes_the_same_rescue_pay() -> None:
    marks = hourly([*CALM, 58_000, 58_000, 58_000, 57_000, *[60_500] * 10])
    story = rescue_one()
    story.switch(32, CROSS)
    story.fill(40, "-1", 60_500)
    money = d1(story, marks).money
    assert money["realised USDT"] == 500
    assert money["without the rescue USDT"] == -3_000


def many(count: int, rescued: int) -> tuple[Story, Hourly]:
    """Positions that come near liquidation, one a day, the first few of them topped up."""
    story, marks = Story(), []
    for number in range(count):
        start = number * 24
        marks += [60_000 + (k % 2) * 20 for k in range(16)] + [58_000 + (k % 2) * 20 for k in range(8)]
        story.fill(start + 15.5, "1", 60_000, margin_mode=ISOLATED, leverage=d(20))
        if number < rescued:
            story.top_up(start + 18, 500)
        story.fill(start + 22, "-1", 58_000)
    return story, hourly(marks)


@pytest.mark.parametrize(
    ("rescued", "of", "label"),
    [
        (3, 8, "supported"),  # Wilson 0.137: above a tenth
        (2, 8, "facts only"),  # two events are too few
        (7, 7, "facts only"),  # seven positions are too few
        (3, 20, "facts only"),  # Wilson 0.052
        (0, 8, "not seen"),
    ],
)
def test_when_rescues_are_a_habit(rescued: int, of: int, label: str) -> None:
    story, marks = many(of, rescued)
    one = d1(story, marks, wallet=1_000_000)
    assert (one.counts["rescued endangered positions"], one.counts["endangered positions"]) == (rescued, of)
    assert one.label.value == label


def test_a_mutant_that_forgets_the_contracts() -> None:
    """Half of it reopened is silent because of the size alone: without that condition it would fire."""
    story = rescue_one()
    RESCUES["closed and half of it reopened in cross"][0](story)
    case = Case(story.past(DOWN))
    step = case.episodes[1].steps[1]
    wrong = replace(step, before=replace(step.before, contracts=d("0.5")))
    assert d01._rescue(case, case.episodes[1], step, []) is None
    assert isinstance(d01._rescue(case, case.episodes[1], wrong, []), d01.Rescue)


def test_a_mutant_that_calls_nothing_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "NEAR", Fraction(0))
    one = d1(rescue_one(), hourly([*CALM, *[58_206] * 8]))
    assert one.counts["endangered positions"] == 0


def test_where_nothing_liquidates_is_further_than_anywhere() -> None:
    near, far = Stand(Fraction(1), Fraction(1, 10), None, None), Stand(Fraction(1), None, None, None)
    assert far.further_than(near)
    assert not near.further_than(far)
    assert not far.further_than(far)


def test_a_stand_in_a_pool_counts_the_other_legs() -> None:
    story = Story()
    story.fill(20, "1", 60_000, margin_mode=CROSS, leverage=d(20))
    story.fill(21, "10", 2_000, symbol="ETH/USDT:USDT", margin_mode=CROSS, leverage=d(20))
    marks = {"BTC/USDT:USDT": hourly([60_000] * 40), "ETH/USDT:USDT": hourly([2_000] * 22 + [1_900] * 18)}
    case = Case(story.past(marks, wallet=10_000))
    one = case.episodes[0]
    seen = stand(case, one, one.steps[0].after, Moment(30 * 3_600_000, d(60_000)))
    assert isinstance(seen, Stand)
    assert seen.at_risk == 9_000


# -- D4 ---------------------------------------------------------------------------------------------------


def goalposts(count: int, moved: int, *, to: object = 56_000, price: int = 58_000) -> tuple[Story, Hourly]:
    """Positions with a stop at 57 000, one a day; the first few have it moved once the price has fallen."""
    story, marks = Story(), []
    for number in range(count):
        start = number * 24
        marks += [60_000 + (k % 2) * 20 for k in range(16)] + [price + (k % 2) * 20 for k in range(8)]
        story.fill(start + 15.5, "1", 60_000, margin_mode=ISOLATED, leverage=d(10))
        story.stop(start + 15.505, 57_000)
        if number < moved:
            story.stop(start + 18, to, name=f"moved-{number}")
        story.fill(start + 22, "-1", price)
    return story, hourly(marks)


@pytest.mark.parametrize(
    ("change", "fires"),
    [
        ({"to": 56_000}, True),
        ({"to": None}, True),
        ({"to": 57_500}, False),
        ({"to": 57_000}, False),
        ({"to": 56_000, "price": 61_000}, False),
    ],
)
def test_goalposts(change: dict[str, object], fires: bool) -> None:
    story, marks = goalposts(1, 1, **change)  # type: ignore[arg-type]
    one = found(story.past(marks), "D4")
    assert one.counts["stop moved away"] == int(fires)
    assert one.evidence == (("moved-0",) if fires else ())


def test_goalposts_of_a_short_mirror_those_of_a_long() -> None:
    marks = hourly([*CALM, *[62_000 + (k % 2) * 20 for k in range(20)]])
    story = Story()
    story.fill(29, "-1", 60_000)
    story.stop(29, 63_000)
    wider, tighter = story.stop(35, 64_000), story.stop(40, 63_000)
    assert found(story.past(marks), "D4").evidence == (wider,)
    assert tighter not in found(story.past(marks), "D4").evidence


@pytest.mark.parametrize(
    ("moved", "of", "label"),
    [(4, 10, "supported"), (9, 9, "facts only"), (1, 10, "facts only"), (0, 10, "not seen")],
)
def test_when_moving_goalposts_is_a_habit(moved: int, of: int, label: str) -> None:
    story, marks = goalposts(of, moved)
    one = found(story.past(marks), "D4")
    assert (one.n, one.label.value) == (of, label)
    if moved:
        assert one.extra["mean widening of the stop"] == pytest.approx(1 / 3)


def test_a_plan_edited_under_water_is_listed() -> None:
    story, marks = goalposts(1, 0)
    story.plan(17, plan_id="X", version=2, written=Written(flat=False, adverse=True))
    one = found(story.past(marks), "D4")
    assert one.evidence == ("X#2",)
    assert one.counts["plans edited under water"] == 1


# -- D5 ---------------------------------------------------------------------------------------------------


def averaging(adds: int, *, losing: bool, mode: object = CROSS, planned: bool = False) -> Past:
    """One position a day, one addition each, while the price is below or above the entry."""
    story, marks = Story(), [60_000 + (k % 2) * 20 for k in range(24)]
    for number in range(adds):
        start = number * 24 + 24
        marks += [60_000 + (k % 2) * 20 for k in range(8)] + [58_000] * 8 + [62_000] * 8
        if planned:
            story.plan(start, plan_id=f"L{number}", ladder=ladder((58_000, 1), (62_000, 1)))
        story.fill(start + 7.5, "1", 60_000, margin_mode=mode, leverage=d(5))
        story.fill(*((start + 10, "1", 58_000) if losing else (start + 18, "1", 62_000)))
        story.fill(start + 22, "-2", 62_000)
    return story.past(hourly(marks), wallet=1_000_000)


def test_averaging_down_in_cross() -> None:
    one = found(averaging(15, losing=True), "D5")
    assert (one.counts["additions while losing"], one.counts["additions"]) == (15, 15)
    assert one.label.value == "supported"
    assert one.effect is not None
    assert one.effect > 0.4


@pytest.mark.parametrize(
    ("past", "label"),
    [
        (averaging(14, losing=True), "facts only"),
        (averaging(20, losing=False), "not seen"),
        (averaging(20, losing=True, mode=ISOLATED), "facts only"),
        (averaging(20, losing=True, planned=True), "facts only"),
    ],
    ids=["too few", "pyramiding", "isolated", "declared ladder"],
)
def test_what_is_not_averaging_down_in_cross(past: Past, label: str) -> None:
    one = found(past, "D5")
    assert one.label.value == label
    assert one.counts["additions while losing"] == (14 if label == "facts only" and one.n == 14 else 0)


def test_in_an_unknown_margin_mode_nothing_is_said() -> None:
    one = found(averaging(3, losing=True, mode=None), "D5")
    assert one.not_evaluated == {"the margin mode is not known": 3}


# -- D8 ---------------------------------------------------------------------------------------------------


def flips(count: int, *, losing: bool, planned: bool = False) -> Past:
    """One switch to cross a day, eight isolated hours losing and ten not."""
    story, marks = Story(), []
    for number in range(count):
        start = number * 24
        marks += [60_000 + (k % 2) * 20 for k in range(12)] + [58_000] * 5 + [60_500] * 7
        if planned:
            story.plan(start, plan_id=f"S{number}", mode_switch=ALLOWED)
        story.fill(start + 6.5, "1", 60_000, margin_mode=ISOLATED, leverage=d(5))
        story.switch(start + (16.5 if losing else 18), CROSS)
        story.fill(start + 22, "-1", 60_500)
        story.switch(start + 23, ISOLATED)
    return story.past(hourly(marks), wallet=1_000_000)


@pytest.mark.parametrize(
    ("past", "k", "label"),
    [
        (flips(5, losing=True), 5, "supported"),
        (flips(4, losing=True), 4, "facts only"),
        (flips(8, losing=False), 0, "not seen"),
        (flips(8, losing=True, planned=True), 0, "facts only"),
    ],
    ids=["five of five", "four", "in profit", "planned"],
)
def test_flips_to_cross_while_losing(past: Past, k: int, label: str) -> None:
    one = found(past, "D8")
    assert one.counts["flips while losing"] == k
    assert one.label.value == label


def test_words_are_short_and_name_no_one() -> None:
    pasts = [averaging(15, losing=True), flips(5, losing=True), many(8, 3)[0].past(many(8, 3)[1])]
    said = [one.words for past in pasts for one in scan(past, seed=SEED)]
    banned = {"buy", "sell", "tilt", "tilted", "addict", "gambler", "should", "score"}
    for words in said:
        assert len(words.split()) <= 20, words
        assert words[0].isdigit(), words
        assert not banned & {word.strip(".,:;").lower() for word in words.split()}
