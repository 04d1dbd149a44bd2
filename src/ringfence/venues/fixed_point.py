"""Amounts that a program keeps as whole quanta: cut, or raised, at each step of its arithmetic."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from fractions import Fraction

from ringfence.domain.numbers import rounded


def cut(amount: Fraction, quantum: Decimal) -> Fraction:
    """Toward zero.

    >>> cut(Fraction("-0.19"), Decimal("0.1"))
    Fraction(-1, 10)
    """
    return Fraction(rounded(amount, quantum, ROUND_DOWN))


def lowered(amount: Fraction, quantum: Decimal) -> Fraction:
    """Down, below zero away from it.

    >>> lowered(Fraction("-0.11"), Decimal("0.1"))
    Fraction(-1, 5)
    """
    return Fraction(rounded(amount, quantum, ROUND_FLOOR))


def raised(amount: Fraction, quantum: Decimal) -> Fraction:
    """Up to the next whole quantum.

    >>> raised(Fraction("0.11"), Decimal("0.1"))
    Fraction(1, 5)
    """
    return Fraction(rounded(amount, quantum, ROUND_CEILING))


def root(number: int, degree: int) -> int:
    """The whole part of a root of a whole number that is not below zero.

    >>> root(80, 2), root(32, 5), root(31, 5)
    (8, 2, 1)
    """
    if number < 2:
        return number
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better
