"""What an instrument's own past says: deviations, ranges, and how two instruments move together.

Logarithms are taken in decimals under a fixed context, which rounds them correctly, so that every machine
finds the same deviation. Ratios of prices are quotients of whole numbers, which a double rounds correctly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from ringfence.domain.numbers import Number, exactly, simplest
from ringfence.errors import BadSeries

if TYPE_CHECKING:
    import numpy as np
    import polars as pl

    from ringfence.history.series import Bars

HOUR_MS = 3_600_000
DAY_HOURS = 24
WINDOW_DAYS = 90
"""How far back deviations and correlations look, and the least history they need."""
LEAST_SHARE = Fraction(9, 10)
"""Of the hours of the window, at least this share must be there."""
RANGE_BARS = 14
STALE_MS = 2 * HOUR_MS
"""A range is of now only if its last bar opened this long ago at most."""
QUARTER_MS = 900_000
LOGS = Context(prec=30, rounding=ROUND_HALF_EVEN)
SHOWN = Context(prec=15, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, eq=False)
class Past:
    """The hourly bars of one instrument, ready for statistics; worth keeping between audits.

    Attributes:
        opens: when each hour opens, UTC ms, rising. rows: open, high, low, close in whole quanta.
        digest: of every number in it. places: decimals of a quantum.
    """

    symbol: str
    opens: np.ndarray
    rows: np.ndarray
    places: int
    digest: str
    kept: dict[object, object] = field(default_factory=dict, repr=False)
    """What was worked out from it before, by what was asked."""

    @cached_property
    def follows(self) -> np.ndarray:
        """Whether the hour before each hour is there."""
        import numpy as np

        return np.concatenate([[False], np.diff(self.opens) == HOUR_MS])

    @cached_property
    def logs(self) -> dict[int, Decimal]:
        """Logarithm of the close of each hour of the window, by when the hour opens."""
        since = int(self.opens[-1]) - WINDOW_DAYS * DAY_HOURS * HOUR_MS
        first = int((self.opens < since).sum())
        closes = self.rows[first:, 3].tolist()
        found = (LOGS.ln(Decimal(one)) for one in closes)
        return dict(zip(self.opens[first:].tolist(), found, strict=True))

    @property
    def until_ms(self) -> int:
        """When the last hour ends."""
        return int(self.opens[-1]) + HOUR_MS

    def price(self, quanta: int) -> Decimal:
        """Quanta as a price."""
        return Decimal(quanta).scaleb(-self.places)


def past_of(bars: Bars, symbol: str) -> Past:
    """Bars of an hour or of a whole part of one, as hours; an hour that lacks a part is left out.

    Raises:
        BadSeries: the bars are longer than an hour or do not fill it, or there are none.

    >>> import polars as pl
    >>> from ringfence.history.names import parse_name
    >>> from ringfence.history.series import PRICES, bars_of
    >>> raw = pl.DataFrame({"ts": [0, HOUR_MS]} | {name: [1.5, 2.5] for name in PRICES})
    >>> past_of(bars_of(parse_name("demo_BTCUSDT_mark_1h"), raw), "BTC/USDT:USDT").rows.tolist()
    [[15, 15, 15, 15], [25, 25, 25, 25]]
    """
    step = bars.name.step
    if not len(bars) or step > HOUR_MS or HOUR_MS % step:
        raise BadSeries("hours cannot be made from these bars", path=str(bars.name), value=step)
    frame = bars.frame.select("ts", "open", "high", "low", "close")
    hours = frame if step == HOUR_MS else _hours(frame, HOUR_MS // step)
    if not hours.height:
        raise BadSeries("no hour is whole", path=str(bars.name))
    rows = hours.select("open", "high", "low", "close").to_numpy()
    return Past(symbol, hours["ts"].to_numpy(), rows, bars.places, bars.digest)


def _hours(frame: pl.DataFrame, parts: int) -> pl.DataFrame:
    import polars as pl

    hour = (pl.col("ts") // HOUR_MS * HOUR_MS).alias("hour")
    grouped = frame.group_by(hour, maintain_order=True).agg(
        pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(),
        pl.len().alias("parts"),
    )  # fmt: skip
    return grouped.filter(pl.col("parts") == parts).drop("parts").rename({"hour": "ts"}).sort("ts")


def deviation(past: Past, hours: int) -> Decimal | None:
    """Standard deviation of the log return over so many hours, in the last 90 days; None without them.

    Returns over several hours overlap, one a bar.
    """
    found = past.kept.get(("deviation", hours))
    if found is None:
        found = _deviation(past, hours)
        past.kept["deviation", hours] = found
    return found if isinstance(found, Decimal) else None


def _deviation(past: Past, hours: int) -> Decimal | None:
    returns = list(_returns(past, hours).values())
    wanted = WINDOW_DAYS * DAY_HOURS - hours
    if wanted <= 1 or len(returns) < LEAST_SHARE * wanted or not _spans(past):
        return None
    spread = LOGS.divide(_products(returns, returns), Decimal(len(returns) - 1))
    return SHOWN.plus(LOGS.sqrt(spread))


def _spans(past: Past) -> bool:
    opens = list(past.logs)
    return opens[-1] - opens[0] >= WINDOW_DAYS * DAY_HOURS * HOUR_MS * LEAST_SHARE


def _returns(past: Past, hours: int) -> dict[int, Decimal]:
    """Log returns over so many hours, by when the last of them opens."""
    logs, back = past.logs, hours * HOUR_MS
    return {at: LOGS.subtract(one, logs[at - back]) for at, one in logs.items() if at - back in logs}


def _products(one: Sequence[Decimal], other: Sequence[Decimal]) -> Decimal:
    """Sum of the products of the deviations from the mean, added from left to right."""
    count = Decimal(len(one))
    means = [LOGS.divide(_sum(series), count) for series in (one, other)]
    found = Decimal(0)
    for left, right in zip(one, other, strict=True):
        found = LOGS.add(found, LOGS.multiply(LOGS.subtract(left, means[0]), LOGS.subtract(right, means[1])))
    return found


def _sum(numbers: Sequence[Decimal]) -> Decimal:
    found = Decimal(0)
    for one in numbers:
        found = LOGS.add(found, one)
    return found


@exactly
def average_range(past: Past, now_ms: int) -> Number | None:
    """Mean true range of the last 14 whole hours, in price; None if they are not there or not of now."""
    whole = int((past.opens + HOUR_MS <= now_ms).sum())
    if whole <= RANGE_BARS or now_ms - int(past.opens[whole - 1]) - HOUR_MS > STALE_MS:
        return None
    if not past.follows[whole - RANGE_BARS : whole].all():
        return None
    rows = past.rows[whole - RANGE_BARS - 1 : whole].tolist()
    ranges = [
        max(high - low, abs(high - before[3]), abs(low - before[3]))
        for before, (_, high, low, _) in pairwise(rows)
    ]
    return simplest(Fraction(past.price(sum(ranges))) / RANGE_BARS)


@dataclass(frozen=True, slots=True)
class Together:
    """How two instruments moved together in the last 90 days, hour by hour.

    Attributes:
        beta: move of the first for a move of 1 of the second, both as log returns.
    """

    correlation: Decimal
    beta: Decimal


def together(one: Past, other: Past) -> Together | None:
    """Correlation and beta of two instruments; None without 90 days that both have."""
    first, second = _returns(one, 1), _returns(other, 1)
    common = [at for at in first if at in second]
    if len(common) < LEAST_SHARE * (WINDOW_DAYS * DAY_HOURS - 1):
        return None
    left, right = [first[at] for at in common], [second[at] for at in common]
    both, own, its = _products(left, right), _products(left, left), _products(right, right)
    if own == 0 or its == 0:
        return None
    scale = LOGS.sqrt(LOGS.multiply(own, its))
    return Together(SHOWN.plus(LOGS.divide(both, scale)), SHOWN.plus(LOGS.divide(both, its)))


def quarter_move(mark: Decimal, before: Decimal | None, sigma_hour: Number | None) -> Decimal | None:
    """The move of the last 15 minutes in deviations of 15 minutes, half of the hour's; signed.

    >>> round(quarter_move(Decimal(101), Decimal(100), Decimal("0.01")), 3)
    Decimal('1.990')
    """
    if before is None or sigma_hour is None or sigma_hour <= 0:
        return None
    moved = LOGS.subtract(LOGS.ln(mark), LOGS.ln(before))
    return SHOWN.plus(LOGS.divide(LOGS.multiply(moved, Decimal(2)), Decimal(sigma_hour)))


def deviations(pasts: Mapping[str, Past]) -> dict[str, Number]:
    """The daily deviation of every instrument whose past is long enough."""
    found = {symbol: deviation(past, DAY_HOURS) for symbol, past in pasts.items()}
    return {symbol: one for symbol, one in found.items() if one is not None}
