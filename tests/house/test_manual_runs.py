"""House rule 21: the code blocks of README and docs run, and print what they show.

A ```python block runs (blocks of one page share their names, in order; ``>>>`` lines are compared). Of a
```console or ```sh block the lines ``$ ringfence ...`` run, and the lines below one must be among those it
prints, in order, ``...`` standing for any. ``# exit 2`` behind a command announces its status. A block that
must not run has ``<!-- no-run: reason -->`` on the line before it.
"""

from __future__ import annotations

import doctest
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.manual import Block, blocks, commands, missing_line
from tests.house.tree import pages
from tests.support import ROOT

TERMINALS = ("console", "sh", "bash", "shell")
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in pages() if path.is_file()}
RINGFENCE = Path(sys.executable).parent / "ringfence"


def run_python(page: str, text: str) -> None:
    """Run the Python blocks of a page one after the other; a wrong one raises."""
    names: dict[str, object] = {"__name__": "manual"}
    for block in blocks(page, text):
        if block.language in ("python", "pycon", "py") and block.skipped is None:
            if ">>>" in block.text:
                _run_examples(block, names)
            else:
                exec(compile("\n" * block.line + block.text, block.page, "exec"), names)


def _run_examples(block: Block, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, str(block), block.page, block.line)
    complaints: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=complaints.append, clear_globs=False)
    names.update(test.globs)
    assert not complaints, "".join(complaints)


def run_commands(page: str, text: str, folder: Path) -> int:
    """Run a page's commands in a folder of their own; the number that ran."""
    ran = 0
    for block in blocks(page, text):
        for command in commands(block.text) if block.language in TERMINALS and block.skipped is None else ():
            answer = subprocess.run(
                [RINGFENCE, *shlex.split(command.line)[1:]],
                cwd=folder,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            place = f"{block}: {command.line}\n"
            assert answer.returncode == command.status, f"{place}{answer.stdout}{answer.stderr}"
            missing = missing_line(command.shown, answer.stdout + answer.stderr)
            assert missing is None, f"{place}never printed: {missing}\n{answer.stdout}{answer.stderr}"
            ran += 1
    return ran


def _environment(home: Path) -> dict[str, str]:
    """The reader's terminal: 110 columns, no colour, and a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "RINGFENCE_"))}
    return {**kept, "HOME": str(home), "COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}


@pytest.mark.parametrize("page", PAGES)
def test_the_python_of_a_page_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    run_python(page, PAGES[page])


@pytest.mark.parametrize("page", [page for page, text in PAGES.items() if "$ ringfence" in text])
def test_the_commands_of_a_page_run(page: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / "out").mkdir()
    run_commands(page, PAGES[page], tmp_path)


def test_every_block_that_does_not_run_says_why() -> None:
    silent = [
        str(block) for page, text in PAGES.items() for block in blocks(page, text) if block.skipped == ""
    ]
    assert silent == [], "write <!-- no-run: reason -->"


@pytest.mark.parametrize(
    "text",
    [
        "```python\nassert 1 + 1 == 3\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
        "```python\nx = 1\n```\n\n```python\nassert x == 2\n```\n",
    ],
)
def test_the_checker_rejects_python_that_is_wrong(text: str) -> None:
    with pytest.raises(AssertionError):
        run_python("planted.md", text)


def test_a_block_with_a_reason_does_not_run() -> None:
    run_python("planted.md", "<!-- no-run: needs a venue -->\n```python\nassert False\n```\n")


@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ ringfence no-such-command\n```\n",
        "```console\n$ ringfence --version  # exit 3\n```\n",
        "```console\n$ ringfence --version\nnever printed\n```\n",
    ],
)
def test_the_checker_rejects_a_command_that_fails(text: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"planted\.md:1"):
        run_commands("planted.md", text, tmp_path)


def test_a_command_that_does_what_the_page_says_is_accepted(tmp_path: Path) -> None:
    text = (
        "```console\n$ ringfence --version\n```\n\n```console\n$ ringfence no-such-command  # exit 2\n```\n"
    )
    assert run_commands("planted.md", text, tmp_path) == 2


def test_shown_output_is_compared_in_order() -> None:
    (command,) = commands("$ ringfence a \\\n  b\none   two\n...\nthree\n$ make test\nother\n")
    assert command.line.split() == ["ringfence", "a", "b"]
    assert command.shown == ("one   two", "...", "three")
    assert missing_line(command.shown, "one two\nx\nthree\n") is None
    assert missing_line(command.shown, "three\none two\n") == "three"
