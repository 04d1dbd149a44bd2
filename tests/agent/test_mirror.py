"""An agent before the mirror itself: it may ask, a person decides, and the journal says who did what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_types import ElicitResult

from ringfence.agent.server import Door
from ringfence.service.context import Context
from ringfence.service.operations import operation_named
from tests.agent.conftest import ERAS
from tests.doors import book
from tests.support import ROOT

NOW = 1_795_350_000_000
RESCUE = ROOT / "examples" / "rescue.toml"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path / "home", today=lambda: "2026-11-22", now_ms=lambda: NOW)


def switch(mark: str) -> dict[str, Any]:
    """A losing isolated long, to be switched to cross."""
    account = {**book(RESCUE), "marks": {"BTC/USDT:USDT": mark}}
    return {"account": account, "action": "switch_to_cross", "as_of_ms": NOW, "spread": "0.1", "id": "i1"}


def talk(context: Context, mode: str, what: Callable[[Client], Awaitable[Any]], *reply: ElicitResult) -> Any:
    async def window(_context: Any, _shown: Any) -> ElicitResult:
        return reply[0]

    async def run() -> Any:
        server = Door(context, actor="agent:desk").server()
        async with Client(server, mode=mode, elicitation_callback=window if reply else None) as client:
            return await what(client)

    # In a thread of its own: the browser tests leave an event loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result(timeout=60)


def journaled(context: Context) -> list[tuple[str, str]]:
    answer: Any = operation_named("journal-list").run(context, {})
    return [(one.kind, one.actor) for one in reversed(answer.records)]


@pytest.mark.parametrize("mode", ERAS)
def test_a_long_pause_waits_for_the_person_and_the_agent_cannot_end_it(context: Context, mode: str) -> None:
    async def insist(client: Client) -> list[Any]:
        audit = await client.call_tool("audit_intent", switch("59800"))
        lines = {"disproof": "a 4h close below 57,500 by 2026-11-24", "invalidation": "57500"}
        answer = await client.call_tool("submit_answers", {"audit_id": "i1", **lines, "do_nothing": "1 of 2"})
        on = {"audit_id": "i1", "decision": "proceed"}
        proceed = await client.call_tool("mirror_decide", on)
        override = await client.call_tool(
            "mirror_decide", {**on, "decision": "override", "reason": "x y " * 20}
        )
        return [audit, answer, proceed, override]

    audit, *refused = talk(context, mode, insist)
    told = audit.structured_content
    assert (told["needs_human"], told["decided"]) == (True, None)
    assert (told["audit"]["verdict"], told["audit"]["permit"]) == ("pause", None)
    assert all(one.is_error for one in refused)
    assert refused[0].structured_content["error"]["code"] == "not-allowed"
    assert not [kind for kind, _ in journaled(context) if kind in ("answer", "decision", "permit")]


@pytest.mark.parametrize("mode", ERAS)
def test_a_person_declines_in_the_agents_window(context: Context, mode: str) -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("audit_intent", switch("59800"))

    told = talk(context, mode, ask, ElicitResult(action="decline")).structured_content
    assert (told["needs_human"], told["asked"]) == (False, "declined")
    assert told["decided"]["decision"] == "do_nothing"
    assert told["decided"]["permit"] is None
    found = journaled(context)
    assert ("intent", "agent:desk") in found
    assert ("decision", "human:via-desk") in found


def test_a_person_at_the_terminal_ends_what_an_agent_asked(context: Context) -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("audit_intent", switch("59800"))

    assert talk(context, "legacy", ask).structured_content["needs_human"]
    here = replace(context, now_ms=lambda: NOW + 90_000)
    decided: Any = operation_named("mirror-decide").run(here, {"audit_id": "i1", "decision": "do_nothing"})
    assert decided.decision == "do_nothing"
    assert ("decision", "human") in journaled(context)
