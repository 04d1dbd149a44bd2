"""The venue's published and captured figures: every strict case passes in every field."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ringfence.errors import BadFile
from ringfence.testing.cases import Case, load_cases
from ringfence.testing.conform import CaseReport, Verdict, run_case
from ringfence.venues import registry
from tests.support import ROOT

FILES = sorted((Path(__file__).parent / "cases").glob("*.jsonl"))
CASES = [case for file in FILES for case in load_cases(file.read_text("utf-8").splitlines(), name=file.name)]
# Strict cases, controls, weaker cases and the figures of the strict ones, by venue.
HELD = {
    "bitmex": (9, 2, 3, 15), "kucoin_futures": (11, 2, 3, 20), "mexc": (0, 0, 2, 0), "phemex": (10, 0, 1, 19),
    "binance_coinm": (3, 0, 0, 6), "binance_usdm": (25, 1, 13, 58),
    "bybit_inverse": (2, 0, 0, 5), "bybit_linear": (21, 0, 11, 47),
    "okx_inverse": (6, 2, 2, 20), "okx_linear": (14, 2, 6, 36),
    "bitget": (4, 0, 0, 6), "deribit": (4, 0, 0, 4), "gate": (3, 1, 5, 4), "margex": (1, 0, 0, 1),
    "primexbt": (1, 0, 0, 1),
    "hyperliquid": (52, 3, 9, 105), "dydx_v4": (18, 0, 0, 37), "orderly": (3, 0, 3, 3),
    "paradex": (1, 0, 0, 1), "dango": (13, 0, 0, 18),
}  # fmt: skip
STRICT = [case for case in CASES if case.strict]
CONTROLS = [case for case in CASES if case.control]
WEAKER = [case for case in CASES if not case.strict and not case.control]


def named(cases: list[Case]) -> list[object]:
    return [pytest.param(case, id=case.id) for case in cases]


def problems(report: CaseReport) -> list[str]:
    return [
        f"{one.place} {one.name}: computed {one.computed or '-'}, expected {one.expected} ({one.reason})"
        for one in report.fields
        if one.verdict is not Verdict.AGREES
    ]


@pytest.mark.parametrize("case", named(STRICT))
def test_a_strict_case_agrees_in_every_field(case: Case) -> None:
    report = run_case(case)
    assert report.fields, "a case without expected figures proves nothing"
    assert problems(report) == []


def before_every_rule(case: Case) -> bool:
    """A sample of rules that are not public any more: no rule set of another date answers in their place."""
    return (case.document.get("on") or "9999") < registry.pack(case.venue)[0].valid_from


@pytest.mark.parametrize("case", named(CONTROLS))
def test_a_control_does_not_reproduce(case: Case) -> None:
    report = run_case(case)
    if before_every_rule(case):
        assert all("no rules before" in one.reason for one in report.fields)
        return
    assert report.of(Verdict.DIFFERS), (
        "the source says that these figures do not follow from the venue's rule"
    )
    assert not report.of(Verdict.NOT_MODELLED), "a control must be computed to mean anything"


@pytest.mark.parametrize("case", named(WEAKER))
def test_a_weaker_case_is_computed_and_reported(case: Case) -> None:
    """Another program's number, or one with fitted inputs, is no proof: a difference is reported."""
    report = run_case(case)
    assert not report.of(Verdict.NOT_MODELLED)
    if not report.passed:
        pytest.skip(f"reported, not counted: {'; '.join(problems(report))}")


def test_the_extracts_hold_what_they_should() -> None:
    assert len({case.id for case in CASES}) == len(CASES)
    held = {}
    for venue in {case.venue for case in CASES}:
        strict, controls, weaker = (
            [case for case in group if case.venue == venue] for group in (STRICT, CONTROLS, WEAKER)
        )
        fields = sum(len(run_case(case).fields) for case in strict)
        held[venue] = (len(strict), len(controls), len(weaker), fields)
    assert held == HELD


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_extract_is_the_shared_file_line_by_line(file: Path, shared: Path) -> None:
    lines = (shared / "cases" / "cases.jsonl").read_text("utf-8").splitlines()
    theirs = [line for line in lines if json.loads(line)["venue"] == file.stem]
    assert file.read_text("utf-8").splitlines() == theirs


def test_what_depends_on_tiers_that_nobody_states_is_not_said() -> None:
    (case,) = (case for case in CASES if case.id == "bn-cm-upnl-44992")
    position = {"symbol": "BTC/USD:BTC", "side": "short", "notional": "0.0701716"}
    wanted = {"maintenance_margin": "0.0002", "liquidation_price": "50000", "deduction": "0"}
    account = {"maintenance_margin": "0.0002", "is_liquidatable": "false", "unrealized_pnl": "0.0034935"}
    expected = {"positions": [position | wanted], "account": account}
    report = run_case(replace(case, document={**case.document, "expected": expected}))
    found = {(one.place, one.name): one.verdict for one in report.fields}
    assert {name for (_, name), verdict in found.items() if verdict is Verdict.AGREES} == {
        "notional",
        "unrealized_pnl",
    }
    assert len(report.of(Verdict.NOT_MODELLED)) == 5
    assert all("tiers" in one.reason for one in report.of(Verdict.NOT_MODELLED))


def test_every_shared_case_of_this_venue_is_readable_and_the_rest_says_why(shared: Path) -> None:
    lines = (shared / "cases" / "cases.jsonl").read_text("utf-8").splitlines()
    for case in load_cases(lines):
        report = run_case(case)
        for one in report.fields:
            assert (one.verdict is Verdict.NOT_MODELLED) == (one.computed == "")
            assert one.reason or one.verdict is Verdict.AGREES


def test_a_line_that_is_no_case_is_located() -> None:
    with pytest.raises(BadFile, match=r"a\.jsonl:2: not JSON"):
        load_cases(
            ['{"id": "x", "venue": "demo", "strength": "official", "expected": {}}', "{"], name="a.jsonl"
        )
    with pytest.raises(BadFile, match="a case needs strength, expected"):
        load_cases(['{"id": "x", "venue": "demo"}'])


def test_the_repository_and_the_extract_travel_together() -> None:
    assert FILES
    assert all(file.is_relative_to(ROOT) for file in FILES)
