"""A walk along the records: does each follow the one before, and say in its columns what its bytes say?

The walk needs rows only, from a database or from a backup, and stops at the first record that is wrong:
what comes after it cannot be judged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from ringfence.store.journal.derived import Digest
from ringfence.store.journal.form import is_record
from ringfence.store.journal.record import CHAINED, FIRST_PREV, parse, record_hash
from ringfence.store.journal.schema import OWN_KINDS
from ringfence.store.journal.values import Problem

Row = tuple[int, bytes, bytes, bytes, tuple[Any, ...] | None]
"""Number, previous hash, hash, stored bytes; and id, kind, at_ms, actor, tz_offset_min in columns."""

FORMAT = "1"
_columns = itemgetter(*CHAINED)


@dataclass
class Walk:
    """What a walk has seen so far.

    Attributes:
        commitments: of each private text: its record's number and what that record holds.
        erased: texts that a record says were erased. keys: each public key, and the number
            of the record that introduced it.
        hashes: of the records that were asked for. restored: of each restore, the last record that was kept,
            and when it was done.
    """

    last_seq: int = 0
    last_hash: bytes = FIRST_PREV
    last_ms: int = 0
    journal_id: str = ""
    problems: list[Problem] = field(default_factory=list)
    commitments: dict[str, tuple[int, str]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    keys: dict[str, int] = field(default_factory=dict)
    hashes: dict[int, bytes] = field(default_factory=dict)
    times: dict[int, int] = field(default_factory=dict)
    restored: list[tuple[int, int]] = field(default_factory=list)
    digest: Digest = field(default_factory=Digest)


def walk(rows: Iterable[Row], *, wanted: frozenset[int] = frozenset()) -> Walk:
    """Walk along all records. ``wanted``: numbers whose hashes are needed afterwards."""
    seen = Walk()
    for seq, prev, digest, stored, columns in rows:
        words, said = _judged(seen, (seq, prev, digest, stored, columns))
        if words:
            seen.problems.append(Problem(words, min(seq, seen.last_seq + 1)))
            break
        _take(seen, seq, digest, said)
        if seq in wanted:
            seen.hashes[seq], seen.times[seq] = digest, said["at_ms"]
    return seen


def _judged(seen: Walk, row: Row) -> tuple[str, dict[str, Any]]:
    """What is wrong with the next record, in words, and what it says."""
    seq, prev, digest, stored, columns = row
    if seq != seen.last_seq + 1:
        return f"record {seen.last_seq + 1} is missing", {}
    if prev != seen.last_hash:
        return f"record {seq} does not follow record {seq - 1}", {}
    if record_hash(prev, seq, stored) != digest:
        return f"record {seq} was changed: its hash is another", {}
    try:
        said = parse(stored)
        if not is_record(said):
            return f"record {seq} is not what a record may be", {}
        if columns is not None and columns != _columns(said):
            return f"record {seq}: its columns say something else than its bytes", {}
        if (seq == 1) != (said["kind"] == "journal") or (seq == 1 and said["body"]["format"] != FORMAT):
            return f"record {seq}: a journal of this format begins with record 1 and nowhere else", {}
    except (ValueError, RecursionError):
        return f"record {seq} cannot be read", {}
    return "", said


def _take(seen: Walk, seq: int, digest: bytes, said: dict[str, Any]) -> None:
    seen.last_seq, seen.last_hash, seen.last_ms = seq, digest, said["at_ms"]
    seen.digest.add_record(seq, said)
    for name, held in said["texts"].items():
        seen.commitments[f"{said['id']}#{name}"] = (seq, held)
    kind, body = said["kind"], said["body"]
    if kind not in OWN_KINDS:
        return
    if kind == "journal":
        seen.journal_id = body["journal_id"]
    if kind in ("journal", "key"):
        seen.keys.setdefault(body["public_key"], seq)
    elif kind == "erasure":
        seen.erased.add(body["ref"])
    elif kind == "restored":
        seen.restored.append((body["through"], said["at_ms"]))
