"""D6: stores of earlier releases are brought forward, and a new store is what the migrations would make."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect

from ringfence.errors import JournalDamaged
from ringfence.store.journal import Place, migrate, open_journal, opening
from tests.journal.books import Clock, check, filled, note, past_the_journal
from tests.journal.released import old_store


def test_the_release_is_at_the_last_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "ringfence.store.journal:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert script.get_current_head() == migrate.SCHEMA
    assert {one.revision for one in script.walk_revisions()} | {""} == set(migrate.KNOWN)


def _tables(place: Place) -> object:
    connection = opening._connect(place, write=False)
    try:
        with connection.begin():
            seen = inspect(connection)
            return {
                name: (
                    [(one["name"], str(one["type"]), one["nullable"]) for one in seen.get_columns(name)],
                    seen.get_pk_constraint(name)["constrained_columns"],
                    sorted(str(one["column_names"]) for one in seen.get_indexes(name)),
                )
                for name in sorted(seen.get_table_names())
            }
    finally:
        connection.close()


def test_the_migrations_make_what_a_new_store_has(
    place: Place,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    open_journal(place, clock=clock).close()
    if place.url:
        from tests.journal.conftest import postgres_place

        other = postgres_place(request.getfixturevalue("postgres_url"), tmp_path / "other")
    else:
        other = replace(place, folder=tmp_path / "other")
    monkeypatch.setattr(migrate, "_create", lambda connection: migrate.upgrade(connection, migrate.SCHEMA))
    open_journal(other, clock=clock).close()
    assert _tables(other) == _tables(place)
    with open_journal(other, clock=clock) as journal:
        journal.append(note(1))
    assert check(other).ok


def test_both_ways_to_an_sqlite_store_write_the_same_definitions(
    file_place: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def structure(place: Place) -> str:
        open_journal(place, clock=clock).close()
        with past_the_journal(place) as connection:
            return migrate.structure_digest(connection)

    made = structure(file_place)
    monkeypatch.setattr(migrate, "_create", lambda connection: migrate.upgrade(connection, migrate.SCHEMA))
    assert structure(replace(file_place, folder=tmp_path / "other")) == made


def test_a_store_of_the_first_release_is_brought_forward(file_place: Place, clock: Clock) -> None:
    file_place.folder.mkdir(parents=True)
    file_place.database.write_bytes(old_store(file_place))
    with pytest.raises(JournalDamaged, match="tables of another release"):
        open_journal(file_place, clock=clock, write=False)
    with open_journal(file_place, clock=clock) as journal:
        assert [one.id for one in journal.find()] == [f"r{n}" for n in range(6)]
        assert journal.text("r0#why") == "x"
        assert journal.append(note(7)).seq == 8
        assert journal.rebuild() == journal.verify().digest
    assert check(file_place).ok


def test_a_store_of_a_newer_release_is_refused(place: Place, clock: Clock) -> None:
    filled(place, 2)
    with past_the_journal(place) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for write in (True, False):
        with pytest.raises(JournalDamaged, match="release") as raised:
            open_journal(place, clock=clock, write=write)
        assert raised.value.value == "9999"
