"""The gate for executors: the mirror under addresses with the id in them, and what it makes them wait for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from ringfence.api.app import create_app
from ringfence.service.context import Context
from ringfence.service.mirror.memory import forget, memory_of
from ringfence.service.operations import operation_named
from ringfence.service.shelf import Shelf
from tests.api.test_app import problem
from tests.doors_mirror import BTC, LINES, RESCUE

NOW = 1_795_355_334_049
OPEN = {
    "action": "open", "symbol": "ETH/USDT:USDT", "side": "long", "contracts": "1", "leverage": "5",
    "margin_mode": "isolated",
}  # fmt: skip
BOOK = {
    **RESCUE,
    "marks": {**RESCUE["marks"], "ETH/USDT:USDT": "2500"},
    "tiers": {**RESCUE["tiers"], "ETH/USDT:USDT": RESCUE["tiers"][BTC]},
    "positions": [],
}
ETH = {
    "disproof": "ETH 4h close below 2,450 within 2 days",
    "invalidation": "2450",
    "do_nothing": "I already carry 6 percent correlated risk and funding costs rise",
}


@dataclass
class Clock:
    """A clock that a test moves."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(tmp_path: Path, clock: Clock) -> TestClient:
    context = Context(tmp_path / "home", today=lambda: "2026-11-22", now_ms=clock)
    return TestClient(create_app(context), base_url="http://127.0.0.1:8765", raise_server_exceptions=False)


def asked(gate: TestClient, **more: Any) -> Any:
    return gate.post("/v1/audits", json={**OPEN, "account": BOOK, "id": "e1", **more})


def test_an_intent_to_close_has_its_permit_at_once(gate: TestClient) -> None:
    answer = gate.post("/v1/audits", json={"action": "reduce", "account": RESCUE, "contracts": "0.5"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["verdict"], told["lane"]) == ("allow", "reduce")
    permit = gate.get(f"/v1/permits/{told['permit']['permit_id']}").json()
    assert permit == told["permit"]
    assert (permit["state"], permit["contracts_max"], permit["mark_price"]) == ("valid", "0.5", "58000")


def test_a_pause_is_202_with_what_is_to_be_written(gate: TestClient) -> None:
    answer = asked(gate)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "20")
    told = answer.json()
    assert told["needed"] == ["disproof", "invalidation", "do_nothing"]
    assert told["pause_until_ms"] == NOW + 20_000
    assert told["permit"] is None


def test_the_way_through_a_pause(gate: TestClient, clock: Clock) -> None:
    asked(gate)
    early = gate.post("/v1/audits/e1/decision", json={"decision": "proceed"})
    told = problem(early, 409, "not-yet")
    assert early.headers["Retry-After"] == "20"
    assert str(NOW + 20_000) in told["hint"]
    clock.now += 5_000
    written = gate.post("/v1/audits/e1/answers", json=ETH)
    assert [line["accepted"] for line in written.json()["lines"]] == [True, True, True]
    early = gate.post("/v1/audits/e1/decision", json={"decision": "proceed"})
    assert (early.status_code, early.headers["Retry-After"]) == (409, "15")
    clock.now += 15_000
    done = gate.post("/v1/audits/e1/decision", json={"decision": "proceed"})
    assert (done.status_code, done.json()["decision"]) == (200, "proceed")
    permit = done.json()["permit"]
    assert gate.get("/v1/audits/e1").json()["state"] == "decided"
    fill = {"permit_id": permit["permit_id"], "contracts": "1", "price": "2500"}
    assert gate.post("/v1/fills", json=fill).status_code == 200
    assert gate.get(f"/v1/permits/{permit['permit_id']}").json()["state"] == "used"
    assert gate.get("/v1/ledger", params={"account_id": "main"}).json()["account_id"] == "main"


def test_what_is_open_can_still_end_in_nothing(gate: TestClient) -> None:
    asked(gate)
    done = gate.post("/v1/audits/e1/decision", json={"decision": "do_nothing"}).json()
    assert (done["decision"], done["permit"]) == ("do_nothing", None)
    again = gate.post("/v1/audits/e1/decision", json={"decision": "proceed", "id": "other"})
    problem(again, 409, "id-conflict")


def test_a_permit_runs_out(gate: TestClient, clock: Clock) -> None:
    told = gate.post("/v1/audits", json={"action": "reduce", "account": RESCUE}).json()["permit"]
    clock.now = told["expires_ms"]
    assert gate.get(f"/v1/permits/{told['permit_id']}").json()["state"] == "expired"


