"""Heavy libraries load late: the import, the help and the first answer need none of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

HEAVY = (
    "ccxt",
    "fastapi",
    "hypothesis",
    "mcp",
    "mcp_types",
    "nicegui",
    "numba",
    "numpy",
    "pandas",
    "plotly",
    "polars",
    "ray",
    "uvicorn",
)
BOOK = ROOT / "examples" / "two-btc.toml"

COMMAND = """
import sys
sys.argv = ["ringfence", *{arguments!r}]
from ringfence.cli.main import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
"""


def loaded(code: str, home: Path) -> list[str]:
    """The heavy libraries that a fresh interpreter has loaded after running ``code``."""
    report = f"{code}\nimport sys\nprint('LOADED', *[name for name in {HEAVY!r} if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", report],
        env={**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("import ringfence\nringfence.__all__", id="import"),
        pytest.param("from ringfence import *", id="every public name"),
        pytest.param(COMMAND.format(arguments=["--help"]), id="help"),
        pytest.param(COMMAND.format(arguments=["compare", str(BOOK)]), id="compare"),
    ],
)
def test_heavy_libraries_are_not_loaded_by(code: str, tmp_path: Path) -> None:
    assert loaded(code, tmp_path) == [], "import it inside the function that needs it"


def test_the_checker_sees_a_heavy_import(tmp_path: Path) -> None:
    assert loaded("import numpy", tmp_path) == ["numpy"]
