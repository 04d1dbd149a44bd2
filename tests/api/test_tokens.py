"""Tokens over HTTP: who is let in, for what, how often; the login of the page."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from ringfence.api import app as door
from ringfence.api.app import create_app
from ringfence.api.doorman import Doorman
from ringfence.api.gate import COOKIE
from ringfence.api.problems import MEDIA_TYPE
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from ringfence.service.tokens import new_token
from ringfence.store.tokens import Tokens
from tests.doors import asked, book

SOCKET = "ws://127.0.0.1:8765/socket"
HTML = {"accept": "text/html,*/*"}


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def context(tmp_path: Path, clock: Clock) -> Context:
    return Context(tmp_path / "home", today=lambda: "2026-11-22", ticks=clock)


def token(context: Context, name: str = "bot:a", *scopes: str, days: int = 90) -> str:
    return new_token(context, name, scopes or ("read",), days=days)[0]


def shown(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


@contextmanager
def served(context: Context, doorman: Doorman | None = None) -> Iterator[TestClient]:
    app = create_app(context, doorman=doorman or Doorman(context, beyond=True))

    @app.get("/")
    async def page() -> str:
        return "the page"

    @app.websocket("/socket")
    async def socket(it: WebSocket) -> None:
        await it.accept()
        try:
            while True:
                await it.send_text(f"you said {await it.receive_text()}")
        except WebSocketDisconnect:
            return

    with TestClient(
        app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False, follow_redirects=False
    ) as it:
        yield it


@pytest.fixture
def client(context: Context) -> Iterator[TestClient]:
    """A server that other machines can reach."""
    with served(context) as it:
        yield it


def problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == MEDIA_TYPE
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code), told
    assert told["hint"]
    return told


PATHS = [f"/v1/{one.name}" for one in OPERATIONS] + ["/", "/openapi.json", "/problems", "/v1/none", "/none"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_but_health_is_reached_without_a_token(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path, json={} if method == "POST" else None)
    problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic YTpi",
        "rf_x",
        "Bearer rf_",
        "Bearer x",
        "Bearer rf_" + "A" * 43,
        "Bearer rf_é",
    ],
)
def test_what_is_no_token_is_refused(client: TestClient, context: Context, header: str) -> None:
    token(context)
    answer = client.post("/v1/venues-list", json={}, headers={"authorization": header.encode("latin-1")})  # type: ignore[dict-item]
    problem(answer, 401, "unauthorized")


def test_a_token_lets_in_and_names_the_actor(
    client: TestClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, seen = token(context, "bot:grid-1", "read", "write"), []
    real = door.answered

    async def watched(operation: Any, given: Context, *rest: Any) -> Any:
        seen.append(given.principal)
        return await real(operation, given, *rest)

    monkeypatch.setattr(door, "answered", watched)
    assert client.post("/v1/assess", json={"account": book()}, headers=shown(secret)).status_code == 200
    (who,) = seen
    assert (who.actor, who.door, sorted(who.scopes)) == ("bot:grid-1", "http", ["read", "write"])


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: one.name)
def test_a_token_without_the_scope_is_refused_everywhere(
    one: Any, client: TestClient, context: Context
) -> None:
    others = {"read", "write", "mirror", "plan", "admin"} - {one.scope}
    secret = token(context, "human:eva", *others)
    told = problem(client.post(f"/v1/{one.name}", json={}, headers=shown(secret)), 403, "not-allowed")
    assert one.local or one.scope in told["hint"]


def test_a_read_token_changes_nothing(client: TestClient, context: Context, tmp_path: Path) -> None:
    request, _ = asked(tmp_path)["tiers-import"]
    secret = token(context)
    before = sorted(context.folder.rglob("*"))
    problem(client.post("/v1/tiers-import", json=request, headers=shown(secret)), 403, "not-allowed")
    assert sorted(context.folder.rglob("*")) == before


def test_an_expired_or_revoked_token_ends_at_once(client: TestClient, context: Context) -> None:
    secret = token(context, days=1)
    ask = lambda: client.post("/v1/venues-list", json={}, headers=shown(secret)).status_code  # noqa: E731
    assert ask() == 200
    Tokens(context.folder).revoke("bot:a")
    assert ask() == 401
    token(context, "bot:b")
    later = replace(context, today=lambda: "2027-11-22")
    with served(later) as it:
        secret = token(context, "bot:c")
        problem(it.post("/v1/venues-list", json={}, headers=shown(secret)), 401, "unauthorized")


def test_a_damaged_file_of_tokens_lets_nobody_in(
    client: TestClient, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    secret = token(context)
    Tokens(context.folder).path.write_text("{", "utf-8")
    with caplog.at_level(logging.ERROR, "ringfence"):
        told = problem(client.post("/v1/venues-list", json={}, headers=shown(secret)), 401, "unauthorized")
    assert str(context.folder) not in json.dumps(told)
    assert "no token is accepted" in caplog.text


def test_no_token_is_in_a_log_or_an_answer(
    client: TestClient, context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    secret = token(context)
    with caplog.at_level(logging.DEBUG):
        for wrong in (secret, secret + "x"):
            answer = client.post("/v1/assess", json={}, headers=shown(wrong))
            assert wrong not in answer.text + str(answer.headers)
        client.post("/login", data={"token": secret})
    assert secret.removeprefix("rf_") not in caplog.text


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_so_many_requests_a_minute_and_no_more(
    client: TestClient, context: Context, clock: Clock, off: int
) -> None:
    secret, most = token(context), LIMITS.requests_per_minute
    ask = lambda who=secret: client.post("/v1/none", headers=shown(who))  # noqa: E731
    for _ in range(most + off - 1):
        assert ask().status_code == 404
    answer = ask()
    if off < 1:
        assert answer.status_code == 404
        return
    told = problem(answer, 429, "too-many-requests")
    assert "requests_per_minute" in told["detail"]
    assert answer.headers["retry-after"] == "1"
    assert ask(token(context, "bot:b")).status_code == 404, "another token has turns of its own"
    clock.now += 60 / most
    assert ask().status_code == 404


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_so_many_guesses_a_minute_and_no_more(
    client: TestClient, context: Context, clock: Clock, off: int
) -> None:
    most = LIMITS.guesses_per_minute
    guess = lambda number: client.post("/v1/none", headers=shown(f"rf_{number}"))  # noqa: E731
    for number in range(most + off - 1):
        assert guess(number).status_code == 401
    answer = guess("last")
    if off < 1:
        problem(answer, 401, "unauthorized")
        return
    problem(answer, 429, "too-many-requests")
    secret = token(context)
    assert client.post("/v1/none", headers=shown(secret)).status_code == 429, (
        "not even the right one, until then"
    )
    clock.now += 60
    assert client.post("/v1/none", headers=shown(secret)).status_code == 404


def test_a_million_guesses_take_more_than_a_day() -> None:
    first, a_second = LIMITS.guesses_per_minute, LIMITS.guesses_per_minute / 60
    assert (1_000_000 - first) / a_second > 24 * 3600


def test_on_this_machine_without_a_token_everything_is_as_it_was(context: Context) -> None:
    with served(context, Doorman(context)) as it:
        assert it.post("/v1/assess", json={"account": book()}).status_code == 200
        assert it.get("/").status_code == 200
        token(context)
        assert it.get("/").status_code == 200, "decided when the server started"
        problem(it.post("/v1/assess", json={}, headers=shown("rf_wrong")), 401, "unauthorized")
    with served(context, Doorman(context)) as it:
        problem(it.post("/v1/assess", json={"account": book()}), 401, "unauthorized")


# The page


def test_a_browser_is_shown_where_to_log_in(client: TestClient) -> None:
    answer = client.get("/", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    page = client.get("/login", headers=HTML)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "strict-origin", "no-referrer makes a form's origin null"
    assert "<script" not in page.text
    assert '<label for="token">' in page.text
    problem(client.put("/login"), 401, "unauthorized")


def log_in(client: TestClient, secret: str) -> Response:
    return client.post("/login", data={"token": secret})


def test_a_browser_logs_in_with_a_cookie_that_no_script_and_no_other_site_can_use(
    client: TestClient, context: Context
) -> None:
    secret = token(context, "human:eva")
    answer = log_in(client, secret)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    for part in (COOKIE, "HttpOnly", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert secret not in cookie
    assert "Secure" not in cookie, "over plain HTTP a browser would not send it back"
    assert client.get("/").json() == "the page"
    problem(client.post("/v1/assess", json={"account": book()}), 401, "unauthorized")


def test_behind_tls_the_cookie_is_secure(context: Context) -> None:
    with served(context) as it:
        it.base_url = "https://127.0.0.1"  # type: ignore[assignment]
        assert "Secure" in log_in(it, token(context)).headers["set-cookie"]


@pytest.mark.parametrize("secret", ["", "rf_wrong", "<script>", "x" * 10_000])
def test_a_wrong_token_stays_on_the_login_page(client: TestClient, secret: str) -> None:
    answer = log_in(client, secret)
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "www-authenticate" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "<script>" not in answer.text


def test_another_site_cannot_log_a_browser_in(client: TestClient, context: Context) -> None:
    answer = client.post("/login", data={"token": token(context)}, headers={"origin": "https://evil.example"})
    problem(answer, 403, "forbidden")


def test_a_login_ends_with_its_token(client: TestClient, context: Context) -> None:
    log_in(client, token(context, "human:eva"))
    with client.websocket_connect(SOCKET) as socket:
        socket.send_text("hello")
        assert socket.receive_text() == "you said hello"
        Tokens(context.folder).revoke("human:eva")
        socket.send_text("still there?")
        with pytest.raises(WebSocketDisconnect) as caught:
            socket.receive_text()
        assert caught.value.code == 4401
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("cookies", [{}, {COOKIE: "made-up"}, {COOKIE: ""}])
def test_a_socket_without_a_login_is_closed(client: TestClient, cookies: dict[str, str]) -> None:
    client.cookies.update(cookies)
    with pytest.raises(WebSocketDisconnect) as caught, client.websocket_connect(SOCKET):
        pass
    assert caught.value.code == 4401


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_so_many_logins_and_no_more(context: Context, off: int) -> None:
    doorman, secret = Doorman(context, beyond=True), token(context)
    first = doorman.log_in(secret, address="192.0.2.1")
    for _ in range(LIMITS.logins_kept + off - 1):
        last = doorman.log_in(secret, address="192.0.2.1")
    assert (doorman.visitor(str(first)) is not None) == (off < 1)
    assert doorman.visitor(str(last)) is not None


def test_whoever_starts_the_server_gets_in_once_by_its_address(context: Context) -> None:
    token(context)
    doorman = Doorman(context)
    key = doorman.launch()
    with served(context, doorman) as it:
        assert it.get("/login?key=wrong").status_code == 401
        answer = it.get(f"/login?key={key}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert it.get("/").json() == "the page"
        it.cookies.clear()
        assert it.get(f"/login?key={key}").status_code == 401, "good once"
        assert it.get("/").status_code == 401


def test_no_key_lets_in_where_none_was_made(client: TestClient) -> None:
    for key in ("", "x", "None"):
        client.get(f"/login?key={key}")
        assert client.get("/").status_code == 401
