"""A home of its own for every test of a door, and the terminal as a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ringfence.cli.main import status_of
from tests.doors import exchange

__all__ = ["exchange"]


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    status: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process, 80 columns wide and without colour."""
    monkeypatch.setenv("RINGFENCE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("RINGFENCE_ANCHORS", str(tmp_path / "home"))
    monkeypatch.delenv("RINGFENCE_DATA", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def running(*words: str) -> Said:
        capsys.readouterr()
        try:
            status = status_of(words)
        except SystemExit as stop:
            status = int(stop.code or 0)
        said = capsys.readouterr()
        return Said(int(status), said.out, said.err)

    return running
