"""A journal as a file: lines of JSON that anybody can check and that a journal can be restored from.

The order is fixed: a header, the records, their texts, the signed heads, and a last line with the SHA-256 of
all bytes before it. The same journal gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from ringfence.errors import BadFile, JournalDamaged
from ringfence.store.home import write_whole
from ringfence.store.journal.canonical import canonical
from ringfence.store.journal.chain import walk
from ringfence.store.journal.record import commitment, parse
from ringfence.store.journal.schema import HEADS, RECORDS, TEXTS
from ringfence.store.journal.values import Head, Problem, Verified
from ringfence.store.journal.witness import judge_heads

FORMAT = "ringfence-journal-export"


def write_export(connection: Connection, path: Path, *, journal_id: str, texts: bool) -> int:
    """Write everything to a file, whole or not at all; returns the number of records."""
    lines = list(_lines(connection, journal_id, texts=texts))
    whole = "".join(line + "\n" for line in lines)
    end = {"kind": "end", "lines": len(lines), "sha256": hashlib.sha256(whole.encode()).hexdigest()}
    write_whole(path, f"{whole}{_spelled(end)}\n")
    return int(connection.execute(select(func.count()).select_from(RECORDS)).scalar_one())


def _spelled(value: dict[str, Any]) -> str:
    return canonical(value).decode()


def _lines(connection: Connection, journal_id: str, *, texts: bool) -> Iterator[str]:
    yield _spelled(
        {"format": FORMAT, "journal_id": journal_id, "kind": "header", "texts": texts, "version": 1}
    )
    for row in connection.execute(select(RECORDS).order_by(RECORDS.c.seq)):
        chained = {"hash": row.hash.hex(), "prev_hash": row.prev_hash.hex(), "stored": row.stored.decode()}
        yield _spelled({"kind": "record", "seq": row.seq} | chained)
    for row in sorted(connection.execute(select(TEXTS)).all(), key=lambda row: row.ref) if texts else ():
        yield _spelled({"kind": "text", "ref": row.ref, "salt": row.salt.hex(), "text": row.text})
    for row in connection.execute(select(HEADS).order_by(HEADS.c.seq)):
        signed = {"public_key": row.public_key.hex(), "signature": row.signature.hex()}
        yield _spelled({"kind": "head", "seq": row.seq, "at_ms": row.at_ms, "hash": row.hash.hex()} | signed)


@dataclass(frozen=True)
class Exported:
    """A backup as it was read: rows ready for the tables, and what a check of it came to.

    Attributes:
        restored: of each restore in it, the last record that was kept, and when it was done.
    """

    records: list[dict[str, Any]]
    texts: list[dict[str, Any]]
    heads: list[dict[str, Any]]
    restored: list[tuple[int, int]]
    verified: Verified


def read_export(path: Path) -> Exported:
    """Read and check a backup.

    Raises:
        BadFile: there is no such file. JournalDamaged: it is not a whole export, or not as it was written.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=str(path), hint="name an export") from None
    found = _parsed(data, path)
    problems = found.verified.problems
    if problems:
        raise JournalDamaged(problems[0].words, path=str(path), hint="take another backup")
    return found


def _parsed(data: bytes, path: Path) -> Exported:
    *lines, last = data.removesuffix(b"\n").split(b"\n")
    try:
        end = json.loads(last)
        whole = end["kind"] == "end" and data.endswith(b"\n")
        whole = (
            whole and end["sha256"] == hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
        )
        said = [json.loads(line) for line in lines] if whole else []
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole or not said or said[0].get("format") != FORMAT or said[0].get("version") != 1:
        raise JournalDamaged("not a whole export of a journal", path=str(path), hint="take another backup")
    try:
        return _checked(said)
    except (ValueError, KeyError, TypeError, AttributeError):
        # A last line that fits proves nothing about the lines: whoever changes them can make another.
        raise JournalDamaged(
            "not a whole export of a journal", path=str(path), hint="take another backup"
        ) from None


def _checked(said: list[dict[str, Any]]) -> Exported:
    by: dict[str, list[dict[str, Any]]] = {"record": [], "text": [], "head": []}
    for one in said[1:]:
        by[one.pop("kind")].append(one)
    records = [_record(one) for one in by["record"]]
    heads = [
        Head(one["seq"], one["hash"], one["at_ms"], one["public_key"], one["signature"]) for one in by["head"]
    ]
    rows = ((one["seq"], one["prev_hash"], one["hash"], one["stored"], None) for one in records)
    seen = walk(rows, wanted=frozenset(head.seq for head in heads))
    problems = list(seen.problems)
    texts = [one | {"salt": bytes.fromhex(one["salt"])} for one in by["text"]]
    if not problems:
        problems += judge_heads(seen, heads).problems + _twice(records)
    for one in texts:
        seq, held = seen.commitments.get(one["ref"], (None, ""))
        if commitment(one["salt"], one["text"]) != held:
            problems.append(Problem(f"the text {one['ref']!r} was changed", seq))
    verified = Verified(
        seen.journal_id, seen.last_seq, seen.last_hash.hex(), tuple(problems), (), len(texts),
        len(seen.erased), len(heads), keys=tuple(seen.keys), digest=seen.digest.whole(),
    )  # fmt: skip
    return Exported(records, texts, [_head(one) for one in by["head"]], seen.restored, verified)


def _twice(records: list[dict[str, Any]]) -> list[Problem]:
    """In a database no id can be there twice; in a file it can."""
    ids: set[str] = set()
    for one in records:
        if (named := parse(one["stored"])["id"]) in ids:
            return [Problem(f"record {one['seq']} has the id of an earlier one", one["seq"])]
        ids.add(named)
    return []


def _record(one: dict[str, Any]) -> dict[str, Any]:
    digests = {name: bytes.fromhex(one[name]) for name in ("prev_hash", "hash")}
    return digests | {"seq": one["seq"], "stored": one["stored"].encode()}


def _head(one: dict[str, Any]) -> dict[str, Any]:
    return one | {name: bytes.fromhex(one[name]) for name in ("hash", "public_key", "signature")}
