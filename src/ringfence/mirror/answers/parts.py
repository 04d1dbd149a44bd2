"""The four parts of a disproof in a text: what is observed, how it compares, with what number, until when."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from ringfence.limits import LIMITS
from ringfence.mirror.answers.comparison import Comparison, find_comparison
from ringfence.mirror.answers.context import AnswerContext
from ringfence.mirror.answers.figures import Figure, figures
from ringfence.mirror.answers.language import Language, language, pattern
from ringfence.mirror.answers.lexicon import YES_NO, base
from ringfence.mirror.answers.moments import Clock, When, last_close, next_close, read_timeframe, read_when
from ringfence.mirror.answers.names import blank_coins
from ringfence.mirror.answers.subject import Subject, find_subject
from ringfence.mirror.answers.text import blank, normal
from ringfence.mirror.answers.threshold import Threshold, read_threshold
from ringfence.mirror.model import Disproof


@dataclass
class Parts:
    """What was found, and what is wrong with each missing part, in words.

    Attributes:
        problems: by code, ``O C T H``. cautions: by key, words; they refuse nothing.
    """

    observable: str = ""
    comparator: str = ""
    threshold: Decimal | None = None
    unit: str = ""
    by_ms: int | None = None
    timeframe_ms: int | None = None
    problems: dict[str, str] = field(default_factory=dict)
    cautions: dict[str, str] = field(default_factory=dict)

    def disproof(self, text: str) -> Disproof:
        """As the value that plans and answers keep."""
        return Disproof(
            observable=self.observable,
            comparator=self.comparator,
            threshold=self.threshold,
            unit=self.unit,
            by_ms=self.by_ms,
            timeframe_ms=self.timeframe_ms,
            raw_text=text,
        )


def find_parts(text: str, context: AnswerContext) -> Parts:
    """Read one sentence. Whatever it says, it is only compared with word lists."""
    spoken = language(context.language)
    plain = normal(text, path="disproof")
    named, coins = blank_coins(plain, context.symbol_names)
    when = read_when(named, Clock(context.now_ms, context.tz_offset_min), spoken)
    frame, rest, odd_frame = read_timeframe(when.rest, spoken)
    rest = blank(rest, [match.span() for match in pattern(spoken.grammar.averages).finditer(rest)])
    # The 500 of S&P 500 is a name, no number.
    unread = [match.span() for match in pattern(spoken.grammar.unread).finditer(rest)]
    numbers, unclear = figures(blank(rest, unread), spoken)
    comparison = find_comparison(rest, numbers, spoken)
    subject = find_subject(
        blank(rest, [(each.start, each.end) for each in numbers]), comparison, coins, spoken
    )
    parts = Parts(timeframe_ms=frame)
    _observe(parts, subject, spoken)
    _compare(parts, comparison, subject, numbers, context)
    _count(parts, (numbers, unclear), comparison, rest, context)
    _date(parts, when, odd_frame, context)
    if several := pattern(spoken.grammar.several).search(rest):
        parts.cautions["several"] = spoken.say("several", what=several[0])
    return parts


def _observe(parts: Parts, subject: Subject, spoken: Language) -> None:
    parts.observable = subject.observable
    if subject.problem:
        parts.problems["O"] = spoken.say(subject.problem, what=_short(subject.what))
    if subject.extra:
        parts.cautions["extra"] = spoken.say("extra", what=_short(subject.extra))


def _compare(
    parts: Parts, found: Comparison, subject: Subject, numbers: list[Figure], context: AnswerContext
) -> None:
    """The comparison as the number and the mark make it: *breaks* goes where the number lies."""
    if base(subject.observable) == "event" and not (numbers and found.explicit):
        verb = subject.happens
        parts.comparator = (YES_NO[1] if subject.negated else YES_NO[0]) if verb else ""
    else:
        own = numbers[0].value if len(numbers) == 1 and not numbers[0].unit else None
        parts.comparator = found.resolve(own, context.mark)
    if not parts.comparator and not found.kind:
        parts.problems["C"] = language(context.language).say("C.none")


def _count(
    parts: Parts,
    read: tuple[list[Figure], list[str]],
    found: Comparison,
    text: str,
    context: AnswerContext,
) -> None:
    spoken = language(context.language)
    (numbers, unclear) = read
    if parts.comparator in YES_NO and not numbers and not unclear:
        parts.unit = "event"
        return
    threshold: Threshold = read_threshold(
        numbers, unclear, (parts.observable or "price", found), text, spoken
    )
    parts.threshold, parts.unit = threshold.value, threshold.unit
    parts.comparator = threshold.comparator or parts.comparator
    if threshold.comparator:
        parts.problems.pop("C", None)
    if threshold.problem:
        parts.problems["T"] = threshold.problem
    elif not parts.comparator:
        parts.problems["C"] = spoken.say("C.none")
    if threshold.doubtful:
        parts.cautions["doubtful"] = threshold.doubtful


def _date(parts: Parts, when: When, odd_frame: str, context: AnswerContext) -> None:
    """The date; without one, a candle's close names it: every close while the idea may run, else the next."""
    spoken = language(context.language)
    parts.by_ms = when.by_ms
    if odd_frame:
        parts.problems["H"] = spoken.say("H.frame", what=_short(odd_frame))
    elif when.problem:
        parts.problems["H"] = spoken.say(
            when.problem, what=_short(when.unclear), days=LIMITS.answer_horizon_days
        )
    elif when.by_ms is None and parts.timeframe_ms is not None:
        if context.horizon_ms is None:
            parts.by_ms = next_close(context.now_ms, parts.timeframe_ms)
        else:
            parts.by_ms = last_close(context.now_ms, context.horizon_ms, parts.timeframe_ms)
        parts.cautions["until"] = ""
    elif when.by_ms is None:
        parts.problems["H"] = spoken.say("H.none")


def _short(text: str) -> str:
    """A piece of what was written, short enough to be said back."""
    pieces = text.split()
    kept = " ".join(pieces[:4])
    return kept if len(kept) <= 40 else f"{kept[:40]}…"
