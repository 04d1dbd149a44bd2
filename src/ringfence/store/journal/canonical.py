"""JSON in one form only: RFC 8785 for the values that a journal may hold, which no float is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ringfence.domain.numbers import plain
from ringfence.errors import InexactNumber, OutOfRange

DEPTH = 32
WHOLE = 2**53 - 1
"""Largest whole number that every reader of JSON keeps exact."""


def canonical(value: object, *, path: str = "body") -> bytes:
    """The one spelling of a value: keys sorted by UTF-16 units, no spaces, UTF-8.

    Raises:
        InexactNumber: a float. OutOfRange: nothing JSON can hold exactly, or nested too deep.

    >>> canonical({"b": Decimal("1.50"), "a": [True, None, 3]})
    b'{"a":[true,null,3],"b":"1.5"}'
    """
    ready = _plain(value, path, DEPTH)
    try:
        return json.dumps(ready, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise OutOfRange("half of a character", path=path, hint="write whole Unicode characters") from None


def _plain(value: object, path: str, depth: int) -> Any:
    if value is None or isinstance(value, str | bool):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        if abs(value) > WHOLE:
            raise OutOfRange(
                "not every reader keeps this whole number", path=path, value=value, hint="quote it"
            )
        return int(value)
    if isinstance(value, Decimal):
        return _decimal(value, path)
    if isinstance(value, float):
        raise InexactNumber("a float loses digits", path=path, value=value, hint=f'write "{value}"')
    if depth == 0:
        raise OutOfRange(f"nested deeper than {DEPTH} levels", path=path, hint="flatten it")
    if isinstance(value, Mapping):
        return {key: _plain(value[key], f"{path}.{key}", depth - 1) for key in _sorted_keys(value, path)}
    if isinstance(value, list | tuple):
        return [_plain(one, f"{path}[{place}]", depth - 1) for place, one in enumerate(value)]
    raise OutOfRange("not a value of JSON", path=path, value=type(value).__name__, hint="write it as text")


def _decimal(value: Decimal, path: str) -> str:
    if not value.is_finite():
        raise OutOfRange("not a finite number", path=path, value=value, hint="leave it out")
    return plain(value)


def _sorted_keys(value: Mapping[Any, object], path: str) -> list[str]:
    for key in value:
        if not isinstance(key, str):
            raise OutOfRange("a key that is no text", path=path, value=key, hint="use text as keys")
    # RFC 8785 orders by UTF-16 units; that differs from code points beyond the basic plane only.
    return sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
