"""The tools of an agent: which there are, what they answer, what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp import Client

from ringfence.agent.tools import SEE
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS, operation_named
from tests.agent.conftest import ERAS, Mirror, Talk
from tests.doors import book

NEVER = ("tiers_import", "tiers_update", "data_import", "data_fetch", "mirror_plan")


async def listed(client: Client) -> dict[str, Any]:
    return {tool.name: tool for tool in (await client.list_tools()).tools}


def call(name: str, arguments: dict[str, Any] | None = None, *, times: int = 1) -> Any:
    async def asking(client: Client) -> Any:
        for _ in range(times - 1):
            await client.call_tool(name, arguments or {})
        return await client.call_tool(name, arguments or {})

    return asking


def error(result: Any) -> dict[str, Any]:
    """What a tool says that could not answer: as text and as structured content, without a traceback."""
    assert result.is_error
    told: dict[str, Any] = result.structured_content["error"]
    assert json.loads(result.content[0].text) == told
    assert "Traceback" not in result.content[0].text
    return told


@pytest.mark.parametrize("mode", ERAS)
def test_the_tools_are_what_an_agent_may_ask(talk: Talk, mode: str) -> None:
    tools = talk(listed, mode)
    assert {"get_risk_picture", "assess", "audit_intent", "submit_answers", "mirror_decide"} <= set(tools)
    assert not set(tools) & set(NEVER)
    for tool in tools.values():
        assert tool.description
        assert tool.input_schema["type"] == "object"
        assert tool.output_schema["type"] == "object"
    assert tools["assess"].annotations.read_only_hint is True
    assert tools["audit_intent"].annotations.read_only_hint is False


def test_an_account_is_described_in_full_once_and_pointed_to_elsewhere(talk: Talk) -> None:
    tools = talk(listed)
    whole, short = tools["get_risk_picture"].input_schema, tools["preview"].input_schema
    assert "PositionInput" in whole["$defs"]
    assert short["$defs"]["AccountInput"] == {"type": "object", "description": SEE}
    assert "get_risk_picture" in SEE
    for tool in tools.values():
        written = json.dumps(tool.input_schema)
        for name in tool.input_schema.get("$defs", {}):
            assert f'"#/$defs/{name}"' in written, f"{tool.name} describes {name} and never uses it"
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema)


@pytest.mark.parametrize("mode", ERAS)
def test_a_tool_answers_as_its_operation(talk: Talk, mode: str, context: Context) -> None:
    result = talk(call("get_risk_picture", {"account": book()}), mode)
    expected = operation_named("compare").run(context, {"account": book()}).model_dump(mode="json")
    assert not result.is_error
    assert result.structured_content == expected
    assert json.loads(result.content[0].text) == expected


@pytest.mark.parametrize(
    ("name", "arguments", "code", "path"),
    [
        ("get_risk_picture", {}, "missing-field", "account"),
        ("get_risk_picture", {"account": {"venue": "nowhere"}}, "unknown-venue", "account.venue"),
        (
            "assess",
            {"account": {"venue": "demo", "wallet": {"USDT": 0.1}}},
            "inexact-number",
            "account.wallet.USDT",
        ),
        ("tiers_import", {}, "not-supported", "tool"),
        ("mirror_plan", {"action": "x"}, "not-supported", "tool"),
        ("bet", {}, "not-supported", "tool"),
    ],
)
def test_what_is_wrong_says_how_to_put_it_right(
    talk: Talk, name: str, arguments: dict[str, Any], code: str, path: str
) -> None:
    told = error(talk(call(name, arguments)))
    assert (told["code"], told["path"]) == (code, path)
    assert told["detail"]
    assert told["hint"]


def test_a_bug_is_called_one_and_shows_nothing(talk: Talk) -> None:
    told = error(talk(call("mirror_fail", {"action": "x"})))
    assert told["code"] == "bug"
    assert "planted" not in json.dumps(told)


def test_the_journal_would_name_the_agent(talk: Talk, mirror: Mirror) -> None:
    talk(call("audit_intent", {"action": "reduce"}))
    assert mirror.asked == [("audit", "agent:desk", {"action": "reduce"})]


def test_an_agent_is_told_when_it_may_not_answer_for_a_person(talk: Talk) -> None:
    told = error(talk(call("submit_answers", {"audit_id": "a1", "disproof": "below 57,000 by Friday"})))
    assert told["hint"] == "the person writes the lines"


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_same_question_again_and_again(talk: Talk, off: int) -> None:
    most = LIMITS.same_calls_per_minute
    result = talk(call("venues_list", times=most + off))
    if off < 1:
        assert not result.is_error
        return
    told = error(result)
    assert told["code"] == "limit-exceeded"
    assert "same_calls_per_minute" in told["detail"]
    assert "seconds" in told["hint"]


def test_a_new_id_does_not_make_a_new_question(talk: Talk, mirror: Mirror) -> None:
    async def storm(client: Client) -> list[bool]:
        asked = [
            {"action": "reduce", "id": str(number)} for number in range(LIMITS.same_calls_per_minute + 2)
        ]
        return [(await client.call_tool("audit_intent", one)).is_error for one in asked]

    assert talk(storm) == [False] * LIMITS.same_calls_per_minute + [True, True]
    assert mirror.audits == LIMITS.same_calls_per_minute


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_too_many_questions(talk: Talk, off: int) -> None:
    async def many(client: Client) -> Any:
        for number in range(LIMITS.tool_calls_per_minute + off - 1):
            await client.call_tool("venues_show", {"venue": f"no-{number}"})
        return await client.call_tool("venues_show", {"venue": "demo"})

    result = talk(many)
    if off < 1:
        assert not result.is_error
    else:
        assert "tool_calls_per_minute" in error(result)["detail"]


def test_every_operation_an_agent_may_ask_is_a_tool_of_the_real_server(context: Context) -> None:
    from ringfence.agent.server import Door
    from ringfence.agent.tools import tool_name

    door = Door(context, actor="agent:desk")
    may = [tool_name(one) for one in OPERATIONS if one.scope in ("read", "mirror") and not one.local]
    assert list(door._offered) == may
