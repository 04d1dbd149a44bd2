"""Write docs/venues/: one page a venue, from its rule pack and its cases, and the page that lists them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import Enum
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a script, Python looks beside the script only
    sys.path.insert(0, str(ROOT))

from ringfence.domain.numbers import plain  # noqa: E402
from ringfence.domain.tiers import TierTable  # noqa: E402
from ringfence.testing.cases import load_cases  # noqa: E402
from ringfence.testing.conform import CaseReport, Verdict, run_case  # noqa: E402
from ringfence.testing.examples import example_figures, read_examples  # noqa: E402
from ringfence.venues import registry  # noqa: E402
from ringfence.venues.rules import Clause, Confidence, VenueRules  # noqa: E402
from ringfence.venues.schedule import ClosingFee  # noqa: E402
from ringfence.venues.shown import exact_prices  # noqa: E402

FOLDER = ROOT / "docs" / "venues"
CASES = ROOT / "tests" / "conformance" / "cases"
WRITTEN = """\
<!-- Written by scripts/docs_venues.py (make docs) from the rule pack and its cases; edit those instead. -->
"""
CHOICES = {
    "mark": "price that liquidates",
    "trigger": "liquidation test",
    "maintenance": "maintenance is valued at",
    "initial_margin": "initial margin is valued at",
    "isolated_initial_margin": "isolated initial margin is valued at",
    "tier_edge": "a size exactly on an edge",
    "closing_fee": "closing fee",
    "hedge": "long and short of one symbol",
    "open_orders": "resting orders",
    "fence": "inside a fence at entry",
    "withdrawal": "what may leave a pool",
    "removal": "what may leave a fence",
    "funding_from": "what pays funding behind a fence",
    "shortfall": "who bears a shortfall",
}
CHOICE_HEAD = ("| rule | what holds |", "|---|---|")
CLAUSE_HEAD = ("| rule | source | how sure |", "|---|---|---|")


def pages() -> dict[str, str]:
    """Every page by its file name."""
    keys = [key for key in registry.venue_keys() if _is_ours(key)]
    told = {key: _reports(key) for key in keys}
    written = {f"{key}.md": _page(key, told[key]) for key in keys}
    return {"README.md": _index(keys, told), **written}


def _is_ours(key: str) -> bool:
    return (ROOT / "src" / "ringfence" / "venues" / f"{key}.py").exists()


def _reports(key: str) -> list[CaseReport]:
    path = CASES / f"{key}.jsonl"
    if not path.exists():
        return []
    return [run_case(case) for case in load_cases(path.read_text("utf-8").splitlines(), name=key)]


def _index(keys: list[str], told: dict[str, list[CaseReport]]) -> str:
    about = (
        "Strict cases are figures that the venue published itself or its exchange printed, with no input "
        "solved from the answer; every figure of a case has to agree."
    )
    head = [
        "| venue | rules from | strict cases that agree | not confirmed | page |",
        "|---|---|---:|---:|---|",
    ]
    lines = ["# Venues", "", WRITTEN, about, "", *head]
    for key in keys:
        dated = registry.pack(key)
        strict = [report for report in told[key] if report.case.strict]
        good = sum(report.passed for report in strict)
        unsure = sum(c.confidence is Confidence.UNCONFIRMED for c in dated[-1].clauses.values())
        since = ", ".join(rules.valid_from for rules in dated)
        share = f"{good} of {len(strict)}" if strict else "no public case"
        lines.append(f"| {dated[-1].title} | {since} | {share} | {unsure} | [`{key}`]({key}.md) |")
    return "\n".join(lines) + "\n"


def _page(key: str, reports: list[CaseReport]) -> str:
    dated = registry.pack(key)
    parts = [f"# {dated[-1].title}", "", WRITTEN, f"`{key}`", ""]
    now = dated[-1]
    parts += [
        f"## Rules from {now.valid_from}",
        "",
        *CHOICE_HEAD,
        *_choices(now),
        "",
        *CLAUSE_HEAD,
        *_clauses(now),
        "",
    ]
    parts += _modes(now)
    for before, after in reversed(list(pairwise(dated))):
        parts += _before(before, after)
    newest = dated[-1]
    if newest.notes:
        parts += ["## Notes", "", *(f"- {note}" for note in newest.notes), ""]
    parts += [*_tables(newest), *_examples(key, newest), *_cases(reports, key), *_open(newest)]
    return "\n".join(parts).rstrip() + "\n"


def _before(rules: VenueRules, after: VenueRules) -> Iterator[str]:
    """Only what an older rule set has otherwise."""
    yield f"## From {rules.valid_from} until {after.valid_from}: what was different"
    yield ""
    known = {*_choices(after), *_clauses(after)}
    choices = [row for row in _choices(rules) if row not in known]
    clauses = [row for row in _clauses(rules) if row not in known]
    if choices:
        yield from (*CHOICE_HEAD, *choices, "")
    if clauses:
        yield from (*CLAUSE_HEAD, *clauses, "")
    if rules.modes != after.modes:
        yield from _modes(rules)


def _choices(rules: VenueRules) -> Iterator[str]:
    for name, label in CHOICES.items():
        chosen = getattr(rules, name)
        if isinstance(chosen, Enum) and not _silent(rules, name):
            yield f"| {label} | {chosen.value} |"
    if rules.charge is not None:
        yield f"| requirement | {_first_line(rules.charge)} |"
    if rules.shows is not exact_prices:
        yield f"| prices on its screen | {_first_line(rules.shows)} |"
    if rules.order_margin is not None:
        yield f"| margin of orders | {_first_line(rules.order_margin)} |"
    if rules.free is not None:
        yield f"| free balance | {_first_line(rules.free)} |"
    yield f"| kinds | {', '.join(kind.value for kind in rules.kinds)} |"
    if rules.profit_in_full:
        yield "| unrealised profit beside haircuts | counts in full; the haircut is the wallet's |"
    yield f"| several assets in one pool | {'yes' if rules.multi_asset else 'no'} |"
    yield f"| grid of money | {plain(rules.money.quantum)}, {rules.money.rounding} |"
    for name, rate in rules.list_rates.items():
        yield f"| list price, {name.replace('_', ' ')} | {plain(rate * 100)} % |"
    if rules.closing_fee is not ClosingFee.NONE and "taker_fee" not in rules.list_rates:
        yield "| list price, taker fee | not stated here: the account states its own |"


def _silent(rules: VenueRules, name: str) -> bool:
    """Whether a choice says nothing: its rule stands in a function, or nobody knows it."""
    own = rules.charge is not None and rules.closing_fee is ClosingFee.NONE
    return (name == "removal" and not rules.modes) or (name == "closing_fee" and own)


def _first_line(function: object) -> str:
    text = (getattr(function, "__doc__", None) or "").strip()
    return text.split("\n\n")[0].replace("\n", " ").strip().rstrip(".") or "by a function of the pack"


def _clauses(rules: VenueRules) -> Iterator[str]:
    for name, clause in rules.clauses.items():
        yield f"| {name.replace('_', ' ')} | {clause} | {_sure(clause)} |"


def _sure(clause: Clause) -> str:
    if clause.confidence is Confidence.UNCONFIRMED:
        return f"**not confirmed**: {clause.assumption}"
    return clause.confidence.value


def _modes(rules: VenueRules) -> Iterator[str]:
    if not rules.modes:
        return
    yield "### What it does with a change while something is open"
    yield ""
    yield "| change | when | the venue | code | then |"
    yield "|---|---|---|---|---|"
    for rule in rules.modes:
        then = rule.words or (rule.effect.value if rule.effect else "")
        mode = f" ({rule.mode.value})" if rule.mode else ""
        change = rule.change.value.replace("_", " ")
        yield f"| {change}{mode} | {rule.when.value} | {rule.verdict.value} | {rule.code} | {then} |"
    yield ""


def _tables(rules: VenueRules) -> Iterator[str]:
    tables = [table for dated in rules.tables.values() for table in dated]
    yield "## Tier tables"
    yield ""
    if not tables:
        yield "None ships: `ringfence tiers update` or `ringfence tiers import` brings them."
        yield ""
        return
    yield "| symbol | from | tiers | measured in | source | digest |"
    yield "|---|---|---:|---|---|---|"
    for table in sorted(tables, key=lambda one: (one.symbol, one.valid_from)):
        yield _table_row(table)
    yield ""


def _table_row(table: TierTable) -> str:
    digest = table.digest.removeprefix("sha256:")[:12]
    cells = (table.symbol, table.valid_from, str(len(table.tiers)), table.basis.value, table.source, digest)
    return f"| {' | '.join(cells)} |"


def _examples(key: str, rules: VenueRules) -> Iterator[str]:
    text = registry.examples(key)
    if not text.strip():
        return
    yield "## Worked examples"
    yield ""
    yield "Each figure is computed by the engine under these rules when the page is written."
    yield ""
    rows = read_examples(text)
    heads = list(rows[0])
    yield f"| {' | '.join(heads)} | agrees |"
    yield f"|{'---|' * (len(heads) + 1)}"
    for row in rows:
        agrees = all(one.agrees for one in example_figures(rules, row))
        yield f"| {' | '.join(row[head] for head in heads)} | {'yes' if agrees else '**no**'} |"
    yield ""


def _cases(reports: list[CaseReport], key: str) -> Iterator[str]:
    yield "## Held to its own figures"
    yield ""
    if not reports:
        yield "No figure of this venue is public, so nothing could be checked beyond its examples."
        yield ""
        return
    strict = [report for report in reports if report.case.strict]
    good, figures = sum(report.passed for report in strict), sum(len(report.fields) for report in strict)
    yield f"{good} of {len(strict)} strict cases agree in every figure ({figures} figures)."
    weaker = [report for report in reports if not report.case.strict]
    if weaker:
        passed = sum(report.passed for report in weaker)
        yield f"Of {len(weaker)} weaker ones (a peer's number, a fitted input, a control) {passed} agree."
    yield ""
    missed = [report for report in strict if not report.passed]
    arguments = registry.not_reproduced(key)
    if missed or arguments:
        yield "### Does not reproduce"
        yield ""
        for report in missed:
            said = arguments.get(report.case.id) or "; ".join(
                f"{one.place} {one.name}: {one.expected}, computed {one.computed or '-'}, {one.reason}"
                for one in report.fields
                if one.verdict is not Verdict.AGREES
            )
            yield f"- `{report.case.id}`: {said}"
        for name in sorted(arguments.keys() - {report.case.id for report in missed}):
            yield f"- `{name}`: {arguments[name]}"
        yield ""


def _open(rules: VenueRules) -> Iterator[str]:
    unsure = [(n, c) for n, c in rules.clauses.items() if c.confidence is Confidence.UNCONFIRMED]
    yield "## Open questions"
    yield ""
    if not unsure:
        yield "None: every rule followed is documented or was recomputed from real output."
    for name, clause in unsure:
        yield f"- **{name.replace('_', ' ')}**: {clause.assumption}"
    yield ""


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    written = pages()
    for stale in FOLDER.glob("*.md"):
        if stale.name not in written:
            stale.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
