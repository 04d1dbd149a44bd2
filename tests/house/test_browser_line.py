"""Without a Chromium the suite says so in one loud line; under CI=true that is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import NO_BROWSER
from tests.house.tree import plant
from tests.support import ROOT, find_chromium

NEEDS_PAGE = """
def test_page(chromium):
    assert chromium
"""


def _run_without_browser(folder: Path, ci: str) -> subprocess.CompletedProcess[str]:
    page = plant(folder, "test_planted.py", NEEDS_PAGE)
    empty = str(folder / "nothing")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", str(page)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": empty, "HOME": empty, "CI": ci}
        | {"PLAYWRIGHT_BROWSERS_PATH": empty},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("ci", "status", "count"), [("", 0, "1 skipped"), ("true", 1, "1 error")])
def test_a_missing_browser_is_said_and_fails_on_ci(tmp_path: Path, ci: str, status: int, count: str) -> None:
    answer = _run_without_browser(tmp_path, ci)
    assert answer.returncode == status, answer.stdout + answer.stderr
    assert f"!!! {NO_BROWSER}" in answer.stdout
    assert count in answer.stdout.splitlines()[-1]


def test_a_browser_is_found_on_path_and_among_playwrights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "builds"))
    assert find_chromium() is None
    build = plant(tmp_path, "builds/chromium-1/chrome-linux/chrome", "")
    assert find_chromium() == str(build)
    system = plant(tmp_path, "chromium", "#!/bin/sh")
    system.chmod(0o755)
    assert find_chromium() == str(system)
