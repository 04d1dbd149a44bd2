"""The terminal: the operations as commands, their answers, and how a person's words become a request."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from ringfence.cli.commands import command_names
from ringfence.cli.failures import Exit
from ringfence.cli.fields import OPTIONS, OTHER_FILES, UNTYPED
from ringfence.service.context import Context, local_context
from ringfence.service.operations import OPERATIONS, operation_named
from tests.cli.conftest import Run
from tests.doors import BOOK, asked, book, prepare
from tests.doors_mirror import again
from tests.support import ROOT

EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
NAMES = [operation.name for operation in OPERATIONS]
PAUSED = dict.fromkeys(("mirror-audit", "mirror-answer", "mirror-show"), Exit.PAUSE)
"""What the door's account meets there."""


def direct(name: str, request: dict[str, Any]) -> dict[str, Any]:
    return operation_named(name).run(local_context(), request).model_dump(mode="json")


@pytest.mark.parametrize("name", NAMES)
def test_a_command_answers_as_its_operation(name: str, run: Run, tmp_path: Path) -> None:
    prepare(tmp_path / "home", name)
    request, words = asked(tmp_path)[name]
    said = run(*name.split("-"), *words, "--json")
    assert (said.status, said.err) == (PAUSED.get(name, 0), "")
    answer = json.loads(said.out)
    again(name, tmp_path / "home")
    if name == "tiers-import":
        # The first import adds the table; asking again, directly, finds it there.
        assert answer["added"] == ["XYZ/USDT:USDT"]
        assert direct(name, request)["unchanged"] == ["XYZ/USDT:USDT"]
    elif name == "data-import":
        assert (answer["added"], direct(name, request)["added"]) == (2, 0)
    else:
        assert answer == direct(name, request)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_prints_for_a_person(name: str, run: Run, tmp_path: Path) -> None:
    prepare(tmp_path / "home", name)
    _, words = asked(tmp_path)[name]
    said = run(*name.split("-"), *words)
    assert (said.status, said.err) == (PAUSED.get(name, 0), "")
    assert len(said.out) > 40
    assert "None" not in said.out
    assert "\x1b" not in said.out


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits_in_80_columns(path: Path, run: Run) -> None:
    said = run("compare", str(path))
    assert (said.status, said.err) == (0, "")
    assert max(map(len, said.out.splitlines())) <= 80
    assert "ISOLATED" in said.out
    assert "CROSS" in said.out


@pytest.mark.parametrize("columns", ["20", "44", "80", "200"])
def test_no_number_is_cut_at_any_width(columns: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    path = str(ROOT / "examples" / "binance-faq-cross.toml")
    wide = set(re.findall(r"[\d,]+\.\d+", run("compare", path).out))
    monkeypatch.setenv("COLUMNS", "120")
    assert wide == set(re.findall(r"[\d,]+\.\d+", run("compare", path).out))


def test_a_mixed_book_has_three_columns(run: Run, tmp_path: Path) -> None:
    text = BOOK.read_text("utf-8").replace('"cross"', '"isolated"\nisolated_margin = "3000"', 1)
    (tmp_path / "mixed.toml").write_text(text, "utf-8")
    said = run("compare", str(tmp_path / "mixed.toml"))
    assert re.search(r"AS IT IS\s\(now\)\s+ISOLATED\s+CROSS", said.out)
    assert max(map(len, said.out.splitlines())) <= 80


def test_the_two_btc_account_reads_as_its_source_says(run: Run) -> None:
    said = run("compare", str(ROOT / "examples" / "two-btc.toml")).out
    for shown in ("−19.60 %", "−9.55 %", "−56.93 %", "not liquidatable by"):
        assert shown in said
    assert re.search(r"most that can be lost +0\.60 BTC +2\.00 BTC", said)


def test_marks_betas_and_the_leader_take_the_place_of_the_files(run: Run) -> None:
    words = ["--mark", "BTC=45000", "--mark", "SOL/USDT:USDT=90", "--beta", "SOL=1.5", "--leader", "SOL"]
    said = run("compare", str(BOOK), *words, "--json")
    stated = book()
    stated["marks"] |= {"BTC/USDT:USDT": "45000", "SOL/USDT:USDT": "90"}
    stated["betas"] = {**stated.get("betas", {}), "SOL/USDT:USDT": "1.5"}
    stated["leader"] = "SOL/USDT:USDT"
    assert json.loads(said.out) == direct("compare", {"account": stated})


def test_a_book_comes_through_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOOK.read_bytes()), "utf-8"))
    assert json.loads(run("assess", "-", "--json").out) == direct("assess", {"account": book()})


def test_a_ccxt_document_is_a_book_too(run: Run, tmp_path: Path) -> None:
    row = {
        "symbol": "BTC/USDT:USDT", "side": "long", "contracts": 0.5, "entryPrice": 60000.0,
        "markPrice": 58000.0, "marginMode": "cross", "leverage": 10, "unrealizedPnl": -1000.0,
    }  # fmt: skip
    (tmp_path / "ccxt.json").write_text(
        json.dumps({"positions": [row], "balance": {"USDT": {"total": 9000.0}}})
    )
    said = run("assess", str(tmp_path / "ccxt.json"), "--venue", "demo", "--json")
    assert json.loads(said.out)["rings"][0]["wallet_balance"] == "10000"


def test_the_template_is_a_book_that_answers(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(run("init").out, "utf-8")
    assert run("compare", str(tmp_path / "mine.toml")).status == 0


def test_a_report_is_written_and_its_path_printed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.html"
    said = run("compare", str(BOOK), "--html", str(path))
    assert said.status == 0, said.err
    assert said.out.rstrip().endswith(f"report: {path}")
    assert "<html" in path.read_text("utf-8")


def test_operations_are_commands(run: Run) -> None:
    assert command_names() == [name.replace("-", " ") for name in NAMES]
    for name in NAMES:
        group, _, last = name.rpartition("-")
        listing = run(*group.split(), "--help").out
        assert re.search(rf"^│ {last}\b", listing, re.MULTILINE), name


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_an_option_with_a_sentence(name: str, run: Run) -> None:
    said = run(*name.split("-"), "--help").out
    typed = [
        field for field in operation_named(name).request.model_fields if field not in UNTYPED.get(name, ())
    ]
    for field in typed:
        files = {"account": "book", "plan": "plan", "tiers": "file", "content": "series_file"}
        named = {**files, **OTHER_FILES.get(name, {})}.get(field, "").upper().replace("_", "-")
        option = named or OPTIONS.get(field, f"--{field.replace('_', '-')}")
        option = "--book" if (name, field) == ("limit-set", "account") else option
        assert re.search(rf"{option}\b[^│]* [A-Za-z]{{2,}}", said), f"{option} in:\n{said}"


def test_a_context_is_all_that_an_operation_is_given() -> None:
    assert isinstance(local_context(), Context)
