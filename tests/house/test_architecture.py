"""ARCHITECTURE.md draws the packages that exist, and the import contract orders the same ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import plant, said
from tests.support import ROOT

# In the drawing a package hangs on one branch below src/ringfence/.
PACKAGE = re.compile(r"^│   [├└]── ((?:[a-z_]+/[ ,]*)+)", re.MULTILINE)


def drawn(text: str) -> set[str]:
    """The packages that the layout draws directly below src/ringfence/."""
    after = text.partition("src/ringfence/")[2]
    return {name.strip(" /,") for row in PACKAGE.findall(after) for name in re.findall(r"[a-z_]+/", row)}


def present(root: Path) -> set[str]:
    """The packages that exist."""
    return {path.parent.name for path in (root / "src" / "ringfence").glob("*/__init__.py")}


def differences(root: Path) -> list[str]:
    """Packages that are drawn and missing, or there and not drawn."""
    picture, packages = drawn((root / "ARCHITECTURE.md").read_text("utf-8")), present(root)
    return [f"{name}/: drawn in ARCHITECTURE.md, not in src" for name in sorted(picture - packages)] + [
        f"{name}/: in src, not drawn; add its line to ARCHITECTURE.md" for name in sorted(packages - picture)
    ]


def test_the_layout_draws_what_exists() -> None:
    problems = differences(ROOT)
    assert not problems, said(problems)


def test_every_package_has_its_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "layers")
    named = set(re.findall(r"[a-z_]+", " ".join(layers)))
    modules = {path.stem for path in (ROOT / "src" / "ringfence").glob("*.py") if path.stem[0] != "_"}
    assert named == present(ROOT) | modules, "give each package and module its layer in pyproject.toml"


DRAWING = """
    ringfence/
    ├── src/ringfence/
    │   ├── errors.py      the tree
    │   ├── domain/        what exists
    │   │   └── numbers
    │   └── cli/  web/     the doors
    └── tests/
"""


@pytest.mark.parametrize(
    ("packages", "word"),
    [
        (("domain", "cli", "web"), None),
        (("domain", "cli"), "web/: drawn"),
        (("domain", "cli", "web", "extra"), "extra/: in src"),
    ],
)
def test_the_checker_sees_a_difference(tmp_path: Path, packages: tuple[str, ...], word: str | None) -> None:
    plant(tmp_path, "ARCHITECTURE.md", DRAWING)
    for package in packages:
        plant(tmp_path, f"src/ringfence/{package}/__init__.py", '"""Planted."""')
    problems = differences(tmp_path)
    assert len(problems) == (word is not None)
    assert word is None or problems[0].startswith(word)
