"""``ringfence token`` and what ``ringfence web`` asks for before it listens beyond this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ringfence.cli.commands import command_names
from ringfence.service.operations import OPERATIONS
from tests.cli.conftest import Run

RINGFENCE = Path(sys.executable).with_name("ringfence")


def test_a_token_is_shown_once(run: Run, tmp_path: Path) -> None:
    said = run("token", "new", "bot:grid-1", "--scope", "read", "--scope", "mirror", "--days", "30")
    assert (said.status, said.out.count("\n")) == (0, 1), "the token alone, so that a program can keep it"
    secret = said.out.strip()
    assert secret.startswith("rf_")
    assert "bot:grid-1 may mirror, read until" in said.err
    listed = run("token", "list")
    assert "bot:grid-1" in listed.out
    assert secret not in listed.out + run("token", "list", "--json").out
    (kept,) = json.loads(run("token", "list", "--json").out)["tokens"]
    assert (kept["name"], kept["scopes"]) == ("bot:grid-1", ["mirror", "read"])
    assert "digest" not in kept


def test_as_json(run: Run) -> None:
    told = json.loads(run("token", "new", "human:eva", "--scope", "plan", "--json").out)
    assert told["token"].startswith("rf_")
    assert told["scopes"] == ["plan"]


def test_a_token_is_revoked(run: Run) -> None:
    run("token", "new", "bot:a", "--scope", "read")
    assert run("token", "revoke", "bot:a").out == "revoked: bot:a\n"
    assert "no tokens" in run("token", "list").out
    again = run("token", "revoke", "bot:a")
    assert (again.status, "ringfence token list" in again.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["grid", "--scope", "read"], "name"),
        (["bot:a", "--scope", "everything"], "--scope"),
        (["bot:a", "--scope", "plan"], "--scope"),
        (["agent:a", "--scope", "write"], "--scope"),
        (["bot:a", "--scope", "read", "--days", "0"], "--days"),
        (["bot:a", "--scope", "read", "--days", "10000"], "--days"),
        (["bot:a"], "--scope"),
    ],
)
def test_a_token_that_cannot_be_made(run: Run, words: list[str], place: str) -> None:
    said = run("token", "new", *words)
    assert (said.status, said.out) == (2, "")
    assert place in said.err
    assert "hint:" in said.err
    assert "no tokens" in run("token", "list").out


def test_tokens_are_managed_at_the_terminal_alone() -> None:
    assert not [one.name for one in OPERATIONS if one.name.startswith("token")]
    assert not [name for name in command_names() if name.startswith("token")]


@pytest.mark.parametrize("words", [("--host", "0.0.0.0"), ("--name", "desk.example")])
def test_beyond_this_machine_there_must_be_a_token(run: Run, words: tuple[str, str]) -> None:
    said = run("web", *words, "--port", "0", "--no-browser")
    assert (said.status, said.out) == (2, "")
    assert f"error not-allowed: {words[0]}" in said.err
    assert "ringfence token new human:NAME --scope" in said.err


def test_beyond_this_machine_everybody_shows_it(tmp_path: Path) -> None:
    environment = {**os.environ, "RINGFENCE_HOME": str(tmp_path)}
    made = [RINGFENCE, "token", "new", "human:eva", "--scope", "read"]
    secret = subprocess.run(made, env=environment, capture_output=True, text=True, check=True).stdout.strip()
    command = [RINGFENCE, "web", "--host", "0.0.0.0", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            entrance = server.stdout.readline().split()[3]
            url = entrance.partition("/login")[0]
            with httpx.Client(headers={"accept": "text/html"}) as browser:
                assert browser.get(f"{url}/").headers["location"] == "/login"
                assert browser.get(entrance, follow_redirects=True).status_code == 200
                assert "ringfence" in browser.get(f"{url}/").text
            assert httpx.post(f"{url}/v1/venues-list", json={}).status_code == 401
            bearer = {"authorization": f"Bearer {secret}"}
            assert httpx.post(f"{url}/v1/venues-list", json={}, headers=bearer).status_code == 200
        finally:
            server.terminate()
            _, errors = server.communicate(timeout=20)
    assert "TLS" in errors
    assert secret not in errors
    assert "Traceback" not in errors
