"""One sound account, and ways to spoil it."""

from __future__ import annotations

import copy
from typing import Any

LONG: dict[str, Any] = {
    "symbol": "BTC/USDT:USDT",
    "side": "long",
    "contracts": "0.5",
    "entry_price": "60000",
    "margin_mode": "cross",
    "leverage": "10",
}

SOUND: dict[str, Any] = {
    "venue": "demo",
    "wallet": {"USDT": "10000"},
    "positions": [LONG],
    "marks": {"BTC/USDT:USDT": "58000"},
}


def spoiled(place: str, value: object) -> dict[str, Any]:
    """The sound account with one value put in; ``positions.0.side`` says where, `...` removes it."""
    book = copy.deepcopy(SOUND)
    inner: Any = book
    *way, last = (int(part) if part.isdigit() else part for part in place.split("."))
    for part in way:
        inner = inner[part] if isinstance(part, int) else inner.setdefault(part, {})
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return book
