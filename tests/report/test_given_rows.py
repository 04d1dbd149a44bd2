"""Fees, funding and daily range: rows that stand there when the account states the rate, and only then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ringfence.ingest.files import load_document
from ringfence.report.tables import twin_table
from ringfence.service.answers import CompareAnswer, ExplainAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from tests.support import ROOT

GIVEN = ("distance in daily ranges", "fee to close", "funding a day")


def rescue(**rates: str) -> dict[str, Any]:
    book = dict(load_document(str(ROOT / "examples" / "rescue.toml")))
    return {**book, "rates": {"BTC/USDT:USDT": rates}} if rates else book


def ask(name: str, book: dict[str, Any], folder: Path) -> Any:
    return operation_named(name).run(Context(folder), {"account": book})


def rows(answer: CompareAnswer) -> dict[str, list[str]]:
    return {row.label: [cell.text for cell in row.cells] for row in twin_table(answer).rows if row.cells}


def test_without_rates_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert not set(GIVEN) & set(rows(ask("compare", rescue(), tmp_path)))


def test_with_rates_each_twin_has_its_figure(tmp_path: Path) -> None:
    """58,000 of value; 1.2303 % and 13.3599 % away, isolated and in cross."""
    book = rescue(taker_fee="0.0005", funding_rate="0.0001", daily_range="0.03")
    found = rows(ask("compare", book, tmp_path))
    assert found["distance in daily ranges"] == ["0.41×", "4.45×"]
    assert found["fee to close"] == ["29.00 USDT", "29.00 USDT"]
    assert found["funding a day"] == ["17.40 USDT", "17.40 USDT"]


def test_what_is_received_is_not_paid(tmp_path: Path) -> None:
    table = twin_table(ask("compare", rescue(funding_rate="-0.0001"), tmp_path))
    (row,) = [row for row in table.rows if row.label == "funding a day"]
    assert {(cell.text, cell.detail) for cell in row.cells} == {("17.40 USDT", "received, at the rate given")}


def test_each_figure_has_its_workings(tmp_path: Path) -> None:
    book = rescue(taker_fee="0.0005", funding_rate="0.0001", daily_range="0.03")
    answer: ExplainAnswer = ask("explain", book, tmp_path)
    known = {line.field for line in answer.lines}
    shown = {
        cell.why
        for row in twin_table(ask("compare", book, tmp_path)).rows
        if row.label in GIVEN
        for cell in row.cells
    }
    assert len(shown) == 3
    assert shown <= known
