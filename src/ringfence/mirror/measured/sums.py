"""Exact sums, products and shares over decimals and fractions that may be unknown."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ringfence.domain.numbers import Number, add, simplest


def total(numbers: Iterable[Number | None]) -> Number | None:
    """The exact sum; None as soon as one part is not known.

    >>> total([1, None]), total([])
    (None, Decimal('0'))
    """
    known = list(numbers)
    return None if any(one is None for one in known) else add(known)


def difference(one: Number | None, other: Number | None) -> Number | None:
    """One less the other; None where either is not known.

    >>> from decimal import Decimal
    >>> difference(Decimal(3), Fraction(1, 3))
    Fraction(8, 3)
    """
    return None if one is None or other is None else add([one, -other])


def product(*numbers: Number | None) -> Number | None:
    """The exact product, a decimal where that is exact; None as soon as one factor is not known.

    >>> product(2, Fraction(1, 4)), product(2, None)
    (Decimal('0.5'), None)
    """
    result = Fraction(1)
    for one in numbers:
        if one is None:
            return None
        result *= Fraction(one)
    return simplest(result)


def share(part: Number | None, whole: Number | None) -> Number | None:
    """A part of a whole, exact; None where either is not known, or the whole is not above zero.

    >>> share(1, 8), share(1, 0)
    (Decimal('0.125'), None)
    """
    if part is None or whole is None or whole <= 0:
        return None
    return simplest(Fraction(part) / Fraction(whole))
