"""One writer: a lock on a file, held by the system for as long as the process lives and no longer."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ringfence.errors import JournalBusy

SAID_AT = 1
"""Windows locks bytes, and a locked byte cannot be read: what the holder says starts behind it."""


class FolderLock:
    """The lock of one journal folder; what it says about its holder is for people, the lock decides."""

    def __init__(self, path: Path, *, since_ms: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle: int | None = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._handle)
        except OSError:
            said = _said(self._handle)
            self.release()
            raise JournalBusy(
                "another process is writing this journal",
                path=str(path.parent),
                value=_words(said),
                hint="end that process, or open the journal for reading",
            ) from None
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, b" " + json.dumps({"pid": os.getpid(), "since_ms": since_ms}).encode())

    def release(self) -> None:
        """Let another process write; to do it twice is safe."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _take(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # exists on Windows only

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, SAID_AT)
    else:
        import fcntl  # exists elsewhere only

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _said(handle: int) -> dict[str, object]:
    os.lseek(handle, SAID_AT, os.SEEK_SET)
    try:
        said: dict[str, object] = json.loads(os.read(handle, 1000))
    except (ValueError, OSError):
        return {}
    return said


def _words(said: dict[str, object]) -> str:
    return f"process {said.get('pid', 'unknown')}, since {said.get('since_ms', 'unknown')} ms UTC"
