"""House rule 21: every operation, venue, public name and error code has its place in the manual."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

import ringfence
from ringfence import errors
from ringfence.errors import RingfenceError
from ringfence.service import operations
from ringfence.venues import registry
from tests.house.tree import DOCS, said


def manual() -> str:
    """Every page of docs/ but the decisions, which are about the code."""
    return "\n".join(p.read_text("utf-8") for p in sorted(DOCS.rglob("*.md")) if p.parent.name != "adr")


def unmentioned(kind: str, names: Iterable[str], text: str) -> list[str]:
    """Names that the manual never sets in code style."""
    code = re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)
    known = set(re.findall(r"[\w-]+", "\n".join(code)))
    return [
        f"{kind} {name}: in no page of docs/; describe it, as `{name}`" for name in names if name not in known
    ]


def _codes() -> list[str]:
    classes = (each for each in vars(errors).values() if isinstance(each, type))
    return sorted(
        each.code for each in classes if issubclass(each, RingfenceError) and each is not RingfenceError
    )


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("error", _codes()),
        ("operation", sorted(one.name for one in operations.OPERATIONS)),
        ("venue", registry.venue_keys()),
        ("public name", ringfence.__all__),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_manual_names_every(kind: str, names: list[str]) -> None:
    assert names
    problems = unmentioned(kind, names, manual())
    assert not problems, said(problems)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`bad-number`", 0),
        ("```console\nbad-number\n```", 0),
        ("bad-number", 1),
        ("`very-bad-number`", 1),
        ("", 1),
    ],
)
def test_the_checker_wants_the_name_itself_in_code_style(text: str, found: int) -> None:
    assert len(unmentioned("error", ["bad-number"], text)) == found
