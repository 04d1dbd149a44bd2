"""The laboratory: a trader lives, the detectors look, and what they say is held against what was put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ringfence.mirror.detectors.past import Detected, Label
from ringfence.mirror.detectors.scan import scan
from ringfence.testing.traders.habits import Life
from ringfence.testing.traders.life import BTC, ETH, FIRST_DAY, lived
from ringfence.testing.traders.paths import A_DAY, Market, Path, beside, cut_from, made
from ringfence.testing.traders.roster import ROSTER, Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Closes = NDArray[np.int64]

EVENTS = ("D1", "D4", "D5", "D8")
"""Detectors of definite events: found or not, one by one."""
SPARE_DAYS = 12


@dataclass(frozen=True)
class Trial:
    """One trader to be made.

    Attributes:
        number: place in the roster. positions: how many. index: which of many of that kind; it also picks
            the kind of market. real: closes of a real market, five minutes apart, in ticks; None: there are
            none here, and a random walk takes their place.
    """

    number: int
    positions: int
    index: int
    real: Closes | None = field(default=None, compare=False)

    @property
    def kind(self) -> Kind:
        """Who it is."""
        return ROSTER[self.number]

    @property
    def seed(self) -> int:
        """Different for every trader."""
        return (self.number * 1_000 + self.positions) * 10_000 + self.index

    @property
    def market(self) -> Market:
        """The kinds take turns."""
        kinds = list(Market)
        return kinds[(self.index + self.number) % len(kinds)]


@dataclass(frozen=True)
class Said:
    """What one detector said of one trader; the figures are None where it inferred nothing."""

    label: Label
    n: int
    min_n: int
    effect: float | None
    interval: tuple[float, float] | None
    p: float | None


@dataclass(frozen=True)
class Result:
    """What came of a trial. ``events``: by detector, how many were found, falsely found, and missed."""

    trial: Trial
    said: Mapping[str, Said]
    events: Mapping[str, tuple[int, int, int]]


def life_of(trial: Trial) -> Life:
    """The life of a trial."""
    habits = trial.kind.habits
    slots = (FIRST_DAY + trial.positions + SPARE_DAYS) * A_DAY
    path = _path(trial, slots)
    paths = {BTC: path, ETH: beside(path, trial.seed)} if habits.hedge else {BTC: path}
    return lived(habits, paths, positions=trial.positions, seed=trial.seed)


def _path(trial: Trial, slots: int) -> Path:
    if trial.market is not Market.REAL:
        return made(trial.market, trial.seed, slots)
    if trial.real is None:
        return made(Market.WALK, trial.seed, slots)
    return cut_from(trial.real, trial.seed, slots)


def tried(trial: Trial) -> Result:
    """A trader made, looked at and judged.

    >>> sorted(tried(Trial(0, 6, 1)).events)
    ['D1', 'D4', 'D5', 'D8']
    """
    life = life_of(trial)
    found = scan(life.past, seed=trial.seed)
    return Result(trial, {one.id: _said(one) for one in found}, marked(life, found))


def _said(one: Detected) -> Said:
    return Said(one.label, one.n, one.min_n, one.effect, one.interval, one.p)


def marked(life: Life, found: tuple[Detected, ...]) -> dict[str, tuple[int, int, int]]:
    """Events found, falsely found, and missed."""
    out = {}
    for one in found:
        if one.id in EVENTS:
            seen, put_in = set(one.evidence), life.events.get(one.id, frozenset())
            out[one.id] = len(seen & put_in), len(seen - put_in), len(put_in - seen)
    return out


def row(result: Result) -> dict[str, Any]:
    """A result as plain values, for a line of JSON."""
    trial = result.trial
    said = {
        name: [one.label.value, one.n, one.effect, *(one.interval or (None, None)), one.p]
        for name, one in result.said.items()
    }
    return {
        "kind": trial.kind.name, "n": trial.positions, "index": trial.index, "market": trial.market.value,
        "said": said, "events": result.events,
    }  # fmt: skip
