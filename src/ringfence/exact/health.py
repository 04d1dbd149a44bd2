"""The one place where equity and maintenance of a ring are added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

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
    """What one unit counts when owned and when owed."""
    rate = holding.rate
    price = marks[rate.mark_of] if rate.mark_of else rate.price
    haircut, markup = rate.haircut, rate.markup
    if isinstance(price, Fraction) or isinstance(holding.amount, Fraction):
        price, haircut, markup = Fraction(price), Fraction(haircut), Fraction(markup)  # type: ignore[arg-type,assignment]
    return collateral.owned_rate(price, haircut), collateral.owed_rate(price, markup)


def _valued(ring: Ring, marks: Mapping[str, Number], parts: tuple[Part, ...]) -> Sums:
    """A multi-asset pool: every asset's equity at the lower rate, every requirement at the higher one."""
    profits: dict[str, Number] = {}
    needs: dict[str, Number] = {}
    for leg, part in zip(ring.legs, parts, strict=True):
        asset = leg.instrument.settle
        profits[asset] = profits[asset] + part.profit if asset in profits else part.profit
        needs[asset] = needs[asset] + part.maintenance if asset in needs else part.maintenance
    zero = ring.collateral - ring.collateral
    equity = maintenance = profit = zero
    for holding in ring.holdings:
        owned, owed = rates_of(holding, marks)
        gain = profits.get(holding.asset, zero)
        equity = equity + collateral.worth(holding.amount + gain, owned, owed)
        maintenance = maintenance + needs.get(holding.asset, zero) * owed
        profit = profit + collateral.worth(gain, owned, owed)
    return Sums(equity, maintenance, profit, parts)


def is_liquidated(ring: Ring, marks: Mapping[str, Number]) -> bool:
    """Whether the venue liquidates the ring at these marks; a ring without positions never is."""
    return bool(ring.legs) and is_dead(ring, sums(ring, marks).health)


def is_dead(ring: Ring, health: Number) -> bool:
    """Whether the venue liquidates a ring with positions at this health."""
    return bool(health <= 0) if ring.rules.trigger is Trigger.AT_OR_BELOW_ZERO else bool(health < 0)
