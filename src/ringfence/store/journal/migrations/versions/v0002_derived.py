"""What is derived from the records: one table a kind, filled from what is there already."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# Written out, not imported: a migration says what it did on its day, whatever the code says later.
TABLES = {
    "answer": "answers", "audit": "audits", "decision": "decisions", "event": "events", "fill": "fills",
    "import": "imports", "intent": "intents", "key_use": "key_uses", "lock": "locks", "note": "notes",
    "outcome": "outcomes", "permit": "permits", "plan": "plans", "question": "questions", "report": "reports",
    "setting": "settings", "snapshot": "snapshots", "token": "tokens", "trial": "trials",
}  # fmt: skip
COLUMNS = ("id", "account_id", "symbol", "at_ms", "parent_id")


def upgrade() -> None:
    """Make the tables and fill them."""
    tables = {kind: _create(name) for kind, name in TABLES.items()}
    records = sa.table("records", sa.column("seq"), sa.column("stored"))
    bind = op.get_bind()
    for seq, stored in bind.execute(sa.select(records.c.seq, records.c.stored).order_by(records.c.seq)).all():
        said = json.loads(stored)
        if said["kind"] in tables:
            bind.execute(tables[said["kind"]].insert(), {"seq": seq} | {name: said[name] for name in COLUMNS})


def _create(name: str) -> sa.Table:
    table = op.create_table(
        name,
        sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
    )
    op.create_index(f"ix_{name}_parent", name, ["parent_id"])
    return table
