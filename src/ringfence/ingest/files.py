"""Reading from disk and from standard input: the one place where bytes come in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.errors import BadFile, LimitExceeded
from ringfence.ingest.text import read_account, read_document
from ringfence.limits import LIMITS

STDIN = "-"


def load(
    source: str | Path, *, form: str | None = None, venue: str | None = None, on: str | None = None
) -> tuple[Account, Market]:
    """The account and its market from a file, or from standard input where ``source`` is ``"-"``.

    Args:
        form: ``toml``, ``json`` or ``ccxt``; None: told from the text itself.
        venue, on: for a ccxt document that does not name its venue or date.
    Raises:
        RingfenceError: BadFile, LimitExceeded for the file; else as `account_from`. Where no field is to
            blame the path is the file's.

    >>> load("none.toml")
    Traceback (most recent call last):
    ringfence.errors.BadFile: none.toml: no such file; ringfence init prints an account to start from
    """
    data = read_bytes(source)
    try:
        return read_account(data, form=form, venue=venue, on=on)
    except (BadFile, LimitExceeded) as error:
        raise error if error.path else error.under(name_of(source)) from None


def load_document(source: str | Path, *, venue: str | None = None, on: str | None = None) -> dict[str, Any]:
    """The tables of an account file, from disk or standard input, for whoever asks an operation.

    Raises:
        RingfenceError: as `load`, and `read_document` for what is in it.
    """
    data = read_bytes(source)
    try:
        return read_document(data, venue=venue, on=on)
    except (BadFile, LimitExceeded) as error:
        raise error if error.path else error.under(name_of(source)) from None


def name_of(source: str | Path) -> str:
    """How messages call a source.

    >>> name_of("-")
    'standard input'
    """
    return "standard input" if str(source) == STDIN else str(source)


def read_bytes(source: str | Path, *, limit: str = "input_bytes") -> bytes:
    """Every byte of a file or of standard input, up to a named limit.

    Raises:
        BadFile: no file, a directory, no permission. LimitExceeded: above the limit.
    """
    most: int = getattr(LIMITS, limit)
    with _opened(source) as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise LimitExceeded(
            f"at most {most:,} bytes allowed ({limit})",
            path=name_of(source),
            hint="split the file",
        )
    return data


@contextmanager
def _opened(source: str | Path) -> Iterator[BinaryIO]:
    name = name_of(source)
    try:
        if str(source) == STDIN:
            yield sys.stdin.buffer
        else:
            with Path(source).open("rb") as stream:
                yield stream
    except FileNotFoundError:
        hint = "ringfence init prints an account to start from"
        raise BadFile("no such file", path=name, hint=hint) from None
    except IsADirectoryError:
        raise BadFile("a directory, not a file", path=name, hint="name the file in it") from None
    except PermissionError:
        raise BadFile("may not be read", path=name, hint="check the permissions of the file") from None
    except (OSError, ValueError) as error:
        # A path with a NUL character is a ValueError, everything else the disk says an OSError.
        raise BadFile(f"cannot be read: {error}", path=name) from None
