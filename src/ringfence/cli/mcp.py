"""``ringfence mcp``: the tools that an agent may use, over standard input and output."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from ringfence.errors import NotSupported, OutOfRange
from ringfence.service.context import local_context
from ringfence.service.principal import checked_actor

NAME = "unnamed"


def mcp(
    *,
    name: Annotated[
        str, Parameter(help="What the agent is called in the journal; an agent policy names it.")
    ] = NAME,
    elicit: Annotated[
        bool, Parameter(help="Ask the person through the agent's own window when there is a pause.")
    ] = True,
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="Errors as JSON.")] = False,
    as_debug: Annotated[bool, Parameter(name="--debug", negative="", help="Show where a bug is.")] = False,
) -> None:
    """Offer an agent the tools it may use: risk, audits, permits; over standard input and output."""
    del as_json  # main has read it, as for every command
    try:
        actor = checked_actor(f"agent:{name}", path="--name")
    except OutOfRange as error:
        error.hint = "lower-case letters, digits, ., _ or -; at most 40"
        raise
    # The protocol's library is heavy, and most people never need it.
    try:
        from ringfence.agent.serve import serve
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("mcp"):
            raise
        hint = 'pip install "ringfence[mcp]"'
        raise NotSupported("the library for agents is not installed", path="mcp", hint=hint) from None
    serve(local_context("mcp"), actor=actor, elicit=elicit, debug=as_debug)
