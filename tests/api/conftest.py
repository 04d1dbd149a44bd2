"""The HTTP door, in this process, with a store of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ringfence.api.app import create_app
from ringfence.service.context import Context
from tests.doors import exchange

__all__ = ["exchange"]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path / "home", today=lambda: "2026-11-22")


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    with TestClient(
        create_app(context), base_url="http://127.0.0.1:8765", raise_server_exceptions=False
    ) as it:
        yield it
