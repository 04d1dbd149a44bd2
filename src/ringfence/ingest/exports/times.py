"""Times as exports write them: day and month in the order that the file shows, zones stated or asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from ringfence.errors import MissingField, OutOfRange
from ringfence.ingest.exports.model import DateOrder, Row
from ringfence.ingest.fields import printable

_CLOCK = (
    r"(?:(?:\s*[T,]\s*|\s+-\s+|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:\.(?P<part>\d{1,9}))?)?"
    r"\s*(?P<half>[AaPp][Mm])?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + _CLOCK, re.ASCII)
_SHORT_YEAR = re.compile(r"(?P<year>\d{2})-(?P<month>\d{1,2})-(?P<day>\d{1,2})" + _CLOCK, re.ASCII)
_YEAR_LAST = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<year>\d{4})" + _CLOCK, re.ASCII)
_MILLISECONDS = re.compile(r"\d{12,13}", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.ASCII)
_FIRST = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp()) * 1_000
_LAST = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1_000
_ORDERS = {"dmy": DateOrder.DAY_FIRST, "mdy": DateOrder.MONTH_FIRST}


@dataclass(frozen=True, slots=True)
class Zones:
    """Which zone a time without one is in. ``stated``: by the header. ``told``: by the reader of the file."""

    stated: tzinfo | None = None
    told: tzinfo | None = None
    utc: bool = False

    @property
    def naive(self) -> tzinfo | None:
        """The zone of a time that has none itself; None: nobody has said."""
        return self.stated or self.told or (UTC if self.utc else None)


def zone(name: str, *, path: str = "tz") -> tzinfo:
    """A time zone by its name or its distance from UTC.

    Raises:
        OutOfRange: neither.

    >>> zone("UTC+8").utcoffset(None), str(zone("Europe/Berlin"))
    (datetime.timedelta(seconds=28800), 'Europe/Berlin')
    """
    if name.upper() in ("UTC", "Z", "GMT"):
        return UTC
    match = _OFFSET.fullmatch(name.upper())
    if match is not None:
        away = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
        if away <= timedelta(hours=14):
            return timezone(-away if match["sign"] == "-" else away)
    hint = "as in UTC, +02:00, or Europe/Berlin"
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise OutOfRange("not a time zone", path=path, value=printable(name), hint=hint) from None


def date_order(rows: Sequence[Row], column: str, dates: str | None) -> DateOrder:
    """How a file writes its dates, from values above 12, else from the order of its rows.

    Args:
        dates: ``dmy`` or ``mdy`` where the reader says it.
    Raises:
        OutOfRange: the rows contradict each other, or what was said. MissingField: it cannot be told.
    """
    if dates is not None and dates not in _ORDERS:
        raise OutOfRange("not an order of dates", path="dates", value=printable(dates), hint="dmy or mdy")
    found = [(row, _YEAR_LAST.fullmatch(row.text(column))) for row in rows]
    last = [(row, match) for row, match in found if match is not None]
    if not last:
        plain = all(_MILLISECONDS.fullmatch(row.text(column)) for row in rows)
        return DateOrder.NUMBERS if rows and plain else DateOrder.YEAR_FIRST
    day_first = next((row for row, match in last if int(match["a"]) > 12), None)
    month_first = next((row for row, match in last if int(match["b"]) > 12), None)
    if day_first is not None and month_first is not None:
        raise day_first.refused(
            column,
            f"here the day stands first, in {month_first.place(column)} the month",
            hint="split the file",
        )
    if dates is not None:
        against = month_first if _ORDERS[dates] is DateOrder.DAY_FIRST else day_first
        if against is not None:
            raise against.refused(column, f"not {dates}: there is no such month", hint="leave --dates out")
        return _ORDERS[dates]
    if day_first is not None or month_first is not None:
        return DateOrder.DAY_FIRST if day_first is not None else DateOrder.MONTH_FIRST
    return _by_order([match for _, match in last], last[0][0], column)


def _by_order(matches: Sequence[re.Match[str]], row: Row, column: str) -> DateOrder:
    if all(int(match["a"]) == int(match["b"]) for match in matches):
        return DateOrder.EITHER
    fits = [order for order, first in _SIDES if _monotone([_key(match, first) for match in matches])]
    if len(fits) == 1:
        return fits[0]
    raise MissingField(
        "day or month first? No value is above 12, and the order of the rows does not tell",
        path=row.place(column),
        hint="say it: --dates dmy, or --dates mdy",
    )


_SIDES = ((DateOrder.DAY_FIRST, ("b", "a")), (DateOrder.MONTH_FIRST, ("a", "b")))


def _key(match: re.Match[str], month_and_day: tuple[str, str]) -> tuple[int, ...]:
    month, day = month_and_day
    clock = (_hour(match), *(int(match[name] or 0) for name in ("minute", "second")))
    return (int(match["year"]), int(match[month]), int(match[day]), *clock)


def _monotone(keys: Sequence[tuple[int, ...]]) -> bool:
    return all(a <= b for a, b in pairwise(keys)) or all(a >= b for a, b in pairwise(keys))


def milliseconds(row: Row, column: str, *, order: DateOrder, zones: Zones, short_years: bool = False) -> int:
    """A time of a row, in UTC milliseconds; what is below a millisecond is cut off.

    Raises:
        OutOfRange: no such time, or one that its zone has twice or never. MissingField: nobody says its zone.
    """
    text = row.said(column)
    if _MILLISECONDS.fullmatch(text):
        return _plausible(int(text), row, column)
    match = _YEAR_FIRST.fullmatch(text) or _YEAR_LAST.fullmatch(text)
    if match is None and short_years:
        match = _SHORT_YEAR.fullmatch(text)
    if match is None or match["hour"] is None:
        raise row.refused(
            column, "not a time", hint="as the venue wrote it; a spreadsheet may have changed it"
        )
    moment = _utc(_moment(match, order, row, column), match["zone"], zones, row=row, column=column)
    whole = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    return _plausible(whole, row, column)


def _moment(match: re.Match[str], order: DateOrder, row: Row, column: str) -> datetime:
    parts = match.groupdict()
    if "a" in parts:
        first = order is DateOrder.MONTH_FIRST
        month, day = (parts["a"], parts["b"]) if first else (parts["b"], parts["a"])
    else:
        month, day = parts["month"], parts["day"]
    year = int(parts["year"]) + (2_000 if len(parts["year"]) == 2 else 0)
    micro = int((parts["part"] or "0").ljust(6, "0")[:6])
    try:
        return datetime(  # noqa: DTZ001  # its zone is put on by the caller
            year, int(month), int(day), _hour(match), int(parts["minute"]), int(parts["second"] or 0), micro
        )
    except ValueError:
        raise row.refused(column, "no such day or time") from None


def _hour(match: re.Match[str]) -> int:
    hour, half = int(match["hour"] or 0), (match["half"] or "").lower()
    if not half:
        return hour
    # 13 PM does not exist, and datetime refuses 99.
    return hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 99


def _utc(moment: datetime, own: str | None, zones: Zones, *, row: Row, column: str) -> datetime:
    where = zone(own, path=row.place(column)) if own else zones.naive
    if where is None:
        raise MissingField(
            "a local time without its zone",
            path=row.place(column),
            hint="say it: --tz UTC, --tz +02:00 or --tz Europe/Berlin",
        )
    early, late = (moment.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early != late:
        hint = "the clocks were changed: cut the file there and say --tz +01:00 and +02:00"
        raise row.refused(column, "its zone has this time twice, or not at all", hint=hint)
    return early


def _plausible(at: int, row: Row, column: str) -> int:
    if not _FIRST <= at < _LAST:
        raise row.refused(column, "not between 2009 and 2100")
    return at
