"""``ringfence web``: the page and the HTTP API, served from this machine."""

from __future__ import annotations

import sys
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from ringfence.cli.console import console
from ringfence.errors import OutOfRange
from ringfence.service.context import local_context

HOST = "127.0.0.1"
PORT = 8765


def web(
    *,
    host: Annotated[
        str, Parameter(help="Address to listen on; any but this machine's is yours to name.")
    ] = HOST,
    port: Annotated[int, Parameter(help="Port; 0 takes a free one.")] = PORT,
    browser: Annotated[bool, Parameter(help="Open the page in a browser.")] = True,
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="Errors as JSON.")] = False,
    as_debug: Annotated[bool, Parameter(name="--debug", negative="", help="Show where a bug is.")] = False,
) -> None:
    """Serve the page and the HTTP API, on this machine alone unless another address is named."""
    del as_json  # main has read it, as for every command
    if not 0 <= port <= 65535:
        raise OutOfRange("not a port", path="--port", value=port, hint="0 to 65535; 0 takes a free one")
    # FastAPI and the page are heavy: they load for this command alone.
    from ringfence.api.app import create_app
    from ringfence.api.serve import Listener, is_loopback, serve
    from ringfence.web.page import attach

    with Listener(host, port) as listener:
        if not is_loopback(host):
            _warn(host)
        context = local_context()
        app = create_app(context, names=[host])
        attach(app, context)
        serve(app, listener, announce=lambda url: _announce(url, browser=browser), debug=as_debug)


def _warn(host: str) -> None:
    text = f"Anyone who can reach {host} can use this page and import tier tables: there is no password."
    console(errors=True).print(Text(text, style="bold yellow"), soft_wrap=True)


def _announce(url: str, *, browser: bool) -> None:
    """Said when the page answers, not before; the first line, so that a program can wait for it."""
    print(f"ringfence is at {url}  (Ctrl+C stops it)")
    sys.stdout.flush()
    if browser:
        import webbrowser

        webbrowser.open(url)
