"""A replay over HTTP: orders fill by the traded price where it is asked for and stored."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from ringfence.service.context import Context
from tests.doors import book
from tests.support import ROOT
from tests.two_hours import stored


def replayed(client: TestClient, **more: Any) -> dict[str, Any]:
    """The rescue book in its pool through two hours, with a stop below what the mark reaches."""
    request = {
        "account": book(ROOT / "examples" / "rescue.toml"), "from_date": "2024-08-05",
        "to_date": "2024-08-05T02:00", "stop": {"BTC/USDT:USDT": "57300"}, "twin": "cross",
    }  # fmt: skip
    answer = client.post("/v1/replay", json={**request, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["twins"][0]["endings"][0]  # type: ignore[no-any-return]


def test_a_stop_is_filled_by_the_price_that_triggers_it(client: TestClient, context: Context) -> None:
    stored(context.history, "mark", "last")
    assert replayed(client)["log"] == []
    assert replayed(client, traded=True, stop_by="mark")["log"] == []
    ending = replayed(client, traded=True)
    assert [one["kind"] for one in ending["log"]] == ["fill"]
    assert ending["left"] == {"USDT": "7300"}


def test_a_trigger_that_is_none_is_refused(client: TestClient) -> None:
    request = {"account": book(), "event": "2025-10-10", "stop_by": "index"}
    answer = client.post("/v1/replay", json=request)
    assert (answer.status_code, answer.json()["path"]) == (422, "stop_by")
