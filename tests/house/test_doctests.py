"""House rule 19: the examples in docstrings run, and print what they say."""

from __future__ import annotations

import doctest
from importlib import import_module
from types import ModuleType

import pytest

from tests.house.tree import module_names

# A traceback's message may be cut with an ellipsis; the error's module is part of what the reader sees.
OPTIONS = doctest.ELLIPSIS
PURE = ("ringfence.domain", "ringfence.exact", "ringfence.formulas", "ringfence.solve")


def run(module: ModuleType) -> doctest.TestResults:
    return doctest.testmod(module, optionflags=OPTIONS, verbose=False)


@pytest.mark.parametrize("name", module_names())
def test_the_examples_of_a_module_run(name: str) -> None:
    assert run(import_module(name)).failed == 0, "the captured output says where"


def test_the_runner_rejects_a_false_example(capsys: pytest.CaptureFixture[str]) -> None:
    planted = ModuleType("planted", "Planted.\n\n>>> 1 + 1\n3\n")
    assert run(planted) == doctest.TestResults(failed=1, attempted=1)
    assert "Expected" in capsys.readouterr().out


def test_there_are_examples_at_all() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    pure = [import_module(name) for name in module_names() if name.startswith(PURE)]
    assert sum(len(test.examples) for module in pure for test in finder.find(module)) > 20
