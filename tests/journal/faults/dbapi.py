"""apsw behind the few names of DB-API 2 that SQLAlchemy's SQLite dialect uses; values pass unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Self

import apsw

paramstyle = "qmark"
apilevel, threadsafety = "2.0", 1
sqlite_version_info = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
sqlite_version = apsw.sqlite_lib_version()
version = "1"
Binary = bytes


class Error(Exception):
    pass


class Warning(Exception):  # noqa: A001  # DB-API's name
    pass


class InterfaceError(Error):
    pass


class DatabaseError(Error):
    pass


class DataError(DatabaseError):
    pass


class OperationalError(DatabaseError):
    pass


class IntegrityError(DatabaseError):
    pass


class InternalError(DatabaseError):
    pass


class ProgrammingError(DatabaseError):
    pass


class NotSupportedError(DatabaseError):
    pass


DAMAGE = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)


def _named(error: apsw.Error) -> Error:
    words = f"{error.__class__.__name__}: {error}"
    if isinstance(error, apsw.ConstraintError):
        return IntegrityError(words)
    return DatabaseError(words) if isinstance(error, DAMAGE) else OperationalError(words)


class Cursor:
    """Runs one statement at once and holds its rows."""

    arraysize = 1
    lastrowid = None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self.description: Any = None
        self.rowcount = -1
        self._rows: Iterator[Any] = iter(())

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        before = self._connection.total_changes()
        cursor = self._connection.cursor()
        # A result without rows is over before it can be asked for its columns: ask when it begins.
        cursor.exec_trace = self._describe
        try:
            self._rows = iter(list(cursor.execute(sql, tuple(parameters))))
        except apsw.Error as error:
            raise _named(error) from error
        self.rowcount = self._connection.total_changes() - before
        return self

    def _describe(self, cursor: Any, _sql: str, _bound: object) -> bool:
        self.description = [(*column, *[None] * 5) for column in cursor.get_description()] or None
        return True

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> Self:
        for parameters in many:
            self.execute(sql, parameters)
        return self

    def __iter__(self) -> Iterator[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return next(self._rows, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return [row for row, _ in zip(self._rows, range(size), strict=False)]

    def fetchall(self) -> list[Any]:
        return list(self._rows)

    def close(self) -> None:
        self._rows = iter(())


class Connection:
    """One connection; transactions begin where they are begun, as in the standard library's."""

    isolation_level = None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def cursor(self) -> Cursor:
        return Cursor(self._connection)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        return self.cursor().execute(sql, parameters)

    def create_function(self, *_: object, **__: object) -> None:
        """The dialect offers a function that the journal does not use."""

    def commit(self) -> None:
        if not self._connection.get_autocommit():
            self.execute("COMMIT")

    def rollback(self) -> None:
        if not self._connection.get_autocommit():
            self.execute("ROLLBACK")

    def close(self) -> None:
        try:
            self._connection.close(True)
        except apsw.Error as error:
            raise _named(error) from error


def connect(*_: object, **__: object) -> Connection:
    raise NotSupportedError("a disk is named where a journal is opened")
