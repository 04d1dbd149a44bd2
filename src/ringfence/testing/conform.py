"""Hold ringfence against a conformance case: every figure the venue states, within the case's tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from ringfence.domain.numbers import money, plain
from ringfence.errors import RingfenceError, UnknownVenue
from ringfence.testing.cases import Case, Key
from ringfence.testing.figures import NONE, Computed, compute, figure
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules

PLACES = 18
WORDS = (NONE, "true", "false")
"""What an expected figure may be beside a number."""


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
        difference, tolerance: computed less expected and how far they may be apart, 18 decimals; empty
            where either is a word.
    """

    place: str
    name: str
    expected: str
    computed: str
    verdict: Verdict
    reason: str = ""
    difference: str = ""
    tolerance: str = ""


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
        if rules is None and case.venue not in registry.venue_keys():
            raise UnknownVenue("no rule pack of this venue is installed", value=case.venue)
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
    if isinstance(computed, str) or expected in WORDS:
        verdict = Verdict.AGREES if computed == expected else Verdict.DIFFERS
        reason = "" if computed == expected else "a different answer"
        return FieldReport(_place(key), name, str(expected), text, verdict, reason)
    try:
        target = Fraction(money(expected, path=f"expected.{name}"))
        allowed = _allowed((case.document.get("tolerance") or {}).get(name), target)
    except RingfenceError as error:
        return _unmodelled(key, name, expected, error)
    off = Fraction(computed) - target
    shown, within = plain(off, PLACES), plain(allowed, PLACES)
    agrees = abs(off) <= allowed
    return FieldReport(
        _place(key), name, str(expected), text, Verdict.AGREES if agrees else Verdict.DIFFERS,
        "" if agrees else f"off by {shown.removeprefix('-')}, tolerance {within}", shown, within,
    )  # fmt: skip


def _allowed(tolerance: str | None, target: Fraction) -> Fraction:
    """How far a figure may be off: an absolute amount, or a share of the target."""
    if tolerance is None:
        return Fraction(0)
    relative = tolerance.removeprefix("rel:")
    amount = Fraction(money(relative))
    return amount * abs(target) if relative != tolerance else amount


def _unmodelled(key: Key | None, name: str, expected: str, error: RingfenceError) -> FieldReport:
    return FieldReport(_place(key), name, str(expected), "", Verdict.NOT_MODELLED, str(error))


def _place(key: Key | None) -> str:
    return "account" if key is None else " ".join(key)
