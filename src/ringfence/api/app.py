"""The HTTP application: ``POST /v1/<operation>`` for every operation, built from the list."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ringfence.api.body import Refused, document_of
from ringfence.api.guard import Guard
from ringfence.api.long import HungUp, answered
from ringfence.api.problems import DOOR_TITLES, bug_problem, problem_of, titles
from ringfence.api.reply import answer_reply, on_bug, on_http_error, problem_reply
from ringfence.api.schema import openapi_of
from ringfence.errors import RingfenceError
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from ringfence.service.registry import Operation

PREFIX = "/v1"
LOG = logging.getLogger("ringfence")


def create_app(context: Context, *, names: Iterable[str] = ()) -> FastAPI:
    """The application; the page is attached to it by ``ringfence.web.page.attach``.

    Args:
        context: the clock and the store that every request uses.
        names: host names, beside ``localhost`` and every plain address, under which it is asked.
    """
    app = FastAPI(title="ringfence", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.openapi = lambda: openapi_of(OPERATIONS, PREFIX)  # type: ignore[method-assign]  # the documented way
    for operation in OPERATIONS:
        app.add_api_route(
            route_of(operation), _handler(operation, context), methods=["POST"], name=operation.name
        )
    app.add_api_route("/healthz", _healthy, methods=["GET"], include_in_schema=False)
    app.add_api_route("/problems", _problems, methods=["GET"], include_in_schema=False)
    app.add_api_route("/problems/{code}", _problem, methods=["GET"], include_in_schema=False)
    app.add_api_route(f"{PREFIX}/{{rest:path}}", _nothing, methods=ALL_METHODS, include_in_schema=False)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(Exception, on_bug)
    app.add_middleware(Guard, names=tuple(names))
    return app


ALL_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def route_of(operation: Operation) -> str:
    """Where an operation is asked: ``/v1/tiers-list``."""
    return f"{PREFIX}/{operation.name}"


def _handler(operation: Operation, context: Context) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            document = await document_of(request)
            return answer_reply(await answered(operation, context, request, document))
        except HungUp:
            return Response(status_code=499)  # nobody reads it; the log of a proxy knows the number
        except Refused as refused:
            return problem_reply(refused.problem, request.url.path)
        except RingfenceError as error:
            return problem_reply(problem_of(error), request.url.path)
        except Exception as error:  # noqa: BLE001  # the last line: nobody is shown a traceback
            return _bug_reply(operation, error, request.url.path)

    handle.__doc__ = operation.summary
    return handle


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
    if request.url.path in {route_of(operation) for operation in OPERATIONS}:
        raise HTTPException(405, headers={"Allow": "POST"})
    raise HTTPException(404)
