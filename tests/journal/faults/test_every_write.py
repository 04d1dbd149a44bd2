"""D3, D5, D6: scenarios crashed at every write, and failed at every write, each followed by a new start."""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from ringfence.errors import JournalError, JournalStopped, RingfenceError
from ringfence.store.journal import Place, open_journal
from tests.journal.books import Clock, filled, note
from tests.journal.faults.disk import Disk, Op, perform
from tests.journal.faults.scenarios import (
    SCENARIOS,
    Scenario,
    Watched,
    keep_promises,
    mounted,
    run,
    second_place,
)
from tests.journal.released import old_store


@dataclass(frozen=True)
class Store:
    """A store to begin with: its files on the disk, its second place, its key's folder, its backup."""

    files: dict[str, bytes]
    anchors: dict[str, str]
    place: Place
    backup: Path

    def disk(self) -> Disk:
        """A disk that holds the files."""
        return Disk({name: bytearray(data) for name, data in self.files.items()})


def _made(folder: Path, store: str) -> Store:
    place = Place(folder / "journal", anchors=folder / "second")
    disk = Disk()
    if store == "old":
        disk.files["journal.db"] = bytearray(old_store(place))
    elif store != "none":
        with mounted(place, disk) as here:
            filled(here, 12)
            if store == "unsealed":
                _left_unsealed(here, disk)
            if store == "backup":
                with open_journal(here, clock=Clock()) as journal:
                    journal.backup(folder / "backup.jsonl")
    files = {} if store == "backup" else {name: bytes(data) for name, data in disk.files.items()}
    anchors = {one.stem: one.read_text("utf-8") for one in (folder / "second").glob("*.txt")}
    return Store(files, anchors, place, folder / "backup.jsonl")


def _left_unsealed(place: Place, disk: Disk) -> None:
    """What a killed process leaves: records that no head covers yet, in a log that was not written back."""
    journal = open_journal(place, clock=Clock())
    journal.append(note(50))
    left = {name: bytearray(data) for name, data in disk.files.items()}
    journal._stopped = "killed"
    journal.close()
    disk.files.clear()
    disk.files.update(left)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Store]:
    kinds = sorted({scenario.store for scenario in SCENARIOS})
    return {kind: _made(tmp_path_factory.mktemp(kind), kind) for kind in kinds}


def _attempt(
    scenario: Scenario, store: Store, disk: Disk
) -> tuple[list[tuple[str, ...]], BaseException | None]:
    """Run it on a disk; what was promised, and what stopped it."""
    promises: list[tuple[str, ...]] = []

    def tell(promise: tuple[str, ...]) -> None:
        promises.append(promise)
        disk.promise(promise)

    second = second_place(store.place.folder / "now", store.anchors, [])
    # Drawn alike each time: then a failure mostly leaves what a crash left, which is held once.
    draw = random.Random(20_261_122)
    alike = patch.multiple(
        secrets, token_bytes=draw.randbytes, token_hex=lambda size: draw.randbytes(size).hex()
    )
    with mounted(replace(store.place, anchors=second), disk) as here, Watched(tell), alike:
        try:
            run(scenario, here, tell, backup=store.backup)
        except RingfenceError as error:
            return promises, error
    return promises, None


_HELD: set[bytes] = set()


def _hold(store: Store, files: dict[str, bytearray], promises: list[tuple[str, ...]]) -> None:
    """Hold what a disk was left with to what was promised; the same disk and promises are held once."""
    state = repr((store.place.folder, sorted(files.items()), store.anchors, promises)).encode()
    if (digest := sha256(state).digest()) in _HELD:
        return
    _HELD.add(digest)
    second = second_place(store.place.folder / "then", store.anchors, promises)
    with mounted(replace(store.place, anchors=second), Disk(files, record=False)) as here:
        keep_promises(here, promises)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_a_crash_at_any_write_loses_nothing(scenario: Scenario, stores: dict[str, Store]) -> None:
    store = stores[scenario.store]
    disk = store.disk()
    _, stopped = _attempt(scenario, store, disk)
    assert stopped is None, stopped
    assert _crash_everywhere(store, disk.ops) > 3


def _crash_everywhere(store: Store, ops: list[Op]) -> int:
    """Crash before each write of a recording and after the last; the number of crashes."""
    files, crashes = store.disk().files, 0
    promises: list[tuple[str, ...]] = []
    for op in ops:
        if op.what == "said":
            promises.append(op.promise)
        elif op.what != "sync":
            # A killed process: what was written is there, whether it was synced or not.
            _hold(store, {name: bytearray(data) for name, data in files.items()}, promises)
            perform(files, op)
            crashes += 1
    _hold(store, files, promises)
    return crashes


# A restore creates a store and fills it: both are failed at every write already, and it has tests of its own.
@pytest.mark.parametrize(
    "scenario", [one for one in SCENARIOS if one.name != "restore"], ids=lambda one: one.name
)
def test_a_failure_at_any_write_stops_the_journal_and_loses_nothing(
    scenario: Scenario, stores: dict[str, Store]
) -> None:
    store = stores[scenario.store]
    stops, at = 0, 0
    while True:
        at += 1
        disk = store.disk()
        disk.fail_at, disk.failure = at, "io" if at % 2 else "full"
        disk.record = False
        promises, error = _attempt(scenario, store, disk)
        if disk.count < at:
            break
        if error is not None:
            assert isinstance(error, JournalError), error
            _takes_nothing_more(error)
            stops += 1
        disk.fail_at = 0
        _hold(store, disk.files, promises)
    assert stops > 3 or scenario.name in QUIET, f"{scenario.name}: {stops} of {at}"


QUIET = ("reopen-unsealed",)
"""Where few writes fail loudly: what is written when a journal closes is written again when it opens."""


def _takes_nothing_more(error: Any) -> None:
    journal = getattr(error, "journal", None)
    if journal is not None:
        with pytest.raises(JournalStopped):
            journal.append(note(500))


def test_the_crash_test_notices_an_acknowledgement_before_the_commit(stores: dict[str, Store]) -> None:
    store = stores["full"]

    def early(journal: Any, tell: Any) -> None:
        stored = journal.append(note(100))
        place = len(journal_disk.ops) - 8
        journal_disk.ops.insert(
            place, type(journal_disk.ops[0])("said", promise=("stored", stored.id, stored.hash))
        )

    journal_disk = store.disk()
    _attempt(Scenario("early", early), store, journal_disk)
    with pytest.raises(AssertionError, match="acknowledged and lost"):
        _crash_everywhere(store, journal_disk.ops)
