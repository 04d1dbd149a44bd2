"""Read conformance cases: an account in a market under one venue's rules, and what the venue says follows.

A file of cases is JSON lines, one case each, all numbers decimal strings, symbols ccxt's. `run_case` in
`ringfence.testing.conform` holds ringfence against them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from ringfence.domain.account import (
    Account,
    CollateralRate,
    InstrumentTerms,
    MarginMode,
    Order,
    Position,
    haircut_slices,
)
from ringfence.domain.instrument import Kind
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, money, positive, rounded, simplest
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import BadFile, BadTiers, MissingRate, NotSupported

STRICT = ("official", "captured")
"""Strengths that count as proof: the venue's own document, or the exchange's own output."""

FENCE_PLACES = Decimal("1E-40")
"""A fence of entry value / leverage may have no end (10 / 3); it is cut far below any tolerance."""

STAND_IN_RATE = Decimal("0.01")
"""Fills a table whose rates nobody states; no figure that depends on it is said."""

TERMS = (
    "kind", "contract_size", "mark_quantum", "taker_fee", "liquidation_fee", "funding_rate", "tick_size",
    "value_quantum", "size_factor",
)  # fmt: skip
Key = tuple[str, str]
Group = Literal["strict", "weaker", "fitted", "control"]
Mode = Literal["isolated", "cross", "mixed", "none"]


@dataclass(frozen=True)
class Case:
    """One case as written.

    Attributes:
        strict: published or captured by the venue itself, nothing fitted: it must pass in every field.
        control: the venue's known rule is known not to give these numbers; it must not pass.
        document: the whole case, for `read_case`.
    """

    id: str
    venue: str
    strength: str
    document: Mapping[str, Any]

    @property
    def control(self) -> bool:
        """A negative control."""
        return self.document.get("reproduces") is False

    @property
    def fitted(self) -> tuple[str, ...]:
        """Inputs that were solved or assumed from the answer."""
        return tuple(self.document.get("fitted") or ())

    @property
    def strict(self) -> bool:
        """Whether it counts as proof."""
        return self.strength in STRICT and not self.fitted and not self.control

    @property
    def group(self) -> Group:
        """How it counts: ``strict``, ``weaker``, ``fitted`` or ``control``."""
        if self.control:
            return "control"
        return "fitted" if self.fitted else "strict" if self.strict else "weaker"

    @property
    def mode(self) -> Mode:
        """Margin mode of its positions; ``none`` without one."""
        modes = {MarginMode(row["margin_mode"]) for row in self.document["account"]["positions"]}
        return modes.pop().value if len(modes) == 1 else "mixed" if modes else "none"


@dataclass(frozen=True)
class Situation:
    """A case in domain types.

    Attributes:
        notes: what was put in where the case is silent.
        unfenced: positions whose fence is unknown; nothing that depends on it can be said.
        at_entry: positions whose fence is what the venue asks for at entry; value over leverage stands in
            until its rule is asked.
        tables: the table of each position, where legs of one symbol state different ones.
        rateless: symbols whose tiers are given without their maintenance rates.
    """

    account: Account
    market: Market
    notes: tuple[str, ...] = ()
    unfenced: frozenset[Key] = frozenset()
    tables: Mapping[Key, TierTable] = field(default_factory=dict)
    at_entry: frozenset[Key] = frozenset()
    rateless: frozenset[str] = frozenset()


def load_cases(lines: Iterable[str], *, name: str = "cases") -> list[Case]:
    """Every case of a file, given as its lines: an open file, or ``text.splitlines()``.

    Raises:
        BadFile: a line that is not a case; the path says which.

    >>> load_cases(['{"id": "a", "venue": "demo", "strength": "official", "expected": {}}'])[0].strict
    True
    """
    cases = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            cases.append(_case(line, path=f"{name}:{number}"))
    return cases


def _case(line: str, *, path: str) -> Case:
    try:
        document = json.loads(line)
    except ValueError as error:
        raise BadFile(f"not JSON: {error}", path=path, hint="write one JSON object a line") from None
    required = ("id", "venue", "strength", "expected")
    missing = [name for name in required if not isinstance(document, dict) or name not in document]
    if missing:
        raise BadFile(f"a case needs {', '.join(missing)}", path=path)
    return Case(document["id"], document["venue"], document["strength"], document)


def read_case(case: Case) -> Situation:
    """A case in public domain types.

    Raises:
        RingfenceError: the case states what ringfence does not model, or cannot be read.
    """
    document = case.document
    written = document["account"]
    notes: list[str] = []
    unfenced: set[Key] = set()
    at_entry: set[Key] = set()
    positions = []
    for number, row in enumerate(written["positions"]):
        position, known = _position(row, path=f"positions[{number}]")
        positions.append(position)
        if known and row["margin_mode"] == "isolated" and row.get("isolated_margin") is None:
            at_entry.add(position.key)
        if not known:
            unfenced.add(position.key)
            notes.append(f"{row['symbol']}: neither margin nor leverage is given, so its fence is unknown")
    shared, own = _tables(written)
    account = Account(
        venue=case.venue,
        wallet=written.get("wallet") or {},
        positions=tuple(positions),
        orders=_orders(written),
        hedged=bool(written.get("hedged")),
        multi_asset=bool(written.get("multi_asset")),
        collateral={asset: _rate(asset, row) for asset, row in (written.get("collateral") or {}).items()},
        instruments=_instruments(written),
        tiers=shared,
        other_maintenance=written.get("other_maintenance") or {},
        on=_day(document.get("on")),
    )
    market = Market(_marks(document, written, notes))
    rateless = frozenset(
        row["symbol"] for row in _rows(written) if any(tier[2] is None for tier in row.get("tiers") or ())
    )
    return Situation(account, market, tuple(notes), frozenset(unfenced), own, frozenset(at_entry), rateless)


def _marks(document: Mapping[str, Any], written: Mapping[str, Any], notes: list[str]) -> dict[str, Decimal]:
    """The marks given. A case leaves one out where nothing depends on it, so any price may stand in."""
    given = document.get("marks") or {}
    marks = {symbol: positive(mark, path=f"marks.{symbol}") for symbol, mark in given.items()}
    for row in written["positions"]:
        if row["symbol"] not in marks:
            marks[row["symbol"]] = _entry_mark(row)
            notes.append(f"{row['symbol']}: no mark is given, its entry price stands in")
    return marks


def _position(row: Mapping[str, Any], *, path: str) -> tuple[Position, bool]:
    """The position, and whether its fence is known."""
    margin, known = row.get("isolated_margin"), True
    if row["margin_mode"] == "isolated" and margin is None:
        known = row.get("leverage") is not None
        margin = _fence(row, path=path) if known else Decimal(0)
    return Position(
        row["symbol"], row["side"], row["contracts"], entry_price=row.get("entry_price"),
        entry_cost=row.get("entry_cost"), margin_mode=MarginMode(row["margin_mode"]),
        leverage=row.get("leverage"), isolated_margin=margin, closing_fee=row.get("closing_fee"),
    ), known  # fmt: skip


def _fence(row: Mapping[str, Any], *, path: str) -> Decimal:
    """What the venue asks for at entry: the value of the position there over its leverage."""
    leverage = positive(row["leverage"], path=f"{path}.leverage")
    margin = simplest(_entry_value(row, path=path) / Fraction(leverage))
    return margin if isinstance(margin, Decimal) else rounded(margin, FENCE_PLACES)


def _entry_value(row: Mapping[str, Any], *, path: str) -> Fraction:
    if row.get("entry_cost") is not None:
        return Fraction(positive(row["entry_cost"], path=f"{path}.entry_cost"))
    price = Fraction(positive(row.get("entry_price"), path=f"{path}.entry_price"))
    return _size(row) / price if row.get("kind") == Kind.INVERSE else _size(row) * price


def _size(row: Mapping[str, Any]) -> Fraction:
    return Fraction(positive(row["contracts"])) * Fraction(positive(row.get("contract_size") or "1"))


def _entry_mark(row: Mapping[str, Any]) -> Decimal:
    if row.get("entry_price") is not None:
        return positive(row["entry_price"], path="entry_price")
    cost = Fraction(positive(row.get("entry_cost"), path="entry_cost"))
    price = simplest(_size(row) / cost if row.get("kind") == Kind.INVERSE else cost / _size(row))
    return price if isinstance(price, Decimal) else rounded(price, Decimal("1E-18"))


def _rate(asset: str, row: Mapping[str, Any]) -> CollateralRate:
    if row.get("price") is None:
        raise MissingRate("no price", path=f"collateral.{asset}.price")
    haircut, markup = row.get("haircut") or Decimal(0), row.get("markup") or Decimal(0)
    slices = haircut_slices(row.get("haircut_tiers") or ())
    return CollateralRate(price=row["price"], haircut=haircut, markup=markup, haircut_tiers=slices)


def _orders(written: Mapping[str, Any]) -> tuple[Order, ...]:
    return tuple(
        Order(
            row["symbol"],
            row["side"],
            row["contracts"],
            row["price"],
            bool(row.get("reduce_only")),
            row.get("leverage"),
        )
        for row in written.get("orders") or ()
    )


def _rows(written: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Positions and orders: either may say what the contract is."""
    return [*written["positions"], *(written.get("orders") or ())]


