"""What makes a row itself, so that the same file, or one that overlaps, changes nothing.

Two rows of one file that say the same are two things that happened: an export can show two fills of one
second, price and size. So the id of a row is a digest of whose it is, what it says, and the how-manieth of
its kind in the file it is. The first of two equal rows has the same id in every file that holds it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from ringfence.errors import RingfenceError
from ringfence.ingest.exports.model import Format, Row, number


def identified(rows: Iterable[Row], form: Format, *, venue: str, account_id: str) -> tuple[Row, ...]:
    """The rows with their ids; their times must be known, and read into milliseconds.

    >>> from ringfence.ingest.exports.model import Reading
    >>> own = {"key": "a", "title": "", "venue": "demo", "time": "t"}
    >>> form = Format(**own, needs=frozenset({"x"}), read=lambda _: Reading(()))
    >>> rows = [Row(number=line, cells={"x": "1"}) for line in (2, 3)]
    >>> one, two = identified(rows, form, venue="demo", account_id="main")
    >>> one.id == two.id, len(one.id)
    (False, 32)
    """
    names = form.identity or tuple(sorted(form.needs - {form.time}))
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for row in rows:
        says = (str(row.at), *(_plain(row.text(name)) for name in names))
        if form.identity and not row.has(form.identity[0]):
            # A venue's own id is empty in some rows; then the whole row is what it says.
            says = (str(row.at), *(_plain(row.text(name)) for name in sorted(form.needs - {form.time})))
        key = json.dumps([venue, account_id, form.key, *says, seen[says]], ensure_ascii=False)
        seen[says] += 1
        found.append(replace(row, id=hashlib.sha256(key.encode()).hexdigest()[:32]))
    return tuple(found)


def _plain(text: str) -> str:
    """A cell in a form that does not depend on how many zeros a number has."""
    if not text or not (text[0].isdigit() or text[0] in "+-."):
        return text
    try:
        value: Decimal = number(text)
    except RingfenceError:
        return text
    return str(value if value else Decimal(0))
