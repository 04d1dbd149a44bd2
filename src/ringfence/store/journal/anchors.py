"""The second place: signed heads in a file away from the journal, one a line, only ever appended to.

Whoever rewrites the journal would have to rewrite this file too, and every report that prints a line of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ringfence.store.home import sync_folder
from ringfence.store.journal.keys import signed_by
from ringfence.store.journal.record import GIVEN_UP, HEAD, head_message
from ringfence.store.journal.values import Head

LABELS = {"ringfence-anchor-1": HEAD, "ringfence-restored-1": GIVEN_UP}
PARTS = 7


@dataclass(frozen=True, slots=True)
class Anchor:
    """One line of the file. ``given_up``: a restore that says which later anchors it could not keep."""

    head: Head
    given_up: bool = False


def line_of(journal_id: str, head: Head, *, label: str = "ringfence-anchor-1") -> str:
    """A head as the line that reports print."""
    return f"{label} {journal_id} {head.seq} {head.at_ms} {head.hash} {head.public_key} {head.signature}"


def parse_line(line: str, *, journal_id: str) -> Anchor | None:
    """A line that was signed as it stands, for this journal; else None."""
    parts = line.split(" ")
    if len(parts) != PARTS or parts[0] not in LABELS or parts[1] != journal_id:
        return None
    try:
        digest, public, signature = (bytes.fromhex(part) for part in parts[4:])
        head = Head(int(parts[2]), digest.hex(), int(parts[3]), public.hex(), signature.hex())
        message = head_message(LABELS[parts[0]], journal_id, head.seq, head.at_ms, digest)
        good = signed_by(public, signature, message)
    except (ValueError, OverflowError):
        return None
    # One spelling only: a line that means the same and is written otherwise was not written by us.
    same = line_of(journal_id, head, label=parts[0]) == line
    return Anchor(head, parts[0] != "ringfence-anchor-1") if good and same else None


class AnchorFile:
    """The anchors of one journal."""

    def __init__(self, folder: Path, journal_id: str) -> None:
        self.journal_id = journal_id
        self.path = folder / f"{journal_id}.txt"

    def append(self, head: Head, *, label: str = "ringfence-anchor-1") -> str:
        """Write a line and wait until the disk has it.

        Raises:
            OSError: it could not be written.
        """
        line = line_of(self.journal_id, head, label=label)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists()
        with self.path.open("r+b" if not new else "xb") as file:
            file.seek(0, os.SEEK_END)
            # A crash may have left half a line: what follows starts on one of its own.
            torn = not new and file.tell() > 0 and not self._ends_line(file.tell())
            file.write(b"\n" * torn + line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(self.path.parent)
        return line

    def _ends_line(self, size: int) -> bool:
        with self.path.open("rb") as file:
            file.seek(size - 1)
            return file.read(1) == b"\n"

    def lines(self) -> Iterator[tuple[int, Anchor | None]]:
        """Each line's number and what it says; None: it is damaged. Nothing where no file can be read."""
        try:
            text = self.path.read_bytes().decode("utf-8", "replace")
        except OSError:
            return
        for number, line in enumerate(text.removesuffix("\n").split("\n"), 1):
            yield number, parse_line(line, journal_id=self.journal_id)
