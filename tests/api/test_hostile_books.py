"""A sound book with one thing wrong, or strange: an answer or a problem, never a failure."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from ringfence.api.app import create_app
from ringfence.api.problems import MEDIA_TYPE
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from tests.doors import book
from tests.support import ROOT

# No store is ever written here: the one operation that writes is not among the questions.
CLIENT = TestClient(
    create_app(Context(Path("/nonexistent"), today=lambda: "2026-11-22")),
    base_url="http://127.0.0.1",
    raise_server_exceptions=False,
)
BOOKS = {path.stem: book(path) for path in sorted((ROOT / "examples").glob("*.toml"))}
QUESTIONS = [one.name for one in OPERATIONS if "account" in one.request.model_fields]
EXTRAS: dict[str, Any] = {
    "solve": st.fixed_dictionaries(
        {},
        optional={
            "question": st.sampled_from(["margin", "size", "leverage", "withdraw", "largest"]),
            "symbol": st.sampled_from(
                ["BTC/USDT:USDT", "BTC/USD:BTC", "SOL/USD:BTC", "ETH/USDT:USDT", "X/Y:Y"]
            ),
            "side": st.sampled_from(["long", "short"]),
            "price": st.sampled_from(["1", "40000", "1e-30", "1e30", "60000.01"]),
            "margin_mode": st.sampled_from(["isolated", "cross"]),
            "margin": st.sampled_from(["0", "1", "500", "-1", "1e20"]),
            "entry_price": st.sampled_from(["0", "50000", "1e20"]),
            "lot": st.sampled_from(["0", "0.001", "-1", "1000000"]),
        },
    ),
    "scrub": st.fixed_dictionaries(
        {"move": st.sampled_from(["0", "-0.15", "-1", "0.6", "-2", "1e9", "1e-30"])}
    ),
    "explain": st.fixed_dictionaries({"twin": st.sampled_from(["as_is", "isolated", "cross"])}),
    "compare": st.fixed_dictionaries(
        {}, optional={"at": st.just({"BTC/USDT:USDT": "1", "BTC/USD:BTC": "1e9"})}
    ),
}
NUMBERS = (
    "0", "-1", "-0", "nan", "inf", "1e-39", "1e39", "1e40", "9" * 60, "9" * 61, "0." + "0" * 38 + "1",
    "0.00000001", "123456789.123456789", "1e15", "\u0660", 0, -5, True,
)  # fmt: skip
WORDS = (
    "", "long", "short", "isolated", "cross", "quanto", "inverse", "linear", "demo", "binance_usdm",
    "BTC/USDT:USDT", "BTC/USD:BTC", "2020-01-01", "9999-12-31", "<script>", "\x1b[31m", "\N{CRAB}" * 30,
)  # fmt: skip
STRANGE = st.sampled_from([None, [], {}, *NUMBERS, *WORDS])
EXTREME = st.sampled_from(
    ["0.00000001", "0.001", "1", "3", "97", "1234.5678", "60000", "1e9", "1e15", "1e-30", "1e30", "0"]
)
"""Amounts that are allowed, and far from what the rest of the book was made for."""


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def with_strange(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    node = changed
    for key in path[:-1]:
        node = node[key]
    if value is None:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed


def is_amount(document: Any, path: tuple[Any, ...]) -> bool:
    for key in path:
        document = document[key]
    return isinstance(document, str) and document.replace(".", "", 1).isdecimal()


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    name = draw(st.sampled_from(QUESTIONS))
    account = BOOKS[draw(st.sampled_from(sorted(BOOKS)))]
    for _ in range(draw(st.integers(0, 3))):
        found = [place for place in places(account) if is_amount(account, place)]
        found = found if draw(st.integers(0, 9)) > 0 else list(places(account))
        if found:
            place = draw(st.sampled_from(found))
            sane = is_amount(account, place) and draw(st.integers(0, 9)) > 0
            account = with_strange(account, place, draw(EXTREME if sane else STRANGE))
    return name, {"account": account, **draw(EXTRAS.get(name, st.just({})))}


@given(requests())
def test_one_strange_thing_in_a_book_is_answered_or_refused(asked: tuple[str, dict[str, Any]]) -> None:
    name, request = asked
    answer = CLIENT.post(
        f"/v1/{name}", content=json.dumps(request), headers={"content-type": "application/json"}
    )
    if answer.status_code == 200:
        assert answer.json()["rules"]["digest"]
    else:
        assert (answer.status_code in (400, 422), answer.headers["content-type"]) == (True, MEDIA_TYPE), (
            answer.text
        )
        assert answer.json()["code"] != "bug"
