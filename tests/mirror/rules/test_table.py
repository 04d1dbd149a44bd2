"""Every rule fires on its example, stays silent on its neighbour, and says so when a fact is missing."""

from __future__ import annotations

import pytest

from ringfence.mirror.rules import _ALL, RULES
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.table import NEEDS_NOTHING, ROWS, Changes, Row, facts_of, word

COUNTS = {"G": 19, "O": 12, "I": 7, "C": 6, "M": 7, "RM": 3, "X": 6, "Y": 5, "L": 5, "S": 6, "H": 4, "T": 6}
CASES = [
    pytest.param(line, wanted, changes, id=f"{line.rule}-{wanted}-{place}-{number}")
    for place, line in enumerate(ROWS)
    for number, (wanted, changes) in enumerate(line.cases)
]


@pytest.mark.parametrize(("line", "wanted", "changes"), CASES)
def test_a_rule_says_what_the_table_says(line: Row, wanted: str, changes: Changes) -> None:
    facts = facts_of(line, changes)
    found = RULES[line.rule](facts, thresholds())
    assert word(found) == wanted, found
    assert found == RULES[line.rule](facts, thresholds())


def test_there_are_86_rules_with_the_ids_of_the_specification() -> None:
    wanted = [f"{group}-{n:02}" for group, count in COUNTS.items() for n in range(1, count + 1)]
    assert sum(COUNTS.values()) == 86
    assert sorted(RULES) == sorted(wanted)
    assert len(_ALL) == len(RULES), "no id stands twice"


@pytest.mark.parametrize("rule_id", RULES)
def test_the_table_has_every_rule_firing_silent_and_without_a_fact(rule_id: str) -> None:
    words = {wanted for line in ROWS if line.rule == rule_id for wanted, _ in line.cases}
    assert words - {"-", "?"}, "it never fires"
    assert "-" in words
    assert "?" in words or rule_id in NEEDS_NOTHING
