"""Numbers as people write them: 56,500 · 56k · $1.2m · 0.05% · 5 bps · 2 ATR. What is unclear is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from ringfence.domain.numbers import EXACT, plain
from ringfence.mirror.answers.language import Language, Words, any_of

_CORE = r"(?:\d{1,3}(?: \d{3})+(?![\d.,'_]*\d)|\d[\d.,'_]*\d|\d|\.\d+)"
_LOOSE = re.compile(r"(?<![^\W\d])[-+]?[$€£]?\.?\d[\w.,'%$€-]*")
_MOST_DIGITS = 30


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text.

    Attributes:
        value: as a fraction where it was per cent. unit: ``""`` (bare), ``fraction``, ``bps``, ``atr``,
            ``times`` or ``money``. start, end: where it stands.
        doubtful: it has the shape of another language's thousands, as 56.500 in English.
    """

    value: Decimal
    unit: str
    start: int
    end: int
    text: str
    doubtful: bool = False


@cache
def _shape(spoken: Language) -> re.Pattern[str]:
    figures = spoken.figures
    scales = any_of(word for _, words in figures.scales.values() for word in words)
    units = any_of((*figures.percent, *figures.bps, *figures.atr, *figures.times, *figures.money, r"[$€£]"))
    return re.compile(
        rf"(?<![\w.,'])(?P<minus>[-+]\s?|minus )?(?P<money>[$€£]\s?)?(?P<core>{_CORE})"
        rf"(?:\s?(?P<scale>{scales})(?!\w))?(?:[\s-]?(?P<unit>{units}))?(?![\w$€£%])"
    )


def figures(text: str, spoken: Language) -> tuple[list[Figure], list[str]]:
    """The numbers of normalised text, and the pieces that look like numbers and are not clear.

    >>> from ringfence.mirror.answers.language import language
    >>> [(found.value, found.unit) for found in figures("below $56.5k by 0.05%", language("en"))[0]]
    [(Decimal('56500'), ''), (Decimal('0.0005'), 'fraction')]
    >>> figures("below 56,5", language("en"))[1]
    ['56,5']
    """
    found, unclear, covered = [], [], text
    for match in _shape(spoken).finditer(text):
        figure = _figure(match, spoken)
        if figure is None:
            unclear.append(match[0])
        else:
            found.append(figure)
        covered = covered[: match.start()] + " " * len(match[0]) + covered[match.end() :]
    return found, unclear + [match[0] for match in _LOOSE.finditer(covered)]


def _figure(match: re.Match[str], spoken: Language) -> Figure | None:
    value = _value(match["core"], spoken)
    if value is None:
        return None
    unit = _unit(match["unit"] or "", spoken)
    if unit and match["money"]:
        return None
    scale = next((s for s, words in spoken.figures.scales.values() if _is(match["scale"], words)), 0)
    value = value.scaleb(scale - (2 if unit == "fraction" else 0), EXACT)
    sign = -1 if (match["minus"] or "").strip() in ("-", "minus") else 1
    doubtful = not (unit or match["scale"]) and _doubtful(match["core"], spoken)
    return Figure(Decimal(plain(value * sign)), unit, match.start(), match.end(), match[0].strip(), doubtful)


def _value(core: str, spoken: Language) -> Decimal | None:
    whole, _, part = core.partition(spoken.figures.decimal)
    groups = re.escape(spoken.figures.groups)
    shape = re.fullmatch(rf"\d+|[1-9]\d{{0,2}}([{groups}])\d{{3}}(?:\1\d{{3}})*|", whole)
    if shape is None or (part and not part.isdigit()) or not (whole or part):
        return None
    digits = re.sub(r"\D", "", whole)
    if len(digits) + len(part) > _MOST_DIGITS:
        return None
    return Decimal(f"{digits or 0}.{part}" if part else digits)


def _doubtful(core: str, spoken: Language) -> bool:
    """One to three digits, the point, three digits: elsewhere these are thousands."""
    return re.fullmatch(rf"[1-9]\d{{0,2}}{re.escape(spoken.figures.decimal)}\d{{3}}", core) is not None


def _is(word: str | None, words: Words) -> bool:
    return bool(word) and re.fullmatch(any_of(words), word or "") is not None


def _unit(word: str, spoken: Language) -> str:
    known = spoken.figures
    for unit, words in (
        ("fraction", known.percent), ("bps", known.bps), ("atr", known.atr), ("times", known.times)
    ):  # fmt: skip
        if _is(word, words):
            return unit
    return ""
