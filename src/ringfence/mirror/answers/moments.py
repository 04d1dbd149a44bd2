"""When: dates, lengths of time and closes of candles in a text, as one last moment in UTC ms.

A day that is named is over at its end: *by Friday* and *on Friday* mean Saturday 00:00 on the writer's clock.
*Before Friday* ends where Friday begins. A clock time without a day is the next one. A date without a year is
this year's, or next year's when it lies more than half a year back. Weeks end on Sunday. Candles close on the
UTC grid, so *by the close* without a length is the next UTC midnight. What could be two dates (03/04) is
refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ringfence.limits import LIMITS
from ringfence.mirror.answers.calendar import Shapes, shapes
from ringfence.mirror.answers.language import Language
from ringfence.mirror.answers.lexicon import DAY_MS, MONDAY_MS, WEEK_MS
from ringfence.mirror.answers.text import blank

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """Now, UTC ms, and the writer's offset from UTC in minutes."""

    now_ms: int
    offset_min: int = 0

    @property
    def local(self) -> datetime:
        """Now on the writer's clock, without a zone."""
        return datetime(1970, 1, 1) + timedelta(milliseconds=self.now_ms, minutes=self.offset_min)  # noqa: DTZ001  # the writer's wall clock has no name

    def utc_ms(self, local: datetime, *, utc: bool = False) -> int:
        """A moment of the writer's clock, or of UTC's, as UTC ms."""
        since = local.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
        return since // timedelta(milliseconds=1) - (0 if utc else self.offset_min * 60_000)


@dataclass(frozen=True, slots=True)
class When:
    """What a text says about time.

    Attributes:
        by_ms: the last moment; None: none named, or none that is clear. unclear: the piece that is not.
        problem: why not, a key of the language's words. rest: the text without what was read.
    """

    by_ms: int | None
    rest: str
    problem: str = ""
    unclear: str = ""


def read_when(text: str, clock: Clock, spoken: Language) -> When:
    """Find the one date of normalised text.

    >>> from ringfence.mirror.answers.language import language
    >>> read_when("close below 5 within 24h", Clock(0), language("en")).by_ms == 24 * 3_600_000
    True
    >>> read_when("below 5 by 03/04", Clock(0), language("en")).problem
    'H.ambiguous'
    """
    shape = shapes(spoken)
    past = [match.span() for match in shape.past.finditer(text)]
    rest = blank(text, past)
    for key, refused in shape.refused:
        if match := refused.search(rest):
            return When(None, blank(rest, [match.span()]), key, match[0].strip())
    moments: dict[int, str] = {}
    try:
        for moment, match in _moments(rest, clock, shape):
            moments.setdefault(moment, match[0].strip())
            rest = blank(rest, [match.span()])
    except _Contradiction as wrong:
        return When(None, blank(rest, [wrong.match.span()]), wrong.key, wrong.match[0].strip())
    return _only(moments, rest, clock)


def _only(moments: dict[int, str], rest: str, clock: Clock) -> When:
    if not moments:
        return When(None, rest)
    if len(moments) > 1:
        return When(None, rest, "H.two", " / ".join(list(moments.values())[:2]))
    (moment,) = moments
    if moment - clock.now_ms > LIMITS.answer_horizon_days * DAY_MS:
        return When(None, rest, "H.far", moments[moment])
    return When(moment, rest)


class _Contradiction(Exception):
    """A date that contradicts itself; ``key``: the words to say, ``match``: the piece."""

    def __init__(self, key: str, match: re.Match[str]) -> None:
        super().__init__(key)
        self.key, self.match = key, match


def _moments(text: str, clock: Clock, shape: Shapes) -> Iterator[tuple[int, re.Match[str]]]:
    """Each moment with what said it; a piece that was read is gone for the patterns after it."""
    for name, found in shape.moments:
        for match in found.finditer(text):
            try:
                yield _READERS[name](match, clock, shape), match
            except ValueError:
                raise _Contradiction("H.unclear", match) from None
            except OverflowError:
                raise _Contradiction("H.far", match) from None
        text = blank(text, [match.span() for match in found.finditer(text)])


