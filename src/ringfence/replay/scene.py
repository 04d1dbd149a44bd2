"""A scene: the path of prices and funding that books are led through, and what rests at prices on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from ringfence.domain.account import Position
from ringfence.domain.instrument import Kind
from ringfence.domain.market import Rates
from ringfence.engine.filled import worth
from ringfence.engine.made import Case, on_ledger
from ringfence.history.tape import Tape
from ringfence.venues.rules import VenueRules


class Within(StrEnum):
    """The order of the prices inside a bar, which nobody recorded; all coins go the same way first."""

    HIGH_FIRST = "open, high, low, close"
    LOW_FIRST = "open, low, high, close"


@dataclass(frozen=True, slots=True)
class Stop:
    """An order that closes at a price once it trades there.

    Attributes:
        price: where it is triggered and filled; beyond it where the market jumps. side: of the trade.
        by_mark: the mark triggers it, not the traded price; it then fills at whatever is traded.
    """

    symbol: str
    side: str
    contracts: Decimal
    price: Decimal
    by_mark: bool = False


class Paid(NamedTuple):
    """One payment of funding of one position: what the venue books, and the exact amount."""

    bar: int
    at: int
    symbol: str
    booked: Decimal
    exact: Decimal


Key = tuple[str, str, Decimal]
"""Symbol, side and contracts: what the funding of a position depends on."""


@dataclass(frozen=True)
class Scene:
    """What happens outside the account.

    Attributes:
        tape: marks and funding. traded: traded prices of the same bars, by which orders fill; None: marks.
        orders: the ways that the inside of a bar is walked. on: the date whose tier tables hold.
        rates: fees by symbol, where they are known. sampled: bars at whose close the figures are kept.
    """

    tape: Tape
    rules: VenueRules
    on: str
    traded: Tape | None = None
    orders: tuple[Within, ...] = tuple(Within)
    rates: Mapping[str, Rates] = field(default_factory=dict)
    sampled: tuple[int, ...] = ()
    paid: dict[Key, tuple[Paid, ...]] = field(default_factory=dict)
    flows: dict[tuple[Key, ...], tuple[tuple[int, ...], tuple[Decimal, ...]]] = field(default_factory=dict)

    @cached_property
    def places(self) -> dict[str, int]:
        """Decimals of a quantum by symbol."""
        return dict(zip(self.tape.symbols, self.tape.places, strict=True))

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The place of each symbol on the tape."""
        return {symbol: number for number, symbol in enumerate(self.tape.symbols)}

    def payments(self, case: Case, position: Position) -> Iterator[Paid]:
        """Every payment that a position makes or receives, if it stands as it is."""
        symbol, grid = position.symbol, self.rules.money
        instrument = case.instrument(symbol)
        inverse = instrument.kind is Kind.INVERSE
        size = -position.side.sign * position.contracts * instrument.contract_size
        for due in self.tape.funding.get(symbol, ()):
            # A linear value is a product; the contract is looked up once for all of its payments.
            value = (
                -position.side.sign * worth(case, symbol, position.contracts, due.mark)
                if inverse
                else size * due.mark
            )
            exact = on_ledger(value * due.rate)
            yield Paid(due.bar, due.at, symbol, grid.round(exact), exact)

    @cached_property
    def due_bars(self) -> dict[str, tuple[int, ...]]:
        """The bars in which funding falls due, by symbol."""
        return {symbol: tuple([due.bar for due in dues]) for symbol, dues in self.tape.funding.items()}

    @cached_property
    def dues(self) -> dict[int, tuple[tuple[str, int, Decimal, Decimal], ...]]:
        """Funding by the bar that it falls into: (symbol, when, rate, mark)."""
        found: dict[int, list[tuple[str, int, Decimal, Decimal]]] = {}
        for symbol, dues in sorted(self.tape.funding.items()):
            for one in dues:
                found.setdefault(one.bar, []).append((symbol, one.at, one.rate, one.mark))
        return {bar: tuple(sorted(own, key=lambda one: (one[1], one[0]))) for bar, own in found.items()}

    def fee_rate(self, symbol: str) -> Decimal:
        """The taker fee of a symbol; zero where nobody gave it."""
        known = self.rates.get(symbol)
        return Decimal(0) if known is None or known.taker_fee is None else known.taker_fee
