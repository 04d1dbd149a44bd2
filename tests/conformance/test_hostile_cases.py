"""Cases with parts taken out or replaced: a named error or an answer, never a fault of the program."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import RingfenceError
from ringfence.ingest.cases import checked_case
from ringfence.testing.cases import Case, load_cases
from ringfence.testing.conform import run_case

FILES = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
VALUES: list[Any] = [
    None, "0", "-1", "1e-30", "1e30", "0.5", "1", "2", "-0.5", "1e-39", "1e38", "123456789.123456789",
    "", "nan", "abc", "none", "isolated", "long", "BTC/USD:BTC", 0, 1.5, True, [], {},
]  # fmt: skip
TRIES = 60


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value that stands in a case."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for name, value in items:
        yield (*path, name)
        yield from places(value, (*path, name))


def damaged(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    found = copy.deepcopy(document)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice([one for one in places(found) if one[0] in ("account", "marks", "on")])
        held: Any = found
        for name in path[:-1]:
            held = held[name]
        if isinstance(held, dict) and chance.random() < 0.3:
            del held[path[-1]]
        else:
            held[path[-1]] = copy.deepcopy(chance.choice(VALUES))
    return found


@pytest.mark.parametrize("file", FILES, ids=[one.stem for one in FILES])
def test_a_damaged_case_is_refused_by_name_or_answered(file: Path) -> None:
    chance = random.Random(file.stem)
    cases = load_cases(file.read_text("utf-8").splitlines())
    answered = 0
    for _ in range(TRIES):
        document = damaged(dict(chance.choice(cases).document), chance)
        try:
            checked = checked_case(document)
        except RingfenceError:
            continue
        report = run_case(Case(checked["id"], checked["venue"], checked["strength"], checked))
        answered += bool(report.fields)
    assert answered, "every damaged case was refused: nothing was computed"
