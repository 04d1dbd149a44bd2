"""D2: the HTTP service is killed 30 times while 16 clients write; every id is applied exactly once.

A client has ids of its own. It sends a request again, under the same id, until it is answered: a connection
that broke says nothing about whether the request was carried out.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ringfence.store.journal import Place, open_journal
from tests.doors_mirror import FLAT
from tests.journal.books import Clock
from tests.support import ROOT

KILLS, CLIENTS, SEED = 30, 16, 20_261_122
LONGEST = 0.3
"""Seconds a server may live once it answers."""
ANSWERED, AGAIN = (200, 202), (503,)
INTENT = {
    "action": "open", "symbol": "BTC/USDT:USDT", "side": "long", "contracts": "0.1", "leverage": "5",
    "margin_mode": "isolated", "account": FLAT,
}  # fmt: skip

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="servers are forked")


@dataclass
class Client:
    """Somebody who writes an audit, its end, and a note, over and over."""

    number: int
    port: int
    stop: threading.Event
    applied: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By id: the kind of record and the hash that the receipt named."""
    repeated: int = 0
    refused: list[str] = field(default_factory=list)

    def run(self) -> None:
        turn = 0
        while not self.stop.is_set():
            named = f"c{self.number}-{turn}"
            account = f"desk{self.number % 4}"
            self.send("/v1/audits", {**INTENT, "id": named, "account_id": account}, named)
            body = {"decision": "do_nothing", "id": f"{named}.end"}
            self.send(f"/v1/audits/{named}/decision", body, f"{named}.end")
            note = {"text": f"turn {turn}", "audit_id": named, "account_id": account, "id": f"{named}.note"}
            self.send("/v1/mirror-note", note, f"{named}.note")
            turn += 1

    def send(self, path: str, body: dict[str, Any], named: str) -> None:
        """Ask until there is an answer."""
        tries = 0
        while named not in self.applied and not self.refused:
            tries += 1
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                with closing(line):
                    line.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
                    answer = line.getresponse()
                    told = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.02)
                continue
            if answer.status in ANSWERED:
                self.applied[named] = told["receipt"]["kind"], told["receipt"]["hash"]
            elif answer.status not in AGAIN:
                self.refused.append(f"{named}: {answer.status} {told}")
        self.repeated += tries > 1


@pytest.fixture
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def nursery(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.journal.faults.http_nursery", str(tmp_path), str(port)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


def _life(nursery: subprocess.Popen[str], *, until: Callable[[], object]) -> None:
    """Start a server, and kill it when something is over that begins when it answers."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    pid = int(nursery.stdout.readline().split()[1])
    assert nursery.stdout.readline().strip() == "ready"
    until()
    os.kill(pid, signal.SIGKILL)
    assert nursery.stdout.readline().split() == ["ended", str(int(signal.SIGKILL))]


def test_every_id_is_applied_once_whatever_is_killed(
    nursery: subprocess.Popen[str], port: int, tmp_path: Path
) -> None:
    draw, stop = random.Random(SEED), threading.Event()
    clients = [Client(number, port, stop) for number in range(CLIENTS)]
    threads = [threading.Thread(target=one.run) for one in clients]
    for one in threads:
        one.start()

    def finished() -> None:
        for one in threads:
            one.join()

    try:
        for _ in range(KILLS - 1):
            _life(nursery, until=lambda: time.sleep(draw.uniform(0.02, LONGEST)))
    finally:
        stop.set()
        _life(nursery, until=finished)  # the last one lives until every client has its answer
    assert not [line for one in clients for line in one.refused]
    _judge(tmp_path, {key: said for one in clients for key, said in one.applied.items()})
    repeated = sum(one.repeated for one in clients)
    applied = sum(len(one.applied) for one in clients)
    print(f"D2: {KILLS} kills, seed {SEED}, {applied} ids, {repeated} of them sent more than once")
    assert repeated > KILLS, "requests were under way when the server was killed"
    assert applied > 3 * CLIENTS


def _judge(folder: Path, applied: dict[str, tuple[str, str]]) -> None:
    """What was answered is there as it was answered, and nothing else is."""
    place = Place(folder / "journal", anchors=folder / "anchors")
    with open_journal(place, clock=Clock()) as journal:
        assert journal.verify().ok
        records = journal.find()
    kept = {one.id: one for one in records}
    assert len(kept) == len(records)
    for named, (kind, digest) in applied.items():
        own = kept[f"{named}.audit"] if kind == "audit" else kept[named]
        assert (own.kind, own.hash) == (kind, digest), named
    audits = [named for named, (kind, _) in applied.items() if kind == "audit"]
    asked = {named: sum(f"{named}{end}" in kept for end in ("", ".account", ".audit")) for named in audits}
    assert set(asked.values()) == {3}
    counted = Counter(one.kind for one in records)
    said = Counter(kind for kind, _ in applied.values())
    assert counted["intent"] == counted["audit"] == counted["snapshot"] == said["audit"]
    assert (counted["decision"], counted["note"]) == (said["decision"], said["note"])
