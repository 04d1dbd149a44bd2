"""Run the table of worked examples that every rule pack carries: one line a position, every figure exact.

Columns are separated by two spaces or more; ``-`` says nothing. ``position`` reads ``+0.100@60000``;
``tier`` reads ``2.5% -16300``, the one tier the document names, or ``-`` for the pack's own table (as
without the column), measured as the venue measures tiers. `INPUTS` and `FIGURES` list every column. A
figure that has no end, or that its source rounds, is written ``~0.3333``: it holds when the computed one
rounds to it at its own number of places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position, Side
from ringfence.domain.instrument import kind_of, symbol_parts
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, money, plain, rounded
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import BadRules
from ringfence.exact.assess import Assessment, PositionFigures, RingFigures, Solvency, assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.arrange import fence_of
from ringfence.solve.liquidation import Reach, move_alone, shown_prices
from ringfence.solve.sized import paid_in
from ringfence.venues.rules import VenueRules

COLUMNS = ("wallet", "symbol", "position", "mark", "equity", "maintenance", "liquidated")
"""The columns of a table; one that states a liquidation price may leave out the figures among them."""

TERMS = {
    "contract size": "contract_size",
    "fee": "taker_fee",
    "liquidation fee": "liquidation_fee",
    "funding": "funding_rate",
    "tick": "tick_size",
    "value quantum": "value_quantum",
    "size factor": "size_factor",
}
"""Columns for what an account states about a contract."""

INPUTS = ("wallet", "symbol", "position", "mark", "tier", "mode", "leverage", "margin", *TERMS)
"""What an example states. ``mode``: cross where nothing is said. ``margin``: inside the fence; ``-`` in an
isolated row is what the venue sets aside at this leverage. ``funding``: the next rate."""

NEWEST = "9999-12-31"
PLACES = 18
NONE = "none"


def read_examples(text: str) -> list[dict[str, str]]:
    r"""The rows of a table, by the names in its first line.

    Raises:
        BadRules: a column is missing or unknown, or a row has more or fewer cells than the head.

    >>> read_examples(" wallet  mark\n 1000  59000")
    Traceback (most recent call last):
    ringfence.errors.BadRules: EXAMPLES: the table of examples lacks symbol, position, ...
    """
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
    head = rows[0] if rows else []
    needed = COLUMNS if "liquidation price" not in head else COLUMNS[:4]
    missing = [name for name in needed if name not in head and not (name == "wallet" and "margin" in head)]
    if missing:
        raise BadRules(f"the table of examples lacks {', '.join(missing)}", path="EXAMPLES")
    for name in head:
        if name not in INPUTS and name not in FIGURES:
            known = ", ".join((*INPUTS, *FIGURES))
            raise BadRules("no such column", path="EXAMPLES", value=name, hint=f"one of {known}")
    for number, row in enumerate(rows[1:], 1):
        if len(row) != len(head):
            raise BadRules(f"{len(row)} cells under {len(head)} columns", path=f"EXAMPLES[{number}]")
    return [dict(zip(head, row, strict=True)) for row in rows[1:]]


class ExampleFigure(NamedTuple):
    """One figure of one example: what the table says and what the engine computes, exact."""

    name: str
    expected: str
    computed: str
    agrees: bool


def example_figures(rules: VenueRules, row: Mapping[str, str]) -> list[ExampleFigure]:
    """Every figure that one row of a table of examples states, beside the engine's own.

    Raises:
        RingfenceError: the row cannot be read, or the pack has no rule for it.
    """
    said = _Example(rules, row)
    figures = []
    for name, computed in FIGURES.items():
        if row.get(name, "-") != "-":
            value = computed(said)
            shown = value if isinstance(value, str) else plain(value, PLACES)
            figures.append(ExampleFigure(name, row[name], shown, _agrees(value, row[name])))
    return figures


def failed_examples(rules: VenueRules, text: str) -> list[str]:
    """Every figure of a pack's examples that the engine does not reproduce exactly; empty when all agree."""
    return [
        f"{rules.key} example {number}: {one.name} is {one.computed}, the table says {one.expected}"
        for number, row in enumerate(read_examples(text), 1)
        for one in example_figures(rules, row)
        if not one.agrees
    ]


def _agrees(value: Number | str, text: str) -> bool:
    if isinstance(value, str) or text in (NONE, "yes", "no"):
        return value == text
    wanted = money(text.removeprefix("~").replace("_", ""))
    if not text.startswith("~"):
        return Fraction(value) == Fraction(wanted)
    exponent = wanted.as_tuple().exponent
    return rounded(value, Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)) == wanted


