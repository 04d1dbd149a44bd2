"""Operations on a history: what a venue exported comes into the journal, and the detectors read it."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ringfence.domain.numbers import plain
from ringfence.errors import BadFile
from ringfence.ingest.exports.model import Imported
from ringfence.ingest.exports.read import read_export
from ringfence.mirror.canonical import digest, document
from ringfence.mirror.detectors.past import Decided, Detected, Hourly, Past
from ringfence.mirror.happened import Happened
from ringfence.service.context import Context
from ringfence.service.mirror import answers_kept as out
from ringfence.service.mirror import requests_plan as ask
from ringfence.service.mirror.memory import Memory, is_traded, memory_of
from ringfence.service.mirror.pasts import past_for
from ringfence.service.mirror.present import text
from ringfence.service.mirror.records import Of, asked_before, entry, receipt
from ringfence.venues.registry import venue_keys

if TYPE_CHECKING:
    from ringfence.store.journal.values import Entry, Stored

HOUR_MS = 3_600_000
SHOWN = 20
NAMED = 6


def history_import(context: Context, request: ask.HistoryImportRequest) -> out.ImportedAnswer:
    """What a venue exported of an account, into the journal: all or nothing, the same rows only once."""
    content = _bytes(request.content)
    found = read_export(
        content,
        venue=request.venue,
        account_id=request.account_id,
        dates=request.dates,
        tz=request.tz,
    )
    if request.dry_run:
        return _imported(found, new=len(found.happened), stored=None)
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id"}))
    with context.journal() as journal:
        before = asked_before(journal, named, asked, {})
        if before is not None:
            return _imported(found, new=before.body["new"], stored=before)
        known = {one.id for one in memory_of(journal, request.account_id).happened}
        fresh = [one for one in found.happened if one.id not in known]
        stored = None  # nothing where nothing is new
        if fresh:
            body = _body(request, found, new=len(fresh), asked=asked)
            entries = _entries(context, request.account_id, fresh, body, named=named)
            stored = journal.append_all(entries)[-1]
            memory_of(journal, request.account_id)
    return _imported(found, new=len(fresh), stored=stored)


GZIP = base64.b64encode(b"\x1f\x8b\x08")[:4].decode()
"""How the base64 of a packed file begins; no export does."""


def _bytes(content: str) -> bytes:
    """A file from how it was sent: its text, or base64 where it is packed."""
    if not content.startswith(GZIP):
        return content.encode()
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise BadFile(
            "not base64", path="content", hint="send the text of the file, or base64 of its gzip"
        ) from None


def _entries(
    context: Context, account_id: str, fresh: list[Happened], body: dict[str, Any], *, named: str
) -> list[Entry]:
    """The bookings, and a record of the import itself behind them."""
    found = [
        entry(
            context,
            "event",
            {"kind": one.kind, **document(one)},
            named=one.id,
            of=Of(account_id, getattr(one, "symbol", ""), named),
        )
        for one in fresh
    ]
    return [*found, entry(context, "import", body, named=named, of=Of(account_id))]


def _body(request: ask.HistoryImportRequest, found: Imported, *, new: int, asked: str) -> dict[str, Any]:
    """What is kept of an import."""
    return {
        "file": request.file_name, "format": found.format, "venue": found.venue, "rows": found.rows,
        "new": new, "content": digest(request.content), "asked": asked,
        "until_ms": max((one.at for one in found.happened), default=0),
        "reconciled": [document(one) for one in found.reconciled],
    }  # fmt: skip


def _imported(found: Imported, *, new: int, stored: Stored | None) -> out.ImportedAnswer:
    times = [one.at for one in found.happened]
    return out.ImportedAnswer(
        format=found.format,
        venue=found.venue,
        rows=found.rows,
        events=len(found.happened),
        new=new,
        kinds=dict(Counter(one.kind for one in found.happened)),
        skipped=dict(Counter(one.reason for one in found.skipped)),
        date_order=found.date_order.value,
        since_ms=min(times, default=None),
        until_ms=max(times, default=None),
        reconciled=[
            out.ReconciledAnswer(
                asset=one.asset, expected=plain(one.expected), found=plain(one.found),
                difference=plain(one.difference),
            )
            for one in found.reconciled
        ],
        notes=list(found.notes),
        receipt=None if stored is None else receipt(stored),
    )  # fmt: skip


def history_scan(context: Context, request: ask.HistoryScanRequest) -> out.ScannedAnswer:
    """The ten detectors over an account's past: counts as facts, tendencies only where there is enough."""
    from ringfence.mirror.detectors.episodes import cut
    from ringfence.mirror.detectors.scan import scan

    with context.journal() as journal:
        memory = memory_of(journal, request.account_id)
        past = _past(context, memory, request)
        found = scan(past, seed=request.seed)
        body = {
            "seed": request.seed, "events": len(past.happened), "creep": _creep(found),
            "labels": {one.id: one.label.value for one in found},
        }  # fmt: skip
        journal.append(entry(context, "report", body, named=context.new_id(), of=Of(request.account_id)))
        memory_of(journal, request.account_id)
    times = [one.at for one in past.happened]
    notes = _notes(past, memory)
    return out.ScannedAnswer(
        account_id=request.account_id,
        events=len(past.happened),
        episodes=len(cut(past).episodes),
        since_ms=min(times, default=None),
        until_ms=max(times, default=None),
        detected=[_detected(one) for one in found],
        notes=notes,
    )


