"""The same facts have the same bytes: in another process, hash seed, locale and time zone, and tomorrow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ringfence.errors import Bug
from ringfence.mirror.audit import audit, canonical
from ringfence.mirror.canonical import canonical_bytes, digest, document, number_text
from tests.mirror.rules.build import D, Lock, facts, rescue
from tests.support import ROOT

GOLDEN = Path(__file__).with_name("rescue_1.json")
PROGRAM = """
from hashlib import sha256
from ringfence.mirror.audit import audit, canonical
from tests.mirror.rules.build import rescue
from tests.mirror.rules.table import ROWS, facts_of
total = sha256(canonical(audit(rescue())))
for line in ROWS:
    for _, changes in line.cases:
        made = facts_of(line, changes)
        if made.own.locks is not None and made.lane is not None:
            total.update(canonical(audit(made)))
print(total.hexdigest())
"""
PLACES = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "7", "TZ": "America/St_Johns", "LANG": "de_DE.UTF-8", "PYTHONUTF8": "1"},
)


def run(place: dict[str, str]) -> str:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **place}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_every_audit_of_the_table_has_the_same_bytes_in_any_process() -> None:
    assert len({run(place) for place in PLACES}) == 1


def test_rescue_1_is_judged_as_it_was() -> None:
    judged = document(audit(rescue()))
    told = {name: judged[name] for name in ("verdict", "three", "alternatives", "rules_version")}
    assert told == json.loads(GOLDEN.read_text(encoding="utf-8")), "if it is meant: write the file anew"


def test_canonical_bytes_are_sorted_ascii_and_without_floats() -> None:
    text = canonical(audit(rescue())).decode("ascii")
    again = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert text == again
    assert "notes" not in json.loads(text)
    with pytest.raises(Bug, match="no canonical form"):
        canonical_bytes({"a": 0.5})


def test_numbers_that_are_equal_have_the_same_text() -> None:
    assert number_text(D("1.50")) == number_text(D("1.5")) == number_text(D("15E-1"))
    assert digest({"b": D("1.0"), "a": 2}) == digest({"a": 2, "b": D(1)})


def test_an_audit_is_known_by_its_facts_and_thresholds() -> None:
    one, same = audit(facts()), audit(facts())
    assert one.audit_id == same.audit_id
    assert len(one.audit_id) == 32
    other = audit(facts(own__locks=(Lock("deposits", 0, None),)))
    assert other.facts_hash != one.facts_hash
    assert other.audit_id != one.audit_id
