"""The sections of the report that answer: verdict, twins, moves, contagion, reasons."""

from __future__ import annotations

from collections.abc import Sequence

from ringfence.report.cells import Cell
from ringfence.report.format import TWIN_WORDS, amount, percent, price, times
from ringfence.report.markup import Markup, bullets, joined, section, tag
from ringfence.report.notes import Notes
from ringfence.report.svg import frontier_chart, numbered_deaths, scrub_chart
from ringfence.report.tables import (
    Column,
    ReasonRow,
    Row,
    Table,
    contagion_rows,
    outcome_table,
    reason_rows,
    shown_twins,
    twin_table,
)
from ringfence.service.answers import CompareAnswer, Death, FrontierAnswer, ScrubAnswer, TwinKey

NOTHING = Markup("")


def header(answer: CompareAnswer, *, title: str) -> Markup:
    """The verdict in one sentence, and the account in a few figures."""
    facts: list[tuple[str, str]] = []
    for total in next((twin.totals for twin in answer.twins if twin.feasible), []):
        leverage = total.effective_leverage
        facts += [
            (f"Equity, {total.asset}", amount(total.total_equity, total.asset, named=False)),
            ("Effective leverage", "no equity left" if leverage is None else times(leverage)),
            (f"Notional, {total.asset}", amount(total.notional, total.asset, named=False)),
        ]
    rules = answer.rules
    return tag(
        "header",
        tag("h1", title),
        tag("p.headline", answer.headline),
        tag("dl.key", *(tag("div", tag("dt", label), tag("dd", value)) for label, value in facts)),
        tag("p.soft", f"Rules of {rules.title}, as of {rules.on}. This informs; it advises nobody to trade."),
    )


def comparison(answer: CompareAnswer, notes: Notes) -> Markup:
    """The twin columns, the conditions of the worst case, and the jump that was asked for."""
    table = twin_table(answer)
    impossible = [
        tag("p", tag("b", column.title), f" is not possible: {column.note}.")
        for column in table.columns
        if not column.feasible
    ]
    return section(
        "The same book, side by side",
        *impossible,
        _twins(table, notes),
        tag("h3", "What must hold for “most that can be lost”"),
        bullets(answer.conditions),
        _outcome(answer, notes),
    )


def _outcome(answer: CompareAnswer, notes: Notes) -> Markup:
    table = outcome_table(answer)
    if table is None:
        return NOTHING
    marks = " · ".join(f"{symbol} {price(mark)}" for symbol, mark in (answer.at or {}).items())
    return joined([tag("h3", "A jump to these marks"), tag("p.soft", marks), _twins(table, notes)])


def _twins(table: Table, notes: Notes) -> Markup:
    heads = [tag("th", attributes={"scope": "col"})]
    heads += [tag("th", *_column(column), attributes={"scope": "col"}) for column in table.columns]
    rows = [_row(row, table.columns, notes) for row in table.rows]
    style = {"style": f"--twins:{len(table.columns)}"}
    return tag("table.twins", tag("thead", tag("tr", *heads)), tag("tbody", *rows), attributes=style)


def _column(column: Column) -> list[Markup]:
    now = [tag("span.now", "as it is now")] if column.today and column.key != "as_is" else []
    return [tag(f"span.{column.key}", column.title), *now]


def _row(row: Row, columns: Sequence[Column], notes: Notes) -> Markup:
    if row.kind == "heading":
        width = {"scope": "rowgroup", "colspan": str(len(columns) + 1)}
        return tag(
            "tr.group", tag("th", tag("b", row.label), tag("span.facts", row.detail), attributes=width)
        )
    cells = [
        tag(
            "td",
            value_of(cell, notes.key(column.key, cell.why)),
            attributes={"data-twin": column.title},
        )
        for column, cell in zip(columns, row.cells, strict=True)
    ]
    return tag(f"tr.{row.kind}", tag("th", row.label, attributes={"scope": "row"}), *cells)


