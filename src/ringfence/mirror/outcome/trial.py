"""The trial: some pauses without their timer, drawn by a seed that was fixed beforehand. Off by default.

Whoever wants to know whether waiting helps *them* lets chance decide, now and then, whether there is any.
Only pauses of the second level take part: never the long one, never one near a liquidation. The digest of
the seed is written into the journal before the first draw, so that nobody can choose a seed by its results;
publishing the seed later lets everybody draw again.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from math import lcm

from ringfence.domain.numbers import Number, simplest
from ringfence.errors import OutOfRange
from ringfence.mirror.model import Severity, Verdict
from ringfence.mirror.outcome.interval import Interval, of_statistic

SHARE = Fraction(1, 5)
"""Of the pauses that take part, those without a timer."""
LEVEL = 2
ENOUGH = 30
"""Pauses an arm needs before its effect is told from luck."""
FEW = 5
"""Times that something must have happened, and not happened, in each arm before days are drawn again: an arm
without a single liquidation would look certain."""
_PREFIX = b"ringfence trial 1\x00"


class Arm(Enum):
    """What chance gave to one pause.

    >>> Arm("no_timer").name
    'NO_TIMER'
    """

    TIMER = "timer"
    NO_TIMER = "no_timer"


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial that somebody agreed to.

    Attributes:
        seed: at least 16 bytes, from the system's chance; kept secret while it runs.
        commitment: of the seed. committed_ms: when the journal had it, UTC ms.
    """

    seed: bytes
    commitment: str
    committed_ms: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One pause of a trial and what came of it.

    Attributes:
        at: UTC ms. abandoned: it was not carried out. pnl: of what was done, at the primary horizon;
            liquidated: then; None: not known yet.
    """

    intent_id: str
    at: int
    arm: Arm
    abandoned: bool
    pnl: Number | None = None
    liquidated: bool | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """Mean with the timer less mean without it, by the arm that was drawn, whatever was done then.

    Attributes:
        timer, no_timer: how many pauses of each arm are known. estimate: None with an arm that is empty.
    """

    what: str
    timer: int
    no_timer: int
    estimate: Number | None
    interval: Interval | None

    @property
    def distinguishable(self) -> bool:
        """Whether it is told from luck: 30 pauses in each arm, and an interval that leaves out zero."""
        enough = min(self.timer, self.no_timer) >= ENOUGH
        return enough and self.interval is not None and self.interval.excludes_zero


def commitment(seed: bytes) -> str:
    """What is written down of a seed before it is used; it does not give the seed away.

    Raises:
        OutOfRange: fewer than 16 bytes could be guessed.

    >>> commitment(bytes(16))[:8]
    '68828634'
    """
    if len(seed) < 16:
        raise OutOfRange("a seed of a trial has at least 16 bytes", path="seed", value=len(seed))
    return hashlib.sha256(_PREFIX + seed).hexdigest()


def kept_its_word(trial: Trial) -> bool:
    """Whether the seed is the one that was written down."""
    return hmac.compare_digest(commitment(trial.seed), trial.commitment)


def assigned(seed: bytes, intent_id: str, *, share: Fraction = SHARE) -> Arm:
    """The arm of a pause: of its id and the seed alone, so that asking again changes nothing.

    >>> assigned(bytes(16), "a") is assigned(bytes(16), "a")
    True
    """
    word = hmac.new(seed, _PREFIX + intent_id.encode(), hashlib.sha256).digest()[:8]
    return Arm.NO_TIMER if int.from_bytes(word) < share * 2**64 else Arm.TIMER


def arm_of(trial: Trial | None, verdict: Verdict, intent: tuple[str, int], *, danger: bool) -> Arm | None:
    """The arm of a pause; None where it takes no part, and the timer runs as it does without a trial.

    Args:
        trial: None: nobody agreed to one. intent: its id and its time, UTC ms. danger: the position is near
            its liquidation.
    """
    intent_id, at = intent
    if trial is None or not kept_its_word(trial) or at <= trial.committed_ms:
        return None
    plain_pause = verdict.severity is Severity.PAUSE and verdict.friction == LEVEL and verdict.timer
    return assigned(trial.seed, intent_id) if plain_pause and not danger else None


def not_as_drawn(trial: Trial, units: Iterable[Unit]) -> tuple[str, ...]:
    """The pauses whose recorded arm is not the one the seed gives, or that came before the commitment."""
    return tuple(
        one.intent_id
        for one in units
        if one.at <= trial.committed_ms or one.arm is not assigned(trial.seed, one.intent_id)
    )


def effects(units: Sequence[Unit], *, seed: int) -> tuple[Effect, ...]:
    """What the timer does, by intention to treat: abandonment, money, liquidations.

    Every pause counts in the arm that was drawn for it, also where the person waited anyway or left.

    Args:
        seed: of the intervals' draws, not the trial's.
    """
    return (
        _effect("abandoned", units, lambda one: Fraction(one.abandoned), seed),
        _effect("pnl", units, lambda one: None if one.pnl is None else Fraction(one.pnl), seed),
        _effect(
            "liquidated",
            units,
            lambda one: None if one.liquidated is None else Fraction(one.liquidated),
            seed,
        ),
    )


def _effect(what: str, units: Sequence[Unit], read: Callable[[Unit], Fraction | None], seed: int) -> Effect:
    known = [(one, value) for one in units if (value := read(one)) is not None]
    unit = lcm(1, *(value.denominator for _, value in known))
    rows = [(one.at, _columns(one, int(value * unit))) for one, value in known]

    def difference(sums: Sequence[int]) -> Fraction | None:
        timer, count, without, others = sums
        return Fraction(timer, count * unit) - Fraction(without, others * unit) if count and others else None

    whether = what != "pnl"
    summed = [sum(column) for column in zip(*(columns for _, columns in rows), strict=True)] or [0] * 4
    whole = difference(summed)
    return Effect(
        what,
        summed[1],
        summed[3],
        None if whole is None else simplest(whole),
        None if whether and _few(summed) else of_statistic(rows, difference, seed=seed),
    )


def _few(summed: Sequence[int]) -> bool:
    """Whether something happened, or did not, too seldom in one of the arms."""
    timer, count, without, others = summed
    return min(timer, count - timer, without, others - without) < FEW


def _columns(one: Unit, value: int) -> tuple[int, int, int, int]:
    """Sum and count of the arm with the timer, then of the other."""
    return (value, 1, 0, 0) if one.arm is Arm.TIMER else (0, 0, value, 1)
