"""``ringfence token``: who may ask beyond this machine. Only here, never over HTTP or by an agent."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.table import Table
from rich.text import Text

from ringfence.cli.console import clean, console
from ringfence.errors import RingfenceError
from ringfence.service.context import local_context
from ringfence.service.principal import SCOPES
from ringfence.service.tokens import DAYS, new_token
from ringfence.store.tokens import Token, Tokens

ABOUT = "Tokens: who may ask over HTTP beyond this machine."
SHOWN_ONCE = "Keep it now: it is not shown again, and only its hash is stored."

Name = Annotated[str, Parameter(help="The actor: human:NAME, bot:NAME or agent:NAME.")]
AsJson = Annotated[bool, Parameter(name="--json", negative="", help="Print the answer as JSON; errors too.")]
AsDebug = Annotated[bool, Parameter(name="--debug", negative="", help="Show where a bug is.")]


def token_commands() -> App:
    """The commands below ``ringfence token``."""
    app = App(name="token", help=ABOUT, help_format="plaintext")
    app.command(_new, name="new")
    app.command(_list, name="list")
    app.command(_revoke, name="revoke")
    return app


def _new(
    name: Name,
    *,
    scope: Annotated[
        list[str], Parameter(negative="", help=f"What it may ask; may be repeated. {', '.join(SCOPES)}.")
    ],
    days: Annotated[int, Parameter(help="How long it holds.")] = DAYS,
    as_json: AsJson = False,
    as_debug: AsDebug = False,
) -> None:
    """Make a token, and show it once."""
    del as_debug  # main has read it, as for every command
    try:
        secret, token = new_token(local_context("cli"), name, scope, days=days)
    except RingfenceError as error:
        error.path = f"--{error.path}" if error.path in ("scope", "days") else error.path
        raise
    if as_json:
        print(json.dumps({"token": secret, **_public(token)}, indent=2))
        return
    print(secret)
    said = f"{token.name} may {', '.join(token.scopes)} until {token.expires}. {SHOWN_ONCE}"
    console(errors=True).print(Text(clean(said)), soft_wrap=True)


def _list(*, as_json: AsJson = False, as_debug: AsDebug = False) -> None:
    """Every token: for whom, for what and until when; never the token itself."""
    del as_debug
    context = local_context("cli")
    tokens, today = Tokens(context.folder).all(), context.today()
    if as_json:
        print(json.dumps({"tokens": [_public(token) for token in tokens]}, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "scopes", "made", "holds until"):
        table.add_column(heading)
    for token in tokens:
        until = token.expires if today <= token.expires else f"{token.expires} (expired)"
        table.add_row(clean(token.name), clean(", ".join(token.scopes)), clean(token.created), clean(until))
    console().print(table if tokens else Text("no tokens: this machine alone can ask, and needs none"))


def _revoke(name: Name, *, as_json: AsJson = False, as_debug: AsDebug = False) -> None:
    """Take a token back; it ends at once, in servers that run too."""
    del as_debug
    token = Tokens(local_context("cli").folder).revoke(name)
    if as_json:
        print(json.dumps({"revoked": _public(token)}, indent=2))
    else:
        print(f"revoked: {clean(token.name)}")


def _public(token: Token) -> dict[str, Any]:
    return {name: value for name, value in asdict(token).items() if name != "digest"}
