"""A long question ends when whoever asked has hung up."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from pydantic import BaseModel
from starlette.requests import Request

from ringfence.api import long
from ringfence.api.long import HungUp, answered
from ringfence.service.context import Context, local_context
from ringfence.service.registry import Operation


class Done(BaseModel):
    """An answer."""


class Slow:
    """An operation that says how far it is a thousand times, and stands in for a long one."""

    def __init__(self, times: int) -> None:
        self.times, self.said = times, 0

    def run(self, context: Context, _request: Any) -> BaseModel:
        for number in range(self.times):
            self.said = number + 1
            context.progress("working", number, self.times)
            time.sleep(0.01)
        return Done()


class Caller:
    """Somebody who hangs up when asked for the second time, or never."""

    def __init__(self, *, patient: bool) -> None:
        self.patient, self.looked = patient, 0

    async def is_disconnected(self) -> bool:
        self.looked += 1
        return not self.patient and self.looked > 1


def ask(slow: Slow, caller: Caller) -> BaseModel:
    """In a thread of its own: the browser tests leave an event loop running in this one."""

    async def asked() -> BaseModel:
        return await answered(cast("Operation", slow), local_context(), cast("Request", caller), {})

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(asked())).result(timeout=60)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long, "LOOK", 0.02)


def test_a_closed_line_ends_the_work() -> None:
    slow = Slow(times=100_000)
    with pytest.raises(HungUp):
        ask(slow, Caller(patient=False))
    assert slow.said < slow.times


def test_a_patient_caller_gets_the_answer() -> None:
    slow = Slow(times=10)
    assert ask(slow, Caller(patient=True)) == Done()
    assert slow.said == slow.times
