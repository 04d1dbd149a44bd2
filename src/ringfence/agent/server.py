"""The server of the Model Context Protocol: tools listed from the operations, calls answered by them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import anyio
import mcp_types as types
from mcp.server import Server
from mcp.server.context import ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from pydantic import BaseModel

from ringfence.agent import tools
from ringfence.agent.person import Person
from ringfence.agent.restraint import Restraint
from ringfence.api.problems import BUG_HINT, Problem, bug_problem, problem_of
from ringfence.errors import NotSupported, RingfenceError
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from ringfence.service.registry import Operation

LOG = logging.getLogger("ringfence")
NAME = "ringfence"
AT_ONCE = 2
"""Questions worked on at the same time; the others wait."""

Asked = ServerRequestContext[Any, Any]
Reply = types.CallToolResult | types.InputRequiredResult


class Cancelled(Exception):  # nothing is wrong: nobody wants the answer any more
    """Whoever asked takes the question back."""


class Door:
    """What an agent can reach.

    Args:
        context: the store and the clocks. actor: ``agent:NAME``. elicit: whether a pause is put to the person
            through the agent's window. operations: what there is; only what an agent may ask is offered.
    """

    def __init__(
        self,
        context: Context,
        *,
        actor: str,
        elicit: bool = True,
        operations: Iterable[Operation] = OPERATIONS,
    ) -> None:
        self._context = replace(context, principal=tools.agent(actor))
        every = tuple(operations)
        self._offered = tools.offered(every, self._context.principal)
        self._restraint = Restraint(context.ticks)
        self._at_once = anyio.CapacityLimiter(AT_ONCE)
        self._behind = replace(context, principal=tools.person_behind(actor))
        self._named = {one.name: one for one in every}
        self._person = Person(elicit=elicit, ask=self._for_person, ticks=context.ticks)
        self._answers = {name: self._answer_model(one) for name, one in self._offered.items()}

    def server(self) -> Server[dict[str, Any]]:
        """The server, not yet connected to anything."""
        built: Server[dict[str, Any]] = Server(
            NAME,
            version=version("ringfence"),
            title="ringfence",
            instructions=tools.INSTRUCTIONS,
            on_list_tools=self._list,
            on_call_tool=self._call,
        )
        # What a client echoes could be anything: it comes back sealed, or not at all.
        built.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=NAME))
        return built

    async def _list(self, _asked: Asked, _page: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        listed = [_tool(name, one, self._answers[name]) for name, one in self._offered.items()]
        return types.ListToolsResult(tools=listed)

    async def _call(self, asked: Asked, call: types.CallToolRequestParams) -> Reply:
        """Answer a call; whatever goes wrong is a result that says so, so that the agent can read it."""
        try:
            operation = self._tool(call.name)
            if operation.name == tools.AUDIT:
                return await self._audit(operation, asked, call)
            self._restraint.take(call.name, call.arguments or {})
            return _answered(await self._run(operation, call.arguments or {}, self._context, _told(asked)))
        except RingfenceError as error:
            return _failed(problem_of(error))
        except Exception as error:  # noqa: BLE001  # the last line: no agent is shown a traceback
            _bug(error, call.name)
            return _failed(bug_problem())

    async def _audit(self, operation: Operation, asked: Asked, call: types.CallToolRequestParams) -> Reply:
        arguments = call.arguments or {}
        then = self._person.earlier(call)
        if then is None:
            self._restraint.take(call.name, arguments)
            then = self._person.new(await self._run(operation, arguments, self._context, _told(asked)))
        went = await self._person.asked(asked, call, then)
        if isinstance(went, types.InputRequiredResult):
            return went
        told = {"audit": went.audit, "decided": went.decided, "needs_human": went.needs_human}
        return _answered(self._answers[call.name].model_validate({**told, "asked": went.asked}))

    async def _for_person(self, name: str, request: Mapping[str, Any]) -> BaseModel:
        """Ask an operation on behalf of the person behind the agent."""
        return await self._run(self._named[name], request, self._behind)

    async def _run(
        self,
        operation: Operation,
        request: Mapping[str, Any],
        context: Context,
        told: Callable[[str, int, int], None] | None = None,
    ) -> BaseModel:
        """Ask an operation in a thread, which ends at its next step when the call is taken back."""
        taken_back = False

        def watched(what: str, done: int, total: int) -> None:
            if taken_back:
                raise Cancelled
            if told is not None:
                told(what, done, total)

        try:
            return await anyio.to_thread.run_sync(
                operation.run,
                replace(context, progress=watched),
                request,
                abandon_on_cancel=True,
                limiter=self._at_once,
            )
        finally:
            taken_back = True

    def _tool(self, name: str) -> Operation:
        if name in self._offered:
            return self._offered[name]
        raise NotSupported(
            "no such tool", path="tool", value=name, hint=f"one of {', '.join(sorted(self._offered))}"
        )

    def _answer_model(self, operation: Operation) -> type[BaseModel]:
        if operation.name != tools.AUDIT:
            return operation.answer
        decide = self._named.get(tools.DECIDE)
        return tools.audit_model(operation.answer, None if decide is None else decide.answer)


def _tool(name: str, operation: Operation, answer: type[BaseModel]) -> types.Tool:
    reads = operation.scope == "read"
    return types.Tool(
        name=name,
        description=tools.description(operation),
        input_schema=tools.input_schema(operation),
        output_schema=tools.output_schema(answer),
        annotations=types.ToolAnnotations(
            read_only_hint=reads, destructive_hint=False, idempotent_hint=reads, open_world_hint=False
        ),
    )


def _told(asked: Asked) -> Callable[[str, int, int], None]:
    """Passes on how far a long question is; a client that did not ask for it hears nothing."""

    def told(what: str, done: int, total: int) -> None:
        anyio.from_thread.run(asked.session.report_progress, float(done), float(total), what)

    return told


def _answered(answer: BaseModel) -> types.CallToolResult:
    told = answer.model_dump(mode="json")
    # The text repeats it for clients that read no structured content.
    text = types.TextContent(type="text", text=json.dumps(told, separators=(",", ":")))
    return types.CallToolResult(content=[text], structured_content=told)


def _failed(problem: Problem) -> types.CallToolResult:
    """An error, with its code, place and way out."""
    kept = ("code", "title", "detail", "path", "value", "hint")
    told = {name: value for name, value in problem.document().items() if name in kept}
    text = types.TextContent(type="text", text=json.dumps(told))
    return types.CallToolResult(content=[text], structured_content={"error": told}, is_error=True)


def _bug(error: Exception, tool: str) -> None:
    """Said on standard error, where the agent's program keeps its log; the inside only with ``--debug``."""
    shown = error if LOG.isEnabledFor(logging.DEBUG) else None
    LOG.error("a bug in ringfence (%s in %s); %s", type(error).__name__, tool, BUG_HINT, exc_info=shown)
