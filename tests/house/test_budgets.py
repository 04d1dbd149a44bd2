"""House rule 3: a file has at most 500 lines, a function body 60, a signature 6 arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import Source, plant, python_files, said
from tests.support import ROOT

FILE_LINES, BODY_LINES, ARGUMENTS = 500, 60, 6
FOLDERS = ("src", "tests", "bench", "scripts")


def _functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the first statement after the docstring to the last one."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _argument_count(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    names = [each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def over_budget(root: Path) -> list[str]:
    """Every file, function body and signature of ``root`` above its budget."""
    problems = []
    for source in python_files(root, *FOLDERS):
        lines = source.text.count("\n")
        if lines > FILE_LINES:
            problems.append(
                f"{source.name}: {lines} lines, at most {FILE_LINES}; split it by what it is about"
            )
        for function in _functions(source):
            place = f"{source.name}:{function.lineno} {function.name}"
            if (length := _body_lines(function)) > BODY_LINES:
                problems.append(f"{place}: body of {length} lines, at most {BODY_LINES}; name its steps")
            # A test's arguments are its fixtures, and a table's columns: the budget is about interfaces.
            if (count := _argument_count(function)) > ARGUMENTS and not function.name.startswith("test_"):
                problems.append(
                    f"{place}: {count} arguments, at most {ARGUMENTS}; pass a value that holds them"
                )
    return problems


def test_files_functions_and_signatures_keep_their_budget() -> None:
    problems = over_budget(ROOT)
    assert not problems, said(problems)


LONG_FILE = "x = 1\n" * 501
LONG_BODY = 'def f() -> None:\n    """Long."""\n' + "    print()\n" * 61
WIDE = "def f(a, b, c, *, d, e, g, h): ...\n"


@pytest.mark.parametrize(
    ("text", "word"), [(LONG_FILE, "501 lines"), (LONG_BODY, "61 lines"), (WIDE, "7 arguments")]
)
def test_the_checker_rejects_a_planted_excess(tmp_path: Path, text: str, word: str) -> None:
    plant(tmp_path, "src/ringfence/planted.py", text)
    assert [word in problem for problem in over_budget(tmp_path)] == [True]


def test_the_budgets_themselves_are_allowed(tmp_path: Path) -> None:
    plant(tmp_path, "src/a.py", "x = 1\n" * 500)
    plant(tmp_path, "src/b.py", 'def f(a, b, c, d, e, g):\n    """Long."""\n' + "    print()\n" * 60)
    assert over_budget(tmp_path) == []
