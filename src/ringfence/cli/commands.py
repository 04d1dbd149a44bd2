"""The commands, one for each operation: read what was typed, ask the operation, show the answer."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cyclopts import App
from pydantic import BaseModel

from ringfence.cli.console import console
from ringfence.cli.data import progress_bar
from ringfence.cli.failures import Exit, spoken_path
from ringfence.cli.fields import files_of, parameters, request_of
from ringfence.cli.page import HTML, REPORTED, write_report
from ringfence.cli.show import SHOWN
from ringfence.cli.web import web
from ringfence.errors import RingfenceError
from ringfence.service.checked import VenuesCheckAnswer
from ringfence.service.context import Context, local_context
from ringfence.service.data_forms import DataCheckAnswer
from ringfence.service.operations import OPERATIONS
from ringfence.service.registry import Operation

ABOUT = "What a leveraged crypto account loses, and when, under isolated margin, cross margin or a mix."
GROUPS = {
    "tiers": "Maintenance tiers: dated tables by venue.",
    "venues": "Venues: whose rules are followed.",
    "data": "Market history: bars and funding.",
}
LONG = ("data-fetch", "replay")
"""Operations that show how far they have come."""


def application() -> App:
    """Every command, built from the list of operations; ``web`` serves them."""
    app = App(name="ringfence", help=ABOUT, version=_version, help_format="plaintext")
    groups = {name: App(name=name, help=text, help_format="plaintext") for name, text in GROUPS.items()}
    for operation in OPERATIONS:
        group, _, name = operation.name.rpartition("-")
        (groups[group] if group else app).command(command(operation), name=name)
    for group_app in groups.values():
        app.command(group_app)
    app.command(web)
    return app


def command_names() -> list[str]:
    """Every command as it is typed, in order of the list of operations.

    >>> command_names()[0]
    'compare'
    """
    return [operation.name.replace("-", " ") for operation in OPERATIONS]


def command(operation: Operation) -> Callable[..., Exit]:
    """One operation as a function that the parser can read."""
    options = [*parameters(operation), *([HTML] if operation.name in REPORTED else [])]
    signature = inspect.Signature(options)

    def run(*given: Any, **named: Any) -> Exit:
        bound = signature.bind(*given, **named)
        bound.apply_defaults()
        return _answer(operation, bound.arguments)

    run.__signature__ = signature  # type: ignore[attr-defined]  # how the parser learns the options
    run.__doc__ = inspect.getdoc(operation.function)
    return run


def _answer(operation: Operation, typed: Mapping[str, Any]) -> Exit:
    """Ask an operation and print what it answers; a check that failed says so by its status too."""
    context = local_context()
    request = request_of(operation, typed)
    try:
        answer = _run(operation, context, request)
    except RingfenceError as error:
        if not typed["as_json"]:
            error.path = spoken_path(
                error.path, options=operation.request.model_fields, files=files_of(typed)
            )
        raise
    if typed["as_json"]:
        print_json(answer)
    else:
        SHOWN[operation.name](console(), answer)
    if operation.name in REPORTED and typed["html"] is not None:
        title = files_of(typed)["account"]
        path = write_report(answer, typed["html"], context=context, request=request, title=title)
        print(f"report: {path}", file=sys.stderr if typed["as_json"] else sys.stdout)
    failed = isinstance(answer, VenuesCheckAnswer | DataCheckAnswer) and not answer.passed
    return Exit.CHECK_FAILED if failed else Exit.ANSWERED


def _run(operation: Operation, context: Context, request: Mapping[str, Any]) -> BaseModel:
    """Ask an operation; one that may take long shows how far it is, where somebody watches."""
    if operation.name not in LONG:
        return operation.run(context, request)
    with progress_bar() as told:
        return operation.run(context if told is None else replace(context, progress=told), request)


def print_json(answer: BaseModel) -> None:
    """The answer itself, as documented in ``docs/reference/json.md``; ASCII, so that any pipe carries it."""
    print(json.dumps(answer.model_dump(mode="json"), indent=2))


def _version() -> str:
    from importlib.metadata import version

    return version("ringfence")
