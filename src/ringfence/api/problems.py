"""Errors as RFC 9457 problem documents; the terminal prints the same ones with ``--json``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ringfence import errors
from ringfence.errors import RingfenceError

MEDIA_TYPE = "application/problem+json"
BUG = "bug"
BUG_TITLE = "A promise inside ringfence is broken: this is a bug, not your input."
BUG_HINT = "please report it: what you asked, and the version (ringfence --version)"

DOOR_TITLES: Mapping[str, str] = {
    "not-found": "Nothing answers at this address.",
    "method-not-allowed": "The address is right, the method is not.",
    "unsupported-media-type": "The body is not declared as JSON.",
    "forbidden": "The request comes from another site, or asks for a host that is not this one.",
    "body-too-large": "The body is larger than one account may be.",
    "unauthorized": "Nobody knows who asks: there is no token, or not one that holds.",
    "too-many-requests": "More was asked in a minute than one token, or one address, may.",
    "key-reused": "The same Idempotency-Key came with another body.",
    "in-progress": "The same Idempotency-Key is being answered.",
    BUG: BUG_TITLE,
}
"""Problems that only HTTP has, beside the errors of the engine."""


STATUSES: Mapping[type, int] = {
    errors.BadFile: 400,
    errors.NotAllowed: 403,
    errors.UnknownRecord: 404,
    errors.IdConflict: 409,
    errors.NotYet: 409,
    errors.Blocked: 409,
    errors.JournalError: 503,
}
"""The HTTP status of what is not simply a wrong field."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem document.

    Attributes:
        status: HTTP status. code: stable name, the last part of ``type``. detail: one sentence.
        path, value, hint: the field, what was written there, what to write instead; empty where unknown.
    """

    status: int
    code: str
    title: str
    detail: str
    path: str = ""
    value: str | None = None
    hint: str = ""

    def document(self, *, instance: str = "") -> dict[str, object]:
        """As JSON: RFC 9457's members, then ours.

        >>> Problem(404, "not-found", "Nothing.", "no /v2").document()["type"]
        '/problems/not-found'
        """
        return {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "path": self.path,
            "value": self.value,
            "hint": self.hint,
        }


def problem_of(error: RingfenceError) -> Problem:
    """An error as a problem: 422 where a field is wrong, unless `STATUSES` says something else of its kind.

    >>> problem_of(errors.MissingMark("no mark", path="marks")).status
    422
    """
    status = next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 422)
    title = titles()[error.code]
    return Problem(status, error.code, title, error.message, error.path, error.value, error.hint)


def door_problem(status: int, code: str, detail: str, *, hint: str = "") -> Problem:
    """A problem of the door itself.

    >>> door_problem(405, "method-not-allowed", "GET").title
    'The address is right, the method is not.'
    """
    return Problem(status, code, DOOR_TITLES[code], detail, hint=hint)


def bug_problem() -> Problem:
    """What is said about a bug: that it is one, and nothing of its inside."""
    return Problem(500, BUG, BUG_TITLE, "this is a bug in ringfence", hint=BUG_HINT)


def titles() -> dict[str, str]:
    """Every error code of the engine, with its sentence.

    >>> titles()["missing-mark"]
    'A position without a mark price: nothing about it can be said.'
    """
    found = [each for each in vars(errors).values() if isinstance(each, type)]
    kinds = [each for each in found if issubclass(each, RingfenceError)]
    return {each.code: (each.__doc__ or "").splitlines()[0].replace("`", "") for each in kinds}
