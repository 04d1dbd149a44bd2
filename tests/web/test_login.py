"""The page beyond this machine: a token is shown once, in a form that a keyboard can use."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import RINGFENCE

pytestmark = pytest.mark.browser


@pytest.fixture
def beyond(tmp_path: Path) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The address of a server that other machines can reach, a token for it, and its environment."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    environment["RINGFENCE_HOME"] = str(tmp_path)
    made = [RINGFENCE, "token", "new", "human:eva", "--scope", "read"]
    secret = subprocess.run(made, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    command = [RINGFENCE, "web", "--host", "0.0.0.0", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        assert server.stdout is not None
        yield server.stdout.readline().split()[3].partition("login")[0], secret, environment
        server.terminate()
        server.wait(timeout=20)


def test_a_person_logs_in_and_is_logged_out(
    browser: Browser, beyond: tuple[str, str, dict[str, str]]
) -> None:
    url, secret, environment = beyond
    context = browser.new_context()
    context.set_default_timeout(45_000)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    expect(page).to_have_url(f"{url}login")
    expect(page.get_by_label("Token")).to_be_focused()
    page.keyboard.type("rf_wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not a token that holds")
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    expect(page).to_have_url(url)
    expect(page.locator(".curve .main-svg").first).to_be_visible()
    page.get_by_label("Example").select_option("rescue")
    expect(page.locator("#twins")).to_contain_text("57,286.43")
    assert page.evaluate("document.cookie").find("ringfence_login") < 0, "no script can read it"
    assert not [one for one in asked if secret in one]
    subprocess.run([RINGFENCE, "token", "revoke", "human:eva"], env=environment, check=True, timeout=30)
    page.reload()
    expect(page).to_have_url(f"{url}login")
    context.close()
