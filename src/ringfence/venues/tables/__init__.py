"""Dated tables that ship with ringfence: tiers here, fees and haircuts beside them.

One JSON file a venue and date, with its source. A symbol's entry holds rows of floor, cap, maintenance
rate and highest leverage, and the digest of the table they make. What a file or an entry may say beside
that, the entry coming first:

- ``basis``: what floors and caps are measured in; ``quote`` where nothing is said.
- ``jumps``: true where the whole position is charged at its tier's rate and nothing is deducted.
- ``deductions``: where they do not follow from the rates.
- ``then``: how a table that the venue states as a rule goes on: every ``step`` more adds ``rate`` to the
  maintenance rate and to ``initial``, the initial rate of the last row, until the whole value is asked.
- ``source``: of one symbol.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from importlib.resources import files
from typing import Any

from ringfence.domain.numbers import exactly, money, quotient, rounded
from ringfence.domain.tiers import Tier, TierBasis, TierTable, joined
from ringfence.errors import BadTiers

Row = tuple[Decimal, Decimal | None, Decimal, Decimal | None]

CENT = Decimal("0.01")
"""A leverage that follows from an initial rate is shown, and cut, at two decimals."""


def shipped(venue: str) -> dict[str, tuple[TierTable, ...]]:
    """Every shipped tier table of a venue, by symbol, oldest first.

    Raises:
        BadTiers: a table is not the one its digest was made of.

    >>> [table.valid_from for table in shipped("binance_usdm")["BTC/USDT:USDT"]]
    ['2024-10-24', '2026-09-29']
    >>> shipped("okx_linear")["ETH/USDT:USDT"][0].basis.value
    'contracts'
    """
    tables: dict[str, list[TierTable]] = {}
    for document in documents(venue):
        for table in tables_in(document):
            tables.setdefault(table.symbol, []).append(table)
    return {symbol: tuple(sorted(dated, key=lambda t: t.valid_from)) for symbol, dated in tables.items()}


def documents(venue: str, *, folder: str = "") -> Iterator[dict[str, Any]]:
    """The shipped files of a venue, oldest first.

    >>> [document["valid_from"] for document in documents("binance_usdm")]
    ['2024-10-24', '2026-09-29']
    """
    place = files(__package__).joinpath(folder) if folder else files(__package__)
    named = re.compile(re.escape(venue) + r"_\d{4}-\d\d-\d\d\.json", re.ASCII)
    entries = place.iterdir() if place.is_dir() else ()
    for entry in sorted(entries, key=lambda entry: entry.name):
        if named.fullmatch(entry.name):
            yield json.loads(entry.read_text(encoding="utf-8"))


def tables_in(document: Mapping[str, Any], *, hint: str = "") -> Iterable[TierTable]:
    """The tables of one file, each held against its digest.

    Args:
        hint: the way out for whoever has the file.
    Raises:
        BadTiers: a table is not the one its digest was made of. KeyError, TypeError, ValueError: no such
            file at all.

    >>> rows = {"tiers": [["0", None, "0.01", None]], "digest": "sha256:0"}
    >>> list(tables_in({"valid_from": "2026-11-22", "source": "mine", "symbols": {"X/Y:Y": rows}}))
    Traceback (most recent call last):
    ringfence.errors.BadTiers: X/Y:Y: the table is not the one its digest was made of
    """
    for symbol, entry in document["symbols"].items():
        said = {"basis": "quote", "jumps": False} | {**document} | entry
        table = TierTable(
            symbol,
            _tiers(entry, symbol, jumps=said["jumps"]),
            TierBasis(said["basis"]),
            valid_from=document["valid_from"],
            source=said["source"],
            jumps=said["jumps"],
        )
        if table.digest != entry["digest"]:
            raise BadTiers("the table is not the one its digest was made of", path=symbol, hint=hint)
        yield table


def tiers_of(rows: Sequence[Row], *, jumps: bool) -> tuple[Tier, ...]:
    """Tiers whose deductions nobody states: those that join them, or none where maintenance jumps.

    >>> rows = [(Decimal(0), Decimal(9), Decimal("0.1"), None), (Decimal(9), None, Decimal("0.2"), None)]
    >>> [str(tier.deduction) for jumps in (False, True) for tier in tiers_of(rows, jumps=jumps)]
    ['0', '0.9', '0', '0']
    """
    return tuple(Tier(f, c, r, Decimal(0), lev) for f, c, r, lev in rows) if jumps else joined(rows)


def _tiers(entry: Mapping[str, Any], symbol: str, *, jumps: bool) -> tuple[Tier, ...]:
    rows = [_row(row, symbol) for row in entry["tiers"]]
    if "then" in entry:
        rows += _following(rows[-1], {name: money(v, path=symbol) for name, v in entry["then"].items()})
    unsaid = tiers_of(rows, jumps=jumps)
    if "deductions" not in entry:
        return unsaid
    stated = [money(one, path=symbol) for one in entry["deductions"]]
    return tuple(replace(tier, deduction=d) for tier, d in zip(unsaid, stated, strict=True))


def _row(row: list[str | None], symbol: str) -> Row:
    floor, cap, rate, leverage = (None if v is None else money(v, path=symbol) for v in row)
    if floor is None or rate is None:
        raise BadTiers("a tier without a floor or a rate", path=symbol)
    return floor, cap, rate, leverage


@exactly
def _following(last: Row, then: Mapping[str, Decimal]) -> list[Row]:
    """The rows after the last one written, while less than the whole value is asked."""
    (_, floor, rate, _), initial = last, then["initial"]
    rows: list[Row] = []
    while (
        floor is not None and (initial := initial + then["rate"]) <= 1 and (rate := rate + then["rate"]) < 1
    ):
        leverage = rounded(quotient(Decimal(1), initial), CENT, ROUND_DOWN)
        rows.append((floor, floor + then["step"], rate, leverage))
        floor += then["step"]
    return rows
