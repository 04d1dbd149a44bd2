"""Long runs: answers one by one, progress, and an end when nobody wants them any more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ringfence.service.context import Context
from ringfence.web.desk import Desk, Stopped
from ringfence.web.runs import Run, Told

Answer = TypeVar("Answer")


def finished(asked: Coroutine[Any, Any, Answer]) -> Answer:
    """What a coroutine comes to, in a thread: in this one the browser of other tests has its own loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked).result(timeout=60)


NAMES = ("one", "two", "three")


def test_answers_come_one_by_one_with_progress() -> None:
    seen: list[tuple[str, int, float]] = []
    run = Run()

    def ask(name: str, told: Told) -> str:
        told("replaying", 1, 4)
        return name.upper()

    async def all_of_them() -> list[tuple[str, str]]:
        found = []
        async for name, answer in run.each(NAMES, ask):
            seen.append((run.now, run.done, run.share))
            found.append((name, answer))
        return found

    assert finished(all_of_them()) == [("one", "ONE"), ("two", "TWO"), ("three", "THREE")]
    assert seen == [("one", 1, 0.25), ("two", 2, 0.25), ("three", 3, 0.25)]
    assert run.total == 3


def test_a_run_is_stopped_in_the_middle_of_a_question() -> None:
    run, begun, ended, pause = Run(), threading.Event(), threading.Event(), threading.Event()

    def ask(name: str, told: Told) -> str:
        if name == "two":
            begun.set()
            try:
                for step in range(2_000):
                    told("replaying", step, 2_000)
                    pause.wait(0.01)
            finally:
                ended.set()
        return name

    async def until_two() -> list[str]:
        found = []
        run.looked = lambda: run.stop() if begun.is_set() else None
        async for name, _ in run.each(NAMES, ask):
            found.append(name)
        return found

    assert finished(until_two()) == ["one"]
    assert ended.is_set()
    assert run.stopped


def test_what_goes_wrong_is_not_swallowed() -> None:
    def ask(name: str, told: Told) -> str:
        raise ZeroDivisionError(name)

    async def first() -> None:
        async for _ in Run().each(NAMES, ask):
            raise AssertionError("nothing can be answered")

    with pytest.raises(ZeroDivisionError):
        finished(first())


def test_a_replay_stops_where_its_watcher_says_so(tmp_path: Path) -> None:
    desk = Desk(Context(tmp_path, today=lambda: "2026-11-22"))
    desk.open_example("two-btc")
    told: list[tuple[int, int]] = []

    def watch(_what: str, done: int, total: int) -> None:
        told.append((done, total))

    answer = desk.replay("2025-10-10", book=desk.good, told=watch)
    assert answer.event == "2025-10-10"
    assert told
    assert all(0 < done <= total == answer.bars for done, total in told)

    def stop(_what: str, _done: int, _total: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        desk.replay("2025-10-10", book=desk.good, told=stop)
