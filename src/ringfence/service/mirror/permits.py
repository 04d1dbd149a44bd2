"""Permits: signed, journaled, shown, and what an executor reports of them; notes beside audits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ringfence.mirror.canonical import digest, document
from ringfence.mirror.model import Intent, Permit
from ringfence.mirror.permit import signed_bytes
from ringfence.service.context import Context
from ringfence.service.mirror import answers as out
from ringfence.service.mirror import requests as ask
from ringfence.service.mirror.records import Of, asked_before, entry, known, must_remember, read_as, receipt

if TYPE_CHECKING:
    from ringfence.store.journal.journal import Journal
    from ringfence.store.journal.values import Stored

LABEL = b"ringfence-permit-1\n"
"""What the signature of a permit begins with, so that it is never taken for anything else."""


def record(context: Context, journal: Journal, permit: Permit, intent: Intent, *, audit_id: str) -> Stored:
    """Sign a permit and keep it, with the intent that it is for."""
    key, _ = journal.signed(LABEL)
    keyed = replace(permit, key_id=key)
    _, signature = journal.signed(LABEL + signed_bytes(keyed))
    body = {
        "permit": replace(keyed, signature=signature),
        "intent": {**document(intent), "trigger_text": ""},
        "audit_id": audit_id,
    }
    made = entry(
        context,
        "permit",
        body,
        named=permit.permit_id,
        of=Of(intent.account_id, intent.symbol or "", audit_id),
    )
    return journal.append(made)


def issued(_context: Context, journal: Journal, audit_id: str) -> Stored | None:
    """The permit that was given for an audit; None: there is none."""
    from ringfence.store.journal.values import Query

    found = journal.find(Query(kinds=("permit",), parent_id=audit_id, newest_first=True, limit=1))
    return found[0] if found else None


def permit_answer(context: Context, journal: Journal, stored: Stored) -> out.PermitAnswer:
    """A permit as it stands now."""
    from ringfence.store.journal.values import Query

    permit = read_as(Permit, stored.body["permit"])
    used = journal.find(Query(kinds=("fill",), parent_id=permit.permit_id, limit=1))
    late = context.now_ms() >= permit.expires_ms
    return out.PermitAnswer(
        **document(permit), intent=stored.body["intent"],
        state="used" if used else "expired" if late else "valid",
    )  # fmt: skip


def mirror_permit(context: Context, request: ask.PermitRequest) -> out.PermitAnswer:
    """A permit, with what it was given for and whether it still holds."""
    must_remember(context, request.permit_id, "permit", path="permit_id")
    with context.journal(write=False) as journal:
        stored = known(journal, request.permit_id, "permit", path="permit_id")
        return permit_answer(context, journal, stored)


def mirror_fill(context: Context, request: ask.FillRequest) -> out.FillAnswer:
    """Report what was done with a permit: the fill, or what the venue said."""
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id"}))
    with context.journal() as journal:
        stored = asked_before(journal, named, asked, {})
        if stored is None:
            permit = known(journal, request.permit_id, "permit", path="permit_id")
            body = {
                "permit_id": request.permit_id, "intent_id": permit.body["audit_id"], "asked": asked,
                "contracts": request.contracts, "price": request.price,
                "at_ms": context.now_ms() if request.at_ms is None else request.at_ms,
                "venue_says": request.venue_says,
            }  # fmt: skip
            made = entry(
                context, "fill", body, named=named, of=Of(permit.account_id, permit.symbol, request.permit_id)
            )
            stored = journal.append(made)
    return out.FillAnswer(permit_id=request.permit_id, receipt=receipt(stored))


def mirror_note(context: Context, request: ask.NoteRequest) -> out.NoteAnswer:
    """Keep a sentence beside an audit, or by itself. It can be erased; it justifies nothing."""
    named = context.new_id() if request.id is None else request.id
    asked = digest(request.model_dump(mode="json", exclude={"id", "text"}))
    texts = {"text": request.text}
    with context.journal() as journal:
        stored = asked_before(journal, named, asked, texts)
        if stored is None:
            if request.audit_id is not None:
                known(journal, request.audit_id, "intent", path="audit_id")
            made = entry(
                context,
                "note",
                {"asked": asked},
                named=named,
                texts=texts,
                of=Of(account_id=request.account_id, parent_id=request.audit_id or ""),
            )
            stored = journal.append(made)
    return out.NoteAnswer(receipt=receipt(stored))
