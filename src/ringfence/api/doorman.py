"""Who asks over HTTP: tokens, logins of browsers, and how often somebody may ask or guess.

On this machine, while no token has been made, whoever asks is the person who sits at it. Beyond it, and as
soon as a server starts with a token in its store, everybody shows one.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil

from ringfence.api.problems import Problem, door_problem
from ringfence.errors import RingfenceError
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.pace import Pace
from ringfence.service.principal import Door, Principal
from ringfence.service.tokens import principal_of
from ringfence.store.tokens import PREFIX, Token, Tokens, digest_of, fresh_secret

LOG = logging.getLogger("ringfence")
CHALLENGE = 'Bearer realm="ringfence"'
MAKE_ONE = "on the machine of ringfence: ringfence token new NAME --scope read"
LAUNCHED = "launched"
"""Stands, among the logins, for the address that the server printed when it started."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not let in."""

    problem: Problem
    headers: Mapping[str, str] = field(default_factory=dict)


class Doorman:
    """Knows who asks.

    Args:
        context: the store with the tokens, and the clocks. beyond: whether other machines can ask.
    """

    def __init__(self, context: Context, *, beyond: bool = False) -> None:
        self._context = context
        self._tokens = Tokens(context.folder)
        self.open = not beyond and not self._tokens.all()
        self._asked = Pace(LIMITS.requests_per_minute, context.ticks)
        self._guessed = Pace(LIMITS.guesses_per_minute, context.ticks)
        self._logins: dict[str, str] = {}
        self._launch = ""

    def has_tokens(self) -> bool:
        """Whether there is a token that holds.

        Raises:
            BadFile: the tokens cannot be read.
        """
        today = self._context.today()
        return any(today <= token.expires for token in self._tokens.all())

    @property
    def here(self) -> Principal:
        """Whoever sits at this machine, by HTTP."""
        return Principal(self._context.principal.actor, self._context.principal.scopes, "http")

    def bearer(self, header: str, *, address: str) -> Principal | Refusal:
        """Who an ``Authorization`` header stands for."""
        kind, _, secret = header.partition(" ")
        if kind.lower() != "bearer" or not secret.strip():
            return _unknown("not a bearer token")
        found = self._token(secret.strip(), address)
        return found if isinstance(found, Refusal) else self._principal(found, "http")

    def turn(self, principal: Principal) -> Refusal | None:
        """Take one of the questions that a token may ask in a minute."""
        wait = self._asked.wait(principal.actor)
        return (
            _patience(wait, f"at most {LIMITS.requests_per_minute:,} a minute (requests_per_minute)")
            if wait
            else None
        )

    def log_in(self, secret: str, *, address: str) -> str | Refusal:
        """A browser shows a token, once; what its cookie holds from now on."""
        found = self._token(secret.strip(), address)
        if isinstance(found, Refusal):
            return found
        who = self._principal(found, "web")
        return who if isinstance(who, Refusal) else self._logged_in(found.digest)

    def launch(self) -> str:
        """A key for the browser of whoever starts the server: good once."""
        self._launch = fresh_secret()
        return self._launch

    def redeem(self, key: str, *, address: str) -> str | Refusal:
        """The key of `launch` is shown; what the browser's cookie holds from now on."""
        if wait := self._guessed.due(_network(address)):
            return _patience(wait, "too many wrong keys from this address")
        if not self._launch or not hmac.compare_digest(digest_of(key), digest_of(self._launch)):
            self._guessed.wait(_network(address))
            return _unknown("this address was good once; log in with a token")
        self._launch = ""
        return self._logged_in(LAUNCHED)

    def visitor(self, cookie: str) -> Principal | None:
        """Who a browser's cookie stands for, as long as their token holds."""
        kept = self._logins.get(digest_of(cookie))
        if kept is None:
            return None
        if kept == LAUNCHED:
            return Principal(self._context.principal.actor, self._context.principal.scopes, "web")
        try:
            token = self._tokens.holds(kept, on=self._context.today())
        except RingfenceError as error:
            _damaged(error)
            return None
        found = None if token is None else self._principal(token, "web")
        return found if isinstance(found, Principal) else None

    def _token(self, secret: str, address: str) -> Token | Refusal:
        """The token that was shown; a wrong one costs its address a guess."""
        where = _network(address)
        if wait := self._guessed.due(where):
            return _patience(wait, "too many wrong tokens from this address")
        try:
            found = self._tokens.of(secret, on=self._context.today()) if secret.startswith(PREFIX) else None
        except RingfenceError as error:
            _damaged(error)
            found = None
        if found is None:
            self._guessed.wait(where)
            return _unknown("not a token that holds: unknown, revoked or expired")
        return found

    def _principal(self, token: Token, door: Door) -> Principal | Refusal:
        try:
            return principal_of(token, door=door)
        except RingfenceError as error:
            _damaged(error)
            return _unknown("not a token that holds: unknown, revoked or expired")

    def _logged_in(self, what: str) -> str:
        cookie = fresh_secret()
        self._logins[digest_of(cookie)] = what
        if len(self._logins) > LIMITS.logins_kept:
            del self._logins[next(iter(self._logins))]
        return cookie


def _network(address: str) -> str:
    """What counts as one address: with IPv6 a customer has 2⁶⁴ of them.

    >>> _network("192.0.2.7"), _network("2001:db8::7"), _network("a socket")
    ('192.0.2.7', '2001:db8::/64', 'a socket')
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


def _unknown(detail: str) -> Refusal:
    return Refusal(door_problem(401, "unauthorized", detail, hint=MAKE_ONE), {"WWW-Authenticate": CHALLENGE})


def no_token() -> Refusal:
    """Nothing was shown."""
    return _unknown("no token was shown: Authorization: Bearer rf_…")


def _patience(wait: float, detail: str) -> Refusal:
    seconds = max(1, ceil(wait))
    hint = f"ask again in {seconds} seconds"
    return Refusal(door_problem(429, "too-many-requests", detail, hint=hint), {"Retry-After": str(seconds)})


def _damaged(error: RingfenceError) -> None:
    """Nobody is let in by a file that cannot be read; whoever runs the server learns why."""
    LOG.error("no token is accepted: %s", error)
