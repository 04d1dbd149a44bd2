"""Serve the application with uvicorn, on an address that is bound before anything is said."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Self

import uvicorn
from fastapi import FastAPI

from ringfence.errors import NotSupported


class Listener:
    """A bound socket: the port is known, and taken, before the page loads."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self._socket = _bound(host, port)
        self.port: int = self._socket.getsockname()[1]

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # shown, not bound
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}/"

    @property
    def sockets(self) -> list[socket.socket]:
        """What the server accepts connections on."""
        return [self._socket]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError):
        raise NotSupported(
            "no address of this machine", path="--host", value=host, hint="use 127.0.0.1"
        ) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise NotSupported(
            f"cannot listen there: {error.strerror}",
            path="--port",
            value=port,
            hint="use --port 0 for a free one",
        ) from None
    return listening


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def serve(app: FastAPI, listener: Listener, *, announce: Callable[[str], None], debug: bool = False) -> None:
    """Serve an application until stopped; ``announce`` is given the address once it answers."""
    logging.getLogger("ringfence").setLevel(logging.DEBUG if debug else logging.WARNING)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    _Server(config, lambda: announce(listener.url)).run(sockets=listener.sockets)
