"""``ringfence web``: the page and the HTTP API, served from this machine."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

from ringfence.cli.console import console
from ringfence.errors import NotAllowed, OutOfRange
from ringfence.service.context import local_context
from ringfence.service.shelf import Shelf

NO_TOKEN = "beyond this machine everybody shows a token, and there is none"  # noqa: S105  # words, no secret
MAKE_ONE = "ringfence token new human:NAME --scope read"
IN_THE_CLEAR = "Tokens and books travel as they are: put something that speaks TLS in front, or use a tunnel."
HOST = "127.0.0.1"
PORT = 8765


def web(
    *,
    host: Annotated[
        str, Parameter(help="Address to listen on; any but this machine's is yours to name.")
    ] = HOST,
    port: Annotated[int, Parameter(help="Port; 0 takes a free one.")] = PORT,
    name: Annotated[
        str | None, Parameter(help="Host name of a proxy in front of it; everybody shows a token then.")
    ] = None,
    browser: Annotated[bool, Parameter(help="Open the page in a browser.")] = True,
    as_json: Annotated[bool, Parameter(name="--json", negative="", help="Errors as JSON.")] = False,
    as_debug: Annotated[bool, Parameter(name="--debug", negative="", help="Show where a bug is.")] = False,
) -> None:
    """Serve the page and the HTTP API, on this machine alone unless another address is named.

    Beyond this machine everybody shows a token, and there must be one: ringfence token new.
    """
    del as_json  # main has read it, as for every command
    if not 0 <= port <= 65535:
        raise OutOfRange("not a port", path="--port", value=port, hint="0 to 65535; 0 takes a free one")
    # FastAPI and the page are heavy: they load for this command alone.
    from ringfence.api.app import create_app
    from ringfence.api.doorman import Doorman
    from ringfence.api.serve import Listener, is_loopback, serve
    from ringfence.web.page import attach

    context = replace(local_context(), shelf=Shelf(keeps=True))
    beyond = "--name" if name else "" if is_loopback(host) else "--host"
    with Listener(host, port) as listener:
        doorman = Doorman(context, beyond=bool(beyond))
        if beyond and not doorman.has_tokens():
            raise NotAllowed(NO_TOKEN, path=beyond, value=name or host, hint=MAKE_ONE)
        if beyond == "--host":
            console(errors=True).print(Text(IN_THE_CLEAR, style="bold yellow"), soft_wrap=True)
        app = create_app(context, names=[host, *([name] if name else [])], doorman=doorman)
        attach(app, context)
        entrance = "" if doorman.open else f"login?key={doorman.launch()}"
        try:
            with context.shelf.tended():
                serve(
                    app,
                    listener,
                    announce=lambda url: _announce(url + entrance, browser=browser),
                    debug=as_debug,
                )
        finally:
            context.shelf.clear()


def _announce(url: str, *, browser: bool) -> None:
    """Said when the page answers, not before; the first line, so that a program can wait for it."""
    print(f"ringfence is at {url}  (Ctrl+C stops it)")
    sys.stdout.flush()
    if browser:
        import webbrowser

        webbrowser.open(url)
