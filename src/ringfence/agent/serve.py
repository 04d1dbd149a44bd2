"""Serve an agent over standard input and output, until it hangs up."""

from __future__ import annotations

import logging

import anyio
from mcp.server.stdio import stdio_server

from ringfence.agent.server import Door
from ringfence.service.context import Context


def serve(context: Context, *, actor: str, elicit: bool, debug: bool) -> None:
    """Serve until the other side closes; standard output carries the protocol and nothing else."""
    logging.getLogger("ringfence").setLevel(logging.DEBUG if debug else logging.WARNING)
    anyio.run(_serve, context, actor, elicit)


async def _serve(context: Context, actor: str, elicit: bool) -> None:  # noqa: FBT001  # anyio passes by place
    server = Door(context, actor=actor, elicit=elicit).server()
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
