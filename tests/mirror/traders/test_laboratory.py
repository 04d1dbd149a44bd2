"""A small laboratory with fixed seeds; the whole one is docs/detectors.md."""

from __future__ import annotations

import pytest

from ringfence.mirror.detectors.past import Label
from ringfence.testing.traders.counting import accused, cells, events, least, worth
from ringfence.testing.traders.laboratory import marked, row, tried
from ringfence.testing.traders.roster import CONTROLS, POSITIVES, ROSTER
from tests.mirror.traders.lives import found, life, trial

STRONG = [kind.name for kind in POSITIVES if kind.strength == "strong"]
QUIET = [kind.name for kind in CONTROLS]
SUPPORTED = Label.SUPPORTED


@pytest.mark.parametrize("name", STRONG)
def test_a_strong_habit_is_supported_at_200(name: str) -> None:
    kind = next(kind for kind in ROSTER if kind.name == name)
    for detector in kind.true:
        one = found(name, 200)[detector]
        assert one.label is SUPPORTED, (detector, one.effect, one.interval, one.p, one.counts)


def test_controls_are_not_accused() -> None:
    """One in ten is what false discoveries are held to, over all detectors; these seeds have fewer."""
    told = {name: found(name, 100) for name in QUIET}
    accusations = [
        (name, d) for name, seen in told.items() for d, one in seen.items() if one.label is SUPPORTED
    ]
    assert len(accusations) <= 1, accusations


@pytest.mark.parametrize(("name", "positions"), [*((s, 200) for s in STRONG), *((q, 100) for q in QUIET)])
def test_events_are_found_one_by_one(name: str, positions: int) -> None:
    """From the bookings alone, the detectors find exactly what the engine's own state says was done."""
    one = life(name, positions)
    for detector, (_, false, missed) in marked(one, tuple(found(name, positions).values())).items():
        assert (false, missed) == (0, 0), detector


@pytest.mark.parametrize("name", STRONG)
def test_never_supported_below_what_it_needs(name: str) -> None:
    for one in found(name, 12).values():
        assert one.n >= one.min_n or one.label is not SUPPORTED


def test_a_trial_says_the_same_twice() -> None:
    assert row(tried(trial("rescuer, strong", 30))) == row(tried(trial("rescuer, strong", 30)))


def test_counting() -> None:
    lines = [row(tried(trial(name, 30, index))) for name in ("disciplined", "scalper") for index in (0, 1)]
    told = cells(lines, least())
    assert told["disciplined", 30, "D1"].traders == 2
    assert sum(total for _, total in accused(lines).values()) == 4
    assert set(events(lines)) == {"D1", "D4", "D5", "D8"}
    assert worth((95, 100), (2, 100)) == pytest.approx(0.3 * 0.95 / (0.3 * 0.95 + 0.7 * 0.02))
    assert worth((0, 10), (0, 10)) is None
