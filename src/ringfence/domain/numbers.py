"""Numbers: money that refuses floats, an arithmetic that refuses to round, and exact quotients.

Money, prices and sizes are `decimal.Decimal`. The exact engine computes under `EXACT`, a context in
which a silent rounding is an exception. Where a quotient has no finite decimal form (an initial margin
at 3x, an inverse contract, a liquidation price) the value is a `fractions.Fraction` until somebody
names the quantum it is to be shown at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, localcontext
from fractions import Fraction
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

from ringfence.errors import BadNumber, InexactNumber, LimitExceeded, OutOfRange
from ringfence.limits import LIMITS

Number: TypeAlias = Any
"""A `Decimal` or a `Fraction`: one computation keeps to one of the two."""

EXACT = Context(prec=1_000, Emin=-100_000, Emax=100_000, traps=[Inexact, InvalidOperation, DivisionByZero])

_WIDE = Context(prec=1_000, Emin=-100_000, Emax=100_000, traps=[InvalidOperation])
"""As wide as `EXACT`, for the one place that rounds."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?", re.ASCII)

P = ParamSpec("P")
R = TypeVar("R")


def exactly(function: Callable[P, R]) -> Callable[P, R]:
    """Run a function under `EXACT`, so that a result with too many digits stops it instead of rounding."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with localcontext(EXACT):
            return function(*args, **kwargs)

    return inner


def money(value: object, *, path: str = "") -> Decimal:
    """Read one number, exactly as written.

    Args:
        value: a string, an integer or a `Decimal`; a float has lost its decimals and is refused.
        path: the field, for the error.
    Raises:
        InexactNumber: for a float. BadNumber: for anything that is not a plain ASCII number.
        LimitExceeded: for more digits or a larger exponent than `LIMITS` allow.

    >>> money("0.10")
    Decimal('0.10')
    >>> money(0.1)
    Traceback (most recent call last):
    ringfence.errors.InexactNumber: 0.1 is a float; write "0.1"
    """
    if isinstance(value, float):
        raise InexactNumber(f"{value!r} is a float", path=path, hint=f'write "{value!r}"')
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadNumber("not a number", path=path, value=repr(value), hint='write it as a string, "1.5"')
    if isinstance(value, int) and value.bit_length() > 4 * LIMITS.digits_per_number:
        raise LimitExceeded(
            f"at most {LIMITS.digits_per_number} digits allowed (digits_per_number)",
            path=path,
            value=f"a whole number of {value.bit_length():,} bits",
        )
    text = str(value).strip(" ")
    if len(text) > 2 * LIMITS.digits_per_number:
        raise LimitExceeded(
            f"at most {LIMITS.digits_per_number} digits allowed (digits_per_number)", path=path, value=text
        )
    if not _NUMBER.fullmatch(text):
        raise BadNumber("not a number", path=path, value=repr(text), hint='write digits only, "1234.5"')
    number = Decimal(text)
    _check_size(number, path=path)
    return number


def _check_size(number: Decimal, *, path: str) -> None:
    digits = len(number.as_tuple().digits)
    if digits > LIMITS.digits_per_number:
        raise LimitExceeded(
            f"at most {LIMITS.digits_per_number} digits allowed (digits_per_number)", path=path, value=number
        )
    exponent = number.as_tuple().exponent
    if abs(number.adjusted()) > LIMITS.exponent or abs(int(exponent)) > LIMITS.digits_per_number:
        raise LimitExceeded(f"no power of ten beyond {LIMITS.exponent} (exponent)", path=path, value=number)


def positive(value: object, *, path: str = "") -> Decimal:
    """`money`, above zero.

    >>> positive("0", path="positions[0].entry_price")
    Traceback (most recent call last):
    ringfence.errors.OutOfRange: positions[0].entry_price: must be above zero (got 0)
    """
    number = money(value, path=path)
    if number <= 0:
        raise OutOfRange("must be above zero", path=path, value=number)
    return number


def not_negative(value: object, *, path: str = "") -> Decimal:
    """`money`, zero or above.

    >>> not_negative("0")
    Decimal('0')
    """
    number = money(value, path=path)
    if number < 0:
        raise OutOfRange("must not be negative", path=path, value=number)
    return number


def quotient(numerator: Number, denominator: Number) -> Number:
    """The exact quotient: a `Decimal` where it has finitely many digits, else a `Fraction`.

    >>> quotient(Decimal(1), Decimal(8)), quotient(Decimal(1), Decimal(3))
    (Decimal('0.125'), Fraction(1, 3))
    """
    return simplest(Fraction(numerator) / Fraction(denominator))


def simplest(value: Fraction) -> Number:
    """A fraction as a `Decimal` where that is exact, else itself.

    >>> simplest(Fraction(1, 40)), simplest(Fraction(1, 7))
    (Decimal('0.025'), Fraction(1, 7))
    """
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1 or twos + fives > 400:
        return value
    places = max(twos, fives)
    return Decimal(value.numerator * 2 ** (places - twos) * 5 ** (places - fives)).scaleb(-places, EXACT)


def add(numbers: Iterable[Number]) -> Number:
    """The exact sum of decimals and fractions.

    >>> add([Decimal("0.5"), Fraction(1, 3)])
    Fraction(5, 6)
    """
    decimals, fractions = Decimal(0), None
    for number in numbers:
        if isinstance(number, Decimal | int):
            decimals = EXACT.add(decimals, number)
        else:
            fractions = number if fractions is None else fractions + number
    return decimals if fractions is None else fractions + Fraction(decimals)


def rounded(value: Number, quantum: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """``value`` on the grid of ``quantum``: the one place where ringfence rounds.

    >>> rounded(Fraction(2, 3), Decimal("0.01"))
    Decimal('0.67')
    """
    if isinstance(value, Decimal) and quantum.as_tuple().digits == (1,):
        return value.quantize(quantum, rounding=rounding, context=_WIDE)
    steps = Fraction(value) / Fraction(quantum)
    whole = Decimal(steps.numerator) if steps.denominator == 1 else _to_integer(steps, rounding)
    return EXACT.multiply(whole, quantum)


def _to_integer(steps: Fraction, rounding: str) -> Decimal:
    """An unambiguous decimal near ``steps``, rounded: one digit more than a tie needs, and a sticky one."""
    scaled = steps * 10
    low = scaled.numerator // scaled.denominator
    with localcontext(Context(prec=1_000)):
        sticky = Decimal(low) + (Decimal("0.5") if scaled != low else Decimal(0))
        return (sticky / 10).to_integral_value(rounding=rounding)


def plain(value: Number, places: int = 12) -> str:
    """A number as text without exponent or trailing zeros; fractions at ``places`` decimals.

    >>> plain(Decimal("1E+3")), plain(Fraction(1, 3), 4), plain(Decimal("2.50"))
    ('1000', '0.3333', '2.5')
    """
    if isinstance(value, Fraction):
        value = rounded(value, Decimal(1).scaleb(-places))
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
