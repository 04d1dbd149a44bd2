"""Cold start to answer: ``ringfence compare examples/two-btc.toml`` in a fresh process each time.

Aim: under one second. Beside it: the interpreter doing nothing, and ``--help``, so that what the answer
itself costs can be read off.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

from bench.harness import ROOT, show

AIM = 1.0
RUNS = 11
BOOK = ROOT / "examples" / "two-btc.toml"
COMMAND = Path(sys.executable).with_name("ringfence")


def cold(command: list[str]) -> float:
    """Median seconds of a fresh process, the first one left out: it may still compile bytecode."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def main() -> None:
    took = {
        "python -c pass": cold([sys.executable, "-c", "pass"]),
        "ringfence --help": cold([str(COMMAND), "--help"]),
        "ringfence compare": cold([str(COMMAND), "compare", str(BOOK)]),
    }
    bare = took["python -c pass"]
    rows = [[name, f"{one:.3f}", f"{one / bare:.1f} x", f"{AIM / one:.1f} x"] for name, one in took.items()]
    show(f"Cold start, median of {RUNS}", ["command", "seconds", "of a bare start", "of the aim"], rows)


if __name__ == "__main__":
    main()
