"""A page whose clock is moved by a file: ``python -m tests.web.shifted HOME``; prints where it is."""

from __future__ import annotations

import sys
from pathlib import Path
from time import time_ns

from ringfence.api.app import create_app
from ringfence.api.serve import Listener, serve
from ringfence.service.context import Context
from ringfence.service.shelf import Shelf
from ringfence.web.page import attach


def main(home: Path) -> None:
    """Serve until it is stopped; ``HOME/shift`` holds the milliseconds that its clock is ahead."""
    shift = home / "shift"

    def ahead() -> int:
        return int(shift.read_text("utf-8"))

    context = Context(
        home,
        now_ms=lambda: time_ns() // 1_000_000 + ahead(),
        ticks=lambda: ahead() / 1_000,
        shelf=Shelf(keeps=True),
    )
    with Listener("127.0.0.1", 0) as listener:
        app = create_app(context)
        attach(app, context)
        try:
            serve(app, listener, announce=lambda url: print(url, flush=True))
        finally:
            context.shelf.clear()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
