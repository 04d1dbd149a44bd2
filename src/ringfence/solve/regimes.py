"""Regimes: the ways in which a ring's collateral can be valued while prices move along a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from ringfence.domain.numbers import Number
from ringfence.errors import NotSupported
from ringfence.exact.health import lines_of, rates_of, sliced_worth, worth_of
from ringfence.exact.ring import Holding, Ring
from ringfence.limits import LIMITS

if TYPE_CHECKING:
    from ringfence.solve.path import Path

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Weights:
    """How an asset's profit and requirement count in the ring's currency; 1 and 1 in a single-asset pool."""

    profit: Fraction = Fraction(1)
    need: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Regime:
    """One way to value the collateral: what stands still, and how what moves counts.

    The worth of an asset is the smaller of two lines, so the health of the ring is the smallest over
    all regimes, and the ring is liquidated as soon as one of them is.

    Attributes:
        health, equity: what every coin that stands still adds, with and without its maintenance.
        weights: by settlement asset of the coins that move.
        collateral: (symbol, worth per unit of its price) of collateral that moves.
    """

    health: Fraction
    equity: Fraction
    weights: Mapping[str, Weights] = field(default_factory=dict)
    collateral: tuple[tuple[str, Fraction], ...] = ()


def regimes(ring: Ring, path: Path) -> list[Regime]:
    """Every way the collateral of a ring can be valued along a path.

    Raises:
        NotSupported: an asset that positions settle in has a price that moves, or there are more ways
            than ``solver_nodes``.
    """
    profits, needs = _standing(ring, path)
    if not ring.holdings:
        equity = Fraction(ring.collateral) + Fraction(sum(profits.values()))
        need = Fraction(ring.other_maintenance) + Fraction(sum(needs.values()))
        return [Regime(equity - need, equity)]
    moving = {leg.instrument.settle for leg in ring.legs if path.lines[leg.symbol][1] != 0}
    fixed = [h for h in ring.holdings if not _moves(h, path)]
    options = [_options(holding, path, profits, moving) for holding in fixed]
    if prod(map(len, options)) > LIMITS.solver_nodes:
        raise NotSupported("too many settlement assets move at once (solver_nodes)", path="collateral")
    owed = {h.asset: Fraction(rates_of(h, path.marks(path.start))[1]) for h in fixed}
    _check_settled(ring, owed)
    need = sum((Fraction(amount) * owed[asset] for asset, amount in needs.items()), ZERO)
    need += sum((Fraction(one.other_maintenance) * owed[one.asset] for one in fixed), ZERO)
    afloat = tuple(_afloat(holding) for holding in ring.holdings if _moves(holding, path))
    found = []
    for chosen in product(*options):
        equity = sum((constant for constant, _ in chosen), ZERO)
        weights = {h.asset: Weights(unit, owed[h.asset]) for h, (_, unit) in zip(fixed, chosen, strict=True)}
        found.append(Regime(equity - need, equity, weights, afloat))
    return found


def _standing(ring: Ring, path: Path) -> tuple[dict[str, Number], dict[str, Number]]:
    """Profit and maintenance of the coins that stand still, by settlement asset, each added up once."""
    still: Mapping[str, Number]
    if path.decimals is None or ring.needs_fractions:
        ring, still = ring.fractional, {symbol: offset for symbol, (offset, _) in path.lines.items()}
    else:
        still = path.decimals[1]
    profits: dict[str, Number] = {}
    needs: dict[str, Number] = {}
    for leg in ring.legs:
        if path.lines[leg.symbol][1] == 0:
            value, asset = leg.value(still[leg.symbol]), leg.instrument.settle
            profits[asset] = profits.get(asset, 0) + leg.profit(value)
            needs[asset] = needs.get(asset, 0) + leg.maintenance(value)
    return profits, needs


def _moves(holding: Holding, path: Path) -> bool:
    return holding.rate.mark_of is not None and path.lines[holding.rate.mark_of][1] != 0


def _check_settled(ring: Ring, fixed: Mapping[str, Fraction]) -> None:
    for holding in ring.holdings:
        if holding.other_maintenance and holding.asset not in fixed:
            raise NotSupported(
                f"{holding.asset} has a moving price, and maintenance of positions that are not listed",
                path=f"collateral.{holding.asset}.mark_of",
                hint="give it a fixed price, or list the positions",
            )
    for leg in ring.legs:
        if leg.instrument.settle not in fixed:
            asset = leg.instrument.settle
            raise NotSupported(
                f"{asset} is both settlement asset and collateral with a moving price",
                path=f"collateral.{asset}.mark_of",
                hint="give it a fixed price, or settle in another asset",
            )


def _options(
    holding: Holding, path: Path, profits: Mapping[str, Number], moving: set[str]
) -> list[tuple[Fraction, Fraction]]:
    """(worth of what stands still, weight of what moves) for each rate that could apply."""
    lines = [(Fraction(rate), Fraction(fixed)) for rate, fixed in lines_of(holding, path.marks(path.start))]
    amount = Fraction(holding.amount) + Fraction(profits.get(holding.asset, 0))
    if holding.asset not in moving:
        return [(sliced_worth(amount, lines), lines[0][0])]
    return [(amount * unit + fixed, unit) for unit, fixed in dict.fromkeys(lines)]


def _afloat(holding: Holding) -> tuple[str, Fraction]:
    amount, rate = Fraction(holding.amount), holding.rate
    return rate.mark_of or "", Fraction(worth_of(holding, amount, {rate.mark_of or "": Fraction(1)}))
