"""What counts: records, texts, heads; and a guard against changing a record by accident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")

GUARD_SQLITE = """CREATE TRIGGER records_{verb} BEFORE {verb} ON records
BEGIN SELECT RAISE(ABORT, 'records are only appended'); END"""
GUARD_POSTGRES = (
    """CREATE FUNCTION records_are_appended() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'records are only appended'; END $$""",
    """CREATE TRIGGER records_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON records
FOR EACH STATEMENT EXECUTE FUNCTION records_are_appended()""",
)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "records",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("tz_offset_min", sa.Integer, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("stored", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "texts",
        sa.Column("ref", sa.Text, primary_key=True),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "heads",
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "meta", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False)
    )
    if op.get_bind().dialect.name == "sqlite":
        guards = tuple(GUARD_SQLITE.format(verb=verb) for verb in ("UPDATE", "DELETE"))
    else:
        guards = GUARD_POSTGRES
    for guard in guards:
        op.execute(guard)
