"""The header and the twin columns: the rows of the terminal and the report, each number with its *Why?*."""

from __future__ import annotations

from ringfence.report import tables
from ringfence.report.cells import Cell
from ringfence.report.format import amount, percent, times
from ringfence.service.answers import CompareAnswer, TotalsAnswer
from ringfence.web.dom import Node
from ringfence.web.why import Why


def draw_header(answer: CompareAnswer, why: Why) -> None:
    """The verdict in one sentence, then equity, effective leverage and maintenance usage as it is now."""
    Node("h1", answer.headline.replace(" %", "\N{NO-BREAK SPACE}%"), id="headline")
    now = next(twin for twin in answer.twins if twin.twin == "as_is")
    with Node("dl", classes="facts"):
        for total in now.totals:
            _fact(
                "Account equity",
                amount(total.total_equity, total.asset),
                f"totals.{total.asset}.total_equity",
                why,
            )
            _leverage(total, why)
        for ring in now.rings:
            if ring.maintenance_usage is not None:
                shown = percent(ring.maintenance_usage, signed=False)
                _fact(f"Maintenance usage, {ring.name}", shown, f"rings.{ring.name}.maintenance_usage", why)


def _leverage(total: TotalsAnswer, why: Why) -> None:
    if total.effective_leverage is None:
        with Node("div", classes="fact"):
            Node("dt", "Effective leverage")
            Node("dd", "no equity left", classes="alarm")
        return
    field = f"totals.{total.asset}.effective_leverage"
    _fact("Effective leverage", times(total.effective_leverage), field, why)


def _fact(label: str, text: str, field: str, why: Why) -> None:
    with Node("div", classes="fact"):
        Node("dt", label)
        with Node("dd"):
            why.number(text, twin="as_is", field=field)


def draw_columns(answer: CompareAnswer, why: Why) -> None:
    """Every position under every twin, the totals, and what must hold for them."""
    table = tables.twin_table(answer)
    with Node("table", classes=f"twins of{len(table.columns)}"):
        Node("caption", "The same book under each margin mode", classes="unseen")
        with Node("thead"), Node("tr"):
            Node("td", "", classes="corner")
            for column in table.columns:
                twin_title(column)
        with Node("tbody"):
            for row in table.rows:
                _row(table, row, why)
    for column in table.columns:
        if column.note:
            Node("p", f"{column.title}: {column.note}", classes="notice")
    with Node("details", classes="conditions", open=True):
        Node("summary", "“Most that can be lost” holds under these conditions")
        with Node("ul"):
            for condition in answer.conditions:
                Node("li", condition)


def twin_title(column: tables.Column) -> None:
    """The head of a twin's column: its sign, its name, and whether the book is arranged like this now."""
    with Node("th", scope="col", classes=f"twin {column.key}"):
        Node("span", "", classes="sign", aria_hidden="true")
        Node("span", column.title)
        if column.today and column.key != "as_is":
            Node("span", "as it is now", classes="tag")


def _row(table: tables.Table, row: tables.Row, why: Why) -> None:
    if row.kind == "heading":
        with Node("tr", classes="heading"), Node("th", scope="rowgroup", colspan=len(table.columns) + 1):
            Node("span", row.label, classes="name")
            Node("span", row.detail, classes="soft small facts-line")
        return
    with Node("tr", classes=row.kind):
        Node("th", row.label, scope="row")
        for column, cell in zip(table.columns, row.cells, strict=True):
            with Node("td", classes=column.key):
                draw_cell(cell, column, why)


def draw_cell(cell: Cell, column: tables.Column, why: Why) -> None:
    """One value: a number that can be asked why, or a state in words."""
    alarm = "alarm" if cell.alarm else ""
    if cell.why and column.feasible:
        why.number(cell.text, twin=column.key, field=cell.why, classes=alarm)
    else:
        Node("span", cell.text, classes=f"{cell.kind} {alarm}".strip())
    if cell.detail:
        Node("span", cell.detail, classes="soft small detail")
