"""OpenAPI, from the models of the operations alone."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ringfence.api.problems import MEDIA_TYPE
from ringfence.service.registry import Operation

REF = "#/components/schemas/{model}"
PROBLEMS = {
    "400": "The body cannot be read.",
    "403": "The request comes from another site, or names another host.",
    "413": "The body is above the limit.",
    "415": "The body is not declared as JSON.",
    "422": "A field is wrong: its path, its value and what to write instead.",
}


def openapi_of(operations: Iterable[Operation], prefix: str) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every operation below ``prefix``."""
    listed = list(operations)
    wanted: list[tuple[type[BaseModel], JsonSchemaMode]] = []
    for one in listed:
        wanted += [(one.request, "validation"), (one.answer, "serialization")]
    references, definitions = models_json_schema(wanted, ref_template=REF)
    schemas = {**definitions.get("$defs", {}), "Problem": problem_schema()}
    paths = {
        f"{prefix}/{one.name}": {
            "post": _described(
                one, references[(one.request, "validation")], references[(one.answer, "serialization")]
            )
        }
        for one in listed
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ringfence",
            "version": version("ringfence"),
            "description": "What a leveraged crypto account loses, and when. Amounts are decimal strings.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _described(operation: Operation, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    bad = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.scope],
        "requestBody": {"required": True, "content": {"application/json": {"schema": request}}},
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": answer}}},
            **{status: {"description": text, "content": bad} for status, text in PROBLEMS.items()},
        },
    }


def problem_schema() -> dict[str, Any]:
    """The schema of a problem document (RFC 9457, with the place beside it)."""
    texts = ("type", "title", "detail", "instance", "code", "path", "hint")
    return {
        "type": "object",
        "description": "RFC 9457 problem document.",
        "properties": {
            **{name: {"type": "string"} for name in texts},
            "status": {"type": "integer"},
            "value": {"type": ["string", "null"]},
        },
        "required": [*texts, "status", "value"],
    }
