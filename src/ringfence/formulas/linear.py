"""Linear and quanto contracts: value grows with the price."""

from __future__ import annotations

from ringfence.domain.numbers import Number


def value(size: Number, price: Number) -> Number:
    """Value of a position in settlement asset: size x price.

    >>> value(2, 30)
    60
    """
    return size * price


def profit(sign: Number, value: Number, entry_value: Number) -> Number:
    """Unrealised PnL: what the position is worth now less what it cost, for a long; the reverse for a short.

    >>> profit(-1, 60, 70)
    10
    """
    return sign * (value - entry_value)
