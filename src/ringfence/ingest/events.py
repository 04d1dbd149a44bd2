"""Event logs as JSON: one event a line, or a list of them; read with the place of every error, and written.

    {"kind": "deposit", "id": "d1", "at": 1760101200000, "asset": "USDT", "amount": "500"}

Numbers are texts or whole numbers, never floats. ``at`` is milliseconds since 1970, or a text with its zone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierTable
from ringfence.engine.events import KINDS, TRADERS, Event
from ringfence.errors import BadFile, BadNumber, MissingField, OutOfRange, RingfenceError, UnknownField
from ringfence.ingest.fields import Literal, amount, printable
from ringfence.ingest.schema import tiers_from
from ringfence.ingest.text import decoded, json_document
from ringfence.limits import within

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_RATIO = re.compile(r"-?[0-9]{1,4000}/[0-9]{1,4000}", re.ASCII)
_OWN = {one.kind for one in TRADERS}


def read_events(data: bytes | str, *, name: str = "events", own: bool = False) -> tuple[Event, ...]:
    """Every event of a log: JSON lines, or a JSON list.

    Args:
        name: how messages call the log. own: a log that ringfence wrote, which may hold its liquidations.
    Raises:
        RingfenceError: BadFile for what is not JSON; else as `event_from`. The path says which line.

    >>> log = read_events('{"kind": "deposit", "id": "d", "at": 0, "asset": "USDT", "amount": "5"}')
    >>> log[0].amount
    Decimal('5')
    """
    try:
        text = decoded(data)
    except RingfenceError as error:
        raise error.under(name) from None
    if text.lstrip().startswith("["):
        try:
            return events_from(json_document(text), own=own)
        except BadFile as error:
            raise error if error.path else error.under(name) from None
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    within(len(lines), "events_per_log", path=name)
    return tuple(_located(json_document, line, place=f"{name}:{number}", own=own) for number, line in lines)


def events_from(document: object, *, own: bool = False) -> tuple[Event, ...]:
    """Events from a list of plain tables.

    Raises:
        RingfenceError: as `event_from`, under ``events[3]``. LimitExceeded: more than a log may hold.

    >>> events_from([{"kind": "deposit", "id": "d", "at": 0, "asset": "USDT", "amount": "five"}])
    Traceback (most recent call last):
    ringfence.errors.BadNumber: events[0].amount: not a number (got 'five'); write digits only, "1234.5"
    """
    if not isinstance(document, list | tuple):
        raise BadFile("not a list of events", path="events", hint='write [{"kind": "deposit", …}]')
    within(len(document), "events_per_log", path="events")
    return tuple(
        _located(lambda table: table, table, place=f"events[{number}]", own=own)
        for number, table in enumerate(document)
    )


def _located(read: Any, source: Any, *, place: str, own: bool) -> Event:
    try:
        return event_from(read(source), own=own)
    except RingfenceError as error:
        raise error.under(place) from None


def event_from(document: object, *, own: bool = False) -> Event:
    """One event from a plain table.

    Raises:
        MissingField, UnknownField: a field too few or too many. OutOfRange: no such kind of event.
        BadNumber, InexactNumber and others of `RingfenceError`: what is wrong with a field, and which.

    >>> event_from({"kind": "order_cancelled", "id": "c", "at": "1970-01-01T00:00:01Z", "order_id": "o"}).at
    1000
    """
    if not isinstance(document, Mapping):
        raise BadFile("not an event", hint='write {"kind": "deposit", …}')
    kind = _kind(document.get("kind"), own=own)
    known = {one.name: one for one in fields(kind)}
    for name in document:
        if name not in known and name != "kind":
            raise UnknownField(
                "no such field", path=printable(str(name)), hint=f"{kind.kind} has {', '.join(known)}"
            )
    missing = [name for name, one in known.items() if name not in document and _required(one)]
    if missing:
        raise MissingField(f"{kind.kind} needs this field", path=missing[0], hint=f'write "{missing[0]}": …')
    given = {
        name: _value(name, document[name], str(one.type)) for name, one in known.items() if name in document
    }
    return kind(**given)


def _kind(name: object, *, own: bool) -> type[Event]:
    if name is None:
        raise MissingField("an event says what it is", path="kind", hint='write "kind": "deposit"')
    found = KINDS.get(name) if isinstance(name, str) else None
    if found is None or not (own or found.kind in _OWN):
        choices = ", ".join(sorted(KINDS if own else _OWN))
        raise OutOfRange(
            "no such kind of event", path="kind", value=printable(str(name)), hint=f"one of {choices}"
        )
    return found


def _required(one: Field[Any]) -> bool:
    return one.default is MISSING and one.default_factory is MISSING and "None" not in str(one.type)


def _value(name: str, value: Any, kind: str) -> Any:
    """A field as its event takes it; what no event could take is refused here, with its place."""
    try:
        return _read(name, value, kind)
    except RingfenceError as error:
        raise error.under(name) from None


def _read(name: str, value: Any, kind: str) -> Any:
    if value is None:
        if "None" not in kind:
            raise MissingField("null stands for nothing here")
        return None
    if name == "at":
        return _time(value)
    if name == "table":
        return _table(value)
    if name == "marks":
        if not isinstance(value, Mapping):
            raise BadFile("not a table of marks", hint='write {"BTC/USDT:USDT": "58000"}')
        return {str(symbol): _value(str(symbol), mark, "Decimal") for symbol, mark in value.items()}
    if kind.startswith(("Decimal", "Number")):
        return _number(value)
    if kind.startswith("bool"):
        if not isinstance(value, bool):
            raise OutOfRange("not true or false", value=printable(str(value)), hint="write true or false")
        return value
    if kind.startswith("tuple"):
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise BadFile("not a list of texts")
        return tuple(str(one) for one in value)
    if not isinstance(value, str) or isinstance(value, Literal) or not value:
        raise OutOfRange("not a text", value=printable(str(value)), hint='put it in quotes, "…"')
    return value


def _number(value: object) -> Decimal | Fraction:
    """A number, or a quotient such as ``"1/3"`` where the amount has no finite decimal form."""
    if isinstance(value, str) and _RATIO.fullmatch(value):
        over, under = value.split("/")
        if int(under) == 0:
            raise BadNumber("nothing is divided by zero", value=value)
        return Fraction(int(over), int(under))
    return amount(value)


def _time(value: object) -> int:
    """Milliseconds since 1970, from themselves or from a text with its zone."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    hint = 'write 1760101200000, or "2025-10-10T13:00:00Z"'
    if not isinstance(value, str) or isinstance(value, Literal):
        raise BadNumber("neither milliseconds nor a time", value=printable(str(value)), hint=hint)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise BadNumber("not a time", value=printable(value), hint=hint) from None
    if moment.tzinfo is None:
        raise OutOfRange("a time needs its zone", value=printable(value), hint=hint)
    since, rest = divmod(moment - EPOCH, MILLISECOND)
    if rest:
        raise OutOfRange("times are whole milliseconds", value=printable(value))
    return since


