"""``ringfence preview`` on a terminal: the verdict, what follows, and old and new side by side."""

from __future__ import annotations

from rich.console import Console

from ringfence.cli.grid import Grid, headline, note, rules_line, section
from ringfence.report.changes import Part, change_parts, summary
from ringfence.service.answers_preview import PreviewAnswer


def show_preview(to: Console, answer: PreviewAnswer) -> None:
    """Whether the venue accepts the change, then the resulting account."""
    headline(to, f"{summary(answer)}: {answer.what}.")
    rules_line(to, answer.rules)
    note(to, answer.words)
    if answer.source:
        note(to, f"clause: {answer.source}")
    if answer.unconfirmed:
        note(to, f"follows an unconfirmed rule: {answer.unconfirmed}")
    for words in answer.notices:
        headline(to, words)
    for words in answer.consequences:
        note(to, f"- {words}")
    if answer.reason:
        to.print()
        note(to, f"No resulting account: {answer.reason}")
    for part in change_parts(answer):
        _show_part(to, part)
    for line in answer.derivation:
        note(to, f"{line.label}: {line.value} {line.unit} = {line.how}")


def _show_part(to: Console, part: Part) -> None:
    if part.same:
        section(to, part.title, "unchanged")
        return
    section(to, part.title)
    rows = [(row.label, row.before, row.after, row.change) for row in part.rows]
    Grid(("", "now", "after", "change"), rows).show(to)
