"""Where the journals of these tests lie: a folder, or a schema of a PostgreSQL server, new for each test."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringfence.store.journal import Place
from tests.journal import server
from tests.journal.books import Clock

_counter = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if server.programs() is None:
        # Loud everywhere, and a failure where every test has to run.
        if os.environ.get("CI") == "true":
            pytest.fail(f"!!! {server.NO_SERVER}")
        pytest.skip(f"!!! {server.NO_SERVER}")
    with server.postgres() as url:
        yield url


def postgres_place(url: str, folder: Path) -> Place:
    """A schema of its own on the server."""
    import psycopg  # only the tests that need a server need its driver

    schema = f"j{next(_counter)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return Place(folder / "keys", f"{url}&options=-csearch_path%3D{schema}", anchors=folder / "second")


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "postgres":
        return postgres_place(request.getfixturevalue("postgres_url"), tmp_path)
    return Place(tmp_path / "journal", anchors=tmp_path / "second")


@pytest.fixture
def file_place(tmp_path: Path) -> Place:
    return Place(tmp_path / "journal", anchors=tmp_path / "second")


@pytest.fixture
def clock() -> Clock:
    return Clock()
