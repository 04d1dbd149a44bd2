"""docs/detectors.md is what its counts say."""

from __future__ import annotations

import json

import pytest
from scripts import docs_detectors as script

from ringfence.testing.traders.counting import NAMES
from ringfence.testing.traders.roster import ROSTER


@pytest.fixture(scope="module")
def said() -> dict[str, object]:
    loaded: dict[str, object] = json.loads(script.COUNTS.read_text("utf-8"))
    return loaded


def test_the_page_is_generated_from_the_counts(said: dict[str, object]) -> None:
    assert script.page(said) == script.PAGE.read_text("utf-8")


def test_the_counts_are_of_the_roster_of_now(said: dict[str, object]) -> None:
    counts = script.Counts(said)
    assert {kind for kind, _, _ in counts.cells} == {kind.name for kind in ROSTER}
    assert {name for _, _, name in counts.cells} == set(NAMES)
    for cell in counts.cells.values():
        assert cell.below == 0, "nothing is ever supported below what it needs"
        assert max(cell.supported + cell.suggestive, cell.inferred) <= cell.traders
        assert cell.covered <= cell.inferred
    assert all(not false and not missed for _, false, missed in counts.events.values())


def test_a_missed_goal_is_said_plainly(said: dict[str, object]) -> None:
    worse = json.loads(json.dumps(said))
    worse["events"]["D1"] = [90, 10, 10]
    assert "| D1 | 100 | 0.9000 | 0.9000 | **not reached** |" in script.page(worse)
