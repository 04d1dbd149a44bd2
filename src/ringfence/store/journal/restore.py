"""A journal from a backup: the same bytes in an empty place, and a record of what the backup lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from ringfence.errors import JournalDamaged, OutOfRange
from ringfence.store.journal import derived
from ringfence.store.journal.anchors import Anchor, AnchorFile
from ringfence.store.journal.export import Exported, read_export
from ringfence.store.journal.keys import Signer, signer
from ringfence.store.journal.opening import KEY, Place, open_for_writing, place_of
from ringfence.store.journal.record import CHAINED, GIVEN_UP, head_message, parse
from ringfence.store.journal.schema import HEADS, RECORDS, TEXTS
from ringfence.store.journal.values import Entry, Head, Verified
from ringfence.store.journal.witness import released
from ringfence.store.journal.write import Tip, prepare, put, sign_head


def restore(
    source: Path,
    where: str | Path | Place | None,
    *,
    clock: Callable[[], int],
    anchors: Path | None = None,
    accept_loss: bool = False,
) -> Verified:
    """Fill an empty place from a backup, and verify it there.

    Args:
        accept_loss: go on where anchors show that later records existed; the journal then says so for good.
    Raises:
        OutOfRange: the place holds a journal. JournalDamaged: the backup is damaged, or older than an anchor.
    """
    place = where if isinstance(where, Place) else place_of(where, anchors=anchors)
    exported = read_export(source)
    second = AnchorFile(place.second, exported.verified.journal_id)
    later = max((one.head.seq for one in _standing(second, exported.restored)), default=0)
    lost = later > exported.verified.records
    if lost and not accept_loss:
        words = f"the backup ends at record {exported.verified.records}, an anchor covers record {later}"
        raise JournalDamaged(words, path=str(source), hint="find a later backup, or accept the loss")

    def begin(connection: Connection) -> None:
        key = signer(place.folder / KEY)
        with connection.begin():
            if connection.exec_driver_sql("SELECT count(*) FROM records").scalar_one():
                hint = "name an empty place"
                raise OutOfRange("there is a journal already", path=str(place.folder), hint=hint)
            _fill(connection, exported)
            if lost:
                # The line names its record by this time; without the record, after a crash, it is nothing.
                at_ms = clock()
                _admit(connection, exported, at_ms, key)
                second.append(_given_up(exported, at_ms, key), label="ringfence-restored-1")

    with open_for_writing(place, clock, begin) as journal:
        return journal.verify()


def _standing(second: AnchorFile, restored: list[tuple[int, int]]) -> list[Anchor]:
    """The anchors that an earlier restore has not given up."""
    found: list[Anchor] = []
    for _, one, gives_up in released(second.lines(), restored):
        if one is not None and gives_up:
            found = [each for each in found if each.head.seq <= one.head.seq]
        elif one is not None and not one.given_up:
            found.append(one)
    return found


def _fill(connection: Connection, exported: Exported) -> None:
    rows = []
    for one in exported.records:
        said = parse(one["stored"])
        rows.append(one | {name: said[name] for name in CHAINED})
    connection.execute(RECORDS.insert(), rows)
    for table, found in ((TEXTS, exported.texts), (HEADS, exported.heads)):
        if found:
            connection.execute(table.insert(), found)
    derived.rebuild(connection)


def _admit(connection: Connection, exported: Exported, at_ms: int, key: Signer) -> None:
    """Say in the chain itself that what came after the backup is given up, under a key the chain knows."""
    kept = exported.verified
    tip = Tip(kept.records, bytes.fromhex(kept.head))
    entries = [Entry("restored", {"through": kept.records}, id=f"restored-{kept.head}", at_ms=at_ms)]
    if key.public.hex() not in kept.keys:
        public = key.public.hex()
        entries.append(Entry("key", {"public_key": public}, id=f"key-{public}", at_ms=at_ms))
    for entry in entries:
        stored = put(connection, tip, prepare(entry, own=True))
        tip = Tip(stored.seq, bytes.fromhex(stored.hash))
    sign_head(connection, tip, kept.journal_id, signer=key, at_ms=at_ms)


def _given_up(exported: Exported, at_ms: int, key: Signer) -> Head:
    kept = exported.verified
    message = head_message(GIVEN_UP, kept.journal_id, kept.records, at_ms, bytes.fromhex(kept.head))
    return Head(kept.records, kept.head, at_ms, key.public.hex(), key.sign(message).hex())
