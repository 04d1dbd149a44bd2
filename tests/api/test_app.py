"""The HTTP door: the operations as routes, the same answers, and problems of every kind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx import Response

from ringfence import errors
from ringfence.api import app as door
from ringfence.api.audits import ALIASES
from ringfence.api.guard import is_ours
from ringfence.api.problems import DOOR_TITLES, MEDIA_TYPE, problem_of, titles
from ringfence.api.schema import PROBLEMS, openapi_of
from ringfence.errors import RingfenceError
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS, operation_named
from tests.doors import asked, book, prepare
from tests.doors_mirror import again

NAMES = [operation.name for operation in OPERATIONS]
JSON = {"content-type": "application/json"}


def problem(answer: Response, status: int, code: str) -> dict[str, Any]:
    """A problem document of this status and code; everything RFC 9457 and ringfence promise is in it."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code), told
    assert told["type"] == f"/problems/{code}"
    assert set(told) == {"type", "title", "status", "detail", "instance", "code", "path", "value", "hint"}
    assert told["title"]
    assert told["detail"]
    assert "Traceback" not in answer.text
    return told


@pytest.mark.parametrize("name", NAMES)
def test_a_route_answers_as_its_operation(
    name: str, client: TestClient, context: Context, tmp_path: Path
) -> None:
    prepare(context.folder, name)
    request, _ = asked(tmp_path)[name]
    answer = client.post(f"/v1/{name}", json=request)
    if operation_named(name).local:
        problem(answer, 403, "not-allowed")
        return
    told = answer.json()
    assert answer.status_code == (202 if told.get("verdict") == "pause" else 200), answer.text
    if name == "data-import":
        assert told["added"] == 2
        told = client.post(f"/v1/{name}", json=request).json()
    if name == "tiers-import":
        assert told["added"] == ["XYZ/USDT:USDT"]
        told = client.post(f"/v1/{name}", json=request).json()
    again(name, context.folder)
    assert told == operation_named(name).run(context, request).model_dump(mode="json")


def test_operations_are_routes(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    aliases = {f"/v1{alias.path}": [alias.method.lower()] for alias in ALIASES}
    assert list(paths) == [*(f"/v1/{name}" for name in NAMES), *aliases]
    assert all(list(methods) == aliases.get(path, ["post"]) for path, methods in paths.items())
    served = {route.path for route in client.app.routes if "POST" in (getattr(route, "methods", None) or ())}  # type: ignore[attr-defined]
    assert served - {"/v1/{rest:path}"} == {path for path, methods in paths.items() if "post" in methods}


def test_a_decimal_literal_where_money_belongs_is_refused_digit_for_digit(client: TestClient) -> None:
    body = '{"account": {"venue": "demo", "wallet": {"USDT": 0.10000000000000000001}}}'
    told = problem(client.post("/v1/assess", content=body, headers=JSON), 422, "inexact-number")
    assert told["path"] == "account.wallet.USDT"
    assert "0.10000000000000000001" in told["hint"]


@pytest.mark.parametrize(
    "literal", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 10_000, '"٠.٥"', "true", "[]"]
)
def test_what_is_no_amount_is_refused(literal: str, client: TestClient) -> None:
    body = f'{{"account": {{"venue": "demo", "wallet": {{"USDT": {literal}}}}}}}'
    answer = client.post("/v1/assess", content=body, headers=JSON)
    assert problem(answer, answer.status_code, answer.json()["code"])["path"] == "account.wallet.USDT"
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "bad-file"),
        (b"{", 400, "bad-file"),
        (b"[]", 400, "bad-file"),
        (b"null", 400, "bad-file"),
        (b"\xff\xfe", 400, "bad-file"),
        (b'{"a": 1, "a": 2}', 400, "bad-file"),
        (b"[" * 100_000, 400, "bad-file"),
        (b'{"account": ' * 500 + b"1" + b"}" * 500, 400, "bad-file"),
        (b"{}", 422, "missing-field"),
        (b'{"account": 1}', 400, "bad-file"),
        (b'{"account": {"venue": "demo"}, "ever": 1}', 422, "unknown-field"),
        (b'{"account": {"venue": "nowhere"}}', 422, "unknown-venue"),
        (b'{"account": {"venue": "demo"}, "on": "soon"}', 422, "out-of-range"),
        (b'{"account": {"venue": "demo", "marks": {"BTC": "1"}}}', 422, "unknown-symbol"),
    ],
)
def test_a_bad_body_is_a_problem(body: bytes, status: int, code: str, client: TestClient) -> None:
    told = problem(client.post("/v1/compare", content=body, headers=JSON), status, code)
    assert told["instance"] == "/v1/compare"


