"""One file of thresholds: whole, each with a reason, each read by the rules it names."""

from __future__ import annotations

import ast
from dataclasses import fields, replace
from decimal import Decimal
from pathlib import Path

from ringfence.mirror import rules
from ringfence.mirror.rules import RULES
from ringfence.mirror.thresholds import Thresholds, bases, thresholds

NAMES = [one.name for one in fields(Thresholds) if one.name not in ("version", "off")]
SOURCES = [
    *Path(str(rules.__file__)).parent.glob("*.py"),
    *(Path(str(rules.__file__)).parent.parent.glob("*.py")),
]


def test_the_file_names_every_threshold_once_with_its_reason() -> None:
    assert [one.name for one in bases()] == NAMES
    assert all(len(one.basis.split()) > 3 for one in bases())
    assert all(set(one.rules) <= set(RULES) for one in bases())


def test_every_threshold_is_read_somewhere() -> None:
    read = {
        node.attr
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert set(NAMES) <= read


def test_a_condition_names_the_thresholds_that_name_its_rule() -> None:
    values = {name: getattr(thresholds(), name) for name in NAMES}
    for one in bases():
        for rule_id in one.rules:
            if rule_id in ("G-03", "G-19", "G-16") and one.name in ("friction_decay_ms", "looked_seconds"):
                continue
            assert f"{{{one.name}}}" in RULES[rule_id].condition, (rule_id, one.name)
    for rule in RULES.values():
        assert rule.condition.format(**values)
        assert rule.asks.format(**values)


def test_no_value_is_a_float_and_the_digest_follows_every_one() -> None:
    start = thresholds()
    seen = {start.config_hash}
    for name in NAMES:
        value = getattr(start, name)
        assert isinstance(value, int | Decimal), name
        seen.add(replace(start, **{name: value + 1}).config_hash)
    assert len(seen) == len(NAMES) + 1
