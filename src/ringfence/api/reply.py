"""What leaves the HTTP door: answers, and problems of every kind."""

from __future__ import annotations

import json

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ringfence.api.problems import MEDIA_TYPE, Problem, bug_problem, door_problem


def answer_reply(answer: BaseModel) -> Response:
    """An answer as JSON, amounts as strings."""
    return Response(answer.model_dump_json(), media_type="application/json")


def problem_reply(problem: Problem, instance: str) -> Response:
    """A problem document; ASCII, so that nothing that was sent can spoil a log or a terminal."""
    return Response(json.dumps(problem.document(instance=instance)), problem.status, media_type=MEDIA_TYPE)


async def on_http_error(request: Request, error: Exception) -> Response:
    """What the framework refuses itself: no such address, no such method."""
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path
    if error.status_code == 405:
        asked = f"{request.method} is not answered here"
        reply = problem_reply(
            door_problem(405, "method-not-allowed", asked, hint="ask with POST and a JSON body"), path
        )
        reply.headers.update(error.headers or {})
        return reply
    hint = "GET /openapi.json lists the addresses"
    return problem_reply(door_problem(404, "not-found", f"nothing at {path[:200]}", hint=hint), path)


async def on_bug(request: Request, _error: Exception) -> Response:
    """A bug: said to be one, and nothing more; the server's log has the rest."""
    return problem_reply(bug_problem(), request.url.path)
