"""Every sentence of the table is read and judged as a person judged it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ringfence.mirror.answers import read_disproof
from tests.mirror.answers.build import SIDES, failed, reading

CORPUS = tomllib.loads((Path(__file__).parent / "corpus.toml").read_text("utf-8"))
ROWS = [row for rows in CORPUS.values() for row in rows]


def test_the_table_is_large_and_has_no_row_twice() -> None:
    own = [row for name, rows in CORPUS.items() if name != "requirement" for row in rows]
    assert len(own) >= 200
    assert len({(row[0], row[1]) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("text", "side", "codes", "read"), ROWS)
def test_a_sentence_is_judged_as_a_person_judged_it(text: str, side: str, codes: str, read: str) -> None:
    answer = read_disproof(text, context=SIDES[side])
    assert (failed(answer), reading(answer.disproof)) == (codes, read)
    assert answer.accepted == (codes == "")
    for check in (*answer.checks, *answer.cautions, *answer.not_evaluated):
        assert check.words
        assert len(check.words.split()) <= 20, check.words
