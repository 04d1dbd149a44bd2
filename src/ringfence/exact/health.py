"""The one place where equity and maintenance of a ring are added up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ringfence.domain.account import CollateralRate, HaircutSlice
from ringfence.domain.numbers import Number
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Holding, Ring, marks_for
from ringfence.formulas import collateral, margin
from ringfence.venues.rules import Trigger


class Part(NamedTuple):
    """What one position adds to its ring, in its settlement asset.

    Attributes:
        tier: the step of its requirement, from 0. maintenance: the requirement of the liquidation test.
    """

    value: Number
    profit: Number
    tier: int
    maintenance: Number


@dataclass(frozen=True, slots=True)
class Sums:
    """Equity and requirement of one ring at one set of marks, in its asset, exact.

    Attributes:
        maintenance: what the liquidation test holds against equity. parts: by position.
    """

    equity: Number
    maintenance: Number
    unrealized_pnl: Number
    parts: tuple[Part, ...] = ()

    @property
    def health(self) -> Number:
        """Equity less maintenance."""
        return margin.health(self.equity, self.maintenance)


def part_of(leg: Leg, price: Number) -> Part:
    """Value, profit and requirement of one position at a price."""
    value = leg.value(price)
    if leg.counted is not None:
        counted = leg.counted(Fraction(value))
        return Part(counted.value, leg.profit(counted.value), leg.tier_at(value), counted.requirement)
    tier = leg.tier_at(value)
    return Part(
        value, leg.profit(value), tier, margin.maintenance(value, leg.rates[tier], leg.deductions[tier])
    )


def sums(ring: Ring, marks: Mapping[str, Number]) -> Sums:
    """Add up one ring; the caller runs under the exact context.

    Args:
        marks: a mark for every symbol of the ring, decimals or fractions.
    """
    ring, marks = marks_for(ring, marks)
    parts = tuple([part_of(leg, marks[leg.symbol]) for leg in ring.legs])
    if ring.holdings:
        return _valued(ring, marks, parts)
    profit = ring.collateral - ring.collateral
    maintenance = ring.other_maintenance
    for part in parts:
        profit = profit + part.profit
        maintenance = maintenance + part.maintenance
    return Sums(ring.collateral + profit, maintenance, profit, parts)


def rates_of(holding: Holding, marks: Mapping[str, Number]) -> tuple[Number, Number]:
    """What one unit counts when owned, in the first slice of the amount, and when owed."""
    rate = holding.rate
    price = marks[rate.mark_of] if rate.mark_of else rate.price
    haircut = rate.haircut_tiers[0].haircut if rate.haircut_tiers else rate.haircut
    markup = rate.markup
    if isinstance(price, Fraction) or isinstance(holding.amount, Fraction):
        price, haircut, markup = Fraction(price), Fraction(haircut), Fraction(markup)  # type: ignore[arg-type,assignment]
    return collateral.owned_rate(price, haircut), collateral.owed_rate(price, markup)


def lines_of(holding: Holding, marks: Mapping[str, Number]) -> tuple[tuple[Number, Number], ...]:
    """(rate, constant) of every straight line in the amount whose smallest is its worth; owed comes last.

    Where profit counts in full, one line: the haircut is a fixed sum that the wallet's amount costs.
    """
    if holding.profit_in_full:
        price = _full_price(holding, marks)
        return ((price, worth_of(holding, holding.amount, marks) - holding.amount * price),)
    return wallet_lines(holding, marks)


def _full_price(holding: Holding, marks: Mapping[str, Number]) -> Number:
    rate = holding.rate
    price: Number = marks[rate.mark_of] if rate.mark_of else rate.price
    return Fraction(price) if isinstance(holding.amount, Fraction) else price


def wallet_lines(holding: Holding, marks: Mapping[str, Number]) -> tuple[tuple[Number, Number], ...]:
    """The lines of `lines_of` for an amount in the wallet."""
    owned, owed = rates_of(holding, marks)
    zero = owned - owned
    if not holding.rate.haircut_tiers:
        return (owned, zero), (owed, zero)
    price = marks[holding.rate.mark_of] if holding.rate.mark_of else holding.rate.price or zero
    if isinstance(owned, Decimal) and isinstance(price, Decimal):
        return *((price * rate, price * fixed) for rate, fixed in slices_at_one(holding.rate)), (owed, zero)
    price = Fraction(price)
    at_one = slices_at_one(holding.rate)
    return *((price * Fraction(rate), price * Fraction(fixed)) for rate, fixed in at_one), (owed, zero)


def slices_at_one(rate: CollateralRate) -> Iterator[tuple[Decimal, Decimal]]:
    """The lines of the slices at a price of one: what a unit more counts, and what makes them meet."""
    tiers, fixed, before = rate.haircut_tiers, Decimal(0), Decimal(0)
    last = tiers[-1].cap
    ends = tiers if last is None else (*tiers, HaircutSlice(last, None, Decimal(1)))
    for floor, _, haircut in ends:
        fixed += floor * (haircut - before)
        before = haircut
        yield 1 - haircut, fixed


def sliced_worth(amount: Number, lines: Sequence[tuple[Number, Number]]) -> Number:
    """Value of an amount whose rate falls slice by slice: the smallest of ``amount x rate + constant``.

    A line holds on its own slice and lies above the value everywhere else, so no slice has to be found.

    >>> [sliced_worth(amount, [(10, 0), (9, 5), (11, 0)]) for amount in (-1, 3, 7)]
    [-11, 30, 68]
    """
    return min([amount * rate + constant for rate, constant in lines])


def worth_of(holding: Holding, amount: Number, marks: Mapping[str, Number]) -> Number:
    """What an amount of an asset counts in the currency of its pool."""
    if holding.rate.haircut_tiers:
        lines = wallet_lines(holding, marks)
        if isinstance(amount, Fraction):
            lines = tuple([(Fraction(rate), Fraction(fixed)) for rate, fixed in lines])
        return sliced_worth(amount, lines)
    return collateral.worth(amount, *rates_of(holding, marks))


def _valued(ring: Ring, marks: Mapping[str, Number], parts: tuple[Part, ...]) -> Sums:
    """A multi-asset pool: every asset's equity at the lower rate, every requirement at the higher one."""
    profits: dict[str, Number] = {}
    needs: dict[str, Number] = {one.asset: one.other_maintenance for one in ring.holdings}
    for leg, part in zip(ring.legs, parts, strict=True):
        asset = leg.instrument.settle
        profits[asset] = profits[asset] + part.profit if asset in profits else part.profit
        needs[asset] = needs[asset] + part.maintenance
    zero = ring.collateral - ring.collateral
    equity = maintenance = profit = zero
    for holding in ring.holdings:
        owned, owed = rates_of(holding, marks)
        gain = profits.get(holding.asset, zero)
        maintenance = maintenance + needs.get(holding.asset, zero) * owed
        if holding.profit_in_full:
            gained = gain * _full_price(holding, marks)
            equity = equity + worth_of(holding, holding.amount, marks) + gained
            profit = profit + gained
            continue
        if not holding.rate.haircut_tiers:
            equity = equity + collateral.worth(holding.amount + gain, owned, owed)
            profit = profit + collateral.worth(gain, owned, owed)
            continue
        # A slice depends on the whole amount: profit is what it adds to the worth of the wallet.
        whole = worth_of(holding, holding.amount + gain, marks)
        equity = equity + whole
        profit = profit + whole - worth_of(holding, holding.amount, marks)
    return Sums(equity, maintenance, profit, parts)


def is_liquidated(ring: Ring, marks: Mapping[str, Number]) -> bool:
    """Whether the venue liquidates the ring at these marks; a ring without positions never is."""
    return bool(ring.legs) and is_dead(ring, sums(ring, marks).health)


def is_dead(ring: Ring, health: Number) -> bool:
    """Whether the venue liquidates a ring with positions at this health."""
    return bool(health <= 0) if ring.rules.trigger is Trigger.AT_OR_BELOW_ZERO else bool(health < 0)
