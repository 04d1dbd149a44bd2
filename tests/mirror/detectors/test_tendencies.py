"""Tendencies: found where they were put, not where they were not, and never on too little."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.mirror.detectors import d02, d03, d09
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.past import Decided, Detected, Label, Past
from ringfence.mirror.detectors.scan import judged, scan
from ringfence.mirror.detectors.statistics import Draw, log_units
from tests.mirror.detectors.histories import DAY, HOUR, SEED, d, found, labels
from tests.mirror.detectors.traders import Habits, trader

MECHANICAL = [
    Habits(barriers=pair, trades=1) for pair in ((0.01, 0.02), (0.02, 0.01), (0.015, 0.015), (0.01, 0.03))
]


@pytest.mark.parametrize(
    ("name", "habits"),
    [
        ("D2", Habits(soon=(0.8, 0.2))),
        ("D3", Habits(chase=1.8)),
        ("D6", Habits(extra=4, trades=4)),
        ("D7", Habits(creep=1.012)),
        ("D9", Habits(hazards=(0.24, 0.06), trades=2)),
    ],
)
def test_a_habit_that_is_there_is_supported(name: str, habits: Habits) -> None:
    seen = {one.id: one for one in scan(trader(5, 60, habits), seed=SEED)}
    one = seen[name]
    assert one.label is Label.SUPPORTED, (one.effect, one.interval, one.p, one.counts)
    assert one.interval is not None
    assert one.effect is not None
    assert one.interval[0] <= one.effect <= one.interval[1]


@pytest.mark.parametrize("habits", [Habits(), Habits(soon=(0.9, 0.9)), *MECHANICAL])
def test_what_is_not_there_is_not_supported(habits: Habits) -> None:
    for seed in (1, 2):
        told = labels(scan(trader(seed, 60, habits), seed=SEED))
        assert "supported" not in dict(told).values(), told


def test_a_fixed_size_is_no_creep_although_leverage_rises() -> None:
    """Size never changes; equity falls with the losses, so leverage rises by itself."""
    for seed in range(3):
        past = trader(seed, 60, Habits(spread=0.0))
        sized = tuple(replace(one, contracts=d("0.5")) for one in past.happened)  # type: ignore[call-arg]
        one = found(replace(past, happened=sized), "D7")
        assert one.label is not Label.SUPPORTED
        assert one.n >= 30


@pytest.mark.parametrize("name", ["D2", "D3", "D6", "D7", "D9"])
def test_never_supported_below_its_size(name: str) -> None:
    """Every habit at once, at its strongest, over a week."""
    habits = Habits(soon=(1, 0), chase=3, creep=1.05, hazards=(0.9, 0.05), trades=4)
    one = found(trader(11, 7, habits), name)
    assert one.label is Label.FACTS
    assert (one.p, one.interval) == (None, None)
    assert any(one.counts.values())


def test_the_same_seed_says_the_same() -> None:
    past = trader(3, 40, Habits(chase=1.4))
    assert scan(past, seed=5) == scan(past, seed=5)
    assert [one.counts for one in scan(past, seed=6)] == [one.counts for one in scan(past, seed=5)]


# -- power, as the requirement's own simulation has it ------------------------------------------------------


def chased(seed: int, n: int, factor: float) -> list[d03.Pair]:
    """Five positions a day, log risk with a deviation of one half, larger by a factor after a loss."""
    rng, rows = random.Random(seed), []
    for day in range(n // 5):
        lost = rng.random() < 0.5
        for _ in range(4):
            log = rng.gauss(0, 0.5)
            risk = log_units(Decimal(2.718281828459045**log * (factor if lost else 1.0)))
            rows.append(d03.Pair(day, lost, risk, None, None, None))  # type: ignore[arg-type]
            lost = rng.random() < 0.5
    return rows


@pytest.mark.parametrize(
    ("n", "factor", "low", "high"),
    # The requirement's simulation: 0.69, 0.89, 0.99 at half as much again; 0.01 to 0.06 at none.
    [
        (60, 1.5, 0.55, 0.82),
        (100, 1.5, 0.80, 0.97),
        (200, 1.5, 0.96, 1.0),
        (100, 1.0, 0.0, 0.08),
        (60, 2.0, 0.95, 1.0),
    ],
)
def test_power_of_loss_chasing(n: int, factor: float, low: float, high: float) -> None:
    flagged = 0
    for seed in range(60):
        drawn, p = d03.infer(chased(seed, n, factor), Draw(seed, 3))
        flagged += drawn is not None and p is not None and drawn.interval[0] > 0 and p <= 0.05
    assert low <= flagged / 60 <= high


@pytest.mark.parametrize(("after_loss", "low", "high"), [(0.45, 0.6, 0.92), (0.20, 0.0, 0.10)])
def test_power_of_revenge_at_fifty_four_a_side(after_loss: float, low: float, high: float) -> None:
    """0.45 against 0.20 is seen four times in five with 54 closes a side; within days a little less."""
    flagged = 0
    for seed in range(60):
        rng = random.Random(seed)
        lost = [True, False] * 54
        hits = [rng.random() < (after_loss if loss else 0.20) for loss in lost]
        drawn, p = d02.infer([k // 6 for k in range(108)], lost, hits, Draw(seed, 2))
        flagged += drawn is not None and p is not None and drawn.interval[0] > 1 and p <= 0.05
    assert low <= flagged / 60 <= high


# -- D9 -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("habits", MECHANICAL, ids=["1:2", "2:1", "1:1", "1:3"])
def test_barriers_have_a_disposition_effect_that_is_nobodys(habits: Habits) -> None:
    """The plain figures differ, Itô's formula foretells them, and the detector stays silent."""
    past = trader(2, 120, replace(habits, trades=3))
    one = found(past, "D9")
    assert one.counts["gains realised away from extremes"] == 0
    assert one.counts["losses realised away from extremes"] == 0
    assert one.label is Label.FACTS
    assert one.extra["PGR"] == pytest.approx(one.extra["PGR of barriers"], rel=0.25)
    assert one.extra["PLR"] == pytest.approx(one.extra["PLR of barriers"], rel=0.25)
    up, down = habits.barriers or (0, 0)
    assert (one.extra["DE"] > 0) is (up < down) or up == down


