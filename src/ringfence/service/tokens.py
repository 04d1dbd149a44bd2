"""Making, listing and revoking tokens: at the terminal of this machine, and through no other door.

They are no operations on purpose. What HTTP or an agent could call, a stolen token could call: it would grant
itself everything, and stay when it is revoked.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from ringfence.errors import BadFile, OutOfRange, RingfenceError
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.principal import Door, Principal, checked_actor, checked_scopes
from ringfence.store.tokens import Token, Tokens

DAYS = 90
"""How long a token holds, unless something else is said."""


def new_token(context: Context, name: str, scopes: Iterable[str], *, days: int = DAYS) -> tuple[str, Token]:
    """Make a token; the secret is told here, and never again.

    Raises:
        OutOfRange: not the name of an actor, no such scope, a name that is taken, too long a time.
        NotAllowed: a scope that this kind of actor cannot hold.
    """
    granted = checked_scopes(checked_actor(name), scopes)
    if not 1 <= days <= LIMITS.days_per_token:
        most = f"1 to {LIMITS.days_per_token} (days_per_token)"
        raise OutOfRange("a token holds for a while, not for ever", path="days", value=days, hint=most)
    today = date.fromisoformat(context.today())
    expires = (today + timedelta(days=days)).isoformat()
    return Tokens(context.folder).add(
        name, tuple(sorted(granted)), created=today.isoformat(), expires=expires
    )


def principal_of(token: Token, *, door: Door) -> Principal:
    """Who a token stands for.

    Raises:
        BadFile: the file of tokens grants what nobody can be granted: it was not written by ringfence.
    """
    try:
        actor = checked_actor(token.name)
        return Principal(actor, checked_scopes(actor, token.scopes), door)
    except RingfenceError:
        raise BadFile("a token that ringfence did not make", path="tokens.json", value=token.name) from None
