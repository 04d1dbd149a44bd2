"""Long questions over HTTP: asked in a thread, and ended when whoever asked has hung up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from ringfence.service.context import Context
from ringfence.service.registry import Operation

LOOK = 0.5
"""Seconds between two looks whether anybody still listens."""


class HungUp(Exception):  # nothing is wrong: nobody wants the answer any more
    """Whoever asked closed the connection."""


@dataclass
class _Line:
    """The line to whoever asked; the thread that works looks at it when it says how far it is."""

    closed: bool = False

    def told(self, _what: str, _done: int, _total: int) -> None:
        if self.closed:
            raise HungUp


async def answered(
    operation: Operation, context: Context, request: Request, document: Mapping[str, Any]
) -> BaseModel:
    """The answer of an operation, worked out in a thread.

    Raises:
        HungUp: the connection was closed before the answer was there, and the work has ended.
        RingfenceError: as the operation.
    """
    line = _Line()
    asked = replace(context, progress=line.told)
    work = asyncio.ensure_future(run_in_threadpool(operation.run, asked, document))
    while not work.done():
        await asyncio.wait({work}, timeout=LOOK)
        if not work.done() and not line.closed:
            line.closed = await request.is_disconnected()
    return await work
