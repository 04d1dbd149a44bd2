"""The sections of the report that account for the answer: rings, rules, sources, workings."""

from __future__ import annotations

from collections.abc import Iterable

from ringfence.report.format import TWIN_WORDS, price, whole
from ringfence.report.markup import Markup, bullets, joined, section, tag
from ringfence.report.notes import Notes
from ringfence.report.sections import value_of
from ringfence.report.tables import ring_rows, shown_twins
from ringfence.service.answers import CompareAnswer, WorkLine


def rings(answer: CompareAnswer, notes: Notes) -> Markup:
    """Every fence and pool, and what the venue does next."""
    rows, body = ring_rows(answer), []
    for row in rows:
        does = tag("span.detail", f"in {row.asset}; the venue does: {row.venue_does}")
        name = tag("span", tag(f"b.{row.key}", row.twin), f" {row.ring}", does)
        cells = [_labelled(label, value_of(cell, notes.key(row.key, cell.why))) for label, cell in row.cells]
        body.append(tag("tr", tag("th", name, attributes={"scope": "row"}), *cells))
    labels = ["ring", *(label for label, _ in rows[0].cells)] if rows else []
    return section("Fences and pools today", tag("table.stack", _head(labels), tag("tbody", *body)))


def sources(answer: CompareAnswer) -> Markup:
    """Whose rules, of which day, with which tables, and what could not be confirmed."""
    rules = answer.rules
    everywhere = tag("p", "None: every rule followed here is documented.")
    return section(
        "Rules and sources",
        tag(
            "p", f"{rules.title} (", tag("code", rules.venue), f"), rules of {rules.on}, digest ",
            tag("code", rules.digest), ". The same digest and the same book give the same numbers.",
        ),
        bullets(_tables(answer)),
        tag("h3", "Rules that could not be confirmed"),
        bullets(rules.unconfirmed) if rules.unconfirmed else everywhere,
        tag("h3", "Marks and betas"),
        bullets(_marks(answer)),
    )  # fmt: skip


def workings(answer: CompareAnswer, notes: Notes) -> Markup:
    """The workings of every number, twin by twin, as numbered notes."""
    parts: list[Markup] = []
    for twin in shown_twins(answer):
        rows = [_note(key, line) for key, line in notes.numbered(twin.twin)]
        if rows:
            head = _head(["note", "number and how it came about", "value"])
            parts.append(tag(f"h3.{twin.twin}", TWIN_WORDS[twin.twin]))
            parts.append(tag("table.workings", head, tag("tbody", *rows)))
    nothing = tag("p", "The workings were not asked for.")
    return section("Workings of every number", joined(parts) if parts else nothing, name="section.appendix")


def _note(key: str, line: WorkLine) -> Markup:
    value = f"{whole(line.value)} {line.unit}".strip()
    source = [tag("span.detail", line.source)] if line.source else []
    return tag(
        "tr",
        tag("td.key-cell", key),
        tag("td", line.label, tag("span.how", line.how), *source),
        tag("td.value", value),
        attributes={"id": key},
    )


def _tables(answer: CompareAnswer) -> Iterable[str]:
    tiers = dict.fromkeys(
        (
            one.position.symbol,
            one.position.tier.valid_from,
            one.position.tier.source,
            one.position.tier.digest,
        )
        for twin in shown_twins(answer)
        for one in twin.positions
    )
    for symbol, valid_from, source, digest in tiers:
        since = f"valid from {valid_from}" if valid_from else "valid on every date"
        yield f"Tiers of {symbol}, {since}: {source} (digest {digest})"


def _marks(answer: CompareAnswer) -> Iterable[str]:
    for symbol, mark in answer.marks.items():
        given = answer.betas.get(symbol)
        beta = "beta 1, as none was given" if given is None else f"beta {whole(given)}"
        leads = ", leads the others" if symbol == answer.leader else ""
        yield f"{symbol}: mark {price(mark)}, {beta}{leads}"


def _head(labels: Iterable[str]) -> Markup:
    return tag("thead", tag("tr", *(tag("th", label, attributes={"scope": "col"}) for label in labels)))


def _labelled(label: str, value: str) -> Markup:
    return tag("td", tag("span", value), attributes={"data-label": label})
