"""One position under one rule set, and what the engine says about it: for tests of single packs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, rounded
from ringfence.domain.tiers import TierBasis, TierTable, joined
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import PositionLiquidation, liquidations
from ringfence.venues.rules import VenueRules

F = Fraction
ON = "2026-11-22"


def ending(value: Fraction, places: str = "1E-12") -> Decimal:
    """The nearest amount that so many decimals can write."""
    return rounded(value, Decimal(places))


def table_of(symbol: str, rows: list[tuple[str, str | None, str]], *, basis: str = "settle") -> TierTable:
    """Tiers of (floor, cap, rate), their deductions derived."""
    cells = [(Decimal(f), None if c is None else Decimal(c), Decimal(r), None) for f, c, r in rows]
    return TierTable(symbol, joined(cells), TierBasis(basis))


@dataclass(frozen=True)
class Single:
    """One position: ``money`` is what stands behind it, in a fence when isolated, else in the pool."""

    rules: VenueRules
    symbol: str
    side: str
    contracts: Decimal
    entry: Decimal
    money: Decimal
    isolated: bool = True
    leverage: str | None = None
    table: TierTable | None = None
    terms: InstrumentTerms = field(default_factory=InstrumentTerms)

    @property
    def account(self) -> Account:
        """The account."""
        mode = MarginMode.ISOLATED if self.isolated else MarginMode.CROSS
        position = Position(
            self.symbol, Side(self.side), self.contracts, entry_price=self.entry, margin_mode=mode,
            leverage=None if self.leverage is None else Decimal(self.leverage),
            isolated_margin=self.money if self.isolated else None,
        )  # fmt: skip
        wallet = {} if self.isolated else {self.symbol.rpartition(":")[2]: self.money}
        tiers = {} if self.table is None else {self.symbol: self.table}
        return Account(
            venue=self.rules.key, wallet=wallet, positions=(position,), tiers=tiers,
            instruments={self.symbol: self.terms},
        )  # fmt: skip

    @property
    def book(self) -> Book:
        """The book."""
        return prepare(self.account, self.rules, on=ON)

    def at(self, mark: Decimal | str) -> Assessment:
        """The account at a mark."""
        return assess(self.book, self._market(mark))

    def prices(self, mark: Decimal | str) -> PositionLiquidation:
        """Its liquidation prices from a mark."""
        return liquidations(self.book, self._market(mark)).of(self.symbol)

    @exactly
    def threshold(self, mark: Decimal | str) -> Fraction | None:
        """The exact liquidation price, None where there is none."""
        nearest = self.prices(mark).alone.nearest
        return None if nearest is None else nearest.threshold

    @exactly
    def dead(self, mark: Decimal) -> bool:
        """Whether it is liquidated at a mark."""
        book = self.book
        return is_liquidated(book.ring_of(book.account.positions[0]), {self.symbol: mark})

    def under(self, rules: VenueRules) -> Single:
        """The same position under other rules."""
        return replace(self, rules=rules)

    def _market(self, mark: Decimal | str) -> Market:
        return Market({self.symbol: Decimal(mark)})


def slices(value: Fraction, rows: list[tuple[str, str | None, str]]) -> Fraction:
    """Maintenance when each slice of a value pays its own rate."""
    total = F(0)
    for floor, cap, rate in rows:
        inside = (value if cap is None else min(value, F(cap))) - F(floor)
        total += max(inside, F(0)) * F(rate)
    return total


def whole(value: Fraction, rows: list[tuple[str, str | None, str]]) -> Fraction:
    """Maintenance when the whole value pays the rate of its tier."""
    (rate,) = [F(r) for floor, cap, r in rows if F(floor) <= value and (cap is None or value < F(cap))]
    return value * rate
