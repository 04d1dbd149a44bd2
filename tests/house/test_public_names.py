"""House rules 19 and 28: few public names, each listed once, in order, and with an example that runs."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from types import ModuleType

import pytest

import ringfence
from tests.house.tree import said

MOST = 40


def _order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def misfits(listed: list[str], present: Mapping[str, object]) -> list[str]:
    """What ``__all__`` and the names really there do not agree about."""
    public = {name for name, value in present.items() if not isinstance(value, ModuleType)}
    public = {name for name in public if not name.startswith("_")} - {"annotations"}
    problems = []
    if len(listed) > MOST:
        problems.append(f"{len(listed)} public names, at most {MOST}; remove one from ringfence/__init__.py")
    if listed != sorted(set(listed), key=_order):
        problems.append("__all__ is not sorted, or names something twice; let ruff sort it")
    problems += [
        f"{name}: in __all__ but not there; import it or remove it" for name in set(listed) - set(present)
    ]
    problems += [
        f"{name}: there but not in __all__; add it or do not import it" for name in public - set(listed)
    ]
    return sorted(problems)


def undocumented(names: Mapping[str, object]) -> list[str]:
    """Public functions and classes without a docstring, or without an example in it."""
    problems = []
    for name, value in names.items():
        if not (inspect.isclass(value) or inspect.isroutine(value)) or _is_error(value):
            continue
        text = inspect.getdoc(value) or ""
        own = value.__dict__.get("__doc__") if inspect.isclass(value) else value.__doc__
        if not own:
            problems.append(f"{name}: no docstring; say what, unit, errors, source")
        elif ">>>" not in text and not _example_in_a_method(value):
            problems.append(f"{name}: no example; add a >>> line that runs")
    return problems


def _is_error(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, Exception)


def _example_in_a_method(value: object) -> bool:
    methods = vars(value).values() if inspect.isclass(value) else ()
    return any(">>>" in (getattr(method, "__doc__", None) or "") for method in methods)


def test_the_public_names_are_few_sorted_and_listed_once() -> None:
    problems = misfits(list(ringfence.__all__), _reachable())
    assert not problems, said(problems)


def test_every_public_name_has_an_example() -> None:
    problems = undocumented({name: getattr(ringfence, name) for name in ringfence.__all__})
    assert not problems, said(problems)


def _reachable() -> dict[str, object]:
    """The package's names, those behind a lazy __getattr__ included."""
    return {**vars(ringfence), **{name: getattr(ringfence, name) for name in ringfence.__all__}}


@pytest.mark.parametrize(
    ("listed", "present", "word"),
    [
        (["b", "a"], {"a": 1, "b": 2}, "not sorted"),
        (["fun", "Class"], {"Class": 1, "fun": 2}, "not sorted"),
        (["a", "a"], {"a": 1}, "not sorted"),
        (["a", "ghost"], {"a": 1}, "ghost: in __all__"),
        (["a"], {"a": 1, "extra": 2}, "extra: there but"),
        ([f"n{n:02}" for n in range(41)], {f"n{n:02}": n for n in range(41)}, "41 public names"),
    ],
)
def test_the_checker_rejects_a_wrong_list(listed: list[str], present: dict[str, object], word: str) -> None:
    assert [word in problem for problem in misfits(listed, present)] == [True]


def test_the_checker_rejects_a_name_without_example() -> None:
    def silent() -> None: ...

    def dry() -> None:
        """Says what it does, and shows nothing."""

    def shown() -> None:
        """Shows.

        >>> 1 + 1
        2
        """

    found = undocumented({"silent": silent, "dry": dry, "shown": shown})
    assert [problem.split(";")[0] for problem in found] == ["silent: no docstring", "dry: no example"]
