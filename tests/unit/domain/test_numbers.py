"""Numbers: what is read, what is refused and why, and where rounding goes."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, Inexact
from fractions import Fraction

import pytest

from ringfence.domain.numbers import (
    add,
    exactly,
    money,
    not_negative,
    plain,
    positive,
    quotient,
    rounded,
    simplest,
)
from ringfence.errors import RingfenceError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0.10", "0.10"),
        ("-3", "-3"),
        ("+.5", "0.5"),
        ("5.", "5"),
        (" 7 ", "7"),
        ("1e3", "1000"),
        (12, "12"),
        (Decimal("1.50"), "1.50"),
        ("1E-8", "0.00000001"),
        ("9" * 40 + "." + "9" * 20, "9" * 40 + "." + "9" * 20),
    ],
)
def test_a_number_is_read_as_written(written: object, read: str) -> None:
    assert money(written) == Decimal(read)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (0.1, "inexact-number"),
        (float("nan"), "inexact-number"),
        (True, "bad-number"),
        (None, "bad-number"),
        ([], "bad-number"),
        ("", "bad-number"),
        ("ten", "bad-number"),
        ("1_000", "bad-number"),
        ("1,000", "bad-number"),
        ("NaN", "bad-number"),
        ("Infinity", "bad-number"),
        ("-inf", "bad-number"),
        ("0x10", "bad-number"),
        ("１２", "bad-number"),
        ("٣", "bad-number"),
        ("1\n", "bad-number"),
        ("1e999", "limit-exceeded"),
        ("1e41", "limit-exceeded"),
        ("1e-61", "limit-exceeded"),
        ("9" * 61, "limit-exceeded"),
        ("1" * 10_000, "limit-exceeded"),
        (10**80, "limit-exceeded"),
        (10**4_000, "limit-exceeded"),
        (Decimal("NaN"), "bad-number"),
        (Decimal("Infinity"), "bad-number"),
        ("1e", "bad-number"),
        ("--1", "bad-number"),
    ],
)
def test_what_is_no_number_is_refused_with_its_place(written: object, code: str) -> None:
    with pytest.raises(RingfenceError) as refused:
        money(written, path="wallet.USDT")
    assert (refused.value.code, refused.value.path) == (code, "wallet.USDT")


@pytest.mark.parametrize(("check", "written"), [(positive, "0"), (positive, "-1"), (not_negative, "-0.01")])
def test_a_sign_that_cannot_be_meant_is_refused(check: object, written: str) -> None:
    with pytest.raises(RingfenceError) as refused:
        check(written, path="price")  # type: ignore[operator]
    assert refused.value.code == "out-of-range"


ROUNDINGS = """
 value     quantum  half even  half up  down    floor   ceiling
 2.5       1        2          3        2       2       3
 3.5       1        4          4        3       3       4
 -2.5      1        -2         -3       -2      -3      -2
 1/3       0.01     0.33       0.33     0.33    0.33    0.34
 -1/3      0.01     -0.33      -0.33    -0.33   -0.34   -0.33
 1.005     0.01     1.00       1.01     1.00    1.00    1.01
 7         5        5          5        5       5       10
 0.30      0.1      0.3        0.3      0.3     0.3     0.3
 10/3      0.5      3.5        3.5      3.0     3.0     3.5
 500000001/1000000000  0.5  0.5  0.5    0.5     0.5     1.0
"""
MODES = (ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING)


@pytest.mark.parametrize(
    "row", [line.split() for line in ROUNDINGS.strip().splitlines()[1:]], ids=lambda row: row[0]
)
def test_rounding_table(row: list[str]) -> None:
    value, quantum, *expected = row
    for mode, wanted in zip(MODES, expected, strict=True):
        assert rounded(Fraction(value), Decimal(quantum), mode) == Decimal(wanted), mode


def test_rounding_keeps_every_digit_of_a_long_number() -> None:
    long = Fraction(10**50 + 1, 3)
    assert abs(Fraction(rounded(long, Decimal("0.01"))) - long) <= Fraction(1, 200)
    assert plain(Fraction(10**40 + 1), 8) == str(10**40 + 1)


def test_the_exact_context_stops_a_silent_rounding() -> None:
    @exactly
    def third() -> Decimal:
        return Decimal(1) / Decimal(3)

    with pytest.raises(Inexact):
        third()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Fraction(1, 8), Decimal),
        (Fraction(3, 250), Decimal),
        (Fraction(-7), Decimal),
        (Fraction(1, 3), Fraction),
    ],
)
def test_the_simplest_exact_form(value: Fraction, kind: type) -> None:
    assert isinstance(simplest(value), kind)
    assert Fraction(simplest(value)) == value


def test_sums_and_quotients_mix_decimals_and_fractions() -> None:
    assert add([Decimal("0.1"), Decimal("0.2")]) == Decimal("0.3")
    assert add([Decimal("0.1"), Fraction(1, 3), Decimal(1)]) == Fraction(43, 30)
    assert add([]) == 0
    assert quotient(Decimal(1), Decimal(3)) == Fraction(1, 3)
    assert quotient(Decimal(1), Decimal(4)) == Decimal("0.25")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("2.50"), "2.5"),
        (Fraction(-1, 3), "-0.3333"),
    ],
)
def test_plain_text(value: Decimal | Fraction, text: str) -> None:
    assert plain(value, 4) == text
