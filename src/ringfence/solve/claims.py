"""The 72 statements that traders read about the two modes, judged (`docs/claims.md` adds the numbers)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from ringfence.errors import invariant


class Status(StrEnum):
    """How a statement stands.

    >>> Status("conditional").value
    'conditional'
    """

    RIGHT = "right"
    CONDITIONAL = "conditional"
    WRONG = "wrong"
    CONTESTED = "contested"
    UNVERIFIABLE = "unverifiable"


class ClaimKind(StrEnum):
    """What kind of statement it is, hence what could settle it.

    >>> ClaimKind.COMPUTABLE.value
    'computable'
    """

    COMPUTABLE = "computable"
    VENUE = "venue"
    RULE = "rule"
    BEHAVIOUR = "behaviour"
    OPINION = "opinion"


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement and the judgement of it.

    Attributes:
        id: ``A01`` to ``A19`` and ``B01`` to ``B53``, by the article it was read in.
        says: the statement in our words. right, wrong: what holds of it, and what does not or what it needs.
        shows: the figures beside it, ``{BOOK[figure]:decimals}``; empty where no number bears on it.
        sources: keys of venue documents and studies, listed in ``docs/claims.md``.

    >>> claim("B20").status
    <Status.WRONG: 'wrong'>
    """

    id: str
    kind: ClaimKind
    status: Status
    says: str
    right: str
    wrong: str
    shows: str = ""
    sources: tuple[str, ...] = ()


@cache
def claims() -> tuple[Claim, ...]:
    """All 72, in order.

    >>> len(claims()), claims()[0].id, claims()[-1].id
    (72, 'A01', 'B53')
    """
    text = files(__package__).joinpath("claims.toml").read_text(encoding="utf-8")
    found = tuple(_claim(row) for row in tomllib.loads(text)["claim"])
    expected = [f"A{n:02}" for n in range(1, 20)] + [f"B{n:02}" for n in range(1, 54)]
    invariant([one.id for one in found] == expected, "claims.toml holds A01 to A19 and B01 to B53, in order")
    return found


def _claim(row: dict[str, str | list[str]]) -> Claim:
    text = {name: str(row.get(name, "")) for name in ("id", "says", "right", "wrong", "shows")}
    kind, status = ClaimKind(str(row["kind"])), Status(str(row["status"]))
    return Claim(kind=kind, status=status, sources=tuple(row.get("sources", ())), **text)


@cache
def claim(claim_id: str) -> Claim:
    """One statement by its id; an id that is none is a bug.

    >>> claim("A15").says
    'Neither margin mode is the safer one as such.'
    """
    found = {one.id: one for one in claims()}
    invariant(claim_id in found, f"{claim_id} is one of the 72 claims")
    return found[claim_id]
