"""The three peers: which release, an environment of its own each, and the worker that asks it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.board.values import Figure, Said
from bench.harness import ROOT

HOME = ROOT / ".bench" / "board"
WORKERS = Path(__file__).parent / "workers"
LONGEST = 900
"""Seconds that an installation or a worker may take."""


@dataclass(frozen=True)
class Peer:
    """One program; their pins collide, so each gets an environment."""

    name: str
    pin: str

    @property
    def folder(self) -> Path:
        return HOME / self.name

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"


PEERS = (
    Peer("freqtrade", "freqtrade==2026.9"),
    Peer("ccxt", "ccxt==4.5.90"),
    Peer("jesse", "jesse==3.5.3"),
)


def ready(peer: Peer) -> None:
    """Make a peer's environment, once for each pin.

    Raises:
        SystemExit: it cannot be made; nothing is written without every program's answers.
    """
    stamp = peer.folder / "pin"
    wanted = f"{peer.pin} on {sys.version_info[:2]}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    HOME.mkdir(parents=True, exist_ok=True)
    print(f"making an environment for {peer.pin} ...", flush=True)
    install = [str(peer.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer.pin]
    for command in ([sys.executable, "-m", "venv", "--clear", str(peer.folder)], install):
        _run(command, f"{peer.pin} could not be installed")
    stamp.write_text(wanted)


def ask(peer: Peer, books: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``versions`` and ``answers``: for each case, what the peer says to its questions, in their order."""
    command = [str(peer.python), str(WORKERS / f"ask_{peer.name}.py")]
    said = _run(command, f"{peer.name} did not answer", json.dumps(books))
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])  # before it, what the program prints on import
    return answer


def answered(
    figures: Sequence[Figure], peer: Peer, books: Sequence[Mapping[str, Any]], answer: Mapping[str, Any]
) -> list[Figure]:
    """The figures with what the peer said."""
    said = {
        (book["id"], place, name): Said(**one)
        for book in books
        for (place, name), one in zip(book["questions"], answer["answers"][book["id"]], strict=True)
    }
    return [figure.told(peer.name, said[figure.key]) for figure in figures]


def _run(command: list[str], problem: str, given: str | None = None) -> str:
    HOME.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, check=False, cwd=HOME, timeout=LONGEST
    )
    if done.returncode:
        raise SystemExit(f"{problem}: {' '.join(done.stderr.strip().splitlines()[-3:])}")
    return done.stdout
