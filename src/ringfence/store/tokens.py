"""Tokens: who may ask beyond this machine. Only their hashes are kept, in a file for its owner alone.

A token is 256 random bits, so its plain SHA-256 gives nothing away, and there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from ringfence.errors import BadFile, OutOfRange
from ringfence.limits import LIMITS, within
from ringfence.store.home import write_whole

PREFIX = "rf_"
FILE_BYTES = 1_000_000
_FIX = "ringfence token new makes a new file; keep the old one if you want to look into it"


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; not the token.

    Attributes:
        name: the actor it stands for. scopes: sorted. created, expires: dates; the last day is a good one.
        digest: SHA-256 of the token, hexadecimal.
    """

    name: str
    scopes: tuple[str, ...]
    created: str
    expires: str
    digest: str


def fresh_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """What is kept of a secret.

    >>> digest_of("rf_x")[:8]
    'd1de5798'
    """
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Tokens:
    """The tokens of one store, read anew whenever the file is another one: a revoked token ends at once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "tokens.json"
        self._read: tuple[tuple[int, int, int], tuple[Token, ...]] | None = None

    def all(self) -> tuple[Token, ...]:
        """Every token, expired ones too.

        Raises:
            BadFile: the file is damaged, or others than its owner may write it.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise BadFile(f"cannot be read: {error.strerror}", path=str(self.path)) from None
        mark = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._read is None or self._read[0] != mark:
            self._read = (mark, _tokens(self.path, found))
        return self._read[1]

    def of(self, secret: str, *, on: str) -> Token | None:
        """The token that a secret is, while it holds; looked for in a time that tells nothing."""
        digest, found = digest_of(secret), None
        for token in self.all():
            same = hmac.compare_digest(token.digest, digest)
            found = token if same else found
        return found if found is not None and on <= found.expires else None

    def holds(self, digest: str, *, on: str) -> Token | None:
        """The token with this hash, while it holds."""
        for token in self.all():
            if hmac.compare_digest(token.digest, digest) and on <= token.expires:
                return token
        return None

    def add(self, name: str, scopes: tuple[str, ...], *, created: str, expires: str) -> tuple[str, Token]:
        """Make a token; the secret is told here, and never again.

        Raises:
            OutOfRange: there is one of this name. LimitExceeded: too many.
        """
        secret = PREFIX + fresh_secret()
        with self._alone():
            kept = self.all()
            if any(token.name == name for token in kept):
                hint = f"ringfence token revoke {name}, or another name"
                raise OutOfRange("there is a token of this name", path="name", value=name, hint=hint)
            within(len(kept) + 1, "tokens_per_store", path="name")
            token = Token(name, tuple(sorted(scopes)), created, expires, digest_of(secret))
            self._write((*kept, token))
        return secret, token

    def revoke(self, name: str) -> Token:
        """Forget a token.

        Raises:
            OutOfRange: there is none of this name.
        """
        with self._alone():
            kept = self.all()
            for token in kept:
                if token.name == name:
                    self._write(tuple(one for one in kept if one is not token))
                    return token
        raise OutOfRange("no token of this name", path="name", value=name, hint="ringfence token list")

    def _write(self, tokens: tuple[Token, ...]) -> None:
        text = json.dumps({"version": 1, "tokens": [asdict(token) for token in tokens]}, indent=1)
        write_whole(self.path, text + "\n", mode=0o600)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time, so that of two changes none is lost; where the system has no such lock, by care."""
        try:
            import fcntl
        except ImportError:  # pragma: no cover  # Windows
            yield
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _tokens(path: Path, found: os.stat_result) -> tuple[Token, ...]:
    if os.name == "posix" and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise BadFile("others may write this file", path=str(path), hint=f"chmod 600 {path}")
    if found.st_size > FILE_BYTES:
        raise BadFile("too large for a file of tokens", path=str(path), hint=_FIX)
    try:
        listed = json.loads(path.read_text("utf-8"))["tokens"]
        tokens = tuple(Token(**{**one, "scopes": tuple(one["scopes"])}) for one in listed)
        if not all(isinstance(text, str) for one in tokens for text in (*_texts(one), *one.scopes)):
            raise TypeError("not a text")  # noqa: TRY301  # told like every other damage
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=str(path)) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadFile(f"not a file of tokens: {type(error).__name__}", path=str(path), hint=_FIX) from None
    return tokens[: LIMITS.tokens_per_store]


def _texts(token: Token) -> tuple[str, ...]:
    return token.name, token.created, token.expires, token.digest
