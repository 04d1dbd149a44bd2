"""How the house rules see the repository: its Python files, parsed; its pages; its operations."""

from __future__ import annotations

import ast
import pkgutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ringfence
from tests.support import ROOT

SRC = ROOT / "src"
DOCS = ROOT / "docs"


@dataclass(frozen=True)
class Source:
    """One parsed Python file; ``name`` is its path below the root that was searched."""

    name: str
    text: str
    tree: ast.Module


def python_files(root: Path, *folders: str) -> Iterator[Source]:
    """Every Python file below ``root``'s folders (the root itself when none is named), in order."""
    for top in [root / folder for folder in folders] or [root]:
        for path in sorted(top.rglob("*.py")):
            text = path.read_text("utf-8")
            yield Source(path.relative_to(root).as_posix(), text, ast.parse(text, str(path)))


def plant(root: Path, name: str, text: str) -> Path:
    """Write one file of a small made-up tree, for a checker to reject."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text).lstrip("\n"), "utf-8")
    return path


def said(problems: list[str]) -> str:
    """The failure message: one problem a line."""
    return "\n" + "\n".join(problems)


def module_names() -> list[str]:
    """Every module of the package, by name; a door with heavy imports is loaded by the test that needs it."""
    found = pkgutil.walk_packages(ringfence.__path__, "ringfence.")
    return ["ringfence", *sorted(info.name for info in found if not info.name.endswith("__main__"))]


def pages() -> list[Path]:
    """What a reader reads: README.md, CONTRIBUTING.md and every page of the manual."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
