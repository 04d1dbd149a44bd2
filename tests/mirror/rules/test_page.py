"""The page of the rules says what the rules are."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest

from ringfence.mirror.rules import RULES
from ringfence.mirror.thresholds import thresholds
from tests.support import ROOT


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "docs_mirror_rules", ROOT / "scripts" / "docs_mirror_rules.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("rule_id", RULES)
def test_every_rule_stands_on_the_page_with_its_sentences(rule_id: str) -> None:
    entry = script().entry(RULES[rule_id])
    assert entry.startswith(f"### {rule_id}: {RULES[rule_id].title}")
    assert "- says: " in entry
    assert "{" not in entry


def test_the_page_carries_the_digest_of_the_thresholds() -> None:
    assert thresholds().config_hash[:16] in script().page()


def test_the_page_is_up_to_date() -> None:
    assert script().PAGE.read_text(encoding="utf-8") == script().page(), "run: make docs"
