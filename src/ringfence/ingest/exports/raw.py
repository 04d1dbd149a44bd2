"""From bytes to raw rows: packed or not, a table behind whatever preamble, or a list of JSON objects."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from ringfence.errors import BadFile, LimitExceeded, OutOfRange
from ringfence.ingest.exports.model import Row
from ringfence.ingest.exports.times import zone
from ringfence.ingest.fields import printable
from ringfence.ingest.text import json_document
from ringfence.limits import LIMITS, within

GZIP = b"\x1f\x8b"
PREAMBLE = 20
"""Lines in which the header must stand."""
_SEPARATORS = (",", ";", "\t")
_HALF = re.compile("[\ud800-\udfff]")
_STATED = re.compile(r"(?P<name>.*?)\s*\((?P<zone>utc(?:null)?\s*(?:[+-]\d{1,2}(?::?\d{2})?)?)\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """Raw rows. ``columns``: in small letters, without the zone that a header states. ``zones``: these."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    zones: Mapping[str, tzinfo]
    json: bool = False


def sent(data: bytes) -> str:
    r"""A file as the text in which it is sent: as it is; gzip in base64.

    Raises:
        BadFile, LimitExceeded: as `unpacked`, for what is not packed.

    >>> sent(b"time,coin"), sent(b"\x1f\x8b\x08\x00")
    ('time,coin', 'H4sIAA==')
    """
    return base64.b64encode(data).decode() if data.startswith(GZIP) else unpacked(data)


def unpacked(data: bytes) -> str:
    r"""The text of a file, gzip or not.

    Raises:
        LimitExceeded: above ``history_bytes``. BadFile: no gzip that can be read, no UTF-8, empty, binary.

    >>> unpacked(b"\xef\xbb\xbftime,coin")
    'time,coin'
    """
    if data.startswith(GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                data = stream.read(LIMITS.history_bytes + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise BadFile(f"not a gzip file that can be read: {error}") from None
    if len(data) > LIMITS.history_bytes:
        raise LimitExceeded(
            f"at most {LIMITS.history_bytes:,} bytes allowed (history_bytes)", hint="split the file"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        hint = "the file as the venue gave it, not a spreadsheet"
        raise BadFile(f"not UTF-8 text: byte {error.start} cannot be read", hint=hint) from None
    if not text.strip():
        raise BadFile("nothing in it", hint="export the file again")
    if "\0" in text:
        raise BadFile(f"a NUL character at position {text.index(chr(0))}", hint="this is no text file")
    return text


def tabled(text: str, known: Callable[[frozenset[str]], bool]) -> Table:
    """The rows of a text.

    Args:
        known: whether a set of columns is some format's header.
    Raises:
        BadFile: no header that is known, a row with too many cells, or no JSON. LimitExceeded.
    """
    if text.lstrip()[:1] in "[{":
        return _objects(json_document(text))
    for separator in _SEPARATORS:
        lines = _first_lines(text, separator)
        for number, cells in enumerate(lines):
            names, _ = header(cells)
            if known(frozenset(names)):
                return _table(text, separator, number)
    return Table(header(_longest(text))[0], (), {})


def header(cells: Sequence[str]) -> tuple[tuple[str, ...], dict[str, tzinfo]]:
    """The names of columns and the zones that they state; a name that comes again is numbered.

    >>> header(["Time(UTC+8)", "Unit", "Unit"])[0]
    ('time', 'unit', 'unit#2')
    """
    names: list[str] = []
    zones: dict[str, tzinfo] = {}
    for cell in cells:
        name = " ".join(cell.replace("\ufeff", "").strip().lower().split())
        match = _STATED.fullmatch(name)
        if match is not None:
            name = match["name"]
            zones[name] = _zone(match["zone"])
        again = sum(1 for other in names if other.partition("#")[0] == name)
        names.append(f"{name}#{again + 1}" if again and name else name)
    return tuple(names), zones


def _zone(stated: str) -> tzinfo:
    text = stated.replace(" ", "")
    return UTC if text in ("utc", "utcnull") else zone(text, path="header")


def _first_lines(text: str, separator: str) -> list[list[str]]:
    found: list[list[str]] = []
    for _, cells in _records(text[:100_000], separator):
        found.append(cells)
        if len(found) == PREAMBLE:
            break
    return found


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadFile(f"not a table: {error}", path=f"row {line}") from None
        yield line, cells
        line = reader.line_num + 1


def _longest(text: str) -> list[str]:
    """The first record with the most cells: what is probably meant as the header."""
    return max(_first_lines(text, ","), key=len, default=[])


def _table(text: str, separator: str, skip: int) -> Table:
    columns: tuple[str, ...] = ()
    zones: dict[str, tzinfo] = {}
    rows: list[Row] = []
    for count, (line, cells) in enumerate(_records(text, separator)):
        if count < skip:
            continue
        if count == skip:
            columns, zones = header(cells)
            within(len(columns), "cells_per_row", path=f"row {line}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == LIMITS.rows_per_export:
            within(len(rows) + 1, "rows_per_export", path=f"row {line}")
        rows.append(Row(number=line, cells=_named(columns, cells, line), raw=separator.join(cells)))
    return Table(columns, tuple(rows), zones)


def _named(columns: Sequence[str], cells: Sequence[str], line: int) -> dict[str, str]:
    extra = [cell for cell in cells[len(columns) :] if cell.strip()]
    if extra:
        raise BadFile(
            f"{len(cells)} cells under {len(columns)} columns",
            path=f"row {line}",
            value=printable(extra[0]),
            hint="a separator inside a cell? Save the file unchanged",
        )
    if len(cells) < len(columns) - 1:
        raise BadFile(
            f"{len(cells)} cells under {len(columns)} columns",
            path=f"row {line}",
            hint="the row is cut off: export the file again",
        )
    return dict(zip(columns, [*cells, ""], strict=False))


def _objects(document: Any) -> Table:
    if isinstance(document, dict):
        raise OutOfRange("one object, not a list of them", hint="the list that the API answers, [{…}, …]")
    if not isinstance(document, list):
        raise BadFile("not a list of objects", hint="the list that the API answers, [{…}, …]")
    within(len(document), "rows_per_export", path="")
    rows = []
    columns: dict[str, None] = {}
    for number, one in enumerate(document):
        if not isinstance(one, dict):
            raise BadFile("not an object", path=f"[{number}]", value=type(one).__name__)
        cells = dict(_flat(one, ""))
        within(len(cells), "cells_per_row", path=f"[{number}]")
        columns.update(dict.fromkeys(cells))
        raw = _compact(one)
        if _HALF.search(raw):
            raise BadFile(
                "half a character, which no text can hold", path=f"[{number}]", hint="export it again"
            )
        rows.append(Row(number=number, cells=cells, listed=True, raw=raw))
    return Table(tuple(columns), tuple(rows), {}, json=True)


def _compact(one: object) -> str:
    return json.dumps(one, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _flat(value: object, path: str) -> Iterator[tuple[str, str]]:
    """The leaves of an object, by their dotted names in small letters."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{number}")
    else:
        shown = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        yield path.lower(), shown
