"""T4: the end of the journal is signed in time, and the signature is written to a second place."""

from __future__ import annotations

import os
import shutil
import stat
import threading
from pathlib import Path

import pytest

from ringfence.service.context import Context
from ringfence.service.mirror.journal import journal_verify
from ringfence.service.mirror.requests_plan import JournalVerifyRequest
from ringfence.service.shelf import Shelf
from ringfence.store.journal import Journal, Place, open_journal
from ringfence.store.journal.anchors import AnchorFile, parse_line
from tests.journal.books import Clock, check, filled, note


def _heads(journal: Journal) -> list[int]:
    from ringfence.store.journal.verify import read_heads

    with journal._reading() as connection:
        return [head.seq for head in read_heads(connection)]


def _lines(place: Place) -> list[str]:
    (path,) = place.second.glob("*.txt")
    return path.read_text("utf-8").splitlines()


def test_a_head_is_signed_every_thousand_records(file_place: Place, clock: Clock) -> None:
    with open_journal(file_place, clock=clock) as journal:
        for number in range(1_500):
            journal.append(note(number))
        assert _heads(journal) == [1, 1_001]
    assert [int(line.split()[2]) for line in _lines(file_place)] == [1, 1_001, 1_501]


def test_a_head_is_signed_every_sixty_seconds_and_when_the_journal_closes(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        journal.append(note(1))
        assert not journal.anchor_if_due()
        clock.now += 59_999
        journal.append(note(2))
        assert _heads(journal) == [1]
        clock.now += 1
        journal.append(note(3))
        assert _heads(journal) == [1, 4]
        journal.append(note(4))
        clock.now += 60_000
        assert journal.anchor_if_due()
        assert not journal.anchor_if_due()
        assert _heads(journal) == [1, 4, 5]
        journal.append(note(5))
    with open_journal(place, clock=clock, write=False) as journal:
        assert _heads(journal) == [1, 4, 5, 6]
        assert journal.verify().anchored_seq == 6


def test_a_batch_is_signed_at_once(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        journal.append_all([note(n) for n in range(5)])
        assert _heads(journal) == [1, 6]


def test_the_line_that_reports_print_can_be_checked_by_itself(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as journal:
        journal.append(note(1))
        line = journal.anchor()
        assert line == journal.anchor(), "nothing new, nothing signed"
        anchor = parse_line(line, journal_id=journal.journal_id)
        head = journal.head()
    assert anchor is not None
    assert anchor.head == head
    assert (anchor.head.seq, len(anchor.head.hash)) == (2, 64)
    assert _lines(place)[-1] == line


def test_a_missing_second_place_is_a_warning_and_is_written_again(place: Place, clock: Clock) -> None:
    filled(place, 5)
    for path in place.second.glob("*.txt"):
        path.unlink()
    verified = check(place)
    assert verified.ok
    assert any("no anchor" in words for words in verified.warnings)
    with open_journal(place, clock=clock) as journal:
        assert any("no anchor" in words for words in journal.warnings)
    assert check(place).warnings == ()


def test_an_aged_second_place_is_a_warning(place: Place, clock: Clock) -> None:
    filled(place, 5)
    old = {path: path.read_text("utf-8") for path in place.second.glob("*.txt")}
    with open_journal(place, clock=clock) as journal:
        later = note(7)
        journal.append(type(later)(later.kind, later.body, id="later", at_ms=later.at_ms + 600_000))
    for path, text in old.items():
        path.write_text(text, "utf-8")
    verified = check(place)
    assert verified.ok
    assert any("older than it should be" in words for words in verified.warnings)


def test_a_second_place_that_cannot_be_written_is_a_warning_and_no_failure(
    tmp_path: Path, clock: Clock
) -> None:
    blocked = tmp_path / "second"
    blocked.write_text("a file where a folder should be", "utf-8")
    place = Place(tmp_path / "journal", anchors=blocked / "deeper")
    with open_journal(place, clock=clock) as journal:
        stored = journal.append_all([note(1)])
        assert stored[0].seq == 2
        assert any("could not be written" in words for words in journal.warnings)


@pytest.mark.parametrize("damage", ["torn", "foreign", "empty line"])
def test_a_damaged_line_is_named_and_counts_for_nothing(place: Place, clock: Clock, damage: str) -> None:
    filled(place, 5)
    (path,) = place.second.glob("*.txt")
    lines = path.read_text("utf-8").splitlines()
    bad = {"torn": lines[-1][:90], "foreign": lines[-1].replace("anchor-1 ", "anchor-1 00"), "empty line": ""}
    path.write_text("\n".join([lines[0], bad[damage], *lines[1:]]) + "\n", "utf-8")
    verified = check(place)
    assert verified.ok
    assert verified.warnings == ("line 2 of the anchors is damaged and counts for nothing",)


def test_half_a_line_left_by_a_crash_does_not_swallow_the_next(file_place: Place, clock: Clock) -> None:
    filled(file_place, 5)
    (path,) = file_place.second.glob("*.txt")
    path.write_bytes(path.read_bytes() + b"ringfence-anchor-1 torn")
    with open_journal(file_place, clock=clock) as journal:
        journal.append(note(9))
    anchors = AnchorFile(file_place.second, path.stem)
    assert [anchor is not None for _, anchor in anchors.lines()] == [True, True, False, True]


def test_a_journal_that_was_taken_away_is_missed(file_place: Place, clock: Clock) -> None:
    filled(file_place, 5)
    (before,) = file_place.second.glob("*.txt")
    file_place.database.unlink()
    with open_journal(file_place, clock=clock) as journal:
        assert journal.warnings == [
            f"this journal is new, and its key has signed another one before: {before.stem}"
        ]


def test_the_key_is_for_its_owners_eyes(place: Place, clock: Clock) -> None:
    filled(place, 1)
    key = place.folder / "journal.key"
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        key.chmod(0o644)
        with open_journal(place, clock=clock) as journal:
            assert any("others on this machine" in words for words in journal.warnings)


def test_a_lost_key_is_replaced_and_the_journal_says_so(place: Place, clock: Clock) -> None:
    filled(place, 3)
    (place.folder / "journal.key").unlink()
    with open_journal(place, clock=clock) as journal:
        assert any("a new signing key" in words for words in journal.warnings)
        journal.append(note(9))
    verified = check(place)
    assert verified.ok
    assert len(verified.keys) == 2
    assert verified.warnings == ("2 signing keys, introduced by records 1, 5",)


def test_what_a_killed_process_left_unsigned_is_signed_at_the_next_start(place: Place, clock: Clock) -> None:
    journal = open_journal(place, clock=clock)
    journal.append(note(1))
    journal._stopped = "killed"
    journal.close()
    with open_journal(place, clock=clock) as journal:
        assert any("records 2 to 2 were not signed yet" in words for words in journal.warnings)
        assert _heads(journal) == [1, 2]


def test_a_quiet_server_signs_what_waits_before_a_minute_is_over(file_place: Place, clock: Clock) -> None:
    shelf = Shelf(keeps=True)
    assert not shelf.tend(ahead_ms=30_000), "there is no journal yet"
    with shelf.taken(lambda: open_journal(file_place, clock=clock), write=True) as journal:
        journal.append_all([note(1), note(2)], seal=False)
    assert not shelf.tend(ahead_ms=30_000)
    clock.now += 30_000
    assert shelf.tend(ahead_ms=30_000), "the next look would come when a minute is over"
    assert not shelf.tend(ahead_ms=30_000)
    head = journal.head()
    assert head is not None
    assert head.seq == journal.last_seq == 3
    shelf.clear()
    assert not shelf.tend(ahead_ms=30_000)
    assert check(file_place).anchored_seq == 3


def test_a_server_looks_by_itself_and_ends_at_once(file_place: Place, clock: Clock) -> None:
    shelf, signed = Shelf(keeps=True), threading.Event()
    with shelf.taken(lambda: open_journal(file_place, clock=clock), write=True) as journal:
        journal.append_all([note(1)], seal=False)
    original = journal.anchor_if_due

    def watched(*, ahead_ms: int = 0) -> bool:
        done = original(ahead_ms=ahead_ms)
        signed.set() if done else None
        return done

    journal.anchor_if_due = watched  # type: ignore[method-assign]
    clock.now += 60_000
    with shelf.tended(every_s=0.01):
        assert signed.wait(timeout=30)
    assert not [one for one in threading.enumerate() if one.name == "ringfence journal"]
    shelf.clear()


def test_batches_that_are_not_sealed_are_signed_when_a_head_is_due(file_place: Place, clock: Clock) -> None:
    with open_journal(file_place, clock=clock) as journal:
        waiting = 0
        for number in range(0, 2_100, 300):
            journal.append_all([note(n) for n in range(number, number + 300)], seal=False)
            head = journal.head()
            assert head is not None
            waiting = journal.last_seq - head.seq
            assert waiting < 1_000
        assert waiting > 0
        clock.now += 60_000
        journal.append_all([note(5_000), note(5_001)], seal=False)
        assert journal.head().seq == journal.last_seq
        journal.append_all([note(6_000), note(6_001)], seal=False)
    found = check(file_place)
    assert found.ok
    assert found.anchored_seq == found.records == 2_105


def test_an_anchor_that_could_not_be_written_is_told_of_until_one_can(
    file_place: Place, clock: Clock
) -> None:
    with open_journal(file_place, clock=clock) as journal:
        shutil.rmtree(file_place.second)
        file_place.second.write_text("in the way", "utf-8")
        for number in (1, 2):
            journal.append(note(number))
            journal.anchor()
        assert [words for words in journal.warnings if "could not be written" in words] == [
            words for words in journal.warnings if "record 3" in words
        ]
        file_place.second.unlink()
        journal.append(note(3))
        journal.anchor()
        assert not [words for words in journal.warnings if "could not be written" in words]


def test_what_a_server_noticed_is_in_the_answer_to_a_person(tmp_path: Path) -> None:
    context = Context(tmp_path, shelf=Shelf(keeps=True))
    with context.journal() as journal:
        (tmp_path / "in the way").write_text("", "utf-8")
        journal._held.anchors = tmp_path / "in the way"
        journal.append_all([note(1)])
    answer = journal_verify(context, JournalVerifyRequest())
    context.shelf.clear()
    assert answer.ok
    assert any("the anchor of record 2 could not be written" in words for words in answer.warnings)
