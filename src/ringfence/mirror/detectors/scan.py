"""All ten detectors over one past, and the labels they earn together."""

from __future__ import annotations

from dataclasses import replace

from ringfence.mirror.detectors import d01, d02, d03, d04, d05, d06, d07, d08, d09, d10
from ringfence.mirror.detectors.case import Case
from ringfence.mirror.detectors.past import Detected, Label, Past
from ringfence.mirror.detectors.statistics import Draw, discoveries
from ringfence.mirror.detectors.tape import widely

DETECTORS = (d01, d02, d03, d04, d05, d06, d07, d08, d09, d10)
HINT = 0.05
"""A chance up to which something is suggestive where it is not supported."""
BY_COUNT = frozenset({"D1", "D4"})
"""Shares of definite events: where they are too few to be a habit they are still facts, never *not seen*."""


@widely
def scan(past: Past, *, seed: int) -> tuple[Detected, ...]:
    """D1 to D10 in order.

    Counts are facts whatever the label says. A tendency is supported only with enough of what it needs, an
    interval that leaves its null out, and a place among the discoveries when a tenth of them may be false.

    Args:
        seed: the same past and seed give the same answer, to the last digit, on every machine.

    >>> [one.label.value for one in scan(Past(()), seed=1)] == ["facts only"] * 10
    True
    """
    case = Case(past)
    found = [one.detect(case, Draw(seed, number)) for number, one in enumerate(DETECTORS, 1)]
    return judged(found)


def judged(found: list[Detected]) -> tuple[Detected, ...]:
    """The labels, false discoveries held to a tenth over the detectors that infer something at all."""
    inferred = [one for one in found if _infers(one)]
    standing = discoveries([one.p for one in inferred if one.p is not None])
    passed = {one.id for one, stands in zip(inferred, standing, strict=True) if stands}
    return tuple(replace(one, label=_label(one, passed=one.id in passed)) for one in found)


def _infers(one: Detected) -> bool:
    return one.p is not None and one.interval is not None and one.n >= one.min_n


def _label(one: Detected, *, passed: bool) -> Label:
    if not _infers(one) or one.p is None:
        return Label.FACTS
    if one.small:
        return Label.NOT_SEEN
    if one.claims and passed:
        return Label.SUPPORTED
    if one.claims or one.p <= HINT:
        return Label.SUGGESTIVE
    return Label.FACTS if one.id in BY_COUNT and one.evidence else Label.NOT_SEEN
