"""The body of a request: declared as JSON, within the limit, read digit for digit."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from ringfence.api.problems import Problem, door_problem
from ringfence.errors import BadFile
from ringfence.ingest.text import decoded, json_document
from ringfence.limits import LIMITS


class Refused(Exception):
    """A body that is not read at all."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


async def document_of(request: Request) -> dict[str, Any]:
    """The request's JSON object; a number with a point stays the text it was.

    Raises:
        Refused: not declared as JSON (415), or too large (413). BadFile: not JSON, or no object.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        hint = "send Content-Type: application/json"
        raise Refused(
            door_problem(415, "unsupported-media-type", f"not JSON: {kind[:80] or 'undeclared'}", hint=hint)
        )
    document = json_document(decoded(await _whole(request)))
    if not isinstance(document, dict):
        raise BadFile("not an object", value=type(document).__name__, hint='send {"account": {…}}')
    return document


async def _whole(request: Request) -> bytes:
    """Every byte, up to the limit; the rest is not waited for."""
    data = bytearray()
    if int(_digits(request.headers.get("content-length", "0"))) > LIMITS.input_bytes:
        raise Refused(_too_large())
    async for piece in request.stream():
        data += piece
        if len(data) > LIMITS.input_bytes:
            raise Refused(_too_large())
    return bytes(data)


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 20 else "0"


def _too_large() -> Problem:
    said = f"at most {LIMITS.input_bytes:,} bytes allowed (input_bytes)"
    return door_problem(413, "body-too-large", said, hint="send one account at a time")