def _notes(past: Past, memory: Memory) -> list[str]:
    """What the detectors could not read."""
    held = {symbol for one in past.happened if (symbol := getattr(one, "symbol", ""))}
    unknown = {
        symbol for one in memory.happened if not is_traded(one) and (symbol := getattr(one, "symbol", ""))
    }
    notes = []
    if held - set(past.marks):
        names = _few(held - set(past.marks))
        notes.append(f"no hourly bars are stored for {names}: what needs marks is left out")
    if unknown:
        notes.append(f"not known as contracts, and left out: {_few(unknown)}")
    return notes


def _few(names: set[str]) -> str:
    shown = sorted(names)
    more = f" and {len(shown) - NAMED} more" if len(shown) > NAMED else ""
    return ", ".join(shown[:NAMED]) + more


def _past(context: Context, memory: Memory, request: ask.HistoryScanRequest) -> Past:
    """Everything known: bookings, the marks that are stored, plans, decisions."""
    since = request.since_ms or 0
    happened = tuple(one for one in memory.happened if one.at >= since and is_traded(one))
    venues = {one.venue for one in happened}
    on, packs = context.today(), set(venue_keys())
    marks: dict[str, Hourly] = {}
    for one in happened:
        symbol = getattr(one, "symbol", "")
        if symbol and symbol not in marks:
            found = past_for(context, one.venue, symbol, until_ms=context.now_ms())
            if found is not None:
                closes = tuple(found.price(int(row[3])) for row in found.rows)
                marks[symbol] = Hourly(tuple(int(at) + HOUR_MS for at in found.opens), closes)
    return Past(
        happened=happened,
        marks=marks,
        plans=tuple(memory.plans),
        decided=tuple(_pauses(memory, request.account_id)),
        balances=tuple(memory.balances),
        rules={venue: context.rules(venue, on=on) for venue in sorted(venues & packs)},
        hedged=frozenset({request.account_id}) if request.hedged else frozenset(),
        started_flat=request.started_flat,
    )


def _pauses(memory: Memory, account_id: str) -> Iterator[Decided]:
    """Every pause that was decided, with what that was worth against doing nothing, where it is known."""
    for key, asked in memory.asked.items():
        if asked.paused and asked.decision:
            yield Decided(key, asked.at, asked.decision, memory.deltas.get(key), account_id=account_id)


def _creep(found: tuple[Detected, ...]) -> dict[str, Any]:
    """Whether rising leverage is supported, and its slope, as later audits read it."""
    one = next(each for each in found if each.id == "D7")
    effect = None if one.effect is None else f"{one.effect:.6f}"
    return {"supported": one.label.value == "supported", "effect": effect}


def _detected(one: Detected) -> out.DetectedAnswer:
    return out.DetectedAnswer(
        id=one.id,
        name=one.name,
        label=one.label.value,
        words=one.words,
        n=one.n,
        min_n=one.min_n,
        measure=one.measure,
        effect=_estimate(one.effect),
        interval=None if one.interval is None else [_estimate(each) or "" for each in one.interval],
        p=_estimate(one.p),
        null=one.null,
        counts=dict(one.counts),
        money={name: text(value) or "" for name, value in one.money.items()},
        not_evaluated=dict(one.not_evaluated),
        evidence=list(one.evidence[:SHOWN]),
    )


def _estimate(value: float | None) -> str | None:
    """A statistic is an estimate: four places say more than it knows."""
    return None if value is None else f"{value:.4f}"
