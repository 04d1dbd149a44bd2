"""D7 and the export: a journal as a file, and back; what a backup lacks is said for good."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ringfence.errors import BadFile, JournalDamaged, OutOfRange
from ringfence.store.journal import Place, open_journal, restore
from ringfence.store.journal.export import read_export
from tests.journal.books import START, Clock, check, filled, note

GOLDEN = Path(__file__).parent / "golden"


def _backup(place: Place, path: Path) -> Path:
    with open_journal(place, clock=Clock()) as journal:
        assert journal.backup(path).ok
    return path


def test_a_lost_journal_is_restored_with_the_same_state(place: Place, clock: Clock, tmp_path: Path) -> None:
    filled(place, 30)
    with open_journal(place, clock=clock) as journal:
        journal.erase("r10#why", id="e1", at_ms=START)
        before, digest, texts = journal.find(), journal.digest(), journal.text("r20#why")
    backup = _backup(place, tmp_path / "backup.jsonl")
    shutil.rmtree(place.folder)
    again = Place(tmp_path / "again", anchors=place.anchors)
    verified = restore(backup, again, clock=clock)
    assert verified.ok
    with open_journal(again, clock=clock) as journal:
        assert (journal.find(), journal.digest(), journal.text("r20#why")) == (before, digest, texts)
        assert journal.text("r10#why") is None
        # A retry that was on its way when the disk died finds its record.
        assert journal.append(note(3)).repeated
        assert journal.append(note(99)).seq > len(before)
    assert check(again).ok


def test_the_same_journal_gives_the_same_bytes(place: Place, tmp_path: Path) -> None:
    filled(place, 12)
    first, second = (_backup(place, tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second
    restored = Place(tmp_path / "again", anchors=place.anchors)
    shutil.copytree(place.folder, restored.folder, ignore=shutil.ignore_patterns("journal.db*"))
    restore(tmp_path / "a", restored, clock=Clock())
    assert _backup(restored, tmp_path / "c").read_bytes() == first


def test_an_export_without_texts_holds_none(file_place: Place, tmp_path: Path) -> None:
    filled(file_place, 12)
    with open_journal(file_place, clock=Clock(), write=False) as journal:
        assert journal.export(tmp_path / "bare.jsonl", texts=False) == 13
    assert b"sentence" not in (tmp_path / "bare.jsonl").read_bytes()
    assert read_export(tmp_path / "bare.jsonl").verified.texts == 0


def test_a_place_that_holds_a_journal_is_not_overwritten(place: Place, tmp_path: Path) -> None:
    filled(place, 3)
    backup = _backup(place, tmp_path / "backup.jsonl")
    with pytest.raises(OutOfRange, match="there is a journal already"):
        restore(backup, place, clock=Clock())
    assert check(place).ok


def test_an_old_backup_is_refused_until_the_loss_is_accepted(
    file_place: Place, clock: Clock, tmp_path: Path
) -> None:
    filled(file_place, 5)
    backup = _backup(file_place, tmp_path / "backup.jsonl")
    with open_journal(file_place, clock=clock) as journal:
        journal.append_all([note(n) for n in range(20, 24)])
    shutil.rmtree(file_place.folder)
    with pytest.raises(JournalDamaged, match=r"ends at record 6, an anchor covers record 10"):
        restore(backup, file_place, clock=clock)
    shutil.rmtree(file_place.folder, ignore_errors=True)
    verified = restore(backup, file_place, clock=clock, accept_loss=True)
    assert verified.ok
    assert any("records 7 to 10 of before are given up" in words for words in verified.warnings)
    with open_journal(file_place, clock=clock) as journal:
        journal.append_all([note(n) for n in range(40, 50)])
    # It stays in the journal, and later anchors bind as ever.
    assert any("given up" in words for words in check(file_place).warnings)
    again = _backup(file_place, tmp_path / "later.jsonl")
    with open_journal(file_place, clock=clock) as journal:
        journal.append_all([note(n) for n in range(60, 64)])
    with pytest.raises(JournalDamaged, match="an anchor covers record"):
        restore(again, Place(tmp_path / "third", anchors=file_place.anchors), clock=clock)


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"r3", b"r4", 1),
        lambda data: b"",
        lambda data: b"{}\n",
        lambda data: b"\xff\xfe\n",
        lambda data: data.replace(b'"version":1', b'"version":2'),
    ],
)
def test_a_damaged_backup_is_refused(file_place: Place, tmp_path: Path, damage: object) -> None:
    filled(file_place, 6)
    backup = _backup(file_place, tmp_path / "backup.jsonl")
    backup.write_bytes(damage(backup.read_bytes()))  # type: ignore[operator]
    with pytest.raises(JournalDamaged, match="not a whole export"):
        restore(backup, Place(tmp_path / "again", anchors=tmp_path / "none"), clock=Clock())


def test_a_backup_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        restore(tmp_path / "none.jsonl", Place(tmp_path / "again"), clock=Clock())


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.jsonl")))
def test_journals_of_past_releases_still_verify(name: str, place: Place) -> None:
    exported = read_export(GOLDEN / f"{name}.jsonl")
    assert exported.verified.ok
    header = json.loads((GOLDEN / f"{name}.jsonl").read_text("utf-8").splitlines()[0])
    place.second.mkdir(parents=True)
    shutil.copy(GOLDEN / f"{name}.anchors.txt", place.second / f"{header['journal_id']}.txt")
    verified = restore(GOLDEN / f"{name}.jsonl", place, clock=Clock())
    assert verified.ok, verified.words
    assert verified.erased == ("erased" in name)
    with open_journal(place, clock=Clock()) as journal:
        assert journal.get("p1") is not None
        assert journal.append(note(7)).repeated


def test_there_are_golden_journals() -> None:
    assert len(list(GOLDEN.glob("*.jsonl"))) >= 2
