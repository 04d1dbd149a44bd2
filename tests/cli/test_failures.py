"""How a command fails: never with a traceback, always with a status, a code, a place and a hint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringfence.cli import commands
from ringfence.service.operations import operation_named
from tests.cli.conftest import Run
from tests.doors import BOOK

RINGFENCE = Path(sys.executable).parent / "ringfence"
TEXT = BOOK.read_text("utf-8")

SIZE = 'contracts = "0.2"'

BAD_BOOKS = [
    pytest.param("", "bad-file", "nothing in it", id="empty"),
    pytest.param("\0", "bad-file", "NUL", id="nul"),
    pytest.param("{", "bad-file", "not JSON", id="half JSON"),
    pytest.param("[[[[", "bad-file", "", id="half TOML"),
    pytest.param("[" * 100_000, "bad-file", "", id="deep"),
    pytest.param('venue = "nowhere"', "unknown-venue", "venue", id="venue"),
    pytest.param(TEXT.replace(SIZE, 'contracts = "-1"'), "out-of-range", "contracts", id="negative"),
    pytest.param(TEXT.replace(SIZE, 'contracts = "nan"'), "bad-number", "contracts", id="nan"),
    pytest.param(TEXT.replace(SIZE, "contracts = inf"), "bad-number", "contracts", id="infinity"),
    pytest.param(TEXT.replace(SIZE, 'contracts = "1e999"'), "", "contracts", id="1e999"),
    pytest.param(TEXT.replace(SIZE, f"contracts = '{'9' * 10_000}'"), "", "contracts", id="digits"),
    pytest.param(TEXT.replace(SIZE, 'contracts = "٠.٥"'), "bad-number", "contracts", id="unicode"),
    pytest.param(TEXT.replace("contracts", "contract"), "unknown-field", "contract", id="typing error"),
    pytest.param(TEXT.replace("BTC/USDT:USDT", "BTCUSDT"), "unknown-symbol", "symbol", id="symbol"),
    pytest.param(TEXT.replace('"BTC/USDT:USDT" = "50000"', ""), "missing-mark", "BTC/USDT:USDT", id="mark"),
    pytest.param(TEXT.replace('"cross"', '"isolated"'), "missing-margin", "isolated_margin", id="margin"),
    pytest.param(TEXT.replace("SOL/", "BTC/"), "", "", id="twice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "place"), BAD_BOOKS)
@pytest.mark.parametrize("name", ["compare", "solve"])
def test_a_bad_book_is_refused_with_its_place(
    text: str, code: str, place: str, name: str, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, "utf-8")
    said = run(name, str(path))
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"error {code}")
    assert "bad.toml" in said.err
    assert place in said.err
    assert "Traceback" not in said.err
    told = json.loads(run(name, str(path), "--json").err)
    assert code in told["code"]
    assert told["type"] == f"/problems/{told['code']}"


@pytest.mark.parametrize(
    ("words", "code", "place"),
    [
        (["compare"], "missing-field", "--book"),
        (["compare", "no-such-file.toml"], "bad-file", "no-such-file.toml"),
        (["compare", "."], "bad-file", "directory"),
        (["compare", "\0"], "bad-file", ""),
        (["compare", str(BOOK), "extra"], "unknown-field", "extra"),
        (["compare", str(BOOK), "--marks", "BTC=1"], "unknown-field", "--mark"),
        (["compare", str(BOOK), "--mark", "BTC"], "missing-field", "--mark"),
        (["compare", str(BOOK), "--mark", "BTC=ten"], "bad-number", "marks.BTC/USDT:USDT"),
        (["compare", str(BOOK), "--mark", "BTC=0"], "out-of-range", "BTC/USDT:USDT"),
        (["compare", str(BOOK), "--at", "BTC=nan"], "bad-number", "--at BTC/USDT:USDT"),
        (["compare", str(BOOK), "--at", "BTC=1", "--at", "BTC=2"], "out-of-range", "--at"),
        (["compare", str(BOOK), "--on", "yesterday"], "out-of-range", "--on"),
        (["compare", str(BOOK), "--venue", "nowhere"], "unknown-venue", "nowhere"),
        (["compare", str(BOOK), "--html", "/proc/none/x.html"], "bad-file", "--html"),
        (["scrub", str(BOOK), "--move", "-15%"], "bad-number", "--move"),
        (["scrub", str(BOOK), "--move", "-2"], "out-of-range", "move"),
        (["scrub", str(BOOK), "--leader", "DOGE"], "", "DOGE"),
        (["solve", str(BOOK), "--question", "why"], "out-of-range", "question"),
        (["solve", str(BOOK), "--question", "margin"], "missing-field", ""),
        (["frontier", str(BOOK), "--x", "DOGE/USDT:USDT"], "", "DOGE"),
        (["explain", str(BOOK), "--twin", "mix"], "out-of-range", "twin"),
        (["tiers", "show", "demo", "DOGE/USDT:USDT"], "no-tier", "DOGE"),
        (["tiers", "list", "../../etc"], "unknown-venue", ""),
        (["tiers", "import", str(BOOK), "--venue", "demo", "--on", "2026-11-22"], "bad-file", "contagion"),
        (["venues", "show", "nowhere"], "unknown-venue", "nowhere"),
        (["bet"], "unknown-field", "bet"),
        (["web", "--port", "70000"], "out-of-range", "--port"),
        (["web", "--port", "x"], "out-of-range", "--port"),
        (["web", "--host", "no such host", "--port", "0"], "not-supported", "--host"),
    ],
)  # fmt: skip
def test_bad_words_are_refused_with_their_place(words: list[str], code: str, place: str, run: Run) -> None:
    said = run(*words)
    assert (said.status, "Traceback" in said.err) == (2, False)
    assert said.err.startswith(f"error {code}")
    assert place in said.err
    assert code in json.loads(run(*words, "--json").err)["code"]


def test_a_file_cannot_colour_the_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "evil.toml"
    path.write_text(TEXT.replace('venue = "demo"', 'venue = "\\u001b[31mdemo"'), "utf-8")
    assert "\x1b" not in run("compare", str(path)).err
    path.write_text(
        TEXT + '\n[tiers."SOL/USDT:USDT"]\nsource = "\\u001b[2Jmine"\nrows = [{floor="0", rate="0.01"}]\n'
    )
    for name in ("compare", "explain", "solve", "assess"):
        said = run(name, str(path))
        assert "\x1b" not in said.out + said.err, name


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in every comparison."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setitem(commands.SHOWN, "assess", fail)  # type: ignore[arg-type]  # a dict, seen as a Mapping


def test_a_bug_is_called_one(run: Run, broken: None) -> None:
    said = run("assess", str(BOOK))
    assert said.status == 3
    assert said.err.startswith("this is a bug in ringfence")
    assert "planted" not in said.err
    assert "Traceback" not in said.err
    assert "planted" in run("assess", str(BOOK), "--debug").err


def test_an_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(commands.SHOWN, "assess", stop)  # type: ignore[arg-type]  # a dict, seen as a Mapping
    said = run("assess", str(BOOK))
    assert (said.status, said.err) == (130, "")


def test_help_and_version_answer(run: Run) -> None:
    assert run("--version").out.strip().count(".") == 2
    assert "Usage" in run("--help").out
    assert run().status == 0


def _environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")
    }
    return {**kept, "RINGFENCE_HOME": str(tmp_path), **more}


def test_a_pipe_gets_80_columns_without_colour(tmp_path: Path) -> None:
    said = subprocess.run(
        [RINGFENCE, "compare", BOOK], env=_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert max(map(len, said.stdout.splitlines())) <= 80
    assert "\x1b" not in said.stdout
    assert said.stderr == ""


def test_colour_is_for_terminals_that_want_it(tmp_path: Path) -> None:
    def out(**more: str) -> str:
        environment = _environment(tmp_path, TERM="xterm-256color", **more)
        return subprocess.run(
            [RINGFENCE, "compare", BOOK], env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert "\x1b[" in out(FORCE_COLOR="1")
    assert "\x1b[3" not in out(FORCE_COLOR="1", NO_COLOR="1")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_every_encoding_gets_its_numbers(encoding: str, tmp_path: Path) -> None:
    environment = _environment(tmp_path, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    said = subprocess.run([RINGFENCE, "compare", BOOK], env=environment, capture_output=True, check=True)
    minus = "−" if encoding == "utf-8" else "-"
    assert f"{minus}9.55 %" in said.stdout.decode(encoding)


def test_a_reader_may_leave(tmp_path: Path) -> None:
    command = f"'{RINGFENCE}' explain '{BOOK}' | head -n 1; exit ${{PIPESTATUS[0]}}"
    said = subprocess.run(
        ["bash", "-c", command], env=_environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("AS IT IS")


def test_the_operations_of_these_tests_exist() -> None:
    assert operation_named("assess").scope == "read"
