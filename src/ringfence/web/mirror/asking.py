"""Questions of the mirror, asked in a thread: the journal is on disk, and some answers take seconds."""

from __future__ import annotations

from typing import Any

from nicegui import run

from ringfence.web.desk import REFUSED, Desk, Problem

GONE = Problem("gone", "", "The page's server is shutting down", "", "")


async def asked(desk: Desk, name: str, **request: Any) -> Any:
    """The answer of an operation, or the `Problem` that there is with it; it never raises for a refusal."""

    def work() -> Any:
        try:
            return desk.ask(name, **request)
        except REFUSED as error:
            return Problem.of(error)

    found = await run.io_bound(work)
    return GONE if found is None else found
