"""A venue on 127.0.0.1: answers prepared by path, served on a free port, every question remembered."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Reply:
    """One answer: a JSON document, or a body as it is; ``cut`` promises more bytes than it sends."""

    document: Any = None
    status: int = 200
    body: bytes | None = None
    cut: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return json.dumps(self.document).encode() if self.body is None else self.body


@dataclass(frozen=True)
class Question:
    """One request as it arrived."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


Answer = Reply | Callable[[Question], Reply]


class Venue:
    """The answers of one venue by path, and the questions that came."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.asked: list[Question] = []
        self.url = ""

    def reply(self, question: Question) -> Reply:
        self.asked.append(question)
        answer = self.answers.get(question.path, Reply({"error": "no such path"}, status=404))
        return answer if isinstance(answer, Reply) else answer(question)

    def count(self, path: str) -> int:
        return sum(one.path == path for one in self.asked)


@contextmanager
def serving(venue: Venue) -> Iterator[Venue]:
    """The venue on a free port until the block ends; the server is stopped by its own handle."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            reply = venue.reply(Question(parts.path, query, dict(self.headers.items())))
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.content) + (10 if reply.cut else 0)))
            self.end_headers()
            self.wfile.write(reply.content)
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    venue.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield venue
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
