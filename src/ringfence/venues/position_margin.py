"""Position margin as BitMEX keeps it, and KuCoin's isolated positions of 2021 to 2024 after it.

A position holds its margin (``posInit + posCross``) and, beside it, the commission for closing
(``posComm``), which is charged on cost and margin together. The liquidation test asks for a share of the
cost and for that same commission, so that behind a fence the commission cancels out of the price.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import NamedTuple

from ringfence.domain.numbers import money, rounded, simplest
from ringfence.venues.schedule import Charged

ZERO = Fraction(0)


class Held(NamedTuple):
    """What a position holds: the margin that it may lose, and the commission kept beside it."""

    margin: Fraction
    commission: Fraction


def up(amount: Fraction, unit: Fraction | None) -> Fraction:
    """The amount in whole units of the currency, rounded up; as it is where the venue keeps decimals."""
    return amount if unit is None else Fraction(rounded(amount, _grid(unit), ROUND_CEILING))


def down(amount: Fraction, unit: Fraction | None) -> Fraction:
    """The amount in whole units of the currency, rounded down; as it is where the venue keeps decimals."""
    return amount if unit is None else Fraction(rounded(amount, _grid(unit), ROUND_FLOOR))


def _grid(unit: Fraction) -> Decimal:
    return money(simplest(unit))


def commission(cost: Fraction, margin: Fraction, fee: Fraction, unit: Fraction | None) -> Fraction:
    """The commission for closing: the fee on the cost and the fee on the margin, each rounded up."""
    return up(cost * fee, unit) + up(margin * fee, unit)


def behind_fence(charged: Charged, cost: Fraction, fee: Fraction, unit: Fraction | None) -> Held:
    """Margin and commission of what stands inside a fence together."""
    inside = charged.margin or ZERO
    stated = charged.position.closing_fee
    if stated is not None:
        return Held(max(inside - Fraction(stated), ZERO), Fraction(stated))
    margin = max(down((inside - up(cost * fee, unit)) / (1 + fee), unit), ZERO)
    return Held(margin, max(inside - margin, ZERO))


def funding_due(charged: Charged, rate: Fraction) -> Fraction:
    """The next funding as a share of the cost: what the paying side owes; the other side owes nothing."""
    return max(charged.sign * rate, ZERO)


def price_after(charged: Charged, value: Fraction, loss: Fraction) -> Fraction | None:
    """The price at which a position that is worth ``value`` has lost that much more; None: at no price."""
    if charged.is_inverse:
        left = value + charged.sign * loss
        return charged.size / left if left > 0 else None
    left = value - charged.sign * loss
    return left / charged.size if left > 0 else None


def profit(charged: Charged, value: Fraction, cost: Fraction) -> Fraction:
    """Unrealised PnL at a value, settlement asset."""
    return charged.sign * (cost - value if charged.is_inverse else value - cost)
