"""Own limits and locks: tightened at once, loosened only after a day, and only while flat."""

from __future__ import annotations

from dataclasses import dataclass

from ringfence.mirror.facts import Lock
from ringfence.mirror.thresholds import Thresholds

HOUR_MS = 3_600_000
SPANS = {"12h": 12 * HOUR_MS, "24h": 24 * HOUR_MS, "7d": 168 * HOUR_MS}
"""How long trading can be locked by one word; until the end of a day of one's own by its time."""
LONGEST_MS = SPANS["7d"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change that is accepted. ``lock`` None: there is no lock from then on. ``from_ms``: when it holds."""

    lock: Lock | None
    from_ms: int


@dataclass(frozen=True, slots=True)
class LockRefusal:
    """A change that is not.

    ``code``: ``not_flat``, ``cannot_be_shortened``, ``too_long`` or ``in_the_past``.
    """

    code: str
    until_ms: int | None = None


def locked_for(what: str, span: str, *, now_ms: int) -> Lock:
    """A lock for one of `SPANS`.

    >>> locked_for("trading", "12h", now_ms=0).until_ms
    43200000
    """
    return Lock(what, now_ms, now_ms + SPANS[span])


def change_lock(
    current: Lock | None, wanted: Lock | None, *, now_ms: int, flat: bool, limits: Thresholds
) -> Change | LockRefusal:
    """What becomes of a wish to change an own limit or lock.

    Args:
        current: in force now; None or ended: nothing is. wanted: None: no limit any more.
        flat: whether the account has no position. Tightening never asks for it.

    A lock of time cannot be shortened at all. A limit of money can be raised or taken away a day later, if
    asked for while flat; `in_force` then also wants the account flat at that moment.
    """
    standing = None if current is None or _ended(current, now_ms) else current
    if refused := _nonsense(wanted, now_ms):
        return refused
    if standing is None or (wanted is not None and _tighter(standing, wanted)):
        return Change(wanted, now_ms)
    if standing.until_ms is not None:
        return LockRefusal("cannot_be_shortened", standing.until_ms)
    return Change(wanted, now_ms + limits.loosen_ms) if flat else LockRefusal("not_flat")


def _ended(lock: Lock, now_ms: int) -> bool:
    return lock.until_ms is not None and lock.until_ms <= now_ms


def _nonsense(wanted: Lock | None, now_ms: int) -> LockRefusal | None:
    if wanted is None or wanted.until_ms is None:
        return None
    if wanted.until_ms <= now_ms:
        return LockRefusal("in_the_past")
    return LockRefusal("too_long", now_ms + LONGEST_MS) if wanted.until_ms - now_ms > LONGEST_MS else None


def _tighter(current: Lock, wanted: Lock) -> bool:
    """Whether nothing becomes freer: as long or longer, and as little or less."""
    longer = wanted.until_ms is None or (current.until_ms is not None and wanted.until_ms >= current.until_ms)
    less = current.amount is None or (wanted.amount is not None and wanted.amount <= current.amount)
    return longer and less


def in_force(current: Lock | None, pending: Change | None, *, now_ms: int, flat: bool) -> Lock | None:
    """The lock that holds now: a change that is due takes its place, loosening only while flat."""
    if pending is not None and pending.from_ms <= now_ms:
        loosens = current is not None and not (pending.lock is not None and _tighter(current, pending.lock))
        if not loosens or flat:
            return pending.lock
    return None if current is None or _ended(current, now_ms) else current
