"""The gate: a middleware that finds out who asks, before any route, page or socket is reached."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ringfence.api.doorman import Doorman, Refusal, no_token
from ringfence.api.login import LOGIN_BYTES, login_page
from ringfence.api.reply import problem_reply
from ringfence.service.principal import Principal

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

ASKED_BY = "ringfence.principal"
"""Where the application finds who asks: in the scope of a request or a socket."""
LOGIN, HEALTH, OPERATIONS = "/login", "/healthz", "/v1/"
COOKIE = "ringfence_login"


class Gate:
    """Lets in whoever the `Doorman` knows.

    A program shows a token with each request. A browser shows one once, on the login page, and then a cookie:
    it opens the page alone, never ``/v1/``, so that no other site can make a browser ask an operation.
    """

    def __init__(self, app: App, *, doorman: Doorman) -> None:
        self._app = app
        self._doorman = doorman

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with a problem (a socket: by closing it)."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == LOGIN and not self._doorman.open:
            await (await self._login(Request(scope, receive)))(scope, receive, send)
            return
        found = self._who(scope)
        if isinstance(found, Refusal) and path != HEALTH:
            await _refused(found, scope)(scope, receive, send)
            return
        if isinstance(found, Principal):
            scope[ASKED_BY] = found
        await self._app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._who(scope)
        if isinstance(found, Refusal):
            await receive()
            await send({"type": "websocket.close", "code": 4401})
            return
        scope[ASKED_BY] = found

        async def watched() -> MutableMapping[str, Any]:
            """What comes in, as long as the token holds that opened the page."""
            message = await receive()
            if message["type"] == "websocket.receive" and isinstance(self._who(scope), Refusal):
                await send({"type": "websocket.close", "code": 4401})
                return {"type": "websocket.disconnect", "code": 4401}
            return message

        await self._app(scope, watched, send)

    def _who(self, scope: Scope) -> Principal | Refusal:
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        path, shown = scope["path"], headers.get(b"authorization")
        if shown is not None:
            found = self._doorman.bearer(shown, address=_address(scope))
            if isinstance(found, Principal) and path.startswith(OPERATIONS):
                return self._doorman.turn(found) or found
            return found
        if self._doorman.open:
            return self._doorman.here
        cookie = None if path.startswith(OPERATIONS) else _cookie(headers.get(b"cookie", ""))
        return (self._doorman.visitor(cookie) if cookie else None) or no_token()

    async def _login(self, request: Request) -> Response:
        """The page that asks for a token; for whoever started the server, the address that needs none."""
        address = _address(request.scope)
        if request.method == "POST":
            secret = await _posted(request)
            return self._entered(self._doorman.log_in(secret, address=address), request)
        if request.method != "GET":
            return _refused(no_token(), request.scope)
        key = request.query_params.get("key", "")
        return self._entered(self._doorman.redeem(key, address=address), request) if key else _page("")

    def _entered(self, cookie: str | Refusal, request: Request) -> Response:
        if isinstance(cookie, Refusal):
            problem = cookie.problem
            return _page(
                f"{problem.detail}; {problem.hint}", status=problem.status, headers=dict(cookie.headers)
            )
        # 303: the browser forgets the address with the key, and asks for the page with the cookie alone.
        reply = RedirectResponse("/", 303, headers={"Cache-Control": "no-store"})
        secure = request.url.scheme == "https"
        reply.set_cookie(COOKIE, cookie, httponly=True, samesite="strict", secure=secure)
        return reply


def visitor_of(scope: Scope) -> Principal:
    """Who looks at a page."""
    found: Principal = scope[ASKED_BY]
    return replace(found, door="web")


def _refused(refusal: Refusal, scope: Scope) -> Response:
    """A person is shown where to log in, a program a problem."""
    accepts = next((value for name, value in scope["headers"] if name.lower() == b"accept"), b"")
    browsing = (
        scope["method"] == "GET" and b"text/html" in accepts and not scope["path"].startswith(OPERATIONS)
    )
    if browsing and refusal.problem.status == 401:
        return RedirectResponse(LOGIN, 303, headers={"Cache-Control": "no-store"})
    reply = problem_reply(refusal.problem, scope["path"])
    reply.headers.update(refusal.headers)
    return reply


def _page(said: str, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    # With no-referrer a browser posts the form with the origin "null", as another site's could be.
    referrer = {"Referrer-Policy": "strict-origin"}
    kept = {"Cache-Control": "no-store", "Content-Security-Policy": policy, **referrer, **(headers or {})}
    kept.pop("WWW-Authenticate", None)  # a browser would open a window of its own
    return HTMLResponse(login_page(said), status, headers=kept)


async def _posted(request: Request) -> str:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > LOGIN_BYTES:
            return ""
    return parse_qs(data.decode("latin-1")).get("token", [""])[0]


def _cookie(header: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _address(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""
