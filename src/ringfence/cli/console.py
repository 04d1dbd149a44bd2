"""The console: colour where there is a terminal, every number whole, no character that could play tricks."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

PLAIN = {"\N{MINUS SIGN}": "-", "×": "x", "·": "|", "…": "~", "\N{EN DASH}": "-", "Ⓢ": "S", "→": ">"}
"""What typography becomes where the console has none."""


def console(*, errors: bool = False) -> Console:
    """Standard output, or standard error, as rich prints to it; nothing in a text is markup.

    Colour, width and ``NO_COLOR`` are rich's; a pipe gets 80 columns and no colour.
    """
    return _Console(stderr=errors, markup=False, highlight=False, emoji=False)


class _Console(Console):
    """A console that leaves a broken pipe to `main`, which knows the exit status."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@contextmanager
def at_least(to: Console, width: int) -> Iterator[None]:
    """A console that is wide enough for what must not be cut; the terminal breaks the line instead."""
    before = to.width
    to.width = max(before, width)
    try:
        yield
    finally:
        to.width = before


def prepare_streams() -> None:
    """Make both streams print every character in some form, whatever their encoding."""
    codecs.register_error("ringfence", _plainer)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="ringfence")


def _plainer(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(PLAIN.get(character, "?") for character in wrong), error.end


def clean(text: str) -> str:
    r"""Text from outside without control characters: a file must not move the cursor or change the colours.

    >>> clean("a\x1b[31mb\n")
    'a?[31mb\n'
    """
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)
