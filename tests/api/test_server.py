"""``ringfence web`` as a person starts it: a free port, an address when it answers, a quiet end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ringfence.api.serve import Listener, is_loopback
from ringfence.errors import NotSupported
from tests.doors import book

RINGFENCE = Path(sys.executable).parent / "ringfence"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], str]]:
    home = str(tmp_path_factory.mktemp("home"))
    process = subprocess.Popen(
        [RINGFENCE, "web", "--port", "0", "--no-browser"],
        env={**os.environ, "RINGFENCE_HOME": home},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert "http://127.0.0.1:" in first, process.stderr and process.stderr.read()
        yield process, first.split()[3].rstrip("/")
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_printed_address_answers(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
    answer = httpx.post(f"{url}/v1/compare", json={"account": book()})
    assert answer.json()["headline"]


def test_the_page_is_on_the_same_address(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    page = httpx.get(f"{url}/")
    assert page.status_code == 200
    assert "ringfence" in page.text


def test_the_page_is_guarded_too(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    answer = httpx.get(f"{url}/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_socket_from_another_site_is_closed(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    asked = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "origin": "https://evil.example",
    }
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    assert httpx.get(f"{url}{path}", headers=asked).status_code == 403


def test_it_listens_on_this_machine_alone(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    port = int(url.rsplit(":", 1)[1])
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), port, socket.AF_INET)}
    for address in others:
        if is_loopback(str(address)):
            continue
        with (
            pytest.raises((ConnectionError, TimeoutError)),
            socket.create_connection((str(address), port), timeout=2),
        ):
            pass


def test_a_port_that_is_taken_is_said_to_be(server: tuple[subprocess.Popen[str], str]) -> None:
    _, url = server
    port = url.rsplit(":", 1)[1]
    said = subprocess.run(
        [RINGFENCE, "web", "--port", port, "--no-browser"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (said.returncode, said.stdout) == (2, "")
    assert "--port" in said.stderr
    assert "--port 0" in said.stderr


def test_it_ends_quietly_when_interrupted(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [RINGFENCE, "web", "--port", "0", "--no-browser"],
        env={**os.environ, "RINGFENCE_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert (process.returncode, error) == (130, "")


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")]
)
def test_the_address_is_one_that_a_browser_can_open(host: str, shown: str) -> None:
    with Listener(host, 0) as listener:
        assert listener.url == f"http://{shown}:{listener.port}/"


def test_a_host_that_is_none_is_bad_input() -> None:
    with pytest.raises(NotSupported, match="no address of this machine"):
        Listener("no such host", 0)
