"""Reasons, levels and the words of borrowed money, judged as a person judged them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ringfence.domain.account import Side
from ringfence.mirror.answers import (
    AnswerContext,
    borrowed_money,
    level_in,
    read_do_nothing,
    read_level,
    read_override,
    read_writing,
)
from ringfence.mirror.answers.similar import edits, overlap_reaches
from ringfence.mirror.model import Answer, Writing
from tests.mirror.answers.build import LONG, SHORT, failed

TABLE = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text("utf-8"))
CONTEXT = replace(LONG, disproof="BTC 4h close below 56,500 before Friday")


def _words(answer: Answer) -> None:
    for check in (*answer.checks, *answer.cautions, *answer.not_evaluated):
        assert 0 < len(check.words.split()) <= 20, check.words


def test_the_tables_are_large() -> None:
    assert len(TABLE["do_nothing"]) >= 40
    assert len(TABLE["level"]) >= 20
    for rows in TABLE.values():
        assert len({row[0] for row in rows}) == len(rows)


@pytest.mark.parametrize(("text", "codes"), TABLE["do_nothing"])
def test_a_reason_to_do_nothing(text: str, codes: str) -> None:
    answer = read_do_nothing(text, context=CONTEXT)
    assert failed(answer) == codes
    _words(answer)


@pytest.mark.parametrize(("text", "codes"), TABLE["override"])
def test_a_reason_to_go_on(text: str, codes: str) -> None:
    answer = read_override(text, context=CONTEXT)
    assert failed(answer) == codes
    _words(answer)


@pytest.mark.parametrize(("text", "codes"), TABLE["level"])
def test_a_level(text: str, codes: str) -> None:
    answer = read_level(text, context=CONTEXT)
    assert failed(answer) == codes
    assert (answer.level is None) == (codes == "P1")
    assert answer.level == level_in(text, context=CONTEXT)
    _words(answer)


@pytest.mark.parametrize(("text", "word"), TABLE["borrowed"])
def test_borrowed_money(text: str, word: str) -> None:
    assert borrowed_money(text) == ((word,) if word else ())


def test_an_earlier_answer_is_a_caution() -> None:
    text = "Funding eats a tenth of the planned risk every day"
    again = replace(CONTEXT, earlier=("else", text[:-2]))
    assert [check.code for check in read_do_nothing(text, context=again).cautions] == ["N5"]
    assert read_do_nothing(text, context=again).accepted
    forgotten = replace(CONTEXT, earlier=(text, *(f"reason number {at}" for at in range(20))))
    assert read_do_nothing(text, context=forgotten).cautions == ()


def test_edits_up_to_a_tenth_are_the_same() -> None:
    text = "abcdefghij"
    for changed, same in (("abcdefghix", True), ("abcdefghxy", False)):
        found = read_do_nothing(text, context=replace(CONTEXT, earlier=(changed,))).cautions
        assert bool(found) is same


def test_an_earlier_override_is_boilerplate() -> None:
    text = "The hedge leg on the other venue was closed and this restores it"
    assert failed(read_override(text, context=replace(CONTEXT, earlier=(text,)))) == "Q2"


@pytest.mark.parametrize(("count", "codes"), [(19, "Q1"), (20, ""), (21, "")])
def test_an_override_has_twenty_characters(count: int, codes: str) -> None:
    text = "hedge closed elsewhere"[:count]
    assert len(text) == count
    assert failed(read_override(text, context=CONTEXT)) == codes


def test_alike_from_three_fifths() -> None:
    assert overlap_reaches(set("abc"), set("abcde"), percent=60)
    assert not overlap_reaches(set("abcd"), set("abcefgh"), percent=60)
    assert not overlap_reaches(set(), set(), percent=60)


def test_edits_agree_with_the_table_of_distances() -> None:
    for one, other in (("flaw", "lawn"), ("intention", "execution"), ("aaaa", "aa"), ("ab" * 50, "ba" * 50)):
        rows = list(range(len(other) + 1))
        for at, letter in enumerate(one, 1):
            before, rows[0] = rows[0], at
            for place, against in enumerate(other, 1):
                best = min(rows[place] + 1, rows[place - 1] + 1, before + (letter != against))
                before, rows[place] = rows[place], best
        assert edits(one, other) == rows[-1]


@pytest.mark.parametrize(("loss", "codes"), [("99.9", ""), ("100", ""), ("100.1", "P5")])
def test_the_loss_at_the_level_is_held_to_the_cap(loss: str, codes: str) -> None:
    capped = replace(CONTEXT, risk_cap=Decimal(100))
    assert failed(read_level("56,500", context=capped, loss=Decimal(loss))) == codes


def test_what_is_not_known_is_not_passed() -> None:
    bare = AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=0)
    answer = read_level("56,500", context=bare)
    assert [check.code for check in answer.checks] == ["P1", "P3"]
    assert [check.code for check in answer.not_evaluated] == ["P2", "P4", "P5"]
    free = read_level("1,000", context=replace(bare, liquidatable=False, tick=Decimal("0.1")))
    assert [check.code for check in free.checks] == ["P1", "P2", "P3", "P4"]
    assert free.accepted


def test_a_short_mirrors_a_long() -> None:
    for text in ("56,500", "50,251.3", "50,251.2", "61,000", "58,000"):
        level = level_in(text, context=LONG)
        assert level is not None
        mirrored = read_level(f"{116_000 - level}", context=SHORT)
        assert failed(mirrored) == failed(read_level(text, context=LONG))


def test_a_level_off_the_grid_is_given_its_neighbours() -> None:
    quarter = replace(CONTEXT, tick=Decimal("0.25"))
    (check,) = (check for check in read_level("56,500.1", context=quarter).checks if not check.passed)
    assert check.words == "56,500.1 is off the grid of 0.25: 56,500 or 56,500.25"


def test_thousands_of_another_language_are_said() -> None:
    coin = replace(CONTEXT, mark=Decimal(60), liquidation_price_after=Fraction(50), tick=Decimal("0.001"))
    answer = read_level("56.500", context=coin)
    assert answer.accepted
    assert [check.code for check in answer.cautions] == ["doubtful"]


def _typed(text: str, **observed: int) -> Answer:
    return Answer("do_nothing", text, writing=Writing(**observed))


@pytest.mark.parametrize(("ms", "passed"), [(7_999, False), (8_000, True), (8_001, True)])
def test_writing_takes_eight_seconds_in_all(ms: int, passed: bool) -> None:
    both = [_typed("ab", active_ms=ms - 4_000), _typed("ab", active_ms=4_000)]
    (check,) = read_writing(both).checks
    assert (check.code, check.passed) == ("W1", passed)


@pytest.mark.parametrize(
    ("keys", "pasted", "passed"),
    [(4, 0, False), (5, 0, True), (6, 0, True), (3, 4, True), (2, 4, False), (9, 10, False)],
)
def test_writing_takes_a_key_for_two_characters(keys: int, pasted: int, passed: bool) -> None:
    written = read_writing([_typed("0123456789", active_ms=9_000, keystrokes=keys, pasted_chars=pasted)])
    assert [check.passed for check in written.checks if check.code == "W2"] == [passed]


def test_what_was_not_observed_stays_so() -> None:
    written = read_writing([_typed("fees"), _typed("fees", active_ms=9_000, keystrokes=9, pasted_chars=0)])
    assert written.checks == ()
    assert [check.code for check in written.not_evaluated] == ["W1", "W2"]
    assert read_writing([Answer("disproof", "x", source="plan")]).not_evaluated == ()
