"""The key that signs heads: made on first use, beside the journal, for its owner's eyes only."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ringfence.errors import JournalDamaged
from ringfence.store.home import write_whole

LABEL = "ringfence-key-1"


class Signer:
    """An Ed25519 key and its public half, as 32 bytes."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """64 bytes that only this key can make."""
        return self._key.sign(message)


def signer(path: Path) -> Signer:
    """The key of a file; where there is none, one is made.

    Raises:
        JournalDamaged: the file is not as it was written.
    """
    try:
        return _read(path)
    except FileNotFoundError:
        made = Ed25519PrivateKey.generate()
        write_whole(path, _spelled(made), mode=0o600)
        return _read(path)


def _spelled(key: Ed25519PrivateKey) -> str:
    """The file's one line: both halves, so that a damaged one is noticed."""
    return f"{LABEL} {key.private_bytes_raw().hex()} {key.public_key().public_bytes_raw().hex()}\n"


def _read(path: Path) -> Signer:
    text = path.read_bytes().decode("ascii", "replace")
    try:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.split(" ")[1]))
        if _spelled(key) == text:
            return Signer(key)
    except (ValueError, IndexError):
        pass
    hint = "put the file back from a copy, or move it away: a new key is then made and recorded"
    raise JournalDamaged("the signing key is not as it was written", path=str(path), hint=hint)


def open_to_others(path: Path) -> bool:
    """Whether somebody beside its owner may read the key, where the system can say so."""
    return os.name == "posix" and path.stat().st_mode & 0o077 != 0


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the key made this signature of this message."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
