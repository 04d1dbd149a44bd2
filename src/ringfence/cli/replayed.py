"""``ringfence replay`` on a terminal: who died when, what was left, and what is assumed."""

from __future__ import annotations

from rich.console import Console

from ringfence.cli.grid import Grid, headline, note, rules_line, section
from ringfence.history.check import instant
from ringfence.report.format import TWIN_WORDS, amount, percent
from ringfence.service.answers_replay import ReplayAnswer, ReplayBook, ReplayEnding

VERDICTS = {
    "alive": "alive",
    "reduced": "closed in part",
    "liquidated": "LIQUIDATED",
    "undetermined": "UNDETERMINED",
    "not_possible": "not possible",
}


def show_replay(to: Console, answer: ReplayAnswer) -> None:
    """The twins side by side, then what happened in each, then what is assumed."""
    named = f"{answer.event}, {answer.title}" if answer.event else answer.title
    headline(to, f"{named}: {instant(answer.since)} to {instant(answer.until)}, {answer.bars:,} bars.")
    rules_line(to, answer.rules)
    rows = [_row(one) for one in (*answer.twins, *answer.choices)]
    rows.append(("close at the start", "closed", "", _left(answer.close_now)))
    section(to, "What was left", f"of {_left(answer.before)} at the start")
    Grid(("", "", "first liquidation", "left at the end"), rows).show(to)
    for one in answer.twins:
        _show_book(to, one)
    section(to, "The path")
    moves = [
        (symbol, *(percent(move) for move in own), answer.sources.get(symbol, ""))
        for symbol, own in answer.moves.items()
    ]
    Grid(("", "highest", "lowest", "last", "from"), moves).show(to)
    for hole in answer.holes:
        note(to, f"{hole.symbol}: {hole.missing:,} bars are missing from {instant(hole.since)} on")
    for line in answer.assumptions:
        note(to, f"- {line}")


def _row(one: ReplayBook) -> tuple[str, str, str, str]:
    when = "" if one.first_liquidation is None else instant(one.first_liquidation)
    left = " or ".join(dict.fromkeys(_left(ending.left) for ending in one.endings)) or one.reason
    return TWIN_WORDS.get(one.name, one.name), VERDICTS[one.verdict], when, left


def _left(amounts: dict[str, str]) -> str:
    return ", ".join(amount(value, asset) for asset, value in amounts.items()) or "nothing"


def _show_book(to: Console, one: ReplayBook) -> None:
    for ending in one.endings:
        if ending.log:
            within = f"if prices went {ending.within}" if ending.within else ""
            section(to, TWIN_WORDS.get(one.name, one.name), within)
            _show_log(to, ending)


def _show_log(to: Console, ending: ReplayEnding) -> None:
    for entry in ending.log:
        place = f" ({entry.where})" if entry.where else ""
        note(to, f"{instant(entry.at)}{place}: {entry.words}")
        for step in entry.steps:
            for words in step.words if step.event else ():
                note(to, f"    {words}")
