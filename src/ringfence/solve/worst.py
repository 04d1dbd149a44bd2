"""The worst any move of the marks can do to a ring: whether it can be liquidated at all, and what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly
from ringfence.exact.health import is_dead, rates_of, sums, worth_of
from ringfence.exact.ring import Holding, Ring
from ringfence.solve.frontier import Axis, parts
from ringfence.solve.path import Path
from ringfence.solve.regimes import Regime, regimes

ZERO, ONE = Fraction(0), Fraction(1)


@exactly
def most_to_lose(ring: Ring, market: Market) -> Number:
    """The most a ring can lose from here by any move of its marks.

    A ring that some marks can liquidate loses its whole equity, what remains at the trigger included. One
    that no marks can liquidate loses as far as losing goes: a linear long no more than its value, an
    inverse short no more than its value in coin.
    """
    if not ring.legs:
        return Decimal(0)
    marks = {symbol: market.mark(symbol) for symbol in ring.symbols}
    equity = sums(ring, marks).equity
    if equity <= 0:
        return Decimal(0)
    if can_be_liquidated(ring, market):
        return equity
    return min(equity, add(_most_by(ring, symbol, Fraction(marks[symbol]), marks) for symbol in ring.symbols))


@exactly
def can_be_liquidated(ring: Ring, market: Market) -> bool:
    """Whether any marks at all liquidate the ring, every coin going where it hurts most.

    Health is a sum over coins, so each coin is sent to its own worst price: towards zero, without end, or
    to a tier edge where maintenance jumps. A coin that follows another may stand at zero, so zero counts.
    """
    if not ring.legs:
        return False
    if any(leg.bends for leg in ring.legs):
        return True  # a requirement that bends upward outgrows every gain
    fractional = ring.fractional
    path = Path(ring.symbols[0], ONE, ONE, {s: (ZERO, Fraction(market.mark(s))) for s in ring.symbols})
    return any(_dies(fractional, way) for way in regimes(fractional, path))


def _dies(ring: Ring, way: Regime) -> bool:
    worst = [_worst(ring, symbol, way) for symbol in ring.symbols]
    if any(one is None for one in worst):
        return True
    return is_dead(ring, way.health + sum((one for one in worst if one is not None), ZERO))


def _worst(ring: Ring, symbol: str, way: Regime) -> Fraction | None:
    """The least that a coin can add to health; None when there is no least."""
    legs = tuple(leg for leg in ring.legs if leg.symbol == symbol)
    inverse = any(leg.is_inverse for leg in legs)
    edges = {edge for leg in legs for edge in leg.edges}
    cuts = tuple(sorted([ZERO, *(1 / edge if inverse else edge for edge in edges)]))
    axis = Axis(symbol, inverse, legs, cuts)
    constant, slope = parts(axis, way, (cuts[-1], cuts[-1] + 2))
    if slope < 0:
        return None
    ends = [constant + slope * cuts[-1]]
    for near, far in pairwise(cuts):
        constant, slope = parts(axis, way, (near, far))
        ends += [constant + slope * near, constant + slope * far]
    return min(ends)


def _most_by(ring: Ring, symbol: str, price: Fraction, marks: Mapping[str, Decimal]) -> Fraction:
    """What the fall or rise of one coin can cost at most, in a ring that no marks can liquidate."""
    slope = pole = ZERO
    owed = {h.asset: Fraction(rates_of(h, marks)[1]) for h in ring.holdings}
    for leg in ring.legs:
        if leg.symbol == symbol:
            weight = owed.get(leg.instrument.settle, ONE) * leg.sign * Fraction(leg.size)
            slope, pole = (slope, pole - weight) if leg.is_inverse else (slope + weight, pole)
    for holding in ring.holdings:
        if holding.rate.mark_of == symbol:
            slope += _at_one(holding)
    return slope * price + pole / price


def _at_one(holding: Holding) -> Fraction:
    """What collateral counts at a price of one."""
    amount, rate = Fraction(holding.amount), holding.rate
    if rate.haircut_tiers and amount > 0:
        return Fraction(worth_of(holding, amount, {rate.mark_of or "": ONE}))
    return amount * (1 - Fraction(rate.haircut))
