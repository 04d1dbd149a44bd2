"""Operations on the journal: look, verify, export, anchor, erase, restore, rebuild."""

from __future__ import annotations

from pathlib import Path

from ringfence.service.context import Context
from ringfence.service.mirror import answers_kept as out
from ringfence.service.mirror import requests_plan as ask
from ringfence.service.mirror.memory import forget
from ringfence.service.mirror.records import receipt


def journal_list(context: Context, request: ask.JournalListRequest) -> out.RecordsAnswer:
    """What the journal holds, newest first, with the private texts that were not erased."""
    from ringfence.store.journal.values import Query

    if not context.remembers:
        return out.RecordsAnswer(records=[], total=0)
    kinds = () if request.kind is None else (request.kind,)
    query = Query(kinds=kinds, account_id=request.account_id, newest_first=True, limit=request.limit)
    with context.journal(write=False) as journal:
        found = journal.find(query)
        return out.RecordsAnswer(
            records=[
                out.RecordAnswer(
                    seq=one.seq, id=one.id, kind=one.kind, at_ms=one.at_ms, actor=one.actor,
                    account_id=one.account_id, symbol=one.symbol, parent_id=one.parent_id, hash=one.hash,
                    body=one.body, texts={one.ref(name): journal.text(one.ref(name)) for name in one.texts},
                )
                for one in found
            ],
            total=journal.last_seq,
        )  # fmt: skip


def journal_verify(context: Context, _request: ask.JournalVerifyRequest) -> out.VerifiedAnswer:
    """Whether every record is as it was written, and which is the first that is not."""
    with context.journal(write=False) as journal:
        found = journal.verify()
        # What a server noticed since it opened the journal, beside what the check itself notices.
        noticed = [words for words in journal.warnings if words not in found.warnings]
    return out.VerifiedAnswer(
        ok=found.ok,
        records=found.records,
        head=found.head,
        first_bad_seq=found.first_bad_seq,
        problems=[out.ProblemAnswer(seq=one.seq, words=one.words) for one in found.problems],
        warnings=[*found.warnings, *noticed],
        texts=found.texts,
        erased=found.erased,
        anchored_seq=found.anchored_seq,
        digest=found.digest,
        words=list(found.words),
    )


def journal_export(context: Context, request: ask.JournalExportRequest) -> out.ExportedAnswer:
    """Write the whole journal to a file that anybody can verify, and that it can be restored from."""
    path = Path(request.to)
    with context.journal(write=False) as journal:
        records = journal.export(path)
        return out.ExportedAnswer(path=str(path), records=records, anchor=journal.anchor())


def journal_anchor(context: Context, _request: ask.JournalAnchorRequest) -> out.AnchorAnswer:
    """Sign the end of the journal and write it to the second place: a line to keep elsewhere."""
    with context.journal() as journal:
        line = journal.anchor()
        place = context.anchors or context.folder / "anchors"
        return out.AnchorAnswer(line=line, second_place=str(place), warnings=list(journal.warnings))


def journal_erase(context: Context, request: ask.JournalEraseRequest) -> out.ErasedAnswer:
    """Destroy one private text for good. Its record stays, and the journal still verifies."""
    made = f"erase-{request.ref}" if request.id is None else request.id
    with context.journal() as journal:
        stored = journal.erase(request.ref, id=made, at_ms=context.now_ms(), actor=context.principal.actor)
        forget(journal)
    return out.ErasedAnswer(ref=request.ref, receipt=receipt(stored))


def journal_restore(context: Context, request: ask.JournalRestoreRequest) -> out.RestoredAnswer:
    """Put a journal back from an export, where there is none now."""
    found = context.restored(Path(request.source), accept_loss=request.accept_loss)
    return out.RestoredAnswer(records=found.records, words=list(found.words))


def journal_rebuild(context: Context, _request: ask.JournalRebuildRequest) -> out.RebuiltAnswer:
    """Throw away everything that is derived and make it anew from the records."""
    with context.journal() as journal:
        before = journal.digest()
        digest = journal.rebuild()
    return out.RebuiltAnswer(digest=digest, same=before == digest)
