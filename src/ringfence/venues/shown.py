"""The prices a venue prints, where rounding or a formula of its own sets them apart from the exact one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN
from fractions import Fraction
from typing import NamedTuple

from ringfence.domain.numbers import Number, money, rounded, simplest
from ringfence.venues.schedule import Charged


class Prices(NamedTuple):
    """What a venue prints for one position, quote currency; None where it prints none."""

    liquidation: Number | None
    bankruptcy: Number | None


@dataclass(frozen=True)
class Solved:
    """One position at its mark, solved: what a venue's printed prices are made from.

    Attributes:
        liquidation, bankruptcy: the exact prices for this coin alone, on the nearest side.
        mark: its mark price. value, requirement, shown_maintenance: its own at the mark, settlement asset.
        equity, ring_requirement, ring_value: of its ring at the marks, requirement and absolute value of
            all positions added up.
        net_value: of the ring, longs less shorts.
        available: of its pool by the venue's own formula; None where it has none, and behind a fence.
    """

    charged: Charged
    liquidation: Fraction | None
    bankruptcy: Fraction | None
    mark: Fraction
    value: Fraction
    requirement: Fraction
    shown_maintenance: Fraction
    equity: Fraction
    ring_requirement: Fraction
    ring_value: Fraction
    net_value: Fraction
    available: Fraction | None = None


def exact_prices(solved: Solved) -> Prices:
    """The exact prices, as they are."""
    return Prices(solved.liquidation, solved.bankruptcy)


def toward_entry(price: Fraction | None, charged: Charged, tick: Fraction) -> Number | None:
    """A price on the tick, a long's rounded up and a short's down."""
    return _on(price, tick, ROUND_CEILING if charged.sign > 0 else ROUND_FLOOR)


def away_from_entry(price: Fraction | None, charged: Charged, tick: Fraction) -> Number | None:
    """A price on the tick, a long's rounded down and a short's up."""
    return _on(price, tick, ROUND_FLOOR if charged.sign > 0 else ROUND_CEILING)


def to_nearest(price: Fraction | None, tick: Fraction) -> Number | None:
    """A price on the nearest tick."""
    return _on(price, tick, ROUND_HALF_EVEN)


def share_of_equity(solved: Solved) -> Fraction | None:
    """The equity of the ring that falls to this position, by its share of the requirement.

    Closing the whole position at its value less this share leaves equity / requirement of the ring as it is.
    """
    if solved.ring_requirement <= 0:
        return None
    return solved.equity * solved.requirement / solved.ring_requirement


def _on(price: Fraction | None, tick: Fraction, rounding: str) -> Number | None:
    return None if price is None else rounded(price, money(simplest(tick)), rounding)


def frozen_maintenance(solved: Solved) -> Fraction | None:
    """Where equity would reach today's requirement, were that to stand still while the price moves."""
    charged, spare = solved.charged, solved.equity - solved.ring_requirement
    if charged.is_inverse:
        left = solved.value + charged.sign * spare
        price = charged.size / left if left > 0 else None
    else:
        price = solved.mark - charged.sign * spare / charged.size
    return price if price is not None and price > 0 else None
