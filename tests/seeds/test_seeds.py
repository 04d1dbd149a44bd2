"""The seed books give the figures of their source, to the last printed digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.numbers import Number
from tests.seeds import several, timed  # noqa: F401  # they register their measures
from tests.seeds.books import cases
from tests.seeds.measure import MEASURES, measured

RUN = [
    pytest.param(case.id, name, id=f"{case.id}-{name}") for case in cases().values() for name in case.expect
]


def agrees(engine: Number | int | str, printed: str) -> bool:
    """Whether an exact value, rounded to as many decimals as were printed, is what was printed."""
    if isinstance(engine, str):
        return engine == printed
    half = Fraction(Decimal(1).scaleb(int(Decimal(printed).as_tuple().exponent))) / 2
    return abs(Fraction(engine) - Fraction(printed)) <= half


@pytest.mark.parametrize(("case_id", "name"), RUN)
def test_a_seed_book_gives_its_figure(case_id: str, name: str) -> None:
    case = cases()[case_id]
    if case.skip:
        pytest.skip(case.skip)
    engine, printed = measured(case_id)[name], case.expect[name]
    if name in case.differs:
        expected, why = case.differs[name]
        assert agrees(engine, expected)
        assert not agrees(engine, printed), "it agrees by now: take it out of `differs`"
        assert len(why.split()) > 5, "a difference is explained"
    else:
        assert agrees(engine, printed), f"engine {engine}, printed {printed}: {case.book}"


def test_every_book_is_measured_or_says_why_not() -> None:
    assert not [case.id for case in cases().values() if case.skip]
    assert {case.id for case in cases().values()} == set(MEASURES)


@pytest.mark.parametrize(
    ("engine", "printed", "same"),
    [
        (Fraction(2, 3), "0.667", True),
        (Fraction(2, 3), "0.666", False),
        (Fraction(4, 5), "0.8", True),
        (Fraction(85, 100), "0.8", True),  # a tie may have been rounded either way
        (Fraction(86, 100), "0.8", False),
        (Decimal("-243.0703624733"), "-243.07", True),
        (Decimal("243.0703624733"), "-243.07", False),
        ("never", "100.0", False),
    ],
)
def test_the_comparison_itself(engine: Number | str, printed: str, same: bool) -> None:
    assert agrees(engine, printed) is same
