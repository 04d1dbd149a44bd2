"""The addresses that an executor knows the mirror under: its operations, with the id in the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from ringfence.api.body import document_of
from ringfence.errors import OutOfRange, UnknownField
from ringfence.service.operations import operation_named
from ringfence.service.registry import Operation

_NAMED = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Alias:
    """One address. ``query``: fields that may stand behind its question mark."""

    method: str
    path: str
    name: str
    query: tuple[str, ...] = ()

    @property
    def operation(self) -> Operation:
        """What is asked there."""
        return operation_named(self.name)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that stand in the address itself."""
        return tuple(_NAMED.findall(self.path))

    def matches(self, path: str) -> bool:
        """Whether an address, without its prefix, is one of these.

        >>> Alias("GET", "/audits/{audit_id}", "mirror-show").matches("/audits/a1")
        True
        """
        return re.fullmatch(_NAMED.sub("[^/]+", self.path), path) is not None


ALIASES = (
    Alias("POST", "/audits", "mirror-audit"),
    Alias("GET", "/audits/{audit_id}", "mirror-show"),
    Alias("POST", "/audits/{audit_id}/answers", "mirror-answer"),
    Alias("POST", "/audits/{audit_id}/decision", "mirror-decide"),
    Alias("GET", "/permits/{permit_id}", "mirror-permit"),
    Alias("POST", "/fills", "mirror-fill"),
    Alias("GET", "/ledger", "mirror-ledger", query=("account_id",)),
)
"""Every address beside ``/v1/<operation>``."""


async def asked_at(alias: Alias, request: Request) -> Mapping[str, Any]:
    """The request to the operation: the body, and what the address says.

    Raises:
        Refused, BadFile: as `document_of`. OutOfRange: the body says something else than the address.
        UnknownField: behind the question mark stands what nobody knows.
    """
    document = await document_of(request) if alias.method == "POST" else {}
    for name in request.query_params:
        if name not in alias.query:
            raise UnknownField("not known here", path=name, hint=f"known: {', '.join(alias.query) or 'none'}")
    stated = {**dict(request.query_params), **request.path_params}
    for name, value in stated.items():
        if document.get(name, value) != value:
            raise OutOfRange(
                "not what the address says", path=name, value=document[name], hint="leave it out"
            )
    return {**document, **stated}
