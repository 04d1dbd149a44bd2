"""Hold ringfence against a conformance case: every figure the venue states, within the case's tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ringfence.domain.numbers import Number, money, plain
from ringfence.errors import RingfenceError
from ringfence.testing.cases import Case, Key
from ringfence.testing.figures import NONE, Computed, compute, figure
from ringfence.venues.rules import VenueRules

PLACES = 18


class Verdict(StrEnum):
    """What became of one expected figure."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NOT_MODELLED = "not modelled"


@dataclass(frozen=True, slots=True)
class FieldReport:
    """One expected figure.

    Attributes:
        place: ``BTC/USDT:USDT long``, or ``account``.
        computed: the exact value at 18 decimals, or ``none``; empty when it is not modelled.
        reason: why it fails or is not modelled.
    """

    place: str
    name: str
    expected: str
    computed: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class CaseReport:
    """Every expected figure of one case; ``notes`` say what was put in where the case is silent."""

    case: Case
    fields: tuple[FieldReport, ...]
    notes: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Every figure was computed and agrees."""
        return bool(self.fields) and all(one.verdict is Verdict.AGREES for one in self.fields)

    def of(self, verdict: Verdict) -> tuple[FieldReport, ...]:
        """The figures with one verdict."""
        return tuple(one for one in self.fields if one.verdict is verdict)


def run_case(case: Case, *, rules: VenueRules | None = None) -> CaseReport:
    """Compute every figure a case expects and compare it.

    A figure ringfence has no rule for, or whose inputs the case leaves out, is *not modelled*, with the
    reason; it never counts as a pass.

    Args:
        rules: a rule pack to hold against the case instead of the venue's installed one.
    """
    try:
        said = compute(case, rules)
    except RingfenceError as error:
        return CaseReport(case, tuple(_unmodelled(*wanted, error) for wanted in _wanted(case)))
    fields = tuple(_field(case, said, *wanted) for wanted in _wanted(case))
    return CaseReport(case, fields, (*said.situation.notes, *dict.fromkeys(said.notes)))


def _wanted(case: Case) -> list[tuple[Key | None, str, str]]:
    """(position or None, field, expected text) of every figure."""
    expected = case.document["expected"]
    rows: list[tuple[Key | None, str, str]] = []
    for row in expected.get("positions") or ():
        key = row["symbol"], row["side"]
        rows += [(key, name, text) for name, text in row.items() if name not in ("symbol", "side")]
    return rows + [(None, name, text) for name, text in (expected.get("account") or {}).items()]


def _field(case: Case, said: Computed, key: Key | None, name: str, expected: str) -> FieldReport:
    try:
        computed = figure(said, key, name)
    except RingfenceError as error:
        return _unmodelled(key, name, expected, error)
    text = computed if isinstance(computed, str) else plain(computed, PLACES)
    tolerance = (case.document.get("tolerance") or {}).get(name)
    reason = _difference(computed, expected, tolerance)
    return FieldReport(
        _place(key), name, expected, text, Verdict.DIFFERS if reason else Verdict.AGREES, reason
    )


def _difference(computed: Number | str, expected: str, tolerance: str | None) -> str:
    """Empty when they agree, else by how much they do not."""
    if isinstance(computed, str) or expected in (NONE, "true", "false"):
        return "" if computed == expected else "a different answer"
    target = Fraction(money(expected))
    off = abs(Fraction(computed) - target)
    allowed = _allowed(tolerance, target)
    return "" if off <= allowed else f"off by {plain(off, PLACES)}, tolerance {plain(allowed, PLACES)}"


def _allowed(tolerance: str | None, target: Fraction) -> Fraction:
    if tolerance is None:
        return Fraction(0)
    relative = tolerance.removeprefix("rel:")
    amount = Fraction(money(relative))
    return amount * abs(target) if relative != tolerance else amount


def _unmodelled(key: Key | None, name: str, expected: str, error: RingfenceError) -> FieldReport:
    return FieldReport(_place(key), name, str(expected), "", Verdict.NOT_MODELLED, str(error))


def _place(key: Key | None) -> str:
    return "account" if key is None else " ".join(key)