def _within(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    count = shape.count(match["count"])
    span = count * shape.unit_ms(match["unit"])
    if span.denominator != 1 or count <= 0:
        raise _Contradiction("H.unclear", match)
    return clock.now_ms + int(span)


def _date(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    found = match.groupdict()
    month = shape.month(found["month"])
    now = clock.local
    year = int(found["year"]) if found["year"] else now.year
    try:
        day = datetime(year, month, int(found["day"]))  # noqa: DTZ001  # the writer's wall clock
    except ValueError:
        raise _Contradiction("H.no_such_day", match) from None
    if not found["year"] and now - day > timedelta(days=183):
        day = day.replace(year=year + 1)
    if found.get("weekday") and shape.weekday(found["weekday"]) != day.weekday():
        raise _Contradiction("H.weekday", match)
    return _on_day(match, day, clock, shape)


def _weekday(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    today = _midnight(clock.local)
    wanted = shape.weekday(match["weekday"])
    ahead = (wanted - today.weekday()) % 7
    if match["next"]:
        ahead = 7 - today.weekday() + wanted
    elif ahead == 0 and match["before"] and not match["at"]:
        ahead = 7
    return _on_day(match, today + ahead * _DAY, clock, shape)


def _near_day(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    day = _midnight(clock.local) + (_DAY if match["tomorrow"] else timedelta(0))
    return _on_day(match, day, clock, shape)


def _on_day(match: re.Match[str], day: datetime, clock: Clock, shape: Shapes) -> int:
    """The end of a day; its beginning after *before*; or the clock time or the close that is named."""
    if match["closing"]:
        return clock.utc_ms(day + _DAY, utc=True)
    if match["at"]:
        return clock.utc_ms(day + shape.time(match), utc=bool(match["utc"]))
    return clock.utc_ms(day if match["before"] else day + _DAY)


def _clock_time(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    utc = bool(match["utc"])
    now = clock.local - timedelta(minutes=clock.offset_min) if utc else clock.local
    moment = _midnight(now) + shape.time(match)
    return clock.utc_ms(moment if moment > now else moment + _DAY, utc=utc)


def _period(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    """The end of a day, week, month or weekend, this one or the next; its beginning after *before*."""
    found = match.groupdict()
    today = _midnight(clock.local)
    monday = today - today.weekday() * _DAY
    kind = shape.period(match)
    starts = bool(found["before"]) and not found.get("ending") and not found.get("short_end")
    ahead = (1 if found.get("next") else 0) + (0 if starts else 1)
    if kind == "day":
        return clock.utc_ms(today + ahead * _DAY)
    if kind == "month":
        first = today.replace(day=1)
        for _ in range(ahead):
            first = (first + 31 * _DAY).replace(day=1)
        return clock.utc_ms(first)
    if kind == "weekend" and starts:
        saturday = monday + (5 + 7 * ahead) * _DAY
        return clock.utc_ms(saturday if saturday > clock.local else saturday + 7 * _DAY)
    return clock.utc_ms(monday + 7 * ahead * _DAY)


def _close(match: re.Match[str], clock: Clock, shape: Shapes) -> int:
    frame = shape.timeframe(match["frame"]) if match["frame"] else DAY_MS
    if frame is None:
        raise _Contradiction("H.frame", match)
    return next_close(clock.now_ms, frame)


def next_close(now_ms: int, frame_ms: int) -> int:
    """The first close of a candle after now, on the UTC grid; weeks begin on Monday.

    >>> next_close(1, 14_400_000)
    14400000
    """
    shift = MONDAY_MS % WEEK_MS if frame_ms == WEEK_MS else 0
    return (now_ms - shift) // frame_ms * frame_ms + frame_ms + shift


def last_close(now_ms: int, horizon_ms: int, frame_ms: int) -> int:
    """The last close within the horizon, or the next one if none is."""
    within = next_close(now_ms + horizon_ms, frame_ms) - frame_ms
    return within if within > now_ms else next_close(now_ms, frame_ms)


def read_timeframe(text: str, spoken: Language) -> tuple[int | None, str, str]:
    """The candle length of normalised text, the text without it, and the piece if it is none that is read.

    >>> from ringfence.mirror.answers.language import language
    >>> read_timeframe("a 4h close below 5", language("en"))[0] == 4 * 3_600_000
    True
    """
    shape = shapes(spoken)
    match = shape.framed.search(text)
    if match is None:
        return None, text, ""
    named = next(name for name in ("frame", "frame2", "frame3") if match[name])
    frame = shape.timeframe(match[named])
    rest = blank(text, [match.span(named)])
    return frame, rest, "" if frame else match[named]


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


_READERS = {
    "within": _within,
    "date": _date,
    "weekday": _weekday,
    "near_day": _near_day,
    "period": _period,
    "close": _close,
    "clock": _clock_time,
}
