"""Starts servers to be killed: ``python -m tests.journal.faults.http_nursery FOLDER PORT``, one a line.

The libraries are loaded once, by an audit in a store of its own; each server is a process forked from there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from ringfence.api.app import create_app
from ringfence.api.serve import Listener, serve
from ringfence.service.context import Context
from ringfence.service.shelf import Shelf
from tests.doors_mirror import store_mirror
from tests.journal.faults.nursery import say


def main() -> None:
    """One server for each line of input, the next when the last has ended."""
    with tempfile.TemporaryDirectory() as folder:
        store_mirror(Path(folder))
    app = create_app(Context(Path(sys.argv[1]), shelf=Shelf(keeps=True)))
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                with Listener("127.0.0.1", int(sys.argv[2])) as listener:
                    serve(app, listener, announce=lambda _url: say("ready"))
            finally:
                os._exit(1)
        say(f"pid {pid}")
        _, status = os.waitpid(pid, 0)
        say(f"ended {os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}")


if __name__ == "__main__":
    main()
