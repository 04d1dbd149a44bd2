"""Durable appends to a journal, and checking one; beside it the same file without a sync at each commit.

Aim: 1 000 appends a second with the 99th percentile under 5 ms, and 200 000 records verified a second. Beside
the journal: the same journal with ``synchronous=NORMAL``, which loses acknowledged records when power fails,
and one bare INSERT a transaction with FULL, which is what the disk and SQLite alone cost.
"""

from __future__ import annotations

import hashlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from bench.harness import show
from ringfence.store.journal import Entry, Place, engine, open_journal
from ringfence.store.journal.chain import walk
from ringfence.store.journal.verify import ALL_ROWS

APPENDS, CHECKED = 3_000, 100_000
AIM_APPENDS, AIM_P99_MS, AIM_VERIFY = 1_000, 5.0, 200_000


def entry(number: int) -> Entry:
    """A record of the size of a small audit."""
    body = {"n": str(number), "price": "58417.30", "verdict": "pause", "findings": ["I-01", "M-01", "G-07"]}
    return Entry("audit", body, id=f"r{number}", at_ms=number, account_id="a", symbol="BTC/USDT:USDT")


def timed(work: Callable[[int], object], count: int) -> list[float]:
    """Seconds of each of ``count`` calls."""
    times = []
    for number in range(count):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
    return times


def journal_times(folder: Path) -> list[float]:
    with open_journal(Place(folder / "journal", anchors=folder / "second"), clock=lambda: 0) as journal:
        return timed(lambda number: journal.append(entry(number)), APPENDS)


def bare_times(folder: Path) -> list[float]:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    connection.execute("CREATE TABLE records (seq INTEGER PRIMARY KEY, hash BLOB, stored BLOB)")
    stored = b"x" * 300

    def append(number: int) -> None:
        connection.execute(
            "INSERT INTO records VALUES (?,?,?)", (number, hashlib.sha256(stored).digest(), stored)
        )

    return timed(append, APPENDS)


def appends() -> None:
    normal = tuple(one.replace("synchronous=FULL", "synchronous=NORMAL") for one in engine.WRITER)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("full", "normal"):
            (folder / part).mkdir()
        took = {"journal, FULL": journal_times(folder / "full")}
        with patch.object(engine, "WRITER", normal):
            took["journal, NORMAL (unsafe)"] = journal_times(folder / "normal")
        took["bare INSERT, FULL"] = bare_times(folder)
    first = sum(took["journal, FULL"])
    rows = []
    for what, times in took.items():
        p99 = statistics.quantiles(times, n=100)[98] * 1_000
        speed = len(times) / sum(times)
        rows.append(
            [
                what,
                f"{speed:,.0f}",
                f"{statistics.median(times) * 1e3:.2f}",
                f"{p99:.2f}",
                f"{first / sum(times):.2f}",
            ]
        )
    show(
        f"Durable appends, one commit each (aim: {AIM_APPENDS:,} a second, p99 {AIM_P99_MS} ms)",
        ["what", "a second", "p50 ms", "p99 ms", "speed / journal"],
        rows,
    )


def verification() -> None:
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name) / "journal", anchors=Path(name) / "second")
        with open_journal(place, clock=lambda: 0) as journal:
            for start in range(0, CHECKED, 10_000):
                journal.append_all([entry(number) for number in range(start, start + 10_000)])
            whole = min(timed(lambda _: journal.verify(), 3))
        connection = sqlite3.connect(place.database)

        def chain_alone(_: int) -> None:
            walk((*row[:4], row[4:]) for row in connection.execute(ALL_ROWS))

        chain = min(timed(chain_alone, 3))
    rows = [
        [what, f"{CHECKED / took:,.0f}", f"{CHECKED / took / AIM_VERIFY:.2f} x"]
        for what, took in {"everything": whole, "the chain alone": chain}.items()
    ]
    show(f"Checking {CHECKED:,} records", ["what", "records a second", "of the aim"], rows)


def main() -> None:
    appends()
    verification()


if __name__ == "__main__":
    main()