class _Example:
    """One row, computed as far as anybody asks."""

    def __init__(self, rules: VenueRules, row: Mapping[str, str]) -> None:
        self.rules, self.symbol = rules, row["symbol"]
        self.market = Market({self.symbol: money(row["mark"])})
        position = _position(row)
        terms: dict[str, Any] = {name: _number(row, column) for column, name in TERMS.items()}
        account = Account(
            venue=rules.key,
            wallet={self.symbol.rpartition(":")[2]: _number(row, "wallet") or Decimal(0)},
            positions=(position,),
            tiers=_tiers(rules, row),
            instruments={self.symbol: InstrumentTerms(**terms)},
        )
        self.book = prepare(account, rules, on=NEWEST)
        if position.margin_mode is MarginMode.ISOLATED and _number(row, "margin") is None:
            self.book = _fenced_at_entry(self.book)

    @cached_property
    def assessment(self) -> Assessment:
        return assess(self.book, self.market)

    @property
    def position(self) -> PositionFigures:
        return self.assessment.positions[0]

    @property
    def ring(self) -> RingFigures:
        return self.assessment.ring(self.position.ring)

    @property
    def liquidated(self) -> str:
        return "yes" if self.ring.solvency in (Solvency.LIQUIDATED, Solvency.BANKRUPT) else "no"

    @cached_property
    def prices(self) -> tuple[Number | None, Number | None]:
        """Liquidation and bankruptcy price as the venue prints them."""
        position = self.position.position
        ring = self.book.ring_of(position)
        answer = move_alone(self.book, self.market, ring, self.symbol)
        if answer.reach is Reach.ALREADY:
            raise BadRules("liquidated at its mark: state a mark at which it is alive", path="EXAMPLES")
        shown = shown_prices(self.book, self.market, position, answer)
        if shown is not None:
            return shown.liquidation, shown.bankruptcy
        return None if answer.nearest is None else answer.nearest.threshold, answer.nearest_bankruptcy


def _or_none(value: Number | None) -> Number | str:
    return NONE if value is None else value


FIGURES: Mapping[str, Callable[[_Example], Number | str]] = {
    "equity": lambda said: said.ring.equity,
    "maintenance": lambda said: said.ring.maintenance_margin,
    "requirement": lambda said: said.ring.requirement,
    "health": lambda said: said.ring.health,
    "maintenance usage": lambda said: _or_none(said.ring.maintenance_usage),
    "notional": lambda said: said.position.notional,
    "unrealized pnl": lambda said: said.position.unrealized_pnl,
    "initial margin": lambda said: _or_none(said.position.initial_margin),
    "closing fee": lambda said: _or_none(said.position.closing_fee),
    "liquidation price": lambda said: _or_none(said.prices[0]),
    "bankruptcy price": lambda said: _or_none(said.prices[1]),
    "available": lambda said: _or_none(said.ring.available_balance),
    "liquidated": lambda said: said.liquidated,
}
"""What an example may say follows. ``maintenance`` is the venue's own figure, ``requirement`` what its test
holds against equity; both prices are those the venue prints, or ``none``."""


def _number(row: Mapping[str, str], column: str) -> Decimal | None:
    text = row.get(column, "-")
    return None if text == "-" else money(text.replace("_", ""), path=column)


def _position(row: Mapping[str, str]) -> Position:
    size, _, entry = row["position"].partition("@")
    amount, mode = money(size, path="position"), MarginMode(row.get("mode", "-").replace("-", "") or "cross")
    margin = _number(row, "margin")
    return Position(
        row["symbol"],
        Side.LONG if amount > 0 else Side.SHORT,
        amount.copy_abs(),
        entry_price=money(entry, path="position"),
        margin_mode=mode,
        leverage=_number(row, "leverage"),
        isolated_margin=(margin or Decimal(0)) if mode is MarginMode.ISOLATED else margin,
    )


def _fenced_at_entry(book: Book) -> Book:
    (ring,) = book.fences
    fenced = paid_in(ring, ring.asset, fence_of(ring.legs[0]) - Fraction(ring.collateral))
    return replace(book, rings=(*book.pools, fenced))


def _tiers(rules: VenueRules, row: Mapping[str, str]) -> dict[str, TierTable]:
    symbol, text = row["symbol"], row.get("tier", "-")
    return {} if text == "-" else {symbol: _one_tier(rules, symbol, text)}


def _one_tier(rules: VenueRules, symbol: str, text: str) -> TierTable:
    rate, _, deduction = text.partition("%")
    amount = money(deduction.strip().removeprefix("-") or "0")
    parts = symbol_parts(symbol)
    basis = rules.tier_basis.get(kind_of(parts["base"], parts["quote"], parts["settle"]), TierBasis.QUOTE)
    tier = Tier(money("0"), None, money(rate).scaleb(-2), amount)
    return TierTable(symbol, (tier,), basis, source="the example")
