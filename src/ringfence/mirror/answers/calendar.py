"""The patterns of dates, built once from a language's words, in the order in which they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cache

from ringfence.mirror.answers.language import CalendarWords, Language, any_of
from ringfence.mirror.answers.lexicon import DAY_MS, HOUR_MS, MINUTE_MS, TIMEFRAMES, WEEK_MS

_UNIT_MS = {"minute": MINUTE_MS, "hour": HOUR_MS, "day": DAY_MS, "week": WEEK_MS, "month": 30 * DAY_MS}


@dataclass(frozen=True)
class Shapes:
    """The patterns and tables of one language.

    Attributes:
        past: what is no deadline. refused: what could be two dates, with the words to say.
        moments: name of its reader and pattern. framed: a candle length beside its candle.
    """

    spoken: Language
    past: re.Pattern[str]
    refused: tuple[tuple[str, re.Pattern[str]], ...]
    moments: tuple[tuple[str, re.Pattern[str]], ...]
    framed: re.Pattern[str]

    def count(self, text: str) -> Fraction:
        """A number of units: digits or a word."""
        known = self.spoken.calendar.counts
        return Fraction(known[text]) if text in known else Fraction(text)

    def unit_ms(self, text: str) -> int:
        """The length of one unit."""
        units = self.spoken.calendar.units
        return next(_UNIT_MS[name] for name, words in units.items() if re.fullmatch(any_of(words), text))

    def weekday(self, text: str) -> int:
        """The number of a weekday, Monday 0."""
        known = self.spoken.calendar
        both = (known.weekdays, known.short_weekdays)
        return next(at for names in both for at, word in enumerate(names) if re.fullmatch(word, text))

    def month(self, text: str) -> int:
        """The number of a month: of its name, or of its digits."""
        if text.isdigit():
            return int(text)
        names = self.spoken.calendar.months
        return next(at for at, word in enumerate(names, 1) if re.fullmatch(word, text))

    def time(self, match: re.Match[str]) -> timedelta:
        """The clock time of a match, from the midnight before it. Midnight is the end of its day."""
        if match["midnight"]:
            return timedelta(days=1)
        if match["noon"]:
            return timedelta(hours=12)
        hour = int(match["hour"])
        if match["am"] or match["pm"]:
            if not 1 <= hour <= 12:
                raise ValueError(hour)
            hour = hour % 12 + (12 if match["pm"] else 0)
        parts = [int(match[name] or 0) for name in ("minute", "second")]
        if hour > 24 or max(parts) > 59 or (hour == 24 and any(parts)):
            raise ValueError(hour)
        milli = int((match["milli"] or "").ljust(3, "0"))
        return timedelta(hours=hour, minutes=parts[0], seconds=parts[1], milliseconds=milli)

    def period(self, match: re.Match[str]) -> str:
        """Which of day, week, month, weekend a match names."""
        found = match.groupdict()
        if short := found.get("short_end"):
            ends = self.spoken.calendar.short_ends
            return next(name for name, words in ends.items() if re.fullmatch(any_of(words), short))
        return next(name for name in ("weekend", "week", "month", "day") if found.get(name))

    def timeframe(self, text: str) -> int | None:
        """The length of a candle; None: none that venues draw."""
        grammar = self.spoken.grammar
        for name, words in grammar.timeframes.items():
            if re.fullmatch(any_of(words), text):
                return TIMEFRAMES[name]
        digits = re.search(r"\d+", text)
        count = digits[0] if digits else "1"
        letters = re.sub(r"[\d\s-]", "", text)
        for unit, words in grammar.frame_units.items():
            if re.fullmatch(any_of(words), letters):
                return TIMEFRAMES.get(f"{int(count)}{unit}")
        return None


def _time(words: CalendarWords) -> str:
    """A clock time: 18:00, 18:00:30.250, 6pm, 6 pm, 18 uhr, noon, midnight; with UTC or on the own clock."""
    am, pm = any_of(words.am), any_of(words.pm)
    half = rf"(?:\s?(?:(?P<pm>{pm})|(?P<am>{am}))(?!\w))"
    exact = r"(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<milli>\d{1,3}))?)?)"
    oclock = rf"(?:\s?{any_of(words.clock)}(?!\w))"
    some = rf"(?=:\d|\s?(?:{am}|{pm})(?!\w)|{oclock})"
    digits = rf"(?P<hour>\d{{1,2}}){some}{exact}?{half}?{oclock}?(?!\d)"
    return (
        rf"(?P<at>(?P<noon>{any_of(words.noon)})|(?P<midnight>{any_of(words.midnight)})|{digits})"
        rf"(?:\s?(?P<utc>{any_of(words.utc)})(?!\w))?"
    )


def _tail(words: CalendarWords) -> str:
    """What may follow a day: its close, or a time."""
    closing = rf"(?P<closing>'?s? (?:{any_of((*words.of_the_day, ''))}\s?)?{any_of(words.close)})(?!\w)"
    return rf"(?:{closing}|(?:,?\s|t)(?:{any_of((*words.on, ''))}\s?){_time(words)})?(?!\w)"


def _head(words: CalendarWords, *, needed: bool = False) -> str:
    """What may stand before a day."""
    by = any_of((*words.by, *words.on, *words.within))
    return rf"(?<!\w)(?:(?:(?P<before>{any_of(words.before)})|{by})\s+){'' if needed else '?'}"


def _dates(words: CalendarWords) -> list[tuple[str, re.Pattern[str]]]:
    named = rf"(?:(?P<weekday>{any_of((*words.weekdays, *words.short_weekdays))}),?\s+)?"
    months, year = rf"(?P<month>{any_of(words.months)})", r"(?:,?\s+(?P<year>\d{4})(?!\d|:))?"
    day = r"(?P<day>\d{1,2})"
    head, tail = _head(words) + r"(?:the\s)?" + named, _tail(words)
    bodies = [
        r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})",
        rf"(?:the\s)?{day}(?:st|nd|rd|th|\.)?(?:\s+of)?[\s-]+{months}\.?(?!\w){year}",
        rf"{months}\.?\s+{day}(?:st|nd|rd|th)?(?![\d.,]*\d){year}",
    ]
    if words.dotted_dates:
        bodies.append(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?(?!\d)")
    return [("date", re.compile(head + body + tail)) for body in bodies]


def _periods(words: CalendarWords) -> list[tuple[str, re.Pattern[str]]]:
    """The end of this week, next month, eod, the weekend; a bare *week* or *day* is no date."""
    what = (
        rf"(?:(?P<weekend>{any_of(words.weekend)})|(?P<week>{any_of(words.week)})|"
        rf"(?P<month>{any_of(words.month)})|(?P<day>{any_of(words.day)}))(?!\w)"
    )
    following, this = rf"(?P<next>{any_of(words.next)})", any_of(words.this)
    short = rf"(?P<short_end>{any_of(word for each in words.short_ends.values() for word in each)})(?!\w)"
    ending = rf"(?:the\s)?(?P<ending>{any_of(words.end_of)})"
    head = _head(words)
    bodies = (
        rf"{head}{ending}\s(?:(?:{following}|{this}|the)\s)?{what}",
        rf"{head}(?:{following}|{this})\s{what}",
        rf"{head}{short}",
        rf"{_head(words, needed=True)}(?:the\s)?(?P<weekend>{any_of(words.weekend)})(?!\w)",
    )
    return [("period", re.compile(body)) for body in bodies]


def _closes(spoken: Language) -> re.Pattern[str]:
    words = spoken.calendar
    frame = rf"(?P<frame>{_frame(spoken)})"
    lead = any_of((*words.by, *words.before, *words.on))
    some = any_of((*words.this, *words.next, "the", ""))
    return re.compile(rf"(?<!\w){lead}\s+{some}\s?(?:{frame}\s+)?{any_of(words.close)}(?!\w)(?!\s+[<>\d])")


def _frame(spoken: Language) -> str:
    grammar = spoken.grammar
    named = any_of(word for words in grammar.timeframes.values() for word in words)
    units = any_of(word for words in grammar.frame_units.values() for word in words)
    return rf"(?:{named}|\d{{1,3}}[\s-]?{units}|h[1-9]\d?|d1|w1|m\d{{1,2}})"


@cache
def shapes(spoken: Language) -> Shapes:
    """The patterns of one language."""
    words = spoken.calendar
    units = any_of(word for each in words.units.values() for word in each)
    count = rf"(?P<count>\d{{1,5}}(?:\.\d{{1,3}})?|{any_of(words.counts)})"
    bars = any_of(spoken.grammar.bars)
    length = rf"{count}[\s-]?(?P<unit>{units})(?!\w)(?!['\s-]*{bars})"
    lead = rf"{any_of(words.within)}(?: (?:the|den|der))?(?:\s{any_of(words.next)})?"
    following = rf"(?:the\s)?{any_of(words.next)}"
    ago = rf"{count}[\s-]?(?P<unit>{units})\s{any_of(words.from_now)}"
    days = any_of((*words.weekdays, *words.short_weekdays, *words.week, *words.month, r"\d{4}-\d{2}-\d{2}"))
    weekday = rf"(?:(?P<next>{any_of(words.next)})\s+|{any_of((*words.this, 'the'))}\s+)?"
    near = rf"(?:(?P<tomorrow>{any_of(words.tomorrow)})|{any_of(words.today)})"
    timed = any_of((*words.by, *words.before, *words.on))
    long_day = rf"(?P<weekday>{any_of(words.weekdays)})"
    any_day = rf"(?P<weekday>{any_of((*words.weekdays, *words.short_weekdays))})"
    frame = _frame(spoken)
    framed = (
        rf"(?<![\w.,])(?:(?P<frame>{frame})[\s-]*(?:{bars})(?!\w)"
        rf"|{any_of(words.on)}\s(?:(?:the|a|an|dem|der|den)\s)?(?P<frame2>{frame})(?!\w)"
        rf"|{bars}\s(?:(?:on|of|the|im|auf|dem)\s)+(?P<frame3>{frame})(?!\w))"
    )
    return Shapes(
        spoken,
        re.compile(
            rf"(?<!\w)(?:{any_of(words.past)}\s(?:{any_of((*words.this, 'the'))}\s)?{days}(?!\w)"
            rf"|(?:{any_of(words.this)}\s)?(?:{days}|{any_of(words.today)})'?s?\s{any_of(words.marks)}(?!\w))"
        ),
        (*_refused(words), ("H.lasting", re.compile(rf"(?<!\w){any_of(words.lasting)}\s{length}"))),
        (
            ("within", re.compile(rf"(?<!\w)(?:{lead}|{following})\s{length}")),
            ("within", re.compile(rf"(?<![\w.,]){ago}(?!\w)")),
            *_dates(words),
            ("weekday", re.compile(_head(words, needed=True) + weekday + any_day + _tail(words))),
            ("weekday", re.compile(_head(words) + weekday + long_day + _tail(words))),
            ("near_day", re.compile(_head(words) + near + _tail(words))),
            *_periods(words),
            ("close", _closes(spoken)),
            ("clock", re.compile(rf"(?<!\w)(?:(?P<before>{timed})\s+){_time(words)}(?!\w)")),
        ),
        re.compile(framed),
    )


def _refused(words: CalendarWords) -> tuple[tuple[str, re.Pattern[str]], ...]:
    days = any_of((*words.weekdays, *words.tomorrow, *words.today))
    time = r"\d{1,2}(?::\d{2})?\s?"
    slashes = r"(?<![\w.,/])\d{1,4}/\d{1,2}(?:/\d{2,4})?(?![\w/])"
    dots = r"|(?<![\w.,])\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2})(?!\d)" if not words.dotted_dates else ""
    leads = any_of((*words.by, *words.before, *words.on))
    dashes = rf"|(?<!\w)(?:{leads})\s\d{{1,2}}[-.]\d{{1,2}}(?:[-.]\d{{2,4}})?(?![\w.,%])"
    return (
        ("H.ambiguous", re.compile(slashes + dots + ("" if words.dotted_dates else dashes))),
        ("H.vague", re.compile(rf"(?<!\w){days}\s{any_of(words.vague)}(?!\w)")),
        (
            "H.zone",
            re.compile(rf"(?<!\w){time}(?:{any_of((*words.am, *words.pm))}\s?)?{any_of(words.zones)}(?!\w)"),
        ),
    )
