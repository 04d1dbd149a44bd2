"""A pause, put to the person through the agent's window; and what happens where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from mcp import Client
from mcp_types import ElicitResult

from tests.agent.conftest import ERAS, Mirror, Talk

GOOD = {"disproof": "close below 57,000 by Friday", "invalidation": "57000", "do_nothing": "1 of 3 is lost"}
VIA = "human:via-desk"


async def switch(client: Client) -> Any:
    return await client.call_tool("audit_intent", {"action": "switch", "id": "i1"})


class Window:
    """A person who answers what they are asked, one reply after the other."""

    def __init__(self, *replies: dict[str, Any] | str) -> None:
        self.replies, self.shown = list(replies), []

    async def __call__(self, _context: Any, shown: Any) -> ElicitResult:
        self.shown.append(shown)
        reply = self.replies.pop(0)
        if isinstance(reply, str):
            return ElicitResult(action=reply)  # type: ignore[arg-type]  # decline or cancel
        return ElicitResult(action="accept", content=reply)


both = pytest.mark.parametrize("mode", ERAS)


@both
def test_without_a_window_it_needs_a_human(talk: Talk, mirror: Mirror, mode: str) -> None:
    told = talk(switch, mode).structured_content
    assert (told["needs_human"], told["asked"], told["decided"]) == (True, "not_asked", None)
    assert told["audit"]["verdict"] == "pause"
    assert [name for name, *_ in mirror.asked] == ["audit"]


@both
def test_a_door_that_is_told_not_to_ask_does_not(talk: Talk, mode: str) -> None:
    window = Window()
    told = talk(switch, mode, elicit=False, elicitation_callback=window).structured_content
    assert (told["needs_human"], window.shown) == (True, [])


@both
def test_the_person_writes_and_proceeds(talk: Talk, mirror: Mirror, mode: str) -> None:
    window = Window({**GOOD, "decision": "proceed", "smuggled": "x"})
    told = talk(switch, mode, elicitation_callback=window).structured_content
    assert (told["needs_human"], told["asked"]) == (False, "accepted")
    assert told["decided"] == {"audit_id": "a1", "decision": "proceed", "permit": "p1"}
    assert mirror.asked == [
        ("audit", "agent:desk", {"action": "switch", "id": "i1"}),
        ("answer", VIA, {"audit_id": "a1", **GOOD}),
        ("decide", VIA, {"audit_id": "a1", "decision": "proceed"}),
    ]
    assert mirror.audits == 1, "the call that comes back with the answer is no new audit"


@both
def test_the_person_is_shown_the_numbers_and_to_do_nothing_first(talk: Talk, mode: str) -> None:
    window = Window("decline")
    talk(switch, mode, elicitation_callback=window)
    (shown,) = window.shown
    for words in ("switch BTC", "you lose 8,000", "pledges 7,000", "Decline to do nothing."):
        assert words in shown.message
    fields = shown.requested_schema["properties"]
    assert fields["decision"]["enum"] == ["do_nothing", "reduce", "proceed"], "no override through an agent"
    assert list(fields)[1:] == ["disproof", "invalidation", "do_nothing"]
    assert shown.requested_schema["required"] == ["decision"]


@both
def test_bad_lines_are_asked_for_again(talk: Talk, mirror: Mirror, mode: str) -> None:
    first = {**GOOD, "disproof": "if it feels wrong", "decision": "proceed"}
    window = Window(first, {"disproof": GOOD["disproof"], "decision": "proceed"})
    told = talk(switch, mode, elicitation_callback=window).structured_content
    assert told["decided"]["permit"] == "p1"
    again = window.shown[1]
    assert "What would prove it wrong? No number in it." in again.message
    assert list(again.requested_schema["properties"]) == ["decision", "disproof"]
    assert [name for name, *_ in mirror.asked] == ["audit", "answer", "answer", "decide"]


@both
def test_after_three_rounds_it_is_left_to_other_screens(talk: Talk, mirror: Mirror, mode: str) -> None:
    window = Window(*[{"disproof": "no", "decision": "proceed"}] * 3)
    told = talk(switch, mode, elicitation_callback=window).structured_content
    assert (told["needs_human"], told["decided"]) == (True, None)
    assert [name for name, *_ in mirror.asked] == ["audit", "answer", "answer", "answer"]


@both
@pytest.mark.parametrize(
    ("reply", "asked", "decided"),
    [
        ("decline", "declined", "do_nothing"),
        ("cancel", "cancelled", None),
        ({"decision": "do_nothing"}, "accepted", "do_nothing"),
        ({"decision": "reduce"}, "accepted", "reduce"),
        ({"decision": "override", **GOOD}, "accepted", None),
        ({"decision": "follow_plan"}, "accepted", None),
        ({**GOOD}, "accepted", None),
    ],
    ids=str,
)
def test_to_do_less_takes_no_writing_and_what_was_not_offered_is_no_decision(
    talk: Talk, mirror: Mirror, mode: str, reply: Any, asked: str, decided: str | None
) -> None:
    told = talk(switch, mode, elicitation_callback=Window(*[reply] * 3)).structured_content
    assert told["asked"] == asked
    assert told["needs_human"] == (decided is None)
    assert (told["decided"] or {"decision": None})["decision"] == decided
    assert "answer" not in [name for name, *_ in mirror.asked]


@both
def test_a_quick_writer_waits_for_the_rest_of_the_pause(talk: Talk, mirror: Mirror, mode: str) -> None:
    mirror.seconds = 0.3
    before = time.monotonic()
    told = talk(switch, mode, elicitation_callback=Window({**GOOD, "decision": "proceed"})).structured_content
    assert told["decided"]["permit"] == "p1"
    assert time.monotonic() - before >= mirror.seconds


@both
def test_a_long_pause_ends_on_our_own_screens_alone(talk: Talk, mirror: Mirror, mode: str) -> None:
    mirror.long = True
    insists = {**GOOD, "decision": "proceed", "confirmation": "8,000 USDT", "reason": "x" * 40}
    window = Window(*[insists] * 3)
    told = talk(switch, mode, elicitation_callback=window).structured_content
    shown = window.shown[0]
    assert "screen of ringfence itself" in shown.message
    assert list(shown.requested_schema["properties"]) == ["decision"]
    assert shown.requested_schema["properties"]["decision"]["enum"] == ["do_nothing", "reduce"]
    assert (told["needs_human"], told["decided"]) == (True, None)
    assert [name for name, *_ in mirror.asked] == ["audit"]


def test_what_needs_no_pause_asks_nobody(talk: Talk) -> None:
    window = Window()

    async def reduce(client: Client) -> Any:
        return await client.call_tool("audit_intent", {"action": "reduce"})

    told = talk(reduce, elicitation_callback=window).structured_content
    assert (told["needs_human"], told["audit"]["verdict"], window.shown) == (False, "allow", [])


@pytest.mark.parametrize(
    "forge", [lambda state: state[:-4] + "AAAA", lambda _: '{"audit_id": "a1", "rounds": 0}']
)
def test_a_forged_state_is_refused(talk: Talk, mirror: Mirror, forge: Callable[[str], str]) -> None:
    """An agent that answers for the person must at least have been asked; it cannot make up the question."""
    from mcp import MCPError

    async def forged(client: Client) -> str:
        first = await client.session.call_tool(
            "audit_intent", {"action": "switch"}, allow_input_required=True
        )
        reply = ElicitResult(action="accept", content={**GOOD, "decision": "proceed"})
        try:
            await client.session.call_tool(
                "audit_intent",
                {"action": "switch"},
                input_responses={"pause": reply},
                request_state=forge(first.request_state),
                allow_input_required=True,
            )
        except MCPError as error:
            return str(error)
        return "let in"

    assert "requestState" in talk(forged, ERAS[1], elicitation_callback=Window())
    assert [name for name, *_ in mirror.asked] == ["audit"]
