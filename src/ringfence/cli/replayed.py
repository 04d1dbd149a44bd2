"""``ringfence replay`` on a terminal: who died when, what was left, and what is assumed."""

from __future__ import annotations

from rich.console import Console

from ringfence.cli.grid import Grid, headline, note, rules_line, section
from ringfence.history.check import instant
from ringfence.report.format import TWIN_WORDS, percent
from ringfence.report.replayed import (
    equity_words,
    hole_lines,
    is_measured,
    left_rows,
    when_words,
    within_words,
)
from ringfence.service.answers_replay import ReplayAnswer, ReplayBook, ReplayEnding


def show_replay(to: Console, answer: ReplayAnswer) -> None:
    """The twins side by side, then what happened in each, then what is assumed."""
    named = f"{answer.event}, {answer.title}" if answer.event else answer.title
    headline(to, f"{named}: {instant(answer.since)} to {instant(answer.until)}, {answer.bars:,} bars.")
    rules_line(to, answer.rules)
    section(to, "What was left", f"of {equity_words(answer.before)} at the start")
    Grid(("", "", "first liquidation", "left at the end"), left_rows(answer)).show(to)
    for one in answer.twins:
        _show_book(to, one, answer)
    section(to, "The path")
    moves = [
        (symbol, *(percent(move) for move in own), answer.sources.get(symbol, ""))
        for symbol, own in answer.moves.items()
    ]
    Grid(("", "highest", "lowest", "last", "from"), moves).show(to)
    for words in hole_lines(answer):
        note(to, words)
    for line in answer.assumptions:
        note(to, f"- {line}")


def _show_book(to: Console, one: ReplayBook, answer: ReplayAnswer) -> None:
    for ending in one.endings:
        if ending.log:
            section(to, TWIN_WORDS.get(one.name, one.name), within_words(ending))
            _show_log(to, ending, answer)


def _show_log(to: Console, ending: ReplayEnding, answer: ReplayAnswer) -> None:
    for entry in ending.log:
        place = f" ({entry.where})" if entry.where and not is_measured(answer) else ""
        note(to, f"{when_words(entry, answer)}{place}: {entry.words}")
        for step in entry.steps:
            for words in step.words if step.event else ():
                note(to, f"    {words}")
