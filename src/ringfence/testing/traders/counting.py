"""What many trials come to: shares of traders and of events, coverage, and what a claim is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ringfence.mirror.detectors.past import Label
from ringfence.mirror.detectors.scan import DETECTORS
from ringfence.testing.traders.chance import log_mean
from ringfence.testing.traders.laboratory import EVENTS
from ringfence.testing.traders.roster import ROSTER, Kind

NAMES = tuple(f"D{number}" for number in range(1, len(DETECTORS) + 1))
RATIOS = frozenset({"D2", "D6"})
"""Effects that are ratios: averaged by their logarithms."""
SUPPORTED = Label.SUPPORTED.value
LONG = 200
"""Positions from which a life says something about the population's effect."""
LABEL, N, EFFECT, LOW, HIGH, CHANCE = range(6)
Row = Mapping[str, Any]
Counts = dict[str, int]


@dataclass
class Cell:
    """What one detector said of the traders of one kind and size.

    Attributes:
        traders: how many. supported, suggestive: how many were told so. inferred: how many had enough for an
            interval. below: supported although there was less than is needed. effect: the mean of the
            effects. covered: intervals that hold the population's effect, of ``inferred``.
    """

    traders: int = 0
    supported: int = 0
    suggestive: int = 0
    inferred: int = 0
    below: int = 0
    effect: float | None = None
    covered: int = 0


def least() -> dict[str, int]:
    """How many of what it needs a detector asks for."""
    from ringfence.testing.traders.laboratory import Trial, tried

    return {name: one.min_n for name, one in tried(Trial(0, 2, 0)).said.items()}


def cells(rows: Iterable[Row], needed: Mapping[str, int]) -> dict[tuple[str, int, str], Cell]:
    """By kind, size and detector; the population's effect of a kind is the mean of its long lives."""
    by: dict[tuple[str, int, str], list[Any]] = {}
    long: dict[tuple[str, str], list[Any]] = {}
    for one in rows:
        for name, said in one["said"].items():
            by.setdefault((one["kind"], one["n"], name), []).append(said)
            if one["n"] >= LONG:
                long.setdefault((one["kind"], name), []).append(said)
    truth = {key: mean(key[1], said) for key, said in long.items()}
    return {key: _cell(key[2], said, needed[key[2]], truth.get((key[0], key[2]))) for key, said in by.items()}


def mean(name: str, said: Iterable[Any]) -> float | None:
    """The mean effect of those who had enough for one; of ratios the geometric one."""
    effects = [one[EFFECT] for one in said if one[LOW] is not None]
    if not effects:
        return None
    if name in RATIOS:
        return log_mean(effects)
    return float(sum(effects) / len(effects))


def _cell(name: str, said: list[Any], needed: int, truth: float | None) -> Cell:
    inferred = [one for one in said if one[LOW] is not None]
    told = [one[LABEL] for one in said]
    return Cell(
        traders=len(said), supported=told.count(SUPPORTED), suggestive=told.count(Label.SUGGESTIVE.value),
        inferred=len(inferred), below=sum(1 for one in said if one[N] < needed and one[LABEL] == SUPPORTED),
        effect=mean(name, said),
        covered=sum(1 for one in inferred if truth is not None and one[LOW] <= truth <= one[HIGH]),
    )  # fmt: skip


def accused(rows: Iterable[Row]) -> dict[tuple[str, int], tuple[int, int]]:
    """By control kind and size: traders of whom anything at all is supported, and all of them."""
    controls = {kind.name for kind in ROSTER if kind.control}
    out: dict[tuple[str, int], tuple[int, int]] = {}
    for one in rows:
        if one["kind"] in controls:
            flagged, total = out.get((one["kind"], one["n"]), (0, 0))
            said = any(said[LABEL] == SUPPORTED for said in one["said"].values())
            out[one["kind"], one["n"]] = flagged + said, total + 1
    return out


def events(rows: Iterable[Row]) -> dict[str, tuple[int, int, int]]:
    """By detector of events: found, falsely found, missed, over everybody."""
    out = dict.fromkeys(EVENTS, (0, 0, 0))
    for one in rows:
        for name, (hit, false, missed) in one["events"].items():
            a, b, c = out[name]
            out[name] = a + hit, b + false, c + missed
    return out


def innocent(kind: Kind, name: str) -> bool:
    """Whether nothing was put in that this detector could be right about."""
    return name not in kind.true and name not in kind.also


def share(cells_of: Iterable[Cell]) -> tuple[int, int]:
    """Supported and all, over several cells."""
    some = list(cells_of)
    return sum(one.supported for one in some), sum(one.traders for one in some)


def worth(found: tuple[int, int], false: tuple[int, int], *, prevalence: float = 0.3) -> float | None:
    """Precision where so many have the habit: of those told so, the share that has it.

    >>> round(worth((90, 100), (1, 100)), 3)
    0.975
    """
    if not found[1] or not false[1] or not found[0] + false[0]:
        return None
    right = prevalence * found[0] / found[1]
    return right / (right + (1 - prevalence) * false[0] / false[1])
