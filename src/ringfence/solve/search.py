"""Find the first price on a grid at which a ring is liquidated, by closed form where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from ringfence.domain.numbers import exactly, plain, simplest
from ringfence.errors import NotSupported, invariant
from ringfence.exact.health import is_dead, is_liquidated, sums
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Ring
from ringfence.limits import LIMITS
from ringfence.solve.concave import Curve, equity_zero, zero
from ringfence.solve.path import Course, Path, Segment, Way, course, safe, walked
from ringfence.venues.rules import Trigger

ZERO = Fraction(0)
LAST_DOUBLING = 100
"""How often a mark is doubled in the search for one that is liquidated: by 10^30."""


@dataclass(frozen=True, slots=True)
class LiquidationPrice:
    """Two adjacent quanta of the mark, one alive and one liquidated: the answer is its own proof.

    Attributes:
        alive: the venue would leave the ring alone at this mark.
        liquidated: and would liquidate it here, one quantum further.
        threshold: the exact price between them where health reaches zero; where that price is
            irrational (inverse coins moving by different betas), ``liquidated``.
        move: threshold / mark - 1. tiers: number of the tier of each position at ``liquidated``.

    >>> import ringfence as rf
    >>> book = rf.Account(venue="demo", wallet={"USDT": "1000"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000")
    >>> print(rf.solve(book, marks={"BTC/USDT:USDT": "60000"}).of("BTC/USDT:USDT").alone.nearest)
    50200.8
    """

    alive: Decimal
    liquidated: Decimal
    threshold: Fraction
    move: Fraction
    tiers: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        return plain(self.liquidated)


@exactly
def liquidation_price(ring: Ring, path: Path, *, up: bool) -> LiquidationPrice | None:
    """The first liquidated quantum on one side of the mark; None when there is none.

    The ring must be alive at the mark. Both quanta are checked by the exact engine before they are
    reported.
    """
    return first_liquidated(course(ring, path), up=up)


def first_liquidated(on: Course, *, up: bool) -> LiquidationPrice | None:
    """`liquidation_price` of a course that is ready; the caller runs under the exact context."""
    ring, path = on.ring, on.path
    hit = _hit(on, up=up)
    if hit is None:
        return None
    number, threshold = hit
    before = number - 1 if up else number + 1
    liquidated, alive = number * path.quantum, before * path.quantum
    beside = path.on_grid(before)
    if (alive <= path.start) if up else (alive >= path.start):
        alive, beside = path.start, dict(path.here)
    there = sums(ring, path.on_grid(number))
    invariant(is_dead(ring, there.health), "the liquidated quantum is liquidated")
    invariant(not is_liquidated(ring, beside), "the alive quantum is alive")
    tiers = tuple([(leg.name, part.tier + 1) for leg, part in zip(ring.legs, there.parts, strict=True)])
    return LiquidationPrice(
        _decimal(alive), _decimal(liquidated), threshold, threshold / path.start - 1, tiers
    )


def _hit(on: Course, *, up: bool) -> tuple[int, Fraction] | None:
    """(number of the first liquidated quantum, exact threshold), by the curve where there is one."""
    if any(leg.counted is not None for leg in on.ring.legs):
        return _by_halves(on, up=up)
    bend = on.concave(up=up)
    if bend is not None and bend.is_alive:
        strict = on.ring.rules.trigger is Trigger.BELOW_ZERO
        return _beyond_zero(bend, on.path.quantum, up=up, strict=strict)
    found = [hit for way in on.ways if (hit := _first(on.ring, on.path, way, up=up))]
    return (min if up else max)(found, default=None)


def _by_halves(on: Course, *, up: bool) -> tuple[int, Fraction] | None:
    """The first liquidated quantum where a venue rounds or bends its requirement.

    Health is then concave in the price that moves (its requirement is convex, rounding aside), so that it
    is used up at most once on either side and halving finds where; the exact test is asked each time.

    Raises:
        NotSupported: several inverse coins move by different betas, so that nothing is certain.
    """
    ring, path = on.ring, on.path
    lines = {path.lines[leg.symbol] for leg in ring.legs if path.lines[leg.symbol][1] != 0}
    inverse = [leg.is_inverse for leg in ring.legs if path.lines[leg.symbol][1] != 0]
    if not lines:
        return None
    if any(inverse) and not (all(inverse) and all(offset == 0 for offset, _ in lines)):
        if not any(leg.bends for leg in ring.legs):
            return _beside_straight(on, up=up)
        raise NotSupported(
            "coins that move by different betas, under a rate that grows with size",
            path="betas",
            hint="solve coin by coin, or leave the betas out",
        )
    steps = path.start / path.quantum
    alive, reach = floor(steps) if up else ceil(steps), 1
    if up:
        reach = next((n for n in _doubling(alive) if is_liquidated(ring, path.on_grid(n))), 0)
    if reach < 1 or not is_liquidated(ring, path.on_grid(reach)):
        return None
    return _halved(on, alive, reach)


def _halved(on: Course, alive: int, reach: int) -> tuple[int, Fraction]:
    """The liquidated one of two neighbouring quanta between one that is alive and one that is not."""
    while abs(reach - alive) > 1:
        middle = (alive + reach) // 2
        if is_liquidated(on.ring, on.path.on_grid(middle)):
            reach = middle
        else:
            alive = middle
    return reach, reach * on.path.quantum


def _beside_straight(on: Course, *, up: bool) -> tuple[int, Fraction] | None:
    """The first liquidated quantum where a venue only rounds: where its straight lines end, and beside it.

    Rounding moves that by little, so that the way there and back is looked for in doubling steps.
    """
    ring, path, out = on.ring, on.path, 1 if up else -1
    bare = replace(ring, legs=tuple(_unrounded(leg) for leg in ring.legs))
    hit = _hit(course(bare, path), up=up)
    if hit is None:
        return None
    steps = path.start / path.quantum
    start, reach, alive, wide = floor(steps) if up else ceil(steps), hit[0], hit[0] - out, 1
    while not is_liquidated(ring, path.on_grid(reach)):
        alive, reach, wide = reach, reach + out * wide, 2 * wide
        if reach < 1 or wide > 2**LAST_DOUBLING:
            return None
    while (alive - start) * out > 0 and is_liquidated(ring, path.on_grid(alive)):
        reach, alive, wide = alive, alive - out * wide, 2 * wide
    return _halved(on, alive if (alive - start) * out > 0 else start, reach)


def _unrounded(leg: Leg) -> Leg:
    return leg if leg.schedule is None else replace(leg, schedule=replace(leg.schedule, counted=None))


def _doubling(start: int) -> Iterator[int]:
    number = max(start, 1)
    for _ in range(LAST_DOUBLING):
        number *= 2
        yield number


def _beyond_zero(bend: Curve, quantum: Fraction, *, up: bool, strict: bool) -> tuple[int, Fraction] | None:
    """The first quantum at, or where the venue asks for less than zero beyond, the zero of a curve."""
    threshold = zero(bend, up=up)
    if threshold is None:
        return None
    steps = threshold / quantum
    number = -(-steps.numerator // steps.denominator) if up else steps.numerator // steps.denominator
    if strict and number == steps:
        number += 1 if up else -1
    return (number, threshold) if number > 0 else None


def _decimal(value: Fraction) -> Decimal:
    number = simplest(value)
    invariant(isinstance(number, Decimal), "a quantum of the mark is a decimal")
    return number  # type: ignore[no-any-return]


@exactly
def bankruptcy_price(ring: Ring, path: Path, *, up: bool) -> Fraction | None:
    """The exact price on one side of the mark where the ring's equity is zero; None when there is none.

    Where that price is irrational (inverse coins moving by different betas), the first quantum without
    equity.
    """
    return first_bankrupt(course(ring, path), up=up)


def first_bankrupt(on: Course, *, up: bool) -> Fraction | None:
    """`bankruptcy_price` of a course that is ready; the caller runs under the exact context."""
    bend = on.concave(up=up)
    if bend is not None:
        return equity_zero(bend, up=up)
    roots = [root for way in on.ways if (root := _bankrupt(on.path, way, up=up)) is not None]
    return (min if up else max)(roots) if roots else None


def _bankrupt(path: Path, way: Way, *, up: bool) -> Fraction | None:
    spared = safe(way, up=up, margins=False)
    for segment in walked(way.bare, path.start, way.regime.equity, up=up):
        if spared and segment.at(segment.near) > 0:
            return None
        if _closed(segment):
            root = _root(segment)
            if root is not None and _inside(segment, root, up=up):
                return root
            continue
        near, last = _beyond(segment.near / path.quantum, up=up), _grid_end(segment, path.quantum, up=up)
        if last is None or (near <= last if up else near >= last):
            hit = _candidate(segment, path.quantum, (near, last), up=up, strict=False)
            if hit is not None:
                return hit * path.quantum
    return None


def _inside(segment: Segment, t: Fraction, *, up: bool) -> bool:
    if t <= 0:
        return False
    if up:
        return segment.near <= t and (segment.far is None or t <= segment.far)
    return t <= segment.near and (segment.far is None or t >= segment.far)


def _closed(segment: Segment) -> bool:
    """Whether health is affine in t, or in 1 / price, so that it crosses zero at most once."""
    return not segment.poles or (segment.slope == 0 and len(segment.poles) == 1)


def _root(segment: Segment) -> Fraction | None:
    """Where health is zero, in closed form: one division per segment."""
    if not segment.poles:
        return None if segment.slope == 0 else -segment.constant / segment.slope
    if _closed(segment) and segment.constant != 0:
        (c, offset, _) = segment.poles[0]
        return -c / segment.constant - offset
    return None


def _first(ring: Ring, path: Path, way: Way, *, up: bool) -> tuple[int, Fraction] | None:
    """(number of the first liquidated quantum, exact threshold) along the segments of one regime."""
    if safe(way, up=up):
        return None
    number = _beyond(path.start / path.quantum, up=up)
    strict = ring.rules.trigger is Trigger.BELOW_ZERO
    passed: list[Segment] = []
    for segment in walked(way.moving, path.start, way.regime.health, up=up):
        passed.append(segment)
        last = _grid_end(segment, path.quantum, up=up)
        while last is None or (number <= last if up else number >= last):
            hit = _candidate(segment, path.quantum, (number, last), up=up, strict=strict)
            if hit is None:
                break
            if is_liquidated(ring, path.on_grid(hit)):
                return hit, _threshold(passed, path, hit, up=up)
            # Only a quantum that lies exactly on the edge of a table that jumps belongs to the next tier.
            number = hit + 1 if up else hit - 1
        if last is None:
            return None
        number = max(number, last) if up else min(number, last)
    return None


def _beyond(steps: Fraction, *, up: bool) -> int:
    """The first whole number of quanta strictly beyond ``steps``."""
    return steps.numerator // steps.denominator + 1 if up else -(-steps.numerator // steps.denominator) - 1


def _grid_end(segment: Segment, quantum: Fraction, *, up: bool) -> int | None:
    """The last whole number of quanta inside a segment; a price of zero is none, nor is a pole."""
    if segment.far is None:
        return None
    steps = segment.far / quantum
    excluded = 1 if any(offset + segment.far == 0 for _, offset, _ in segment.poles) else 0
    if up:
        floor = steps.numerator // steps.denominator
        return floor - excluded if floor == steps else floor
    ceiling = -(-steps.numerator // steps.denominator)
    return max(1, ceiling + excluded if ceiling == steps else ceiling)


def _threshold(passed: list[Segment], path: Path, number: int, *, up: bool) -> Fraction:
    """The exact price at which the stretch that reaches the liquidated quantum loses its health."""
    price = number * path.quantum
    before = price - path.quantum if up else price + path.quantum
    for position in range(len(passed) - 1, -1, -1):
        segment = passed[position]
        if segment.at(segment.near) > 0:
            root = _root(segment)
            between = root is not None and (before <= root <= price if up else price <= root <= before)
            return root if between and root is not None else price
        if position == 0 or passed[position - 1].at(segment.near) > 0:
            return segment.near if (before <= segment.near if up else segment.near <= before) else price
    return price


def _candidate(
    segment: Segment, quantum: Fraction, numbers: tuple[int, int | None], *, up: bool, strict: bool
) -> int | None:
    """The number between near and far, closest to near, at which this segment says *liquidated*."""
    near, far = numbers

    def dead(number: int) -> bool:
        health = segment.at(number * quantum)
        return health < 0 if strict else health <= 0

    if dead(near):
        return near
    if not _closed(segment):
        return _bisect(segment, quantum, (near, _reach(segment, quantum, near, far)), dead)
    root = _root(segment)
    if root is None:
        return None
    steps = root / quantum
    number = -(-steps.numerator // steps.denominator) if up else steps.numerator // steps.denominator
    if number == steps and strict:
        number += 1 if up else -1
    inside = (near < number and (far is None or number <= far)) if up else (far or 1) <= number < near
    return number if inside and dead(number) else None


def _reach(segment: Segment, quantum: Fraction, near: int, far: int | None) -> int | None:
    """A finite end for a search upward: beyond it the sign cannot change any more."""
    if far is not None:
        return far
    end = 2 * near
    for _ in range(400):
        t = end * quantum
        tail = (
            segment.constant + segment.slope * t + sum(min(c / (o + t), ZERO) for c, o, _k in segment.poles)
        )
        if (segment.slope >= 0 and tail > 0) or segment.at(t) <= 0:
            return end
        end *= 2
    return None


def _bisect(
    segment: Segment, quantum: Fraction, ends: tuple[int, int | None], dead: Callable[[int], bool]
) -> int | None:
    """Branch and bound over whole quanta: an interval whose lowest possible health is positive is skipped."""
    near, far = ends
    stack, nodes = ([] if far is None else [(near, far)]), 0
    while stack:
        first, last = stack.pop()
        nodes += 1
        if nodes > LIMITS.solver_nodes:
            raise NotSupported(
                f"no certain answer within {LIMITS.solver_nodes:,} steps (solver_nodes)",
                path="solve",
                hint="solve coin by coin",
            )
        if _lowest(segment, first * quantum, last * quantum) > 0:
            continue
        if first == last:
            if dead(first):
                return first
            continue
        middle = (first + last) // 2
        if last > first:
            stack += [(middle + 1, last), (first, middle)]
        else:
            stack += [(middle, last), (first, middle + 1)]
    return None


def _lowest(segment: Segment, a: Fraction, b: Fraction) -> Fraction:
    """A lower bound of health between two prices: each term at whichever end makes it smaller."""
    total = segment.constant + min(segment.slope * a, segment.slope * b)
    for c, offset, _ in segment.poles:
        total += min(c / (offset + a), c / (offset + b))
    return total
