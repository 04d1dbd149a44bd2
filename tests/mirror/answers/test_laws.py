"""What holds for every sentence, position and scale."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringfence.domain.account import Side
from ringfence.errors import LimitExceeded, OutOfRange, RingfenceError
from ringfence.limits import LIMITS
from ringfence.mirror.answers import (
    LANGUAGES,
    AnswerContext,
    borrowed_money,
    read_disproof,
    read_do_nothing,
    read_level,
    read_override,
    sentence,
)
from ringfence.mirror.answers.language import language
from ringfence.mirror.answers.lexicon import HOUR_MS, NUMERIC
from ringfence.mirror.model import Answer, Disproof
from tests.mirror.answers.build import LONG, NOW, SHORT, failed, ms

SHARDS = """
    BTC eth closes below above not fails to 56,500 5% 2 ATR by before Friday within 24h 4h daily close and
    2026-11-25 25:99 18:00 UTC 99999h 31 Feb next week end of 0/0 -1 ² ½ maybe I lose CPI funding <= $
    bis Freitag unter vor 1e9 9999-12-31 12pm 13pm Dec
    """.split()  # noqa: SIM905  # words, as they are typed
PIECES = st.lists(
    st.one_of(
        st.sampled_from(SHARDS),
        st.text(max_size=6),
    ),
    max_size=14,
).map(" ".join)
ANY_TEXT = st.one_of(st.text(max_size=200), PIECES)


@settings(max_examples=2_000)
@given(text=ANY_TEXT, code=st.sampled_from(LANGUAGES), now=st.sampled_from([0, NOW, ms("8999-12-31 00:00")]))
@example(text="below 5 within 99999 weeks", code="en", now=ms("8999-12-31 00:00"))
@example(text="below 5 by 0000-00-00", code="en", now=0)
def test_no_text_breaks_the_reader(text: str, code: str, now: int) -> None:
    context = replace(LONG, language=code, now_ms=now)
    try:
        for answer in (read_disproof(text, context=context), read_level(text, context=context)):
            for check in (*answer.checks, *answer.cautions, *answer.not_evaluated):
                assert 0 < len(check.words.split()) <= 20
    except RingfenceError:
        pass


@given(text=ANY_TEXT, code=st.sampled_from(LANGUAGES))
def test_no_text_breaks_the_reasons(text: str, code: str) -> None:
    context = replace(LONG, language=code, earlier=(text[::-1], text))
    for answer in (read_do_nothing(text, context=context), read_override(text, context=context)):
        assert all(0 < len(check.words.split()) <= 20 for check in (*answer.checks, *answer.cautions))
    borrowed_money(text, language_code=code)


@given(text=ANY_TEXT)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert read_disproof(text, context=LONG) == read_disproof(text, context=LONG)


def _chosen(level: Decimal, comparator: str, hours: int) -> Disproof:
    return Disproof("close", comparator, level, "price", NOW + hours * HOUR_MS)


LEVELS = st.decimals("40000", "75999", places=1)


@given(
    level=LEVELS,
    comparator=st.sampled_from(NUMERIC),
    hours=st.integers(1, 200),
    scale=st.sampled_from(["0.001", "0.125", "7", "1000"]),
)
def test_scaling_every_price_leaves_the_verdict(
    level: Decimal, comparator: str, hours: int, scale: str
) -> None:
    by = Decimal(scale)
    assert LONG.spread is not None
    scaled = replace(
        LONG,
        mark=LONG.mark * by,
        spread=LONG.spread * by,
        invalidation=Decimal(56_000) * by,
        liquidation_price_after=Fraction(LONG.liquidation_price_after) * Fraction(by),
    )
    plain = replace(LONG, invalidation=Decimal(56_000))
    one = read_disproof(sentence(_chosen(level, comparator, hours)), context=plain)
    other = read_disproof(sentence(_chosen(level * by, comparator, hours)), context=scaled)
    assert failed(one) == failed(other)
    assert _shown(one) == _shown(other)


def _shown(answer: Answer) -> list[str]:
    """The cautions about meaning; how a number is written (56.500) is no matter of scale."""
    return [check.code for check in answer.cautions if check.code != "doubtful"]


MIRROR = {
    "below": "above", "at_or_below": "at_or_above", "not_above": "not_below",
    "above": "below", "at_or_above": "at_or_below", "not_below": "not_above",
}  # fmt: skip


@given(level=LEVELS, comparator=st.sampled_from(NUMERIC), hours=st.integers(1, 200))
def test_long_and_short_mirror(level: Decimal, comparator: str, hours: int) -> None:
    one = read_disproof(sentence(_chosen(level, comparator, hours)), context=LONG)
    turned = _chosen(2 * LONG.mark - level, MIRROR[comparator], hours)
    assert failed(read_disproof(sentence(turned), context=SHORT)) == failed(one)


def _check(answer: Answer, code: str) -> bool | None:
    return next((check.passed for check in answer.checks if check.code == code), None)


@pytest.mark.parametrize(
    ("side", "text", "passed"),
    [
        (Side.LONG, "below 94", True),
        (Side.LONG, "below 93.9999999", False),
        (Side.LONG, "below 94.0000001", True),
        (Side.SHORT, "above 106", True),
        (Side.SHORT, "above 106.0000001", False),
    ],
)
def test_five_deviations_are_exact(side: Side, text: str, passed: bool) -> None:
    # 0.4 % an hour is 1.2 % in nine hours, five of them 6 %.
    context = AnswerContext(side=side, mark=Decimal(100), now_ms=NOW, sigma_hour=Decimal("0.004"))
    assert _check(read_disproof(f"{text} within 9h", context=context), "F3") is passed


@pytest.mark.parametrize(
    ("level", "shown"), [("56,501", True), ("56,500", False), ("55,500", False), ("55,499", True)]
)
def test_far_from_the_level_both_are_shown(level: str, shown: bool) -> None:
    # The way from the mark to 56,000 is 2,000: a quarter of it is 500.
    answer = read_disproof(f"below {level} by Friday", context=replace(LONG, invalidation=Decimal(56_000)))
    assert answer.accepted
    assert [check.code for check in answer.cautions] == (["F5"] if shown else [])


@pytest.mark.parametrize(("by_ms", "passed"), [(NOW - 1, False), (NOW, False), (NOW + 1, True)])
def test_a_date_lies_ahead(by_ms: int, passed: bool) -> None:
    said = sentence(Disproof("funding", "below", Decimal(0), "fraction", by_ms))
    assert _check(read_disproof(said, context=LONG), "F8") is passed


@pytest.mark.parametrize(("level", "passed"), [("50,999", False), ("51,000", False), ("51,001", True)])
def test_it_comes_true_before_liquidation(level: str, passed: bool) -> None:
    context = replace(LONG, liquidation_price_after=Decimal(51_000))
    assert _check(read_disproof(f"below {level} within 2 days", context=context), "F6") is passed
    assert _check(read_level(level, context=context), "P4") is passed


def test_unknown_figures_leave_their_checks_open() -> None:
    bare = AnswerContext(side=Side.LONG, mark=Decimal(58000), now_ms=NOW)
    answer = read_disproof("below 56,500 by Friday", context=bare)
    assert answer.accepted
    assert [check.code for check in answer.not_evaluated] == ["F3", "F4", "F5", "F6"]
    undated = read_disproof("below 56,500", context=LONG)
    assert [check.code for check in undated.not_evaluated] == ["F3", "F5"]


def test_a_close_without_a_date_is_read_until_the_idea_ends() -> None:
    answer = read_disproof("daily close below 56,500", context=replace(LONG, horizon_ms=3 * 24 * HOUR_MS))
    assert answer.disproof is not None
    assert answer.disproof.by_ms == ms("2026-11-27 00:00")
    assert [check.code for check in answer.cautions] == ["until"]
    short = read_disproof("daily close below 56,500", context=replace(LONG, horizon_ms=HOUR_MS))
    assert short.disproof is not None
    assert short.disproof.by_ms == ms("2026-11-25 00:00")


def test_the_level_of_a_share_is_counted_from_the_mark() -> None:
    answer = read_disproof("price falls 5% within 24h", context=LONG)
    assert answer.level == Decimal(55_100)
    assert read_disproof("price drops 2 ATR within 24h", context=LONG).level == Decimal(57_200)
    assert read_disproof("price drops 2 ATR within 24h", context=replace(LONG, atr=None)).level is None


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_answer_characters(over: int) -> None:
    text = "x" * (LIMITS.answer_characters + over)
    for read in (read_disproof, read_level, read_do_nothing, read_override):
        if over > 0:
            with pytest.raises(LimitExceeded, match="answer_characters"):
                read(text, context=LONG)
        else:
            assert not read(text, context=LONG).accepted


@pytest.mark.parametrize(("over", "codes"), [(-1, ""), (0, ""), (1, "H")])
def test_answer_horizon_days(over: int, codes: str) -> None:
    days = LIMITS.answer_horizon_days + over
    assert failed(read_disproof(f"below 56,500 within {days} days", context=LONG)) == codes


@pytest.mark.parametrize(
    "wrong",
    [
        {"mark": Decimal(0)},
        {"mark": Decimal("NaN")},
        {"now_ms": -1},
        {"now_ms": 10**18},
        {"tz_offset_min": 1440},
    ],
)
def test_a_context_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OutOfRange):
        replace(LONG, **wrong)


def test_languages_have_the_same_words_to_say() -> None:
    english = language("en").wording
    for code in LANGUAGES:
        other = language(code).wording
        for name in ("checks", "observables", "events", "absolute", "relative", "yes_no", "units"):
            assert getattr(other, name).keys() == getattr(english, name).keys(), (code, name)
        for key, words in other.checks.items():
            assert set(_places(words)) == set(_places(english.checks[key])), (code, key)


def _places(words: str) -> list[str]:
    return [piece.partition("}")[0] for piece in words.split("{")[1:]]


@pytest.mark.parametrize(
    ("now", "offset", "text", "by"),
    [
        ("2026-11-24 23:30", 0, "by Tuesday", "2026-11-25 00:00"),
        ("2026-11-24 23:30", 60, "by Tuesday", "2026-12-01 23:00"),
        ("2026-11-24 23:30", 60, "today", "2026-11-25 23:00"),
        ("2026-11-24 23:30", -300, "today", "2026-11-25 05:00"),
        ("2026-11-24 23:30", 60, "by midnight", "2026-11-25 23:00"),
        ("2026-11-24 09:00", 120, "by 18:00", "2026-11-24 16:00"),
        ("2026-11-24 09:00", 120, "by 18:00 UTC", "2026-11-24 18:00"),
        ("2026-11-24 09:00", 345, "before Friday", "2026-11-26 18:15"),
        ("2026-11-24 09:00", -480, "by 2026-11-25", "2026-11-26 08:00"),
        ("2026-11-24 09:00", -480, "by 2026-11-25 06:00 UTC", "2026-11-25 06:00"),
        ("2026-12-31 12:00", 0, "by 2 Jan", "2027-01-03 00:00"),
        ("2026-12-31 12:00", 0, "tomorrow", "2027-01-02 00:00"),
        ("2026-12-31 12:00", 0, "this month", "2027-01-01 00:00"),
        ("2028-02-28 12:00", 0, "tomorrow", "2028-03-01 00:00"),
        ("2028-02-28 12:00", 0, "by 29 Feb", "2028-03-01 00:00"),
        # The night of a clock change: the offset given is the one that is used, before and after.
        ("2026-10-24 22:00", 120, "by Sunday 12:00", "2026-10-25 10:00"),
        ("2026-10-25 10:00", 60, "by Monday", "2026-10-26 23:00"),
        ("2026-11-29 12:00", 0, "this week", "2026-11-30 00:00"),
        ("2026-11-29 12:00", 0, "next week", "2026-12-07 00:00"),
        ("2026-11-29 12:00", 0, "before the weekend", "2026-12-05 00:00"),
        ("2026-11-24 09:00", 600, "before the daily close", "2026-11-25 00:00"),
        ("2026-11-24 12:00", 0, "before the 4h close", "2026-11-24 16:00"),
        ("2026-11-30 00:00", 0, "by the weekly close", "2026-12-07 00:00"),
    ],
)
def test_days_are_those_of_the_writer(now: str, offset: int, text: str, by: str) -> None:
    context = replace(LONG, now_ms=ms(now), tz_offset_min=offset)
    answer = read_disproof(f"price below 56,500 {text}", context=context)
    assert answer.disproof is not None, [check.words for check in answer.checks]
    assert answer.disproof.by_ms == ms(by)


@pytest.mark.parametrize(
    ("text", "codes", "comparator", "by"),
    [
        ("BTC 4h-Schluss unter 56.500 vor Freitag", "", "below", "2026-11-27 00:00"),
        ("Preis fällt 5% innerhalb von 24 Stunden", "", "at_or_below", "2026-11-25 09:00"),
        ("Kurs unter 56,5k bis 25.11.2026", "", "below", "2026-11-26 00:00"),
        ("Funding über 0,05 % bis morgen", "", "above", "2026-11-26 00:00"),
        ("Tagesschluss unter 58.200 in 2 Tagen", "F2", "below", "2026-11-26 09:00"),
        ("BTC schließt über 61k bis Freitag", "F1", "above", "2026-11-28 00:00"),
        ("Zinssenkung bis Mittwoch", "", "happens", "2026-11-26 00:00"),
        ("wenn der Preis fällt", "T H", None, None),
        ("wenn ich verliere", "F7", None, None),
        ("vielleicht fühlt sich schwach an", "O C T H F7", None, None),
    ],
)
def test_german_is_read_with_the_same_checks(
    text: str, codes: str, comparator: str | None, by: str | None
) -> None:
    answer = read_disproof(text, context=replace(LONG, language="de"))
    assert failed(answer) == codes
    assert (answer.disproof and answer.disproof.comparator) == comparator
    assert (answer.disproof and answer.disproof.by_ms) == (by and ms(by))


def test_german_reasons() -> None:
    context = replace(LONG, language="de")
    assert read_do_nothing(
        "Ich bin bereits long und die Gebühren fressen den Vorteil", context=context
    ).accepted
    assert failed(read_do_nothing("kein Grund", context=context)) == "N1 N3 N4"
    assert borrowed_money("das ist vom Kredit", language_code="de") == ("kredit",)
