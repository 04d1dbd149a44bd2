"""The trial: drawn beforehand, for some pauses only, and read by what was drawn."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest

from ringfence.errors import OutOfRange
from ringfence.mirror.model import Lane, Severity, Verdict
from ringfence.mirror.outcome import trial as trials
from ringfence.mirror.outcome.trial import (
    Arm,
    Trial,
    Unit,
    arm_of,
    assigned,
    commitment,
    effects,
    kept_its_word,
    not_as_drawn,
)
from tests.mirror.outcome.world import DAY

SEED = bytes(range(32))
TRIAL = Trial(SEED, commitment(SEED), 1_000)
PAUSE = Verdict(Severity.PAUSE, Lane.INCREASE, 2, 20, ("M-01",), (), ())
FREE = next(name for name in map(str, range(100)) if assigned(SEED, name) is Arm.NO_TIMER)


def test_one_pause_in_five_has_no_timer() -> None:
    drawn = [assigned(SEED, f"intent {number}") for number in range(5_000)]
    assert 930 < drawn.count(Arm.NO_TIMER) < 1_070
    assert drawn != [assigned(bytes(32), f"intent {number}") for number in range(5_000)]
    assert {assigned(SEED, str(n), share=Fraction(0)) for n in range(50)} == {Arm.TIMER}
    assert {assigned(SEED, str(n), share=Fraction(1)) for n in range(50)} == {Arm.NO_TIMER}


def test_who_takes_part() -> None:
    assert arm_of(TRIAL, PAUSE, (FREE, 1_001), danger=False) is Arm.NO_TIMER
    assert arm_of(None, PAUSE, (FREE, 1_001), danger=False) is None
    assert arm_of(TRIAL, PAUSE, (FREE, 1_000), danger=False) is None
    assert arm_of(TRIAL, PAUSE, (FREE, 1_001), danger=True) is None
    for other in (
        replace(PAUSE, friction=3),
        replace(PAUSE, friction=1, severity=Severity.CAUTION),
        replace(PAUSE, severity=Severity.BLOCK),
        replace(PAUSE, timer=False),
    ):
        assert arm_of(TRIAL, other, (FREE, 1_001), danger=False) is None
    assert arm_of(replace(TRIAL, commitment="0" * 64), PAUSE, (FREE, 1_001), danger=False) is None


def test_the_seed_is_held_to_its_commitment() -> None:
    assert kept_its_word(TRIAL)
    assert not kept_its_word(replace(TRIAL, seed=bytes(32)))
    assert SEED.hex() not in TRIAL.commitment
    with pytest.raises(OutOfRange):
        commitment(bytes(15))


def units(count: int, *, effect: int, seed: int = 1) -> list[Unit]:
    """Pauses as they were drawn, and losses that are as much smaller with the timer."""
    dice = Random(seed)
    made = []
    for number in range(count):
        arm = assigned(SEED, str(number))
        saved = effect if arm is Arm.TIMER else 0
        made.append(
            Unit(
                str(number), 2_000 + number // 5 * DAY, arm,
                abandoned=dice.random() < (0.6 if effect and saved else 0.3),
                pnl=Decimal(dice.randint(-100, 20) + saved), liquidated=dice.random() < 0.1,
            )
        )  # fmt: skip
    return made


def test_the_effect_is_the_difference_of_the_means() -> None:
    made = [
        Unit("a", 0, Arm.TIMER, abandoned=True, pnl=Decimal(-10), liquidated=False),
        Unit("b", 0, Arm.TIMER, abandoned=False, pnl=Decimal(-20)),
        Unit("c", 0, Arm.NO_TIMER, abandoned=False, pnl=Decimal("-40.5"), liquidated=True),
        Unit("d", 0, Arm.NO_TIMER, abandoned=False),
    ]
    found = {one.what: one for one in effects(made, seed=1)}
    assert found["abandoned"].estimate == Decimal("0.5")
    assert found["pnl"].estimate == Decimal("25.5")
    assert found["liquidated"].estimate == -1
    assert (found["pnl"].timer, found["pnl"].no_timer) == (2, 1)
    assert not any(one.distinguishable for one in found.values())
    assert effects([], seed=1)[0].estimate is None
    assert effects(made[:2], seed=1)[0].estimate is None


def law_effects() -> None:
    real = {one.what: one for one in effects(units(400, effect=60), seed=5)}
    none = {one.what: one for one in effects(units(400, effect=0), seed=5)}
    assert real["pnl"].distinguishable
    assert real["abandoned"].distinguishable
    assert not none["pnl"].distinguishable
    assert not real["liquidated"].distinguishable
    interval = real["pnl"].interval
    assert interval is not None
    assert interval.low < 60 < interval.high


def test_a_real_effect_is_seen_and_none_is_not() -> None:
    law_effects()


@pytest.mark.parametrize(("events", "known"), [(4, False), (5, True)])
def test_what_hardly_ever_happens_in_an_arm_is_not_told_from_luck(events: int, *, known: bool) -> None:
    seen = {Arm.TIMER: 0, Arm.NO_TIMER: 0}
    made = []
    for one in units(400, effect=0):
        seen[one.arm] += 1
        most = 120 if one.arm is Arm.TIMER else events
        made.append(replace(one, abandoned=seen[one.arm] <= most))
    (abandoned, *_) = effects(made, seed=1)
    assert (abandoned.interval is not None) is known


def test_an_effect_read_from_the_wrong_arm_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    def turned(one: Unit, value: int) -> tuple[int, int, int, int]:
        return (value, 1, 0, 0) if int(one.intent_id) % 2 else (0, 0, value, 1)

    monkeypatch.setattr(trials, "_columns", turned)
    with pytest.raises(AssertionError):
        law_effects()


def test_arms_that_were_not_drawn_are_found() -> None:
    made = units(20, effect=0)
    assert not_as_drawn(TRIAL, made) == ()
    other = Arm.TIMER if made[3].arm is Arm.NO_TIMER else Arm.NO_TIMER
    made[3] = replace(made[3], arm=other)
    made[5] = replace(made[5], at=1_000)
    assert not_as_drawn(TRIAL, made) == ("3", "5")
