"""The workers' side: they use nothing of ours, and what they share says a number, a word, or why not."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bench.board import peers
from bench.board.peers import PEERS, WORKERS, Peer, answered, ask
from bench.board.values import Figure
from bench.board.workers import common

from tests.support import ROOT

FILES = sorted(WORKERS.glob("*.py"))
ROW = {
    "symbol": "BTC/USDT:USDT", "kind": "linear", "side": "short", "contracts": "20", "contract_size": "0.1",
    "entry_price": "50000", "margin_mode": "cross", "leverage": "10", "isolated_margin": None,
    "tiers": [["0", "10", "0.004", "0", None], ["10", None, "0.01", "3", "50"]], "tier_basis": "contracts",
}  # fmt: skip
ACCOUNT: dict[str, Any] = {
    "multi_asset": False, "hedged": False, "wallet": {"USDT": "900"}, "other_maintenance": {},
    "positions": [ROW],
}  # fmt: skip
BOOK = {"id": "a", "venue": "demo", "account": ACCOUNT, "marks": {"BTC/USDT:USDT": "49000"}}
FAKE = """
from common import CannotExpress, profit, serve
print("chatter of a program")
def ask(book, row, name):
    if name == "deduction":
        raise ValueError("no  such\\nthing")
    if name == "notional":
        raise CannotExpress("it cannot")
    return {"unrealized_pnl": profit(book, row), "bankruptcy_price": float("nan")}.get(name, "none")
serve("pytest", ask, account="no accounts")
"""


def imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_worker_imports_its_program_and_nothing_of_ours(file: Path) -> None:
    roots = {name.partition(".")[0] for name in imported(file)} - sys.stdlib_module_names
    allowed = {"common"} | ({"freqtrade", "ccxt"} if "freqtrade" in file.stem else {file.stem[4:]})
    assert roots <= allowed


def test_every_peer_has_a_worker() -> None:
    assert {f"ask_{peer.name}.py" for peer in PEERS} | {"common.py"} == {file.name for file in FILES}


def test_a_worker_answers_every_question_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers, home = tmp_path / "workers", tmp_path / "home"
    workers.mkdir()
    shutil.copy(WORKERS / "common.py", workers)
    (workers / "ask_fake.py").write_text(FAKE, "utf-8")
    monkeypatch.setattr(peers, "WORKERS", workers)
    monkeypatch.setattr(peers, "HOME", home)
    monkeypatch.setattr(Peer, "python", Path(sys.executable))
    names = ["unrealized_pnl", "liquidation_price", "bankruptcy_price", "notional", "deduction"]
    questions = [["BTC/USDT:USDT short", name] for name in names] + [["account", "equity"]]
    book = {**BOOK, "questions": questions}
    fake = Peer("fake", "fake==1")
    answer = ask(fake, [book])
    assert set(answer["versions"]) == {"pytest", "pytest on Python"}
    figures = [Figure("a", "demo", "cross", place, name, "1", "", {}) for place, name in questions]
    said = [one.said["fake"] for one in answered(figures, fake, [book], answer)]
    assert [one.value for one in said] == ["2000.0", "none", "", "", "", ""]
    assert [one.reason for one in said[2:]] == [
        "its answer is not a number", "it cannot", "ValueError: no such thing", "no accounts",
    ]  # fmt: skip


def test_a_worker_that_dies_stops_the_board(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ask_fake.py").write_text("raise RuntimeError('gone')", "utf-8")
    monkeypatch.setattr(peers, "WORKERS", tmp_path)
    monkeypatch.setattr(peers, "HOME", tmp_path)
    monkeypatch.setattr(Peer, "python", Path(sys.executable))
    with pytest.raises(SystemExit, match=r"fake did not answer: .*gone"):
        ask(Peer("fake", "fake==1"), [])


def test_tiers_counted_in_contracts_are_converted_to_quote() -> None:
    first, second = common.quote_tiers(ROW)
    assert (first["cap"], second["floor"], second["deduction"]) == (50_000.0, 50_000.0, 3.0)
    assert [common.rate_at(ROW, value) for value in (49_999, 50_000)] == [0.004, 0.01]
    by_base = common.quote_tiers({**ROW, "tier_basis": "base"})
    assert by_base[0]["cap"] == 500_000.0
    with pytest.raises(common.CannotExpress, match="states the tiers"):
        common.quote_tiers({**ROW, "tiers": []})


@pytest.mark.parametrize(
    ("change", "profit"),
    [
        ({}, 2000.0),
        ({"side": "long"}, -2000.0),
        ({"kind": "inverse", "contract_size": "100"}, 2000 / 49_000 - 2000 / 50_000),
        ({"kind": "inverse", "contract_size": "100", "side": "long"}, 2000 / 50_000 - 2000 / 49_000),
    ],
)
def test_the_profit_that_a_venue_would_report(change: dict[str, str], profit: float) -> None:
    assert common.profit(BOOK, {**ROW, **change}) == pytest.approx(profit, rel=1e-12)


def test_a_fence_is_what_the_case_states_or_the_value_over_the_leverage() -> None:
    assert common.fence({**ROW, "isolated_margin": "77"}) == 77.0
    assert common.fence(ROW) == 10_000.0
    with pytest.raises(common.CannotExpress, match="no leverage"):
        common.fence({**ROW, "leverage": None})


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"multi_asset": True}, "several assets"), ({"other_maintenance": {"USDT": "1"}}, "does not list")],
)
def test_a_pool_that_no_balance_expresses_is_said(change: dict[str, Any], reason: str) -> None:
    assert common.pool(BOOK, ROW) == 900.0
    with pytest.raises(common.CannotExpress, match=reason):
        common.pool({**BOOK, "account": {**ACCOUNT, **change}}, ROW)


def test_other_contracts_than_linear_ones_are_said() -> None:
    with pytest.raises(common.CannotExpress, match="inverse contracts"):
        common.linear({**ROW, "kind": "inverse"})
    assert common.settle({**ROW, "symbol": "ETH/USD:ETH-210430"}) == "ETH"


@pytest.mark.parametrize(("name", "said"), [("empty", "no strict case in"), ("absent", "no such file")])
def test_the_board_writes_nothing_without_a_case(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "empty.jsonl").write_text("", "utf-8")
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-m", "bench.board", "--cases", str(tmp_path / f"{name}.jsonl"), "--out", str(out)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode != 0
    assert said in done.stderr
    assert not list(out.glob("*"))
