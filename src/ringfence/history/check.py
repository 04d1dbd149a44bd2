"""What is wrong with a series: every kind of fault, how often, and where first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ringfence.history.columns import inexact_rows
from ringfence.history.grid import Hole, bar_holes, funding_holes, interval_changes
from ringfence.history.names import HOUR, SeriesKind, SeriesName, grid_start
from ringfence.history.series import PRICES, RATE

if TYPE_CHECKING:
    import polars as pl

SHOWN = 3
"""Places named of each fault."""
# A time is read in the unit that puts it between 2001 and 2286.
_UNIT_FLOORS = (
    ("nanoseconds", 10**18),
    ("microseconds", 10**15),
    ("milliseconds", 10**12),
    ("seconds", 10**9),
)
TO_MS = {"nanoseconds": -1_000_000, "microseconds": -1_000, "milliseconds": 1, "seconds": 1_000}
"""Factor from a unit to milliseconds; below zero: the divisor."""
HIGHEST_RATE = 1
"""A funding rate of the whole notional: no venue's cap comes near it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault, or of remark.

    Attributes:
        code: stable name. says: what it means, with its numbers. count: rows, or stretches.
        first: the first places. wrong: a fault; else a remark that a reader should know.
    """

    code: str
    says: str
    count: int
    first: tuple[str, ...]
    wrong: bool = True

    @property
    def blocks(self) -> bool:
        """Whether such a series is refused; a hole is named instead, and kept."""
        return self.wrong and self.code != "holes"


def faults(name: SeriesName, raw: pl.DataFrame) -> tuple[Fault, ...]:
    """Everything that is wrong with raw rows, and what is worth knowing about them.

    Args:
        raw: ``ts`` (Int64) and prices or ``funding_rate`` as doubles, as a file has them.

    >>> import polars as pl
    >>> from ringfence.history.names import parse_name
    >>> ts = [1_577_836_800_000, 1_577_836_980_000]
    >>> columns = {"ts": ts, "open": [2.0, 2.0], "high": [1.0, 2.0], "low": [1.0, 2.0], "close": [1.0, 2.0]}
    >>> [(one.code, one.count) for one in faults(parse_name("demo_BTCUSDT_mark_1m"), pl.DataFrame(columns))]
    [('holes', 1), ('high-below', 1)]
    """
    if not raw.height:
        return (Fault("empty", "no rows", 0, ()),)
    timed = list(_time_faults(name, raw))
    # On a clock that cannot be read, or runs backwards, a grid has no meaning.
    if not any(one.code in ("timestamp-unit", "no-time", "order") for one in timed):
        timed += list(_grid_faults(name, raw))
    numbers = _rate_faults(raw) if name.kind is SeriesKind.FUNDING else _price_faults(name, raw)
    return (*timed, *numbers)


def unit_of(ts: int) -> str:
    """The unit that a time since 1970 is in.

    >>> unit_of(1_735_689_600_000_000), unit_of(1_735_689_600_000), unit_of(5)
    ('microseconds', 'milliseconds', 'unknown')
    """
    return next((unit for unit, floor in _UNIT_FLOORS if floor <= ts < 10 * floor), "unknown")


def instant(ts: int) -> str:
    """A time as text, UTC.

    >>> instant(1_583_971_200_000), instant(1_583_971_200_007)
    ('2020-03-12 00:00', '2020-03-12 00:00:00.007')
    """
    if not 0 <= ts < 253_402_300_800_000:
        return str(ts)
    at = _EPOCH + timedelta(milliseconds=ts)
    if ts % 1_000:
        return at.strftime("%Y-%m-%d %H:%M:%S.") + f"{ts % 1_000:03d}"
    return at.strftime("%Y-%m-%d %H:%M:%S" if ts % 60_000 else "%Y-%m-%d %H:%M")


def _time_faults(name: SeriesName, raw: pl.DataFrame) -> Iterator[Fault]:
    import polars as pl

    missing = raw.filter(pl.col("ts").is_null())
    if missing.height:
        yield Fault("no-time", "rows without a time", missing.height, ())
        return
    units = _units(raw["ts"])
    if units != {"milliseconds": raw.height}:
        told = ", ".join(f"{count:,} rows in {unit}" for unit, count in units.items())
        yield Fault("timestamp-unit", f"times are not in milliseconds: {told}", raw.height, _at(raw))
        return
    twice = raw.filter(pl.col("ts").is_duplicated())
    if twice.height:
        extra = twice.height - twice["ts"].n_unique()
        yield Fault(
            "duplicates", "rows with the time of another row", extra, _at(twice.unique("ts").sort("ts"))
        )
    back = raw.filter(pl.col("ts").diff() < 0)
    if back.height:
        yield Fault("order", "rows that are earlier than the row before", back.height, _at(back))
    if name.step:
        off = raw.filter((pl.col("ts") - grid_start(name.step)) % name.step != 0)
        if off.height:
            yield Fault(
                "off-grid", f"bars that do not open on the {name.timeframe} grid", off.height, _at(off)
            )


def _units(ts: pl.Series) -> dict[str, int]:
    """How many rows are in each unit: a file may change it on the way, as Binance did in 2025."""
    low, high = unit_of(_int(ts.min())), unit_of(_int(ts.max()))
    if low == high:
        return {low: len(ts)}
    counts: dict[str, int] = {}
    for unit, floor in _UNIT_FLOORS:
        if count := int(((ts >= floor) & (ts < min(10 * floor, 2**63 - 1))).sum()):
            counts[unit] = count
    rest = len(ts) - sum(counts.values())
    return counts | ({"unknown": rest} if rest else {})


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _grid_faults(name: SeriesName, raw: pl.DataFrame) -> Iterator[Fault]:
    ts = raw["ts"].unique().sort()
    found = bar_holes(ts, name.step) if name.step else funding_holes(ts)
    if found:
        what = "bars" if name.step else "payments"
        missing = sum(hole.missing for hole in found)
        yield Fault(
            "holes", f"stretches without rows, {missing:,} {what} missing", len(found), _stretches(found)
        )
    if name.step:
        return
    changes = interval_changes(ts)
    if changes:
        told = [
            f"{instant(one.at)}: {one.before / HOUR:g} h to {one.after / HOUR:g} h" for one in changes[:SHOWN]
        ]
        says = "the funding interval changes"
        yield Fault("funding-interval", says, len(changes), tuple(told), wrong=False)


def _price_faults(name: SeriesName, raw: pl.DataFrame) -> Iterator[Fault]:
    import polars as pl

    low, high = pl.min_horizontal("open", "close"), pl.max_horizontal("open", "close")
    finite = pl.all_horizontal([pl.col(price).is_finite().fill_null(value=False) for price in PRICES])
    sound = raw.filter(finite)
    yield from _counted(raw.filter(~finite), "no-number", "bars with a price that is no number")
    yield from _counted(
        sound.filter(pl.any_horizontal([pl.col(price) <= 0 for price in PRICES])),
        "not-positive",
        "bars with a price of zero or below",
    )
    yield from _counted(
        sound.filter(pl.col("high") < high), "high-below", "bars whose high is below their open or close"
    )
    yield from _counted(
        sound.filter(pl.col("low") > low), "low-above", "bars whose low is above their open or close"
    )
    yield from _counted(
        inexact_rows(sound, PRICES), "inexact", "bars with a price of more than 15 digits: it cannot be held"
    )
    if name.kind is SeriesKind.LAST and "volume" in raw.columns:
        idle = raw.filter(pl.col("volume") == 0)
        yield from _counted(idle, "no-volume", "bars in which nothing was traded", wrong=False)


def _rate_faults(raw: pl.DataFrame) -> Iterator[Fault]:
    import polars as pl

    finite = pl.col(RATE).is_finite().fill_null(value=False)
    sound = raw.filter(finite)
    yield from _counted(raw.filter(~finite), "no-number", "payments whose rate is no number")
    yield from _counted(
        sound.filter(pl.col(RATE).abs() >= HIGHEST_RATE),
        "rate-beyond",
        "payments of the whole notional or more: a rate in percent?",
    )
    yield from _counted(inexact_rows(sound, [RATE]), "inexact", "rates of more than 15 digits")


def _counted(rows: pl.DataFrame, code: str, says: str, *, wrong: bool = True) -> Iterator[Fault]:
    if rows.height:
        yield Fault(code, says, rows.height, _at(rows), wrong=wrong)


def _at(rows: pl.DataFrame) -> tuple[str, ...]:
    return tuple("no time" if ts is None else instant(ts) for ts in rows["ts"].head(SHOWN))


def _stretches(found: Sequence[Hole]) -> tuple[str, ...]:
    return tuple(
        f"{instant(hole.first)} to {instant(hole.until)} ({hole.missing:,})" for hole in found[:SHOWN]
    )
