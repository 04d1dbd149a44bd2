"""Where ringfence keeps what it remembers, and how it writes there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import platformdirs

from ringfence.errors import BadFile

VARIABLE = "RINGFENCE_HOME"
ANCHORS_VARIABLE = "RINGFENCE_ANCHORS"


def home() -> Path:
    """The folder for data: ``RINGFENCE_HOME`` where it is set, else the system's folder for a user's data."""
    return Path(os.environ.get(VARIABLE) or platformdirs.user_data_dir("ringfence", appauthor=False))


def anchor_folder() -> Path:
    """Where a journal's anchors go: ``RINGFENCE_ANCHORS``, else the system's folder for a user's state."""
    stated = os.environ.get(ANCHORS_VARIABLE)
    return Path(stated or platformdirs.user_state_dir("ringfence", appauthor=False)) / "anchors"


def write_whole(path: Path, text: str, *, mode: int = 0o666) -> None:
    """Write a file so that a reader, and a crash, meet the old content or the new, never a part.

    Args:
        mode: who may do what with it, less what the user's umask takes away.
    Raises:
        BadFile: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
        # Not a private temporary file, unless asked for: it is for whomever the user's umask lets read.
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            name.replace(path)
        except BaseException:
            name.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise BadFile(
            f"cannot be written: {error.strerror}",
            path=str(path),
            hint=f"name another folder with {VARIABLE}",
        ) from None


def sync_folder(folder: Path) -> None:
    """The new name itself survives a power cut; not every system lets a folder be opened for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
