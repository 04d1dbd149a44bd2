"""The manual as data: the code blocks of a page, and what a block that runs says it prints."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

FENCE = re.compile(
    r"^(?P<indent>[ ]*)```(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)```[ ]*$", re.MULTILINE | re.DOTALL
)
NO_RUN = re.compile(r"<!--\s*no-run:\s*(?P<reason>[^>]*?)\s*-->\s*\Z")
STATUS = re.compile(r"\s+#\s*exit (?P<code>\d+)\s*$")


@dataclass(frozen=True)
class Block:
    """One fenced block: the page and line it starts on, its language, its text, why it is not run."""

    page: str
    line: int
    language: str
    text: str
    skipped: str | None = None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """One ``$ ringfence ...`` line, the exit status it announces and the output shown below it."""

    line: str
    status: int
    shown: tuple[str, ...]


def blocks(page: str, text: str) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    for match in FENCE.finditer(text):
        excuse = NO_RUN.search(text[: match.start()])
        words = match["info"].split()
        yield Block(
            page,
            text.count("\n", 0, match.start()) + 1,
            words[0] if words else "",
            textwrap.dedent(match["body"]),
            excuse["reason"] if excuse else None,
        )


def commands(text: str) -> list[Command]:
    """The ringfence commands of a console block; ``\\`` continues a line, ``# exit 2`` announces a status."""
    found: list[Command] = []
    listening = False
    for line in text.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            listening = line.startswith("$ ringfence ")
            status = STATUS.search(line)
            if listening:
                found.append(Command(STATUS.sub("", line[2:]), int(status["code"]) if status else 0, ()))
        elif listening and line.strip():
            found[-1] = replace(found[-1], shown=(*found[-1].shown, line.strip()))
    return found


def missing_line(shown: tuple[str, ...], printed: str) -> str | None:
    """The first shown line that was not printed, in this order; a line of ``...`` stands for any."""
    rest = iter(" ".join(line.split()) for line in printed.splitlines())
    for line in shown:
        wanted = " ".join(line.split())
        if wanted not in ("...", "…") and not any(wanted == got for got in rest):
            return line
    return None
