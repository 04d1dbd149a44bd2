"""D9: of two writers the second is refused within a second, told who the first is, and writes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringfence.errors import JournalBusy, JournalStopped
from ringfence.store.journal import Place, open_journal
from tests.journal.books import Clock, check, note
from tests.journal.conftest import postgres_place
from tests.support import ROOT

RACES = 20
WRITER = """
import sys
from pathlib import Path
from ringfence.errors import JournalBusy
from ringfence.store.journal import Place, open_journal
from tests.journal.books import Clock, note

place = Place(Path(sys.argv[1]), sys.argv[2], anchors=Path(sys.argv[3]))
print("loaded", flush=True)
for line in sys.stdin:
    number = int(line)
    try:
        with open_journal(place, clock=Clock()) as journal:
            journal.append(note(number))
            print("wrote", flush=True)
            sys.stdin.readline()
    except JournalBusy as error:
        print("busy", error.value, flush=True)
        sys.stdin.readline()
    print("closed", flush=True)
"""


class Writer:
    """A process that opens the journal when it is told to."""

    def __init__(self, place: Place) -> None:
        command = [sys.executable, "-c", WRITER, str(place.folder), place.url, str(place.second)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self.hear() == ["loaded"]

    def tell(self, words: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()

    def hear(self) -> list[str]:
        assert self.process.stdout is not None
        return self.process.stdout.readline().split()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def writers(place: Place) -> Iterator[tuple[Writer, Writer]]:
    open_journal(place, clock=Clock()).close()
    pair = Writer(place), Writer(place)
    yield pair
    for writer in pair:
        writer.end()


def test_of_two_that_race_one_writes(place: Place, writers: tuple[Writer, Writer]) -> None:
    written = 0
    for race in range(RACES):
        for side, writer in enumerate(writers):
            writer.tell(str(2 * race + side))
        heard = [writer.hear() for writer in writers]
        outcomes = sorted(words[0] for words in heard)
        assert outcomes == ["busy", "wrote"], heard
        for writer in writers:
            writer.tell("close")
        assert [writer.hear() for writer in writers] == [["closed"], ["closed"]]
        written += 1
    verified = check(place)
    assert verified.ok
    assert verified.records == 1 + written == 1 + RACES


def test_the_second_is_told_who_the_first_is(place: Place, clock: Clock) -> None:
    with open_journal(place, clock=clock) as first:
        first.append(note(1))
        start = time.monotonic()
        with pytest.raises(JournalBusy) as raised:
            open_journal(place, clock=clock)
        # Not a figure about speed: beyond a second it waited, which it must not.
        assert time.monotonic() - start < 1 or os.getloadavg()[0] > os.cpu_count()
        assert raised.value.value is not None
        assert raised.value.value.startswith("process ")
        if not place.url:
            assert f"process {os.getpid()}, since {clock.now} ms" in raised.value.value
        assert first.append(note(2)).seq == 3
    assert check(place).records == 3


def test_a_lock_file_without_a_living_holder_keeps_nobody_out(file_place: Place, clock: Clock) -> None:
    file_place.folder.mkdir(parents=True)
    (file_place.folder / "journal.lock").write_text(' {"pid": 1, "since_ms": 0}', "utf-8")
    with open_journal(file_place, clock=clock) as journal:
        assert journal.append(note(1)).seq == 2


def test_a_journal_that_failed_to_open_holds_no_lock(file_place: Place, clock: Clock) -> None:
    with open_journal(file_place, clock=clock):
        pass
    whole = file_place.database.read_bytes()
    file_place.database.write_bytes(b"no database" * 1_000)
    for _ in range(2):
        with pytest.raises(JournalStopped.__bases__[0]):
            open_journal(file_place, clock=clock)
    file_place.database.write_bytes(whole)
    with open_journal(file_place, clock=clock) as journal:
        assert journal.append(note(1)).seq == 2


def test_a_writer_that_lost_its_server_acknowledges_nothing_more(
    postgres_url: str, tmp_path: Path, clock: Clock
) -> None:
    import psycopg

    place = postgres_place(postgres_url, tmp_path)
    journal = open_journal(place, clock=clock)
    journal.append(note(1))
    with pytest.raises(JournalBusy) as busy:
        open_journal(place, clock=clock)
    pid = int(str(busy.value.value).split()[1].strip(","))
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    for _ in range(2):
        with pytest.raises(JournalStopped):
            journal.append(note(2))
    journal.close()
    with open_journal(place, clock=clock) as again:
        assert again.append(note(2)).seq == 3


def test_two_journals_do_not_keep_each_other_out(tmp_path: Path, clock: Clock) -> None:
    one, other = (Place(tmp_path / name, anchors=tmp_path / "second") for name in ("a", "b"))
    with open_journal(one, clock=clock) as first, open_journal(other, clock=clock) as second:
        assert first.append(note(1)).seq == second.append(note(1)).seq == 2
