"""Shocks: the market after a move, on each symbol's grid, and what is left of a book there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly, rounded
from ringfence.errors import OutOfRange
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import Book, Ring
from ringfence.solve.liquidation import quantum_of
from ringfence.solve.path import Path, alone, together
from ringfence.solve.search import LiquidationPrice, liquidation_price


def path_of(book: Book, market: Market, ring: Ring, leader: str, *, follow: bool) -> Path:
    """The line of prices a scrubber runs along: everything by its beta, or one coin alone."""
    quantum = quantum_of(book, leader)
    if follow:
        return together(ring, market, leader, quantum)
    if leader in ring.symbols:
        return alone(ring, market, leader, quantum)
    still = {symbol: (Fraction(market.mark(symbol)), Fraction(0)) for symbol in ring.symbols}
    return Path(leader, Fraction(market.mark(leader)), Fraction(quantum), still)


@exactly
def shocked(book: Book, market: Market, *, leader: str, move: Decimal, follow: bool) -> Market:
    """The market after the leader moved, every mark rounded to its grid and never below one quantum.

    Args:
        move: share of the leader's mark, ``Decimal("-0.15")`` is a fall of 15 %.
        follow: the other coins move by their betas; else they stay put.
    Raises:
        OutOfRange: a move of -100 % or more. MissingMark: the leader has no mark.
    """
    if move <= -1:
        raise OutOfRange(
            "a price cannot fall by 100 % or more", path="move", value=move, hint='write "-0.99" or above'
        )
    marks = dict(market.marks)
    t = Fraction(market.mark(leader)) * (1 + Fraction(move))
    marks[leader] = _on_grid(book, leader, t)
    for ring in book.rings:
        path = path_of(book, market, ring, leader, follow=follow)
        for symbol in ring.symbols:
            if path.lines[symbol][1] != 0 or symbol == leader:
                marks[symbol] = _on_grid(book, symbol, path.price(symbol, t))
    return replace(market, marks=marks)


def _on_grid(book: Book, symbol: str, price: Fraction) -> Decimal:
    quantum = quantum_of(book, symbol)
    return max(rounded(price, quantum), quantum)  # type: ignore[no-any-return]


@exactly
def deaths(
    book: Book, market: Market, leader: str, *, follow: bool
) -> tuple[tuple[str, LiquidationPrice], ...]:
    """Where each ring dies on the scrubber's line: (ring, price of the leader), both ways, nearest first.

    A ring that is dead at the marks already, or that the line never moves, is not listed.
    """
    found = []
    for ring in book.rings:
        path = path_of(book, market, ring, leader, follow=follow)
        moved = any(slope != 0 for _, slope in path.lines.values())
        if not ring.legs or not moved or is_liquidated(ring, path.marks(path.start)):
            continue
        for up in (False, True):
            hit = liquidation_price(ring, path, up=up)
            if hit is not None:
                found.append((ring.name, hit))
    return tuple(sorted(found, key=lambda one: abs(one[1].move)))


@exactly
def passed(book: Book, market: Market, *, leader: str, move: Decimal, follow: bool) -> frozenset[str]:
    """The rings that die somewhere on the way of a move, wherever the move ends.

    Only rings whose health can fall and rise again along a line are walked: with linear contracts alone,
    collateral that stands still and no coin at zero, what is dead on the way is dead at the end.
    """
    found = set()
    for ring in book.rings:
        path = path_of(book, market, ring, leader, follow=follow)
        end = path.marks(path.start * (1 + Fraction(move)))
        bends = ring.needs_fractions or ring.holdings or any(price == 0 for price in end.values())
        if not ring.legs or not bends or move == 0:
            continue
        if is_liquidated(ring, path.marks(path.start)):
            continue
        hit = liquidation_price(ring, path, up=move > 0)
        if hit is not None and abs(Fraction(hit.liquidated) / path.start - 1) <= abs(Fraction(move)):
            found.add(ring.name)
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class RingOutcome:
    """What a jump from one market to another does to one ring, money in its asset.

    Attributes:
        equity_after: zero when liquidated: what remained at the trigger is forfeited.
        loss: equity before less equity after; a gain is negative.
        shortfall: balance below zero, which the venue's rule ``shortfall`` says who bears.
    """

    ring: str
    asset: str
    liquidated: bool
    equity_before: Number
    equity_after: Number
    loss: Number
    shortfall: Number


@exactly
def outcomes(
    book: Book, before: Market, after: Market, *, died: frozenset[str] = frozenset()
) -> tuple[RingOutcome, ...]:
    """What each ring of a book loses when the market jumps from one set of marks to another.

    A photograph of both ends; ``died`` names the rings that are known to have died on the way
    (`passed`), and stay dead though they would stand again at the end.
    """
    found = []
    for ring in book.rings:
        old, new = ({s: market.mark(s) for s in ring.symbols} for market in (before, after))
        was, now = sums(ring, old).equity, sums(ring, new).equity
        dead = ring.name in died or is_liquidated(ring, new) or is_liquidated(ring, old)
        start = max(was, Decimal(0))
        left = Decimal(0) if dead else now
        short = -now if dead and now < 0 else Decimal(0)
        found.append(RingOutcome(ring.name, ring.asset, dead, was, left, add([start, -left]), short))
    return tuple(found)
