"""Dated haircut tables that ship with ringfence: what share of a collateral asset a venue does not count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ringfence.domain.numbers import exactly, money, plain
from ringfence.errors import BadRules, OutOfRange
from ringfence.venues.tables import documents


class Slice(NamedTuple):
    """Amounts of the asset from ``floor`` up to ``cap`` (None: no end) lose the share ``haircut``."""

    floor: Decimal
    cap: Decimal | None
    haircut: Decimal


@dataclass(frozen=True, slots=True)
class HaircutTable:
    """How one asset counts as collateral, from one date on, slice by slice of its amount.

    Attributes:
        settles: the settlement asset that this table holds for; empty where it holds for all.

    >>> table = HaircutTable("BTC", (Slice(Decimal(0), None, Decimal("0.05")),), source="mine")
    >>> table.counted(Decimal(2))
    Decimal('1.90')
    """

    asset: str
    slices: tuple[Slice, ...]
    settles: str = ""
    valid_from: str = ""
    source: str = ""

    @exactly
    def counted(self, amount: Decimal) -> Decimal:
        """The amount that counts, in the asset; beyond the last cap nothing more does.

        Raises:
            OutOfRange: less than nothing; what is owed counts in full, and is the venue's own rule.

        >>> HaircutTable("X", (Slice(Decimal(0), Decimal(10), Decimal("0.5")),)).counted(Decimal(30))
        Decimal('5.0')
        """
        if amount < 0:
            raise OutOfRange("a haircut is for what is owned", path="amount", value=amount)
        total = Decimal(0)
        for floor, cap, haircut in self.slices:
            inside = (amount if cap is None else min(amount, cap)) - floor
            total += max(inside, Decimal(0)) * (1 - haircut)
        return total

    @property
    def digest(self) -> str:
        """Hash of the numbers alone, with the assets they are for."""
        rows = [",".join("" if v is None else plain(v) for v in one) for one in self.slices]
        text = "\n".join([f"{self.asset} {self.settles}", *rows])
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def shipped_haircuts(venue: str) -> tuple[HaircutTable, ...]:
    """Every shipped haircut table of a venue, oldest first.

    Raises:
        BadRules: a table contradicts itself, or is not the one its digest was made of.
    Source: each table's own.

    >>> (table,) = [table for table in shipped_haircuts("okx_linear") if table.asset == "USDT"]
    >>> str(table.counted(Decimal(11_000_000)))
    '10825000.000'
    """
    return tuple(
        _table(document, entry, f"{document['valid_from']}.haircuts[{place}]")
        for document in documents(venue, folder="haircut_tables")
        for place, entry in enumerate(document["haircuts"])
    )


def haircuts_on(venue: str, on: str, *, settles: str = "") -> dict[str, HaircutTable]:
    """The newest table of each asset that held on a date; one for ``settles`` comes before one for all.

    >>> sorted(haircuts_on("okx_linear", "2026-11-22")), haircuts_on("okx_linear", "2020-01-01")
    (['BTC', 'USDT'], {})
    """
    held = [t for t in shipped_haircuts(venue) if t.valid_from <= on and t.settles in ("", settles)]
    return {table.asset: table for table in sorted(held, key=lambda t: (bool(t.settles), t.valid_from))}


def _table(document: Mapping[str, Any], entry: Mapping[str, Any], path: str) -> HaircutTable:
    table = HaircutTable(
        entry["asset"],
        tuple(_slice(row, path) for row in entry["slices"]),
        settles=entry.get("settles", ""),
        valid_from=document["valid_from"],
        source=document["source"],
    )
    ends = [Decimal(0), *(one.cap for one in table.slices)]
    if [one.floor for one in table.slices] != ends[:-1]:
        raise BadRules(f"{table.asset}: slices must meet, the first from zero", path=path)
    if table.digest != entry["digest"]:
        raise BadRules(f"{table.asset}: the haircuts are not those their digest was made of", path=path)
    return table


def _slice(row: list[str | None], path: str) -> Slice:
    floor, cap, haircut = (None if v is None else money(v, path=path) for v in row)
    if floor is None or haircut is None or not 0 <= haircut <= 1 or (cap is not None and cap <= floor):
        raise BadRules("a slice is [floor, cap above it, share between 0 and 1]", path=path, value=row)
    return Slice(floor, cap, haircut)
