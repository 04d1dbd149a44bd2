"""House rule 27: every limit is enforced somewhere, and somewhere tested."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ringfence.limits import LIMITS
from tests.house.tree import plant, python_files, said
from tests.support import ROOT

NAMES = tuple(field.name for field in fields(LIMITS))


def unused(root: Path, names: tuple[str, ...]) -> list[str]:
    """Limits that no code enforces, or no test crosses."""
    code = [s.text for s in python_files(root, "src") if not s.name.endswith("ringfence/limits.py")]
    tests = [s.text for s in python_files(root, "tests") if not s.name.startswith("tests/house/")]
    problems = []
    for name in names:
        # Enforced as LIMITS.name, or by its name: within(count, "name", ...).
        use = re.compile(rf'LIMITS\.{name}\b|"{name}"')
        if not any(use.search(text) for text in code):
            problems.append(f"{name}: enforced nowhere in src; enforce it or remove it from limits.py")
        if not any(re.search(rf"\b{name}\b", text) for text in tests):
            problems.append(f"{name}: in no test; test at, below and above it (tests/unit/test_limits.py)")
    return problems


def test_every_limit_is_enforced_and_tested() -> None:
    problems = unused(ROOT, NAMES)
    assert not problems, said(problems)


@pytest.mark.parametrize(
    ("code", "test", "words"),
    [
        ("x = LIMITS.orders", "def test_orders(): ...  # orders", []),
        ('within(3, "orders", path="")', "assert LIMITS.orders", []),
        ("x = LIMITS.orders_per_day", "assert LIMITS.orders", ["enforced nowhere"]),
        ("x = LIMITS.orders", "assert True", ["in no test"]),
    ],
)
def test_the_checker_sees_a_forgotten_limit(tmp_path: Path, code: str, test: str, words: list[str]) -> None:
    plant(tmp_path, "src/ringfence/exact/a.py", code)
    plant(tmp_path, "tests/unit/test_a.py", test)
    problems = unused(tmp_path, ("orders",))
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))
