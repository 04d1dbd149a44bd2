"""The comparison on a terminal: headline, twin columns, what takes what with it, the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as Columns
from rich.text import Text

from ringfence.cli.console import at_least, clean
from ringfence.cli.grid import GAP, Grid, headline, longest_word, note, rules_line, section
from ringfence.report import tables
from ringfence.report.across import across_notes, across_tables
from ringfence.report.cells import Cell
from ringfence.report.format import amount, times
from ringfence.service.answers import CompareAnswer
from ringfence.service.answers_across import AcrossVenue, ComparedAnswer

LABEL, WIDE_LABEL = 26, 34
"""Width of the labels beside three columns of numbers, and beside fewer."""
WIDEST = 30
"""A column of numbers is no wider, however wide the screen."""
NO_BREAK = "\N{NO-BREAK SPACE}"

STATUS_STYLES = {"right": "green", "conditional": "yellow", "wrong": "red", "contested": "yellow"}


def show_compare(to: Console, answer: CompareAnswer) -> None:
    """The whole comparison, the verdict first."""
    headline(to, answer.headline)
    note(to, today(answer))
    rules_line(to, answer.rules)
    _show_table(to, tables.twin_table(answer))
    after = tables.outcome_table(answer)
    if after is not None:
        section(to, "At the marks asked for")
        _show_table(to, after)
    if isinstance(answer, ComparedAnswer) and answer.across:
        show_across(to, answer.across)
    _show_conditions(to, answer)
    _show_contagion(to, answer)
    _show_reasons(to, answer)


def show_across(to: Console, venues: Sequence[AcrossVenue]) -> None:
    """The same book under each venue's rules, and what was done to carry it there."""
    for table in across_tables(venues):
        section(to, f"{table.title}, by venue")
        Grid(table.headings, table.rows).show(to)
    for title, lines in across_notes(venues):
        section(to, title)
        for line in lines:
            note(to, line)


def today(answer: CompareAnswer) -> str:
    """Equity and exposure as they are, asset by asset."""
    now = next((twin for twin in answer.twins if twin.twin == "as_is"), None)
    facts = [
        f"equity {amount(total.total_equity, total.asset)}, "
        + (
            f"effective leverage {times(leverage)}"
            if (leverage := total.effective_leverage)
            else "no exposure"
        )
        for total in (now.totals if now else ())
    ]
    return "; ".join(facts) or "nothing is open"


def _show_table(to: Console, table: tables.Table) -> None:
    """Twins beside each other; one after the other where their numbers would not fit."""
    every = range(len(table.columns))
    together = LABEL + sum(_width(table, place) for place in every) <= to.width
    for places in [every] if together else [[place] for place in every]:
        widths = _widths(table, places, to.width)
        for heading, rows in _sections(table):
            _show_section(to, table, (heading, rows), widths)


def _widths(table: tables.Table, places: Sequence[int], width: int) -> dict[int, int]:
    """Room for each column: an even share of the line, and never less than its longest number."""
    share = min(WIDEST, (width - (WIDE_LABEL if len(places) < 3 else LABEL)) // len(places))
    return {place: max(share, _width(table, place)) for place in places}


def _width(table: tables.Table, place: int) -> int:
    """The longest word of a column, and the gap before it: a line breaks between words, never in a number."""
    own = [row.cells[place] for row in table.rows if row.cells]
    words = [_title(table.columns[place]), *(cell.text for cell in own), *(cell.detail for cell in own)]
    return GAP + max(longest_word(text) for text in words)


def _title(column: tables.Column) -> str:
    return f"{column.title}{NO_BREAK}(now)" if column.today else column.title


def _sections(table: tables.Table) -> list[tuple[tables.Row, list[tables.Row]]]:
    """The rows under their headings."""
    found: list[tuple[tables.Row, list[tables.Row]]] = []
    for row in table.rows:
        if row.kind == "heading":
            found.append((row, []))
        else:
            if not found:
                found.append((tables.Row(""), []))
            found[-1][1].append(row)
    return found


def _show_section(
    to: Console, table: tables.Table, one: tuple[tables.Row, list[tables.Row]], widths: Mapping[int, int]
) -> None:
    """One position or one asset: its name beside the names of the twins, then its rows."""
    heading, rows = one
    label = max(LABEL, to.width - sum(widths.values()))
    titles = [Text(_title(table.columns[place]), style="bold") for place in widths]
    name = Text.assemble((clean(heading.label), "bold underline"))
    lines = [_line(row, above, widths) for above, row in zip([None, *rows], rows, strict=False)]
    to.print()
    with at_least(to, label + sum(widths.values())):
        to.print(_grid(label, widths, [(name, *titles)], indent=False))
    if heading.detail:
        note(to, heading.detail)
    with at_least(to, label + sum(widths.values())):
        to.print(_grid(label, widths, lines, indent=True))


def _line(row: tables.Row, above: tables.Row | None, places: Iterable[int]) -> list[Text]:
    strong = row.kind == "strong"
    cells = [
        _cell(row.cells[place], above.cells[place] if above else None, strong=strong) for place in places
    ]
    return [Text(clean(row.label), style="bold" if strong else ""), *cells]


def _grid(label: int, widths: Mapping[int, int], lines: Sequence[Sequence[Text]], *, indent: bool) -> Columns:
    """Lines in columns of the given widths, each width with the gap before it."""
    grid = Columns(box=None, padding=(0, 0, 0, GAP), pad_edge=indent, show_header=False)
    grid.add_column(width=label - GAP if indent else label)
    for width in widths.values():
        grid.add_column(justify="right", width=width - GAP)
    for line in lines:
        grid.add_row(*line)
    return grid


def _cell(cell: Cell, above: Cell | None, *, strong: bool) -> Text:
    """A value with its condition below it; words that stand in the line above are not said again."""
    if above is not None and cell.kind == "words" and cell.text == above.text:
        return Text("as above", style="dim")
    text = Text(clean(cell.text), style="bold red" if cell.alarm else ("bold" if strong else ""))
    if cell.detail:
        text.append(f"\n{clean(cell.detail)}", style="not bold dim")
    return text


def _show_conditions(to: Console, answer: CompareAnswer) -> None:
    section(to, "The most that can be lost holds while")
    for condition in answer.conditions:
        to.print(Text(clean(f"- {condition}")))


def _show_contagion(to: Console, answer: CompareAnswer) -> None:
    section(to, "What takes what with it")
    rows = tables.contagion_rows(answer)
    for row in rows:
        to.print(Text(clean(f"{row.twin}: {row.words} (at {row.price})")))
    if not rows:
        note(to, "No position's own coin, moving alone, takes another position with it.")


def _show_reasons(to: Console, answer: CompareAnswer) -> None:
    rows = tables.reason_rows(answer)
    own = [row for row in rows if row.applies]
    section(to, "What traders say of such a book, checked")
    for row in own:
        style = f"bold {STATUS_STYLES.get(row.status, '')}".strip()
        said = f": {clean(row.statement)}"
        to.print(Text.assemble((f"{row.id} ", "dim"), (row.status_words, style), said))
        to.print(Padding(Text(clean(row.finding)), (0, 0, 0, 4), expand=False))
    if len(rows) > len(own):
        note(to, f"{len(rows) - len(own)} more statements do not apply to this book; --json has them.")
