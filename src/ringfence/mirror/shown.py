"""Which findings are shown, and in which order. What is not shown still counts, and says why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Finding, Severity
from ringfence.mirror.rules import RULES
from ringfence.mirror.thresholds import Thresholds

_PLACE = {rule_id: place for place, rule_id in enumerate(RULES)}


def _rank(one: Finding) -> tuple[int, int, int, int]:
    """The gravest first; then money, distance, chance."""
    return (-int(one.severity or 0), -one.level, int(one.topic), _PLACE[one.rule_id])


def _reading(one: Finding) -> tuple[bool, int, tuple[int, int, int, int]]:
    """What cannot be done first; then money, distance, chance."""
    return (one.severity is not Severity.BLOCK, int(one.topic), _rank(one))


def arranged(found: Iterable[Finding], facts: Facts, limits: Thresholds) -> tuple[Finding, ...]:
    """Every finding: at most three shown, in reading order, then the others, each with its reason."""
    ranked = sorted(found, key=_rank)
    ids = {one.rule_id for one in ranked}
    marked = [replace(one, suppressed=_hidden(one, ids, facts, limits)) for one in ranked]
    if marked and not any(not one.suppressed for one in marked):
        marked = _at_least_one(marked)
    open_ones = [one for one in marked if not one.suppressed]
    shown = sorted(open_ones[: limits.shown_most], key=_reading)
    beyond = [
        replace(one, suppressed=f"beyond {limits.shown_most}") for one in open_ones[limits.shown_most :]
    ]
    return (*shown, *sorted([*beyond, *(one for one in marked if one.suppressed)], key=_rank))


def _hidden(one: Finding, ids: set[str], facts: Facts, limits: Thresholds) -> str:
    if one.after:
        return "after"
    if (same := RULES[one.rule_id].same_as) in ids:
        return f"same as {same}"
    at = facts.history.shown.get(one.rule_id)
    if at is None or one.severity is Severity.BLOCK or facts.now_ms - at > limits.shown_again_ms:
        return ""
    return "" if _worse(one, facts, limits) else f"shown {(facts.now_ms - at) // 60_000} min ago"


def _worse(one: Finding, facts: Facts, limits: Thresholds) -> bool:
    """Whether its measure grew by a fifth since it was shown; without a measure it is the same."""
    was = facts.history.measures.get(one.rule_id)
    if was is None or one.measure is None:
        return False
    before, now = Fraction(was), Fraction(one.measure)
    return now > before and now - before >= Fraction(limits.worse_again) * abs(before)


def _at_least_one(marked: list[Finding]) -> list[Finding]:
    """A pause never stands without a word: the gravest repetition is shown once more."""
    for place, one in enumerate(marked):
        if one.suppressed.startswith("shown ") and one.severity is not Severity.ALLOW:
            return [*marked[:place], replace(one, suppressed=""), *marked[place + 1 :]]
    return marked
