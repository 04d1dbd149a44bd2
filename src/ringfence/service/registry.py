"""Declare an operation once; every door is built from the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from ringfence.ingest.problems import validated
from ringfence.service.context import Context

Scope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that ringfence answers.

    Attributes:
        name: as in ``POST /v1/tiers-list`` and ``ringfence tiers list``.
        scope: ``write`` when it leaves something behind.
    """

    name: str
    function: Callable[[Context, Any], BaseModel]
    request: type[BaseModel]
    answer: type[BaseModel]
    scope: Scope

    @property
    def summary(self) -> str:
        """One sentence, the first of its docstring."""
        return (self.function.__doc__ or "").strip().splitlines()[0]

    def run(self, context: Context, request: Mapping[str, Any]) -> BaseModel:
        """Check a request and answer it.

        Raises:
            RingfenceError: bad input, located in the request.
        """
        return self.function(context, validated(self.request, request))


def operation(
    name: str, *, request: type[BaseModel], answer: type[BaseModel], scope: Scope = "read"
) -> Callable[[Callable[[Context, Any], BaseModel]], Operation]:
    """Declare a function as an operation."""

    def declare(function: Callable[[Context, Any], BaseModel]) -> Operation:
        return Operation(name, function, request, answer, scope)

    return declare
