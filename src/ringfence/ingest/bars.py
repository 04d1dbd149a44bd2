"""Bars and funding from an exchange, page by page: each asked for in full, checked, then handed over whole.

A page is a stretch of time. What it lacks is asked for again; what lacks twice was never there, and stays a
hole. Numbers travel as the text that the exchange sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ringfence.errors import BadAnswer, NotSupported, OutOfRange
from ringfence.history.check import faults, instant
from ringfence.history.columns import from_text
from ringfence.history.grid import bar_holes, funding_holes
from ringfence.history.names import HOUR, SeriesKind, SeriesName, file_symbol, grid_start, timeframe_ms
from ringfence.history.series import PRICES, RATE
from ringfence.ingest.exchange import asked, exchange

if TYPE_CHECKING:
    import polars as pl

Span = tuple[int, int]

BARS_A_PAGE: Mapping[str, int] = MappingProxyType(
    {"binanceusdm": 1_000, "binancecoinm": 1_000, "bybit": 1_000, "okx": 100}
)
FUNDING_A_PAGE: Mapping[str, int] = MappingProxyType(
    {"binanceusdm": 1_000, "binancecoinm": 1_000, "bybit": 200, "okx": 100}
)
A_PAGE = 100
"""Rows of a page where the exchange is not listed: none gives fewer."""
REPEATS = 10
"""How often the rest of one page is asked for; each time must bring something new."""
_METHODS: Mapping[SeriesKind, tuple[str, str]] = MappingProxyType(
    {
        SeriesKind.MARK: ("fetchMarkOHLCV", "fetch_mark_ohlcv"),
        SeriesKind.INDEX: ("fetchIndexOHLCV", "fetch_index_ohlcv"),
        SeriesKind.LAST: ("fetchOHLCV", "fetch_ohlcv"),
        SeriesKind.FUNDING: ("fetchFundingRateHistory", "fetch_funding_rate_history"),
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """One verified page.

    Attributes:
        frame: rows of the span, in order. span: the stretch of time that was asked for in full.
    """

    frame: pl.DataFrame
    span: Span


@dataclass(frozen=True, slots=True)
class Asking:
    """One series of one exchange, ready to be asked for.

    Attributes:
        made: the exchange, as ccxt has it. symbol: the same.
    """

    made: Any
    name: SeriesName
    symbol: str

    @property
    def rows(self) -> int:
        """Rows that one question may bring."""
        table = FUNDING_A_PAGE if self.name.kind is SeriesKind.FUNDING else BARS_A_PAGE
        return table.get(self.made.id, A_PAGE)

    @property
    def step(self) -> int:
        """Least milliseconds between two rows."""
        return self.name.step or HOUR


def unasked(venue: str, symbol: str, kind: SeriesKind, timeframe: str) -> Asking:
    """Get an exchange ready for the questions about one series; nothing is asked yet.

    Raises:
        UnknownVenue, UnknownSymbol, OutOfRange: no such exchange or timeframe, not a symbol.
        NotSupported: the exchange does not publish this.
    """
    name = SeriesName(venue.replace("_", "-"), file_symbol(symbol), kind, timeframe)
    made = exchange(venue)
    capability, _ = _METHODS[kind]
    if not made.has.get(capability):
        raise NotSupported(f"{made.id} gives no history of this kind", path="kind", value=kind.value)
    if timeframe:
        timeframe_ms(timeframe)
        if timeframe not in made.timeframes:
            hint = f"one of {', '.join(made.timeframes)}"
            raise OutOfRange("not one of the exchange's", path="timeframe", value=timeframe, hint=hint)
    return Asking(made, name, symbol)


def closed(ask: Asking, wanted: Span) -> Span:
    """The span on the grid of its bars, up to the last one that has closed.

    Raises:
        OutOfRange: nothing is left of it.
    """
    since, until = wanted
    until = min(until, ask.made.milliseconds())
    if ask.name.step:
        start = grid_start(ask.name.step)
        since = -((start - since) // ask.name.step) * ask.name.step + start
        until = (until - start) // ask.name.step * ask.name.step + start
    if since >= until:
        raise OutOfRange(
            "no bar closes between the two" if ask.name.step else "not after the other end",
            path="until",
            value=instant(until),
            hint=f"since is {instant(since)}",
        )
    return since, until


def pages(ask: Asking, spans: Sequence[Span]) -> Iterator[Page]:
    """Every page of some spans, in order; one that holds nothing is handed over empty.

    Raises:
        BadAnswer: a page that contradicts itself; those before it stand. ExchangeFailed: no answer.
        UnknownSymbol: the exchange has no such market.
    """
    if spans:
        asked(ask.made.load_markets, what=f"the markets of {ask.made.id}")
        asked(lambda: ask.made.market(ask.symbol), what=f"the market {ask.symbol} of {ask.made.id}")
    for since, end in spans:
        at = since
        while at < end:
            page = _page(ask, (at, min(at + ask.rows * ask.step, end)))
            yield page
            at = page.span[1]


def _page(ask: Asking, span: Span) -> Page:
    frame = _answer(ask, span)
    inside = _within(frame, span)
    if not inside.height and frame.height and _earliest(frame) >= span[1]:
        # The exchange has said itself where its history goes on.
        return Page(inside, (span[0], _earliest(frame)))
    for _ in range(REPEATS):
        missing = _first_missing(ask, inside, span)
        if missing is None:
            break
        more = _within(_answer(ask, (missing, span[1])), span)
        together = _merged(ask, [inside, more])
        if together.height == inside.height:
            break
        inside = together
    _refuse_faults(ask, inside)
    return Page(inside, span)


def _earliest(frame: pl.DataFrame) -> int:
    return int(frame["ts"][0])


def _within(frame: pl.DataFrame, span: Span) -> pl.DataFrame:
    import polars as pl

    return frame.filter((pl.col("ts") >= span[0]) & (pl.col("ts") < span[1]))


def _first_missing(ask: Asking, frame: pl.DataFrame, span: Span) -> int | None:
    """The first time that a row is missing at; None when none seems to be."""
    if not frame.height:
        return span[0]
    ts, step = frame["ts"], ask.name.step
    if not step:
        holes = funding_holes(ts)
        return holes[0].first - HOUR // 2 if holes else None
    if _earliest(frame) > span[0]:
        return span[0]
    holes = bar_holes(ts, step)
    if holes:
        return holes[0].first
    after = int(ts[-1]) + step
    return after if after < span[1] else None


def _answer(ask: Asking, span: Span) -> pl.DataFrame:
    """What one question brings: rows in order, whatever span they are of."""
    since, until = span
    _, method = _METHODS[ask.name.kind]
    limit = min(ask.rows, -((since - until) // ask.step))
    told = f"{ask.name.kind.value} of {ask.symbol} from {instant(since)}"
    if ask.name.kind is SeriesKind.FUNDING:
        bounds = {"after": str(until)} if ask.made.id == "okx" else {"until": until - 1}
        rows = asked(
            lambda: getattr(ask.made, method)(ask.symbol, since, ask.rows, bounds),
            what=f"{told}: {ask.made.id}",
        )
        found = [_funding_row(ask, row) for row in rows]
        return _merged(ask, [_frame(found, [RATE], ask)])
    bounds = {"until": until - 1} if ask.made.id == "bybit" else {}
    rows = asked(
        lambda: getattr(ask.made, method)(ask.symbol, ask.name.timeframe, since, limit, bounds),
        what=f"{told}: {ask.made.id}",
    )
    columns = [*PRICES, *(["volume"] if ask.name.kind is SeriesKind.LAST else [])]
    return _merged(ask, [_frame([row[: 1 + len(columns)] for row in rows], columns, ask)])


def _funding_row(ask: Asking, row: Mapping[str, Any]) -> list[Any]:
    if row.get("symbol") != ask.symbol:
        raise BadAnswer(
            "the exchange answered about another market",
            path=ask.symbol,
            value=row.get("symbol"),
            hint="ask again later",
        )
    return [row.get("timestamp"), row.get("fundingRate")]


def _frame(rows: Sequence[Sequence[Any]], columns: list[str], ask: Asking) -> pl.DataFrame:
    import polars as pl

    if any(len(row) != 1 + len(columns) or type(row[0]) is not int for row in rows):
        raise BadAnswer("a row without a time, or cut off", path=ask.symbol, hint="ask again later")
    texts = [[row[0], *(None if cell is None else str(cell) for cell in row[1:])] for row in rows]
    types = {"ts": pl.Int64} | dict.fromkeys(columns, pl.String)
    frame = from_text(pl.DataFrame(texts, schema=types, orient="row"), [c for c in columns if c != "volume"])
    if "volume" in columns:
        frame = frame.with_columns(pl.col("volume").cast(pl.Float64, strict=False))
    return frame


def _merged(ask: Asking, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows by time, each once.

    Raises:
        BadAnswer: two rows of one time that differ.
    """
    import polars as pl

    rows = pl.concat(frames).unique().sort("ts")
    twice = rows.filter(pl.col("ts").is_duplicated())
    if twice.height:
        raise BadAnswer(
            "two rows of one time that differ",
            path=ask.symbol,
            value=instant(_earliest(twice)),
            hint="ask again later; what was stored before this page stands",
        )
    return rows


def _refuse_faults(ask: Asking, frame: pl.DataFrame) -> None:
    for fault in faults(ask.name, frame):
        if fault.blocks and fault.code != "empty":
            raise BadAnswer(
                f"{fault.says}: {fault.count:,}",
                path=ask.symbol,
                value=", ".join(fault.first) or None,
                hint="ask again later; what was stored before this page stands",
            )
