"""Cases as they are written: what is let through untouched, and what is refused, with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import BadFile, LimitExceeded, RingfenceError
from ringfence.ingest.cases import checked_case, read_cases
from ringfence.ingest.problems import validated
from ringfence.limits import LIMITS
from ringfence.service.requests import VenuesCheckRequest
from tests.support import ROOT

FILES = sorted((ROOT / "tests" / "conformance" / "cases").glob("*.jsonl"))
BARE = {"id": "a", "venue": "demo", "strength": "official", "account": {"positions": []}, "expected": {}}
POSITION = {"symbol": "BTC/USDT:USDT", "side": "long", "contracts": "1", "margin_mode": "cross"}


def with_position(**changes: Any) -> dict[str, Any]:
    return {**BARE, "account": {"positions": [{**POSITION, **changes}]}}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_files_of_the_repository_come_through_as_written(path: Path) -> None:
    text = path.read_text("utf-8")
    assert read_cases(text, name=path.name) == [json.loads(line) for line in text.splitlines()]


def test_what_a_case_says_beyond_the_format_is_left_alone() -> None:
    case = {**with_position(comment="mine", tiers=[["0", None, "0.01", None, None]]), "page": 3}
    before = copy.deepcopy(case)
    assert checked_case(case) == before


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ({**BARE, "account": {}}, "account.positions"),
        ({**BARE, "account": None}, "account"),
        ({**BARE, "venue": 7}, "venue"),
        ({**BARE, "on": "2026-13"}, "on"),
        ({**BARE, "on": "٢٠٢٦"}, "on"),
        ({**BARE, "fitted": "leverage"}, "fitted"),
        ({**BARE, "reproduces": "false"}, "reproduces"),
        ({**BARE, "tolerance": {"equity": "rel:much"}}, "tolerance.equity"),
        ({**BARE, "tolerance": {"equity": "-1"}}, "tolerance.equity"),
        ({**BARE, "tolerance": {"equity": None}}, "tolerance.equity"),
        ({**BARE, "expected": {"account": {"equity": "about 5"}}}, "expected.account.equity"),
        ({**BARE, "expected": {"account": {"equity": ["5"]}}}, "expected.account.equity"),
        ({**BARE, "expected": {"positions": [{"symbol": "BTC/USDT:USDT"}]}}, "expected.positions[0].side"),
        (
            {
                **BARE,
                "expected": {"positions": [{"symbol": "BTC/USDT:USDT", "side": "long", "notional": {}}]},
            },
            "expected.positions[0].notional",
        ),
        (with_position(side="lng"), "account.positions[0].side"),
        (with_position(margin_mode="both"), "account.positions[0].margin_mode"),
        (with_position(contracts="1/3"), "account.positions[0].contracts"),
        (with_position(contracts=1.5), "account.positions[0].contracts"),
        (with_position(contracts="1e999"), "account.positions[0].contracts"),
        (with_position(tiers=[["0", None]]), "account.positions[0].tiers[0]"),
        (with_position(symbol="BTCUSDT"), "account.positions[0].symbol"),
    ],
)
def test_what_is_wrong_is_located(case: dict[str, Any], path: str) -> None:
    with pytest.raises(RingfenceError) as caught:
        checked_case(case)
    assert caught.value.path == path


def test_a_line_is_named_by_file_and_number() -> None:
    text = json.dumps(BARE) + "\n\n" + json.dumps({**BARE, "id": 5})
    with pytest.raises(RingfenceError) as caught:
        read_cases(text, name="mine.jsonl")
    assert caught.value.path == "mine.jsonl:3: id"
    with pytest.raises(BadFile, match=r"mine\.jsonl: nothing in it"):
        read_cases(" \n", name="mine.jsonl")


def test_the_number_of_cases_has_a_limit() -> None:
    most = LIMITS.cases_per_check
    request = validated(VenuesCheckRequest, {"cases": [BARE] * most})
    assert len(request.cases or ()) == most
    with pytest.raises(LimitExceeded, match="cases_per_check"):
        validated(VenuesCheckRequest, {"cases": [BARE] * (most + 1)})


def test_the_number_of_accounts_has_a_limit() -> None:
    most = LIMITS.accounts_per_check
    for allowed in (1, most - 1, most):
        assert validated(VenuesCheckRequest, {"accounts": allowed}).accounts == allowed
    with pytest.raises(LimitExceeded, match="accounts_per_check"):
        validated(VenuesCheckRequest, {"accounts": most + 1})
    for wrong in (0, -1, True, "5", 2.0, None):
        with pytest.raises(RingfenceError) as caught:
            validated(VenuesCheckRequest, {"accounts": wrong})
        assert caught.value.path == "accounts"
