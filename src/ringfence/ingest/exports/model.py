"""What an import is: formats, rows, and what was read, with what it leaves out and what it confirms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from ringfence.domain.numbers import EXACT, money
from ringfence.errors import BadNumber, MissingField, OutOfRange, RingfenceError
from ringfence.ingest.fields import printable
from ringfence.mirror.happened import Happened

EMPTY = frozenset({"", "--", "-", "n/a", "none", "null"})
"""How venues write that there is nothing."""


class DateOrder(StrEnum):
    """In which order a file writes its dates.

    YEAR_FIRST is never in doubt; EITHER: day and month are equal in every row.

    >>> DateOrder("dmy").value
    'dmy'
    """

    YEAR_FIRST = "ymd"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"
    EITHER = "either"
    NUMBERS = "milliseconds"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is left out, and why. ``row``: as an editor counts, the first line being 1."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Break:
    """A row behind which a running balance is not what the rows before it make it: rows are missing."""

    row: int
    expected: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One running balance of a file, held against the sum of its rows.

    Attributes:
        asset: of a balance of money; of a running position, its symbol. position: which of the two.
        expected: the balance before the first row and every change. found: what the last row prints.
        difference: found - expected; zero: it reconciles. rows: that changed it.
        steps: how often it was checked. breaks: where it did not hold, the first of them.
        unexplained: rows with a balance in between that the rows of their moment do not explain.
    """

    asset: str
    expected: Decimal
    found: Decimal
    difference: Decimal
    position: bool = False
    rows: int = 0
    steps: int = 0
    breaks: tuple[Break, ...] = ()
    unexplained: tuple[int, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether every step and the end are as the rows say."""
        return not self.difference and not self.breaks


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file holds, whole.

    Attributes:
        happened: in the order of time. source: the file. format: key of the format. venue: as read.
        rows: of the file that were read. skipped: which of them say nothing here, and why.
        date_order: how dates were read. confirmed: rows whose money the venue's own identity confirms.
        reconciled: each running balance. notes: what is worth knowing, in words.
    """

    happened: tuple[Happened, ...]
    source: str
    format: str
    venue: str
    rows: int
    skipped: tuple[Skipped, ...]
    date_order: DateOrder
    confirmed: int
    reconciled: tuple[Reconciled, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a file.

    Attributes:
        number: its line in the file; in a list of JSON, its place, the first being 0.
        cells: by the columns' names in small letters. at: UTC ms.
        id: see `ringfence.ingest.exports.identity`. listed: of a list of JSON.
    """

    number: int
    cells: Mapping[str, str]
    at: int = 0
    id: str = ""
    listed: bool = False
    raw: str = ""

    def place(self, column: str) -> str:
        """Where a cell stands, for an error."""
        return f"[{self.number}].{column}" if self.listed else f"row {self.number}, {column}"

    def has(self, column: str) -> bool:
        """Whether a cell says something."""
        return self.cells.get(column, "").strip().lower() not in EMPTY

    def text(self, column: str) -> str:
        """A cell; empty where the venue says nothing."""
        return self.cells[column].strip() if self.has(column) else ""

    def word(self, column: str) -> str:
        """A cell that is one of a few words, in small letters."""
        return self.text(column).lower()

    def said(self, column: str) -> str:
        """A cell that must say something.

        Raises:
            MissingField: it is empty.
        """
        if not self.has(column):
            raise MissingField("an empty cell", path=self.place(column), hint="export the file again")
        return self.text(column)

    def number_or_none(self, column: str) -> Decimal | None:
        """A number as the venue wrote it; None where the cell is empty."""
        return self.amount(column) if self.has(column) else None

    def amount(self, column: str, *, empty: Decimal | None = None) -> Decimal:
        """A number of either sign.

        Args:
            empty: what an empty cell means; None: it must not be empty.
        Raises:
            BadNumber: no number, or with separators. MissingField: empty. LimitExceeded: too many digits.
        """
        if empty is not None and not self.has(column):
            return empty
        text = self.said(column)
        try:
            return number(text)
        except BadNumber:
            hint = 'digits only, "1234.5", without separators for thousands: save the file unchanged'
            raise BadNumber(
                "not a number", path=self.place(column), value=printable(text), hint=hint
            ) from None
        except RingfenceError as error:
            error.path = self.place(column)
            raise

    def above_zero(self, column: str) -> Decimal:
        """A number above zero: a price, a size.

        Raises:
            OutOfRange: zero or below.
        """
        value = self.amount(column)
        if value <= 0:
            raise self.refused(column, "must be above zero")
        return value

    def whole(self, column: str, *, empty: int | None = None) -> int:
        """A whole number, as venues write their smallest units.

        Raises:
            BadNumber: it has decimals.
        """
        value = self.amount(column, empty=None if empty is None else Decimal(empty))
        if value != value.to_integral_value():
            raise BadNumber("not a whole number", path=self.place(column), value=printable(str(value)))
        return int(value)

    def choice(self, column: str, known: Mapping[str, Any]) -> Any:
        """What a word stands for.

        Raises:
            OutOfRange: a word that this format is not known to use.
        """
        word = self.word(column)
        if word not in known:
            raise self.refused(column, "a word that is not known here", hint=f"known: {', '.join(known)}")
        return known[word]

    def refused(self, column: str, message: str, *, hint: str = "export the file again") -> OutOfRange:
        """An error about one cell, to be raised."""
        value = printable(self.cells.get(column, ""))
        return OutOfRange(message, path=self.place(column), value=value, hint=hint)

    def booked(self, venue: str, account_id: str, *, part: str = "") -> dict[str, Any]:
        """What everything that happened has. ``part``: which of several things that one row says."""
        return {
            "id": f"{self.id}.{part}" if part else self.id, "at": self.at, "venue": venue,
            "account_id": account_id, "raw": self.raw,
        }  # fmt: skip


@lru_cache(maxsize=1 << 15)
def number(text: str) -> Decimal:
    """A number without zeros at its end; an export repeats its prices, sizes and rates.

    Raises:
        BadNumber, LimitExceeded: as `money`.

    >>> number("0.0200")
    Decimal('0.02')
    """
    return trimmed(money(text))


def trimmed(value: Decimal) -> Decimal:
    """The same number without zeros at the end.

    >>> trimmed(Decimal("0.0200")), trimmed(Decimal("1E+3"))
    (Decimal('0.02'), Decimal('1000'))
    """
    short = value.normalize(EXACT)
    exponent = short.as_tuple().exponent
    return short.quantize(Decimal(1), context=EXACT) if isinstance(exponent, int) and exponent > 0 else short


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows of a file in the order of time, and whose they are."""

    format: Format
    rows: tuple[Row, ...]
    columns: frozenset[str]
    venue: str
    account_id: str
    source: str = ""

    def book(self, row: Row, *, venue: str = "", part: str = "") -> dict[str, Any]:
        """What everything has that a row of this file says."""
        return row.booked(venue or self.venue, self.account_id, part=part)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of a sheet."""

    happened: tuple[Happened, ...]
    skipped: tuple[Skipped, ...] = ()
    reconciled: tuple[Reconciled, ...] = ()
    confirmed: int = 0
    notes: tuple[str, ...] = ()


One = Iterable[Happened | Skipped]
"""What one row says: nothing of it is lost, it has happened or is skipped with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One kind of file.

    Attributes:
        key: its name. title: what the venue calls it. venue: key of the rule pack; empty: it does not say.
        needs: columns that make it this format. also: columns that are read where they are.
        time: the column of times. identity: columns that make a row itself; empty: all of ``needs``.
        utc: times without a zone are UTC, as the venue documents; else the header or the reader says it.
        newest_first: how rows of one time are ordered where the file does not show it.
        short_years: years of two digits occur. others: further venues the same file may be of.
        renamed: older names of columns. json: a list of objects, not a table.
    """

    key: str
    title: str
    venue: str
    needs: frozenset[str]
    time: str
    read: Callable[[Sheet], Reading]
    also: frozenset[str] = frozenset()
    identity: tuple[str, ...] = ()
    utc: bool = False
    newest_first: bool = False
    short_years: bool = False
    others: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    json: bool = False


def columns(names: str) -> frozenset[str]:
    """Names of columns, in small letters, from one line of them.

    >>> sorted(columns("Time, Fee Paid"))
    ['fee paid', 'time']
    """
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())


def each(sheet: Sheet, one: Callable[[Sheet, Row], One]) -> tuple[list[Happened], list[Skipped]]:
    """Every row through a function, what happened and what is skipped apart."""
    happened: list[Happened] = []
    skipped: list[Skipped] = []
    for row in sheet.rows:
        for said in one(sheet, row):
            if isinstance(said, Skipped):
                skipped.append(said)
            else:
                happened.append(said)
    return happened, skipped
