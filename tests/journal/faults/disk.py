"""A disk made of memory: it remembers every write in order, and can be cut off or fail at any of them.

SQLite runs on it through apsw's virtual file system; the journal runs on that through a thin DB-API, with its
own statements and settings. Simulated: the disk, and one process (`locking_mode=EXCLUSIVE`, for which SQLite
needs no shared memory). Not simulated: the key and the anchors, which lie in real files.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512


@dataclass(frozen=True, slots=True)
class Op:
    """One thing done: ``write``, ``truncate``, ``sync``, ``delete``, or ``said``: a promise to a client."""

    what: str
    name: str = ""
    offset: int = 0
    data: bytes = b""
    promise: Any = None


@dataclass
class Disk:
    """Files and the operations on them.

    Attributes:
        fail_at: the operation that fails, counted from 1; 0: none. failure: ``io`` or ``full``; a sync fails
            as such. record: whether operations are remembered. count: how many there were.
    """

    files: dict[str, bytearray] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    fail_at: int = 0
    failure: str = "io"
    record: bool = True
    count: int = 0

    def do(self, op: Op) -> None:
        """Count, perhaps fail, and perform."""
        self.count += 1
        if self.count == self.fail_at:
            if op.what != "sync" and self.failure == "full":
                raise apsw.FullError("full")
            raise apsw.IOError("sync" if op.what == "sync" else "io")
        perform(self.files, op)
        if self.record:
            self.ops.append(op)

    def promise(self, what: Any) -> None:
        """Note that a client was told something."""
        self.ops.append(Op("said", promise=what))


def perform(files: dict[str, bytearray], op: Op) -> None:
    """Do it to the files."""
    if op.what == "write":
        held = files.setdefault(op.name, bytearray())
        if len(held) < op.offset:
            held.extend(bytes(op.offset - len(held)))
        held[op.offset : op.offset + len(op.data)] = op.data
    elif op.what == "truncate":
        held = files.setdefault(op.name, bytearray())
        del held[op.offset :]
        held.extend(bytes(op.offset - len(held)))
    elif op.what == "delete":
        files.pop(op.name, None)


class _File:
    """One open file of the disk, as SQLite's virtual file system wants it."""

    def __init__(self, disk: Disk, name: str, *, temporary: bool) -> None:
        self.disk, self.name, self.temporary = disk, name, temporary
        self.held = bytearray() if temporary else disk.files.setdefault(name, bytearray())

    def _now(self) -> bytearray:
        return self.held if self.temporary else self.disk.files.setdefault(self.name, bytearray())

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802  # SQLite's names
        return bytes(self._now()[offset : offset + amount])

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        op = Op("write", self.name, offset, bytes(data))
        perform({self.name: self.held}, op) if self.temporary else self.disk.do(op)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        op = Op("truncate", self.name, size)
        perform({self.name: self.held}, op) if self.temporary else self.disk.do(op)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        if not self.temporary:
            self.disk.do(Op("sync", self.name))

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._now())

    def xLock(self, _level: int) -> None:  # noqa: N802
        """One process: every lock is had."""

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        """One process: every lock is had."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _op: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0  # nothing is promised: no atomic writes, no safe appends

    def xClose(self) -> None:  # noqa: N802
        """Nothing to give back."""


class _System(apsw.VFS):
    """The virtual file system of one disk; the clock and randomness are the real one's."""

    def __init__(self, name: str, disk: Disk) -> None:
        self.disk = disk
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        temporary = path is None or bool(flags[0] & apsw.SQLITE_OPEN_DELETEONCLOSE)
        return _File(self.disk, "" if path is None else Path(str(path)).name, temporary=temporary)

    def xDelete(self, name: str, _sync: bool) -> None:  # noqa: N802
        self.disk.do(Op("delete", Path(name).name))

    def xAccess(self, name: str, _flags: int) -> bool:  # noqa: N802
        return Path(name).name in self.disk.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name


class Mounted:
    """A disk with a name under which SQLite finds it; to be unmounted."""

    _serial = iter(range(10**9))

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.name = f"disk{next(self._serial)}"
        self._system = _System(self.name, disk)

    def __enter__(self) -> Mounted:
        return self

    def __exit__(self, *_: object) -> None:
        self._system.unregister()

    def connect(self, path: Path, write: bool) -> Any:
        """What the journal calls instead of the standard library's `sqlite3.connect`."""
        from tests.journal.faults import dbapi  # the two know each other

        connection = dbapi.Connection(apsw.Connection(path.name, vfs=self.name))
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        return connection


def images_after_power_loss(
    ops: list[Op], start: dict[str, bytearray], *, seed: int
) -> Iterator[tuple[int, dict[str, bytearray]]]:
    """Without end: a moment of a recording, and what a disk may hold when power fails then.

    What was synced is kept. Of what was not, each write is lost, kept, or torn at a sector, by itself.
    """
    draw = random.Random(seed)
    while True:
        durable = {name: bytearray(data) for name, data in start.items()}
        pending: dict[str, list[Op]] = {}
        for moment, op in enumerate(ops):
            if op.what in ("write", "truncate"):
                pending.setdefault(op.name, []).append(op)
            elif op.what == "sync":
                for one in pending.pop(op.name, []):
                    perform(durable, one)
            elif op.what == "delete":
                pending.pop(op.name, None)
                perform(durable, op)
            yield moment, _survived(durable, pending, draw)


def _survived(
    durable: dict[str, bytearray], pending: dict[str, list[Op]], draw: random.Random
) -> dict[str, bytearray]:
    image = {name: bytearray(data) if name in pending else data for name, data in durable.items()}
    for ops in pending.values():
        for op in ops:
            fate = draw.randrange(4)
            if fate == 0:
                continue
            if fate == 1 and op.what == "write" and len(op.data) > SECTOR:
                kept = SECTOR * draw.randrange(1, len(op.data) // SECTOR)
                perform(image, Op("write", op.name, op.offset, op.data[:kept]))
            else:
                perform(image, op)
    return image
