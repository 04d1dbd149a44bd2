"""Text as it is read: one form for every way of typing it, and its words and stems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from ringfence.limits import within
from ringfence.mirror.answers.language import Language

_UNREAD = "ǁ"
"""Stands for superscripts, fractions and circled numbers: a letter, so that 56² is not 562."""
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_QUOTES = {**dict.fromkeys(map(ord, "’‘‛´`ʼ′"), "'"), **dict.fromkeys(map(ord, "“”„«»"), '"')}
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def normal(text: str, *, path: str = "text") -> str:
    """``text`` in the form in which answers are read.

    Compatibility forms, dashes, quotes and digits of other scripts become plain ones, invisible characters
    go, letters become small. What it says is only ever compared with word lists.

    Args:
        path: the field, for the error.
    Raises:
        LimitExceeded: more characters than ``answer_characters``.

    >>> normal("ＢＴＣ  below ５６,５００")
    'btc below 56,500'
    """
    within(len(text), "answer_characters", path=path)
    shown = "".join(_plain(letter) for letter in text)
    folded = unicodedata.normalize("NFKC", shown).translate(_DASHES).translate(_QUOTES).lower()
    return _SPACES.sub(" ", "".join(_digit(letter) for letter in folded)).strip()


def _plain(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "No":
        return _UNREAD
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs", "Co", "Cn") else letter


def _digit(letter: str) -> str:
    if letter.isascii() or not letter.isdecimal():
        return letter
    return str(unicodedata.decimal(letter))


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """``text`` with the spans turned into spaces: every other place stays where it was.

    >>> blank("close by friday", [(6, 15)])
    'close          '
    """
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def words(text: str) -> list[str]:
    """The words of normalised text, without figures."""
    return _WORD.findall(text)


def content_words(text: str, spoken: Language) -> list[str]:
    """The words that carry something: no stop words, no single letters."""
    return [word for word in words(text) if len(word) > 1 and word not in spoken.reasons.stop_words]


def stem(word: str, spoken: Language) -> str:
    """A word without its endings, after Porter's first steps.

    Source: M. F. Porter, An algorithm for suffix stripping, 1980, steps 1 and 5, cut down to equal forms.

    >>> from ringfence.mirror.answers.language import language
    >>> {stem(word, language("en")) for word in ("close", "closes", "closed", "closing")}
    {'clos'}
    """
    for suffix, instead, least in spoken.reasons.suffixes:
        if word.endswith(suffix) and len(word) - len(suffix) >= least:
            word = word[: len(word) - len(suffix)] + instead
            break
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouslz"
    return word[:-1] if doubled else word


def stems(text: str, spoken: Language) -> frozenset[str]:
    """The stems of the words that carry something."""
    return frozenset(stem(word, spoken) for word in content_words(text, spoken))
