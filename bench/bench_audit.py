"""Audits over HTTP while 16 clients ask: one server process, a journal on the disk, no replay.

Aim: 99 of 100 audits answered within 50 ms. Two measurements, because they ask different things. In a
closed loop every client asks again as soon as it is answered: the server is never idle, an answer takes the
time of sixteen audits. At a stated rate every client asks twice a second, far more often than sixteen people
and their bots do, whatever the answers take. Beside both `compare`, which writes nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.harness import show

CLIENTS, SECONDS, RATE = 16, 8.0, 2.0
AIM_MS = 50.0
COMMAND = Path(sys.executable).with_name("ringfence")
BTC = "BTC/USDT:USDT"
ACCOUNT: dict[str, Any] = {
    "venue": "demo",
    "wallet": {"USDT": "7000"},
    "tiers": {BTC: {"rows": [{"floor": "0", "rate": "0.005"}]}},
    "rates": {BTC: {"taker_fee": "0"}},
    "positions": [
        {
            "symbol": BTC, "side": "long", "contracts": "1", "entry_price": "60000",
            "margin_mode": "isolated", "leverage": "20", "isolated_margin": "3000",
        }
    ],
}  # fmt: skip


@dataclass
class Times:
    """How long answers took, in seconds."""

    took: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seconds: float) -> None:
        """One answer."""
        with self.lock:
            self.took.append(seconds)

    def row(self, name: str, seconds: float) -> tuple[str, ...]:
        """It as a row: three quantiles in milliseconds, answers a second."""
        found = sorted(self.took)
        at = [found[min(len(found) - 1, int(len(found) * share))] for share in (0.5, 0.95, 0.99)]
        return (name, *(f"{1_000 * one:.1f}" for one in at), f"{len(found) / seconds:.0f}")


@contextmanager
def server(home: Path) -> Iterator[int]:
    """A server with a store of its own; its port."""
    environment = {**os.environ, "RINGFENCE_HOME": str(home), "RINGFENCE_ANCHORS": str(home)}
    process = subprocess.Popen(
        [COMMAND, "web", "--no-browser", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield int(line.split("127.0.0.1:")[1].split("/")[0])
    finally:
        process.terminate()
        process.wait(timeout=30)


def audit(client: int, number: int) -> tuple[str, dict[str, Any]]:
    """An intent to switch to cross; the mark moves, as marks do."""
    account = {**ACCOUNT, "marks": {BTC: f"{58_000 + (37 * client + 11 * number) % 400}"}}
    asked = {
        "action": "switch_to_cross",
        "target": "62000",
        "account": account,
        "account_id": f"desk{client}",
    }
    return "/v1/audits", asked


def compare(client: int, number: int) -> tuple[str, dict[str, Any]]:
    """The same account, compared."""
    return "/v1/compare", {"account": audit(client, number)[1]["account"]}


def measured(
    port: int, ask: Callable[[int, int], tuple[str, dict[str, Any]]], *, rate: float | None
) -> Times:
    """Sixteen clients for so many seconds, each on a connection of its own.

    Args:
        rate: questions a second of each client, on the clock; None: again as soon as it was answered.
    """
    times, start = Times(), time.perf_counter() + 0.2

    def run(client: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        number, due = 0, start + (client / CLIENTS / rate if rate else 0)
        while due < start + SECONDS:
            time.sleep(max(0.0, due - time.perf_counter()))
            path, body = ask(client, number)
            asked = due if rate else time.perf_counter()
            line.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = line.getresponse()
            answer.read()
            if answer.status not in (200, 202):
                raise SystemExit(f"{path}: {answer.status}")
            times.add(time.perf_counter() - asked)
            number += 1
            due = due + 1 / rate if rate else time.perf_counter()

    threads = [threading.Thread(target=run, args=(client,)) for client in range(CLIENTS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return times


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as home, server(Path(home)) as port:
        measured(port, audit, rate=1.0)
        measured(port, compare, rate=1.0)
        rows = [
            measured(port, ask, rate=rate).row(f"{name}, {how}", SECONDS)
            for name, ask in (("audit", audit), ("compare", compare))
            for how, rate in ((f"{RATE:g} a second each", RATE), ("closed loop", None))
        ]
    head = (f"{CLIENTS} clients", "p50 ms", "p95 ms", "p99 ms", "answers/s")
    show(f"Audits over HTTP; aim: p99 under {AIM_MS:g} ms at the rate", head, rows)


if __name__ == "__main__":
    main()
