"""A preview over HTTP: a refusal by the venue is an answer, one that cannot be meant a located problem."""

from __future__ import annotations

import tomllib
from typing import Any

from fastapi.testclient import TestClient

from tests.support import ROOT

BOOK: dict[str, Any] = tomllib.loads((ROOT / "examples" / "rescue.toml").read_text("utf-8"), parse_float=str)


def test_a_refused_change_is_an_answer(client: TestClient) -> None:
    answer = client.post("/v1/preview", json={"account": BOOK, "remove_margin": "500"})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["verdict"], told["code"]) == ("refused", "D-107")
    assert {one["name"] for one in told["moved"]} >= {"most_to_lose", "health", "maintenance_usage"}
    again = client.post("/v1/assess", json={"account": told["account"]})
    assert again.status_code == 200
    assert again.json()["rings"] == told["after"]["rings"]


def test_what_cannot_be_meant_is_a_located_problem(client: TestClient) -> None:
    answer = client.post("/v1/preview", json={"account": BOOK, "open": "a lot"})
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["type"] == "/problems/bad-number"
    assert "open" in str(problem)
    assert "-2@61000" in str(problem)
    nothing = client.post("/v1/preview", json={"account": BOOK})
    assert nothing.json()["type"] == "/problems/missing-field"
