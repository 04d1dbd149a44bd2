"""Two million one-minute bars from disk to exact columns; beside it the same file as Python objects."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import polars as pl

from bench.harness import seconds, show
from ringfence.history.check import faults
from ringfence.history.names import MINUTE, parse_name
from ringfence.history.series import PRICES
from ringfence.store.history import path_of, stored_bars, stored_raw

BARS = 2_000_000
AS_OBJECTS = 100_000
NAME = parse_name("demo_BTCUSDT_mark_1m")
START = 1_577_836_800_000
DAY = 24 * 60 * MINUTE


def written(folder: Path) -> None:
    """Marks with eight decimals that differ from bar to bar."""
    at = pl.int_range(BARS, dtype=pl.Int64, eager=True)
    low = 4_000_000_000_000 + (at * 7_919) % 99_999_989
    columns = {"open": low + 12_345, "high": low + 9_999_999, "low": low, "close": low + 3_333_333}
    path = path_of(NAME, folder)
    path.parent.mkdir(parents=True)
    quotients = {name: pl.Series([quanta / 10**8 for quanta in columns[name].to_list()]) for name in PRICES}
    pl.DataFrame({"ts": START + at * MINUTE} | quotients).write_parquet(path, compression="zstd")


def objects(folder: Path) -> int:
    """What a bar-by-bar reader would do, with a part of the file."""
    rows = pl.read_parquet(path_of(NAME, folder)).head(AS_OBJECTS)
    return len([(ts, *(Decimal(repr(price)) for price in prices)) for ts, *prices in rows.iter_rows()])


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        written(folder)
        whole = seconds(lambda: stored_bars(NAME, folder), runs=3)
        month = seconds(
            lambda: stored_bars(NAME, folder, since=START + 600 * DAY, until=START + 630 * DAY), runs=3
        )
        raw = stored_raw(NAME, folder)
        checked = seconds(lambda: faults(NAME, raw.frame), runs=3)
        plain = seconds(lambda: objects(folder), runs=3) * BARS / AS_OBJECTS
    rows = [
        ["read whole, exact", f"{whole:.2f}", f"{BARS / whole / 1e6:.1f}"],
        ["read one month of it, exact", f"{month:.2f}", ""],
        ["check every bar", f"{checked:.2f}", f"{BARS / checked / 1e6:.1f}"],
        [f"as objects ({AS_OBJECTS:,} measured)", f"{plain:.2f}", f"{BARS / plain / 1e6:.1f}"],
    ]
    show(f"{BARS:,} one-minute bars of four prices", ["work", "seconds", "million bars a second"], rows)


if __name__ == "__main__":
    main()
