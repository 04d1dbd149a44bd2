"""The HTTP application: ``POST /v1/<operation>`` for every operation, built from the list."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Any

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ringfence.api.audits import ALIASES, asked_at
from ringfence.api.body import Refused, document_of
from ringfence.api.doorman import Doorman
from ringfence.api.gate import ASKED_BY, Gate
from ringfence.api.guard import Guard
from ringfence.api.long import HungUp, answered
from ringfence.api.problems import DOOR_TITLES, bug_problem, problem_of, titles
from ringfence.api.repeat import Key, Repeats, key_of, named
from ringfence.api.reply import Written, answer_reply, on_bug, on_http_error, problem_reply
from ringfence.api.schema import openapi_of
from ringfence.errors import NotYet, RingfenceError
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from ringfence.service.principal import check_allowed
from ringfence.service.registry import Operation

PREFIX = "/v1"
Reader = Callable[[Request], Awaitable[Mapping[str, Any]]]
"""How the request to an operation is read from one over HTTP."""
LOG = logging.getLogger("ringfence")


def create_app(context: Context, *, names: Iterable[str] = (), doorman: Doorman | None = None) -> FastAPI:
    """The application; the page is attached to it by ``ringfence.web.page.attach``.

    Args:
        context: the clock and the store that every request uses.
        names: host names, beside ``localhost`` and every plain address, under which it is asked.
        doorman: knows who asks; None: one for this machine, who asks for tokens when the store has some.
    """
    app = FastAPI(title="ringfence", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.openapi = lambda: openapi_of(OPERATIONS, PREFIX, ALIASES)  # type: ignore[method-assign]  # the documented way
    repeats = Repeats()
    for operation in OPERATIONS:
        handler = _handler(operation, context, repeats, document_of)
        app.add_api_route(route_of(operation), handler, methods=["POST"], name=operation.name)
    for alias in ALIASES:
        handler = _handler(alias.operation, context, repeats, partial(asked_at, alias))
        name = f"{alias.method} {alias.path}"
        app.add_api_route(f"{PREFIX}{alias.path}", handler, methods=[alias.method], name=name)
    app.add_api_route("/healthz", _healthy, methods=["GET"], include_in_schema=False)
    app.add_api_route("/problems", _problems, methods=["GET"], include_in_schema=False)
    app.add_api_route("/problems/{code}", _problem, methods=["GET"], include_in_schema=False)
    app.add_api_route(f"{PREFIX}/{{rest:path}}", _nothing, methods=ALL_METHODS, include_in_schema=False)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)
    app.add_middleware(Gate, doorman=doorman or Doorman(context))
    app.add_middleware(Guard, names=tuple(names))
    return app


ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def route_of(operation: Operation) -> str:
    """Where an operation is asked: ``/v1/tiers-list``."""
    return f"{PREFIX}/{operation.name}"


def _handler(
    operation: Operation, context: Context, repeats: Repeats, read: Reader
) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        asked = replace(context, principal=request.scope[ASKED_BY])
        try:
            check_allowed(asked.principal, operation)
            key = None if request.method == "GET" else key_of(request, operation, asked.principal)
            document = await read(request)
            if key is None:
                return answer_reply(await answered(operation, asked, request, document))
            return (await _once(key, repeats, operation, asked, request, document)).reply
        except HungUp:
            return Response(status_code=499)  # nobody reads it; the log of a proxy knows the number
        except Refused as refused:
            return problem_reply(refused.problem, request.url.path)
        except RingfenceError as error:
            return _refusal(error, asked, request.url.path)
        except Exception as error:  # noqa: BLE001  # the last line: nobody is shown a traceback
            return _bug_reply(operation, error, request.url.path)

    handle.__doc__ = operation.summary
    return handle


def _refusal(error: RingfenceError, context: Context, path: str) -> Response:
    """A problem; of a pause that is not over with the seconds that are left of it."""
    reply = problem_reply(problem_of(error), path)
    if isinstance(error, NotYet) and error.until_ms is not None:
        reply.headers["Retry-After"] = str(max(1, ceil((error.until_ms - context.now_ms()) / 1_000)))
    return reply


async def _once(
    key: Key,
    repeats: Repeats,
    operation: Operation,
    context: Context,
    request: Request,
    document: Mapping[str, Any],
) -> Written:
    """The answer under a key: of the first request, whichever this one is."""
    document = named(document, operation, key)
    if (before := repeats.before(key, document)) is not None:
        return before
    try:
        answer = Written.of(await answered(operation, context, request, document))
        repeats.keep(key, answer)
    finally:
        repeats.forget(key)
    return answer


def _bug_reply(operation: Operation, error: Exception, path: str) -> Response:
    kind = type(error).__name__
    told = "a bug in ringfence (%s in %s); ringfence web --debug shows where"
    LOG.error(told, kind, operation.name, exc_info=error if LOG.isEnabledFor(logging.DEBUG) else None)
    return problem_reply(bug_problem(), path)


async def _healthy() -> Response:
    return JSONResponse({"status": "ok"})


async def _problems() -> Response:
    return JSONResponse(titles() | dict(DOOR_TITLES))


async def _problem(code: str) -> Response:
    known = titles() | dict(DOOR_TITLES)
    if code not in known:
        raise HTTPException(404)
    return JSONResponse({"code": code, "title": known[code]})


async def _nothing(request: Request) -> Response:
    path = request.url.path
    allowed = {"POST"} if path in {route_of(operation) for operation in OPERATIONS} else set()
    allowed |= {alias.method for alias in ALIASES if alias.matches(path.removeprefix(PREFIX))}
    if allowed:
        raise HTTPException(405, headers={"Allow": ", ".join(sorted(allowed))})
    raise HTTPException(404)
