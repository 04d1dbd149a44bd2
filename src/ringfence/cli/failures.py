"""How a command fails: one located message on standard error, and a documented exit status."""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Collection, Mapping
from enum import IntEnum

from cyclopts import exceptions as spoken
from rich.text import Text

from ringfence.api.problems import BUG_HINT, Problem, bug_problem, problem_of
from ringfence.cli.console import clean, console
from ringfence.cli.fields import OPTIONS
from ringfence.errors import Blocked, MissingField, NotYet, OutOfRange, RingfenceError, UnknownField


class Exit(IntEnum):
    """Exit statuses of ``ringfence``; ``docs/reference/exit-codes.md`` is made of them."""

    ANSWERED = 0
    """The question was answered; liquidation is an answer."""
    CHECK_FAILED = 1
    """A check that was asked for failed: a strict case, an example or a law (`ringfence venues check`)."""
    BAD_INPUT = 2
    """Bad input: one located message on standard error says what to write instead."""
    BUG = 3
    """A bug in ringfence; ``--debug`` shows where."""
    CAUTION = 10
    """`ringfence mirror`: there is something to look at first; it may go on."""
    PAUSE = 20
    """`ringfence mirror`: a pause stands before it, in time or in lines to be written."""
    BLOCK = 30
    """`ringfence mirror`: it is blocked."""
    DATA_MISSING = 40
    """`ringfence mirror`: facts are missing without which it is not judged."""
    INTERRUPTED = 130
    """Stopped from the keyboard."""


JUDGED: Mapping[str, Exit] = {
    "allow": Exit.ANSWERED,
    "caution": Exit.CAUTION,
    "pause": Exit.PAUSE,
    "block": Exit.BLOCK,
    "data_missing": Exit.DATA_MISSING,
}
"""The status that a verdict of the mirror leaves."""


def usage_error(error: spoken.CycloptsError) -> RingfenceError:
    """What the option parser says, as one of our errors."""
    said = " ".join(str(error).split())
    hint = "ringfence --help lists the commands; ringfence COMMAND --help its options"
    if isinstance(error, spoken.MissingArgumentError):
        return MissingField(said, hint=hint)
    if isinstance(error, spoken.CoercionError):
        return OutOfRange(said, hint=hint)
    return UnknownField(said, hint=hint)


def report_bad_input(error: RingfenceError, *, as_json: bool) -> Exit:
    """Print one bad input to standard error."""
    if as_json:
        _print_json(problem_of(error))
    else:
        value = "" if error.value is None else f" (got {error.value})"
        text = Text(f"error {error.code}: ", style="bold red")
        text.append(clean(f"{error.path}: " if error.path else ""), style="bold")
        text.append(clean(f"{error.message}{value}"))
        _print(text)
        if error.hint:
            _print(Text(clean(f"hint: {error.hint}")))
    return refused(error)


def refused(error: RingfenceError) -> Exit:
    """The status of an error: what a pause or a block holds up is no bad input."""
    if isinstance(error, NotYet):
        return Exit.PAUSE
    return Exit.BLOCK if isinstance(error, Blocked) else Exit.BAD_INPUT


def spoken_path(path: str, *, options: Collection[str], files: Mapping[str, str]) -> str:
    """A path of the request as the person at the terminal wrote it: in a file, or an option.

    Args:
        options: the fields of the request. files: those that were read from a file, and its name.

    >>> spoken_path("account.marks", options=["account", "at"], files={"account": "two.toml"})
    'two.toml: marks'
    >>> spoken_path("at.BTC/USDT:USDT", options=["account", "at"], files={"account": "two.toml"})
    '--at BTC/USDT:USDT'
    """
    head = re.split(r"[.\[]", path, maxsplit=1)[0]
    rest = path.removeprefix(head).removeprefix(".")
    if head in files:
        return ": ".join(part for part in (files[head], rest) if part)
    if head in options:
        return f"{OPTIONS.get(head, '--' + head.replace('_', '-'))} {rest}".rstrip()
    return ": ".join(part for part in (*files.values(), path) if part)


def report_bug(error: BaseException, *, as_json: bool, debug: bool) -> Exit:
    """Print that ringfence is wrong, not its input; the inside only for whoever asked for it."""
    if as_json:
        _print_json(bug_problem())
    else:
        _print(Text("this is a bug in ringfence", style="bold red"))
        _print(Text(f"hint: {BUG_HINT}; --debug shows where"))
    if debug:
        _print(Text("".join(traceback.format_exception(error))))
    return Exit.BUG


def _print(text: Text) -> None:
    console(errors=True).print(text, soft_wrap=True)


def _print_json(problem: Problem) -> None:
    document = {key: value for key, value in problem.document().items() if key not in ("status", "instance")}
    _print(Text(json.dumps(document)))
