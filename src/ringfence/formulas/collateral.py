"""Collateral valued in another currency: what is owned counts less, what is owed counts more."""

from __future__ import annotations

from ringfence.domain.numbers import Number


def owned_rate(price: Number, haircut: Number) -> Number:
    """Value of one unit that is owned: price x (1 - haircut).

    >>> owned_rate(100, 0)
    100
    """
    return price * (1 - haircut)


def owed_rate(price: Number, markup: Number) -> Number:
    """Value of one unit that is owed or required: price x (1 + markup).

    >>> owed_rate(100, 0)
    100
    """
    return price * (1 + markup)


def worth(amount: Number, owned: Number, owed: Number) -> Number:
    """Value of an amount: at the lower rate when owned, at the higher one when owed.

    >>> worth(-2, 9, 11), worth(2, 9, 11)
    (-22, 18)
    """
    return amount * owned if amount > 0 else amount * owed
