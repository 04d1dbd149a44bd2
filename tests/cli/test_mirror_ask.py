"""The mirror at a terminal, by a person: a real pseudo-terminal, and what is typed into it."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ringfence.cli.mirror.pausing import Pausing
from ringfence.service.context import Context
from ringfence.service.mirror.answers import AuditAnswer
from ringfence.service.operations import operation_named
from tests.doors_mirror import FLAT, RESCUE, toml

RINGFENCE = Path(sys.executable).parent / "ringfence"
LIMIT = 120.0
ETH = "ETH/USDT:USDT"
EMPTY = {
    **FLAT,
    "marks": {**FLAT["marks"], ETH: "2500"},
    "tiers": {**FLAT["tiers"], ETH: FLAT["tiers"]["BTC/USDT:USDT"]},
}
OPEN = ("open", ETH, "--side", "long", "--contracts", "1", "--leverage", "5", "--margin-mode", "isolated")
SWITCH = ("switch-to-cross", "BTC", "--target", "62000")
GOOD = ("ETH 4h close below 2,450 within 2 days", "2450", "I already carry 6 percent correlated risk")


class Terminal:
    """A terminal with ringfence in it."""

    def __init__(self, home: Path, book: Path, words: tuple[str, ...]) -> None:
        self.home, self.said = home, ""
        self.environment = {
            **os.environ, "RINGFENCE_HOME": str(home), "RINGFENCE_ANCHORS": str(home), "COLUMNS": "100",
            "NO_COLOR": "1", "TERM": "xterm",
        }  # fmt: skip
        self._here, there = pty.openpty()
        self._process = subprocess.Popen(
            [RINGFENCE, "mirror", "ask", str(book), *words, "--id", "i1"],
            stdin=there, stdout=there, stderr=there, env=self.environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509  # Ctrl+C needs it
        )  # fmt: skip
        os.close(there)

    def until(self, words: str) -> str:
        """Read until these words were said; what was said since the last time."""
        before, end = len(self.said), time.monotonic() + LIMIT
        while words not in self.said[before:]:
            assert time.monotonic() < end, f"never said: {words}\n{self.said}"
            self._read()
        return self.said[before:]

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._here, f"{line}\n".encode())

    def press(self, key: bytes) -> None:
        """Press one key."""
        os.write(self._here, key)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._here)
        self._here = -1

    def status(self) -> int:
        """Wait for the end."""
        end = time.monotonic() + LIMIT
        while self._process.poll() is None and time.monotonic() < end:
            self._read()
        return self._process.wait(timeout=LIMIT)

    def kept(self) -> dict[str, Any]:
        """The audit as the journal has it."""
        shown = subprocess.run(
            [RINGFENCE, "mirror", "show", "i1", "--json"],
            env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(shown.stdout)
        return found

    def close(self) -> None:
        """Leave nothing running."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._here >= 0:
            os.close(self._here)

    def _read(self) -> None:
        if self._here < 0:
            time.sleep(0.05)
            return
        if select.select([self._here], [], [], 0.2)[0]:
            try:
                self.said += os.read(self._here, 65_536).decode("utf-8", "replace")
            except OSError:  # the other end is closed
                time.sleep(0.05)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def opening(home: Path, tmp_path: Path) -> Iterator[Terminal]:
    """Somebody who wants to open a position, with no plan."""
    (tmp_path / "flat.toml").write_text(toml(EMPTY), "utf-8")
    it = Terminal(home, tmp_path / "flat.toml", OPEN)
    yield it
    it.close()


def rescuing(home: Path, tmp_path: Path) -> Terminal:
    """Somebody who wants to rescue a position that is nearly liquidated."""
    (tmp_path / "book.toml").write_text(toml(RESCUE), "utf-8")
    return Terminal(home, tmp_path / "book.toml", SWITCH)


def test_the_numbers_go_away_and_each_line_is_read_at_once(opening: Terminal) -> None:
    card = opening.until("begins. Ctrl+C")
    assert "A pause first: buy 1 ETH/USDT:USDT at the mark" in card
    opening.type("")
    asked = opening.until("What would prove it wrong?")
    assert "\x1b[2J" in asked
    assert "\x1b[3J" in asked
    assert "20 seconds, 3 lines." in asked
    assert "2,500" not in asked.partition("\x1b[2J")[2]
    opening.type("if the price goes down")
    assert "Not yet: no date" in opening.until("What would prove it wrong?")
    opening.type(GOOD[0])
    assert "Read as: ETH 4h close below 2,450 by" in opening.until("At which price is it wrong?")
    opening.type(GOOD[1])
    opening.until("Why do nothing?")
    opening.type(GOOD[2])
    opening.until("The choice comes when the 20 seconds are over.")
    opening.press(b"\x03")
    opening.until("Journal")
    kept = opening.kept()
    assert kept["decision"] == "do_nothing"
    assert [line["accepted"] for line in kept["lines"]] == [True, True, True]


