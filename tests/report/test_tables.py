"""The arrangement: which rows, whose numbers, which words."""

from __future__ import annotations

import pytest

from ringfence.report.cells import Cell
from ringfence.report.notes import notes_of
from ringfence.report.tables import (
    Table,
    contagion_rows,
    outcome_table,
    reason_rows,
    ring_rows,
    shown_twins,
    twin_columns,
    twin_table,
)
from tests.report.conftest import MIXED, Ask

LABELS = [
    "margin behind it",
    "liquidation price, others still",
    "distance to it",
    "all together, at BTC/USD:BTC",
    "distance to it",
    "bankruptcy price, others still",
    "maintenance margin",
    "lost at liquidation",
    "worst loss",
]


def cells(table: Table, heading: str, label: str) -> tuple[Cell, ...]:
    """The cells of one row below one heading."""
    start = next(number for number, row in enumerate(table.rows) if row.label == heading)
    return next(row.cells for row in table.rows[start + 1 :] if row.label == label)


def texts(table: Table, heading: str, label: str) -> list[str]:
    return [cell.text for cell in cells(table, heading, label)]


def test_the_two_btc_account_reads_as_published(ask: Ask) -> None:
    table = twin_table(ask("compare", "two-btc"))
    assert [column.title for column in table.columns] == ["ISOLATED", "CROSS"]
    assert [column.today for column in table.columns] == [False, True]
    assert [row.label for row in table.rows[1:10]] == LABELS
    assert texts(table, "BTC/USD:BTC long", "distance to it") == ["−19.60 %", "−79.70 %"]
    assert texts(table, "SOL/USD:BTC long", "liquidation price, others still") == [
        "90.45",
        "not liquidatable by this coin alone",
    ]
    assert texts(table, "SOL/USD:BTC long", "worst loss") == ["0.10 BTC", "2.00 BTC"]
    assert texts(table, "The account in BTC", "most that can be lost") == ["0.60 BTC", "2.00 BTC"]
    assert texts(table, "The account in BTC", "free capital") == ["1.40 BTC", "1.40 BTC"]


def test_every_row_has_a_cell_a_column_and_no_empty_one(ask: Ask) -> None:
    for name in ("two-btc", "two-btc-usd", "hedge-pair", "rescue", "contagion"):
        table = twin_table(ask("compare", name))
        for row in table.rows:
            assert len(row.cells) == (0 if row.kind == "heading" else len(table.columns))
            assert all(cell.text not in ("", "0", "None", "--", "-") for cell in row.cells)


def test_a_mixed_book_has_a_column_for_what_it_is(ask: Ask) -> None:
    answer = ask("compare", MIXED)
    columns = twin_columns(answer)
    assert [column.key for column in columns] == [twin.twin for twin in answer.twins]
    assert [column.title for column in columns if column.today] == ["AS IT IS"]
    assert len(shown_twins(answer)) == 3


def test_what_a_pool_of_several_assets_holds_is_counted_in_its_own_currency(ask: Ask) -> None:
    table = twin_table(ask("compare", "two-btc-usd"))
    isolated, cross = cells(table, "BTC/USDT:USDT long", "worst loss")
    assert (isolated.text, isolated.kind) == ("not possible", "words")
    assert cross.text == "120,000.00 USD"
    assert table.columns[0].note
    assert not table.columns[0].feasible


def test_a_liquidated_position_says_so(ask: Ask) -> None:
    # At 54,000 the fence of 3,000 is used up: 0.5 long from 60,000 has lost all of it.
    marks = {"BTC/USDT:USDT": "54000", "ETH/USDT:USDT": "3100"}
    table = twin_table(ask("compare", {**MIXED, "marks": marks}))
    cell, *_ = cells(table, "BTC/USDT:USDT long", "liquidation price, others still")
    assert (cell.text, cell.alarm, cell.kind) == ("already liquidated at this mark", True, "words")


