"""The operation that holds rule packs against cases, their own examples, and the laws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ringfence.domain.account import Side
from ringfence.errors import UnknownVenue
from ringfence.service import checked as out
from ringfence.service import requests as ask
from ringfence.service.context import Context
from ringfence.service.registry import operation
from ringfence.testing.cases import Case
from ringfence.testing.conform import CaseReport, FieldReport, Verdict, run_case
from ringfence.testing.laws import NOTHING, LawReport
from ringfence.testing.packs import ExampleReport, PackReport, check_pack
from ringfence.venues import registry

STATUS: Mapping[Verdict, out.Status] = {
    Verdict.AGREES: "pass",
    Verdict.DIFFERS: "fail",
    Verdict.NOT_MODELLED: "not_modelled",
}


@operation("venues-check", request=ask.VenuesCheckRequest, answer=out.VenuesCheckAnswer)
def venues_check(_context: Context, request: ask.VenuesCheckRequest) -> out.VenuesCheckAnswer:
    """Hold rule packs against conformance cases, or against their own examples and the laws.

    It fails, and the command ends with status 1, when a strict case, an example or a law does. With
    strict, what is not modelled of a strict case, or of a law, fails as well. A case with fitted inputs, a
    weaker one and a control are reported and never decide. Imported tier tables are left out: everybody
    who asks the same gets the same answer.
    """
    asked = list(dict.fromkeys(request.venues or ()))
    if request.cases is None:
        keys = _known(asked, {*registry.venue_keys()}) or registry.venue_keys()
        packs = [pack for key in keys for pack in _packs(key, request)]
        cases = [_example(pack, one) for pack in packs for one in pack.examples]
    else:
        packs = []
        cases = [_case(run_case(case)) for case in _asked(request.cases, asked)]
    shown = [_pack(pack) for pack in packs]
    failures = [*_failed_cases(cases, strict=request.strict), *_failed_laws(shown, strict=request.strict)]
    if request.strict and not cases and not shown:
        failures = ["nothing was checked"]
    return out.VenuesCheckAnswer(
        passed=not failures, failures=failures, cases=cases, packs=shown, totals=_totals(cases)
    )


def _packs(key: str, request: ask.VenuesCheckRequest) -> tuple[PackReport, ...]:
    return check_pack(key, accounts=request.accounts, seed=request.seed)


def _asked(documents: Iterable[Mapping[str, Any]], venues: list[str]) -> list[Case]:
    """The cases of the venues asked for, or every case."""
    cases = [Case(one["id"], one["venue"], one["strength"], one) for one in documents]
    _known(venues, {*registry.venue_keys(), *(case.venue for case in cases)})
    return [case for case in cases if case.venue in venues or not venues]


def _known(venues: list[str], known: set[str]) -> list[str]:
    """The venues as asked for; one that neither a pack nor a case knows is a typing error."""
    for number, key in enumerate(venues):
        if key not in known:
            raise UnknownVenue(
                "neither a rule pack nor a case of this name", path=f"venues[{number}]", value=key,
                hint=f"write one of {', '.join(sorted(known))}",
            )  # fmt: skip
    return venues


def _case(report: CaseReport) -> out.CheckedCase:
    case, fields = report.case, [_figure(one) for one in report.fields]
    return out.CheckedCase(
        id=case.id, venue=case.venue, mode=case.mode, strength=case.strength, fitted=bool(case.fitted),
        group=case.group, status=_status(one.status for one in fields), fields=fields,
        notes=list(report.notes), same_as=case.document.get("same_as"),
    )  # fmt: skip


def _figure(one: FieldReport) -> out.CheckedFigure:
    symbol, _, side = one.place.rpartition(" ")
    return out.CheckedFigure(
        name=one.name, symbol=symbol or None, side=Side(side).value if symbol else None,
        expected=one.expected, got=one.computed or None, difference=one.difference or None,
        tolerance=one.tolerance or None, status=STATUS[one.verdict], reason=one.reason,
    )  # fmt: skip


def _status(fields: Iterable[out.Status]) -> out.Status:
    """A case fails with any figure, and passes with every one; without a figure it proves nothing."""
    found = set(fields)
    return "fail" if "fail" in found else "pass" if found == {"pass"} else "not_modelled"


def _example(pack: PackReport, one: ExampleReport) -> out.CheckedCase:
    figures = [
        out.CheckedFigure(
            name=figure.name, symbol=None, side=None, expected=figure.expected, got=figure.computed,
            difference=None, tolerance=None, status="pass" if figure.agrees else "fail",
            reason="" if figure.agrees else "not exactly equal",
        )
        for figure in one.figures
    ]  # fmt: skip
    return out.CheckedCase(
        id=f"{pack.venue} example {one.number}", venue=pack.venue, mode="cross", strength="example",
        fitted=False, group="example", status="pass" if one.passed else "fail", fields=figures,
        notes=[one.reason] if one.reason else [], same_as=None,
    )  # fmt: skip


def _pack(pack: PackReport) -> out.CheckedPack:
    laws = [_law(law) for law in pack.laws]
    return out.CheckedPack(venue=pack.venue, valid_from=pack.valid_from, digest=pack.digest, laws=laws)


def _law(law: LawReport) -> out.CheckedLaw:
    return out.CheckedLaw(
        name=law.name, says=law.says, status=STATUS[law.verdict], checked=law.checked,
        failures=law.failures, problems=list(law.problems), reason=law.reason,
    )  # fmt: skip


def _failed_cases(cases: Iterable[out.CheckedCase], *, strict: bool) -> Iterator[str]:
    for case in cases:
        if case.group in ("strict", "example"):
            wrong = [one for one in case.fields if one.status == "fail"]
            if case.status == "fail":
                yield f"{case.id}: {', '.join(one.name for one in wrong) or case.notes[0]}"
            elif strict and case.status == "not_modelled":
                names = ", ".join(one.name for one in case.fields if one.status == "not_modelled")
                yield f"{case.id}: {f'{names}: not modelled' if names else 'no figure is expected'}"


def _failed_laws(packs: Iterable[out.CheckedPack], *, strict: bool) -> Iterator[str]:
    """What the packs break; a pack that ships no tables owes the laws about tables nothing."""
    for pack in packs:
        for law in pack.laws:
            silent = law.status == "not_modelled" and law.reason != NOTHING[True]
            if law.status == "fail" or (strict and silent):
                yield f"{pack.venue}: {law.says}: {law.reason}"


def _totals(cases: list[out.CheckedCase]) -> out.CheckTotals:
    split: dict[tuple[str, str, str, out.Group], list[out.CheckedCase]] = {}
    for case in cases:
        split.setdefault((case.venue, case.mode, case.strength, case.group), []).append(case)
    groups = {name: _tally(one for one in cases if one.group == name) for name in GROUPS}
    rows = [
        out.TallyRow(
            venue=venue, mode=mode, strength=strength, group=group, **_tally(split[key]).model_dump()
        )
        for key in sorted(split)
        for venue, mode, strength, group in [key]
    ]
    return out.CheckTotals(**groups, rows=rows)


GROUPS: tuple[out.Group, ...] = ("strict", "weaker", "fitted", "control", "example")


def _tally(cases: Iterable[out.CheckedCase]) -> out.Tally:
    counted = list(cases)
    whole = Counter(case.status for case in counted)
    single = Counter(one.status for case in counted for one in case.fields)
    return out.Tally(
        cases=len(counted), cases_passed=whole["pass"], cases_failed=whole["fail"],
        cases_not_modelled=whole["not_modelled"], figures=single.total(), figures_passed=single["pass"],
        figures_failed=single["fail"], figures_not_modelled=single["not_modelled"],
    )  # fmt: skip
