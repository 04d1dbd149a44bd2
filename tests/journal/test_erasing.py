"""Private texts: kept apart, erased for good, and the chain still verifies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ringfence.errors import IdConflict, UnknownRecord
from ringfence.store.journal import Entry, Place, open_journal
from ringfence.store.journal import erase as erasing
from tests.journal.books import START, Clock, check, filled, note

SECRET = "I am afraid of what my partner will say about the rent"


def _bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_an_erased_text_is_gone_and_the_chain_verifies(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        stored = journal.append(note(1, texts={"why": SECRET, "level": "59,000"}))
        ref = stored.ref("why")
        assert journal.text(ref) == SECRET
        about = journal.erase(ref, id="e1", at_ms=START)
        assert (about.kind, about.body) == ("erasure", {"ref": ref})
        assert journal.text(ref) is None
        assert journal.text(stored.ref("level")) == "59,000"
        # Asking again is safe; the record that held it is as it was.
        assert journal.erase(ref, id="e1", at_ms=START + 5).repeated
        assert journal.get("r1") == stored
    verified = check(place)
    assert verified.ok
    assert (verified.texts, verified.erased) == (1, 1)
    assert verified.words[0].endswith("1 texts erased")


def test_no_file_holds_an_erased_text_or_its_salt(file_place: Place, clock: Clock) -> None:
    with open_journal(file_place, clock=clock) as journal:
        filled_up = [note(n, texts={"why": f"{SECRET} {n}"}) for n in range(40)]
        journal.append_all(filled_up)
        with sqlite3.connect(file_place.database) as reader:
            salts = [row[0] for row in reader.execute("SELECT salt FROM texts")]
        reader.close()
        assert SECRET.encode() in _bytes_of(file_place.folder)
        for number in range(40):
            journal.erase(f"r{number}#why", id=f"e{number}", at_ms=START)
        # While it is open: the log is empty, and nothing is left in the file.
        here = _bytes_of(file_place.folder)
        assert SECRET.encode() not in here
        assert not any(salt in here for salt in salts)
    assert SECRET.encode() not in _bytes_of(file_place.folder)
    assert check(file_place).erased == 40


def test_an_erasure_that_a_crash_interrupted_is_finished_when_it_is_opened_again(
    file_place: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_journal(file_place, clock=clock) as journal:
        journal.append(note(1, texts={"why": SECRET}))
        with monkeypatch.context() as patched:
            patched.setattr(erasing, "scrub", lambda *_, **__: True)
            journal.erase("r1#why", id="e1", at_ms=START)
        with journal._reading() as connection:
            assert erasing.needs_scrubbing(connection)
    with open_journal(file_place, clock=clock) as journal, journal._reading() as connection:
        assert not erasing.needs_scrubbing(connection)
        assert SECRET.encode() not in _bytes_of(file_place.folder)


def test_a_reader_that_holds_on_is_reported_and_the_next_start_finishes(
    file_place: Place, clock: Clock
) -> None:
    with open_journal(file_place, clock=clock) as journal:
        journal.append(note(1, texts={"why": SECRET}))
        reader = sqlite3.connect(file_place.database, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM texts").fetchall()
        journal.erase("r1#why", id="e1", at_ms=START)
        assert any("a reader holds on" in words for words in journal.warnings)
        reader.close()
    with open_journal(file_place, clock=clock):
        assert SECRET.encode() not in _bytes_of(file_place.folder)


def test_only_a_text_that_is_there_can_be_erased(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        journal.append(note(1, texts={"why": SECRET}))
        with pytest.raises(UnknownRecord, match="no text of this name"):
            journal.erase("r1#nothing", id="e1", at_ms=START)
        assert journal.get("e1") is None
        journal.erase("r1#why", id="e1", at_ms=START)
        with pytest.raises(UnknownRecord):
            journal.erase("r1#why", id="e2", at_ms=START)
        with pytest.raises(IdConflict):
            journal.erase("r1#why", id="r1", at_ms=START)


def test_repeating_an_append_after_its_text_was_erased_is_safe(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        journal.append(note(1, texts={"why": SECRET}))
        journal.erase("r1#why", id="e1", at_ms=START)
        assert journal.append(note(1, texts={"why": SECRET})).repeated
        assert journal.text("r1#why") is None


def test_the_same_sentence_has_another_commitment_each_time(file_place: Place, clock: Clock) -> None:
    with open_journal(file_place, clock=clock) as journal:
        held = {journal.append(note(n, texts={"why": SECRET})).texts["why"] for n in range(5)}
    assert len(held) == 5


def test_what_a_text_says_is_in_no_record(file_place: Place, clock: Clock) -> None:
    filled(file_place, 3)
    with open_journal(file_place, clock=clock) as journal:
        journal.append(Entry("answer", {"field": "why"}, id="x", at_ms=START, texts={"why": SECRET}))
    with sqlite3.connect(file_place.database) as connection:
        stored = b"".join(row[0] for row in connection.execute("SELECT stored FROM records"))
    connection.close()
    assert SECRET.encode() not in stored
