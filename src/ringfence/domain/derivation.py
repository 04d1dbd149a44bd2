"""Derivations: every number with the line of arithmetic it came from and the clause it follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ringfence.domain.numbers import Number, plain


@dataclass(frozen=True, slots=True)
class Line:
    """One number and its workings.

    Attributes:
        field: where the number stands in the result, ``positions.BTC/USDT:USDT long.maintenance_margin``.
        label: the same for a reader. value: the number, exact. unit: its asset, ``%`` or ``x``.
        how: the arithmetic with the numbers put in. source: the venue's clause, empty for plain algebra.

    >>> Line("health", "health", 1, "USDT", "3 - 2").how
    '3 - 2'
    """

    field: str
    label: str
    value: Number
    unit: str
    how: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Derivation:
    """The lines of one result, in the order they were computed.

    >>> print(Derivation((Line("h", "health", 1, "USDT", "3 - 2"),)))
    health  1 USDT  3 - 2
    """

    lines: tuple[Line, ...] = ()

    def of(self, field: str) -> tuple[Line, ...]:
        """The lines of one field and of the fields below it.

        >>> Derivation((Line("pool.health", "health", 1, "USDT", "3 - 2"),)).of("pool")[0].label
        'health'
        """
        return tuple(line for line in self.lines if line.field == field or line.field.startswith(f"{field}."))

    def __add__(self, other: Derivation) -> Derivation:
        return Derivation(self.lines + other.lines)

    def __str__(self) -> str:
        return "\n".join(_columns(self.lines))


def _columns(lines: Iterable[Line]) -> list[str]:
    rows = [
        (line.label, f"{plain(line.value, 8)} {line.unit}".strip(), line.how, line.source) for line in lines
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    return [
        f"{label:<{widths[0]}}  {value:>{widths[1]}}  {how}{f'  {source}' if source else ''}".rstrip()
        for label, value, how, source in rows
    ]
