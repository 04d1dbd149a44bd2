"""Twins: one account as it is, all isolated, and all cross, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, MarginMode, Position
from ringfence.domain.derivation import Derivation
from ringfence.domain.market import Market, Rates
from ringfence.domain.numbers import Number, add, exactly
from ringfence.errors import NotSupported
from ringfence.exact.assess import Assessment, PositionFigures, RingFigures, assess
from ringfence.exact.health import sums
from ringfence.exact.ring import Book
from ringfence.solve.arrange import Arrangement, TwinName, arrangements
from ringfence.solve.fed import most_by_asset, most_by_ring
from ringfence.solve.liquidation import Liquidations, PositionLiquidation, Reach, liquidations
from ringfence.solve.search import LiquidationPrice
from ringfence.venues.rules import VenueRules


@dataclass(frozen=True, slots=True)
class Drag:
    """What time and leaving cost, and how many usual days away liquidation is; None where no rate is given.

    Attributes:
        close_fee: taker fee to close at the mark. funding_per_day: paid; negative is received.
        daily_ranges: distance to the nearest threshold of this coin alone / usual range of a day.
    """

    close_fee: Number | None
    funding_per_day: Number | None
    daily_ranges: Fraction | None


@dataclass(frozen=True, slots=True)
class PositionTwin:
    """One position in one twin; money in its ring's asset.

    Attributes:
        margin: what stands behind it without unrealised PnL: its fence, or the whole pool (shared).
        at_risk: the most it can still lose from here: its ring's equity, or less where the loss has an end;
            with automatic top-up also what the pool has available.
        shared: whether the margin is the pool's, so that it must not be added up over positions.
        loss_at_liquidation: lost from here to the nearest threshold of this coin alone, what remains
            there included only as ``left_at_liquidation``.
    """

    position: Position
    figures: PositionFigures
    liquidation: PositionLiquidation
    margin: Number
    at_risk: Number
    shared: bool
    loss_at_liquidation: Number | None
    left_at_liquidation: Number | None
    drag: Drag


@dataclass(frozen=True, slots=True)
class Contagion:
    """One position whose coin, alone, takes others of its pool with it.

    Attributes:
        move: of that coin to the threshold. takes: names of the other positions, which did not move.
    """

    cause: str
    symbol: str
    price: Fraction
    move: Fraction
    takes: tuple[str, ...]


@dataclass(frozen=True)
class Twin:
    """One account under one arrangement of margin modes.

    Attributes:
        missing: by asset, what the wallet lacks to pay for the fences; empty when feasible.
        reason: why the twin cannot exist, in words; empty when it can.
        most_to_lose, free_capital: by asset.

    >>> import ringfence as rf
    >>> book = rf.Account(venue="demo", wallet={"USDT": "100"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000", leverage=10)
    >>> rf.compare(book, marks={"BTC/USDT:USDT": "60000"}).isolated.reason
    'the wallet cannot pay for the fences: 500 USDT missing'
    """

    name: TwinName
    account: Account
    missing: Mapping[str, Decimal]
    reason: str
    assessment: Assessment | None = None
    liquidations: Liquidations | None = None
    positions: tuple[PositionTwin, ...] = ()
    most_to_lose: Mapping[str, Number] | None = None
    free_capital: Mapping[str, Number | None] | None = None
    contagion: tuple[Contagion, ...] = ()

    @property
    def feasible(self) -> bool:
        """Whether the venue and the wallet allow this twin."""
        return self.assessment is not None

    @property
    def rings(self) -> tuple[RingFigures, ...]:
        """The rings of a feasible twin; none for one that cannot exist."""
        return () if self.assessment is None else self.assessment.rings

    @property
    def book(self) -> Book:
        """The prepared book of a feasible twin."""
        if self.assessment is None:
            raise NotSupported(self.reason, path=self.name.value)
        return self.assessment.book

    def liquidation_price(self, symbol: str, side: str | None = None) -> LiquidationPrice | Reach:
        """The nearest liquidation price of one position by its own coin alone, or in words why there is none.

        Raises:
            NotSupported: the twin cannot exist. UnknownSymbol: no such position.
        """
        if self.liquidations is None:
            raise NotSupported(self.reason, path=self.name.value)
        answer = self.liquidations.of(symbol, side).alone
        return answer.nearest or answer.reach


@dataclass(frozen=True)
class Twins:
    """The three arrangements of one account at one set of marks.

    >>> import ringfence as rf
    >>> twins = rf.compare(rf.Account(venue="demo", wallet={"USDT": "100"}), marks={})
    >>> twins.mixed
    False
    """

    as_is: Twin
    isolated: Twin
    cross: Twin
    market: Market

    @property
    def all(self) -> tuple[Twin, ...]:
        """As it is, isolated, cross."""
        return self.as_is, self.isolated, self.cross

    def explain(self) -> Derivation:
        """Every number of the isolated and the cross twin with its workings."""
        from ringfence.solve.explain import explain_twin

        return explain_twin(self.isolated, self.market) + explain_twin(self.cross, self.market)

    @property
    def mixed(self) -> bool:
        """Whether the account has positions of both modes, so that as-it-is is a twin of its own."""
        return len({position.margin_mode for position in self.as_is.account.positions}) > 1


@exactly
def twins(account: Account, market: Market, rules: VenueRules, *, on: str) -> Twins:
    """The same account as it is, all isolated and all cross.

    What is isolated keeps its fence; a cross position gets the fence its venue asks at entry, paid from
    the wallet; in the cross twin every fence returns to its pool.

    Raises:
        MissingLeverage: a cross position without leverage, so that its fence is unknown.
        NoTier, MissingMark: as `prepare` and `assess`.
    """
    as_is, isolated, cross = arrangements(account, rules, on=on)
    return Twins(_twin(as_is, market), _twin(isolated, market), _twin(cross, market), market)


@exactly
def twin_of(book: Book, market: Market) -> Twin:
    """One account as it is, with nothing beside it.

    >>> import ringfence as rf
    >>> from ringfence.exact.ring import prepare
    >>> from ringfence.venues.registry import rules
    >>> book = prepare(rf.Account(venue="demo", wallet={"USDT": "70"}), rules("demo"), on="2026-11-22")
    >>> twin_of(book, Market()).free_capital
    {'USDT': Decimal('70')}
    """
    return _twin(Arrangement(TwinName.AS_IS, book.account, book), market)


def _twin(arranged: Arrangement, market: Market) -> Twin:
    if not arranged.feasible:
        return Twin(arranged.name, arranged.account, arranged.missing, arranged.reason)
    book = arranged.book
    assessment, prices = assess(book, market), liquidations(book, market)
    at_risk = most_by_ring(book, market, assessment)
    positions = tuple(
        _position(book, market, figures, prices.positions[number], at_risk=at_risk[figures.ring])
        for number, figures in enumerate(assessment.positions)
    )
    return Twin(
        arranged.name,
        arranged.account,
        {},
        "",
        assessment,
        prices,
        positions,
        most_by_asset(book, market, assessment),
        {ring.asset: ring.available_balance for ring in assessment.rings if ring.mode is MarginMode.CROSS},
        _contagion(book, prices),
    )


def _position(
    book: Book, market: Market, figures: PositionFigures, prices: PositionLiquidation, *, at_risk: Number
) -> PositionTwin:
    ring = book.ring_of(figures.position)
    added = sums(ring, {symbol: market.mark(symbol) for symbol in ring.symbols})
    left = prices.alone.equity_left
    return PositionTwin(
        figures.position,
        figures,
        prices,
        add([added.equity, -added.unrealized_pnl]),
        at_risk,
        ring.mode is MarginMode.CROSS,
        None if left is None else add([added.equity, -left]),
        left,
        _drag(figures, prices, market),
    )


def _drag(figures: PositionFigures, prices: PositionLiquidation, market: Market) -> Drag:
    rates = market.rates.get(figures.position.symbol, Rates())
    value = Fraction(figures.notional)
    hit = prices.alone.nearest
    paid = None
    if rates.funding_rate is not None:
        daily = Fraction(rates.funding_rate) * 24 / Fraction(rates.funding_hours)
        paid = figures.position.side.sign * value * daily
    return Drag(
        None if rates.taker_fee is None else value * Fraction(rates.taker_fee),
        paid,
        None if hit is None or rates.daily_range is None else abs(hit.move) / Fraction(rates.daily_range),
    )


def _contagion(book: Book, prices: Liquidations) -> tuple[Contagion, ...]:
    found = []
    for one in prices.positions:
        ring = book.ring_of(one.position)
        others = tuple(leg.name for leg in ring.legs if leg.symbol != one.position.symbol)
        hit = one.alone.nearest
        if ring.mode is MarginMode.CROSS and others and hit is not None:
            cause = f"{one.position.symbol} {one.position.side.value}"
            found.append(Contagion(cause, one.position.symbol, hit.threshold, hit.move, others))
    return tuple(sorted(found, key=lambda one: abs(one.move)))
