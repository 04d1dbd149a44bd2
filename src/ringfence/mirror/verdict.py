"""What the findings of all rules come to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Finding, Lane, Severity, Verdict
from ringfence.mirror.pause import friction, may_wait, seconds, severity_of
from ringfence.mirror.proceed import unwritten
from ringfence.mirror.rules import RULES
from ringfence.mirror.shown import arranged
from ringfence.mirror.thresholds import Thresholds


def findings(facts: Facts, limits: Thresholds) -> tuple[Finding, ...]:
    """What every rule says of these facts, in the order of the table; silent rules are left out."""
    said = (rule(facts, limits) for rule in RULES.values())
    return tuple(one for one in said if one is not None)


def decided(facts: Facts, found: Iterable[Finding], limits: Thresholds) -> Verdict:
    """The verdict over findings. Another finding never lowers it, and the reduce lane is always allowed."""
    every = tuple(found)
    known = tuple(one for one in every if one.evaluated)
    unknown = tuple(one for one in every if not one.evaluated)
    if facts.lane is Lane.REDUCE:
        return _reducing(facts, known, unknown, limits)
    if any(one.severity is Severity.BLOCK for one in known) or any(one.closes for one in unknown):
        return _blocked(facts, known, unknown, limits)
    return _paused(facts, known, unknown, limits)


_STALE = {"G-01 mark": "sources.mark_age_ms", "G-01 snapshot": "sources.snapshot_age_ms"}
"""Data that is too old is missing, too: the way out is the same."""


def _blocked(
    facts: Facts, known: tuple[Finding, ...], unknown: tuple[Finding, ...], limits: Thresholds
) -> Verdict:
    """What cannot be done, is locked, or cannot be judged. Only a form that is filled in wrongly waits."""
    blocks = [one for one in known if one.severity is Severity.BLOCK]
    closing = [one for one in unknown if one.closes]
    lacking = [path for one in closing for path in one.missing]
    lacking += [_STALE[one.key] for one in blocks if one.key in _STALE]
    missing = all(one.key in _STALE for one in blocks)
    ids = tuple(one.rule_id for one in (*blocks, *(closing if missing else ())))
    level = friction(known, facts, limits)
    form = ids == ("G-08",)
    return Verdict(
        Severity.BLOCK, facts.lane, level, 0, ids, arranged(known, facts, limits), unknown,
        answers_needed=unwritten(facts, known, max(level, 2)) if form else (),
        timer=may_wait(facts, limits.pause_seconds, limits),
        data_missing=tuple(dict.fromkeys(lacking)) if missing else (),
    )  # fmt: skip


def _paused(
    facts: Facts, known: tuple[Finding, ...], unknown: tuple[Finding, ...], limits: Thresholds
) -> Verdict:
    level = friction(known, facts, limits)
    worst = max((one.severity for one in known if one.severity is not None), default=Severity.ALLOW)
    severity = max(worst, severity_of(level))
    ids = tuple(one.rule_id for one in known if one.severity is severity or (one.lifts and severity > worst))
    wait = seconds(level, known, limits)
    timer = may_wait(facts, wait, limits)
    return Verdict(
        severity, facts.lane, level, wait if timer else 0, ids, arranged(known, facts, limits), unknown,
        answers_needed=unwritten(facts, known, level) if timer and level > 1 else (), timer=timer,
    )  # fmt: skip


def _reducing(
    facts: Facts, known: tuple[Finding, ...], unknown: tuple[Finding, ...], limits: Thresholds
) -> Verdict:
    """Nothing stands before it: every finding is a note, most of them told afterwards."""
    notes = tuple(
        replace(
            one,
            severity=Severity.ALLOW,
            level=0,
            lifts=0,
            extra_seconds=0,
            after=not RULES[one.rule_id].before,
        )
        for one in known
    )
    return Verdict(Severity.ALLOW, facts.lane, 0, 0, ("G-02",), arranged(notes, facts, limits), unknown)
