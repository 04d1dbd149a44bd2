"""The bytes of a record and what is hashed and signed: docs/journal-format.md in code, version 1."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ringfence.errors import LimitExceeded, OutOfRange
from ringfence.limits import within
from ringfence.store.journal.canonical import WHOLE, canonical
from ringfence.store.journal.form import ACTOR, BETWEEN
from ringfence.store.journal.values import Entry, Stored

RECORD = b"ringfence-journal-1\n"
TEXT = b"ringfence-text-1\n"
HEAD = b"ringfence-head-1\n"
GIVEN_UP = b"ringfence-restored-1\n"
FIRST_PREV = bytes(32)
ID_CHARS = 200
"""Longest id, actor, account, symbol or name: they are words, not prose."""

CHAINED = ("id", "kind", "at_ms", "actor", "tz_offset_min")
"""What stands in columns too, beside the bytes that are hashed."""

_WORDS = ("id", "kind", "actor", "account_id", "symbol", "parent_id")


def record_hash(prev: bytes, seq: int, stored: bytes) -> bytes:
    """SHA-256 over version, previous hash, number, length and the bytes as stored.

    >>> record_hash(FIRST_PREV, 1, b"{}").hex()[:16]
    '573b2ad26b2f2d5d'
    """
    head = RECORD + prev + seq.to_bytes(8, "big") + len(stored).to_bytes(8, "big")
    return hashlib.sha256(head + stored).digest()


def commitment(salt: bytes, text: str) -> str:
    """What a record keeps of a private sentence: without the salt nobody can try sentences against it."""
    return hashlib.sha256(TEXT + salt + text.encode()).hexdigest()


def head_message(label: bytes, journal_id: str, seq: int, at_ms: int, digest: bytes) -> bytes:
    """The bytes that a signature of a head is over."""
    number = seq.to_bytes(8, "big") + at_ms.to_bytes(8, "big", signed=True)
    return label + bytes.fromhex(journal_id) + number + digest


def stored_bytes(entry: Entry, commitments: Mapping[str, str]) -> bytes:
    """The one spelling of a record: everything said about it, in one canonical JSON object.

    Raises:
        OutOfRange, InexactNumber: a field or the body cannot be written. LimitExceeded: it is too large.
    """
    for name in _WORDS:
        _check_word(getattr(entry, name), name, empty=name not in ("id", "kind", "actor"))
    _check_actor(entry.actor)
    for name in ("at_ms", "tz_offset_min"):
        _check_whole(getattr(entry, name), name)
    for name, text in entry.texts.items():
        _check_word(name, "texts", empty=False)
        if BETWEEN in name:
            # With the record's id it names the text: "a#b" of "c" and "a" of "b#c" would be one name.
            hint = "leave the # out"
            raise OutOfRange("the name of a text holds no #", path="texts", value=name, hint=hint)
        within(len(text), "journal_text_chars", path=f"texts.{name}")
    fields = {name: getattr(entry, name) for name in (*_WORDS, "at_ms", "tz_offset_min")}
    written = canonical({**fields, "body": entry.body, "texts": commitments}, path="")
    within(len(written), "journal_record_bytes", path="body")
    return written


def _check_word(value: object, name: str, *, empty: bool) -> None:
    if not isinstance(value, str) or not (value or empty):
        raise OutOfRange("not a word", path=name, value=value, hint="write a short text")
    if len(value) > ID_CHARS:
        raise LimitExceeded(f"at most {ID_CHARS} characters", path=name, value=value, hint="shorten it")
    if not value.isprintable():
        raise OutOfRange(
            "characters that cannot be printed", path=name, value=ascii(value), hint="remove them"
        )


def _check_actor(actor: str) -> None:
    if not ACTOR.fullmatch(actor):
        hint = "human, human:NAME, bot, bot:NAME or agent:NAME; a name is of a-z, 0-9, ., _ and -"
        raise OutOfRange("not an actor", path="actor", value=actor, hint=hint)


def _check_whole(value: object, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > WHOLE:
        raise OutOfRange("not a whole number", path=name, value=value, hint="write milliseconds or minutes")


def parse(stored: bytes) -> dict[str, Any]:
    """The object that the stored bytes are."""
    whole: dict[str, Any] = json.loads(stored)
    return whole


def as_stored(seq: int, prev: bytes, digest: bytes, stored: bytes) -> Stored:
    """A record as a value, from its bytes alone: what the columns beside them say is not asked."""
    said = parse(stored)
    return Stored(
        seq, said["id"], said["kind"], said["at_ms"], digest.hex(), prev.hex(), said["body"], said["actor"],
        said["tz_offset_min"], said["account_id"], said["symbol"], said["parent_id"], said["texts"],
    )  # fmt: skip


def same_content(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two writings under one id say the same; when they were made is not content, nor is a salt."""
    apart = ("at_ms", "tz_offset_min", "texts")
    return all(one[name] == other[name] for name in one if name not in apart) and set(one["texts"]) == set(
        other["texts"]
    )