def _instruments(written: Mapping[str, Any]) -> dict[str, InstrumentTerms]:
    terms: dict[str, InstrumentTerms] = {}
    for row in _rows(written):
        stated = {name: row[name] for name in TERMS if row.get(name) is not None}
        if stated:
            terms.setdefault(row["symbol"], InstrumentTerms(**stated))
    return terms


def _tables(written: Mapping[str, Any]) -> tuple[dict[str, TierTable], dict[Key, TierTable]]:
    """The table of each symbol, and of each position where two legs of one symbol disagree."""
    shared: dict[str, TierTable] = {}
    own: dict[Key, TierTable] = {}
    split = set()
    for row in _rows(written):
        if not row.get("tiers"):
            continue
        basis, inverse = row.get("tier_basis") or "quote", row.get("kind") == Kind.INVERSE
        table = table_of_rows(row["symbol"], row["tiers"], basis=basis, inverse=inverse)
        if shared.setdefault(row["symbol"], table) != table:
            split.add(row["symbol"])
        if row.get("margin_mode"):
            own[row["symbol"], row["side"]] = table
    return shared, {key: table for key, table in own.items() if key[0] in split}


@exactly
def table_of_rows(
    symbol: str, rows: Iterable[list[str | None]], *, basis: str = "quote", inverse: bool = False
) -> TierTable:
    """A table from ``[floor, cap, rate, deduction, max leverage]``; an unknown deduction is what joins.

    Tiers of size, unlike those of value, have no amount that would join them: nothing is deducted. A rate
    that is not stated is filled in; `Situation.rateless` names its symbol.

    Raises:
        BadTiers: floors that do not rise, or a rate or a leverage that cannot be. NotSupported: no floor.

    >>> rows = [["0", "100", "0.01", None, None], ["100", None, "0.02", None, None]]
    >>> table_of_rows("X/Y:Y", rows).tiers[1].deduction
    Decimal('1.00')
    """
    tiers: list[Tier] = []
    of_value = basis in (TierBasis.SETTLE, TierBasis.BASE if inverse else TierBasis.QUOTE)
    for row in rows:
        cells = (None if cell is None else money(cell, path=f"tiers.{symbol}") for cell in row)
        floor, cap, rate, deduction, leverage = cells
        if floor is None:
            raise NotSupported("a tier without a floor", path=f"tiers.{symbol}", value=row)
        rate = STAND_IN_RATE if rate is None else rate
        if not 0 <= rate <= 1:
            raise BadTiers("a rate is a fraction between 0 and 1", path=f"tiers.{symbol}", value=rate)
        if leverage is not None and leverage <= 0:
            raise BadTiers("a leverage is above zero", path=f"tiers.{symbol}", value=leverage)
        if tiers and floor <= tiers[-1].floor:
            raise BadTiers("floors must rise", path=f"tiers.{symbol}", value=floor)
        if deduction is None:
            last = tiers[-1] if tiers and of_value else None
            deduction = Decimal(0) if last is None else last.deduction + floor * (rate - last.rate)
        tiers.append(Tier(floor, cap, rate, deduction, leverage))
    return TierTable(symbol, tuple(tiers), TierBasis(basis), source="the case", jumps=True)


def _day(on: str | None) -> str | None:
    """A month or a year alone means its first day."""
    return None if on is None else on + "-01" * (2 - on.count("-"))
