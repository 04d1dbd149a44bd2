"""Declare an operation once; every door is built from the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

from ringfence.ingest.problems import validated
from ringfence.service.context import Context
from ringfence.service.principal import Scope, check_allowed


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that ringfence answers.

    Attributes:
        name: as in ``POST /v1/tiers-list`` and ``ringfence tiers list``.
        scope: what whoever asks must have been granted (`ringfence.service.principal.SCOPES`).
        local: only at the terminal of this machine, or in a program of its own: it names a file there.
    """

    name: str
    function: Callable[[Context, Any], BaseModel]
    request: type[BaseModel]
    answer: type[BaseModel]
    scope: Scope
    local: bool = False

    @property
    def summary(self) -> str:
        """One sentence, the first of its docstring."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    def run(self, context: Context, request: Mapping[str, Any]) -> BaseModel:
        """Check who asks and what, and answer it.

        Raises:
            NotAllowed: not for whoever asks. RingfenceError: bad input, located in the request.
        """
        check_allowed(context.principal, self)
        return self.function(context, validated(self.request, request))


def operation(
    name: str,
    *,
    request: type[BaseModel],
    answer: type[BaseModel],
    scope: Scope = "read",
    local: bool = False,
) -> Callable[[Callable[[Context, Any], BaseModel]], Operation]:
    """Declare a function as an operation."""

    def declare(function: Callable[[Context, Any], BaseModel]) -> Operation:
        return Operation(name, function, request, answer, scope, local)

    return declare


@cache
def engine_version() -> str:
    """The version of ringfence that answers."""
    return version("ringfence")
