"""OKX's margin and price formulas as its help centre states them, for one position, in fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

D = Fraction
Tiers = tuple[tuple[Fraction, Fraction, Fraction], ...]
"""(smallest contracts, largest contracts, rate) of each tier, in whole contracts, as its lists print them."""


@dataclass(frozen=True)
class Held:
    """One position; ``face`` is coins, or US dollars where it is inverse, a contract."""

    long: bool
    inverse: bool
    contracts: Fraction
    face: Fraction
    entry: Fraction
    leverage: Fraction
    fee: Fraction
    tiers: Tiers

    @property
    def sign(self) -> int:
        return 1 if self.long else -1

    @property
    def size(self) -> Fraction:
        return self.contracts * self.face

    def value(self, price: Fraction) -> Fraction:
        return self.size / price if self.inverse else self.size * price

    @property
    def rate(self) -> Fraction:
        """The whole position's, from the tier its contracts lie in."""
        return next((r for low, high, r in self.tiers if low <= self.contracts <= high), self.tiers[-1][2])

    def profit(self, mark: Fraction) -> Fraction:
        if self.inverse:
            return self.sign * self.size * (1 / self.entry - 1 / mark)
        return self.sign * self.size * (mark - self.entry)

    def asked(self, mark: Fraction) -> Fraction:
        """Maintenance and closing fee."""
        return self.value(mark) * self.rate + self.value(mark) * self.fee


def isolated_price(one: Held, margin: Fraction) -> Fraction | None:
    """Before the tick; None where it is not above zero."""
    load = one.rate + one.fee
    if one.inverse:
        if one.long:
            return one.size * (1 + load) / (margin + one.size / one.entry)
        left = one.size / one.entry - margin
        return one.size * (1 - load) / left if left > 0 else None
    if one.long:
        price = (one.size * one.entry - margin) / (one.size * (1 - load))
        return price if price > 0 else None
    return (one.size * one.entry + margin) / (one.size * (1 + load))


def cross_price(one: Held, equity: Fraction, mark: Fraction) -> Fraction | None:
    """From today's equity of the currency and today's mark; None where it is not above zero."""
    load = one.rate + one.fee
    if one.inverse:
        below = equity + one.size / mark if one.long else one.size / mark - equity
        return one.size * (1 + load if one.long else 1 - load) / below if below > 0 else None
    if one.long:
        price = (one.value(mark) - equity) / (one.size * (1 - load))
        return price if price > 0 else None
    return (one.value(mark) + equity) / (one.size * (1 + load))


def discounted(amount: Fraction, price: Fraction, rates: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Discounted equity in USD; ``rates`` are (upper end of the slice, discount rate)."""
    total, low = D(0), D(0)
    for high, rate in rates:
        total += max(min(amount, high) - low, D(0)) * rate
        low = high
    return total * price
