"""House rule 6: effects have doors.

Clock, randomness, environment, disk and network are reached through service/context.py, store/ and
ingest/ alone. The doors (cli, api, web) may serve, which needs the network, and nothing more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import SRC, Source, plant, python_files, said

FREE = ("ringfence/service/context.py", "ringfence/store/", "ringfence/ingest/")
DOORS = ("ringfence/cli/", "ringfence/api/", "ringfence/web/")

NETWORK = {
    "aiohttp",
    "http.client",
    "http.server",
    "httpx",
    "requests",
    "socket",
    "urllib.request",
    "webbrowser",
}
MODULES = NETWORK | {
    "glob", "numpy.random", "random", "secrets", "shutil", "sqlite3", "subprocess", "tempfile", "time",
}  # fmt: skip
CALLS = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "io.open", "open", "os.environ", "os.getenv", "os.listdir", "os.makedirs", "os.open", "os.remove",
    "os.scandir", "os.urandom", "os.walk", "uuid.uuid1", "uuid.uuid4",
}  # fmt: skip
METHODS = {
    "exists", "is_file", "iterdir", "mkdir", "read_bytes", "read_text", "rglob", "unlink", "write_bytes",
    "write_text",
}  # fmt: skip
HINT = "take it from the Context (service/context.py), or do it in ingest/ or store/"


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, as a dotted path."""
    known = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                known[name.asname or name.name.split(".")[0]] = (
                    name.name if name.asname else name.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                known[name.asname or name.name] = f"{node.module}.{name.name}"
    return known


def _dotted(node: ast.expr, aliases: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return aliases.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, aliases)}.{node.attr}"
    return "?"


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{name.name}" for name in node.names)]
    return []


def _effects(source: Source) -> Iterator[tuple[int, str]]:
    """Line and name of each effect in one file."""
    aliases = _aliases(source.tree)
    banned = MODULES - NETWORK if source.name.startswith(DOORS) else MODULES
    # A package may read the data files it ships: importlib.resources finds them wherever it is installed.
    shipped = "importlib.resources" in source.text or "from importlib import resources" in source.text
    methods = set() if shipped else METHODS
    for node in ast.walk(source.tree):
        for name in sorted(set(_imported(node)) & banned):
            yield node.lineno, f"import {name}"  # type: ignore[attr-defined]  # only imports get here
        # A field of that name, as a bar's open, is no call of it.
        read = isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
        if read and (name := _dotted(node, aliases)) in CALLS:  # type: ignore[arg-type]  # a name or an attribute
            yield node.lineno, name  # type: ignore[attr-defined]  # the same
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in methods:
            yield node.lineno, f".{node.func.attr}()"


def effects(root: Path) -> list[str]:
    """Every effect below ``root`` that does not go through its door."""
    return [
        f"{source.name}:{line}: {name}; {HINT}"
        for source in python_files(root)
        if not source.name.startswith(FREE)
        for line, name in sorted(set(_effects(source)))
    ]


def test_effects_have_one_door() -> None:
    problems = effects(SRC)
    assert not problems, said(problems)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("from datetime import datetime\nx = datetime.now()\n", "datetime.datetime.now"),
        ("import datetime as dt\nx = dt.date.today()\n", "datetime.date.today"),
        ("import time\n", "import time"),
        ("from random import Random\n", "import random"),
        ("import os\nx = os.environ['HOME']\n", "os.environ"),
        ("from os import getenv\nx = getenv('HOME')\n", "os.getenv"),
        ("x = open('account.toml')\n", "open"),
        ("from pathlib import Path\nx = Path('a').read_text()\n", ".read_text()"),
        ("import socket\n", "import socket"),
        ("import urllib.request\n", "import urllib.request"),
    ],
)
def test_the_checker_rejects_a_planted_effect(tmp_path: Path, text: str, name: str) -> None:
    plant(tmp_path, "ringfence/exact/planted.py", text)
    assert [f": {name};" in problem for problem in effects(tmp_path)] == [True]


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("service/context.py", 0),
        ("ingest/files.py", 0),
        ("store/home.py", 0),
        ("web/page.py", 2),
        ("exact/a.py", 3),
    ],
)
def test_each_place_has_its_own_doors(tmp_path: Path, place: str, found: int) -> None:
    plant(tmp_path, f"ringfence/{place}", "import os\nimport socket\nimport time\nx = os.environ\n")
    assert len(effects(tmp_path)) == found


def test_a_method_named_open_is_not_the_disk(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "ringfence/service/book.py",
        "class Bar:\n    open: int\n\ndef f(account):\n    return account.open('BTC/USDT:USDT', '+1')\n",
    )
    assert effects(tmp_path) == []
