"""Writing records: prepared before the database is touched, then put in one transaction."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from ringfence.errors import IdConflict, OutOfRange
from ringfence.store.journal.derived import project
from ringfence.store.journal.keys import Signer
from ringfence.store.journal.read import read_id
from ringfence.store.journal.record import (
    CHAINED,
    FIRST_PREV,
    HEAD,
    as_stored,
    commitment,
    head_message,
    parse,
    record_hash,
    same_content,
    stored_bytes,
)
from ringfence.store.journal.schema import HEADS, KINDS, OWN_KINDS, RECORDS, TEXTS
from ringfence.store.journal.values import Entry, Head, Stored

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the chain: what the next record follows."""

    seq: int = 0
    hash: bytes = FIRST_PREV


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry in its final bytes. ``salts``: of its private texts, by name."""

    entry: Entry
    stored: bytes
    said: dict[str, Any]
    salts: dict[str, bytes]


def prepare(entry: Entry, *, own: bool = False) -> Prepared:
    """Check an entry and write its bytes.

    Raises:
        OutOfRange, InexactNumber, LimitExceeded: it cannot be recorded.
    """
    if entry.kind not in (OWN_KINDS if own else KINDS):
        raise OutOfRange(
            "no kind of record", path="kind", value=entry.kind, hint=f"one of {', '.join(KINDS)}"
        )
    salts = {name: secrets.token_bytes(SALT_BYTES) for name in entry.texts}
    stored = stored_bytes(entry, {name: commitment(salts[name], text) for name, text in entry.texts.items()})
    return Prepared(entry, stored, parse(stored), salts)


def put(connection: Connection, tip: Tip, made: Prepared) -> Stored:
    """Add a record to the chain, or find that it is there already.

    Raises:
        IdConflict: the id stands for something else.
    """
    there = read_id(connection, made.entry.id)
    if there is not None:
        return _repeated(connection, there, made)
    seq = tip.seq + 1
    digest = record_hash(tip.hash, seq, made.stored)
    columns = {name: made.said[name] for name in CHAINED}
    chained = {"seq": seq, "prev_hash": tip.hash, "hash": digest, "stored": made.stored}
    connection.execute(RECORDS.insert(), columns | chained)
    project(connection, seq, made.said)
    for name, text in made.entry.texts.items():
        row = {"ref": f"{made.entry.id}#{name}", "salt": made.salts[name], "text": text}
        connection.execute(TEXTS.insert(), row)
    return as_stored(seq, tip.hash, digest, made.stored)


def _repeated(connection: Connection, there: Stored, made: Prepared) -> Stored:
    stored = connection.execute(select(RECORDS.c.stored).where(RECORDS.c.seq == there.seq)).scalar_one()
    same = same_content(parse(bytes(stored)), made.said)
    for name, text in made.entry.texts.items() if same else ():
        row = connection.execute(select(TEXTS.c.salt).where(TEXTS.c.ref == there.ref(name))).first()
        # An erased text left nothing to compare with; its record is what is repeated.
        same = same and (row is None or commitment(bytes(row.salt), text) == there.texts[name])
    if not same:
        hint = "make a new id for a new record"
        raise IdConflict("this id stands for another record", path="id", value=there.id, hint=hint)
    return replace(there, repeated=True)


def sign_head(connection: Connection, tip: Tip, journal_id: str, *, signer: Signer, at_ms: int) -> Head:
    """Sign the end of the chain and keep the signature in the journal."""
    signature = signer.sign(head_message(HEAD, journal_id, tip.seq, at_ms, tip.hash))
    row = {"hash": tip.hash, "at_ms": at_ms, "public_key": signer.public, "signature": signature}
    connection.execute(HEADS.insert(), row | {"seq": tip.seq})
    return Head(tip.seq, tip.hash.hex(), at_ms, signer.public.hex(), signature.hex())
