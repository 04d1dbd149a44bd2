"""Sentences from templates: numbers first, formatted only here. The exact numbers stay beside them.

A template names a figure and how it is shown, ``{liquidation:price}``. Another language is another file with
the same keys.
"""

from __future__ import annotations

import string
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ringfence.domain.numbers import Number, rounded
from ringfence.errors import invariant

MINUS: Final = "\N{MINUS SIGN}"
UNKNOWN: Final = "unknown"
NONE: Final = "none"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_WORDS: Final = (UNKNOWN, NONE)


def _grouped(value: Number, places: int, *, least: int = 0) -> str:
    """At most ``places`` decimals, at least ``least``, thousands separated."""
    shown = rounded(value, Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    body = format(abs(shown), f",.{places}f")
    head, _, tail = body.partition(".")
    tail = tail.rstrip("0").ljust(least, "0") if tail else ""
    text = f"{head}.{tail}" if tail else head
    return f"{MINUS}{text}" if shown < 0 else text


def _adjusted(value: Fraction) -> int:
    """The power of ten of the leading digit."""
    size, power = abs(value), 0
    while size >= 10:
        size, power = size / 10, power + 1
    while 0 < size < 1:
        size, power = size * 10, power - 1
    return power


def _digits(value: Number, digits: int, least: int) -> str:
    """So many significant digits, never fewer than two decimals are at hand, never shortened to zero."""
    exact = Fraction(value)
    places = max(digits - 1 - _adjusted(exact), 2) if exact else 2
    return _grouped(value, places, least=least if exact.denominator != 1 else 0)


def price(value: Number) -> str:
    """About seven digits.

    >>> price(Decimal("57286.4321608")), price(Decimal(62000)), price(Decimal("0.00001234567"))
    ('57,286.43', '62,000', '0.00001234567')
    """
    return _digits(value, 7, 2)


def money(value: Number) -> str:
    """Cents for large amounts, four digits for small ones.

    >>> money(Decimal("8000")), money(Decimal("-2713.5678")), money(Decimal("0.00420"))
    ('8,000', '−2,713.57', '0.0042')
    """
    return _digits(value, 4, 2)


def share(value: Number) -> str:
    """A fraction as per cent, with enough places not to say nothing or all.

    >>> share(Decimal("0.125")), share(Fraction(1, 3)), share(Decimal("0.00001")), share(Decimal("0.99999"))
    ('12.5 %', '33.33 %', '0.001 %', '99.999 %')
    """
    percent, places = Fraction(value) * 100, 2
    while (
        places < 12 and rounded(percent, Decimal(1).scaleb(-places)) in (0, 100) and percent not in (0, 100)
    ):
        places += 1
    return f"{_grouped(percent, places)} %"


def _time(value: Number) -> str:
    moment = _EPOCH + timedelta(milliseconds=int(value))
    return f"{moment:%Y-%m-%d %H:%M}"


KINDS: Final = {
    "price": price,
    "money": money,
    "share": share,
    "hundred": lambda value: _grouped(Fraction(value) * 100, 1),
    "times": lambda value: f"{_digits(value, 3, 0)}×",
    "number": lambda value: _digits(value, 3, 0),
    "count": lambda value: _grouped(value, 0),
    "seconds": lambda value: _grouped(Fraction(value) / 1000, 0),
    "minutes": lambda value: _grouped(Fraction(value) / 60_000, 0),
    "date": lambda value: _time(value)[:10],
    "time": _time,
}
"""How a figure can be shown; ``text`` is shown as it is."""


def show(value: object, kind: str) -> str:
    """One figure, a number or its exact text; a figure that is a word, as *unknown*, stays one.

    >>> show(Decimal(3), "times"), show("unknown", "price"), show(1795351080000, "time")
    ('3×', 'unknown', '2026-11-22 12:38')
    """
    if kind == "text" or value in _WORDS:
        return str(value)
    return str(KINDS[kind](Fraction(value) if isinstance(value, str) else value))


@cache
def templates(language: str = "en") -> dict[str, Any]:
    """Every template of a language, by key."""
    text = files("ringfence.mirror.rules").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def rendered(template: str, figures: dict[str, Any]) -> str:
    """A template with its figures in it.

    >>> rendered("{n:count} of {all:count}", {"n": 2, "all": 3})
    '2 of 3'
    """
    parts = []
    for literal, name, kind, _ in string.Formatter().parse(template):
        parts.append(literal)
        if name is not None:
            invariant(name in figures, f"a template asks for {name!r}, the rule gives {sorted(figures)}")
            parts.append(show(figures[name], kind or "text"))
    return "".join(parts)


def part(name: str, language: str = "en") -> str:
    """A short phrase for the code of a check or of a fact; the code itself where there is none."""
    return str(templates(language)["parts"].get(name, name))


def retold(key: str, figures: dict[str, str], language: str = "en") -> str:
    """A finding in a language, from what was recorded of it: its key and its exact figures.

    >>> retold("I-07", {"rung": "1", "rungs": "3"})
    'Rung 1 of 3, as planned.'
    """
    return rendered(templates(language)[key]["says"], dict(figures))
