"""Principal: who asks, and what they may ask. The one place where that is decided, for every door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from ringfence.errors import NotAllowed, OutOfRange

Scope = Literal["read", "write", "mirror", "plan", "admin"]
Door = Literal["library", "cli", "http", "web", "mcp"]

SCOPES: Mapping[Scope, str] = {
    "read": "computes, and leaves nothing behind",
    "write": "leaves something behind: tier tables, market history, an imported history",
    "mirror": "audits, answers, permits and notes: what the mirror remembers",
    "plan": "plans, own limits, locks and overrides: people alone",
    "admin": "erases and restores: people alone",
}
"""Every scope an operation may have, and what it stands for."""

ALL: frozenset[Scope] = frozenset(get_args(Scope))
MAY_HOLD: Mapping[str, frozenset[Scope]] = {
    "human": ALL,
    "bot": frozenset({"read", "write", "mirror"}),
    # A tier table decides what an audit says: whoever is audited does not write one.
    "agent": frozenset({"read", "mirror"}),
}
"""What each kind of actor may do at most, whatever their token says."""

AT_THIS_MACHINE: tuple[Door, ...] = ("library", "cli")
"""Doors that nobody comes through from elsewhere."""

_ACTOR = re.compile(r"(human|bot|agent):[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        actor: as it is journaled: ``human``, ``human:NAME``, ``bot:NAME`` or ``agent:NAME``.
        scopes: what was granted. door: how they came in.
    """

    actor: str = "human"
    scopes: frozenset[Scope] = ALL
    door: Door = "library"

    @property
    def kind(self) -> str:
        """``human``, ``bot`` or ``agent``.

        >>> Principal("agent:desk").kind
        'agent'
        """
        return self.actor.partition(":")[0]


HUMAN = Principal()
"""Whoever sits at this machine."""


class Scoped(Protocol):
    """What is asked: an operation."""

    @property
    def name(self) -> str:
        """Of the operation."""

    @property
    def scope(self) -> Scope:
        """What it asks for."""

    @property
    def local(self) -> bool:
        """Whether it is asked at this machine alone."""


def allowed(principal: Principal, operation: Scoped) -> bool:
    """Whether somebody may ask an operation: where they are, they were granted its scope, and may hold it.

    >>> from ringfence.service.operations import operation_named
    >>> allowed(Principal("agent:desk", ALL), operation_named("tiers-import"))
    False
    """
    here = not operation.local or principal.door in AT_THIS_MACHINE
    return here and operation.scope in principal.scopes & MAY_HOLD.get(principal.kind, frozenset())


def check_allowed(principal: Principal, operation: Scoped) -> None:
    """Refuse whoever may not ask an operation.

    Raises:
        NotAllowed: the scope is missing, is not for this kind of actor, or the operation is asked elsewhere.
    """
    if allowed(principal, operation):
        return
    scope = operation.scope
    if operation.local and principal.door not in AT_THIS_MACHINE:
        raise NotAllowed(
            f"{operation.name} is asked at the terminal of ringfence's machine alone",
            path="operation",
            value=operation.name,
            hint=f"there: ringfence {operation.name.replace('-', ' ')}",
        )
    if scope not in MAY_HOLD.get(principal.kind, frozenset()):
        raise NotAllowed(
            f"{operation.name} needs the scope {scope}, which no {principal.kind} can hold",
            path="operation",
            value=operation.name,
            hint="ask the person whose account it is",
        )
    raise NotAllowed(
        f"{operation.name} needs the scope {scope}, which {principal.actor} does not have",
        path="operation",
        value=operation.name,
        hint=f"on the machine of ringfence: ringfence token new NAME --scope {scope}",
    )


def checked_actor(name: str, *, path: str = "name") -> str:
    """A name as an actor: its kind, a colon, and lower-case letters, digits, ``.``, ``_`` or ``-``.

    >>> checked_actor("bot:grid-1")
    'bot:grid-1'
    """
    if not _ACTOR.fullmatch(name):
        raise OutOfRange(
            "not the name of an actor", path=path, value=name, hint="human:NAME, bot:NAME or agent:NAME"
        )
    return name


def checked_scopes(actor: str, scopes: Iterable[str], *, path: str = "scope") -> frozenset[Scope]:
    """The scopes that an actor is granted.

    Raises:
        OutOfRange: none, or one that does not exist. NotAllowed: one that this kind of actor cannot hold.

    >>> sorted(checked_scopes("bot:grid-1", ["read", "mirror"]))
    ['mirror', 'read']
    """
    wanted = dict.fromkeys(scopes)
    known: dict[str, Scope] = {scope: scope for scope in SCOPES}
    most = MAY_HOLD[actor.partition(":")[0]]
    for scope in wanted:
        if scope not in known:
            raise OutOfRange("no such scope", path=path, value=scope, hint=f"one of {', '.join(SCOPES)}")
        if scope not in most:
            could = ", ".join(name for name in SCOPES if name in most)
            raise NotAllowed(
                f"{actor} cannot hold the scope {scope}", path=path, value=scope, hint=f"one of {could}"
            )
    if not wanted:
        raise OutOfRange("no scope", path=path, hint=f"one or more of {', '.join(SCOPES)}")
    return frozenset(known[scope] for scope in wanted)