def value_of(cell: Cell, note: str) -> Markup:
    """A value with its note and, smaller, its condition."""
    kind = "words" if cell.kind == "words" else "n"
    link = [tag("a.note", note, attributes={"href": f"#{note}"})] if note else []
    value = tag(f"span.{kind}.alarm" if cell.alarm else f"span.{kind}", cell.text, *link)
    return joined([value, tag("span.detail", cell.detail)]) if cell.detail else value


def scrubber(sweep: Sequence[ScrubAnswer], answer: CompareAnswer) -> Markup:
    """Equity of every twin while the leading coin moves, and a list of who dies where."""
    if not sweep:
        return NOTHING
    twins: list[TwinKey] = [twin.twin for twin in shown_twins(answer) if twin.feasible]
    first = sweep[0]
    assets = dict.fromkeys(asset for twin in first.twins if twin.twin in twins for asset in twin.equity)
    follows = "the others follow their betas" if first.follow else "the others stay put"
    caption = (
        f"{first.leader} moves, {follows}. Where a ring is liquidated the line drops: what is left there "
        "counts as lost."
    )
    deaths = [_death(twin, death) for _, twin, death in numbered_deaths(sweep, twins)]
    charts = [Markup(scrub_chart(sweep, asset=asset, twins=twins)) for asset in assets]
    listed = bullets(deaths, "ol") if deaths else tag("p", "No ring is liquidated anywhere on this line.")
    return section("One coin moves", tag("figure", *charts, tag("figcaption", caption)), listed)


def _death(twin: TwinKey, death: Death) -> Markup:
    where = f"{death.leader} at {price(death.price)} ({percent(death.move)})"
    return joined([tag(f"b.{twin}", TWIN_WORDS[twin]), f": {death.ring} is liquidated with {where}"])


def two_prices(frontier: FrontierAnswer | None, answer: CompareAnswer) -> Markup:
    """The safe region over two prices."""
    if frontier is None:
        return NOTHING
    twins: list[TwinKey] = [twin.twin for twin in shown_twins(answer)]
    missing = [
        tag("p", f"{TWIN_WORDS[twin.twin]} is not drawn: {twin.reason}.")
        for twin in frontier.twins
        if twin.twin in twins and not twin.feasible
    ]
    caption = (
        f"{frontier.x} and {frontier.y} move, every other mark stands still. Each line is where a fence or "
        "the pool is liquidated; the tinted side of it is lost."
    )
    chart = Markup(frontier_chart(frontier, twins=twins))
    return section("Two prices at once", tag("figure", chart, tag("figcaption", caption)), *missing)


def contagion(answer: CompareAnswer) -> Markup:
    """Who takes whom with it."""
    found = [
        joined([tag("b", row.twin), f": {row.words} ", tag("span.soft", f"({row.cause}, at {row.price})")])
        for row in contagion_rows(answer)
    ]
    nobody = tag(
        "p", "In none of these arrangements does one coin, moving alone, take another position with it."
    )
    return section("Contagion", bullets(found) if found else nobody)


def reasons(answer: CompareAnswer) -> Markup:
    """The rules traders go by that apply to this book; the others folded away."""
    rows = reason_rows(answer)
    applying = [_reason(row) for row in rows if row.applies]
    others = [_reason(row) for row in rows if not row.applies]
    summary = tag("summary", f"{len(others)} more that do not apply to this book")
    return section(
        "What traders say, and what this book says",
        tag("ul.reasons", *applying) if applying else tag("p", "No known rule applies to this book."),
        tag("details", summary, tag("ul.reasons", *others)) if others else NOTHING,
    )


def _reason(row: ReasonRow) -> Markup:
    numbers = [joined([f"{label}: ", tag("b", value)]) for label, value in row.numbers]
    return tag(
        "li",
        tag(f"span.status.{row.status}", row.status_words),
        tag("span.soft", row.id),
        tag("p", f"“{row.statement}”"),
        tag("p", row.finding),
        tag("p.why", row.why) if row.why else NOTHING,
        tag("ul.numbers", *(tag("li", number) for number in numbers)) if numbers else NOTHING,
    )