@pytest.mark.parametrize("key", [b"\x03", b"\x04"], ids=["ctrl-c", "end-of-input"])
def test_whoever_leaves_has_decided_to_do_nothing(opening: Terminal, key: bytes) -> None:
    opening.until("begins. Ctrl+C")
    opening.type("")
    opening.until("What would prove it wrong?")
    opening.press(key)
    assert "Nothing is done." in opening.until("Journal")
    assert opening.status() == 20
    assert (opening.kept()["decision"], opening.kept()["permit"]) == ("do_nothing", None)


def test_closing_the_window_is_to_do_nothing(opening: Terminal) -> None:
    opening.until("begins. Ctrl+C")
    opening.hang_up()
    opening.status()
    assert opening.kept()["decision"] == "do_nothing"


def test_near_liquidation_nobody_is_held_up(home: Path, tmp_path: Path) -> None:
    terminal = rescuing(home, tmp_path)
    try:
        shown = terminal.until("Enter: do nothing")
        assert "begins. Ctrl+C" not in shown
        assert "84.86" in shown
        assert "1  Do nothing." in shown
        terminal.type("proceed")
        terminal.until("Journal")
        assert terminal.status() == 0
        assert terminal.kept()["decision"] == "proceed"
    finally:
        terminal.close()


def test_enter_alone_does_nothing(home: Path, tmp_path: Path) -> None:
    terminal = rescuing(home, tmp_path)
    try:
        terminal.until("Enter: do nothing")
        terminal.type("")
        assert "Nothing is done." in terminal.until("Journal")
        assert terminal.status() == 20
    finally:
        terminal.close()


def test_a_program_is_shown_the_way(home: Path, tmp_path: Path) -> None:
    (tmp_path / "book.toml").write_text(toml(RESCUE), "utf-8")
    said = subprocess.run(
        [RINGFENCE, "mirror", "ask", "book.toml", *SWITCH], cwd=tmp_path, stdin=subprocess.DEVNULL,
        env={**os.environ, "RINGFENCE_HOME": str(home)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.returncode == 2
    assert "ringfence mirror audit, then answer and decide" in said.stderr
    assert not home.exists()


@dataclass
class Played:
    """A person who types what is written down, and a clock that waiting moves."""

    lines: list[str]
    now: int = 1_795_355_334_049
    waited: list[float] = field(default_factory=list)

    def __call__(self, _prompt: str = "") -> str:
        self.now += 1_000
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += int(1_000 * seconds)


def played(
    home: Path, monkeypatch: pytest.MonkeyPatch, *lines: str
) -> tuple[str, str, Played, Context, Pausing]:
    """What a person ends with, what they were shown, and how long they waited."""
    person, shown = Played(list(lines)), io.StringIO()
    context = Context(home, now_ms=lambda: person.now, ticks=lambda: person.now / 1_000)
    request = {
        "action": "open", "symbol": ETH, "side": "long", "contracts": "1", "leverage": "5",
        "margin_mode": "isolated", "account": EMPTY, "id": "i1",
    }  # fmt: skip
    audit = operation_named("mirror-audit").run(context, request)
    assert isinstance(audit, AuditAnswer)
    monkeypatch.setattr("builtins.input", person)
    pausing = Pausing(context, Console(file=shown, width=100, markup=False), audit, person.wait)
    try:
        ended = pausing.through()
    except EOFError:
        ended = pausing.nothing()
    return ended, shown.getvalue(), person, context, pausing


def test_the_whole_way_through_a_pause(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, shown, person, context, _ = played(home, monkeypatch, "", *GOOD, "7", "proceed")
    assert ended == "proceed"
    assert person.waited == [16.0]
    assert "Permit" in shown
    kept = operation_named("mirror-show").run(context, {"audit_id": "i1"})
    assert isinstance(kept, AuditAnswer)
    assert (kept.decision, kept.permit is not None) == ("proceed", True)


def test_an_unwritten_line_takes_a_reason_of_ones_own(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "the level at 2,450 still holds and the fence stays small"
    ended, shown, *_ = played(
        home, monkeypatch, "", "", *GOOD[1:], "proceed", "override", "too short", "override", reason
    )
    assert ended == "override"
    assert shown.count("Not yet: to be written: disproof") == 2
    assert "with a written reason" in shown


def test_too_long_a_line_is_no_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, shown, *_ = played(home, monkeypatch, "", "x" * 3_000)
    assert ended == "do_nothing"
    assert "Not yet:" in shown
    assert "Nothing is done." in shown


def test_who_leaves_at_the_choice_has_decided_to_do_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended, _, _, context, _ = played(home, monkeypatch, "", *GOOD)
    kept = operation_named("mirror-show").run(context, {"audit_id": "i1"})
    assert isinstance(kept, AuditAnswer)
    assert (ended, kept.decision) == ("do_nothing", "do_nothing")
