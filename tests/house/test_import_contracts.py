"""House rule 2: imports point one way. Each contract of pyproject.toml is shown to fail once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

LINTER = Path(sys.executable).parent / "lint-imports"


def _not_code(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__" or ("." in name and not name.endswith(".py"))]


def _copy(target: Path) -> Path:
    """The package and its contracts, without the data, in a place that may be spoilt."""
    shutil.copytree(ROOT / "src" / "ringfence", target / "src" / "ringfence", ignore=_not_code)
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def _lint(root: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [LINTER, "--no-logo", "--no-cache", *chosen],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_copy_of_the_tree_keeps_every_contract(tmp_path: Path) -> None:
    answer = _lint(_copy(tmp_path))
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        ("layers", "domain/__init__.py", "import ringfence.exact"),
        ("layers", "exact/__init__.py", "import ringfence.solve"),
        ("layers", "venues/demo.py", "from ringfence.service import operations"),
        ("layers", "ingest/__init__.py", "import ringfence.store"),
        ("layers", "api/__init__.py", "import ringfence.cli"),
        ("layers", "agent/__init__.py", "import ringfence.web"),
        ("layers", "errors.py", "import ringfence.domain"),
        ("layers", "forgotten/__init__.py", "x = 1"),
        ("purity", "exact/__init__.py", "import numpy"),
        ("purity", "solve/__init__.py", "import random"),
        ("purity", "formulas/__init__.py", "import numba"),
        ("purity", "domain/__init__.py", "from time import time"),
        ("purity", "venues/__init__.py", "import os"),
        ("venues", "venues/binance_usdm.py", "from ringfence.venues.demo import RULES as OTHER"),
        ("shipped tests", "report/__init__.py", "import ringfence.testing"),
    ],
)
def test_a_planted_violation_breaks_its_contract(tmp_path: Path, contract: str, file: str, line: str) -> None:
    target = _copy(tmp_path) / "src" / "ringfence" / file
    target.parent.mkdir(exist_ok=True)
    before = target.read_text("utf-8") if target.exists() else '"""Planted."""\n'
    target.write_text(f"{before}\n{line}\n", "utf-8")
    answer = _lint(tmp_path, contract)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    assert "BROKEN" in answer.stdout or "forgotten" in answer.stdout, answer.stdout
