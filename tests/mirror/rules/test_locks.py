"""Own locks: tightened at once, loosened after a day and only while flat."""

from __future__ import annotations

import pytest

from ringfence.mirror.facts import Lock
from ringfence.mirror.locks import LONGEST_MS, SPANS, Change, LockRefusal, change_lock, in_force, locked_for
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.build import NOW, D

DAY = 86_400_000


def amount(value: str | None) -> Lock | None:
    return None if value is None else Lock("daily_loss", NOW - DAY, None, D(value))


def trading(hours: int) -> Lock:
    return Lock("trading", NOW, NOW + hours * 3_600_000)


@pytest.mark.parametrize(
    ("current", "wanted", "flat", "from_ms"),
    [
        (None, "500", False, NOW),
        ("500", "499", False, NOW),
        ("500", "500", False, NOW),
        ("500", "501", True, NOW + DAY),
        ("500", None, True, NOW + DAY),
    ],
)
def test_less_holds_now_and_more_a_day_later(
    current: str | None, wanted: str | None, flat: bool, from_ms: int
) -> None:
    answer = change_lock(amount(current), amount(wanted), now_ms=NOW, flat=flat, limits=thresholds())
    assert answer == Change(amount(wanted), from_ms)


@pytest.mark.parametrize("wanted", ["501", None])
def test_nothing_is_loosened_with_a_position_open(wanted: str | None) -> None:
    answer = change_lock(amount("500"), amount(wanted), now_ms=NOW, flat=False, limits=thresholds())
    assert answer == LockRefusal("not_flat")


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("wanted", [trading(23), None])
def test_a_lock_of_time_cannot_be_shortened(wanted: Lock | None, flat: bool) -> None:
    answer = change_lock(trading(24), wanted, now_ms=NOW, flat=flat, limits=thresholds())
    assert answer == LockRefusal("cannot_be_shortened", NOW + DAY)


def test_it_can_be_made_longer_and_ends_by_itself() -> None:
    longer = change_lock(trading(24), trading(25), now_ms=NOW, flat=False, limits=thresholds())
    assert longer == Change(trading(25), NOW)
    ended = change_lock(trading(24), None, now_ms=NOW + DAY, flat=False, limits=thresholds())
    assert ended == Change(None, NOW + DAY)
    before = change_lock(trading(24), None, now_ms=NOW + DAY - 1, flat=True, limits=thresholds())
    assert isinstance(before, LockRefusal)


def test_there_are_three_spans_and_a_longest() -> None:
    assert sorted(SPANS) == ["12h", "24h", "7d"]
    for span in SPANS:
        assert isinstance(_new(locked_for("trading", span, now_ms=NOW)), Change)
    longest = Lock("trading", NOW, NOW + LONGEST_MS)
    assert _new(longest) == Change(longest, NOW)
    assert _new(Lock("trading", NOW, NOW + LONGEST_MS + 1)) == LockRefusal("too_long", NOW + LONGEST_MS)
    assert _new(Lock("trading", NOW, NOW)) == LockRefusal("in_the_past")


def _new(lock: Lock) -> Change | LockRefusal:
    return change_lock(None, lock, now_ms=NOW, flat=False, limits=thresholds())


def test_a_change_that_is_due_waits_for_a_flat_account() -> None:
    pending = Change(amount("900"), NOW + DAY)
    current = amount("500")
    assert in_force(current, pending, now_ms=NOW + DAY - 1, flat=True) == current
    assert in_force(current, pending, now_ms=NOW + DAY, flat=False) == current
    assert in_force(current, pending, now_ms=NOW + DAY, flat=True) == amount("900")
    assert in_force(current, Change(None, NOW), now_ms=NOW, flat=True) is None
    tighter = Change(amount("100"), NOW)
    assert in_force(current, tighter, now_ms=NOW, flat=False) == amount("100")
    assert in_force(trading(24), None, now_ms=NOW + DAY, flat=False) is None
    assert in_force(None, None, now_ms=NOW, flat=True) is None
