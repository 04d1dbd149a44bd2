"""The derived tables: filled beside each record, rebuilt from the records alone, and compared by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, select
from sqlalchemy.exc import DBAPIError

from ringfence.store.journal.record import parse
from ringfence.store.journal.schema import DERIVED, KINDS, RECORDS

LINE = "%s\n" * 6
"""One row in the digest."""

COLUMNS = ("id", "account_id", "symbol", "at_ms", "parent_id")
_listed = itemgetter(*COLUMNS)


def derived_row(seq: int, said: Mapping[str, Any]) -> dict[str, Any]:
    """What a record leaves in the table of its kind."""
    return {"seq": seq} | {name: said[name] for name in COLUMNS}


def project(connection: Connection, seq: int, said: Mapping[str, Any]) -> None:
    """List a record in the table of its kind; the journal's records about itself have none."""
    table = DERIVED.get(said["kind"])
    if table is not None:
        connection.execute(table.insert(), derived_row(seq, said))


def rebuild(connection: Connection) -> None:
    """Throw the derived tables away and fill them from the records."""
    for table in DERIVED.values():
        connection.execute(delete(table))
    waiting: dict[str, list[dict[str, Any]]] = {kind: [] for kind in DERIVED}
    for seq, stored in connection.execute(select(RECORDS.c.seq, RECORDS.c.stored).order_by(RECORDS.c.seq)):
        said = parse(stored)
        if said["kind"] in waiting:
            waiting[said["kind"]].append(derived_row(seq, said))
    for kind, rows in waiting.items():
        if rows:
            connection.execute(DERIVED[kind].insert(), rows)


def raw_rows(connection: Connection, sql: str) -> Generator[tuple[Any, ...]]:
    """Rows in pieces, past the layer that would wrap each of them: a check reads all there are.

    Raises:
        DBAPIError: the database failed, as everywhere else.
    """
    if connection.dialect.name != "sqlite":
        with connection.exec_driver_sql(sql, execution_options={"yield_per": 1_000}) as result:
            yield from map(tuple, result)
        return
    cursor: Any = connection.connection.cursor()
    failed = connection.dialect.loaded_dbapi.Error
    try:
        yield from cursor.execute(sql)
    except failed as error:
        raise DBAPIError.instance(sql, None, error, failed, dialect=connection.dialect) from error
    finally:
        cursor.close()


class Digest:
    """SHA-256 over the derived tables in one spelling: rows by number, tables by name."""

    def __init__(self) -> None:
        self._tables = {name: hashlib.sha256() for name in KINDS.values()}

    def add(self, table: str, row: tuple[Any, ...]) -> None:
        """One row, its columns in the order of the schema: seq first. No column holds an end of line."""
        self._tables[table].update((LINE % row).encode())

    def add_record(self, seq: int, said: Mapping[str, Any]) -> None:
        """The row that a record leaves."""
        table = KINDS.get(said["kind"])
        if table is not None:
            self._tables[table].update((LINE % (seq, *_listed(said))).encode())

    def tables(self) -> dict[str, str]:
        """The digest of each table."""
        return {name: digest.hexdigest() for name, digest in self._tables.items()}

    def whole(self) -> str:
        """The digest of all of them."""
        lines = "".join(f"{name}:{digest}\n" for name, digest in sorted(self.tables().items()))
        return hashlib.sha256(lines.encode()).hexdigest()


def live_digest(connection: Connection) -> Digest:
    """The digest of the tables as they are."""
    digest = Digest()
    for name, table in ((KINDS[kind], table) for kind, table in DERIVED.items()):
        columns = ", ".join(table.columns.keys())
        for row in raw_rows(connection, f"SELECT {columns} FROM {name} ORDER BY seq"):  # noqa: S608  # our own names
            digest.add(name, row)
    return digest


def first_difference(connection: Connection, table_name: str) -> int | None:
    """The first record that a derived table lists wrongly, or does not list."""
    kind = next(kind for kind, name in KINDS.items() if name == table_name)
    table = DERIVED[kind]
    there = {row.seq: row._asdict() for row in connection.execute(select(table))}
    should = {}
    for seq, stored in connection.execute(select(RECORDS.c.seq, RECORDS.c.stored).order_by(RECORDS.c.seq)):
        said = parse(stored)
        if said["kind"] == kind:
            should[seq] = derived_row(seq, said)
    return min(
        (seq for seq in there.keys() | should.keys() if there.get(seq) != should.get(seq)), default=None
    )
