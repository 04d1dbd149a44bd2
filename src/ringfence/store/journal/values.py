"""What goes into the journal and what comes out of it: frozen values.

Times are UTC milliseconds, as the caller told them. A body is a JSON object of strings, whole numbers, true,
false, null, lists and objects; a `Decimal` is written as a string, and a float is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to be written.

    Attributes:
        id: made by the client, unique for all time: repeating it is always safe.
        actor: ``human``, ``human:NAME``, ``bot``, ``bot:NAME`` or ``agent:NAME``.
        tz_offset_min: of the writer's wall clock, east of UTC.
        texts: private sentences by name, which holds no ``#``; the record holds a salted commitment to each,
            the sentence itself lies apart and can be erased. parent_id: the record that this one belongs to.

    >>> Entry("note", {"about": "entry"}, id="n1", at_ms=1_763_800_000_000).actor
    'human'
    """

    kind: str
    body: Mapping[str, Any]
    id: str = field(kw_only=True)
    at_ms: int = field(kw_only=True)
    actor: str = field(default="human", kw_only=True)
    tz_offset_min: int = field(default=0, kw_only=True)
    texts: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    account_id: str = field(default="", kw_only=True)
    symbol: str = field(default="", kw_only=True)
    parent_id: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Stored:
    """One record as it is in the journal.

    Attributes:
        seq: its place, counted from 1 without a gap. hash, prev_hash: hexadecimal SHA-256.
        texts: the commitment to each private sentence, by name. repeated: it was there before this call.
    """

    seq: int
    id: str
    kind: str
    at_ms: int
    hash: str
    prev_hash: str
    body: dict[str, Any]
    actor: str = "human"
    tz_offset_min: int = 0
    account_id: str = ""
    symbol: str = ""
    parent_id: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    repeated: bool = False

    def ref(self, name: str) -> str:
        """By which a private sentence of this record is read, or erased.

        >>> Stored(2, "a1", "answer", 0, "", "", {}).ref("disproof")
        'a1#disproof'
        """
        return f"{self.id}#{name}"


@dataclass(frozen=True, slots=True)
class Query:
    """Which records are asked for; an empty ``kinds`` and every None mean: any.

    Attributes:
        kinds: names of `KINDS`. since_ms, until_ms: ``since_ms <= at_ms < until_ms``.
        after_seq: only later records.
    """

    kinds: tuple[str, ...] = ()
    account_id: str | None = None
    symbol: str | None = None
    parent_id: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    after_seq: int = 0
    newest_first: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a journal at some time, signed: hash, Ed25519 public key, signature, in hex."""

    seq: int
    hash: str
    at_ms: int
    public_key: str
    signature: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written. ``seq``: the first record it touches; None: not one record."""

    words: str
    seq: int | None = None


@dataclass(frozen=True)
class Verified:
    """What a check of a whole journal came to.

    Attributes:
        problems: what is damaged; empty: nothing. first_bad_seq: the earliest record that is touched.
        warnings: what weakens the proof without contradicting it, as a missing anchor.
        texts: private sentences that are there; erased: those that were erased, by records that say so.
        anchors: signed heads in the second place. anchored_seq: the last record that they cover.
        digest: of the derived tables, SHA-256, hexadecimal.
    """

    journal_id: str
    records: int
    head: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    texts: int = 0
    erased: int = 0
    heads: int = 0
    anchors: int = 0
    anchored_seq: int = 0
    keys: tuple[str, ...] = ()
    digest: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was written."""
        return not self.problems

    @property
    def first_bad_seq(self) -> int | None:
        """The earliest record that a problem touches; None: there is none, or it has no number."""
        return min((one.seq for one in self.problems if one.seq is not None), default=None)

    @property
    def words(self) -> tuple[str, ...]:
        """What to tell a person: a summary, then each problem, then each warning."""
        state = "unchanged" if self.ok else "NOT as it was written"
        summary = f"{self.records} records, {state}; {self.erased} texts erased"
        return (summary, *(one.words for one in self.problems), *self.warnings)
