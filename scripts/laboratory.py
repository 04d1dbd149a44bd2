"""Let synthetic traders live and the detectors judge them; every result is a line that is kept.

    RINGFENCE_DATA=folder nice -n 15 python -m scripts.laboratory --minutes 25 [--part 1/2]

A second run goes on where the first one stopped. `scripts/docs_detectors.py --add` puts the lines together
in docs/detectors.json, from which the page is written.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a script, Python looks beside the script only
    sys.path.insert(0, str(ROOT))

from ringfence.history.names import parse_name  # noqa: E402
from ringfence.store.history import data_folder, stored_bars  # noqa: E402
from ringfence.testing.traders.laboratory import Trial, row, tried  # noqa: E402
from ringfence.testing.traders.roster import ROSTER  # noqa: E402

LINES = ROOT / "out" / "laboratory"
SERIES = "binance-spot_BTCUSDT_last_5m_2021H1"
SIZES = {200: 1, 60: 3, 30: 6, 100: 6, 500: 12}
"""Positions of a life, and every how many rounds such lives are lived."""


def closes() -> Any:
    """Real closes in ticks of 0.01; None where they are not installed."""
    name = parse_name(SERIES)
    if not (data_folder() / "prices" / f"{SERIES}.parquet").is_file():
        return None
    bars = stored_bars(name, data_folder())
    return bars.frame["close"].to_numpy() * 100 // 10**bars.places


def trials(first: int, step: int) -> Iterator[Trial]:
    """Round by round: every kind once in the sizes of the round."""
    real = closes()
    for index in range(first, 100_000, step):
        for positions, every in SIZES.items():
            if index // step % every == 0:
                yield from (Trial(number, positions, index, real) for number in range(len(ROSTER)))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, required=True)
    asked.add_argument("--part", default="1/1")
    said = asked.parse_args()
    part, parts = (int(one) for one in said.part.split("/"))
    LINES.mkdir(parents=True, exist_ok=True)
    kept = LINES / f"{part}-of-{parts}.jsonl"
    done = set()
    if kept.exists():
        lines = (json.loads(line) for line in kept.read_text("utf-8").splitlines())
        done = {(one["kind"], one["n"], one["index"]) for one in lines}
    end = time.monotonic() + 60 * said.minutes
    with kept.open("a", encoding="utf-8") as out:
        for trial in trials(part - 1, parts):
            if time.monotonic() > end:
                break
            if (trial.kind.name, trial.positions, trial.index) not in done:
                out.write(json.dumps(row(tried(trial))) + "\n")
                out.flush()


if __name__ == "__main__":
    main()
