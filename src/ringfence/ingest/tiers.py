"""Leverage tiers as ccxt and freqtrade write them, checked and dated: all of a file, or nothing of it.

Three shapes are read. ccxt's ``fetch_leverage_tiers`` and freqtrade's table: symbols, each with a list of
tiers. A plain list of ccxt's tiers, or a list of such lists, where every tier names its symbol. And a
compact list of ``{"symbol", "tiers": [[floor, cap, max leverage, rate, deduction], …]}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ringfence.domain.instrument import Kind, kind_of, symbol_parts
from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierBasis, TierTable, check_tiers
from ringfence.errors import BadFile, BadTiers, MissingField
from ringfence.ingest.ccxt_wallet import number, optional
from ringfence.ingest.fields import printable
from ringfence.ingest.schema import check_date
from ringfence.ingest.text import decoded, json_document
from ringfence.limits import within
from ringfence.venues import registry
from ringfence.venues.tables import tiers_of

DEDUCTIONS = ("cum", "maintAmt", "maintAmount", "mmDeduction", "deduction")
"""Where the deduction stands: inside ``info`` as Binance, Bybit or Gate name it, or freqtrade's own field."""

Rows = list[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Declared:
    """What a tier file cannot say about its own tables.

    Attributes:
        jumps: maintenance jumps at the edges and is meant to; else deductions must join the tiers.
        basis: what floor and cap are measured in; None: as ``measured`` says for the kind of contract.
        measured: by kind; None: as the venue's rules say.
    """

    jumps: bool = False
    basis: str | None = None
    measured: Mapping[Kind, TierBasis] | None = None


@dataclass(frozen=True, slots=True)
class TierImport:
    """What a tier file holds and how it differs from what was known.

    Attributes:
        tables: every table of the file, checked. added: symbols without a table before.
        same: symbols whose newest table on that date says the same. changed: the others, and what changed.
    """

    venue: str
    on: str
    source: str
    tables: tuple[TierTable, ...]
    added: tuple[str, ...]
    same: tuple[str, ...]
    changed: Mapping[str, tuple[str, ...]]

    @property
    def tier_count(self) -> int:
        """Tiers in all tables together."""
        return sum(len(table.tiers) for table in self.tables)


def read_tiers(
    data: bytes | str,
    *,
    venue: str,
    on: str,
    source: str,
    known: Mapping[str, Sequence[TierTable]] | None = None,
    declared: Declared | None = None,
) -> TierImport:
    """Every tier table of a file, checked.

    Args:
        on: the date the tables were valid from, ``YYYY-MM-DD``; a file does not say it.
        source: where the file comes from; it is shown beside every number that follows from it.
        known: the tables known so far, by symbol, for the comparison.
        declared: what such a file cannot say about its own tables.
    Raises:
        BadTiers: a table contradicts itself. BadFile: none of the three shapes. LimitExceeded,
        UnknownSymbol, BadNumber: located, ``ETH/USDT:USDT[3].maintenanceMarginRate``.

    >>> text = '{"X/USDT:USDT": [{"minNotional": 0.0, "maxNotional": 5000.0, "maintenanceMarginRate": 0.01}]}'
    >>> read_tiers(text, venue="demo", on="2026-11-22", source="mine").added
    ('X/USDT:USDT',)
    """
    told = declared or Declared()
    if told.measured is None:
        told = replace(told, measured=registry.pack(venue)[-1].tier_basis)
    check_date(on)
    named = _by_symbol(json_document(decoded(data)))
    within(len(named), "symbols_per_import", path="")
    if not named:
        raise BadFile("no tiers in it", hint="as ccxt's fetch_leverage_tiers returns them")
    tables = tuple(
        _table(symbol, rows, on=on, source=source, declared=told) for symbol, rows in named.items()
    )
    before = {symbol: table for symbol in named if (table := _newest(known or {}, symbol, on)) is not None}
    changes = {t.symbol: differences(before[t.symbol], t) for t in tables if t.symbol in before}
    return TierImport(
        venue,
        on,
        source,
        tables,
        added=tuple(symbol for symbol in named if symbol not in before),
        same=tuple(symbol for symbol, found in changes.items() if not found),
        changed={symbol: found for symbol, found in changes.items() if found},
    )


def differences(old: TierTable, new: TierTable) -> tuple[str, ...]:
    """What changed from one table to another, one line a tier; empty when nothing did.

    >>> from ringfence.domain.tiers import Tier
    >>> one = TierTable("X/Y:Y", (Tier(Decimal(0), None, Decimal("0.01"), Decimal(0)),))
    >>> differences(one, one)
    ()
    """
    if (old.digest, old.jumps) == (new.digest, new.jumps):
        return ()
    lines = []
    for place in range(max(len(old.tiers), len(new.tiers))):
        was, now = (_shown(table, place) for table in (old, new))
        if was != now:
            lines.append(f"tier {place + 1}: {was} -> {now}")
    return tuple(lines) or (f"basis or jumps: {old.basis}, {old.jumps} -> {new.basis}, {new.jumps}",)


def _shown(table: TierTable, place: int) -> str:
    if place >= len(table.tiers):
        return "none"
    tier = table.tiers[place]
    cap = "no end" if tier.cap is None else plain(tier.cap)
    most = "" if tier.max_leverage is None else f" {plain(tier.max_leverage)}x"
    return f"{plain(tier.floor)} to {cap}: {plain(tier.rate)} less {plain(tier.deduction)}{most}"


def _newest(known: Mapping[str, Sequence[TierTable]], symbol: str, on: str) -> TierTable | None:
    dated = [table for table in known.get(symbol, ()) if table.valid_from <= on]
    return max(dated, key=lambda table: table.valid_from, default=None)


def _by_symbol(document: object) -> dict[str, Rows]:
    """Each symbol's tiers, every tier with its place in the file."""
    if isinstance(document, Mapping):
        return {symbol: _tiers(rows, printable(symbol)) for symbol, rows in document.items()}
    if not isinstance(document, list):
        raise BadFile("no tier table", hint="as ccxt's fetch_leverage_tiers returns it")
    found: dict[str, Rows] = {}
    for place, entry in enumerate(document):
        if isinstance(entry, Mapping) and "tiers" in entry:
            symbol = _symbol_of(entry, f"[{place}]")
            _add(found, symbol, _compact(entry["tiers"], f"[{place}].tiers"), once=f"[{place}].symbol")
        elif isinstance(entry, list):
            rows = _tiers(entry, f"[{place}]")
            for path, row in rows:
                _add(found, _symbol_of(row, path), [(path, row)])
        else:
            ((path, row),) = _tiers([entry], "", first=place)
            _add(found, _symbol_of(row, path), [(path, row)])
    return found


def _add(found: dict[str, Rows], symbol: str, rows: Rows, *, once: str = "") -> None:
    if once and symbol in found:
        raise BadTiers("this symbol has a table already", path=once, value=symbol, hint="keep one of the two")
    found.setdefault(symbol, []).extend(rows)


def _symbol_of(entry: Mapping[str, Any], path: str) -> str:
    symbol = entry.get("symbol")
    if not isinstance(symbol, str):
        raise MissingField("which symbol these tiers are of is not said", path=f"{path}.symbol")
    return symbol


def _tiers(rows: object, path: str, *, first: int = 0) -> Rows:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadFile("not a list of tiers", path=path, hint="as ccxt's fetch_leverage_tiers returns it")
    within(len(rows), "tiers_per_table", path=path)
    return [(f"{path}[{first + n}]", row) for n, row in enumerate(rows)]


def _compact(rows: object, path: str) -> Rows:
    names = ("minNotional", "maxNotional", "maxLeverage", "maintenanceMarginRate", "cum")
    if not isinstance(rows, list) or not all(isinstance(r, list) and len(r) == len(names) for r in rows):
        raise BadFile(
            "not a list of tiers",
            path=path,
            hint="each is [floor, cap, max leverage, maintenance rate, deduction]",
        )
    return _tiers([dict(zip(names, row, strict=True)) for row in rows], path)


def _table(symbol: str, rows: Rows, *, on: str, source: str, declared: Declared) -> TierTable:
    basis = _basis(symbol, declared, on=on)
    read = [_tier(path, row) for path, row in rows]
    stated = [deduction for *_, deduction in read]
    tiers = tiers_of([(floor, cap, rate, most) for floor, cap, rate, most, _ in read], jumps=declared.jumps)
    if any(deduction is not None for deduction in stated):
        # Bybit leaves the first one empty: below it there is nothing to join to.
        stated = [Decimal(0) if stated[0] is None else stated[0], *stated[1:]]
        if None in stated:
            raise BadTiers(
                f"{symbol}: some tiers have a deduction, some none",
                path=rows[stated.index(None)][0],
                hint="take the whole table from one source",
            )
        tiers = tuple(replace(t, deduction=d or Decimal(0)) for t, d in zip(tiers, stated, strict=True))
    table = TierTable(symbol, tiers, basis, valid_from=on, source=source, jumps=declared.jumps)
    return check_tiers(table, path=printable(symbol))


def _basis(symbol: str, declared: Declared, *, on: str) -> TierBasis:
    parts = symbol_parts(symbol, path=printable(symbol))
    _check_expiry(symbol, parts["expiry"], on)
    if declared.basis is not None and declared.basis in list(TierBasis):
        return TierBasis(declared.basis)
    kind = kind_of(parts["base"], parts["quote"], parts["settle"])
    if declared.basis is None and kind in (measured := declared.measured or {}):
        return measured[kind]
    raise BadTiers(
        f"{symbol}: what its floors and caps are measured in is not known",
        path=printable(symbol),
        value=declared.basis,
        hint=f"say it: basis = {', '.join(TierBasis)}",
    )


def _check_expiry(symbol: str, expiry: str | None, on: str) -> None:
    """A contract that has expired has no tiers: the table is older than the date it is put under."""
    if expiry and f"20{expiry[:2]}-{expiry[2:4]}-{expiry[4:]}" < on:
        raise BadTiers(
            f"{symbol}: the contract had expired on {on}",
            path=printable(symbol),
            hint="store the table under the date it is from, or leave this contract out",
        )


def _tier(
    path: str, row: Mapping[str, Any]
) -> tuple[Decimal, Decimal | None, Decimal, Decimal | None, Decimal | None]:
    floor, rate = optional(row, "minNotional", path), optional(row, "maintenanceMarginRate", path)
    for name, value in (("minNotional", floor), ("maintenanceMarginRate", rate)):
        if value is None:
            raise MissingField("a tier needs it", path=f"{path}.{name}", hint="as ccxt's LeverageTier has it")
    cap, most = optional(row, "maxNotional", path), optional(row, "maxLeverage", path)
    return floor, cap, rate, most, deduction_of(path, row)  # type: ignore[return-value]  # the loop has seen them


def deduction_of(path: str, row: Mapping[str, Any]) -> Decimal | None:
    """The deduction that a tier states, under any of the names venues have for it; None where none does.

    >>> deduction_of("tiers[1]", {"info": {"mmDeduction": "1200"}})
    Decimal('1200')
    """
    info = row.get("info")
    for place, table in ((f"{path}.info", info if isinstance(info, Mapping) else {}), (path, row)):
        for name in DEDUCTIONS:
            if table.get(name) not in (None, ""):
                return number(table[name], f"{place}.{name}")
    return None
