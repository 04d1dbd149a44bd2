"""The journal: an append-only record of plans, intents, audits, answers and what came of them.

Every record holds the hash of the one before it, the last one is signed, and the signatures are written to a
second place: what was recorded cannot be changed unnoticed. docs/journal.md says what that protects from.
"""

from __future__ import annotations

from ringfence.store.journal.journal import Journal
from ringfence.store.journal.opening import Place, open_journal, place_of
from ringfence.store.journal.restore import restore
from ringfence.store.journal.schema import KINDS
from ringfence.store.journal.values import Entry, Head, Problem, Query, Stored, Verified

__all__ = [
    "KINDS",
    "Entry",
    "Head",
    "Journal",
    "Place",
    "Problem",
    "Query",
    "Stored",
    "Verified",
    "open_journal",
    "place_of",
    "restore",
]
