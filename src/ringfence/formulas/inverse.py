"""Inverse contracts: a face value in quote currency that pays coin.

The only formula file with a division; exact callers come with `Fraction`.
"""

from __future__ import annotations

from ringfence.domain.numbers import Number


def value(size: Number, price: Number) -> Number:
    """Value of a position in coin: face value / price.

    >>> value(100.0, 50.0)
    2.0
    """
    return size / price


def profit(sign: Number, value: Number, entry_value: Number) -> Number:
    """Unrealised PnL in coin: a long gains as the coin value of its fixed face falls.

    >>> profit(1, 2, 3)
    1
    """
    return sign * (entry_value - value)
