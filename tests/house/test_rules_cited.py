"""House rule 14: every rule of every venue cites its clause, and one without does not load."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ringfence.errors import BadRules
from ringfence.venues import registry
from ringfence.venues.rules import CITED, Clause, Confidence, VenueRules

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
VENUES = registry.venue_keys()
PACKS = [pytest.param(one, id=f"{key}-{one.valid_from}") for key in VENUES for one in registry.pack(key)]


def uncited(rules: VenueRules) -> list[str]:
    """Rules whose clause does not lead a reader to the place."""
    problems = []
    for name in CITED:
        clause: Clause = rules.clauses[name]
        if not clause.source.title.strip() or not clause.section.strip():
            problems.append(f"{rules.key}.{name}: name the document and the section")
        if not DATE.fullmatch(clause.source.as_of):
            problems.append(f"{rules.key}.{name}: as_of must be the day it was read, YYYY-MM-DD")
        if clause.confidence is Confidence.UNCONFIRMED and not clause.assumption:
            problems.append(f"{rules.key}.{name}: unconfirmed; state the assumption")
    tables = [table for dated in rules.tables.values() for table in dated]
    problems += [f"{rules.key} {t.symbol} {t.valid_from}: name the source" for t in tables if not t.source]
    return problems


@pytest.mark.parametrize("rules", PACKS)
def test_every_rule_cites_its_clause(rules: VenueRules) -> None:
    assert uncited(rules) == []


@pytest.mark.parametrize("name", CITED)
def test_a_rule_without_a_clause_does_not_load(name: str) -> None:
    rules = registry.rules("demo")
    with pytest.raises(BadRules, match=f"clauses.{name}"):
        replace(rules, clauses={key: clause for key, clause in rules.clauses.items() if key != name})


def test_the_checker_rejects_an_empty_citation() -> None:
    rules = registry.rules("demo")
    clause = rules.clauses["trigger"]
    empty = replace(clause, section=" ")
    undated = replace(clause, source=replace(clause.source, as_of="lately"))
    guessed = replace(clause, confidence=Confidence.UNCONFIRMED, assumption="")
    for planted, word in ((empty, "section"), (undated, "YYYY-MM-DD"), (guessed, "assumption")):
        problems = uncited(replace(rules, clauses={**rules.clauses, "trigger": planted}))
        assert [word in problem for problem in problems] == [True]
