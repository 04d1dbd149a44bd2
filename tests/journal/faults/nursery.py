"""Starts writers to be killed: ``python -m tests.journal.faults.nursery``, one folder a line on its input.

The libraries are loaded once; each writer is a process of its own, forked from a process without threads. It
opens the journal of the folder and appends until somebody kills it, telling each record it has an answer for.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ringfence.store.journal import Place, open_journal
from tests.journal.books import Clock, note


def say(words: str) -> None:
    """One line, in one write: a killed process says all of it or nothing."""
    os.write(1, (words + "\n").encode())


def writer(folder: Path, first: int, *, early: bool) -> None:
    """Append without end. ``early``: the mutant that answers before the record is written."""
    place = Place(folder / "journal", anchors=folder / "second")
    with open_journal(place, clock=Clock()) as journal:
        say("ready")
        number = first
        while True:
            entry = note(number, texts={"why": "x"} if number % 7 == 0 else {})
            if early:
                say(f"stored {entry.id} -")
            stored = journal.append(entry)
            if not early:
                say(f"stored {stored.id} {stored.hash}")
            number += 1


def main() -> None:
    for line in sys.stdin:
        folder, first, mode = line.split("\t")
        child = os.fork()
        if child == 0:
            try:
                writer(Path(folder), int(first), early=mode.strip() == "early")
            finally:
                os._exit(1)
        say(f"pid {child}")
        _, status = os.waitpid(child, 0)
        say(f"ended {os.WTERMSIG(status) if os.WIFSIGNALED(status) else -1}")


if __name__ == "__main__":
    main()
