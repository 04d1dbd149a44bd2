"""What the tests of the mirror share: a server with a calm past and a clock to move, and the way in."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from ringfence.history.names import parse_name
from ringfence.store.history import Raw, save
from tests.support import ROOT

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MARK = 58_000.0
GOOD = {
    "disproof": "BTC 4h close below 56,500 within 2 days",
    "invalidation": "56500",
    "do_nothing": "I already carry 6 percent correlated risk and funding costs rise",
}
BAD = {"disproof": "if price goes down", "invalidation": "61000", "do_nothing": "no reason"}


@dataclass(frozen=True)
class Served:
    """A running page. ``home``: its folder. ``last``: when its last stored bar opens."""

    url: str
    home: Path
    last: int

    def ahead(self, ms: int) -> None:
        """Move its clock forward."""
        shift = self.home / "shift"
        new = shift.with_suffix(".new")  # the server reads it at any moment: the old number or the new one
        new.write_text(str(int(shift.read_text("utf-8")) + ms), "utf-8")
        new.replace(shift)

    def bars(self, hours: int, *, seed: int, span: float) -> None:
        """More bars after the last one, from the mark on."""
        rows = walk(self.last + HOUR_MS, hours, seed=seed, span=span)
        store(self.home, rows)


Row = tuple[int, float, float, float, float]


def walk(since: int, hours: int, *, seed: int, span: float) -> list[Row]:
    """A random walk of hourly bars that begins at the mark; every step is at most ``span``."""
    chance, price, rows = random.Random(seed), MARK, []
    for hour in range(hours):
        close = round(price * (1 + chance.uniform(-span, span)), 1)
        rows.append((since + hour * HOUR_MS, price, max(price, close), min(price, close), close))
        price = close
    return rows


def store(home: Path, rows: list[Row]) -> None:
    """Put bars where the page looks for them."""
    import polars as pl

    columns = {"ts": pl.Int64, **dict.fromkeys(("open", "high", "low", "close"), pl.Float64)}
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    save(Raw(parse_name("binance-usdm_BTCUSDT_mark_1h"), frame), home / "data")


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The page over 120 calm days, stopped by its handle; a traceback in its log is a failure."""
    (home / "shift").write_text("0", "utf-8")
    last = time.time_ns() // 1_000_000 // HOUR_MS * HOUR_MS - HOUR_MS
    store(home, walk(last - 2_879 * HOUR_MS, 2_880, seed=7, span=0.003))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    log = home / "log"
    command = [sys.executable, "-m", "tests.web.shifted", str(home)]
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as server,
    ):
        assert server.stdout is not None
        try:
            said = server.stdout.readline().strip()
            assert said.startswith("http://127.0.0.1:"), said + log.read_text("utf-8")
            yield Served(said, home, last)
        finally:
            server.terminate()
            server.wait(timeout=20)
    assert "Traceback" not in log.read_text("utf-8"), log.read_text("utf-8")


def rescue(page: Page) -> Locator:
    """The mirror, with the losing long in the book."""
    page.get_by_label("Example").select_option("rescue")
    expect(page.locator("#twins")).to_contain_text("57,286.43")
    return page.locator("#mirror")


def to_cross(page: Page) -> Locator:
    """The card of switching the losing long to cross."""
    mirror = rescue(page)
    mirror.get_by_role("button", name="Switch to cross").click()
    mirror.get_by_label("Price you hope for").fill("62000")
    mirror.get_by_role("button", name="Look in the mirror").click()
    expect(mirror.get_by_role("button", name="Do nothing")).to_be_focused(timeout=60_000)
    return mirror


def write(mirror: Locator, lines: dict[str, str], *, keys: bool = False) -> None:
    """Write the three lines, with ``keys`` one key after another, and have them stored."""
    for name, text in lines.items():
        field = mirror.locator(f"[name={name}]")
        field.fill("" if keys else text)
        if keys:
            field.press_sequentially(text)
    mirror.get_by_role("button", name="Store the three lines").click()


def open_fold(mirror: Locator, title: str) -> Locator:
    """One of the folded parts, opened and filled."""
    fold = mirror.locator(".fold").filter(has_text=title)
    fold.locator("summary").first.click()
    expect(fold.locator(".folded > *").first).to_be_visible()
    return fold
