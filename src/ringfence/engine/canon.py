"""Canon: one text for one value, and its digest; the same on every machine and in every process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierTable
from ringfence.engine.events import Event
from ringfence.engine.state import Outcome, Refused, State
from ringfence.errors import invariant


def canonical(value: object) -> str:
    """One text for one value: numbers without trailing zeros, mappings in the order of their keys.

    >>> canonical({"b": Decimal("1.50"), "a": (True, None)})
    '{"a":[true,null],"b":1.5}'
    >>> canonical(Fraction(1, 3))
    '1/3'
    """
    if value is None or (isinstance(value, bool | str) and not isinstance(value, Enum)):
        return json.dumps(value)
    if isinstance(value, Enum):
        return json.dumps(value.value)
    if isinstance(value, Decimal | int):
        return plain(Decimal(value))
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, TierTable):
        return canonical((value.symbol, value.digest, value.jumps))
    if isinstance(value, Mapping):
        items = sorted((canonical(key), canonical(one)) for key, one in value.items())
        return "{" + ",".join(f"{key}:{one}" for key, one in items) + "}"
    if isinstance(value, tuple | list):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    invariant(is_dataclass(value), f"{type(value).__name__} has a canonical text")
    named = {one.name: getattr(value, one.name) for one in fields(value)}  # type: ignore[arg-type]
    return type(value).__name__ + canonical(named)


def digest_of(text: str) -> str:
    """``sha256:`` and the hash of a text.

    >>> digest_of("")[:14]
    'sha256:e3b0c44'
    """
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def event_digest(event: Event) -> str:
    """The digest of an event's content, its id and time included.

    >>> from ringfence.engine.events import Deposit
    >>> event_digest(Deposit("d", 1, "USDT", "1.0")) == event_digest(Deposit("d", 1, "USDT", "1"))
    True
    """
    return digest_of(canonical(event))


def said(outcome: Outcome) -> str:
    """An outcome as text, without the words, which may be put better in a later release."""
    return f"refused {outcome.code}" if isinstance(outcome, Refused) else "accepted"


def state_digest(state: State) -> str:
    """The digest of everything a state holds; two logs that end in one digest told one story.

    >>> from ringfence.domain.account import Account
    >>> from ringfence.engine.state import begin
    >>> from ringfence.venues.registry import rules
    >>> ten, more = (Account(venue="demo", wallet={"USDT": text}) for text in ("10", "10.0"))
    >>> state_digest(begin(ten, rules("demo"))) == state_digest(begin(more, rules("demo")))
    True
    """
    parts = (state.account, state.marks, state.balances, state.orders, state.settings, state.at)
    return digest_of("\n".join([*(canonical(part) for part in parts), state.seen.head]))
