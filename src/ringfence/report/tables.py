"""Which rows an answer is shown in, in which order and under which labels, at every door alike.

Pure arrangement: cells hold finished text (`ringfence.report.format`) and the field whose workings
stand behind it, so that two doors can never show two numbers for one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ringfence.report.cells import (
    GIVEN_ROWS,
    POSITION_ROWS,
    TOTALS_ROWS,
    Cell,
    RowKind,
    not_possible,
    outcome_cell,
    position_facts,
    position_name,
    ring_cells,
)
from ringfence.report.format import STATUS_WORDS, TWIN_WORDS, percent, price, quantity
from ringfence.service.answers import (
    CompareAnswer,
    ContagionAnswer,
    ReasonAnswer,
    TwinAnswer,
    TwinKey,
    TwinPosition,
)


@dataclass(frozen=True, slots=True)
class Column:
    """One twin. ``note`` says why it cannot exist; ``today`` that the book is arranged like this now."""

    key: TwinKey
    title: str
    feasible: bool = True
    today: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: a heading with ``detail`` and no cells, or a label with one cell a column."""

    label: str
    cells: tuple[Cell, ...] = ()
    kind: RowKind = "plain"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the columns of the twins."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ContagionRow:
    """One position whose coin, alone, takes others with it, in one twin."""

    twin: str
    cause: str
    price: str
    distance: str
    takes: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One judged rule: how it stands in general, whether it is met here, and this book's own numbers.

    Attributes:
        why: what in this book met its condition, or did not. numbers: label and value, in order.
    """

    id: str
    status: str
    status_words: str
    applies: bool
    statement: str
    why: str
    finding: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RingRow:
    """One ring of one twin: what it holds, what it needs, what the venue does next."""

    key: TwinKey
    twin: str
    ring: str
    asset: str
    cells: tuple[tuple[str, Cell], ...]
    venue_does: str


def shown_twins(answer: CompareAnswer) -> tuple[TwinAnswer, ...]:
    """The twins worth a column: isolated and cross, and as it is when that is neither."""
    return tuple(twin for twin in answer.twins if answer.mixed or twin.twin != "as_is")


def twin_columns(answer: CompareAnswer) -> tuple[Column, ...]:
    """The columns, in the order of `shown_twins`."""
    now = _today(answer)
    return tuple(
        Column(twin.twin, TWIN_WORDS[twin.twin], twin.feasible, twin.twin == now, twin.reason)
        for twin in shown_twins(answer)
    )


def twin_table(answer: CompareAnswer) -> Table:
    """Every position under every twin, then the totals by asset."""
    rows = [row for number, _ in enumerate(_book(answer)) for row in _position_rows(answer, number)]
    return Table(twin_columns(answer), (*rows, *totals_rows(answer)))


def totals_rows(answer: CompareAnswer) -> tuple[Row, ...]:
    """The account under every twin, asset by asset."""
    found: list[Row] = []
    for asset in _assets(answer):
        found.append(Row(f"The account in {asset}", kind="heading"))
        found += [
            Row(label, tuple(_cell(twin, cell, asset) for twin in shown_twins(answer)), kind)
            for label, kind, cell in TOTALS_ROWS
        ]
    return tuple(found)


def outcome_table(answer: CompareAnswer) -> Table | None:
    """What a jump to the marks asked for does to each ring; None when none were asked for."""
    if answer.at is None:
        return None
    twins = shown_twins(answer)
    rings = dict.fromkeys(one.ring for twin in twins for one in twin.outcome or [])
    rows = [Row(ring, tuple(_cell(twin, outcome_cell, ring) for twin in twins)) for ring in rings]
    return Table(twin_columns(answer), tuple(rows))


def contagion_rows(answer: CompareAnswer) -> tuple[ContagionRow, ...]:
    """Who takes whom with it, twin by twin, the nearest first as the answer has it."""
    return tuple(
        ContagionRow(
            TWIN_WORDS[twin.twin],
            one.cause,
            price(_first_liquidated(twin, one)),
            percent(one.move),
            tuple(one.takes),
            one.words,
        )
        for twin in shown_twins(answer)
        for one in twin.contagion
    )


def _first_liquidated(twin: TwinAnswer, one: ContagionAnswer) -> str:
    """The mark that the position's own row shows; the exact threshold lies within a quantum of it."""
    for held in twin.positions:
        if position_name(held.position) == one.cause and held.alone.nearest is not None:
            return held.alone.nearest.liquidated
    return one.price


def reason_rows(answer: CompareAnswer) -> tuple[ReasonRow, ...]:
    """The rules that apply to this book first, then the others, each group as the answer orders it."""
    ordered = sorted(answer.reasons, key=lambda reason: not reason.applies)
    return tuple(_reason_row(one) for one in ordered)


def _reason_row(one: ReasonAnswer) -> ReasonRow:
    numbers = tuple((line.label, quantity(line.value, line.unit)) for line in one.lines)
    ids, words = ", ".join([one.id, *one.also]), STATUS_WORDS[one.status]
    return ReasonRow(ids, one.status, words, one.applies, one.statement, one.why, one.finding, numbers)


def ring_rows(answer: CompareAnswer) -> tuple[RingRow, ...]:
    """Every fence and pool of every twin."""
    return tuple(
        RingRow(twin.twin, TWIN_WORDS[twin.twin], ring.name, ring.asset, ring_cells(ring), ring.venue_does)
        for twin in shown_twins(answer)
        for ring in twin.rings
    )


def _today(answer: CompareAnswer) -> TwinKey | None:
    if answer.mixed:
        return "as_is"
    modes = {one.position.margin_mode for one in _book(answer)}
    return modes.pop() if len(modes) == 1 else None


def _book(answer: CompareAnswer) -> list[TwinPosition]:
    """The positions as the account has them: every feasible twin keeps their order."""
    ordered = sorted(answer.twins, key=lambda twin: twin.twin != "as_is")
    return next((twin.positions for twin in ordered if twin.feasible), [])


def _assets(answer: CompareAnswer) -> list[str]:
    return list(dict.fromkeys(total.asset for twin in answer.twins for total in twin.totals))


def _cell(twin: TwinAnswer, cell: Callable[[TwinAnswer, str], Cell], of: str) -> Cell:
    return cell(twin, of) if twin.feasible else not_possible()


def _position_rows(answer: CompareAnswer, number: int) -> list[Row]:
    position = _book(answer)[number].position
    leader = answer.leader or "the leading coin"
    rows = [Row(position_name(position), kind="heading", detail=position_facts(position))]
    for label, kind, cell in POSITION_ROWS:
        cells = tuple(_position_cell(twin, number, cell) for twin in shown_twins(answer))
        rows.append(Row(label.format(leader=leader), cells, kind))
    return [*rows, *_given_rows(answer, number)]


def _given_rows(answer: CompareAnswer, number: int) -> list[Row]:
    """What follows from fees, funding and daily range, where the account states them."""
    rows = []
    for label, kind, cell in GIVEN_ROWS:
        found = [
            cell(twin.positions[number], "") if twin.feasible else not_possible()
            for twin in shown_twins(answer)
        ]
        if any(one is not None and one.why for one in found):
            rows.append(Row(label, tuple(one or Cell("no such price", kind="words") for one in found), kind))
    return rows


def _position_cell(twin: TwinAnswer, number: int, cell: Callable[[TwinPosition, str], Cell]) -> Cell:
    if not twin.feasible:
        return not_possible()
    one = twin.positions[number]
    return cell(one, next(ring.asset for ring in twin.rings if ring.name == one.position.ring))
