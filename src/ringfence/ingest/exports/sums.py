"""Checks that several readers share: identities of money, signs of fees, sizes with their unit glued on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from ringfence.domain.numbers import exactly, money
from ringfence.errors import OutOfRange, RingfenceError
from ringfence.ingest.exports.model import Row, Skipped, trimmed

ZERO = Decimal(0)
_GLUED = re.compile(r"(?P<number>[+-]?[0-9.]+)\s*(?P<unit>[A-Za-z0-9]*?)", re.ASCII)


def skip(row: Row, reason: str) -> Skipped:
    """A row that is left out."""
    return Skipped(row.number, reason)


@exactly
def must_be(
    row: Row, column: str, *, found: Decimal, parts: dict[str, Decimal], within: Decimal = ZERO
) -> None:
    """A sum that the venue prints beside its parts.

    Args:
        within: by how much cutting off may move it.
    Raises:
        OutOfRange: they do not add up, so that a sign or a column is not what it seems.
    """
    expected = sum(parts.values(), ZERO)
    if abs(found - expected) > within:
        told = " and ".join(f"{name} {value}" for name, value in parts.items())
        raise OutOfRange(
            f"not what the row adds up to: {told} make {expected}",
            path=row.place(column),
            value=found,
            hint="export the file again, and import it unchanged",
        )


@exactly
def nearly(found: Decimal, expected: Decimal, *, share: Decimal = Decimal("0.001")) -> bool:
    """Whether a printed value is the product it should be, up to rounding and a double's last digits.

    >>> nearly(Decimal("558.2603999999999"), Decimal("558.2604"))
    True
    """
    return abs(found - expected) <= share * max(abs(found), abs(expected))


@exactly
def product(*factors: Decimal) -> Decimal:
    """Factors, multiplied without rounding."""
    result = Decimal(1)
    for factor in factors:
        result *= factor
    return result


@exactly
def total(*parts: Decimal) -> Decimal:
    """Parts, added without rounding."""
    return trimmed(sum(parts, ZERO))


def last_digit(*cells: str) -> Decimal:
    """One unit of the last decimal that any of the cells is written with.

    >>> last_digit("-0.104", "0.0061", "0.")
    Decimal('0.0001')
    """
    return Decimal(1).scaleb(-max((len(cell.strip().partition(".")[2]) for cell in cells), default=0))


def cost_sign(rows: Iterable[Row], column: str) -> int | None:
    """The sign that turns a column of fees into what was booked; None where both signs occur.

    For venues that do not document it: fees of one sign are what was paid.
    """
    signs = {value > 0 for row in rows if (value := row.number_or_none(column))}
    if len(signs) > 1:
        return None
    return -1 if True in signs else 1


def quantity(row: Row, column: str) -> Decimal:
    """A size above zero, perhaps with its unit glued on: ``0.5BTC``.

    Raises:
        OutOfRange: not a size.
    """
    match = _GLUED.fullmatch(row.said(column))
    try:
        value = trimmed(money(match["number"] if match else ""))
    except RingfenceError:
        raise row.refused(column, "not a size", hint='digits, "0.5" or "0.5BTC"') from None
    if value <= 0:
        raise row.refused(column, "must be above zero")
    return value


_DIRECTIONS = {
    "openlong": ("buy", False), "openshort": ("sell", False), "closelong": ("sell", True),
    "closeshort": ("buy", True), "buy": ("buy", None), "sell": ("sell", None),
}  # fmt: skip


def direction(row: Row, column: str) -> tuple[str, bool | None]:
    """Side and whether it closes, from words such as ``Open Long`` or ``close_short``.

    Raises:
        OutOfRange: another word.
    """
    word = re.sub(r"[\s_-]+", "", row.word(column))
    if word not in _DIRECTIONS:
        raise row.refused(column, "not a direction", hint="as in Open Long, Close Short, Buy, Sell")
    return _DIRECTIONS[word]
