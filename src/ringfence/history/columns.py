"""Prices as columns that are exact: whole numbers of the smallest decimal that a series uses.

A Parquet file holds prices as doubles. A decimal of at most 15 significant digits survives that: it is the
only such decimal whose nearest double this is, and the shortest text of the double. So each column is
turned into whole quanta of 10^-places, and turned back for comparison: a single value that is not such a
decimal stops the series. Past this point no price is a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ringfence.errors import BadSeries

if TYPE_CHECKING:
    import polars as pl

MOST_PLACES = 18
"""Decimals of the finest price that is looked for; the cheapest coins are quoted with 12."""
MOST_QUANTA = 10**15
"""Whole numbers below this have at most 15 digits, so that a double holds the decimal faithfully."""
_DIGITS = 15
_SAMPLE = 2_000


def exact(frame: pl.DataFrame, columns: Sequence[str], *, path: str = "") -> tuple[pl.DataFrame, int]:
    """The same rows with ``columns`` as whole quanta (Int64), and how many decimals a quantum has.

    Raises:
        BadSeries: a value is missing, infinite, or needs more than 15 digits.

    >>> import polars as pl
    >>> rows, places = exact(pl.DataFrame({"close": [9379.60781874, 9390.5]}), ["close"])
    >>> rows["close"].to_list(), places
    ([937960781874, 939050000000], 8)
    """
    import polars as pl

    places = _places(frame, columns)
    if places is None:
        row = _inexact(frame, columns, _closest(frame, columns)).row(0, named=True)
        raise BadSeries(
            f"a price is missing or needs more than {_DIGITS} digits",
            path=path,
            value={name: row[name] for name in columns},
            hint="ringfence data check names every place",
        )
    quanta = [(pl.col(name) * 10.0**places).round().cast(pl.Int64) for name in columns]
    return frame.with_columns(quanta), places


def inexact_rows(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows that keep a frame from being exact; none when it is."""
    if _places(frame, columns) is not None:
        return frame.clear()
    return _inexact(frame, columns, _closest(frame, columns))


def _places(frame: pl.DataFrame, columns: Sequence[str]) -> int | None:
    """The fewest decimals that hold every value; None when none do."""
    first = frame.head(_SAMPLE)
    # What does not do for the first rows does not do for all of them.
    least = next((p for p in range(MOST_PLACES + 1) if not len(_inexact(first, columns, p))), None)
    if least is None:
        return None
    return next((p for p in range(least, MOST_PLACES + 1) if not len(_inexact(frame, columns, p))), None)


def _closest(frame: pl.DataFrame, columns: Sequence[str]) -> int:
    """The number of decimals at which the fewest rows are inexact."""
    counted = [(len(_inexact(frame, columns, places)), places) for places in range(MOST_PLACES + 1)]
    return min(counted)[1]


def _inexact(frame: pl.DataFrame, columns: Sequence[str], places: int) -> pl.DataFrame:
    """Rows with a value that is not a decimal of so many places.

    Quotient and divisor are whole and below 2^53, so the division is rounded correctly: it gives the double
    nearest to the decimal, and equals the stored one exactly when that is the decimal's double.
    """
    import polars as pl

    scale = 10.0**places
    fits = [
        ((pl.col(name) * scale).round() / _all(scale, name) == pl.col(name))
        & ((pl.col(name) * scale).abs() < MOST_QUANTA)
        & pl.col(name).is_finite()
        for name in columns
    ]
    return frame.filter(~pl.all_horizontal(fits).fill_null(value=False))


def doubles(frame: pl.DataFrame, columns: Sequence[str], places: int) -> pl.DataFrame:
    """The inverse of `exact`, for a file.

    >>> import polars as pl
    >>> doubles(pl.DataFrame({"close": [937960781874]}), ["close"], 8)["close"].to_list()
    [9379.60781874]
    """
    import polars as pl

    scale = 10.0**places
    return frame.with_columns([pl.col(name).cast(pl.Float64) / _all(scale, name) for name in columns])


def _all(value: float, name: str) -> pl.Expr:
    """A column of one value, as long as column ``name``.

    Polars divides by a lone number, and by a repeated one, as a product with its inverse, which is rounded
    twice and misses the double nearest to the decimal. Column by column it divides.
    """
    import polars as pl

    return pl.col(name).cast(pl.Float64) * 0.0 + value


def from_text(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Text columns as doubles; a text that is no number, or says more than a double keeps, becomes null.

    >>> import polars as pl
    >>> texts = pl.DataFrame({"close": ["0.10", "1e-5", "x", "0.1000000000000000055"]})
    >>> from_text(texts, ["close"])["close"].to_list()
    [0.1, 1e-05, None, None]
    """
    import polars as pl

    number = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
    digits = [
        pl.col(name)
        .str.replace(r"[eE].*$", "")
        .str.replace_all(r"[+.-]", "")
        .str.strip_chars_start("0")
        .str.strip_chars_end("0")
        .str.len_bytes()
        for name in columns
    ]
    return frame.with_columns(
        [
            pl.when(pl.col(name).str.contains(number) & (count <= _DIGITS))
            .then(pl.col(name))
            .otherwise(None)
            .cast(pl.Float64, strict=False)
            for name, count in zip(columns, digits, strict=True)
        ]
    )
