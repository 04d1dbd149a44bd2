"""Dated tier tables that ship with ringfence, one JSON file a venue and date, with source and digest."""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files

from ringfence.domain.numbers import money
from ringfence.domain.tiers import TierTable, joined
from ringfence.errors import BadTiers


def shipped(venue: str) -> dict[str, tuple[TierTable, ...]]:
    """Every shipped table of a venue, by symbol, oldest first.

    Raises:
        BadTiers: a table is not the one its digest was made of.

    >>> [table.valid_from for table in shipped("binance_usdm")["BTC/USDT:USDT"]]
    ['2024-10-24', '2026-09-29']
    """
    tables: dict[str, list[TierTable]] = {}
    for entry in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith(f"{venue}_") and entry.name.endswith(".json"):
            for table in _read(entry.read_text(encoding="utf-8")):
                tables.setdefault(table.symbol, []).append(table)
    return {symbol: tuple(sorted(dated, key=lambda t: t.valid_from)) for symbol, dated in tables.items()}


def _read(text: str) -> list[TierTable]:
    document = json.loads(text)
    tables = []
    for symbol, entry in document["symbols"].items():
        rows = [(_number(f), _optional(c), _number(r), _optional(lev)) for f, c, r, lev in entry["tiers"]]
        table = TierTable(symbol, joined(rows), valid_from=document["valid_from"], source=document["source"])
        if table.digest != entry["digest"]:
            raise BadTiers(
                f"{symbol}: the table is not the one its digest was made of", path=document["valid_from"]
            )
        tables.append(table)
    return tables


def _number(text: str) -> Decimal:
    return money(text, path="tiers")


def _optional(text: str | None) -> Decimal | None:
    return None if text is None else _number(text)
