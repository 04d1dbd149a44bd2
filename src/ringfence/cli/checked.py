"""A check of rule packs on a terminal: the verdict, the totals, what fails, then every figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from rich.console import Console
from rich.text import Text

from ringfence.cli.console import clean
from ringfence.cli.grid import Grid, headline, note, section
from ringfence.service import checked as out

WORDS = {"pass": "pass", "fail": "FAIL", "not_modelled": "not modelled"}
GROUPS = {
    "strict": ("Strict cases: official or captured, nothing fitted", "These are proof."),
    "example": ("The packs' own examples", "Every figure is compared exactly."),
    "weaker": ("Weaker cases", "Another source's figures; a difference is reported and decides nothing."),
    "fitted": ("Cases with fitted inputs", "An input comes from the answer: never counted as proof."),
    "control": ("Controls", "The source says that the venue's rule does not give these; they should fail."),
}


def show_check(to: Console, answer: out.VenuesCheckAnswer) -> None:
    """Everything that was checked, what makes the check fail first."""
    headline(to, _verdict(answer))
    for line in answer.failures:
        note(to, line)
    _show_totals(to, answer.totals)
    for pack in answer.packs:
        _show_laws(to, pack)
    for group, (title, detail) in GROUPS.items():
        cases = [case for case in answer.cases if case.group == group]
        if cases:
            section(to, title, detail)
            _show_reasons(to, cases)
            for case in cases:
                _show_case(to, case)


def _verdict(answer: out.VenuesCheckAnswer) -> str:
    strict, example = answer.totals.strict, answer.totals.example
    if not answer.cases and not answer.packs:
        return "Nothing was checked: there is no case of these venues."
    proof = f"{strict.cases_passed} of {strict.cases} strict cases pass"
    if answer.packs:
        held = sum(law.status == "pass" for pack in answer.packs for law in pack.laws)
        laws = sum(len(pack.laws) for pack in answer.packs)
        proof = f"{example.cases_passed} of {example.cases} examples and {held} of {laws} laws hold"
    open_ = strict.cases_not_modelled
    rest = f"; {open_} not modelled" if open_ else ""
    count = len(answer.failures)
    return f"{proof}{rest}. " + ("Nothing fails." if answer.passed else f"{count} failed.")


def _show_totals(to: Console, totals: out.CheckTotals) -> None:
    if not totals.rows:
        return
    section(to, "Totals", "Cases; the last column counts figures that agree, of all.")
    rows = [
        (
            f"{one.venue}, {one.mode}",
            one.strength if one.group in ("strict", "weaker", "example") else f"{one.strength}, {one.group}",
            str(one.cases_passed), str(one.cases_failed), str(one.cases_not_modelled),
            f"{one.figures_passed} of {one.figures}",
        )
        for one in totals.rows
    ]  # fmt: skip
    Grid(("", "strength", "pass", "fail", "not modelled", "figures"), rows).show(to)


def _show_laws(to: Console, pack: out.CheckedPack) -> None:
    since = f"rules from {pack.valid_from}" if pack.valid_from else "not loaded"
    section(to, pack.venue, since)
    rows = [(WORDS[law.status], law.says, f"{law.checked:,}") for law in pack.laws]
    Grid(("", "law", "looked at"), rows).show(to)
    for law in pack.laws:
        for line in law.problems or ([law.reason] if law.reason else []):
            note(to, f"{law.says}: {line}")


def _show_reasons(to: Console, cases: Iterable[out.CheckedCase]) -> None:
    """Why figures are not modelled, each reason once."""
    found = Counter(one.reason for case in cases for one in case.fields if one.status == "not_modelled")
    for reason, count in found.most_common():
        note(to, f"not modelled, {count} {'figure' if count == 1 else 'figures'}: {reason}")


def _show_case(to: Console, case: out.CheckedCase) -> None:
    to.print()
    what = f"{case.id}  {WORDS[case.status]} ({case.venue}, {case.mode}, {case.strength})"
    to.print(Text(clean(what)), soft_wrap=True)
    rows = [
        (WORDS[one.status], _name(one), one.expected, one.got or "-", _small(one.difference))
        for one in case.fields
    ]
    Grid(("", "", "expected", "got", "difference"), rows).show(to)
    for one in case.fields:
        if one.status == "fail":
            note(to, f"{one.name}: {one.reason}")
    for line in case.notes:
        note(to, line)


def _name(one: out.CheckedFigure) -> str:
    name = one.name.replace("_", " ")
    return name if one.symbol is None else f"{name}, {one.symbol} {one.side}"


def _small(difference: str | None) -> str:
    """A difference by its size; --json has every digit."""
    if difference is None:
        return "-"
    return "0" if Decimal(difference) == 0 else f"{Decimal(difference):.1e}"
