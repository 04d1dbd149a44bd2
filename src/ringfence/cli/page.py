"""``compare --html FILE`` and ``replay --html FILE``: the comparison as one self-contained page."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, cast

from cyclopts import Parameter
from pydantic import BaseModel

from ringfence.errors import BadFile, NotSupported, RingfenceError
from ringfence.service.answers import CompareAnswer, ExplainAnswer, FrontierAnswer, ScrubAnswer
from ringfence.service.answers_replay import ReplayAnswer
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from ringfence.store.home import write_whole

HTML = inspect.Parameter(
    "html",
    inspect.Parameter.KEYWORD_ONLY,
    default=None,
    annotation=Annotated[str | None, Parameter(help="Also write a self-contained report to this file.")],
)


REPORTED = ("compare", "replay")
"""Operations whose answer becomes a report."""


def write_report(
    answer: BaseModel, path: str, *, context: Context, request: Mapping[str, Any], title: str
) -> Path:
    """Write the report of a comparison, or of a book and its replay, and say where.

    Raises:
        BadFile: the file cannot be written.
    """
    from ringfence.report.html import anchored, render_report  # drawn for those who ask for a report

    book = {name: request[name] for name in ("account", "venue", "on") if name in request}
    replay = answer if isinstance(answer, ReplayAnswer) else None
    compared = cast("CompareAnswer", answer if replay is None else _ask(context, "compare", book))
    text = render_report(
        compared,
        scrub=_sweep(context, book),
        frontier=_frontier(context, book),
        workings=_workings(compared, context, book),
        title=Path(title).name,
        replay=replay,
    )
    line = _anchor(context)
    place = Path(path)
    try:
        write_whole(place, anchored(text, line) if line else text)
    except BadFile as error:
        error.hint = "name another file with --html"
        raise
    return place


def _anchor(context: Context) -> str:
    """The last signed end of the journal; empty where there is no journal, or none that can be read now."""
    if not context.remembers:
        return ""
    try:
        with context.journal(write=False) as journal:
            return journal.anchor()
    except RingfenceError:
        return ""


def _ask(context: Context, name: str, request: Mapping[str, Any]) -> BaseModel:
    return operation_named(name).run(context, request)


def _sweep(context: Context, book: Mapping[str, Any]) -> list[ScrubAnswer] | None:
    """The scrubber's curve, with both sides of every jump; None for a book without positions."""
    from ringfence.report.sweep import sweep_moves  # the report is drawn for those who ask for one

    try:
        still = _ask(context, "scrub", book)
        deaths = (
            [death for twin in still.twins for death in twin.deaths] if isinstance(still, ScrubAnswer) else []
        )
        moves = sweep_moves(deaths)
        # The chart reads the deaths from its first answer; the others need not be asked for them.
        asked = [{**book, "move": move, "deaths": move == moves[0]} for move in moves]
        found = [_ask(context, "scrub", one) for one in asked]
    except NotSupported:
        return None
    return [one for one in found if isinstance(one, ScrubAnswer)]


def _frontier(context: Context, book: Mapping[str, Any]) -> FrontierAnswer | None:
    """The frontier of the two largest positions; None for a book with one symbol."""
    try:
        found = _ask(context, "frontier", book)
    except NotSupported:
        return None
    return found if isinstance(found, FrontierAnswer) else None


def _workings(answer: CompareAnswer, context: Context, book: Mapping[str, Any]) -> dict[str, ExplainAnswer]:
    """The workings of every twin that can exist."""
    found = {
        twin.twin: _ask(context, "explain", {**book, "twin": twin.twin})
        for twin in answer.twins
        if twin.feasible
    }
    return {name: one for name, one in found.items() if isinstance(one, ExplainAnswer)}
