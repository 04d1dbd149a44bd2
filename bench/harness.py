"""What every measurement shares: a clock, a table, the machine, and a book of five positions."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

from ringfence.domain.account import Account
from ringfence.domain.market import Market

ROOT = Path(__file__).resolve().parent.parent
ON = "2026-10-01"

FIVE = {
    "BTC/USDT:USDT": ("+0.5", "60000", "58417.30"),
    "ETH/USDT:USDT": ("-20", "3000", "3100.12"),
    "DOGE/USDT:USDT": ("+100000", "0.12345", "0.11118"),
    "NEAR/USDT:USDT": ("-2500", "5.5", "5.0123"),
    "WLD/USDT:USDT": ("+8000", "2.3483", "2.2956"),
}
"""symbol: size, entry price, mark price."""


def five_positions(*, wallet: str = "25000") -> tuple[Account, Market]:
    """A cross book of five positions, long and short, under the tables that ship."""
    account = Account(venue="binance_usdm", wallet={"USDT": Decimal(wallet)})
    for symbol, (size, entry, _) in FIVE.items():
        account = account.open(symbol, size, entry_price=entry, leverage=10)
    return account, Market({symbol: Decimal(mark) for symbol, (_, _, mark) in FIVE.items()})


def seconds(
    work: Callable[[], object],
    *,
    runs: int = 7,
    least: float = 0.2,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Seconds of one call: the median of several runs, each of many calls.

    One core is shared with whatever else runs, so the middle run is reported, not the luckiest; by
    ``time.process_time`` as clock the time in which others had the core does not count.
    """
    work()
    calls, took = 1, 0.0
    while took < least / 4:
        calls *= 2
        took = _timed(work, calls, clock)
    calls = max(1, int(calls * least / took))
    return statistics.median(_timed(work, calls, clock) / calls for _ in range(runs))


def _timed(work: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        work()
    return clock() - start


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """One table, numbers to the right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    print(f"\n{title}\n  {machine()}\n")
    for row in (head, *rows):
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())


def machine() -> str:
    """The machine in words."""
    model = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    python = platform.python_version()
    return f"{model}, {os.cpu_count()} cores, one used; {platform.system()}, Python {python}"
