"""How long an intent waits: the level, the seconds, and the clock that forbids waiting near liquidation."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ringfence.mirror.facts import Facts
from ringfence.mirror.model import Finding, Severity
from ringfence.mirror.thresholds import Thresholds

MOST = 3
HOUR, DAY = 3600, 86_400


def friction(found: Iterable[Finding], facts: Facts, limits: Thresholds) -> int:
    """The level, 0 to 3: the highest asked for, and what habit adds; quiet hours take that off again."""
    findings = tuple(found)
    lifts = sum(one.lifts for one in findings)
    quiet = facts.history.quiet_ms
    decayed = quiet // limits.friction_decay_ms if quiet is not None else 0
    return min(MOST, max((one.level for one in findings), default=0) + max(0, lifts - decayed))


def severity_of(level: int) -> Severity:
    """What a level of friction amounts to."""
    return (Severity.ALLOW, Severity.CAUTION, Severity.PAUSE, Severity.PAUSE)[level]


def seconds(level: int, found: Iterable[Finding], limits: Thresholds) -> int:
    """How long a level waits, with what single findings add, never beyond the ceiling."""
    if level < 2:
        return 0
    base = limits.long_pause_seconds if level == MOST else limits.pause_seconds
    return min(base + sum(one.extra_seconds for one in found), limits.pause_ceiling_seconds)


def may_wait(facts: Facts, wait: int, limits: Thresholds) -> bool:
    """Whether waiting is safe: the distance to liquidation is at least ten deviations of the wait.

    Compared as squares, so it is exact: d² ≥ n²·σ_h²·wait/3600. Where the deviation is not known, that of a
    restless instrument is taken; where the distance of an open position is not known, nobody waits: a pause
    that is missing costs a chance to think, a pause too long may cost the position.
    """
    before = facts.before
    if before.contracts == 0 or before.liquidatable is False:
        return True
    if before.distance is None or before.distance <= 0:
        return False
    hour = facts.market.sigma_hour
    if hour is not None:
        variance = Fraction(hour) ** 2 * wait / HOUR
    else:
        variance = Fraction(limits.unknown_sigma_day) ** 2 * wait / DAY
    return Fraction(before.distance) ** 2 >= limits.clock_deviations**2 * variance
