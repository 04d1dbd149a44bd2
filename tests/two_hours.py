"""Two hours of one coin in a store, mark and traded price, for the doors of a replay."""

from __future__ import annotations

from pathlib import Path

from ringfence.history.names import parse_name
from ringfence.ingest.series_files import rows_of
from ringfence.store.history import About, Raw, save

HOURS = {
    "mark": ("50000,50000,49500,49600", "49600,49700,49500,49700"),
    "last": ("50000,50000,47500,49600", "49600,49700,49500,49700"),
}
"""Two hours: what was traded fell by 5 %, the mark by 1 %."""


def stored(folder: Path, *kinds: str) -> None:
    """Put series of two hours into a folder."""
    since = 1_722_816_000_000
    for kind in kinds:
        rows = [
            f"{since + n * 3_600_000},{row},0,{since + n * 3_600_000 + 3_599_999},0,9,0,0,0\n"
            for n, row in enumerate(HOURS[kind])
        ]
        name = parse_name(f"binance-usdm_BTCUSDT_{kind}_1h")
        about = About("BTC/USDT:USDT", "a file", ((since, since + 7_200_000),))
        save(Raw(name, rows_of("".join(rows)).drop("volume"), about), folder)
