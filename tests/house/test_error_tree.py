"""House rule 25: the tree drawn at the top of errors.py is the tree of its classes; every code is its own."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from ringfence import errors
from ringfence.errors import RingfenceError
from tests.house.tree import said

BRANCH = re.compile(r"^([\s│├└─]*)([A-Z]\w+)$")


def drawn(docstring: str) -> dict[str, str]:
    """Each class in the drawing, and the one it hangs under."""
    parents: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    started = False
    for line in docstring.splitlines():
        match = BRANCH.match(line)
        if match is None and started:
            break
        if match is None:
            continue
        started = True
        depth, name = len(match[1]), match[2]
        above = [(level, parent) for level, parent in above if level < depth]
        parents[name] = above[-1][1] if above else ""
        above.append((depth, name))
    return parents


def defined(module: ModuleType) -> dict[str, str]:
    """Each error class of the module, and its base."""
    root = module.RingfenceError
    classes = [each for each in vars(module).values() if isinstance(each, type) and issubclass(each, root)]
    return {each.__name__: "" if each is root else each.__bases__[0].__name__ for each in classes}


def differences(module: ModuleType) -> list[str]:
    """What the drawing and the classes do not agree about."""
    picture, classes = drawn(module.__doc__ or ""), defined(module)
    hint = "correct the tree at the top of errors.py"
    return [
        f"{name}: drawn under {picture.get(name)!r}, defined under {classes.get(name)!r}; {hint}"
        for name in sorted(picture.keys() | classes.keys())
        if picture.get(name) != classes.get(name)
    ]


def test_the_drawing_is_the_tree() -> None:
    problems = differences(errors)
    assert not problems, said(problems)
    assert len(defined(errors)) > 1


def _planted(drawing: str) -> ModuleType:
    module = ModuleType("planted", drawing)
    bad = type("BadNumber", (RingfenceError,), {})
    vars(module).update(RingfenceError=RingfenceError, BadNumber=bad, Inexact=type("Inexact", (bad,), {}))
    return module


def test_a_true_drawing_is_accepted() -> None:
    picture = "Tree.\n\nRingfenceError\n└── BadNumber\n    └── Inexact\n\nProse."
    assert differences(_planted(picture)) == []


@pytest.mark.parametrize(
    ("drawing", "name"),
    [
        ("T.\n\nRingfenceError\n└── BadNumber\n", "Inexact"),
        ("T.\n\nRingfenceError\n├── BadNumber\n└── Inexact\n", "Inexact"),
        ("T.\n\nRingfenceError\n└── BadNumber\n    ├── Inexact\n    └── Ghost\n", "Ghost"),
    ],
)
def test_the_checker_rejects_a_false_drawing(drawing: str, name: str) -> None:
    assert [problem.split(":")[0] for problem in differences(_planted(drawing))] == [name]


def test_every_error_has_a_code_of_its_own_named_after_it() -> None:
    for name in defined(errors):
        kebab = re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
        expected = "error" if name == "RingfenceError" else kebab
        assert getattr(errors, name).code == expected, f'give {name} the code "{expected}"'