def test_a_jump_tells_who_loses_what(ask: Ask) -> None:
    assert outcome_table(ask("compare", MIXED)) is None
    table = outcome_table(ask("compare", MIXED, at={"BTC/USDT:USDT": "50000", "ETH/USDT:USDT": "3000"}))
    assert table is not None
    as_is = {row.label: (row.cells[0].text, row.cells[0].detail, row.cells[0].alarm) for row in table.rows}
    assert as_is["fence BTC/USDT:USDT long"] == ("loses 2,000.00 USDT", "liquidated", True)
    assert as_is["pool USDT"] == ("gains 400.00 USDT", "", False)
    assert as_is["fence ETH/USDT:USDT short"] == ("not in this twin", "", False)


def test_contagion_names_who_takes_whom(ask: Ask) -> None:
    (row,) = contagion_rows(ask("compare", "two-btc"))
    assert (row.twin, row.cause, row.takes) == ("CROSS", "BTC/USD:BTC long", ("SOL/USD:BTC long",))
    assert row.distance == "−79.70 %"


@pytest.mark.parametrize("name", ["two-btc", "contagion", "binance-faq-cross", "two-btc-usd"])
def test_contagion_shows_the_price_that_the_position_shows(ask: Ask, name: str) -> None:
    answer = ask("compare", name)
    rows = [row for row in contagion_rows(answer) if row.twin == "CROSS"]
    shown = [texts(twin_table(answer), row.cause, "liquidation price, others still")[-1] for row in rows]
    assert shown == [row.price for row in rows] != []


def test_reasons_that_apply_come_first_with_their_numbers(ask: Ask) -> None:
    rows = reason_rows(ask("compare", "two-btc"))
    applies = [row.applies for row in rows]
    assert applies == sorted(applies, reverse=True)
    assert set(applies) == {True, False}
    assert all(row.statement and row.finding and row.status_words for row in rows)
    assert any(row.numbers for row in rows)


def test_rings_are_told_apart(ask: Ask) -> None:
    rows = ring_rows(ask("compare", "two-btc"))
    assert [(row.twin, row.ring, row.asset) for row in rows] == [
        ("ISOLATED", "pool BTC", "BTC"),
        ("ISOLATED", "fence BTC/USD:BTC long", "BTC"),
        ("ISOLATED", "fence SOL/USD:BTC long", "BTC"),
        ("CROSS", "pool BTC", "BTC"),
    ]
    assert dict(rows[3].cells)["health"].text == "1.9825"


@pytest.mark.parametrize("name", ["two-btc", "rescue", "hedge-pair", "contagion", "binance-faq-cross"])
def test_every_number_points_to_its_workings(ask: Ask, name: str) -> None:
    answer = ask("compare", name)
    workings = {twin.twin: ask("explain", name, twin=twin.twin) for twin in answer.twins}
    table, notes = twin_table(answer), notes_of(workings, ["isolated", "cross"])
    lost = [
        (row.label, column.key, cell.why)
        for row in table.rows
        for column, cell in zip(table.columns, row.cells, strict=False)
        if cell.kind == "number" and not notes.key(column.key, cell.why)
    ]
    assert lost == []


def test_the_price_that_is_shown_is_the_one_its_workings_end_in(ask: Ask) -> None:
    answer = ask("compare", "rescue")
    notes = notes_of({"cross": ask("explain", "rescue", twin="cross")}, ["cross"])
    cross = next(twin for twin in answer.twins if twin.twin == "cross").positions[0]
    cell = cells(twin_table(answer), "BTC/USDT:USDT long", "liquidation price, others still")[1]
    line = dict(notes.numbered("cross"))[notes.key("cross", cell.why)]
    assert cross.alone.nearest is not None
    assert line.value == cross.alone.nearest.liquidated
    assert (
        cell.text == "50,251.25"
    )  # health is zero at 50,251.2563: 50,251.26 is alive, one quantum further is not
