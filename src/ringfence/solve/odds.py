"""Odds of a driftless price between two barriers: which one it reaches first, and what that is worth.

For a price that drifts neither way the chance is a plain quotient of distances, whatever the
volatility. It is a yardstick, not a forecast: no fees unless given, no funding, no gaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ringfence.domain.account import Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, exactly, positive
from ringfence.errors import NotSupported, OutOfRange
from ringfence.exact.health import sums
from ringfence.exact.ring import Book
from ringfence.solve.liquidation import move_alone
from ringfence.solve.search import LiquidationPrice


@dataclass(frozen=True, slots=True)
class Odds:
    """Which of two prices a driftless price reaches first; the two add up to 1."""

    target_first: Fraction
    liquidation_first: Fraction


@exactly
def barrier_odds(*, price: object, liquidation: object, target: object) -> Odds:
    """The chance that a driftless price reaches a target before a liquidation price.

    Raises:
        OutOfRange: the price does not lie between the two.

    >>> odds = barrier_odds(price="58000", liquidation="57000", target="62000")
    >>> odds.target_first, odds.liquidation_first
    (Fraction(1, 5), Fraction(4, 5))
    """
    now, dead, goal = (_price(value, path) for value, path in (
        (price, "price"), (liquidation, "liquidation"), (target, "target")
    ))  # fmt: skip
    if not (dead < now < goal or goal < now < dead):
        raise OutOfRange(
            "the price must lie between the liquidation price and the target", path="target", value=target
        )
    reached = (now - dead) / (goal - dead)
    return Odds(reached, 1 - reached)


def _price(value: object, path: str) -> Fraction:
    return value if isinstance(value, Fraction) else Fraction(positive(value, path=path))


@exactly
def expected_value(odds: Odds, *, gain: Number, loss: Number, forfeited: Number = 0) -> Fraction:
    """What a bet is worth on average, in the unit of its gain.

    Args:
        gain: at the target. loss: at the liquidation price, as an amount above zero.
        forfeited: what is left there and lost on top, when a liquidation keeps the remainder.

    >>> expected_value(Odds(Fraction(1, 5), Fraction(4, 5)), gain=4000, loss=1000)
    Fraction(0, 1)
    >>> expected_value(Odds(Fraction(1, 5), Fraction(4, 5)), gain=4000, loss=1000, forfeited=100)
    Fraction(-80, 1)
    """
    lost = Fraction(loss) + Fraction(forfeited)
    return odds.target_first * Fraction(gain) - odds.liquidation_first * lost


@exactly
def break_even(*, gain: Number, loss: Number) -> Fraction:
    """How often the target must be reached first for a bet to be worth nothing; fees belong in both.

    Raises:
        OutOfRange: nothing is gained at the target, so no chance is good enough.

    >>> break_even(gain=3, loss=1)
    Fraction(1, 4)
    """
    won, lost = Fraction(gain), Fraction(loss)
    if won <= 0 or lost < 0:
        raise OutOfRange("a bet has a gain, and a loss that is not negative", path="gain", value=gain)
    return lost / (lost + won)


@dataclass(frozen=True, slots=True)
class Bet:
    """A position held until its target or its ring's liquidation, at driftless odds; money in its asset.

    Attributes:
        liquidation: on the side away from the target.
        gain, loss: change of equity from today to the target, and from today to the threshold.
        forfeited: equity left at the threshold.
        expected, expected_forfeited: on average, with the remainder kept and with it lost.
        needed: share of targets reached that would make up for it, the remainder lost.
    """

    odds: Odds
    liquidation: LiquidationPrice
    gain: Fraction
    loss: Fraction
    forfeited: Fraction
    expected: Fraction
    expected_forfeited: Fraction
    needed: Fraction


@exactly
def bet_on(book: Book, market: Market, position: Position, target: object) -> Bet:
    """The driftless odds that a position's coin, alone, reaches a target before it liquidates the ring.

    Raises:
        NotSupported: no liquidation price lies on the other side of today's mark, or the way to the
            target does not add to equity. MissingMark, BadNumber: as everywhere.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues import registry
    >>> account = Account(venue="demo", wallet={"USDT": "7000"})
    >>> account = account.open("BTC/USDT:USDT", 1, entry_price=60000, leverage=20, isolated_margin=3000)
    >>> book = prepare(account, registry.rules("demo"), on="2026-11-22")
    >>> market = Market({"BTC/USDT:USDT": "58000", "ETH/USDT:USDT": "2500"})
    >>> bet = bet_on(book, market, account.positions[0], "62000")
    >>> round(float(bet.odds.liquidation_first), 3), bet.expected
    (0.84, Fraction(0, 1))
    """
    ring, leg = book.leg_of(position)
    answer = move_alone(book, market, ring, leg.symbol)
    goal, now = Fraction(positive(target, path="target")), answer.mark_price
    hit = answer.below if goal > now else answer.above
    if hit is None:
        raise NotSupported(
            f"no liquidation price on the other side: {answer.reach.value}", path="target", value=target
        )
    marks = {symbol: Fraction(market.mark(symbol)) for symbol in ring.symbols}
    today, there, dead = (
        Fraction(sums(ring, {**marks, leg.symbol: price}).equity) for price in (now, goal, hit.threshold)
    )
    gain, loss = there - today, today - dead
    if gain <= 0:
        raise NotSupported("the way to the target does not add to equity", path="target", value=target)
    odds = barrier_odds(price=now, liquidation=hit.threshold, target=goal)
    return Bet(
        odds, hit, gain, loss, dead, expected_value(odds, gain=gain, loss=loss),
        expected_value(odds, gain=gain, loss=loss, forfeited=dead), break_even(gain=gain, loss=loss + dead),
    )  # fmt: skip
