"""The book as the page holds it: tables read from a text, and written back as one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from ringfence.errors import BadFile

Document = dict[str, Any]
"""An account as plain tables, in the form of an account file."""


def example_names() -> list[str]:
    """The shipped examples, the two-BTC account first."""
    names = sorted(item.name.removesuffix(".toml") for item in _examples())
    return sorted(names, key=lambda name: name != FIRST)


FIRST = "two-btc"


def example_text(name: str) -> str:
    """One shipped example."""
    for item in _examples():
        if item.name == f"{name}.toml":
            return str(item.read_text("utf-8"))
    raise BadFile("no such example", path="example", value=name, hint=f"one of {', '.join(example_names())}")


def _examples() -> list[Any]:
    """The example files: inside an installed package, at the top of a checkout."""
    package = resources.files("ringfence")
    for folder in (package / "examples", package / ".." / ".." / "examples"):
        if folder.is_dir():
            return [item for item in folder.iterdir() if item.name.endswith(".toml")]
    return []


def text_of(document: Mapping[str, Any]) -> str:
    """The same tables as TOML.

    >>> print(text_of({"venue": "demo", "wallet": {"USDT": "10"}, "positions": [{"side": "long"}]}))
    venue = "demo"
    <BLANKLINE>
    [wallet]
    USDT = "10"
    <BLANKLINE>
    [[positions]]
    side = "long"
    """
    return "\n".join(_table(document, "")).strip("\n")


def _table(table: Mapping[str, Any], name: str) -> list[str]:
    """A table's own values first, then the tables in it, as TOML wants them."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _is_table(value)]
    for key, value in table.items():
        inner = f"{name}.{_key(key)}" if name else _key(key)
        if isinstance(value, Mapping):
            lines += ["", f"[{inner}]", *_table(value, inner)]
        elif _is_table(value):
            for row in value:
                lines += ["", f"[[{inner}]]", *_table(row, inner)]
    return lines


def _is_table(value: object) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(row, Mapping) for row in value)


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "")
    return name if plain.isascii() and plain.isalnum() else json.dumps(name, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(_value(item) for item in value)}]"
    return json.dumps(str(value), ensure_ascii=False)
