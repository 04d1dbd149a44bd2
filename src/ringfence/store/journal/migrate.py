"""Brings the tables of a journal forward to this release, in one transaction: all of it or nothing."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, delete, inspect, text

from ringfence.errors import JournalDamaged
from ringfence.store.journal.schema import GUARDS, META, METADATA, VERSION

SCHEMA = "0002"
"""The migration that this release's tables are at."""
KNOWN = ("", "0001", SCHEMA)


def schema_of(connection: Connection) -> str:
    """The migration that the tables are at; empty: there are none."""
    with connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return ""
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return str(found[0]) if len(found) == 1 else "unknown"


def migrate(connection: Connection) -> None:
    """Bring the tables to this release; where there are none, make them.

    Raises:
        JournalDamaged: they are of no release that this one knows, a newer one's for example.
    """
    found = schema_of(connection)
    if found not in KNOWN:
        hint = "open it with the release that wrote it, or a newer one"
        raise JournalDamaged("tables of an unknown release", path="alembic_version", value=found, hint=hint)
    if found != SCHEMA:
        with connection.begin():
            if found:
                upgrade(connection, SCHEMA)
            else:
                _create(connection)
            _keep_structure(connection)


def _create(connection: Connection) -> None:
    """All tables at once; a test holds that the migrations, one after the other, make the very same."""
    METADATA.create_all(connection, checkfirst=False)
    for guard in GUARDS[connection.dialect.name]:
        connection.exec_driver_sql(guard)
    connection.execute(VERSION.insert(), {"version_num": SCHEMA})


def upgrade(connection: Connection, to: str) -> None:
    """Run the migrations up to one of them, inside the transaction that is open."""
    # Alembic costs a fifth of a second to load, and is needed only by a store of an older release.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "ringfence.store.journal:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _keep_structure(connection: Connection) -> None:
    """Note what the tables look like; a check compares it, for a changed definition can hide a change."""
    if connection.dialect.name == "sqlite":
        connection.execute(delete(META).where(META.c.name == "structure"))
        connection.execute(META.insert(), {"name": "structure", "value": structure_digest(connection)})


def structure_digest(connection: Connection) -> str:
    """SHA-256 over the definitions of all tables, as SQLite keeps them."""
    rows = connection.exec_driver_sql(
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
    )
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()
