"""What the builder offers is read back as what was chosen, in every language and combination."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.errors import MissingField, NotSupported
from ringfence.mirror.answers import LANGUAGES, choices, read_disproof, sentence, structured
from ringfence.mirror.model import Disproof
from tests.mirror.answers.build import LONG, NOW

COMBINATIONS = [
    (code, choice.observable, comparator, unit, frame)
    for code in LANGUAGES
    for choice in choices(code)
    for unit in choice.units
    for comparator in choice.comparators[unit]
    for frame in (None, *choice.timeframes.values())
]
NUMBERS = {
    "price": "56512.5",
    "fraction": "0.0425",
    "bps": "7.5",
    "atr": "2.25",
    "times": "3.5",
    "amount": "1250000",
}


def _bare(disproof: Disproof | None) -> Disproof | None:
    return disproof and replace(disproof, raw_text="")


def test_every_combination_is_read_back() -> None:
    assert len(COMBINATIONS) > 1_000
    for code, observable, comparator, unit, frame in COMBINATIONS:
        number = None if unit == "event" else Decimal(NUMBERS[unit])
        chosen = Disproof(observable, comparator, number, unit, NOW + 3 * 86_400_000, frame)
        said = sentence(chosen, coin="BTC", code=code)
        assert _bare(read_disproof(said, context=replace(LONG, language=code)).disproof) == chosen, said


@given(
    number=st.decimals("0.00000001", "9999999", places=8),
    minutes=st.integers(1, 60 * 24 * 365),
    milli=st.sampled_from([0, 1, 999, 1_000, 30_500]),
    offset=st.sampled_from([0, -300, 330, 840, -720]),
    code=st.sampled_from(LANGUAGES),
    combination=st.sampled_from(COMBINATIONS),
    coin=st.sampled_from(["", "eth", "sol"]),
)
def test_any_number_and_moment_is_read_back(
    number: Decimal, minutes: int, milli: int, offset: int, code: str, combination: tuple, coin: str
) -> None:
    _, observable, comparator, unit, frame = combination
    if coin and not observable.startswith(("event", "dominance")):
        observable = f"{observable}:{coin}"
    chosen = Disproof(
        observable,
        comparator,
        None if unit == "event" else number,
        unit,
        (NOW // 60_000 + minutes) * 60_000 + milli,
        frame,
    )
    context = replace(LONG, language=code, tz_offset_min=offset)
    said = sentence(chosen, coin="BTC", code=code)
    assert _bare(read_disproof(said, context=context).disproof) == chosen, said


@pytest.mark.parametrize("number", ["-0.0001", "-1.5"])
def test_a_rate_may_be_below_zero(number: str) -> None:
    chosen = Disproof("funding", "below", Decimal(number), "fraction", NOW + 1)
    assert _bare(read_disproof(sentence(chosen), context=LONG).disproof) == chosen


def test_a_chosen_answer_is_checked_like_a_written_one() -> None:
    answer = structured(Disproof("close", "above", Decimal(61000), "price", NOW + 86_400_000), context=LONG)
    assert [check.code for check in answer.checks if not check.passed] == ["F1"]
    assert answer.source == "structured"


@pytest.mark.parametrize(
    ("disproof", "error"),
    [
        (Disproof("close", "below", Decimal(1), "price", None), MissingField),
        (Disproof("close", "below", None, "price", 1), MissingField),
        (Disproof("rsi", "below", Decimal(1), "price", 1), NotSupported),
        (Disproof("event:flood", "happens", None, "event", 1), NotSupported),
        (Disproof("close", "near", Decimal(1), "price", 1), NotSupported),
        (Disproof("close", "below", Decimal(1), "times", 1), NotSupported),
        (Disproof("funding", "below", Decimal(1), "", 1), NotSupported),
        (Disproof("close", "below", Decimal(1), "price", 1, 7), NotSupported),
    ],
)
def test_what_is_not_offered_is_refused(disproof: Disproof, error: type[Exception]) -> None:
    with pytest.raises(error):
        sentence(disproof)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(NotSupported, match="tlh"):
        choices("tlh")
