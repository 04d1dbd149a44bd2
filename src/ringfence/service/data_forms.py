"""What the operations on market history are asked, and what they answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ringfence.ingest.fields import Symbol, Table
from ringfence.service.answers import Answer

Kind = Literal["mark", "last", "index", "funding"]
KIND = "mark: the venue's mark price; last: traded; index: behind the mark; funding: rates paid."
Timeframe = Annotated[
    str | None, Field(description="Length of a bar: 1m, 15m, 1h, 8h, 1d; funding has none.")
]


class DataListRequest(Table):
    """Which series there are."""


class DataCheckRequest(Table):
    """What is wrong with series."""

    series: Annotated[
        str | None, Field(description="One stored series; absent: every stored one. Or a file.")
    ] = None
    content: Annotated[
        str | None,
        Field(description="A file instead: the text of a CSV, or Parquet or zip in base64."),
    ] = None
    file_name: Annotated[str, Field(description="Its name: says the timeframe.")] = ""


class DataImportRequest(Table):
    """A file of bars or funding to store."""

    content: Annotated[str, Field(description="The file: the text of a CSV, or Parquet or zip in base64.")]
    file_name: Annotated[
        str, Field(description="Its name: says what is not stated, as in BTCUSDT-1m-2024-08.zip.")
    ] = ""
    venue: Annotated[str | None, Field(description="Key of the venue (ringfence venues list).")] = None
    symbol: Annotated[str | None, Field(description="Symbol as ccxt writes it, or the venue's own.")] = None
    kind: Annotated[Kind | None, Field(description=KIND)] = None
    timeframe: Timeframe = None
    source: Annotated[str, Field(description="Where the file comes from.")] = ""
    replace: Annotated[bool, Field(description="Let its rows replace stored ones that differ.")] = False


class DataFetchRequest(Table):
    """A series to ask an exchange for."""

    venue: str
    symbol: Symbol
    kind: Annotated[Kind, Field(description=KIND)] = "mark"
    timeframe: Timeframe = None
    since: Annotated[str, Field(description="First day or time, UTC: 2025-10-10 or 2025-10-10T20:00.")]
    until: Annotated[str | None, Field(description="Up to before this day or time; absent: now.")] = None


class HoleAnswer(Answer):
    """A stretch without rows."""

    since: int = Field(description="First missing row, UTC milliseconds.")
    until: int = Field(description="First row after it, UTC milliseconds.")
    missing: int = Field(description="How many rows are missing.")


class SeriesAnswer(Answer):
    """One stored series."""

    name: str
    venue: str
    symbol: str | None = Field(description="As ccxt writes it; null where the name does not say.")
    kind: Kind
    timeframe: str | None
    rows: int
    since: int | None = Field(description="First row, UTC milliseconds.")
    until: int | None = Field(description="Last row, UTC milliseconds.")
    holes: int
    missing: int = Field(description="Rows that the holes lack.")
    source: str


class DataListAnswer(Answer):
    """Every stored series."""

    folder: str
    series: list[SeriesAnswer]
    damaged: list[str] = Field(description="Files that cannot be read, and why.")


class FaultAnswer(Answer):
    """One kind of fault, or of remark."""

    code: str
    says: str
    count: int
    first: list[str] = Field(description="The first places, UTC.")
    wrong: bool = Field(description="A fault; else a remark that a reader should know.")


class CheckedSeries(Answer):
    """One series, checked."""

    name: str
    passed: bool
    rows: int
    since: int | None
    until: int | None
    faults: list[FaultAnswer]


class DataCheckAnswer(Answer):
    """What is wrong with each series."""

    passed: bool = Field(description="Nothing is wrong with any of them.")
    series: list[CheckedSeries]


class DataImportAnswer(Answer):
    """What an import stored."""

    name: str
    rows: int = Field(description="Rows of the series now.")
    added: int
    replaced: int = Field(description="Stored rows that said something else and gave way.")
    holes: list[HoleAnswer] = Field(description="The first holes of the series.")
    missing: int
    stored_in: str


class DataFetchAnswer(DataImportAnswer):
    """What a fetch stored."""

    pages: int = Field(description="Questions that brought a whole page; 0: everything was there already.")
    empty: list[HoleAnswer] = Field(
        description="Stretches that the exchange gave nothing for; they are asked for again next time."
    )
