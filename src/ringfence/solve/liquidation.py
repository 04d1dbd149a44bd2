"""Liquidation prices of a whole book: by one coin alone, and by everything moving together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from ringfence.domain.account import Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, exactly
from ringfence.errors import UnknownSymbol
from ringfence.exact.assess import available_in
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.leg import Leg
from ringfence.exact.ring import Book, Ring
from ringfence.solve.path import Path, alone, course, together
from ringfence.solve.search import LiquidationPrice, first_bankrupt, first_liquidated
from ringfence.venues.shown import Prices, Solved, exact_prices


class Reach(Enum):
    """Whether a price can liquidate a ring at all.

    >>> Reach.NOT_BY_THIS_COIN_ALONE.value
    'not liquidatable by this coin alone'
    """

    AT_A_PRICE = "liquidated at a price"
    NOT_BY_THIS_COIN_ALONE = "not liquidatable by this coin alone"
    NOT_BY_THIS_MOVE = "not liquidatable by this move"
    ALREADY = "already liquidated at this mark"
    NO_POSITION = "nothing to liquidate"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Answer:
    """What one line of prices does to one ring.

    Attributes:
        leader: the symbol whose price is reported. mark_price: where it stands.
        below, above: the first liquidated price on each side; None where that side never liquidates.
        bankruptcy_below, bankruptcy_above: exact price where the ring's equity is zero.
        equity_left: equity of the ring at the nearest threshold, what a liquidation leaves to forfeit.
    """

    ring: str
    leader: str
    mark_price: Fraction
    reach: Reach
    below: LiquidationPrice | None = None
    above: LiquidationPrice | None = None
    bankruptcy_below: Fraction | None = None
    bankruptcy_above: Fraction | None = None
    equity_left: Number | None = None

    @property
    def nearest(self) -> LiquidationPrice | None:
        """The side with the smaller move."""
        sides = [side for side in (self.below, self.above) if side is not None]
        return min(sides, key=lambda side: abs(side.move), default=None)

    @property
    def nearest_bankruptcy(self) -> Fraction | None:
        """The bankruptcy price on the side of the nearest liquidation price."""
        if self.nearest is not None:
            return self.bankruptcy_below if self.nearest is self.below else self.bankruptcy_above
        sides = [side for side in (self.bankruptcy_below, self.bankruptcy_above) if side is not None]
        return min(sides, key=lambda side: abs(side - self.mark_price), default=None)


@dataclass(frozen=True, slots=True)
class PositionLiquidation:
    """The answers for one position: its own coin alone, and everything together.

    Attributes:
        shown: what the venue prints for it, where that is not the exact price; None where it is.
    """

    position: Position
    alone: Answer
    together: Answer
    shown: Prices | None = None


@dataclass(frozen=True, slots=True)
class Liquidations:
    """The answers for a book: positions in the account's order, rings pools first.

    >>> import ringfence as rf
    >>> book = rf.Account(venue="demo", wallet={"USDT": "100"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000")
    >>> rf.solve(book, marks={"BTC/USDT:USDT": "60000"}).leader
    'BTC/USDT:USDT'
    """

    leader: str | None
    positions: tuple[PositionLiquidation, ...]
    rings: tuple[Answer, ...]

    def of(self, symbol: str, side: str | None = None) -> PositionLiquidation:
        """The answers for one position.

        Raises:
            UnknownSymbol: the account has no such position.
        """
        for one in self.positions:
            if one.position.symbol == symbol and side in (None, one.position.side.value):
                return one
        raise UnknownSymbol("no position in this symbol", path="symbol", value=symbol)


@exactly
def liquidations(book: Book, market: Market) -> Liquidations:
    """Every liquidation price of a book, exact and bracketed.

    Raises:
        MissingMark: a symbol, or the leading coin, has no mark.
    """
    leader = leading_symbol(book, market)
    whole = {
        ring.name: move_together(book, market, ring, leader) for ring in book.rings if ring.legs and leader
    }
    single: dict[tuple[str, str], Answer] = {}
    positions = []
    for position in book.account.positions:
        ring = book.ring_of(position)
        key = ring.name, position.symbol
        if key not in single:
            single[key] = move_alone(book, market, ring, position.symbol)
        shown = shown_prices(book, market, position, single[key])
        positions.append(PositionLiquidation(position, single[key], whole[ring.name], shown))
    return Liquidations(leader, tuple(positions), tuple(whole.values()))


def shown_prices(book: Book, market: Market, position: Position, answer: Answer) -> Prices | None:
    """What the venue prints for a position, made from the exact answer; None where it prints that."""
    if book.rules.shows is exact_prices:
        return None
    ring, leg = book.leg_of(position)
    if leg.charged is None:  # a book made ready under other rules
        return None
    marks = {symbol: market.mark(symbol) for symbol in ring.symbols}
    added = sums(ring, marks)
    values = [Fraction(part.value) for part in added.parts]
    number = [one.position.key for one in ring.legs].index(position.key)
    part = added.parts[number]
    net = sum((one.sign * value for one, value in zip(ring.legs, values, strict=True)), Fraction(0))
    hit = answer.nearest
    return book.rules.shows(
        Solved(
            charged=leg.charged,
            liquidation=None if hit is None else hit.threshold,
            bankruptcy=answer.nearest_bankruptcy,
            mark=Fraction(market.mark(position.symbol)),
            value=Fraction(part.value),
            requirement=Fraction(part.maintenance),
            shown_maintenance=Fraction(
                leg.as_fractions().shown_maintenance(
                    Fraction(leg.uncut(part.value, market.mark(position.symbol)))
                )
            ),
            equity=Fraction(added.equity),
            ring_requirement=Fraction(added.maintenance),
            ring_value=sum(values, Fraction(0)),
            net_value=net,
            available=None if book.rules.free is None else available_in(book, ring, market),
        )
    )


def leading_symbol(book: Book, market: Market) -> str | None:
    """The coin the others follow: the one asked for, else bitcoin, else the largest position."""
    if market.leader is not None:
        market.mark(market.leader)
        return market.leader
    legs = [leg for ring in book.rings for leg in ring.legs]
    for leg in legs:
        if leg.instrument.base == "BTC":
            return leg.symbol
    largest = max(legs, key=lambda leg: _value(leg, market), default=None)
    return None if largest is None else largest.symbol


def _value(leg: Leg, market: Market) -> Fraction:
    return Fraction(leg.as_fractions().value(Fraction(market.mark(leg.symbol))))


def quantum_of(book: Book, symbol: str) -> Number:
    """The grid of one symbol's mark price."""
    return book.rules.instrument(symbol, book.account.instruments.get(symbol)).mark_quantum


@exactly
def move_alone(book: Book, market: Market, ring: Ring, symbol: str) -> Answer:
    """What one coin alone does to a ring, the others standing still at their marks."""
    path = alone(ring, market, symbol, quantum_of(book, symbol))
    return _answer(ring, path, Reach.NOT_BY_THIS_COIN_ALONE)


@exactly
def move_together(book: Book, market: Market, ring: Ring, leader: str) -> Answer:
    """What everything moving together does to a ring, each coin by its beta to the leading one."""
    path = together(ring, market, leader, quantum_of(book, leader))
    return _answer(ring, path, Reach.NOT_BY_THIS_MOVE)


def _answer(ring: Ring, path: Path, otherwise: Reach) -> Answer:
    if not ring.legs:
        return Answer(ring.name, path.leader, path.start, Reach.NO_POSITION)
    on = course(ring, path)
    broke = first_bankrupt(on, up=False), first_bankrupt(on, up=True)
    if is_liquidated(ring, path.here):
        return Answer(ring.name, path.leader, path.start, Reach.ALREADY, None, None, *broke)
    below, above = first_liquidated(on, up=False), first_liquidated(on, up=True)
    reach = Reach.AT_A_PRICE if below or above else otherwise
    answer = Answer(ring.name, path.leader, path.start, reach, below, above, *broke)
    if answer.nearest is None:
        return answer
    left = sums(ring, path.marks(answer.nearest.threshold)).equity
    return Answer(ring.name, path.leader, path.start, reach, below, above, *broke, left)
