"""Lives that several tests look at, each traded once."""

from __future__ import annotations

from functools import cache

from ringfence.mirror.detectors.past import Detected
from ringfence.mirror.detectors.scan import scan
from ringfence.testing.traders.habits import Life
from ringfence.testing.traders.laboratory import Trial, life_of
from ringfence.testing.traders.roster import ROSTER

NUMBERS = {kind.name: number for number, kind in enumerate(ROSTER)}
SEED = 20261122


def trial(name: str, positions: int = 60, index: int = 0) -> Trial:
    return Trial(NUMBERS[name], positions, index)


@cache
def life(name: str, positions: int = 60, index: int = 0) -> Life:
    return life_of(trial(name, positions, index))


@cache
def found(name: str, positions: int = 60, index: int = 0) -> dict[str, Detected]:
    return {one.id: one for one in scan(life(name, positions, index).past, seed=SEED)}
