"""One served page for the browser tests, and a real headless Chromium in front of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support import ROOT

RINGFENCE = Path(sys.executable).with_name("ringfence")
expect.set_options(timeout=45_000)


@pytest.fixture(scope="session")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a freshly started ``ringfence web``, stopped by its handle at the end."""
    home = tmp_path_factory.mktemp("home")
    command = [RINGFENCE, "web", "--port", "0", "--no-browser"]
    # The page must not notice that it is served for a test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    log = home / "log"
    environment["RINGFENCE_HOME"] = str(home)
    environment["RINGFENCE_ANCHORS"] = str(home / "anchors")
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as server,
    ):
        assert server.stdout is not None
        said = server.stdout.readline()
        assert said.startswith("ringfence is at http://127.0.0.1:"), said + log.read_text("utf-8")
        yield said.split()[3]
        server.terminate()
        server.wait(timeout=20)
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")


class Visit:
    """Opens pages and watches them: nothing may leave the machine, nothing may throw."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.asked: list[str] = []
        self.thrown: list[str] = []
        self._browser = browser

    @contextmanager
    def page(self, *, width: int = 1280, height: int = 900, **options: Any) -> Iterator[Page]:
        """A page in a browser context of its own, loaded and connected, with its figures drawn."""
        context = self._browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(45_000)
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", lambda socket: self.asked.append(socket.url))
        page.on("pageerror", lambda error: self.thrown.append(str(error)))
        page.goto(self.url)
        expect(page.locator(".curve .main-svg").first).to_be_visible()
        yield page
        context.close()


@pytest.fixture
def visit(browser: Browser, url: str) -> Iterator[Visit]:
    """Pages for one test; afterwards, that no page asked another host or threw an error."""
    visit = Visit(browser, url)
    yield visit
    host = url.removeprefix("http://")
    ours = (f"http://{host}", f"ws://{host}", "data:", "blob:")
    assert [asked for asked in visit.asked if not asked.startswith(ours)] == []
    assert visit.thrown == []


@pytest.fixture
def page(visit: Visit) -> Iterator[Page]:
    """The page on a desktop, with the two-BTC account on it."""
    with visit.page() as page:
        yield page


@pytest.fixture
def paste() -> Any:
    """Put a text into the page's text field and have it read."""

    def put(page: Page, text: str) -> None:
        box = page.locator("#book-text")
        if box.get_attribute("open") is None:
            box.locator("summary").click()
        field = box.locator("textarea")
        # A book shown a moment ago may still be on its way into the field; nobody pastes that fast.
        for _ in range(20):
            field.fill(text)
            page.wait_for_timeout(400)
            if field.input_value() == text:
                break
        box.get_by_role("button", name="Read this text").click()

    return put


@pytest.fixture
def example() -> Any:
    """One shipped example, as text."""
    return lambda name: (ROOT / "examples" / f"{name}.toml").read_text("utf-8")
