"""A request that is sent again under its ``Idempotency-Key``: answered once, and the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict

from ringfence.api import app as door
from ringfence.api.app import create_app
from ringfence.api.repeat import Repeats
from ringfence.api.reply import Written
from ringfence.errors import OutOfRange
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.registry import operation
from tests.api.test_app import problem

ANSWER = Written(b"{}", 200, {})


class Ask(BaseModel):
    """A request with an id of its own."""

    model_config = ConfigDict(extra="forbid")
    text: str
    id: str | None = None


class Told(BaseModel):
    """What was done."""

    text: str
    id: str | None
    number: int


@dataclass
class Book:
    """Counts what is done."""

    done: list[str] = field(default_factory=list)

    def note(self, _context: Context, request: Ask) -> Told:
        """Do something that can be counted."""
        if request.text == "wrong":
            raise OutOfRange("wrong", path="text")
        if request.text == "bug":
            raise ZeroDivisionError
        self.done.append(request.text)
        return Told(text=request.text, id=request.id, number=len(self.done))


@pytest.fixture
def kept() -> Book:
    return Book()


@pytest.fixture
def client(context: Context, kept: Book, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    made = [
        operation(f"note-{scope}", request=Ask, answer=Told, scope=scope)(kept.note)  # type: ignore[arg-type]
        for scope in ("write", "mirror", "read")
    ]
    monkeypatch.setattr(door, "OPERATIONS", tuple(made))
    with TestClient(create_app(context), base_url="http://127.0.0.1:1", raise_server_exceptions=False) as it:
        yield it


def ask(client: TestClient, key: str | None, name: str = "note-write", **body: Any) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post(f"/v1/{name}", json={"text": "a", **body}, headers=headers)


def test_the_same_key_has_the_same_answer(client: TestClient, kept: Book) -> None:
    first, again = ask(client, "k1"), ask(client, "k1")
    assert first.content == again.content
    assert first.json() == {"text": "a", "id": "k1", "number": 1}
    assert kept.done == ["a"]


def test_without_a_key_everything_is_done_twice(client: TestClient, kept: Book) -> None:
    assert [ask(client, None).json()["number"] for _ in range(2)] == [1, 2]
    assert kept.done == ["a", "a"]


def test_another_key_or_another_operation_is_another_request(client: TestClient, kept: Book) -> None:
    for key, name in (("k1", "note-write"), ("k2", "note-write"), ("k1", "note-mirror")):
        ask(client, key, name)
    assert len(kept.done) == 3


def test_the_same_key_with_another_body_is_refused(client: TestClient, kept: Book) -> None:
    ask(client, "k1")
    told = problem(ask(client, "k1", text="b"), 422, "key-reused")
    assert told["hint"]
    assert kept.done == ["a"]


def test_the_key_is_the_id_of_the_request(client: TestClient) -> None:
    first = ask(client, "k1", id="k1")
    assert ask(client, "k1").content == first.content
    told = problem(ask(client, "k2", id="other"), 422, "out-of-range")
    assert told["path"] == "id"


@pytest.mark.parametrize("text", ["wrong", "bug"])
def test_what_was_not_answered_can_be_asked_again(client: TestClient, kept: Book, text: str) -> None:
    assert ask(client, "k1", text=text).status_code in (422, 500)
    assert ask(client, "k1", text="a").status_code == 200
    assert kept.done == ["a"]


def test_what_leaves_nothing_behind_needs_no_key(client: TestClient) -> None:
    assert [ask(client, "k1", "note-read").json()["number"] for _ in range(2)] == [1, 2]


@pytest.mark.parametrize("key", [" ", "a b", "a" * 65, "\x7f"])
def test_what_is_no_key_is_refused(client: TestClient, kept: Book, key: str) -> None:
    assert problem(ask(client, key), 422, "out-of-range")["path"] == "Idempotency-Key"
    assert kept.done == []


def test_while_it_is_being_answered_it_is_not_done_again(
    context: Context, kept: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = operation("note-write", request=Ask, answer=Told, scope="write")(kept.note)
    monkeypatch.setattr(door, "OPERATIONS", (slow,))
    real, app = door.answered, create_app(context)

    async def both() -> list[int]:
        gate = asyncio.Event()

        async def held(*given: Any) -> Any:
            await gate.wait()
            return await real(*given)

        monkeypatch.setattr(door, "answered", held)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as it:
            key = {"Idempotency-Key": "k1"}
            first = asyncio.ensure_future(it.post("/v1/note-write", json={"text": "a"}, headers=key))
            while not any(known[1] is None for known in repeats(app)):
                await asyncio.sleep(0)
            second = await it.post("/v1/note-write", json={"text": "a"}, headers=key)
            gate.set()
            third = await first
            again = await it.post("/v1/note-write", json={"text": "a"}, headers=key)
            assert again.content == third.content
            return [third.status_code, second.status_code, again.status_code]

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lambda: asyncio.run(both())).result(timeout=60) == [200, 409, 200]
    assert kept.done == ["a"]


class Verdict(BaseModel):
    """An audit, as far as HTTP looks at it."""

    verdict: str
    state: str
    pause_seconds: int = 60


@pytest.mark.parametrize(
    ("verdict", "state", "status"),
    [("pause", "open", 202), ("pause", "decided", 200), ("allow", "open", 200), ("block", "open", 200)],
)
def test_an_audit_that_pauses_is_accepted_and_says_how_long_to_wait(
    context: Context, monkeypatch: pytest.MonkeyPatch, verdict: str, state: str, status: int
) -> None:
    def judge(_context: Context, _request: Ask) -> Verdict:
        """One intent."""
        return Verdict(verdict=verdict, state=state)

    made = operation("audit", request=Ask, answer=Verdict, scope="mirror")(judge)
    monkeypatch.setattr(door, "OPERATIONS", (made,))
    app = create_app(context)
    assert "202" in app.openapi()["paths"]["/v1/audit"]["post"]["responses"]
    with TestClient(app, base_url="http://127.0.0.1:1") as it:
        for key in (None, "k1", "k1"):
            answer = ask(it, key, "audit")
            assert (answer.status_code, answer.headers.get("retry-after")) == (
                status,
                "60" if status == 202 else None,
            )


def repeats(app: Any) -> list[Any]:
    """What the application keeps of answers."""
    handler = next(route.endpoint for route in app.routes if getattr(route, "path", "") == "/v1/note-write")
    cells = dict(zip(handler.__code__.co_freevars, handler.__closure__, strict=True))
    return list(cells["repeats"].cell_contents._kept.values())


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_so_many_answers_are_kept(off: int) -> None:
    kept = Repeats()
    for number in range(LIMITS.repeats_kept + off):
        key = ("human", "note-write", str(number))
        assert kept.before(key, {}) is None
        kept.keep(key, ANSWER)
    oldest = kept.before(("human", "note-write", "0"), {})
    assert oldest == (ANSWER if off < 1 else None)