def test_the_same_key_is_one_audit(gate: TestClient) -> None:
    body = {**OPEN, "account": BOOK}
    first, again = (gate.post("/v1/audits", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["audit_id"] == "k1"
    problem(gate.post("/v1/audits", json={**body, "contracts": "2", "id": "k1"}), 409, "id-conflict")


def test_the_operations_are_the_same_under_their_own_names(gate: TestClient) -> None:
    told = asked(gate).json()
    assert gate.post("/v1/mirror-audit", json={**OPEN, "account": BOOK, "id": "e1"}).json() == told
    assert gate.post("/v1/mirror-show", json={"audit_id": "e1"}).json() == gate.get("/v1/audits/e1").json()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/v1/audits/none", None, 404, "unknown-record"),
        ("GET", "/v1/permits/none", None, 404, "unknown-record"),
        ("POST", "/v1/audits/none/decision", {"decision": "proceed"}, 404, "unknown-record"),
        ("POST", "/v1/audits/none/answers", LINES, 404, "unknown-record"),
        ("POST", "/v1/audits/a1/answers", {"audit_id": "a2"}, 422, "out-of-range"),
        ("POST", "/v1/audits", {"action": "fly"}, 422, "out-of-range"),
        ("GET", "/v1/ledger?ever=1", None, 422, "unknown-field"),
        ("GET", "/v1/ledger?account_id=", None, 422, "out-of-range"),
        ("GET", "/v1/audits", None, 405, "method-not-allowed"),
        ("POST", "/v1/audits/a1", {}, 405, "method-not-allowed"),
        ("DELETE", "/v1/permits/p1", None, 405, "method-not-allowed"),
        ("GET", "/v1/audits/a1/answers/more", None, 404, "not-found"),
    ],
)
def test_what_is_wrong_is_a_problem(
    gate: TestClient, method: str, path: str, body: dict[str, Any] | None, status: int, code: str
) -> None:
    problem(gate.request(method, path, json=body), status, code)


def test_a_program_is_told_which_method_to_use(gate: TestClient) -> None:
    assert gate.get("/v1/audits").headers["Allow"] == "POST"
    assert gate.post("/v1/ledger", json={}).headers["Allow"] == "GET"


def test_a_key_does_not_make_a_reader_see_what_was(gate: TestClient, clock: Clock) -> None:
    asked(gate)
    key = {"Idempotency-Key": "k2"}
    before = gate.get("/v1/audits/e1", headers=key).json()
    clock.now += 700_000
    assert (before["state"], gate.get("/v1/audits/e1", headers=key).json()["state"]) == ("open", "expired")


def test_the_same_id_from_eight_at_once_is_one_audit(tmp_path: Path) -> None:
    context = Context(tmp_path / "home", shelf=Shelf(keeps=True))
    asking = {**OPEN, "account": BOOK, "id": "e1"}
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: operation_named("mirror-audit").run(context, asking), range(8)))
    assert len({one.model_dump_json() for one in found}) == 1
    with context.journal() as journal:
        assert [one.id for one in journal.find() if one.parent_id == "e1" or one.id == "e1"] == [
            "e1.account", "e1", "e1.audit",
        ]  # fmt: skip
    context.shelf.clear()


def test_what_is_remembered_is_what_would_be_read(tmp_path: Path) -> None:
    """Records that this process wrote are not read back; a memory that reads them all knows the same."""
    context = Context(tmp_path / "home", shelf=Shelf(keeps=True))
    for number in range(3):
        operation_named("mirror-audit").run(context, {**OPEN, "account": BOOK, "id": f"e{number}"})
        request = {"audit_id": f"e{number}", **ETH, "id": f"w{number}"}
        operation_named("mirror-answer").run(context, request)
        operation_named("mirror-audit").run(context, {**OPEN, "account": BOOK, "account_id": "other"})
        operation_named("mirror-note").run(context, {"text": "between"})
    operation_named("mirror-decide").run(context, {"audit_id": "e1", "decision": "do_nothing"})
    with context.journal() as journal:
        known = vars(memory_of(journal, "main")).copy()
        forget(journal)
        read = vars(memory_of(journal, "main"))
        same = [name for name in known if name not in ("lock", "kept")]
        assert {name: known[name] for name in same} == {name: read[name] for name in same}
        assert set(known["asked"]) == {"e0", "e1", "e2"}
    context.shelf.clear()
