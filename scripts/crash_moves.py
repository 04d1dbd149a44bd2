"""Measure the moves of the named crashes on a folder of marks, into src/ringfence/replay/moves.json.

    RINGFENCE_DATA=folder python -m scripts.crash_moves

The table holds ratios to the first open of each window, rounded to a hundredth of a percent: no prices.
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from ringfence.domain.numbers import plain, rounded
from ringfence.history.names import HOUR, SeriesKind
from ringfence.history.series import Bars
from ringfence.replay.crashes import CRASHES, Crash
from ringfence.service.data import moment
from ringfence.store.history import data_folder, stored_bars, stored_names

TARGET = Path(__file__).resolve().parent.parent / "src" / "ringfence" / "replay" / "moves.json"
ORIGIN = "Binance USD-M futures, hourly mark prices as Binance publishes them; ratios to the first open"


def moved(bars: Bars) -> dict[str, object]:
    rows = list(bars)
    lowest, highest = min(rows, key=lambda bar: bar.low), max(rows, key=lambda bar: bar.high)
    first = rows[0]

    def ratio(price: Decimal) -> str:
        return plain(rounded(Fraction(price) / Fraction(first.open), Decimal("0.0001")))

    return {
        "coin": bars.name.symbol.removesuffix("USDT"),
        "high": ratio(highest.high),
        "low": ratio(lowest.low),
        "close": ratio(rows[-1].close),
        "hours_to_low": (lowest.opens - first.opens) // HOUR + 1,
        "hours": (rows[-1].opens - first.opens) // HOUR + 1,
        "high_first": highest.opens <= lowest.opens,
        "series": str(bars.name),
    }


def moves_of(crash: Crash, folder: Path) -> list[dict[str, object]]:
    since, until = moment(crash.since, path="since"), moment(crash.until, path="until")
    found = []
    for name in stored_names(folder):
        if name.kind is SeriesKind.MARK and name.timeframe == "1h" and name.venue == "binance-usdm":
            bars = stored_bars(name, folder, since=since, until=until)
            if len(bars) == (until - since) // HOUR:
                found.append(moved(bars))
    return found


def main() -> None:
    folder = data_folder()
    table = {crash.name: moves_of(crash, folder) for crash in CRASHES}
    rows = ",\n".join(
        f"  {json.dumps(name)}: [\n" + ",\n".join(f"   {json.dumps(row)}" for row in own) + "\n  ]"
        for name, own in table.items()
    )
    text = f'{{\n "origin": {json.dumps(ORIGIN)},\n "moves": {{\n{rows}\n }}\n}}\n'
    json.loads(text)
    TARGET.write_text(text, "utf-8")
    print({name: len(own) for name, own in table.items()})


if __name__ == "__main__":
    main()
