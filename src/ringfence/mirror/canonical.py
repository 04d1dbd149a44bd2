"""One way to write a value down: the same value has the same bytes on every machine.

Objects have sorted keys, no spaces, ASCII only. A number is a text: a decimal without trailing zeros where it
has finitely many digits, else ``p/q``. So 1, 1.0 and 2/2 are the same bytes, and a float is refused.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import Any

from ringfence.domain.numbers import Number, plain, simplest
from ringfence.errors import invariant


def number_text(value: Number) -> str:
    """An exact number as text.

    >>> number_text(Fraction(1, 8)), number_text(Decimal("2.50")), number_text(Fraction(2, 3))
    ('0.125', '2.5', '2/3')
    """
    exact = simplest(value) if isinstance(value, Fraction) else value
    if isinstance(exact, Fraction):
        return f"{exact.numerator}/{exact.denominator}"
    return plain(exact)


def document(value: object) -> Any:
    """A value as JSON: dataclasses as objects, enums by their words, sets sorted."""
    kind = type(value)
    if kind in _PLAIN:  # most values by far; what follows asks the same of their subclasses
        return value
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, int):
        return value
    if isinstance(value, Decimal | Fraction):
        return number_text(value)
    return _many(value)


def _many(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {name: document(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, dict):
        return {str(document(key)): document(each) for key, each in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(document(each) for each in value)
    invariant(isinstance(value, tuple | list), f"a {type(value).__name__} has no canonical form")
    return [document(each) for each in value]  # type: ignore[attr-defined]


_PLAIN = frozenset((type(None), bool, str, int))


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(one.name for one in fields(kind))


def canonical_bytes(value: object) -> bytes:
    """The one way to write ``value``.

    >>> canonical_bytes({"b": Decimal("1.0"), "a": None})
    b'{"a":null,"b":"1"}'
    """
    text = json.dumps(document(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode("ascii")


def digest(value: object) -> str:
    """SHA-256 of the canonical bytes, in hex."""
    return sha256(canonical_bytes(value)).hexdigest()


def short_digest(value: object) -> str:
    """The first 128 bits of it: what ids are made of."""
    return digest(value)[:32]
