"""Who may ask: a middleware before everything else, the page included.

ringfence listens on this machine and has no password, so the danger is another site in the same browser: a
name that resolves to this machine (DNS rebinding), a form or script that posts here, a socket that it opens.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from ringfence.api.problems import Problem, door_problem
from ringfence.api.reply import problem_reply

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SAFE = ("GET", "HEAD", "OPTIONS")
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
)


class Guard:
    """Refuses hosts that are not this one, and requests that another site caused.

    A ``Host`` that is an address cannot be rebound, so any address will do; of names, ``localhost`` and the
    one that was listened on.
    """

    def __init__(self, app: App, *, names: Iterable[str] = ()) -> None:
        self._app = app
        self._names = {"localhost", *(name.lower() for name in names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 403 (a socket: by closing it)."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send) if scope["type"] == "http" else send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4403})
        else:
            await problem_reply(refusal, scope["path"])(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        host = headers.get("host", "")
        if not is_ours(host, self._names):
            hint = "use the address that ringfence web printed"
            return door_problem(
                403, "forbidden", f"the host asked for is not this one: {host[:80]!r}", hint=hint
            )
        if scope["type"] == "http" and scope["method"] in SAFE:
            return None
        origin = headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        if foreign or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return door_problem(
                403, "forbidden", "asked by another site", hint="call it from a program, or this page"
            )
        return None


def is_ours(host: str, names: Iterable[str]) -> bool:
    """Whether a ``Host`` header names this machine.

    >>> is_ours("127.0.0.1:8765", []), is_ours("evil.example", ["localhost"]), is_ours("[::1]:80", [])
    (True, False, True)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in set(names) or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _with_headers(send: Send) -> Send:
    async def sending(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message.get("headers", ())}
            added = [(name, value) for name, value in HEADERS if name not in present]
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return sending
