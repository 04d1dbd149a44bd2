"""Where ringfence keeps what it remembers, and how it writes there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import platformdirs

from ringfence.errors import BadFile

VARIABLE = "RINGFENCE_HOME"


def home() -> Path:
    """The folder for data: ``RINGFENCE_HOME`` where it is set, else the system's folder for a user's data."""
    return Path(os.environ.get(VARIABLE) or platformdirs.user_data_dir("ringfence", appauthor=False))


def write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader, and a crash, meet the old content or the new, never a part.

    Raises:
        BadFile: the folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        name = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
        # Not a private temporary file: what is written is for whomever the user's umask lets read.
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            name.replace(path)
        except BaseException:
            name.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise BadFile(
            f"cannot be written: {error.strerror}",
            path=str(path),
            hint=f"name another folder with {VARIABLE}",
        ) from None


def _sync_folder(folder: Path) -> None:
    """The new name itself survives a power cut; not every system lets a folder be opened for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
