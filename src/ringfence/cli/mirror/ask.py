"""``ringfence mirror ask``: an intent taken through its pause in one go, at a terminal, by a person."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any, cast

from ringfence.cli.console import console
from ringfence.cli.failures import JUDGED, Exit
from ringfence.cli.fields import parameters, request_of
from ringfence.cli.mirror.pausing import LEFT, Pausing, noticed
from ringfence.errors import NotSupported
from ringfence.service.context import local_context
from ringfence.service.mirror.answers import AuditAnswer
from ringfence.service.operations import operation_named

ABOUT = (
    "Go through the mirror in one go, at this terminal: the numbers, the pause, the three lines, the choice."
)


def ask_command() -> Callable[..., Exit]:
    """The command as a function that the parser can read: the options of ``mirror audit``, but no JSON."""
    told = parameters(operation_named("mirror-audit"))
    signature = inspect.Signature([each for each in told if each.name not in ("as_json", "shadow")])

    def run(*given: Any, **named: Any) -> Exit:
        bound = signature.bind(*given, **named)
        bound.apply_defaults()
        return _ask(bound.arguments)

    run.__signature__ = signature  # type: ignore[attr-defined]  # how the parser learns the options
    run.__doc__ = ABOUT
    return run


def _ask(typed: Mapping[str, Any]) -> Exit:
    """From the audit to the decision; whoever leaves in between has decided to do nothing.

    Raises:
        NotSupported: nobody sits there.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        hint = "a program asks: ringfence mirror audit, then answer and decide"
        raise NotSupported("a person is asked here, and this is no terminal", path="mirror ask", hint=hint)
    context, operation = local_context("cli"), operation_named("mirror-audit")
    audit = cast("AuditAnswer", operation.run(context, request_of(operation, typed)))
    pausing = Pausing(context, console(), audit)
    try:
        with noticed():
            decision = pausing.through()
    except LEFT:
        decision = pausing.nothing()
    went_on = decision in ("proceed", "override")
    return Exit.ANSWERED if went_on else JUDGED[audit.verdict]
