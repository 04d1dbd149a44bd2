"""The tables: one that counts, `records`, and those that are derived from it and can be thrown away.

A derived table says where to look; what a record says is always read from its hashed bytes.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

METADATA = MetaData()

RECORDS = Table(
    "records",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("actor", Text, nullable=False),
    Column("tz_offset_min", Integer, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("stored", LargeBinary, nullable=False),
)
TEXTS = Table(
    "texts",
    METADATA,
    Column("ref", Text, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("text", Text, nullable=False),
)
HEADS = Table(
    "heads",
    METADATA,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
META = Table("meta", METADATA, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

KINDS: dict[str, str] = {
    "answer": "answers",
    "audit": "audits",
    "decision": "decisions",
    "event": "events",
    "fill": "fills",
    "import": "imports",
    "intent": "intents",
    "key_use": "key_uses",
    "lock": "locks",
    "note": "notes",
    "outcome": "outcomes",
    "permit": "permits",
    "plan": "plans",
    "question": "questions",
    "report": "reports",
    "setting": "settings",
    "snapshot": "snapshots",
    "token": "tokens",
    "trial": "trials",
}
"""What a client may record, and the derived table that lists it. A new kind needs a migration."""

OWN_KINDS = ("journal", "key", "erasure", "restored")
"""What the journal records about itself; no table is derived from these."""


def derived_table(name: str, metadata: MetaData = METADATA) -> Table:
    """One derived table; all have the same columns."""
    return Table(
        name,
        metadata,
        Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
        Column("id", Text, nullable=False),
        Column("account_id", Text, nullable=False),
        Column("symbol", Text, nullable=False),
        Column("at_ms", BigInteger, nullable=False),
        Column("parent_id", Text, nullable=False),
        Index(f"ix_{name}_parent", "parent_id"),
    )


VERSION = Table(
    "alembic_version",
    METADATA,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Where Alembic notes which migration the tables are at."""

_APPENDED = "BEGIN SELECT RAISE(ABORT, 'records are only appended'); END"
_GUARD_FUNCTION = """CREATE FUNCTION records_are_appended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'records are only appended'; END $$"""
_GUARD_TRIGGER = """CREATE TRIGGER records_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON records
FOR EACH STATEMENT EXECUTE FUNCTION records_are_appended()"""

GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER records_UPDATE BEFORE UPDATE ON records\n{_APPENDED}",
        f"CREATE TRIGGER records_DELETE BEFORE DELETE ON records\n{_APPENDED}",
    ),
    "postgresql": (_GUARD_FUNCTION, _GUARD_TRIGGER),
}
"""Against changing a record by accident; against intent there is the chain."""

DERIVED: dict[str, Table] = {kind: derived_table(name) for kind, name in KINDS.items()}
