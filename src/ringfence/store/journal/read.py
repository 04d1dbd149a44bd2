"""Reading records: where they are comes from the derived tables, what they say from their hashed bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, select, union_all

from ringfence.errors import JournalDamaged, OutOfRange
from ringfence.store.journal.record import as_stored, record_hash
from ringfence.store.journal.schema import DERIVED, OWN_KINDS, RECORDS, TEXTS
from ringfence.store.journal.values import Query, Stored

CHAIN = (RECORDS.c.seq, RECORDS.c.prev_hash, RECORDS.c.hash, RECORDS.c.stored)


def read_id(connection: Connection, record_id: str) -> Stored | None:
    """The record of an id; None: there is none."""
    row = connection.execute(select(*CHAIN).where(RECORDS.c.id == record_id)).first()
    return None if row is None else _checked(row)


def read(connection: Connection, query: Query) -> list[Stored]:
    """The records that a query asks for, in order."""
    if query.kinds and set(query.kinds) <= set(OWN_KINDS):
        found = select(*CHAIN).where(RECORDS.c.kind.in_(query.kinds), RECORDS.c.seq > query.after_seq)
    else:
        parts = [_matching(DERIVED[_known(kind)], query) for kind in query.kinds or DERIVED]
        listed = union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()
        found = select(*CHAIN).join(listed, listed.c.seq == RECORDS.c.seq)
    order = RECORDS.c.seq.desc() if query.newest_first else RECORDS.c.seq
    return [_checked(row) for row in connection.execute(found.order_by(order).limit(query.limit))]


def _known(kind: str) -> str:
    if kind not in DERIVED:
        raise OutOfRange("no kind of record", path="kinds", value=kind, hint=f"one of {', '.join(DERIVED)}")
    return kind


def _matching(table: Table, query: Query) -> Select[Any]:
    found = select(table.c.seq).where(table.c.seq > query.after_seq)
    for name in ("account_id", "symbol", "parent_id"):
        if (wanted := getattr(query, name)) is not None:
            found = found.where(table.c[name] == wanted)
    if query.since_ms is not None:
        found = found.where(table.c.at_ms >= query.since_ms)
    if query.until_ms is not None:
        found = found.where(table.c.at_ms < query.until_ms)
    return found


def _checked(row: Sequence[Any]) -> Stored:
    seq, prev, digest, stored = row
    if record_hash(prev, seq, stored) != digest:
        hint = "verify the journal, and restore it from a backup"
        raise JournalDamaged("the record is not as it was written", path=f"records[{seq}]", hint=hint)
    return as_stored(seq, prev, digest, stored)


def read_text(connection: Connection, ref: str) -> str | None:
    """A private text; None: it was erased, or never was."""
    found = connection.execute(select(TEXTS.c.text).where(TEXTS.c.ref == ref)).scalar()
    return None if found is None else str(found)
