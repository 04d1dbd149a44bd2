"""Run the table of worked examples that every rule pack carries: one line a position, every figure exact.

Columns are separated by two spaces or more. ``position`` reads ``+0.100@60000``; ``tier`` reads
``2.5% -16300``, the one tier the document names, or ``-`` for the pack's own table (as without the
column), measured as the venue measures tiers; ``contract size`` is for venues that have none of their
own; ``health`` may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from ringfence.domain.account import Account, InstrumentTerms
from ringfence.domain.instrument import kind_of, symbol_parts
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, money, plain
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import BadRules
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.venues.rules import VenueRules

COLUMNS = ("wallet", "symbol", "position", "mark", "equity", "maintenance", "liquidated")
NEWEST = "9999-12-31"
PLACES = 18


def read_examples(text: str) -> list[dict[str, str]]:
    r"""The rows of a table, by the names in its first line.

    Raises:
        BadRules: a column is missing, or a row has more or fewer cells than the head.

    >>> read_examples(" wallet  mark\n 1000  59000")
    Traceback (most recent call last):
    ringfence.errors.BadRules: EXAMPLES: the table of examples lacks symbol, position, ...
    """
    rows = [re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip()]
    head = rows[0] if rows else []
    missing = [name for name in COLUMNS if name not in head]
    if missing:
        raise BadRules(f"the table of examples lacks {', '.join(missing)}", path="EXAMPLES")
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
    figures = []
    for name, value in _said(rules, row).items():
        if name in row:
            wanted = row[name] if name == "liquidated" else Fraction(money(row[name].replace("_", "")))
            shown, found = (
                (value, value) if isinstance(value, str) else (plain(value, PLACES), Fraction(value))
            )
            figures.append(ExampleFigure(name, row[name], shown, found == wanted))
    return figures


def failed_examples(rules: VenueRules, text: str) -> list[str]:
    """Every figure of a pack's examples that the engine does not reproduce exactly; empty when all agree."""
    return [
        f"{rules.key} example {number}: {one.name} is {one.computed}, the table says {one.expected}"
        for number, row in enumerate(read_examples(text), 1)
        for one in example_figures(rules, row)
        if not one.agrees
    ]


def _said(rules: VenueRules, row: Mapping[str, str]) -> dict[str, Number | str]:
    size, _, entry = row["position"].partition("@")
    symbol, tier = row["symbol"], row.get("tier", "-")
    face = money(row["contract size"]) if "contract size" in row else None
    account = Account(
        venue=rules.key,
        wallet={symbol.rpartition(":")[2]: money(row["wallet"].replace("_", ""))},
        tiers={} if tier == "-" else {symbol: _one_tier(rules, symbol, tier)},
        instruments={symbol: InstrumentTerms(contract_size=face)},
    ).open(symbol, size, entry_price=entry)
    assessed = assess(prepare(account, rules, on=NEWEST), Market({symbol: money(row["mark"])}))
    (pool,) = assessed.rings
    dead = pool.solvency in (Solvency.LIQUIDATED, Solvency.BANKRUPT)
    return {
        "equity": pool.equity,
        "maintenance": pool.maintenance_margin,
        "health": pool.health,
        "liquidated": "yes" if dead else "no",
    }


def _one_tier(rules: VenueRules, symbol: str, text: str) -> TierTable:
    rate, _, deduction = text.partition("%")
    amount = money(deduction.strip().removeprefix("-") or "0")
    parts = symbol_parts(symbol)
    basis = rules.tier_basis.get(kind_of(parts["base"], parts["quote"], parts["settle"]), TierBasis.QUOTE)
    tier = Tier(money("0"), None, money(rate).scaleb(-2), amount)
    return TierTable(symbol, (tier,), basis, source="the example")
