"""Margin: what is asked of a position, and what is left over."""

from __future__ import annotations

from ringfence.domain.numbers import Number


def initial_margin(value: Number, rate: Number) -> Number:
    """Initial margin: value x rate, the rate being 1 / leverage.

    >>> initial_margin(1000, 1)
    1000
    """
    return value * rate


def maintenance(value: Number, rate: Number, deduction: Number) -> Number:
    """Maintenance margin of one position: value x rate - deduction, all in settlement asset.

    >>> maintenance(1000, 2, 300)
    1700
    """
    return value * rate - deduction


def health(equity: Number, maintenance: Number) -> Number:
    """What stands between a ring and its liquidation: equity less maintenance.

    >>> health(10, 4)
    6
    """
    return equity - maintenance


def held_one_way(signed_value: Number, buys: Number, sells: Number) -> Number:
    """Value that margin is held for, one-way mode: the larger of all buys or all sells filling.

    >>> held_one_way(100, 50, 300)
    200
    """
    bought = abs(signed_value + buys)
    sold = abs(signed_value - sells)
    return bought if bought > sold else sold