def _table(value: object) -> TierTable:
    if not isinstance(value, Mapping) or not isinstance(value.get("symbol"), str):
        raise MissingField(
            "a tier table names its symbol", path="symbol", hint='write "symbol": "BTC/USDT:USDT"'
        )
    return tiers_from(value["symbol"], {name: one for name, one in value.items() if name != "symbol"})


def event_document(event: Event) -> dict[str, Any]:
    """An event as a plain table that `event_from` reads back; a field at its default is left out.

    >>> from ringfence.engine.events import Deposit
    >>> event_document(Deposit("d", 0, "USDT", "5"))
    {'kind': 'deposit', 'id': 'd', 'at': 0, 'asset': 'USDT', 'amount': '5'}
    """
    values = {one.name: getattr(event, one.name) for one in fields(event) if not _default(event, one)}
    return {"kind": event.kind, **{name: _written(value) for name, value in values.items()}}


def _default(event: Event, one: Field[Any]) -> bool:
    value = getattr(event, one.name)
    return value is None or (one.default is not MISSING and bool(value == one.default))


def write_events(log: Iterable[Event]) -> str:
    r"""A log as JSON lines, the same bytes for the same log.

    >>> from ringfence.engine.events import OrderCancelled
    >>> write_events([OrderCancelled("c", 0, "o")])
    '{"kind":"order_cancelled","id":"c","at":0,"order_id":"o"}\n'
    """
    return "".join(
        json.dumps(event_document(event), ensure_ascii=False, separators=(",", ":")) + "\n" for event in log
    )


def _written(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, TierTable):
        return _written_table(value)
    if isinstance(value, Mapping):
        return {key: _written(one) for key, one in value.items()}
    return [_written(one) for one in value] if isinstance(value, tuple) else value


def _written_table(table: TierTable) -> dict[str, Any]:
    rows = [
        {f.name: plain(number) for f in fields(tier) if (number := getattr(tier, f.name)) is not None}
        for tier in table.tiers
    ]
    return {
        "symbol": table.symbol, "rows": rows, "source": table.source, "basis": table.basis.value,
        "jumps": table.jumps,
    }  # fmt: skip