def test_a_body_at_and_above_the_limit(client: TestClient) -> None:
    def sized(size: int) -> bytes:
        return b'{"account": {"venue": "demo"}}'.ljust(size)

    assert client.post("/v1/assess", content=sized(LIMITS.input_bytes), headers=JSON).status_code == 200
    above = sized(LIMITS.input_bytes + 1)
    problem(client.post("/v1/assess", content=above, headers=JSON), 413, "body-too-large")

    def in_pieces() -> Iterator[bytes]:
        yield above[:1000]
        yield above[1000:]

    problem(client.post("/v1/assess", content=in_pieces(), headers=JSON), 413, "body-too-large")


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
@pytest.mark.parametrize("name", ["tiers-import", "compare"])
def test_what_a_form_can_send_is_not_read(kind: str, name: str, client: TestClient, context: Context) -> None:
    answer = client.post(f"/v1/{name}", content=b"{}", headers={"content-type": kind} if kind else {})
    problem(answer, 415, "unsupported-media-type")
    assert not context.folder.exists()


@pytest.mark.parametrize(
    "path", ["/v1/bet", "/v1/", "/v1/compare/", "/v2/compare", "/problems/none", "/v1/%00"]
)
def test_an_address_that_is_none(path: str, client: TestClient) -> None:
    problem(client.post(path, json={}) if path.startswith("/v") else client.get(path), 404, "not-found")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_method_that_is_none(method: str, client: TestClient) -> None:
    answer = client.request(method, "/v1/compare")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"host": "evil.example"},
        {"host": "evil.example:8765"},
        {"host": "127.0.0.1.evil.example"},
        {"host": ""},
    ],
    ids=str,
)
def test_another_site_is_refused(
    headers: dict[str, str], client: TestClient, tmp_path: Path, context: Context
) -> None:
    request, _ = asked(tmp_path)["tiers-import"]
    problem(client.post("/v1/tiers-import", json=request, headers=headers), 403, "forbidden")
    assert not context.folder.exists()


@pytest.mark.parametrize(
    "headers", [{"origin": "http://127.0.0.1:8765"}, {"sec-fetch-site": "same-origin"}, {}], ids=str
)
def test_its_own_page_and_programs_are_not(headers: dict[str, str], client: TestClient) -> None:
    assert client.post("/v1/venues-list", json={}, headers=headers).status_code == 200


def test_hosts_that_are_this_machine() -> None:
    assert is_ours("LOCALHOST:1", ["localhost"])
    assert is_ours("box.lan:8765", ["box.lan"])
    assert not is_ours("[::1", ["localhost"])
    assert not is_ours("127.0.0.1@evil.example", ["localhost"])


def test_a_bug_is_called_one_and_shows_nothing(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(door, "answer_reply", fail)
    answer = client.post("/v1/venues-list", json={})
    problem(answer, 500, "bug")
    assert "planted" not in answer.text


def test_every_error_has_a_page_and_a_title(client: TestClient) -> None:
    classes = [each for each in vars(errors).values() if isinstance(each, type)]
    codes = {each.code for each in classes if issubclass(each, RingfenceError)}
    listed = client.get("/problems").json()
    assert set(listed) == codes | set(DOOR_TITLES)
    assert titles().keys() == codes
    for code, title in listed.items():
        assert client.get(f"/problems/{code}").json() == {"code": code, "title": title}


def test_the_server_says_that_it_is_well(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_every_reference_of_the_schema_leads_somewhere() -> None:
    document = openapi_of(OPERATIONS, "/v1")
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    text = json.dumps(document)
    used = {piece.split('"')[0] for piece in text.split('"$ref": "')[1:]}
    assert used <= known
    assert '"format": "decimal"' not in text
    money = document["components"]["schemas"]["PositionInput"]["properties"]["contracts"]
    assert {"string", "integer"} == {kind["type"] for kind in money["anyOf"]}


def test_many_at_once_get_the_same_answer(client: TestClient) -> None:
    def ask(_: int) -> str:
        return client.post("/v1/compare", json={"account": book()}).text

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("bad-file", 400),
        ("not-allowed", 403),
        ("unknown-record", 404),
        ("id-conflict", 409),
        ("not-yet", 409),
        ("blocked", 409),
        ("missing-mark", 422),
        ("journal-busy", 503),
        ("journal-damaged", 503),
    ],
)
def test_the_status_says_what_kind_of_no_it_is(code: str, status: int) -> None:
    (kind,) = [each for each in vars(errors).values() if getattr(each, "code", "") == code]
    assert problem_of(kind("no")).status == status
    assert str(status) in PROBLEMS, "documented for every operation"
