"""What leaves the HTTP door: answers, and problems of every kind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ringfence.api.problems import MEDIA_TYPE, Problem, bug_problem, door_problem


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it is sent, once or again."""

    body: bytes
    status: int
    headers: Mapping[str, str]

    @classmethod
    def of(cls, answer: BaseModel) -> Written:
        """An answer as JSON, amounts as strings; 202 for an audit that pauses, with how long to wait."""
        pauses = can_pause(type(answer)) and answer.verdict == "pause" and answer.state == "open"  # type: ignore[attr-defined]  # can_pause has looked
        headers = {"Retry-After": str(answer.pause_seconds)} if pauses else {}  # type: ignore[attr-defined]  # the same
        return cls(answer.model_dump_json().encode(), 202 if pauses else 200, headers)

    @property
    def reply(self) -> Response:
        """For the wire."""
        return Response(self.body, self.status, headers=dict(self.headers), media_type="application/json")


def can_pause(answer: type[BaseModel]) -> bool:
    """Whether an answer may be a pause: it has a verdict, and says how long to wait."""
    return {"verdict", "state", "pause_seconds"} <= set(answer.model_fields)


def answer_reply(answer: BaseModel) -> Response:
    """An answer as JSON, amounts as strings."""
    return Written.of(answer).reply


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
