"""Pasts: the hourly bars of an instrument as they are stored here, kept between audits."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from ringfence.domain.instrument import symbol_parts
from ringfence.errors import BadSeries
from ringfence.history.names import SeriesKind, SeriesName, file_symbol
from ringfence.service.context import Context
from ringfence.service.window import ELSEWHERE
from ringfence.store.history import path_of, stored_bars, stored_names

if TYPE_CHECKING:
    from ringfence.mirror.measured.market import Past

DAYS = 180
"""So much of the newest history is looked at; deviations need 90 days."""
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
KEPT = 64
OLD_MS = 2 * DAY_MS

_KEPT: OrderedDict[tuple[Path, int, str, int], Past] = OrderedDict()
_LOCK = Lock()


def past_for(context: Context, venue: str, symbol: str, *, until_ms: int) -> Past | None:
    """The history of an instrument up to a moment: of its own venue, else of the one whose bars stand in.

    Marks come before traded prices, and hours before minutes. None: nothing is stored.
    """
    for name in _names(context, venue, symbol):
        found = _read(context, name, symbol, until_ms // HOUR_MS * HOUR_MS)
        if found is not None:
            return found
    return None


def _names(context: Context, venue: str, symbol: str) -> list[SeriesName]:
    wanted = {
        (venue.replace("_", "-"), file_symbol(symbol)): 0,
        (ELSEWHERE, f"{symbol_parts(symbol)['base']}USDT"): 1,
    }
    kinds = (SeriesKind.MARK, SeriesKind.LAST)
    found = [
        (wanted[one.venue, one.symbol], kinds.index(one.kind), -one.step, one)
        for one in stored_names(context.history)
        if (one.venue, one.symbol) in wanted and one.kind in kinds and 0 < one.step <= HOUR_MS
    ]
    return [one for *_, one in sorted(found, key=lambda each: each[:3])]


def _read(context: Context, name: SeriesName, symbol: str, until: int) -> Past | None:
    """One series as hours, those that were whole by then; read again only where its file has changed."""
    from ringfence.mirror.measured.market import past_of

    path = path_of(name, context.history)
    key = (path, path.stat().st_mtime_ns, symbol, until)
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
        try:
            last = int(stored_bars(name, context.history, until=until).frame["ts"][-1])
            bars = stored_bars(name, context.history, since=last - DAYS * DAY_MS, until=until)
            made = past_of(bars, symbol)
        except (BadSeries, IndexError):
            return None
        _KEPT[key] = made
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
        return made


def age_words(past: Past, now_ms: int) -> str:
    """What to say of a history that ends long before the moment it is used for; empty: it does not.

    Deviations and odds of an old history are those of its own time.
    """
    if now_ms - past.until_ms <= OLD_MS:
        return ""
    day = datetime.fromtimestamp(past.until_ms // 1_000, UTC).date().isoformat()
    return f"the hourly bars of {past.symbol} end on {day}"
