"""D4: the power fails at any moment of a recorded life of a journal, 20,000 times.

The life is the product's own: its statements, its settings, on a disk that remembers. What was synced is
kept; of what was not, each write is lost, kept or torn by itself. The remains are opened by the real SQLite.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from ringfence.store.journal import Entry, Place, engine, open_journal
from ringfence.store.journal.chain import walk
from ringfence.store.journal.verify import ALL_ROWS
from tests.journal.books import START, Clock, filled, note
from tests.journal.faults.disk import Disk, Op, images_after_power_loss
from tests.journal.faults.scenarios import mounted

CUTS = 20_000
SEED = 20_261_122


def _life(place: Place, disk: Disk) -> dict[str, bytearray]:
    """Record a life: records, batches, texts, an erasure, checkpoints; returns the disk it began with."""
    with mounted(place, disk) as here:
        filled(here, 6)
        start = {name: bytearray(data) for name, data in disk.files.items()}
        disk.ops.clear()
        with open_journal(here, clock=Clock()) as journal:
            for number in range(100, 124):
                disk.promise((stored := journal.append(note(number))).seq)
                if number == 110:
                    disk.promise(journal.append_all([note(n) for n in range(130, 140)])[-1].seq)
                if number == 116:
                    disk.promise(journal.erase("r0#why", id="e", at_ms=START).seq)
            large = Entry("snapshot", {"x": "y" * 30_000}, id="big", at_ms=START, texts={"t": "z" * 9_000})
            disk.promise((stored := journal.append(large)).seq)
        assert stored.seq > 30
    return start


class Violations:
    """What a campaign found: acknowledged records that are lost, and stores that are damaged."""

    def __init__(self) -> None:
        self.lost, self.damaged, self.cuts, self.recovered = 0, 0, 0, set[int]()
        self.walked: dict[tuple[object, ...], tuple[int, bool]] = {}


def _campaign(
    ops: list[Op], start: dict[str, bytearray], folder: Path, *, cuts: int, seed: int = SEED
) -> Violations:
    found, path = Violations(), folder / "journal.db"
    promised = 0
    last: bytearray | None = None
    for moment, image in islice(images_after_power_loss(ops, start, seed=seed), cuts):
        if moment == 0:
            promised = 0
        op = ops[moment]
        if op.what == "said":
            promised = op.promise
        if image["journal.db"] is not last:
            path.write_bytes(image["journal.db"])
        Path(f"{path}-wal").write_bytes(image.get("journal.db-wal", b""))
        last = None
        found.cuts += 1
        _check(path, promised, found)
    return found


def _check(path: Path, promised: int, found: Violations) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=OFF")
        # A check of the whole file takes most of the time; every fifth cut gets one.
        if found.cuts % 5 == 0 and connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            found.damaged += 1
            return
        rows = tuple(connection.execute(ALL_ROWS))
        # Most cuts leave one of few states: the same rows are walked along once.
        if rows not in found.walked:
            seen = walk((*row[:4], row[4:]) for row in rows)
            found.walked[rows] = seen.last_seq, bool(seen.problems)
        last_seq, damaged = found.walked[rows]
        found.damaged += damaged
        found.lost += last_seq < promised
        found.recovered.add(last_seq)
    except sqlite3.DatabaseError:
        found.damaged += 1
    finally:
        connection.close()
        for name in ("-wal", "-shm"):
            Path(f"{path}{name}").unlink(missing_ok=True)


@pytest.fixture
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: the images are written to be read once."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    with tempfile.TemporaryDirectory(dir=memory if usable else tmp_path) as folder:
        yield Path(folder)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The journal's own settings, with a log that is written back often, so that this is cut off too."""
    often = tuple(one.replace("wal_autocheckpoint=1000", "wal_autocheckpoint=40") for one in engine.WRITER)
    monkeypatch.setattr(engine, "WRITER", often)
    return monkeypatch


def test_no_acknowledged_record_is_lost_when_power_fails(
    tmp_path: Path, fast_folder: Path, settings: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    start = _life(Place(tmp_path / "j", anchors=tmp_path / "a"), disk)
    found = _campaign(disk.ops, start, fast_folder, cuts=CUTS)
    print(f"D4: {found.cuts} cuts, seed {SEED}, {len(disk.ops)} operations, {len(found.recovered)} states")
    assert (found.lost, found.damaged) == (0, 0)
    assert len(found.recovered) > 25, "the cuts reach every part of the life"


def test_the_power_test_notices_a_journal_that_does_not_sync(
    tmp_path: Path, fast_folder: Path, settings: pytest.MonkeyPatch
) -> None:
    normal = tuple(one.replace("synchronous=FULL", "synchronous=NORMAL") for one in engine.WRITER)
    settings.setattr(engine, "WRITER", normal)
    disk = Disk()
    start = _life(Place(tmp_path / "j", anchors=tmp_path / "a"), disk)
    found = _campaign(disk.ops, start, fast_folder, cuts=1_500)
    assert found.lost > 100
    assert found.damaged == 0


def test_the_power_test_notices_a_disk_that_lies(
    tmp_path: Path, fast_folder: Path, settings: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    start = _life(Place(tmp_path / "j", anchors=tmp_path / "a"), disk)
    lying = [replace(op, what="said", promise=None) if op.what == "sync" else op for op in disk.ops]
    promised = 0
    for place, op in enumerate(lying):
        promised = op.promise or promised if op.what == "said" else promised
        if op.what == "said":
            lying[place] = replace(op, promise=promised)
    found = _campaign(lying, start, fast_folder, cuts=1_500)
    assert found.lost > 100
    assert found.damaged > 0
