"""The strict cases, the figures they expect, ringfence's answers, and the books the peers are given."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench.board.values import OURS, Figure, Said
from bench.harness import ROOT
from ringfence.domain.tiers import TierTable
from ringfence.errors import RingfenceError
from ringfence.testing.cases import Case, load_cases, table_of_rows
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import registry

SHIPPED = ROOT / "tests" / "conformance" / "cases"
NEWEST = "9999-12-31"
ACCOUNT = "account"


def default_files() -> list[Path]:
    """The cases that ship, and further ones where RINGFENCE_CASES or a folder beside the project has them."""
    named = os.environ.get("RINGFENCE_CASES")
    further = Path(named) if named else ROOT.parent / "shared" / "cases" / "cases.jsonl"
    return [*shipped_files(), *([further] if further.is_file() else [])]


def shipped_files() -> list[Path]:
    return sorted(SHIPPED.glob("*.jsonl"))


def strict_cases(files: Iterable[Path]) -> dict[str, Case]:
    """Every strict case by its id, in the order of their ids; a case in two files counts once."""
    found: dict[str, Case] = {}
    for file in files:
        for case in load_cases(file.read_text("utf-8").splitlines(), name=file.name):
            if case.strict:
                found.setdefault(case.id, case)
    return dict(sorted(found.items()))


def mark_of(case: Case) -> str:
    """A short hash of a case, to tell whether it is still the one that was asked."""
    written = json.dumps(case.document, sort_keys=True).encode()
    return hashlib.sha256(written).hexdigest()[:12]


def figures_of(cases: Mapping[str, Case]) -> tuple[list[Figure], int]:
    """Every expected figure, unanswered; and how many were left out because they repeat another's."""
    roots = _roots(cases)
    seen: set[tuple[str, str, str]] = set()
    figures, repeated = [], 0
    for case in cases.values():
        for place, name, expected in wanted(case):
            key = roots[case.id], place, name
            if key in seen:
                repeated += 1
                continue
            seen.add(key)
            tolerance = (case.document.get("tolerance") or {}).get(name) or ""
            figures.append(
                Figure(
                    case.id, case.venue, _mode(case, place), place, name, str(expected), str(tolerance), {}
                )
            )
    return figures, repeated


def wanted(case: Case) -> list[tuple[str, str, str]]:
    """(place, name, expected) of every figure, in the order of the case."""
    expected = case.document["expected"]
    rows = [
        (f"{row['symbol']} {row['side']}", name, text)
        for row in expected.get("positions") or ()
        for name, text in row.items()
        if name not in ("symbol", "side")
    ]
    return rows + [(ACCOUNT, name, text) for name, text in (expected.get(ACCOUNT) or {}).items()]


def _roots(cases: Mapping[str, Case]) -> dict[str, str]:
    """The case that stands for each: ``same_as`` says which describe one position of one account."""
    roots = {name: name for name in cases}

    def root(name: str) -> str:
        while roots[name] != name:
            name = roots[name]
        return name

    for case in cases.values():
        other = str(case.document.get("same_as") or "")
        if other in cases:
            first, second = sorted((root(case.id), root(other)))
            roots[second] = first
    return {name: root(name) for name in cases}


def _mode(case: Case, place: str) -> str:
    """Margin mode of the position; the account's figures are those of its cross pool."""
    for row in case.document["account"]["positions"]:
        if place == f"{row['symbol']} {row['side']}":
            return str(row["margin_mode"])
    return "cross"


def our_answers(case: Case) -> dict[tuple[str, str], Said]:
    """What ringfence says about every figure of a case."""
    return {
        (one.place, one.name): Said(reason=one.reason)
        if one.verdict is Verdict.NOT_MODELLED
        else Said(one.computed)
        for one in run_case(case).fields
    }


def answered(figures: Sequence[Figure], cases: Mapping[str, Case]) -> list[Figure]:
    """The figures with ringfence's answers; those of a case that is not at hand stay as they are."""
    answers = {name: our_answers(case) for name, case in cases.items()}
    return [
        one.told(OURS, answers[one.case][one.place, one.name]) if one.case in answers else one
        for one in figures
    ]


def newest_of(cases: Iterable[Case]) -> str:
    """The newest date of rules that a case states."""
    return max(str(case.document.get("on") or "") for case in cases)


def books(figures: Iterable[Figure], cases: Mapping[str, Case]) -> list[dict[str, Any]]:
    """What the peers are asked: the account and the market of each case without what is expected.

    Every peer gets the tiers that ringfence uses: the case's, else those of the venue's dated table.
    """
    asked: dict[str, list[list[str]]] = {}
    for one in figures:
        asked.setdefault(one.case, []).append([one.place, one.name])
    return [book_of(cases[name], questions) for name, questions in asked.items()]


def book_of(case: Case, questions: list[list[str]]) -> dict[str, Any]:
    document = case.document
    account = document["account"]
    return {
        "id": case.id,
        "venue": case.venue,
        "questions": questions,
        "marks": document.get("marks") or {},
        "account": {
            "multi_asset": bool(account.get("multi_asset")),
            "hedged": bool(account.get("hedged")),
            "wallet": account.get("wallet") or {},
            "other_maintenance": account.get("other_maintenance") or {},
            "positions": [_position(case, row) for row in account["positions"]],
        },
    }


def _position(case: Case, row: Mapping[str, Any]) -> dict[str, Any]:
    filled = dict(row)
    basis, tiers = _tiers(case, row)
    filled["tiers"], filled["tier_basis"] = tiers, basis
    if row.get("entry_price") is None and row.get("entry_cost"):
        filled["entry_price"] = str(float(_entry(row)))  # a peer takes a price, not a cost
    return filled


def _entry(row: Mapping[str, Any]) -> Fraction:
    size = Fraction(row["contracts"]) * Fraction(row.get("contract_size") or "1")
    cost = Fraction(row["entry_cost"])
    return size / cost if row.get("kind") == "inverse" else cost / size


def _tiers(case: Case, row: Mapping[str, Any]) -> tuple[str, list[list[str | None]]]:
    """(basis, rows of floor, cap, rate, deduction, highest leverage); no rows where nobody states them."""
    try:
        if row.get("tiers"):
            table = table_of_rows(row["symbol"], row["tiers"], basis=row.get("tier_basis") or "quote")
        else:
            on = _day(case)
            rules = registry.rules(case.venue, on=on)
            table = rules.tier_table(row["symbol"], on=on or NEWEST)
    except RingfenceError:
        return "quote", []
    return table.basis.value, _rows(table)


def _day(case: Case) -> str | None:
    """The date of the rules; a month or a year alone means its first day."""
    on = case.document.get("on")
    return f"{on}{'-01' * (2 - str(on).count('-'))}" if on else None


def _rows(table: TierTable) -> list[list[str | None]]:
    return [
        [
            str(tier.floor), _text(tier.cap), str(tier.rate), str(tier.deduction), _text(tier.max_leverage),
        ]
        for tier in table.tiers
    ]  # fmt: skip


def _text(value: object) -> str | None:
    return None if value is None else str(value)
