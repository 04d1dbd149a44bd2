"""``ringfence``: run one command, and leave with a status that means something."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from cyclopts import CycloptsError

from ringfence.cli.commands import application
from ringfence.cli.console import prepare_streams
from ringfence.cli.failures import Exit, report_bad_input, report_bug, usage_error
from ringfence.cli.fields import HYPHEN
from ringfence.errors import RingfenceError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """The entry point of the ``ringfence`` command."""
    prepare_streams()
    sys.exit(status_of(sys.argv[1:] if arguments is None else arguments))


def status_of(arguments: Sequence[str]) -> int:
    """Run one command and say how it ended; nothing but the status leaves this function."""
    as_json, debug = "--json" in arguments, "--debug" in arguments
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except CycloptsError as error:
        return report_bad_input(usage_error(error), as_json=as_json)
    except RingfenceError as error:
        return report_bad_input(error, as_json=as_json)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:  # noqa: BLE001  # the last line: a user never sees a traceback
        return report_bug(error, as_json=as_json, debug=debug)
    return status


def _run(arguments: Sequence[str]) -> int:
    words = [HYPHEN if word == "-" else word for word in arguments]
    ended = application()(words, exit_on_error=False, print_error=False, result_action="return_value")
    return ended if isinstance(ended, Exit) else Exit.ANSWERED


def _reader_left() -> Exit:
    """Whoever read our output has enough of it, as in ``ringfence compare BOOK | head``: no error."""
    with suppress(OSError):
        sys.stdout.close()
    return Exit.ANSWERED
