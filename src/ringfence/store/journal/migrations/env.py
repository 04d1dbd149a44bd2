"""How Alembic is run: on the connection that holds the journal's lock, inside its transaction."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # SQLite rolls back its DDL too, now that transactions begin where we say so.
    transactional_ddl=True,
    transaction_per_migration=False,
)
context.run_migrations()
