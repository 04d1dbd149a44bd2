"""Imported tier tables: one JSON file a venue and date, in the format of the tables that ship.

The format is that of `ringfence.venues.tables`, with a source of its own for every symbol. Imports are
for one person at a time: two that run at the same moment on one date leave a whole file, the later one's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierBasis, TierTable, check_tiers
from ringfence.errors import BadFile, BadTiers, LimitExceeded, RingfenceError
from ringfence.store.home import home, write_whole
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules
from ringfence.venues.tables import tables_in, tiers_of

COLUMNS = ["floor", "cap", "maintenance_rate", "max_leverage"]

FILE_BYTES = 64_000_000
"""A stored file is ours; one beyond this size is not, and is not read."""

_SAFE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did, by symbol, and the file it is in."""

    path: Path
    added: tuple[str, ...]
    unchanged: tuple[str, ...]
    replaced: tuple[str, ...]


def save_tiers(
    tables: Iterable[TierTable], *, venue: str, on: str, overwrite: bool = False, folder: Path | None = None
) -> Saved:
    """Remember tables under their venue and date, all of them or none.

    Args:
        overwrite: take the new table where another one is stored for the same symbol and date.
        folder: the store; None: `home`.
    Raises:
        BadTiers: a different table is stored for that symbol and date, or a table is not sound.

    >>> import tempfile
    >>> from ringfence.domain.tiers import Tier
    >>> table = TierTable("X/Y:Y", (Tier(Decimal(0), None, Decimal("0.01"), Decimal(0)),), source="mine")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_tiers([table], venue="demo", on="2026-11-22", folder=Path(folder)).added
    ('X/Y:Y',)
    """
    path = _path(venue, on, folder)
    before = {table.symbol: table for table in _read(path)} if path.exists() else {}
    new = {table.symbol: check_tiers(replace(table, valid_from=on), path=table.symbol) for table in tables}
    others = {s: t for s, t in new.items() if s in before and not _same(before[s], t)}
    if others and not overwrite:
        symbol = next(iter(others))
        raise BadTiers(
            f"another table is stored for {symbol} on {on}, from {before[symbol].source}",
            path=str(path),
            hint="import under the date it is valid from, or say that it replaces the stored one",
        )
    added = tuple(symbol for symbol in new if symbol not in before)
    if added or others:
        write_whole(
            path, _text(venue, on, before | {s: t for s, t in new.items() if s in added or s in others})
        )
    unchanged = tuple(symbol for symbol in new if symbol in before and symbol not in others)
    return Saved(path, added, unchanged, tuple(others))


def stored(venue: str, *, folder: Path | None = None) -> dict[str, tuple[TierTable, ...]]:
    """Every stored table of a venue, by symbol, oldest first.

    Raises:
        BadFile, BadTiers: a stored file is damaged; the path says which.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     stored("demo", folder=Path(folder))
    {}
    """
    place = (folder or home()) / "tiers"
    if not place.is_dir():
        return {}
    tables: dict[str, list[TierTable]] = {}
    for path in sorted(place.glob(f"{_checked_name(venue)}_????-??-??.json")):
        for table in _read(path):
            tables.setdefault(table.symbol, []).append(table)
    return {symbol: tuple(sorted(dated, key=lambda t: t.valid_from)) for symbol, dated in tables.items()}


def with_stored(rules: VenueRules, tables: Mapping[str, tuple[TierTable, ...]]) -> VenueRules:
    """Rules that know stored tables too; on one date a stored table comes before a shipped one.

    >>> from ringfence.venues import registry
    >>> with_stored(registry.rules("demo"), {}).key
    'demo'
    """
    if not tables:
        return rules
    symbols = dict.fromkeys([*rules.tables, *tables])
    return replace(rules, tables={s: tables.get(s, ()) + tuple(rules.tables.get(s, ())) for s in symbols})


def stored_rules(venue: str, *, on: str | None = None, folder: Path | None = None) -> VenueRules:
    """A venue's rules together with the tier tables that ``ringfence tiers import`` stored on this machine.

    Args:
        on: date of the rules, ``YYYY-MM-DD``; None: the newest. folder: the store; None: `home`.
    Raises:
        UnknownVenue, NoRules: as the registry. BadFile, BadTiers: a stored file is damaged.
    Source: the tables name where they come from.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     stored_rules("demo", folder=Path(folder)).key
    'demo'
    """
    return with_stored(registry.rules(venue, on=on), stored(venue, folder=folder))


def _same(old: TierTable, new: TierTable) -> bool:
    return (old.digest, old.jumps) == (new.digest, new.jumps)


def _path(venue: str, on: str, folder: Path | None) -> Path:
    return (folder or home()) / "tiers" / f"{_checked_name(venue)}_{_checked_name(on)}.json"


def _checked_name(part: str) -> str:
    """A name from outside becomes part of a file's name, never a way to another folder."""
    if not _SAFE_NAME.fullmatch(part) or part.startswith("."):
        raise BadFile("no name for a file", path="venue", value=part, hint="letters, digits, _ and -")
    return part


def _text(venue: str, on: str, tables: Mapping[str, TierTable]) -> str:
    document = {
        "venue": venue,
        "valid_from": on,
        "source": next(iter(tables.values())).source,
        "columns": COLUMNS,
        "symbols": {symbol: _entry(tables[symbol]) for symbol in sorted(tables)},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _entry(table: TierTable) -> dict[str, Any]:
    entry: dict[str, Any] = {"digest": table.digest, "source": table.source}
    if table.basis is not TierBasis.QUOTE:
        entry["basis"] = table.basis.value
    if table.jumps:
        entry["jumps"] = True
    rows = [(t.floor, t.cap, t.rate, t.max_leverage) for t in table.tiers]
    if table.tiers != tiers_of(rows, jumps=table.jumps):
        entry["deductions"] = [_exact(tier.deduction) for tier in table.tiers]
    entry["tiers"] = [[_exact(v) for v in row] for row in rows]
    return entry


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _read(path: Path) -> list[TierTable]:
    try:
        return list(_tables(_document(path)))
    except RingfenceError as error:
        raise error.under(str(path)) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFile(
            f"not a stored tier table: {type(error).__name__} {error}",
            path=str(path),
            hint="delete the file and import the tiers again",
        ) from None


def _document(path: Path) -> Any:
    try:
        if path.stat().st_size > FILE_BYTES:
            raise LimitExceeded(f"at most {FILE_BYTES:,} bytes allowed in a stored file")
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", hint="check the permissions of the file") from None
    except RecursionError:
        raise BadFile("not a stored tier table", hint="delete the file and import the tiers again") from None


def _tables(document: Any) -> Iterable[TierTable]:
    for table in tables_in(document, hint="delete the file and import the tiers again"):
        yield check_tiers(table, path=table.symbol)
