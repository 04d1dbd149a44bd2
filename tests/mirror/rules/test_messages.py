"""What a trader reads: short, numbers first, about the position and never about the person."""

from __future__ import annotations

import re
import string

import pytest

from ringfence.mirror.model import Finding
from ringfence.mirror.rules import RULES
from ringfence.mirror.rules.words import KINDS, money, price, rendered, retold, share, templates
from ringfence.mirror.thresholds import thresholds
from tests.mirror.rules.build import D
from tests.mirror.rules.table import ROWS, facts_of

FOUND: list[Finding] = [
    found
    for line in ROWS
    for _, changes in line.cases
    if (found := RULES[line.rule](facts_of(line, changes), thresholds())) is not None
]
TEMPLATES = {key: each for key, each in templates().items() if key not in ("parts", "alternatives")}
BANNED = re.compile(
    r"\b(buy|sell|should|must|tilt\w*|addict\w*|gambl\w*|panic\w*|emotion\w*|greed\w*|fear\w*|stupid|revenge|"
    r"ratio|bracket|please|breath\w*|try|avoid|consider)\b",
    re.IGNORECASE,
)


def test_no_message_has_more_than_twenty_words() -> None:
    long = [one.message for one in FOUND if len(one.message.split()) > 20]
    assert not long


def test_every_template_is_used_by_a_rule_of_the_table() -> None:
    used = {one.key for one in FOUND if one.evaluated}
    assert set(TEMPLATES) - {"missing"} <= used


def test_every_finding_prints_its_formula_and_its_numbers() -> None:
    for one in FOUND:
        if one.evaluated:
            assert one.formula, one.rule_id
            shown = {name for _, name, _, _ in string.Formatter().parse(TEMPLATES[one.key]["says"]) if name}
            assert shown <= set(one.figures), one.rule_id
        else:
            assert one.missing, one.rule_id


@pytest.mark.parametrize("key", TEMPLATES)
def test_no_template_judges_or_advises(key: str) -> None:
    for part in ("says", "formula"):
        text = TEMPLATES[key].get(part, "")
        assert not BANNED.search(re.sub(r"\{[^}]*\}", "", text)), text
        kinds = {kind or "text" for _, name, kind, _ in string.Formatter().parse(text) if name}
        assert kinds <= {*KINDS, "text"}


def test_a_number_is_shortened_only_where_it_is_shown() -> None:
    line = next(each for each in ROWS if each.rule == "G-05")
    found = RULES["G-05"](facts_of(line, {"after.ring_equity": "123.456789"}), thresholds())
    assert found is not None
    assert found.figures["equity"] == "123.456789"
    assert "123.46 equity" in found.message


@pytest.mark.parametrize(
    ("shown", "value", "wanted"),
    [
        (money, "8000", "8,000"),
        (money, "7123.456", "7,123.46"),
        (money, "0.00042", "0.00042"),
        (money, "0", "0"),
        (money, "-12.5", "−12.50"),
        (price, "0.0000123456", "0.0000123456"),
        (price, "57286.4321608", "57,286.43"),
        (price, "62000", "62,000"),
        (share, "0.125", "12.5 %"),
        (share, "1", "100 %"),
        (share, "0.99999", "99.999 %"),
        (share, "0", "0 %"),
        (share, "0.0000001", "0.00001 %"),
    ],
)
def test_numbers_are_shown_plainly_and_never_as_nothing(shown: object, value: str, wanted: str) -> None:
    assert shown(D(value)) == wanted  # type: ignore[operator]


def test_a_template_that_asks_for_more_than_the_rule_gives_is_a_bug() -> None:
    with pytest.raises(Exception, match="asks for 'b'"):
        rendered("{a:count} {b:count}", {"a": 1})


def test_a_finding_is_told_again_from_its_record() -> None:
    for one in FOUND:
        if one.evaluated:
            assert retold(one.key, one.figures) == one.message
