"""Prices and amounts as the words of a check show them: at most eight significant digits."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from ringfence.domain.numbers import Number
from ringfence.mirror.answers.builder import number
from ringfence.mirror.answers.language import Language

_EIGHT = Context(prec=8, rounding=ROUND_HALF_EVEN, Emin=-100_000, Emax=100_000)


def shown(value: Number, spoken: Language) -> str:
    """For print only; nothing is decided by it.

    >>> from ringfence.mirror.answers.language import language
    >>> shown(Fraction(10_000_000, 199), language("en"))
    '50,251.256'
    """
    fraction = Fraction(value)
    rounded = _EIGHT.divide(Decimal(fraction.numerator), Decimal(fraction.denominator))
    return number(rounded, spoken)
