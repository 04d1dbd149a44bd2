"""Accounts drawn for the laws of the conformance kit: the same from the same seed, on every machine.

The digits are those of SHA-256 over names and a counter, so nothing here is random and nothing needs
`hypothesis`, which ringfence does not install.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position, Side
from ringfence.domain.instrument import Kind, kind_of, symbol_parts
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, rounded, simplest
from ringfence.domain.tiers import TierBasis, TierTable, joined
from ringfence.exact.assess import Assessment, RingFigures, assess
from ringfence.exact.ring import Book, prepare
from ringfence.venues.rules import Fence, TierRule, VenueRules

T = TypeVar("T")

MADE_UP = {Kind.LINEAR: "BTC/USDT:USDT", Kind.INVERSE: "BTC/USD:BTC", Kind.QUANTO: "ETH/USD:BTC"}
SIZES = {Kind.LINEAR: Decimal(1), Kind.INVERSE: Decimal(100), Kind.QUANTO: Decimal("0.01")}
ROUND = (1, 2, 5)
"""Prices and leverages are one of these times a power of ten: their quotients end, so floors can be hit."""
LEVERAGES = (1, 2, 5, 10, 20, 50, 100)
BACKING = tuple(map(Decimal, ("0.002", "0.01", "0.05", "0.2", "0.8", "1.5")))
MOVES = tuple(map(Decimal, ("0.5", "0.9", "0.99", "1", "1.01", "1.1", "1.6")))


class Draws:
    """Numbers that follow from names alone.

    >>> Draws("demo", 1).below(1000) == Draws("demo", 1).below(1000)
    True
    """

    def __init__(self, *names: object) -> None:
        self._names = "/".join(map(str, names))
        self._count = 0

    def below(self, limit: int) -> int:
        """A whole number from zero up to, not including, ``limit``."""
        self._count += 1
        digest = hashlib.sha256(f"{self._names}#{self._count}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def pick(self, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[self.below(len(choices))]


@dataclass(frozen=True)
class Sample:
    """One position, isolated or cross, at one mark under one venue's rules.

    Attributes:
        mark: quote currency, on the venue's grid.
    """

    account: Account
    mark: Decimal
    rules: VenueRules

    @property
    def position(self) -> Position:
        """The position."""
        return self.account.positions[0]

    @property
    def table(self) -> TierTable:
        """The tiers it stands under."""
        return self.account.tiers[self.position.symbol]

    @cached_property
    def book(self) -> Book:
        """The account, ready for arithmetic."""
        return prepare(self.account, self.rules, on=self.rules.valid_from)

    @cached_property
    def assessment(self) -> Assessment:
        """The account at its mark."""
        return assess(self.book, Market({self.position.symbol: self.mark}))

    @property
    def ring(self) -> RingFigures:
        """The ring that the position lives in."""
        return self.assessment.ring(self.assessment.positions[0].ring)

    def at(self, mark: Decimal) -> Sample:
        """The same account at another mark."""
        return replace(self, mark=mark)

    def flipped(self) -> Sample:
        """The same account with the position on the other side."""
        side = Side.SHORT if self.position.side is Side.LONG else Side.LONG
        return self._holding(replace(self.position, side=side))

    def backed_by(self, more: Decimal) -> Sample:
        """The same account with ``more`` in the ring of its position, settlement asset."""
        if self.position.isolated_margin is not None:
            margin = add([self.position.isolated_margin, more])
            return self._holding(replace(self.position, isolated_margin=margin))
        asset = self.ring.asset
        wallet = {**self.account.wallet, asset: add([self.account.wallet[asset], more])}
        return replace(self, account=replace(self.account, wallet=wallet))

    def _holding(self, position: Position) -> Sample:
        return replace(self, account=replace(self.account, positions=(position,)))

    def __str__(self) -> str:
        one = self.position
        behind = one.isolated_margin if one.isolated_margin is not None else self.account.wallet
        shown = behind if isinstance(behind, Decimal) else ", ".join(f"{v} {a}" for a, v in behind.items())
        return (
            f"{one.symbol} {one.side.value} {one.contracts} at {one.entry_price}, "
            f"{one.margin_mode.value} with {shown}, mark {self.mark}"
        )


TERMS = {
    "taker_fee": Decimal("0.0005"),
    "liquidation_fee": Decimal("0.005"),
    "funding_rate": Decimal("0.0001"),
    "tick_size": Decimal("0.01"),
    "value_quantum": Decimal("0.00000001"),
    "size_factor": Decimal("0.0000005"),
}
"""What every account drawn states about its contract, for venues whose rules ask for it."""


def sample(rules: VenueRules, *, seed: int, number: int) -> Sample:
    """The account of this number: three in four under a table of the pack, the others under one made up.

    A tenth have the size that puts them on the floor of a tier at entry.
    """
    draws = Draws(rules.key, rules.valid_from, seed, number)
    symbol, table = _table(rules, draws)
    kind = _kind(symbol)
    size = rules.contract_sizes.get(kind) or SIZES[kind]
    entry = _price(draws)
    contracts = _contracts(draws, table, kind, entry, size, on_a_floor=number % 10 == 0)
    value = _value(Fraction(contracts) * Fraction(size), entry, kind)
    leverage = Decimal(draws.pick(LEVERAGES))
    isolated = draws.below(2) == 0 and rules.fence is not Fence.NONE
    position = Position(
        symbol, draws.pick(tuple(Side)), contracts, entry_price=entry, leverage=leverage,
        margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        isolated_margin=_end(value / Fraction(leverage)) if isolated else None,
    )  # fmt: skip
    asset = symbol_parts(symbol)["settle"]
    account = Account(
        venue=rules.key, wallet={asset: _end(value * Fraction(draws.pick(BACKING)))}, positions=(position,),
        instruments={symbol: InstrumentTerms(kind, size, **TERMS)}, tiers={symbol: table},
    )  # fmt: skip
    return Sample(account, _on_grid(entry * draws.pick(MOVES), rules), rules)


def _table(rules: VenueRules, draws: Draws) -> tuple[str, TierTable]:
    own = [
        (symbol, table)
        for symbol, dated in sorted(rules.tables.items())
        for table in dated
        if _kind(symbol) in rules.kinds
    ]
    if own and draws.below(4):
        return draws.pick(own)
    symbol = MADE_UP[draws.pick(rules.kinds)]
    first = draws.pick(ROUND)
    rows: list[tuple[Decimal, Decimal | None, Decimal, Decimal | None]] = [
        (Decimal(0), Decimal(first * 100), Decimal("0.004"), None),
        (Decimal(first * 100), Decimal(first * 5_000), Decimal("0.01"), None),
        (Decimal(first * 5_000), None, Decimal("0.05"), None),
    ]
    if rules.tier_rule is TierRule.ONE_RATE:
        rows = [(Decimal(0), None, Decimal("0.004"), Decimal(100))]
    return symbol, TierTable(symbol, joined(rows), TierBasis.SETTLE, rules.valid_from, "made up")


def _kind(symbol: str) -> Kind:
    parts = symbol_parts(symbol)
    return kind_of(parts["base"], parts["quote"], parts["settle"])


def _price(draws: Draws) -> Decimal:
    return Decimal(draws.pick(ROUND)).scaleb(draws.below(5))


def _contracts(
    draws: Draws, table: TierTable, kind: Kind, entry: Decimal, size: Decimal, *, on_a_floor: bool
) -> Decimal:
    """Between a thousandth and nine thousand contracts, or what fills the tiers below a floor."""
    floors = [tier.floor for tier in table.tiers[1:]]
    if not (on_a_floor and floors):
        return Decimal(1 + draws.below(9)).scaleb(draws.below(7) - 3)
    contracts = Fraction(draws.pick(floors))
    if table.basis is TierBasis.CONTRACTS:
        return _end(contracts)
    held = TierBasis.QUOTE if kind is Kind.INVERSE else TierBasis.BASE
    if table.basis is not held:  # in value, which the price makes of what is held
        contracts *= Fraction(entry) if kind is Kind.INVERSE else 1 / Fraction(entry)
    return _end(contracts / Fraction(size))


def _value(held: Fraction, price: Decimal, kind: Kind) -> Fraction:
    return held / Fraction(price) if kind is Kind.INVERSE else held * Fraction(price)


def _end(value: Number) -> Decimal:
    """The decimal, or the nearest of 18 places where there is none."""
    exact = simplest(Fraction(value))
    return exact if isinstance(exact, Decimal) else rounded(exact, Decimal("1E-18"))


def _on_grid(price: Decimal, rules: VenueRules) -> Decimal:
    return max(rounded(price, rules.mark_quantum), rules.mark_quantum)
