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
from ringfence.cli.failures import JUDGED, Exit, spoken_path
from ringfence.cli.fields import files_of, parameters, request_of
from ringfence.cli.mcp import mcp
from ringfence.cli.mirror.ask import ask_command
from ringfence.cli.page import HTML, REPORTED, write_report
from ringfence.cli.show import SHOWN
from ringfence.cli.token import token_commands
from ringfence.cli.web import web
from ringfence.errors import RingfenceError
from ringfence.service.checked import VenuesCheckAnswer
from ringfence.service.context import Context, local_context
from ringfence.service.data_forms import DataCheckAnswer
from ringfence.service.mirror.answers import AuditAnswer
from ringfence.service.mirror.answers_kept import VerifiedAnswer
from ringfence.service.operations import OPERATIONS
from ringfence.service.registry import Operation

ABOUT = "What a leveraged crypto account loses, and when, under isolated margin, cross margin or a mix."
GROUPS = {
    "tiers": "Maintenance tiers: dated tables by venue.",
    "venues": "Venues: whose rules are followed.",
    "data": "Market history: bars and funding.",
    "mirror": "The mirror: an intent held against the account before it is done.",
    "plan": "Plans: what is decided while nothing is open.",
    "limit": "Own limits and locks: tighter at once, looser a day later.",
    "rule": "The rules that an audit asks, and which of them are on.",
    "history": "What a venue exported of an account, and what it says about habits.",
    "journal": "The journal: look, verify, export, erase, restore.",
}
LONG = ("data-fetch", "replay", "mirror-outcome")
"""Operations that show how far they have come."""


def application() -> App:
    """Every command, built from the list of operations; ``web`` serves them."""
    app = App(name="ringfence", help=ABOUT, version=_version, help_format="plaintext")
    groups = {name: App(name=name, help=text, help_format="plaintext") for name, text in GROUPS.items()}
    for operation in OPERATIONS:
        group, _, name = operation.name.rpartition("-")
        (groups[group] if group else app).command(command(operation), name=name)
    groups["mirror"].command(ask_command(), name="ask")
    for group_app in groups.values():
        app.command(group_app)
    app.command(token_commands())
    app.command(web)
    app.command(mcp)
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
    context = local_context("cli")
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
    return ended(answer)


def ended(answer: BaseModel) -> Exit:
    """The status that an answer leaves: a check that failed says so, and an audit how it judged."""
    if isinstance(answer, AuditAnswer):
        return Exit.ANSWERED if answer.state == "shadow" else JUDGED[answer.verdict]
    failed = isinstance(answer, VenuesCheckAnswer | DataCheckAnswer) and not answer.passed
    failed = failed or (isinstance(answer, VerifiedAnswer) and not answer.ok)
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
