"""The conformance kit over HTTP: a failed check is an answer, a line that is no case a located problem."""

from __future__ import annotations

import json
from typing import Any

from fastapi.testclient import TestClient

from tests.support import ROOT

FILE = ROOT / "tests" / "conformance" / "cases" / "binance_usdm.jsonl"
CASE: dict[str, Any] = json.loads(FILE.read_text("utf-8").splitlines()[0])


def test_a_check_that_fails_is_an_answer(client: TestClient) -> None:
    position = {**CASE["expected"]["positions"][0], "liquidation_price": "1"}
    case = {**CASE, "strength": "official", "fitted": [], "expected": {"positions": [position]}}
    answer = client.post("/v1/venues-check", json={"cases": [case]})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["passed"], len(told["failures"])) == (False, 1)
    assert "fail" in {one["status"] for one in told["cases"][0]["fields"]}
    assert client.post("/v1/venues-check", json={"cases": [CASE]}).json()["passed"] is True


def test_what_is_no_case_is_a_located_problem(client: TestClient) -> None:
    account = {**CASE["account"], "positions": [{**CASE["account"]["positions"][0], "side": "up"}]}
    answer = client.post("/v1/venues-check", json={"cases": [CASE, {**CASE, "account": account}]})
    assert answer.status_code == 422
    told = answer.json()
    assert told["path"] == "cases[1].account.positions[0].side"
    assert told["hint"] == "write 'long' or 'short'"


def test_a_number_with_a_point_is_refused_in_a_case_too(client: TestClient) -> None:
    body = json.dumps({"cases": [{**CASE, "marks": {"BTC/USDT:USDT": 0.5}}]})
    answer = client.post("/v1/venues-check", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "inexact-number")
    assert answer.json()["path"] == "cases[0].marks.BTC/USDT:USDT"
