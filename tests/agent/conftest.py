"""An agent's client and our server in one process, and a mirror small enough to read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from pydantic import BaseModel, ConfigDict

from ringfence.agent.server import Door
from ringfence.errors import OutOfRange
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from ringfence.service.registry import Operation, operation

ERAS = ("legacy", "2026-07-28")
"""Both forms of the protocol: the question sent by the server, and the call made again."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AuditRequest(Strict):
    """An intent."""

    action: str
    id: str | None = None


class AnswerRequest(Strict):
    """The three lines."""

    audit_id: str
    disproof: str | None = None
    invalidation: str | None = None
    do_nothing: str | None = None


class DecideRequest(Strict):
    """What is done."""

    audit_id: str
    decision: str


class AuditAnswer(Strict):
    """A verdict."""

    audit_id: str
    what: str
    verdict: str
    state: str
    pause_seconds: float
    needed: list[str]
    lines: list[dict[str, Any]]
    findings: list[dict[str, str]]
    three: dict[str, list[str]] | None
    alternatives: list[dict[str, Any]]


class DecisionAnswer(Strict):
    """What was decided."""

    audit_id: str
    decision: str
    permit: str | None


@dataclass
class Mirror:
    """A mirror that pauses everything but a reduction, and takes a line for good when it has a number."""

    seconds: float = 0.0
    long: bool = False
    audits: int = 0
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    lines: dict[str, str] = field(default_factory=dict)

    def _note(self, name: str, context: Context, request: BaseModel) -> None:
        told = request.model_dump(exclude_none=True)
        self.asked.append((name, context.principal.actor, told))

    def answer(self, action: str) -> AuditAnswer:
        good = {name for name, text in self.lines.items() if any(sign.isdigit() for sign in text)}
        bad = [
            {"name": name, "checks": [{"code": "F1", "passed": False, "words": "No number in it."}]}
            for name in self.lines
            if name not in good
        ]
        verdict = "allow" if action == "reduce" else "pause"
        needed = [name for name in ("disproof", "invalidation", "do_nothing") if name not in good]
        return AuditAnswer(
            audit_id="a1",
            what=f"{action} BTC",
            verdict=verdict,
            state="open",
            pause_seconds=self.seconds,
            needed=[*needed, *(["confirmation", "override"] if self.long else [])]
            if verdict == "pause"
            else [],
            lines=bad,
            findings=[{"rule_id": "M-01", "message": "Switching pledges 7,000 more."}],
            three={"words": ["If hit, you lose 8,000 instead of 1,000."]},
            alternatives=[
                {"decision": one, "open": one != "follow_plan"}
                for one in ("reduce", "do_nothing", "follow_plan", "proceed", "override")
            ],
        )

    def operations(self) -> tuple[Operation, ...]:
        """The operations of this mirror, and those that exist."""

        @operation("mirror-audit", request=AuditRequest, answer=AuditAnswer, scope="mirror")
        def audit(context: Context, request: AuditRequest) -> AuditAnswer:
            """One intent, held against the account."""
            self._note("audit", context, request)
            self.audits += 1
            return self.answer(request.action)

        @operation("mirror-answer", request=AnswerRequest, answer=AuditAnswer, scope="mirror")
        def answer(context: Context, request: AnswerRequest) -> AuditAnswer:
            """The three lines."""
            self._note("answer", context, request)
            if context.principal.kind == "agent":
                raise OutOfRange("no agent policy", path="actor", hint="the person writes the lines")
            self.lines |= request.model_dump(exclude_none=True, exclude={"audit_id"})
            return self.answer("switch")

        @operation("mirror-decide", request=DecideRequest, answer=DecisionAnswer, scope="mirror")
        def decide(context: Context, request: DecideRequest) -> DecisionAnswer:
            """What is done in the end."""
            self._note("decide", context, request)
            permit = "p1" if request.decision == "proceed" else None
            return DecisionAnswer(audit_id=request.audit_id, decision=request.decision, permit=permit)

        @operation("mirror-plan", request=AuditRequest, answer=AuditAnswer, scope="plan")
        def plan(context: Context, request: AuditRequest) -> AuditAnswer:
            """What only a person may write."""
            raise AssertionError("no agent gets here")

        @operation("mirror-fail", request=AuditRequest, answer=AuditAnswer, scope="mirror")
        def fail(context: Context, request: AuditRequest) -> AuditAnswer:
            """A bug."""
            raise ZeroDivisionError("planted")

        kept = tuple(one for one in OPERATIONS if not one.name.startswith("mirror-"))
        return (*kept, audit, answer, decide, plan, fail)


Talk = Callable[..., Any]


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path / "home", today=lambda: "2026-11-22", ticks=lambda: 0.0)


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


@pytest.fixture
def talk(context: Context, mirror: Mirror) -> Talk:
    """Let a client talk with the server: ``talk(what, mode, **options of the client)``."""

    def talking(
        what: Callable[[Client], Awaitable[Any]],
        mode: str = "legacy",
        *,
        elicit: bool = True,
        **client: Any,
    ) -> Any:
        door = Door(context, actor="agent:desk", elicit=elicit, operations=mirror.operations())

        async def run() -> Any:
            async with Client(door.server(), mode=mode, **client) as connected:
                return await what(connected)

        # In a thread of its own: the browser tests leave an event loop running in this one.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(run())).result(timeout=60)

    return talking
