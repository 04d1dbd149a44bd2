"""Shared by every test: the shared data, how many examples hypothesis draws, the browser's loud line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.support import ROOT, data_dir, find_chromium, shared_dir

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["ROOT", "data_dir", "find_chromium", "shared_dir"]

NO_BROWSER = (
    "NO CHROMIUM: the page was not tested in a browser (install chromium, or: playwright install chromium)"
)
NO_DATA = "NO MARKET DATA: real prices went untested (set RINGFENCE_DATA to a folder with prices/)"

# A push draws the same books every time, so that it says something about the change and not about luck;
# a release looks further. Over eight laws a push sees 2 000 books, and a release 100 000.
_QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile(
    "push", max_examples=250, deadline=None, derandomize=True, suppress_health_check=_QUIET
)
settings.register_profile(
    "release", max_examples=12_500, deadline=None, print_blob=True, suppress_health_check=_QUIET
)
settings.load_profile(os.environ.get("RINGFENCE_PROFILE", "push"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data folder; the test is skipped where a checkout has none."""
    place = shared_dir()
    if place is None:
        pytest.skip("no shared data beside the repository (set RINGFENCE_SHARED)")
    return place


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real prices. Without it the test is skipped, loudly; under CI=true it fails."""
    found = data_dir()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(NO_DATA)
    if found is None:
        pytest.skip(NO_DATA)
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    """A Chromium executable. Without one the test is skipped, loudly; under CI=true it fails."""
    found = find_chromium()
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    if found is None:
        pytest.skip(NO_BROWSER)
    return found


FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium; one for all tests, because Playwright runs once in a process."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one loud line each that the page, or real prices, went untested."""
    if data_dir() is None:
        terminalreporter.write_line(f"!!! {NO_DATA}", red=True, bold=True)
    if find_chromium() is None:
        terminalreporter.write_line(f"!!! {NO_BROWSER}", red=True, bold=True)
