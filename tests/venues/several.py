"""Several positions in one pool under one rule set, and what the engine says: for tests of single packs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, InstrumentTerms, Order, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.assess import Assessment, RingFigures, assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import PositionLiquidation, liquidations
from ringfence.testing.cases import Case, load_cases
from ringfence.venues.rules import VenueRules
from tests.support import ROOT

D, F = Decimal, Fraction
ON = "2026-11-22"


def one_rate(symbol: str, rate: str, leverage: str | None = None) -> TierTable:
    """A market with one maintenance rate."""
    highest = None if leverage is None else D(leverage)
    return TierTable(symbol, (Tier(D(0), None, D(rate), D(0), highest),))


def cases_of(key: str) -> list[Case]:
    """The extract of one venue."""
    return load_cases((ROOT / f"tests/conformance/cases/{key}.jsonl").read_text("utf-8").splitlines())


def case(key: str, name: str) -> Case:
    """One case of the extract."""
    (found,) = (one for one in cases_of(key) if one.id == name)
    return found


@dataclass(frozen=True)
class Held:
    """One cross position: signed size at its entry price, and its mark."""

    symbol: str
    size: str
    entry: str
    mark: str
    leverage: str | None = None


@dataclass(frozen=True)
class Pool:
    """Cross positions that share a balance."""

    rules: VenueRules
    money: str
    held: tuple[Held, ...]
    tables: tuple[TierTable, ...] = ()
    orders: tuple[Order, ...] = ()
    terms: Mapping[str, InstrumentTerms] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """The account."""
        asset = (self.held or self.orders)[0].symbol.rpartition(":")[2]
        positions = tuple(
            Position(
                one.symbol, Side.SHORT if D(one.size) < 0 else Side.LONG, abs(D(one.size)),
                entry_price=D(one.entry), leverage=None if one.leverage is None else D(one.leverage),
            )
            for one in self.held
        )  # fmt: skip
        return Account(
            venue=self.rules.key, wallet={asset: self.money}, positions=positions, orders=self.orders,
            instruments=dict(self.terms), tiers={table.symbol: table for table in self.tables},
        )  # fmt: skip

    @property
    def book(self) -> Book:
        """The book."""
        return prepare(self.account, self.rules, on=ON)

    @property
    def market(self) -> Market:
        """Its marks."""
        return Market({one.symbol: D(one.mark) for one in self.held})

    @property
    def assessment(self) -> Assessment:
        """The account at its marks."""
        return assess(self.book, self.market)

    @property
    def ring(self) -> RingFigures:
        """The pool at its marks."""
        (ring,) = self.assessment.rings
        return ring

    def prices(self, symbol: str) -> PositionLiquidation:
        """The prices of one position."""
        return liquidations(self.book, self.market).of(symbol)

    @exactly
    def threshold(self, symbol: str) -> Fraction | None:
        """The exact price by this coin alone; None where there is none."""
        nearest = self.prices(symbol).alone.nearest
        return None if nearest is None else nearest.threshold

    @exactly
    def shown(self, symbol: str) -> tuple[Fraction | None, Fraction | None]:
        """What the venue prints: (liquidation, bankruptcy)."""
        printed = self.prices(symbol).shown
        assert printed is not None
        liquidation, bankruptcy = (None if one is None else F(one) for one in printed[:2])
        return liquidation, bankruptcy
