"""Bars and funding as values: columns of whole quanta, sliced by time without copying, holes named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ringfence.domain.numbers import EXACT
from ringfence.history.columns import exact
from ringfence.history.grid import Hole, bar_holes, funding_holes, intervals
from ringfence.history.names import SeriesName

if TYPE_CHECKING:
    import polars as pl

PRICES = ("open", "high", "low", "close")
RATE = "funding_rate"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        opens: when it opens, UTC milliseconds; it holds until the next one opens.
        open, high, low, close: quote currency per unit of base coin, exact.
    """

    opens: int
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


@dataclass(frozen=True, slots=True)
class FundingPayment:
    """One payment of funding.

    Attributes:
        paid: when, UTC milliseconds. rate: share of the notional; above zero longs pay shorts.
        interval: milliseconds since the payment before, to the minute; of the first one, to the one after.
    """

    paid: int
    rate: Decimal
    interval: int


@dataclass(frozen=True, slots=True)
class Bars:
    """A series of bars.

    Attributes:
        frame: ``ts`` (UTC milliseconds, Int64, strictly rising) and ``open high low close`` in whole quanta
            (Int64); ``volume`` as the file has it, where it has one.
        places: decimals of a quantum: a price is ``quanta x 10^-places``, in quote currency.

    >>> import polars as pl
    >>> from ringfence.history.names import parse_name
    >>> columns = {"ts": [0, 60_000, 180_000]} | {name: [1.5, 2.0, 2.5] for name in PRICES}
    >>> bars = bars_of(parse_name("demo_BTCUSDT_mark_1m"), pl.DataFrame(columns))
    >>> bars.bar(1).close, len(bars.window(60_000, 240_000)), bars.holes()[0].missing
    (Decimal('2.0'), 2, 1)
    """

    name: SeriesName
    frame: pl.DataFrame
    places: int

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[Bar]:
        for ts, *prices in self.frame.select("ts", *PRICES).iter_rows():
            yield Bar(ts, *(self.price(one) for one in prices))

    @property
    def quantum(self) -> Decimal:
        """The price of one quantum."""
        return Decimal(1).scaleb(-self.places, EXACT)

    def price(self, quanta: int) -> Decimal:
        """Quanta as the price they stand for."""
        return Decimal(quanta).scaleb(-self.places, EXACT)

    def bar(self, index: int) -> Bar:
        """One bar; a negative index counts from the end."""
        ts, *prices = self.frame.select("ts", *PRICES).row(index)
        return Bar(ts, *(self.price(one) for one in prices))

    def window(self, since: int | None = None, until: int | None = None) -> Bars:
        """The bars that open from ``since`` on and before ``until``; nothing is copied."""
        return replace(self, frame=_window(self.frame, since, until))

    def holes(self) -> tuple[Hole, ...]:
        """Where bars are missing between the first and the last."""
        return bar_holes(self.frame["ts"], self.name.step)

    @property
    def digest(self) -> str:
        """Digest of every number in the series, whatever file it stands in."""
        return _digest(self.frame.select("ts", *PRICES), self.places)


@dataclass(frozen=True, slots=True)
class Funding:
    """A series of funding payments.

    Attributes:
        frame: ``ts`` (UTC milliseconds, strictly rising; venues stamp some a few milliseconds late),
            ``funding_rate`` in whole quanta (Int64), ``interval`` in milliseconds, to the minute.
        places: decimals of a quantum of the rate.

    >>> import polars as pl
    >>> from ringfence.history.names import parse_name
    >>> paid = pl.DataFrame({"ts": [0, 28_800_003], RATE: [0.0001, -0.00025]})
    >>> funding_of(parse_name("demo_BTCUSDT_funding"), paid).payment(1)
    FundingPayment(paid=28800003, rate=Decimal('-0.00025'), interval=28800000)
    """

    name: SeriesName
    frame: pl.DataFrame
    places: int

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[FundingPayment]:
        for ts, rate, interval in self.frame.select("ts", RATE, "interval").iter_rows():
            yield FundingPayment(ts, self.rate(rate), interval)

    def rate(self, quanta: int) -> Decimal:
        """Quanta as the rate they stand for."""
        return Decimal(quanta).scaleb(-self.places, EXACT)

    def payment(self, index: int) -> FundingPayment:
        """One payment; a negative index counts from the end."""
        ts, rate, interval = self.frame.select("ts", RATE, "interval").row(index)
        return FundingPayment(ts, self.rate(rate), interval)

    def window(self, since: int | None = None, until: int | None = None) -> Funding:
        """The payments from ``since`` on and before ``until``; nothing is copied."""
        return replace(self, frame=_window(self.frame, since, until))

    def holes(self) -> tuple[Hole, ...]:
        """Where payments are missing between their neighbours."""
        return funding_holes(self.frame["ts"])

    @property
    def digest(self) -> str:
        """Digest of every number in the series, whatever file it stands in."""
        return _digest(self.frame.select("ts", RATE), self.places)


def bars_of(name: SeriesName, raw: pl.DataFrame) -> Bars:
    """Raw rows (prices as doubles) as exact bars.

    Raises:
        BadSeries: a price that is missing or cannot be held exactly.
    """
    kept = [column for column in ("ts", *PRICES, "volume") if column in raw.columns]
    frame, places = exact(raw.select(kept), PRICES, path=str(name))
    return Bars(name, frame, places)


def funding_of(name: SeriesName, raw: pl.DataFrame) -> Funding:
    """Raw rows (rates as doubles) as exact payments.

    Raises:
        BadSeries: a rate that is missing or cannot be held exactly.
    """
    frame, places = exact(raw.select("ts", RATE), [RATE], path=str(name))
    return Funding(name, frame.with_columns(interval=intervals(frame["ts"])), places)


def _window(frame: pl.DataFrame, since: int | None, until: int | None) -> pl.DataFrame:
    start = 0 if since is None else int(frame["ts"].search_sorted(since))
    end = frame.height if until is None else int(frame["ts"].search_sorted(until))
    return frame.slice(start, max(end - start, 0))


def _digest(frame: pl.DataFrame, places: int) -> str:
    text = frame.write_csv(include_header=False)
    return hashlib.sha256(f"{places}\n{text}".encode()).hexdigest()
