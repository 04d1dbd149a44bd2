"""Who may ask what: one table, for every door."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from ringfence.errors import RingfenceError
from ringfence.limits import LIMITS
from ringfence.service.context import Context
from ringfence.service.operations import OPERATIONS
from ringfence.service.pace import CALLERS, Pace
from ringfence.service.principal import ALL, SCOPES, Principal, allowed, checked_actor, checked_scopes
from ringfence.service.registry import Operation, operation
from ringfence.service.tokens import new_token, principal_of
from ringfence.store.tokens import Token


class Nothing(BaseModel):
    """Nothing."""


def asking(scope: str, *, local: bool = False) -> Operation:
    @operation("asked", request=Nothing, answer=Nothing, scope=scope, local=local)  # type: ignore[arg-type]  # one of a table
    def asked(_context: Context, request: Nothing) -> Nothing:
        """Answered."""
        return request

    return asked


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        ("human", "read write mirror plan admin"),
        ("human:eva", "read write mirror plan admin"),
        ("bot:grid-1", "read write mirror"),
        ("agent:desk", "read mirror"),
        ("nobody", ""),
    ],
)
def test_what_each_kind_may_do_whatever_it_was_granted(actor: str, may: str, tmp_path: Path) -> None:
    context = Context(tmp_path, principal=Principal(actor, ALL))
    for scope in SCOPES:
        one = asking(scope)
        assert allowed(context.principal, one) == (scope in may.split())
        if scope in may.split():
            assert one.run(context, {}) == Nothing()
            continue
        with pytest.raises(RingfenceError) as caught:
            one.run(context, {})
        assert (caught.value.code, caught.value.path) == ("not-allowed", "operation")
        assert caught.value.hint


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_was_not_granted_is_refused(scope: str, tmp_path: Path) -> None:
    granted = Principal("human:eva", ALL - {scope})
    with pytest.raises(RingfenceError, match=f"needs the scope {scope}") as caught:
        asking(scope).run(Context(tmp_path, principal=granted), {})
    assert f"--scope {scope}" in caught.value.hint


@pytest.mark.parametrize(
    ("door", "may"), [("library", True), ("cli", True), ("http", False), ("web", False), ("mcp", False)]
)
def test_what_names_a_file_of_this_machine_is_asked_here_alone(tmp_path: Path, door: Any, may: bool) -> None:
    context = Context(tmp_path, principal=Principal(door=door))
    one = asking("admin", local=True)
    assert allowed(context.principal, one) == may
    assert asking("admin").run(context, {}) == Nothing()
    if may:
        assert one.run(context, {}) == Nothing()
        return
    with pytest.raises(RingfenceError, match="terminal") as caught:
        one.run(context, {})
    assert caught.value.code == "not-allowed"


def test_nobody_is_asked_before_they_are_allowed(tmp_path: Path) -> None:
    """A refusal comes before the request is read, so it tells nothing about it."""
    context = Context(tmp_path, principal=Principal("bot:a", frozenset()))
    for one in OPERATIONS:
        with pytest.raises(RingfenceError) as caught:
            one.run(context, {"no such field": 1})
        assert caught.value.code == "not-allowed"


def test_every_operation_has_a_scope_that_exists() -> None:
    assert {one.scope for one in OPERATIONS} <= set(SCOPES)
    kept = {one.name for one in OPERATIONS if one.scope == "write"}
    assert {"tiers-import", "tiers-update", "data-import", "data-fetch"} <= kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        "human",
        "bot",
        "bot:",
        "bot:A",
        "bot:a b",
        "bot:-a",
        "cat:a",
        "bot:a\n",
        "bot:" + "a" * 41,
        "bot:é",
    ],
)
def test_a_name_that_is_no_actor(name: str) -> None:
    with pytest.raises(RingfenceError) as caught:
        checked_actor(name)
    assert caught.value.code == "out-of-range"


@pytest.mark.parametrize(
    ("actor", "scopes", "code"),
    [
        ("bot:a", ["plan"], "not-allowed"),
        ("bot:a", ["admin"], "not-allowed"),
        ("agent:a", ["read", "write"], "not-allowed"),
        ("human:a", ["everything"], "out-of-range"),
        ("human:a", [], "out-of-range"),
    ],
)
def test_scopes_that_cannot_be_granted(actor: str, scopes: list[str], code: str) -> None:
    with pytest.raises(RingfenceError) as caught:
        checked_scopes(actor, scopes)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_token_holds_for_a_while(tmp_path: Path, off: int) -> None:
    context = Context(tmp_path, today=lambda: "2026-11-22")
    days = LIMITS.days_per_token + off
    if off < 1:
        assert new_token(context, "bot:a", ["read"], days=days)[1].expires > "2027"
        return
    with pytest.raises(RingfenceError, match="days_per_token"):
        new_token(context, "bot:a", ["read"], days=days)
    with pytest.raises(RingfenceError):
        new_token(context, "bot:a", ["read"], days=0)


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("bot:a", ("plan",)), ("root", ("read",)), ("agent:a", ("write",)), ("bot:a", ("x",))],
)
def test_a_token_that_was_written_by_hand_grants_nothing_new(name: str, scopes: tuple[str, ...]) -> None:
    with pytest.raises(RingfenceError) as caught:
        principal_of(Token(name, scopes, "", "9999-12-31", ""), door="http")
    assert caught.value.code == "bad-file"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_of_turns_fills_up_again() -> None:
    clock = Clock()
    pace = Pace(60, clock)
    assert [pace.wait("a") for _ in range(60)] == [0.0] * 60
    assert pace.due("a") == pace.wait("a") == 1.0
    assert pace.wait("b") == 0.0, "another caller has turns of their own"
    clock.now = 0.25
    assert pace.wait("a") == 0.75
    clock.now = 1.0
    assert (pace.wait("a"), pace.wait("a")) == (0.0, 1.0)
    clock.now = 1_000.0
    assert [pace.wait("a") for _ in range(61)] == [0.0] * 60 + [1.0], "no more than a minute's worth is saved"


def test_it_remembers_so_many_callers() -> None:
    pace = Pace(1, Clock())
    for number in range(CALLERS + 1):
        pace.wait(str(number))
    assert len(pace._left) == CALLERS
    assert pace.wait("0") == 0.0
    assert pace.wait(str(CALLERS)) == 60.0


def test_who_asks_can_be_changed_and_nothing_else_is(tmp_path: Path) -> None:
    context = Context(tmp_path)
    assert context.principal == Principal()
    assert replace(context, principal=Principal("bot:a", frozenset())).folder == context.folder
