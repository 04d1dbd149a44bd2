"""Bybit's published formulas, written down again in fractions straight from its pages.

[1] Trading rules of the Unified Trading Account, copy of 2026-08-07: margins, isolated prices.
[2] Liquidation price calculation under isolated mode, rules until 2025-09-01.
[3] Classic account, inverse contract, cross margin.

Nothing here knows of schedules, rings or solvers; where a formula names one tier, every tier is tried and the
one that its own answer lies in is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

Tiers = tuple[tuple[Fraction, Fraction | None, Fraction], ...]


@dataclass(frozen=True)
class Held:
    """One position as the pages name it: Q or n, E, L, the margin inside, the fee rate, the tiers."""

    long: bool
    inverse: bool
    size: Fraction
    entry: Fraction
    leverage: Fraction
    fee: Fraction
    tiers: Tiers
    margin: Fraction = Fraction(0)

    @property
    def cost(self) -> Fraction:
        """E x Q, or n / E."""
        return self.size / self.entry if self.inverse else self.size * self.entry

    def value(self, price: Fraction) -> Fraction:
        """P x Q, or n / P."""
        return self.size / price if self.inverse else self.size * price

    @property
    def close_fee(self) -> Fraction:
        """[1] The fee on the value at the bankruptcy price of the setting."""
        share = 1 / self.leverage
        rising = self.long == self.inverse  # a linear short, an inverse long: worth more at bankruptcy
        return self.cost * (1 + share if rising else 1 - share) * self.fee

    @property
    def added(self) -> Fraction:
        """A: what is inside beyond initial margin and closing fee."""
        return self.margin - self.cost / self.leverage - self.close_fee

    @property
    def rows(self) -> list[tuple[Fraction, Fraction | None, Fraction, Fraction]]:
        """Tiers with their deduction: D before + limit before x (rate - rate before)."""
        rows: list[tuple[Fraction, Fraction | None, Fraction, Fraction]] = []
        deduction = before = Fraction(0)
        for floor, cap, rate in self.tiers:
            deduction += floor * (rate - before)
            before = rate
            rows.append((floor, cap, rate, deduction))
        return rows

    def maintenance(self, value: Fraction) -> Fraction:
        """Slice by slice, without the fee: each part of the value at the rate of its own tier."""
        total = Fraction(0)
        for floor, cap, rate in self.tiers:
            upper = value if cap is None else min(value, cap)
            total += max(Fraction(0), upper - floor) * rate
        return total


def isolated_price(one: Held) -> Fraction | None:
    """[1] The four formulas of the present rules; None where no price above zero answers."""
    cost, share, added, fee = one.cost, one.cost / one.leverage, one.added, one.fee
    for floor, cap, rate, deduction in one.rows:
        if one.inverse and one.long:
            up, down = one.size * (1 + rate), cost + share + added / (1 + fee) + deduction
        elif one.inverse:
            up, down = one.size * (1 - rate), cost - share - added / (1 - fee) - deduction
        elif one.long:
            up = cost - share - added / (1 - fee) - deduction
            down = one.size * (1 - rate)
        else:
            up = cost + share + added / (1 + fee) + deduction
            down = one.size * (1 + rate)
        if up <= 0 or down <= 0:
            continue
        price = up / down
        if floor <= one.value(price) and (cap is None or one.value(price) <= cap):
            return price
    return None


def isolated_price_before(one: Held) -> Fraction | None:
    """[2] E less or plus (IM - MM) / Q and A / Q, both at entry, no fee; inverse by the value in coin."""
    spare = one.cost / one.leverage - one.maintenance(one.cost) + one.added
    sign = 1 if one.long else -1
    if not one.inverse:
        price = one.entry - sign * spare / one.size
        return price if price > 0 else None
    worth = one.cost + sign * spare
    return one.size / worth if worth > 0 else None


def classic_inverse_cross(one: Held, balance: Fraction) -> tuple[Fraction | None, Fraction | None]:
    """[3] (liquidation, bankruptcy) of one position that has a coin balance behind it."""
    rate = one.tiers[0][2]
    sign = 1 if one.long else -1
    paid = one.size * (1 + sign * one.fee)
    prices = []
    for need in (rate * one.cost, Fraction(0)):
        worth = one.cost + sign * (balance - need)
        prices.append(paid / worth if worth > 0 else None)
    return prices[0], prices[1]
