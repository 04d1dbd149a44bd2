"""What docs/journal-format.md asks of a record's bytes beside their hash: its members, and who may act."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ACTOR = re.compile(r"human|bot|(human|bot|agent):[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
"""Who did it: a person, a bot, or one with a name; an agent always has one."""

BETWEEN = "#"
"""Between a record's id and the name of its text, in the name of both; so no text's name holds it."""

MEMBERS: Mapping[str, type] = {
    **dict.fromkeys(("account_id", "actor", "id", "kind", "parent_id", "symbol"), str),
    **dict.fromkeys(("at_ms", "tz_offset_min"), int),
    **dict.fromkeys(("body", "texts"), dict),
}
_HASH = re.compile("[0-9a-f]{64}", re.ASCII)
_BODIES: Mapping[str, Mapping[str, re.Pattern[str] | type]] = {
    "journal": {"format": str, "journal_id": re.compile("[0-9a-f]{32}", re.ASCII), "public_key": _HASH},
    "key": {"public_key": _HASH},
    "erasure": {"ref": str},
    "restored": {"through": int},
}


def is_record(said: Any) -> bool:
    """Whether this is an object that a record's bytes may be.

    >>> is_record({"id": "a"})
    False
    """
    if not isinstance(said, dict) or {name: type(value) for name, value in said.items()} != MEMBERS:
        return False
    if ACTOR.fullmatch(said["actor"]) is None:
        return False
    texts = said["texts"]
    return all(BETWEEN not in name and _is(held, _HASH) for name, held in texts.items()) and _is_body(said)


def _is_body(said: dict[str, Any]) -> bool:
    """The journal's records about itself have bodies with exactly these members."""
    shape, body = _BODIES.get(said["kind"]), said["body"]
    if shape is None:
        return True
    return body.keys() == shape.keys() and all(_is(body[name], want) for name, want in shape.items())


def _is(value: object, want: re.Pattern[str] | type) -> bool:
    if isinstance(want, re.Pattern):
        return isinstance(value, str) and want.fullmatch(value) is not None
    return type(value) is want
