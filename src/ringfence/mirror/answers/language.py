"""The shape of a language: every word the answers read or write. One file a language in `languages/`.

Words are fragments of regular expressions, matched whole, in lower case, after `text.normal`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module

from ringfence.errors import NotSupported

LANGUAGES = ("en", "de")

Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CalendarWords:
    """Words of time.

    Attributes:
        by: the named day included (``by Friday``); before: it is not. on: the day itself.
        within: before a length of time. lasting: before one that says how long it stays so (``for 4 hours``).
        past: words before a day that make it no deadline (``since Friday``); marks: words after it that do
            (``Friday's low``).
        weekdays, months: from Monday, from January. short_weekdays: read only after one of the words above.
        units: ``minute``, ``hour``, ``day``, ``week``, ``month`` (30 days) and their words.
        vague: parts of a day that name no hour. zones: time zones that are not read.
        dotted_dates: whether 25.11.2026 is read.
    """

    by: Words
    before: Words
    on: Words
    within: Words
    lasting: Words
    past: Words
    marks: Words
    this: Words
    next: Words
    weekdays: Words
    short_weekdays: Words
    months: Words
    units: Mapping[str, Words]
    counts: Mapping[str, int]
    from_now: Words
    today: Words
    tomorrow: Words
    end_of: Words
    short_ends: Mapping[str, Words]
    day: Words
    week: Words
    month: Words
    weekend: Words
    noon: Words
    midnight: Words
    vague: Words
    close: Words
    of_the_day: Words
    utc: Words
    zones: Words
    clock: Words
    pm: Words
    am: Words
    dotted_dates: bool


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """Words of a disproof.

    Attributes:
        observables: by name. price_words: subjects that stand for the price (``support``, ``bulls``).
        unread: things that cannot be checked (``rsi``): a sentence about them is refused, not misread.
        events: by key. happenings: events that need no verb. verbs: that an event happens.
        comparators: ``below``, ``above``, ``at_or_below``, ``at_or_above`` say where;
            ``cross`` and ``touch`` go either way, as the number lies; ``up``, ``down``, ``lose`` move;
            ``hold`` stays; ``negative``, ``positive`` compare with zero.
        strictly, least: between a moving verb and a share (``falls more than 5%``).
        elsewhere: other things it could count from, which are not known. joins: begin another thought.
    """

    observables: Mapping[str, Words]
    price_words: Words
    unread: Words
    events: Mapping[str, Words]
    happenings: Words
    verbs: Words
    comparators: Mapping[str, Words]
    negators: Words
    strictly: Words
    least: Words
    elsewhere: Words
    joins: Words
    timeframes: Mapping[str, Words]
    frame_units: Mapping[str, Words]
    bars: Words
    averages: Words
    several: Words
    hedges: Words
    profit_and_loss: Words


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How numbers are written. ``decimal``: the point; ``groups``: what may stand between thousands."""

    decimal: str
    groups: str
    scales: Mapping[str, tuple[int, Words]]
    percent: Words
    bps: Words
    atr: Words
    times: Words
    money: Words


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """Words of the reasons. ``concepts``: what waiting protects, by class. ``suffixes``: of `stem`."""

    stop_words: frozenset[str]
    concepts: Mapping[str, Words]
    dismissals: Words
    boilerplate: Words
    empty_words: frozenset[str]
    borrowed: Words
    not_borrowed: Words
    suffixes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What is said back. ``checks``: by key, with places for figures; at most 20 words once filled."""

    checks: Mapping[str, str]
    observables: Mapping[str, str]
    events: Mapping[str, str]
    absolute: Mapping[str, str]
    relative: Mapping[str, str]
    yes_no: Mapping[str, str]
    units: Mapping[str, str]
    sentence: str
    moment: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Language:
    """One language. ``code``: as in `LANGUAGES`. There is one value of each, compared by identity."""

    code: str
    name: str
    calendar: CalendarWords
    grammar: Grammar
    figures: Figures
    reasons: Reasons
    wording: Wording

    def say(self, key: str, **figures: object) -> str:
        """The words for one outcome of a check."""
        return self.wording.checks[key].format(**figures)


@cache
def language(code: str) -> Language:
    """The language with this code.

    Raises:
        NotSupported: there is no such language yet.

    >>> language("en").name, language("de").name
    ('English', 'Deutsch')
    """
    if code not in LANGUAGES:
        raise NotSupported(
            "no such language", path="language", value=code, hint=f"one of {', '.join(LANGUAGES)}"
        )
    found: Language = import_module(f"ringfence.mirror.answers.languages.{code}").LANGUAGE
    return found


def any_of(words: Iterable[str]) -> str:
    """A group that matches any of the fragments, the longest first."""
    return _group(tuple(words))


@lru_cache(maxsize=1_024)
def _group(words: Words) -> str:
    parts = sorted({word.replace(" ", r"\s+") for word in words}, key=lambda part: (-len(part), part))
    return f"(?:{'|'.join(parts)})" if parts else r"(?!)"


@cache
def pattern(words: Words) -> re.Pattern[str]:
    """Any of the fragments, as whole words."""
    return re.compile(rf"(?<!\w){any_of(words)}(?!\w)")
