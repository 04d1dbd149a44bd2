"""``ringfence venues check``: its exit status, where an error is, and what a person reads."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.support import ROOT

FILE = ROOT / "tests" / "conformance" / "cases" / "binance_usdm.jsonl"
CASES = {case["id"]: case for case in map(json.loads, FILE.read_text("utf-8").splitlines())}
ISO = CASES["bn-um-faq-eth-iso"]


def written(folder: Path, *cases: dict[str, Any], name: str = "cases.jsonl") -> str:
    path = folder / name
    path.write_text("\n".join(json.dumps(case) for case in cases), "utf-8")
    return str(path)


def failing(**changes: Any) -> dict[str, Any]:
    position = {**ISO["expected"]["positions"][0], "liquidation_price": "1"}
    return {**ISO, "id": "off", "expected": {"positions": [position]}, **changes}


@pytest.mark.parametrize(
    ("case", "words", "status"),
    [
        (ISO, [], 0),
        (ISO, ["--strict"], 0),
        (failing(), [], 1),
        (failing(strength="peer"), ["--strict"], 0),
        (failing(fitted=["leverage"]), ["--strict"], 0),
        (failing(reproduces=False), ["--strict"], 0),
        ({**ISO, "venue": "nowhere"}, [], 0),
        ({**ISO, "venue": "nowhere"}, ["--strict"], 1),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_the_status_says_how_the_check_ended(
    case: dict[str, Any], words: list[str], status: int, form: list[str], run: Run, tmp_path: Path
) -> None:
    said = run("venues", "check", "--cases", written(tmp_path, case), *words, *form)
    assert (said.status, said.err) == (status, "")
    if form:
        assert json.loads(said.out)["passed"] is (status == 0)


def test_the_json_has_the_fields_that_are_promised(run: Run, tmp_path: Path) -> None:
    said = json.loads(run("venues", "check", "--cases", written(tmp_path, failing()), "--json").out)
    assert {"cases", "totals"} <= set(said)
    (case,) = said["cases"]
    assert {"id", "venue", "mode", "strength", "fitted", "fields"} <= set(case)
    (one,) = case["fields"]
    assert {"name", "symbol", "expected", "got", "status", "reason"} <= set(one)
    assert (one["symbol"], one["expected"], one["status"]) == ("ETH/USDT:USDT", "1", "fail")


def test_several_files_keys_and_standard_input(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = written(tmp_path, ISO), written(tmp_path, failing(venue="nowhere"), name="two.jsonl")
    both = json.loads(run("venues", "check", "--cases", one, "--cases", two, "--json").out)
    assert [case["id"] for case in both["cases"]] == ["bn-um-faq-eth-iso", "off"]
    words = ("venues", "check", "binance_usdm", "demo", "--cases", one, "--cases", two, "--json")
    assert [case["id"] for case in json.loads(run(*words).out)["cases"]] == ["bn-um-faq-eth-iso"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FILE.read_bytes()), "utf-8"))
    assert len(json.loads(run("venues", "check", "--cases", "-", "--json").out)["cases"]) == len(CASES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"id": 1', "cases.jsonl:2: not JSON"),
        ("[]", "cases.jsonl:2: not a table of fields"),
        ('{"id": "x", "venue": "demo", "strength": "official"}', "cases.jsonl:2: account: this field"),
        (json.dumps({**ISO, "id": None}), "cases.jsonl:2: id: not a text"),
        (json.dumps({**ISO, "on": "soon"}), "cases.jsonl:2: on: not a date"),
        (
            json.dumps({**ISO, "marks": {"ETH/USDT:USDT": 1300.5}}),
            "cases.jsonl:2: marks.ETH/USDT:USDT: 1300.5",
        ),
    ],
)
def test_a_line_that_is_no_case_is_located(text: str, message: str, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(ISO) + "\n" + text, "utf-8")
    said = run("venues", "check", "--cases", str(path))
    assert (said.status, said.out) == (2, "")
    assert message in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "neither a rule pack nor a case of this name (got nowhere)"),
        (["demo", "--accounts", "0"], "--accounts: at least 1"),
        (["demo", "--accounts", "10001"], "at most 10,000 allowed (accounts_per_check)"),
        (["demo", "--accounts", "many"], "--accounts"),
        (["demo", "--seed", "-1"], "--seed"),
        (["--cases", "no-such-file"], "no-such-file: no such file"),
    ],
)
def test_what_cannot_be_asked_is_bad_input(words: list[str], message: str, run: Run) -> None:
    said = run("venues", "check", *words)
    assert (said.status, said.out) == (2, "")
    assert message in said.err


def test_a_person_reads_the_verdict_first_and_every_figure(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, ISO, failing(), failing(id="control", reproduces=False))
    lines = run("venues", "check", "--cases", path).out.splitlines()
    assert lines[0] == "1 of 2 strict cases pass. 1 failed."
    assert lines[1] == "off: liquidation_price"
    text = "\n".join(lines)
    assert re.search(r"^pass +liquidation price, +1114\.78 +1114\.78\d+ +-?\d\.\de-\d$", text, re.MULTILINE)
    assert re.search(r"^FAIL +liquidation price, +1 ", text, re.MULTILINE)
    assert "Controls" in text
    assert max(map(len, lines)) <= 80
    laws = run("venues", "check", "demo", "--accounts", "10").out
    assert laws.startswith("4 of 4 examples and 12 of 12 laws hold. Nothing fails.")
    assert "health falls as the price moves against the position" in laws
