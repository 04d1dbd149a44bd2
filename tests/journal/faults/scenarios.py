"""What happens to a journal, twenty things and one, each short: to crash and to fail at every write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ringfence.errors import IdConflict
from ringfence.store.journal import Entry, Journal, Place, Query, open_journal, restore
from ringfence.store.journal.anchors import AnchorFile
from ringfence.store.journal.values import Head, Stored
from tests.journal.books import START, Clock, note
from tests.journal.faults import dbapi
from tests.journal.faults.disk import Disk, Mounted

Tell = Callable[[tuple[str, ...]], None]


def told(tell: Tell, *stored: Stored) -> None:
    """The client has the answer: from here on the records have to be there."""
    for one in stored:
        tell(("stored", one.id, one.hash))


def _append(journal: Journal, tell: Tell) -> None:
    told(tell, journal.append(note(100)))


def _text(journal: Journal, tell: Tell) -> None:
    told(tell, journal.append(note(101, texts={"why": "a reason", "when": "a time"})))


def _three(journal: Journal, tell: Tell) -> None:
    for number in (102, 103, 104):
        told(tell, journal.append(note(number)))


def _batch(journal: Journal, tell: Tell) -> None:
    told(tell, *journal.append_all([note(n) for n in range(110, 118)]))


def _large_batch(journal: Journal, tell: Tell) -> None:
    told(tell, *journal.append_all([note(n) for n in range(200, 290)]))


def _repeat(journal: Journal, tell: Tell) -> None:
    told(tell, journal.append(note(1)))
    told(tell, journal.append(note(120)), journal.append(note(120)))


def _conflict(journal: Journal, tell: Tell) -> None:
    with suppress(IdConflict):
        journal.append(Entry("note", {}, id="r1", at_ms=0))
    told(tell, journal.append(note(121)))


def _erase(journal: Journal, tell: Tell) -> None:
    told(tell, journal.erase("r0#why", id="e1", at_ms=START))
    tell(("erased", "r0#why"))


def _erase_and_append(journal: Journal, tell: Tell) -> None:
    _erase(journal, tell)
    _append(journal, tell)


def _rebuild(journal: Journal, _tell: Tell) -> None:
    journal.rebuild()


def _anchor(journal: Journal, tell: Tell) -> None:
    _append(journal, tell)
    journal.anchor()


def _large(journal: Journal, tell: Tell) -> None:
    told(tell, journal.append(Entry("snapshot", {"x": "y" * 60_000}, id="big", at_ms=START)))


def _due(journal: Journal, tell: Tell) -> None:
    journal._held.clock.now += 61_000  # type: ignore[attr-defined]  # the tests' clock
    told(tell, journal.append(note(130)))
    journal._held.clock.now += 61_000  # type: ignore[attr-defined]
    journal.anchor_if_due()


def _read(journal: Journal, tell: Tell) -> None:
    journal.find(Query())
    journal.verify()
    _append(journal, tell)


def _scrub(journal: Journal, _tell: Tell) -> None:
    journal.scrub()


def _own(journal: Journal, tell: Tell) -> None:
    told(tell, journal.append_own(Entry("key", {"public_key": "00" * 32}, id="key-x", at_ms=START)))


def _nothing(_journal: Journal, _tell: Tell) -> None:
    """Opened and closed."""


def _many_kinds(journal: Journal, tell: Tell) -> None:
    for kind in ("plan", "lock", "permit"):
        told(tell, journal.append(Entry(kind, {"n": "1"}, id=f"k-{kind}", at_ms=START, parent_id="r1")))


@dataclass(frozen=True)
class Scenario:
    """What is done, to which store: ``full``, ``none``, ``old`` (at 0001), ``unsealed``, ``backup``."""

    name: str
    act: Callable[[Journal, Tell], None]
    store: str = "full"


SCENARIOS = (
    Scenario("append", _append),
    Scenario("append-text", _text),
    Scenario("append-three", _three),
    Scenario("batch", _batch),
    Scenario("large-batch", _large_batch),
    Scenario("repeat", _repeat),
    Scenario("conflict", _conflict),
    Scenario("erase", _erase),
    Scenario("erase-append", _erase_and_append),
    Scenario("rebuild", _rebuild),
    Scenario("anchor", _anchor),
    Scenario("large", _large),
    Scenario("due", _due),
    Scenario("read", _read),
    Scenario("scrub", _scrub),
    Scenario("own", _own),
    Scenario("kinds", _many_kinds),
    Scenario("create", _append, "none"),
    Scenario("migrate", _append, "old"),
    Scenario("reopen-unsealed", _nothing, "unsealed"),
    Scenario("restore", _nothing, "backup"),
)


def run(scenario: Scenario, place: Place, tell: Tell, *, backup: Path | None = None) -> Journal | None:
    """Open, act, close; returns the journal, closed, where there is one."""
    if scenario.store == "backup" and backup is not None:
        restore(backup, place, clock=Clock())
        return None
    journal = open_journal(place, clock=Clock())
    try:
        scenario.act(journal, tell)
    except BaseException as error:
        error.journal = journal  # type: ignore[attr-defined]  # whoever caught it may look at it
        raise
    finally:
        journal.close()
    return journal


@contextmanager
def mounted(place: Place, disk: Disk) -> Iterator[Place]:
    """The place on a disk made of memory."""
    with Mounted(disk) as system:
        yield replace(place, connect=system.connect, module=dbapi)


class Watched:
    """Notes each anchor as it is written, so that a crash finds the second place as it was at that moment."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.original = AnchorFile.append

    def __enter__(self) -> None:
        original, tell = self.original, self.tell

        def append(self: AnchorFile, head: Head, *, label: str = "ringfence-anchor-1") -> str:
            line = original(self, head, label=label)
            tell(("anchored", self.journal_id, line))
            return line

        AnchorFile.append = append  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        AnchorFile.append = self.original  # type: ignore[method-assign]


def second_place(folder: Path, start: dict[str, str], promises: list[tuple[str, ...]]) -> Path:
    """The second place as it was when these promises had been made."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = dict(start)
    for promise in promises:
        if promise[0] == "anchored":
            texts[promise[1]] = texts.get(promise[1], "") + promise[2] + "\n"
    for old in folder.glob("*.txt"):
        old.unlink()
    for journal_id, text in texts.items():
        (folder / f"{journal_id}.txt").write_text(text, "utf-8")
    return folder


def keep_promises(place: Place, promises: list[tuple[str, ...]]) -> None:
    """Open as after a crash, and hold the journal to what was said; then it must take a record."""
    with open_journal(place, clock=Clock(START + 1_000)) as journal:
        for promise in promises:
            if promise[0] == "stored":
                found = journal.get(promise[1])
                assert found is not None, f"acknowledged and lost: {promise}"
                assert found.hash == promise[2], f"acknowledged and changed: {promise}"
            elif promise[0] == "erased":
                assert journal.text(promise[1]) is None, f"erased and back: {promise}"
        # Opening has verified everything; what is left to see is that the journal goes on.
        assert journal.append(note(999)).seq == journal.last_seq
