"""Numbers as text: shortened, never to something else."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.report import format as shown

DECIMALS = st.decimals(min_value="-1e12", max_value="1e12", places=12).map(lambda number: format(number, "f"))


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        (shown.whole, "0", "0"),
        (shown.whole, "1000000.00", "1,000,000"),
        (shown.whole, "0.00000001", "0.00000001"),
        (shown.price, "57286.43216080", "57,286.43"),
        (shown.price, "0", "0.00"),
        (shown.price, "100", "100.00"),
        (shown.price, "2.345678", "2.345678"),
        (shown.price, "0.000012345678", "0.00001234568"),
        (shown.percent, "0", "0.00 %"),
        (shown.percent, "-0.1", "−10.00 %"),
        (shown.percent, "0.000001", "+0.0001 %"),
        (shown.percent, "-1", "−100.00 %"),
        (shown.percent, "-0.9999999", "−99.99999 %"),
        (shown.percent, "32.333333", "+3,233.33 %"),
        (shown.times, "0.001234", "0.0012×"),
        (shown.times, "1.75", "1.75×"),
    ],
)
def test_a_number_is_shown_as(function: object, text: str, expected: str) -> None:
    assert function(text) == expected  # type: ignore[operator]


@pytest.mark.parametrize(
    ("text", "asset", "expected"),
    [
        ("0", "USDT", "0.00 USDT"),
        ("-2713.5678", "USDT", "−2,713.57 USDT"),
        ("0.004", "USDT", "0.004 USDT"),
        ("0.00000001", "USDC", "0.00000001 USDC"),
        ("1.99246231", "BTC", "1.99246 BTC"),
        ("0.5", "BTC", "0.50 BTC"),
        ("0.000000004", "BTC", "0.000000004 BTC"),
    ],
)
def test_an_amount_is_shown_as(text: str, asset: str, expected: str) -> None:
    assert shown.amount(text, asset) == expected


def test_sixty_digits_survive() -> None:
    text = "123456789012345678901234567890.123456789012345678901234567891"
    assert shown.whole(text).replace(",", "") == text


def _back(text: str) -> Decimal:
    return Decimal(shown.ascii_minus(text).replace(",", "").removesuffix(" %").removesuffix(" USDT"))


@given(DECIMALS)
def test_shortening_keeps_the_sign_and_never_makes_nothing_of_something(text: str) -> None:
    exact = Decimal(text)
    for seen in (shown.price(text), shown.amount(text, "USDT"), shown.percent(text)):
        assert (_back(seen) > 0, _back(seen) < 0) == (exact > 0, exact < 0)


@given(DECIMALS)
def test_shortening_is_off_by_less_than_a_cent_in_a_hundredth_or_one_percent(text: str) -> None:
    exact = Decimal(text)
    assert abs(_back(shown.price(text)) - exact) <= max(Decimal("0.005"), abs(exact) / 10**6)
    assert abs(_back(shown.amount(text, "USDT")) - exact) <= Decimal("0.005")
    assert _back(shown.whole(text)) == exact


@given(st.decimals(min_value="0.9", max_value="0.999999999999", places=12).map(str))
def test_nearly_all_is_not_all(text: str) -> None:
    assert _back(shown.percent(text)) < 100
