"""Is a journal as it was written? Its chain, derived tables, texts, signatures, and the second place."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from ringfence.store.journal.anchors import AnchorFile
from ringfence.store.journal.chain import Row, Walk, walk
from ringfence.store.journal.derived import first_difference, live_digest, raw_rows
from ringfence.store.journal.migrate import structure_digest
from ringfence.store.journal.record import commitment, parse
from ringfence.store.journal.schema import META
from ringfence.store.journal.values import Head, Problem, Verified
from ringfence.store.journal.witness import Witnessed, judge_anchors, judge_heads

ALL_ROWS = (
    "SELECT seq, prev_hash, hash, stored, id, kind, at_ms, actor, tz_offset_min FROM records ORDER BY seq"
)


def verify(connection: Connection, anchors: Path) -> Verified:
    """Check everything, from one state of the database. ``anchors``: the folder of the second place."""
    try:
        with connection.begin():
            return _verify(connection, anchors)
    except (SQLAlchemyError, ValueError, TypeError, KeyError) as error:
        reason = getattr(error, "orig", error)
        words = f"the database cannot be read: {reason}"
        return Verified("", 0, "", (Problem(words, _readable(connection) + 1),))


def _verify(connection: Connection, anchors: Path) -> Verified:
    problems = file_problems(connection)
    heads = read_heads(connection)
    journal_id = journal_id_of(connection)
    lines = list(AnchorFile(anchors, journal_id).lines()) if journal_id else []
    wanted = frozenset([head.seq for head in heads] + [one.head.seq for _, one in lines if one])
    with closing(_rows(connection)) as rows:
        seen = walk(rows, wanted=wanted)
    problems += seen.problems or ([] if seen.last_seq else [Problem("every record is missing", 1)])
    counted, witnessed = _Counted(), Witnessed()
    if not seen.problems and seen.last_seq:
        problems += _derived_problems(connection, seen)
        counted = _texts(connection, seen)
        problems += counted.problems
        witnessed = judge_heads(seen, heads)
        judge_anchors(seen, lines, witnessed)
        problems += witnessed.problems
    return Verified(
        seen.journal_id,
        seen.last_seq,
        seen.last_hash.hex(),
        tuple(problems),
        tuple(witnessed.warnings),
        counted.live,
        counted.erased,
        len(heads),
        sum(one is not None for _, one in lines),
        witnessed.anchored_seq,
        tuple(seen.keys),
        seen.digest.whole(),
    )


class _Counted:
    """The private texts: how many are there, how many were erased, and what is wrong with the others."""

    def __init__(self) -> None:
        self.live, self.erased = 0, 0
        self.problems: list[Problem] = []


def journal_id_of(connection: Connection) -> str:
    """What the first record says the journal is called; empty: nothing that can be a name."""
    first = list(raw_rows(connection, "SELECT stored FROM records WHERE seq = 1"))
    try:
        found = str(parse(first[0][0])["body"]["journal_id"]) if first else ""
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return found if re.fullmatch("[0-9a-f]{32}", found) else ""


def read_heads(connection: Connection) -> list[Head]:
    """The signed heads that lie in the journal itself, in order."""
    sql = "SELECT seq, hash, at_ms, public_key, signature FROM heads ORDER BY seq"
    return [
        Head(seq, digest.hex(), at_ms, public.hex(), signature.hex())
        for seq, digest, at_ms, public, signature in raw_rows(connection, sql)
    ]


def _rows(connection: Connection) -> Generator[Row]:
    with closing(raw_rows(connection, ALL_ROWS)) as rows:
        for row in rows:
            yield *row[:4], row[4:]


def _readable(connection: Connection) -> int:
    """How many records can be read before the database fails."""
    last = 0
    try:
        with connection.begin():
            for row in raw_rows(connection, ALL_ROWS):
                last = int(row[0])
    except Exception:  # noqa: BLE001  # a damaged file may fail in any way; how far it went is the answer
        return last
    return last


def file_problems(connection: Connection) -> list[Problem]:
    """What the database itself finds wrong with its file; a server checks its own."""
    if connection.dialect.name != "sqlite":
        return []
    said = connection.exec_driver_sql("PRAGMA integrity_check(8)").scalars().all()
    found = [] if said == ["ok"] else [Problem(f"the file is damaged: {'; '.join(map(str, said))}")]
    kept = connection.execute(select(META.c.value).where(META.c.name == "structure")).scalar()
    if kept != structure_digest(connection):
        found.append(Problem("the definitions of the tables were changed"))
    return found


def _derived_problems(connection: Connection, seen: Walk) -> list[Problem]:
    live, should = live_digest(connection).tables(), seen.digest.tables()
    return [
        Problem(
            f"the derived table {name} does not say what the records say", first_difference(connection, name)
        )
        for name in sorted(should)
        if live[name] != should[name]
    ]


def _texts(connection: Connection, seen: Walk) -> _Counted:
    counted = _Counted()
    waiting = dict(seen.commitments)
    for ref, salt, text in raw_rows(connection, "SELECT ref, salt, text FROM texts ORDER BY ref"):
        seq, held = waiting.pop(ref, (None, ""))
        if seq is None:
            counted.problems.append(Problem(f"a text that no record knows: {ref!r}"))
        elif ref in seen.erased:
            counted.problems.append(Problem(f"the text {ref!r} was erased and is back", seq))
        elif commitment(salt, text) != held:
            counted.problems.append(Problem(f"the text {ref!r} of record {seq} was changed", seq))
        else:
            counted.live += 1
    for ref, (seq, _) in waiting.items():
        if ref in seen.erased:
            counted.erased += 1
        else:
            counted.problems.append(Problem(f"the text {ref!r} of record {seq} is missing", seq))
    return counted