def test_a_null_of_matched_levels_could_never_be_rejected() -> None:
    """Why extremes are left out: closing early in gain has the very figures of barriers at its own levels."""
    one = found(trader(4, 120, Habits(hazards=(0.2, 0.05), trades=2)), "D9")
    assert one.extra["DE"] > 0.05
    assert one.extra["PGR"] == pytest.approx(one.extra["PGR of barriers"], rel=0.3)
    assert one.label is Label.SUPPORTED


def test_without_the_matching_a_mechanical_trader_would_be_accused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: every opportunity counts as free of barriers."""
    monkeypatch.setattr(d09._Path, "free", lambda *_: True)
    assert found(trader(2, 120, Habits(barriers=(0.01, 0.02), trades=3)), "D9").label is Label.SUPPORTED


def test_placed_beforehand_is_no_decision() -> None:
    one = found(trader(2, 60, Habits(hazards=(0.6, 0.1), preplaced=True)), "D9")
    assert one.counts["gains realised"] == 0
    assert one.counts["closes pre-placed, counted apart"] > 100
    assert one.label is Label.FACTS


def test_liquidations_are_counted_apart() -> None:
    past = trader(2, 60, Habits(hazards=(0.24, 0.06), trades=2))
    events = list(past.happened)
    events[9] = replace(events[9], liquidation=True)  # type: ignore[call-arg]
    one = found(replace(past, happened=tuple(events)), "D9")
    assert one.counts["closes liquidated, counted apart"] == 1
    assert one.extra["DE with liquidations"] < one.extra["DE"]


def test_by_closes_where_several_positions_are_open() -> None:
    """Two accounts of habits side by side in one: events, not hours, and the others are the paper ones."""
    one_coin = trader(2, 80, Habits(hazards=(0.24, 0.04), trades=2))
    other = trader(3, 80, Habits(hazards=(0.24, 0.04), trades=2))
    renamed = tuple(replace(one, symbol="ETH/USDT:USDT", id=f"e-{one.id}") for one in other.happened)  # type: ignore[call-arg]
    marks = {"BTC/USDT:USDT": one_coin.marks["BTC/USDT:USDT"], "ETH/USDT:USDT": other.marks["BTC/USDT:USDT"]}
    one = found(replace(one_coin, happened=one_coin.happened + renamed, marks=marks), "D9")
    assert "by close" in one.measure
    assert one.effect is not None
    assert one.effect > 0


# -- D10, and the labels ------------------------------------------------------------------------------------


def overrides(*deltas: object) -> Past:
    """A pause a day."""
    rows = [Decided(f"a{k}", k * DAY, "override", None if x is None else d(x)) for k, x in enumerate(deltas)]
    return Past((), decided=(*rows, Decided("b", HOUR, "do_nothing")))


@pytest.mark.parametrize(
    ("deltas", "label"),
    [
        ([-100] * 5 + [-120] * 5, "supported"),
        ([-100] * 9, "facts only"),
        ([-100, 100] * 10, "not seen"),
        ([100] * 5 + [120] * 5, "supported"),
        ([None] * 20, "facts only"),
    ],
)
def test_overrides_and_their_money(deltas: list[object], label: str) -> None:
    one = found(overrides(*deltas), "D10")
    known = [x for x in deltas if x is not None]
    assert one.label.value == label
    assert one.money["net"] == sum(known)  # type: ignore[arg-type]
    assert one.money["gained"] - one.money["cost"] == one.money["net"]
    assert one.counts["pauses"] == len(deltas) + 1


def fake(name: str, p: float | None, *, claims: bool = True, n: int = 50, small: bool = False) -> Detected:
    interval = None if p is None else (0.1, 0.2)
    return Detected(
        name,
        name,
        Label.FACTS,
        {},
        ("x",),
        n,
        20,
        "",
        "",
        effect=0.15,
        interval=interval,
        p=p,
        claims=claims,
        small=small,
    )


def test_labels_and_false_discoveries() -> None:
    told = [
        fake("D1", 0.30, claims=False), fake("D2", 0.001), fake("D3", 0.002, small=True),
        fake("D4", None), fake("D5", 0.04, claims=False), fake("D6", 0.5, claims=False),
        fake("D7", 0.001, n=19),
    ]  # fmt: skip
    assert [one.label.value for one in judged(told)] == [
        "facts only", "supported", "not seen", "facts only", "suggestive", "not seen", "facts only",
    ]  # fmt: skip


def test_many_questions_make_one_answer_weaker() -> None:
    """A chance of 0.04 stands alone and does not among nine others: the false-discovery mutant would pass."""
    assert judged([fake("D2", 0.04)])[0].label is Label.SUPPORTED
    crowd = [fake("D2", 0.04), *[fake(f"D{k}", 0.9, claims=False) for k in range(3, 11)]]
    assert judged(crowd)[0].label is Label.SUGGESTIVE


def test_equity_is_needed_for_creep_and_not_for_chasing() -> None:
    past = replace(trader(5, 60, Habits(chase=1.8)), balances=())
    assert found(past, "D7").n == 0
    assert found(past, "D3").label is Label.SUPPORTED
    assert Case(past).usual_loss["USDT"] > 0
