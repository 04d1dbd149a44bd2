"""Tapes: the bars of several contracts side by side on one clock, and the funding that falls due on them.

Prices are whole quanta. A tape is asked one question a great many times: which is the first bar, from here
on, that leaves these bounds? The lows and highs of a block of bars answer for all of it, so that few bars
are looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ringfence.domain.numbers import EXACT, Number, rounded
from ringfence.errors import BadSeries, invariant
from ringfence.history.grid import Hole
from ringfence.history.series import PRICES, RATE, Bars, Funding

if TYPE_CHECKING:
    import polars as pl

BLOCK = 256
Quotes = tuple[int, int, int, int]
"""Open, high, low and close in whole quanta."""
Bounds = Sequence[tuple[int, int | None, int | None]]
"""(number of the symbol, least, most) in whole quanta; None: no bound."""


class Due(NamedTuple):
    """A payment of funding: the bar that it falls into, when, the rate, and the price that bar opens at."""

    bar: int
    at: int
    rate: Decimal
    mark: Decimal


@dataclass(frozen=True, slots=True)
class NamedHole:
    """Bars that are missing in one series."""

    symbol: str
    hole: Hole


@dataclass(frozen=True, eq=False)
class Tape:
    """Bars of several contracts on one clock.

    Attributes:
        frame: ``ts`` (when a bar opens, UTC milliseconds, rising), then ``open0 high0 low0 close0`` of the
            first symbol in whole quanta, and so on. step: milliseconds from one bar to the next.
        places: decimals of a quantum, by symbol. funding: payments by symbol. holes: what is missing.

    >>> tape = tape_of_marks({"BTC/USDT:USDT": ["58000", "57000", "60500"]}, step=60_000)
    >>> len(tape), tape.marks(1, "low"), tape.first_outside(0, [(0, 58_000, None)])
    (2, {'BTC/USDT:USDT': Decimal('57000')}, 0)
    """

    symbols: tuple[str, ...]
    frame: pl.DataFrame
    places: tuple[int, ...]
    step: int
    funding: Mapping[str, tuple[Due, ...]] = field(default_factory=dict)
    holes: tuple[NamedHole, ...] = ()
    kept: dict[int, tuple[list[int], ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.frame.height

    @cached_property
    def ts(self) -> list[int]:
        """When each bar opens."""
        return self.frame["ts"].to_list()

    @cached_property
    def _extremes(self) -> tuple[tuple[list[int], list[int]], ...]:
        """Least and most of every block, by symbol."""
        import polars as pl

        numbered = self.frame.with_row_index("row").group_by(pl.col("row") // BLOCK, maintain_order=True)
        wanted = [
            one
            for number in range(len(self.symbols))
            for one in (pl.col(f"low{number}").min(), pl.col(f"high{number}").max())
        ]
        blocks = numbered.agg(wanted)
        return tuple(
            (blocks[f"low{number}"].to_list(), blocks[f"high{number}"].to_list())
            for number in range(len(self.symbols))
        )

    def _block(self, number: int) -> tuple[list[int], ...]:
        """The columns of one block, without the clock; the last few are kept."""
        if number not in self.kept:
            if len(self.kept) >= 512:
                self.kept.pop(next(iter(self.kept)))
            rows = self.frame.slice(number * BLOCK, BLOCK)
            self.kept[number] = tuple(rows[name].to_list() for name in rows.columns[1:])
        return self.kept[number]

    def first_outside(self, start: int, bounds: Bounds) -> int | None:
        """The first bar from ``start`` on whose low or high lies beyond a bound; None when none does."""
        lows = [(number, least) for number, least, _ in bounds if least is not None]
        highs = [(number, most) for number, _, most in bounds if most is not None]
        for number in range(start // BLOCK, -(-len(self) // BLOCK)):
            if any(self._extremes[n][0][number] < least for n, least in lows) or any(
                self._extremes[n][1][number] > most for n, most in highs
            ):
                found = self._inside(number, start, lows, highs)
                if found is not None:
                    return found
        return None

    def _inside(
        self, number: int, start: int, lows: list[tuple[int, int]], highs: list[tuple[int, int]]
    ) -> int | None:
        columns, first = self._block(number), number * BLOCK
        own_lows = [(columns[4 * n + 2], least) for n, least in lows]
        own_highs = [(columns[4 * n + 1], most) for n, most in highs]
        for row in range(max(start - first, 0), len(columns[0])):
            for column, least in own_lows:
                if column[row] < least:
                    return first + row
            for column, most in own_highs:
                if column[row] > most:
                    return first + row
        return None

    def quotes(self, bar: int) -> tuple[Quotes, ...]:
        """One bar of every symbol."""
        columns, row = self._block(bar // BLOCK), bar % BLOCK
        return tuple(
            (columns[n][row], columns[n + 1][row], columns[n + 2][row], columns[n + 3][row])
            for n in range(0, len(columns), 4)
        )

    def price(self, number: int, quanta: int) -> Decimal:
        """Quanta of a symbol as the price they stand for."""
        return Decimal(quanta).scaleb(-self.places[number], EXACT)

    def marks(self, bar: int, name: str) -> dict[str, Decimal]:
        """Every price of one bar: ``open``, ``high``, ``low`` or ``close``."""
        place = PRICES.index(name)
        return {
            symbol: self.price(number, quotes[place])
            for number, (symbol, quotes) in enumerate(zip(self.symbols, self.quotes(bar), strict=True))
        }

    @property
    def digest(self) -> str:
        """Digest of every price and payment on the tape."""
        paid = [(symbol, *map(str, due)) for symbol, dues in sorted(self.funding.items()) for due in dues]
        text = f"{self.symbols}\n{self.places}\n{self.frame.write_csv()}\n{paid}"
        return hashlib.sha256(text.encode()).hexdigest()


def tape_of(bars: Mapping[str, Bars], funding: Mapping[str, Funding] | None = None) -> Tape:
    """Series of one timeframe on one clock: only bars that every series has; what one lacks is a hole.

    Raises:
        BadSeries: no series, different timeframes, or no bar that all of them have.
    """
    steps = {one.name.step for one in bars.values()}
    if len(steps) != 1:
        raise BadSeries("the series have different timeframes, or there is none", path="series")
    (step,) = steps
    frame = None
    for number, one in enumerate(bars.values()):
        own = one.frame.select("ts", *PRICES).rename({name: f"{name}{number}" for name in PRICES})
        frame = own if frame is None else frame.join(own, on="ts", how="inner", maintain_order="left")
    if frame is None or not frame.height:
        raise BadSeries("no bar that all of the series have", path="series")
    tape = Tape(tuple(bars), frame, tuple(one.places for one in bars.values()), step)
    holes = tuple(NamedHole(symbol, hole) for symbol, one in bars.items() for hole in one.holes())
    return Tape(tape.symbols, frame, tape.places, step, _dues(tape, funding or {}), holes)


def paired(
    bars: Mapping[str, Bars], traded: Mapping[str, Bars], funding: Mapping[str, Funding] | None = None
) -> tuple[Tape, Tape]:
    """Marks and traded prices on one clock: only bars that every series has, as two tapes of as many bars.

    Raises:
        BadSeries: as `tape_of`.
    """
    both = tape_of({**bars, **{f"{symbol} traded": one for symbol, one in traded.items()}}, funding)
    count = len(bars)
    marks = both.frame.select("ts", *(f"{name}{n}" for n in range(count) for name in PRICES))
    own = {f"{name}{count + n}": f"{name}{n}" for n in range(len(traded)) for name in PRICES}
    last = both.frame.select("ts", *own).rename(own)
    return (
        Tape(tuple(bars), marks, both.places[:count], both.step, both.funding, both.holes),
        Tape(tuple(traded), last, both.places[count:], both.step),
    )


def _dues(tape: Tape, funding: Mapping[str, Funding]) -> dict[str, tuple[Due, ...]]:
    """Every payment, on the bar that it falls into; what falls into a hole, or outside, is left out.

    Venues stamp some payments a few milliseconds late; one at the opening of a bar is paid at its open.
    """
    import polars as pl

    found = {}
    for number, symbol in enumerate(tape.symbols):
        if symbol not in funding:
            continue
        paid = funding[symbol]
        clock = tape.frame.with_row_index("bar").select("ts", "bar", f"open{number}")
        rows = paid.frame.select(pl.col("ts").alias("at"), RATE).with_columns(ts=pl.col("at"))
        joined = rows.join_asof(clock, on="ts", strategy="backward", coalesce=False).drop_nulls("bar")
        inside = joined.filter(pl.col("at") - pl.col("ts_right") < tape.step)
        found[symbol] = tuple(
            Due(bar, at, paid.rate(rate), tape.price(number, opens))
            for bar, at, rate, opens in inside.select("bar", "at", RATE, f"open{number}").iter_rows()
        )
    return found


def tape_of_rows(
    symbols: Sequence[str], ts: Sequence[int], quotes: Sequence[Sequence[Quotes]], places: Sequence[int],
    *, step: int,
) -> Tape:  # fmt: skip
    """A tape of rows that are made, not read: for each symbol its bars."""
    import polars as pl

    columns: dict[str, Sequence[int]] = {"ts": ts}
    for number, rows in enumerate(quotes):
        invariant(len(rows) == len(ts), "every symbol has every bar")
        for place, name in enumerate(PRICES):
            columns[f"{name}{number}"] = [row[place] for row in rows]
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Int64))
    return Tape(tuple(symbols), frame, tuple(places), step)


def tape_of_marks(marks: Mapping[str, Sequence[object]], *, step: int, start: int = 0) -> Tape:
    """A tape of single marks: each bar runs from one mark to the next in a straight line."""
    prices = {symbol: [Decimal(str(one)) for one in own] for symbol, own in marks.items()}
    places = [max(max(-int(one.as_tuple().exponent), 0) for one in own) for own in prices.values()]
    quotes = []
    for own, digits in zip(prices.values(), places, strict=True):
        whole = [int(one.scaleb(digits, EXACT)) for one in own]
        quotes.append([(a, max(a, b), min(a, b), b) for a, b in zip(whole, whole[1:] or whole, strict=False)])
    ts = [start + step * number for number in range(len(quotes[0]))]
    return tape_of_rows(tuple(marks), ts, quotes, places, step=step)


def rescaled(tape: Tape, starts: Mapping[str, Number], quanta: Mapping[str, Decimal]) -> Tape:
    """The same moves from other prices: every price x start / first open, on the grid of ``quanta``."""
    first = tape.quotes(0)
    quotes, places = [], []
    for number, symbol in enumerate(tape.symbols):
        digits = max(-int(quanta[symbol].as_tuple().exponent), 0)
        factor = Fraction(starts[symbol]) / first[number][0]
        unit = int(Fraction(quanta[symbol]) * 10**digits)
        columns = [tape.frame[f"{name}{number}"].to_list() for name in PRICES]
        quotes.append(list(zip(*(_moved(one, factor, unit, digits) for one in columns), strict=True)))
        places.append(digits)
    moved = tape_of_rows(tape.symbols, tape.ts, quotes, places, step=tape.step)
    funding = {
        symbol: tuple(
            due._replace(mark=moved.price(moved.symbols.index(symbol), _open(moved, symbol, due.bar)))
            for due in dues
        )
        for symbol, dues in tape.funding.items()
    }
    return Tape(moved.symbols, moved.frame, moved.places, tape.step, funding, tape.holes)


def _open(tape: Tape, symbol: str, bar: int) -> int:
    return tape.quotes(bar)[tape.symbols.index(symbol)][0]


def _moved(column: list[int], factor: Fraction, unit: int, digits: int) -> list[int]:
    """Prices in quanta of ``10^-digits``, rounded to whole units, never below one."""
    top, bottom = factor.numerator * 10**digits, factor.denominator * unit
    return [max((2 * one * top + bottom) // (2 * bottom), 1) * unit for one in column]


def followed(tape: Tape, leader: str, starts: Mapping[str, tuple[Decimal, Decimal, Decimal]]) -> Tape:
    """The tape with contracts that have no series of their own: each follows the leader by its beta.

    Args:
        starts: by symbol its first price, its beta, and the grid of its price; a beta of 0: it stays.
    """
    lead = tape.symbols.index(leader)
    rows = [tape.frame[f"{name}{lead}"].to_list() for name in PRICES]
    first = rows[0][0]
    columns, places = [], []
    for start, beta, quantum in starts.values():
        digits = max(-int(quantum.as_tuple().exponent), 0)
        made = [[_after(start, beta, quantum, Fraction(one, first)) for one in own] for own in rows]
        whole = [[int(one.scaleb(digits, EXACT)) for one in own] for own in made]
        if beta < 0:
            whole[1], whole[2] = whole[2], whole[1]
        columns.append(list(zip(*whole, strict=True)))
        places.append(digits)
    own = tape_of_rows(tuple(starts), tape.ts, columns, places, step=tape.step)
    count = len(tape.symbols)
    renamed = own.frame.drop("ts").rename(
        {f"{name}{n}": f"{name}{n + count}" for n in range(len(starts)) for name in PRICES}
    )
    return Tape(
        (*tape.symbols, *starts), tape.frame.hstack(renamed), (*tape.places, *places), tape.step,
        tape.funding, tape.holes,
    )  # fmt: skip


def _after(start: Decimal, beta: Decimal, quantum: Decimal, ratio: Fraction) -> Decimal:
    price = Fraction(start) * (1 + Fraction(beta) * (ratio - 1))
    found: Decimal = max(rounded(price, quantum), quantum)
    return found
