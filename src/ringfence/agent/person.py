"""The person behind an agent: asked through its window where it has one, in both forms the protocol knows.

Until 2025 a server sent the question itself; since 2026 a call ends with the question and is made again with
the answer. What comes back is taken for the person's, because only the client can know; the journal says
through whom it came.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import anyio
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel

from ringfence.agent.pause import NOTHING, ROUNDS, WITHOUT_WRITING, Waiting
from ringfence.agent.tools import ANSWER, DECIDE
from ringfence.errors import OutOfRange

KEY = "pause"
KEPT = 64
"""Audits that wait for a person at once; the oldest is left to ringfence's own screens."""

Ask = Callable[[str, Mapping[str, Any]], Awaitable[BaseModel]]
Asked = ServerRequestContext[Any, Any]


@dataclass(frozen=True)
class Then:
    """What became of an audit.

    Attributes:
        since: ticks when it was answered first. decided: what the operation answered to their decision.
        asked: what the person did: ``not_asked``, ``accepted``, ``declined`` or ``cancelled``.
    """

    audit: BaseModel
    since: float
    asked: str = "not_asked"
    decided: BaseModel | None = None

    @property
    def needs_human(self) -> bool:
        """Whether it is a pause that nobody has ended."""
        return self.decided is None and Waiting.of(self.audit).open

    @property
    def over(self) -> bool:
        """Whether there is nothing more to ask the person here."""
        return not self.needs_human or self.asked in ("declined", "cancelled")


class Person:
    """Puts a pause to the person, and their answers to the operations.

    Args:
        elicit: whether they are asked at all. ask: asks an operation on their behalf. ticks: seconds.
    """

    def __init__(self, *, elicit: bool, ask: Ask, ticks: Callable[[], float]) -> None:
        self._elicit = elicit
        self._ask = ask
        self._ticks = ticks
        self._waiting: OrderedDict[str, Then] = OrderedDict()

    def earlier(self, call: types.CallToolRequestParams) -> Then | None:
        """The audit that a call goes on with; None: it is a new one.

        Raises:
            OutOfRange: it has been too long.
        """
        if call.request_state is None:
            return None
        then = self._waiting.pop(json.loads(call.request_state)["audit_id"], None)
        if then is None:
            raise OutOfRange("this audit no longer waits here", path="audit_id", hint="ask anew")
        return then

    def new(self, audit: BaseModel) -> Then:
        """An audit that was answered just now."""
        return Then(audit, self._ticks())

    async def asked(
        self, asked: Asked, call: types.CallToolRequestParams, then: Then
    ) -> Then | types.InputRequiredResult:
        """What became of an audit; or the question, for the client to put to the person and to call again."""
        if then.over or not self._elicit or not _has_window(asked):
            return then
        if asked.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return await self._by_calling_again(call, then)
        return await self._at_once(asked, then)

    async def _at_once(self, asked: Asked, then: Then) -> Then:
        for _ in range(ROUNDS):
            waiting = Waiting.of(then.audit)
            try:
                reply = await asked.session.elicit_form(waiting.message, waiting.form, asked.request_id)
            except MCPError:
                return then  # a window that does not open: the person is reached elsewhere
            then = await self._took(reply, then)
            if then.over:
                break
        return then

    async def _by_calling_again(
        self, call: types.CallToolRequestParams, then: Then
    ) -> Then | types.InputRequiredResult:
        rounds = 0
        if call.request_state is not None:
            rounds = int(json.loads(call.request_state)["rounds"])
            reply = (call.input_responses or {}).get(KEY)
            if not isinstance(reply, types.ElicitResult):
                return then
            then = await self._took(reply, then)
        return then if then.over or rounds >= ROUNDS else self._question(then, rounds + 1)

    def _question(self, then: Then, rounds: int) -> types.InputRequiredResult:
        waiting = Waiting.of(then.audit)
        self._waiting[waiting.audit_id] = then
        if len(self._waiting) > KEPT:
            self._waiting.popitem(last=False)
        shown = types.ElicitRequestFormParams(message=waiting.message, requested_schema=waiting.form)
        return types.InputRequiredResult(
            input_requests={KEY: types.ElicitRequest(params=shown)},
            request_state=json.dumps({"audit_id": waiting.audit_id, "rounds": rounds}),
        )

    async def _took(self, reply: types.ElicitResult, then: Then) -> Then:
        """What the person did. To decline is to do nothing; a closed window leaves it to another screen."""
        waiting = Waiting.of(then.audit)
        if reply.action == "cancel":
            return replace(then, asked="cancelled")
        if reply.action == "decline":
            nothing = {"audit_id": waiting.audit_id, "decision": NOTHING}
            return replace(then, asked="declined", decided=await self._ask(DECIDE, nothing))
        content = reply.content or {}
        then = replace(then, asked="accepted")
        decision = waiting.decided(content.get("decision"))
        if decision is None:
            return then
        if decision["decision"] not in WITHOUT_WRITING:
            if waiting.lines:
                lines = {"audit_id": waiting.audit_id, **waiting.written(content)}
                then = replace(then, audit=await self._ask(ANSWER, lines))
            if Waiting.of(then.audit).lines:
                return then
            await self._waited(then, waiting.seconds)
        return replace(then, decided=await self._ask(DECIDE, decision))

    async def _waited(self, then: Then, seconds: float) -> None:
        """The rest of the pause, for whoever writes faster."""
        # A moment more than that: the journal counts whole milliseconds, on another clock.
        await anyio.sleep(max(0.0, then.since + seconds + 0.05 - self._ticks()))


def _has_window(asked: Asked) -> bool:
    capabilities = asked.session.client_capabilities
    window = None if capabilities is None else capabilities.elicitation
    return window is not None and (window.form is not None or window.url is None)
