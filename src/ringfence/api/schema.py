"""OpenAPI, from the models of the operations alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from ringfence.api.audits import Alias
from ringfence.api.problems import MEDIA_TYPE
from ringfence.api.reply import can_pause
from ringfence.service.registry import Operation

REF = "#/components/schemas/{model}"
REPEATED = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own name of this request: asked again with it, nothing is done a second time.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
}
PROBLEMS = {
    "400": "The body cannot be read.",
    "401": "There is no token, or not one that holds.",
    "403": "The token lacks the scope; or the request comes from another site, or names another host.",
    "404": "Nothing of that name is in the journal.",
    "409": "Not now: a pause that is not over, a block, an id that stands for something else.",
    "413": "The body is above the limit.",
    "415": "The body is not declared as JSON.",
    "422": "A field is wrong: its path, its value and what to write instead.",
    "429": "Too much was asked in a minute; Retry-After says how many seconds to wait.",
    "503": "The journal takes nothing at the moment; nothing was written.",
}


def openapi_of(operations: Iterable[Operation], prefix: str, aliases: Iterable[Alias] = ()) -> dict[str, Any]:
    """The OpenAPI 3.1 document of every operation below ``prefix``, and of its other addresses."""
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
    for alias in aliases:
        if alias.operation not in listed:
            continue
        answer = references[(alias.operation.answer, "serialization")]
        paths.setdefault(f"{prefix}{alias.path}", {})[alias.method.lower()] = _aliased(alias, answer)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ringfence",
            "version": version("ringfence"),
            "description": "What a leveraged crypto account loses, and when. Amounts are decimal strings.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation, request: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    bad = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    repeated = {"parameters": [REPEATED]} if operation.scope != "read" else {}
    return {
        **repeated,
        # On this machine, as long as no token was made, nobody needs one.
        "security": [{}, {"token": []}],
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.scope],
        "requestBody": {"required": True, "content": {"application/json": {"schema": request}}},
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": answer}}},
            **({"202": _paused(answer)} if can_pause(operation.answer) else {}),
            **{status: {"description": text, "content": bad} for status, text in PROBLEMS.items()},
        },
    }


def _aliased(alias: Alias, answer: dict[str, Any]) -> dict[str, Any]:
    """The same operation, with fields in the address that its body need not have."""
    whole = alias.operation.request.model_json_schema(ref_template=REF)
    whole.pop("$defs", None)
    fields = {name: whole["properties"].pop(name) for name in (*alias.fields, *alias.query)}
    whole["required"] = [name for name in whole.get("required", []) if name not in fields]
    found = _described(alias.operation, whole, answer)
    where = {name: "path" if name in alias.fields else "query" for name in fields}
    placed = [
        {"name": name, "in": where[name], "required": where[name] == "path", "schema": schema}
        for name, schema in fields.items()
    ]
    found |= {
        "operationId": f"{alias.method.lower()}{re.sub(r'[^a-z]+', '-', alias.path).rstrip('-')}",
        "parameters": [*placed, *found.get("parameters", [])],
    }
    if alias.method == "GET":
        del found["requestBody"]
        found["parameters"] = placed
    return found


def _paused(answer: dict[str, Any]) -> dict[str, Any]:
    """An audit that waits for what a person writes."""
    return {
        "description": "A pause: what is still to be written, and when going on becomes possible.",
        "headers": {"Retry-After": {"description": "Seconds of the pause.", "schema": {"type": "integer"}}},
        "content": {"application/json": {"schema": answer}},
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
