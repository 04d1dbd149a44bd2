"""A request that is sent again: the same ``Idempotency-Key`` has the same answer, and nothing is done twice.

Kept in this process, for whoever lost an answer on the line. What must survive a restart does so by the
request's own ``id``, which the key becomes where the request has one and the caller left it out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request

from ringfence.api.body import Refused
from ringfence.api.problems import door_problem
from ringfence.api.reply import Written
from ringfence.errors import OutOfRange
from ringfence.limits import LIMITS
from ringfence.service.principal import Principal
from ringfence.service.registry import Operation

HEADER = "Idempotency-Key"
Key = tuple[str, str, str]
_WRITTEN = re.compile(r"[!-~]{1,64}", re.ASCII)


@dataclass
class Repeats:
    """The last answers, by who asked what under which key; None while it is being worked out."""

    _kept: dict[Key, tuple[str, Written | None]] = field(default_factory=dict)

    def before(self, key: Key, document: Mapping[str, Any]) -> Written | None:
        """The answer that was given before; None: there is none, and it is now being worked out.

        Raises:
            Refused: the key came with another body (422), or is being answered (409).
        """
        digest = _digest(document)
        known = self._kept.get(key)
        if known is None:
            self._kept[key] = (digest, None)
            return None
        if known[0] != digest:
            hint = "a new request needs a new key"
            said = "this key came with another body before"
            raise Refused(door_problem(422, "key-reused", said, hint=hint))
        if known[1] is None:
            raise Refused(
                door_problem(409, "in-progress", "the first request is being answered", hint="ask again")
            )
        return known[1]

    def keep(self, key: Key, answer: Written) -> None:
        """Remember an answer; the oldest is forgotten when there are too many."""
        self._kept[key] = (self._kept.pop(key)[0], answer)
        done = [one for one, (_, kept) in self._kept.items() if kept is not None]
        for oldest in done[: max(0, len(done) - LIMITS.repeats_kept)]:
            del self._kept[oldest]

    def forget(self, key: Key) -> None:
        """There was no answer: the next request with this key is a new one."""
        if key in self._kept and self._kept[key][1] is None:
            del self._kept[key]


def key_of(request: Request, operation: Operation, principal: Principal) -> Key | None:
    """Under which key an answer is kept; None: the request names none, or leaves nothing behind.

    Raises:
        OutOfRange: not a key.
    """
    written = request.headers.get(HEADER)
    if written is None or operation.scope == "read":
        return None
    if not _WRITTEN.fullmatch(written):
        raise OutOfRange(
            "not a key", path=HEADER, value=written[:60], hint="1 to 64 visible ASCII characters"
        )
    return principal.actor, operation.name, written


def named(document: Mapping[str, Any], operation: Operation, key: Key) -> Mapping[str, Any]:
    """The request with the key as its ``id``, where it can have one and has none.

    Raises:
        OutOfRange: it has another one.
    """
    if "id" not in operation.request.model_fields or document.get("id") == key[2]:
        return document
    if document.get("id") is not None:
        hint = f"leave it out, or write it as the {HEADER}"
        raise OutOfRange("not the key of this request", path="id", value=document["id"], hint=hint)
    return {**document, "id": key[2]}


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True, default=str).encode()).hexdigest()
