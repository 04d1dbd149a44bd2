"""What a visitor has in front of them: the last good answer stays when the next book is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ringfence.service.context import Context
from ringfence.web.board import _summed
from ringfence.web.desk import Desk
from ringfence.web.why import Question


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(Context(tmp_path, today=lambda: "2026-11-22"))
    desk.open_example("two-btc")
    return desk


def test_a_good_book_has_an_answer_and_no_problem(desk: Desk) -> None:
    assert desk.answer is not None
    assert desk.problem is None
    assert not desk.stale
    assert {twin.twin: twin.most_to_lose for twin in desk.answer.twins}["isolated"] == {"BTC": "0.6"}


def test_a_wrong_book_leaves_the_last_answer_and_says_what_is_wrong(desk: Desk) -> None:
    before = desk.answer
    wrong: Any = {**desk.good, "wallet": {"BTC": "two"}}
    desk.edit(wrong)
    assert desk.answer is before
    assert desk.stale
    assert desk.problem is not None
    assert (desk.problem.code, desk.problem.path) == ("bad-number", "wallet.BTC")
    assert desk.draft["wallet"] == {"BTC": "two"}
    assert desk.good["wallet"] == {"BTC": "2"}
    assert desk.scrub("SOL/USD:BTC", "-0.15", follow=False).twins, "the good book is scrubbed"


def test_a_text_that_cannot_be_read_keeps_the_draft(desk: Desk) -> None:
    draft = desk.draft
    desk.read("[", title="broken")
    assert desk.problem is not None
    assert desk.problem.code == "bad-file"
    assert desk.draft is draft
    assert desk.text == "["


def test_a_bug_is_called_one_and_the_page_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> Any:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("ringfence.web.desk.operation_named", broken)
    desk.edit({**desk.good})
    assert desk.problem is not None
    assert (desk.problem.code, desk.problem.value) == ("bug", "ZeroDivisionError: division by zero")
    assert desk.stale


def test_scrubbed_answers_are_remembered_until_the_book_changes(desk: Desk) -> None:
    first = desk.scrub("SOL/USD:BTC", "-0.15", follow=False)
    assert desk.scrub("SOL/USD:BTC", "-0.15", follow=False) is first
    assert desk.scrub("SOL/USD:BTC", "-0.15", follow=True) is not first
    desk.edit({**desk.good})
    assert desk.scrub("SOL/USD:BTC", "-0.15", follow=False) is not first


def test_the_equity_after_a_move_is_the_sum_that_is_written_beside_it(desk: Desk) -> None:
    twin = next(t for t in desk.scrub("SOL/USD:BTC", "-0.15", follow=False).twins if t.twin == "isolated")
    line = _summed(twin, "BTC")
    assert line is not None
    assert line.value == "1.9"
    # pool 1.4, the Bitcoin fence 0.5, the Solana fence forfeited
    assert [part.split(" ")[0] for part in line.how.split(" + ")] == ["1.4", "0.5", "0"]
    assert line.how.count("forfeited") == 1


@pytest.mark.parametrize(
    ("field", "group"),
    [
        ("liquidation.BTC/USDT:USDT long.alone.liquidated", "liquidation.BTC/USDT:USDT long.alone"),
        ("positions.BTC/USDT:USDT long.notional", "positions.BTC/USDT:USDT long"),
        ("rings.pool USDT.health", "rings.pool USDT"),
        ("totals.USDT.total_equity", "totals.USDT"),
        ("most_to_lose.USDT", "most_to_lose.USDT"),
        ("rings", "rings"),
    ],
)
def test_a_number_is_shown_with_its_kin(field: str, group: str) -> None:
    assert Question("cross", field).group == group


def test_every_number_of_the_columns_has_workings(desk: Desk) -> None:
    from ringfence.report.tables import twin_table

    assert desk.answer is not None
    table = twin_table(desk.answer)
    asked = 0
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=False):
            if cell.why:
                asked += 1
                question = Question(column.key, cell.why)
                lines = desk.explain(question.twin, question.group).lines
                assert cell.why in [line.field for line in lines], (row.label, cell)
    assert asked > 30
