"""What a group of figures amounts to for one program: counts, the median error and the worst."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bench.board.values import Figure

SMALLEST = Fraction(1, 10**9)


@dataclass(frozen=True)
class Tally:
    """One program on one group of figures.

    Attributes:
        median: of the relative errors of the figures it expressed; None where none has one.
        worst: the figure with the largest relative error.
        wrong_words: figures where one says a number and the other a word, such as ``none``.
    """

    program: str
    asked: int
    expressed: int
    within: int
    median: Fraction | None
    worst: Figure | None
    wrong_words: tuple[Figure, ...]


def tally(figures: Sequence[Figure], program: str) -> Tally:
    said = [one for one in figures if one.said[program].expressed]
    rated = [(error, one) for one in said if (error := one.relative(program)) is not None]
    worst = max(rated, key=lambda pair: pair[0], default=None)
    return Tally(
        program,
        len(figures),
        len(said),
        sum(one.agrees(program) for one in said),
        statistics.median([error for error, _ in rated]) if rated else None,
        worst[1] if worst and worst[0] else None,
        tuple(one for one in said if one.off(program) is None and not one.agrees(program)),
    )


def misses(figures: Iterable[Figure], program: str) -> list[Figure]:
    """The figures it expressed outside the tolerance, worst first; those without an error lead."""
    wrong = [one for one in figures if one.said[program].expressed and not one.agrees(program)]

    def rank(one: Figure) -> tuple[bool, Fraction, str]:
        error = one.relative(program)
        return error is not None, -(error or Fraction(0)), one.case

    return sorted(wrong, key=rank)


def percent(error: Fraction | None) -> str:
    """A share with three digits that count.

    >>> percent(Fraction(1, 8)), percent(Fraction(0)), percent(Fraction(1, 10**12)), percent(None)
    ('12.5 %', '0', '< 0.0000001 %', '')
    """
    if error is None:
        return ""
    if error == 0:
        return "0"
    return "< 0.0000001 %" if error < SMALLEST else f"{digits(error * 100)} %"


def digits(value: Fraction) -> str:
    """Three digits that count, without an exponent.

    >>> digits(Fraction(1234567, 100)), digits(Fraction(1, 3000))
    ('12,346', '0.000333')
    """
    if abs(value) >= 100:
        return f"{round(value):,}"
    return format(Decimal(f"{float(value):.3g}"), "f")
