"""freqtrade's and ccxt's own liquidation-price functions on the same positions, beside the exact answer.

Both are measured as published (freqtrade 2026.9, ccxt 4.5.90), in an environment of their own under
``.bench/``, made on first use. Their functions are called, not retyped (`peers_worker.py`): freqtrade's
``Binance.dry_run_liquidation_price`` (what dry-run and backtests use; live trading asks the venue) and
ccxt's ``binance.parse_account_position`` (its default positions call returns the venue's own number
instead). Every book gives both peers the same tiers that the exact engine gets.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from bench.harness import ON, ROOT, seconds, show
from bench.peer_books import BOOKS, PeerBook
from ringfence.domain.account import Account, Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import money, plain
from ringfence.exact.assess import assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import move_alone
from ringfence.testing.cases import table_of_rows
from ringfence.venues import registry

PINNED = ("freqtrade==2026.9", "ccxt==4.5.90")
HOME = ROOT / ".bench"
PYTHON = HOME / "venv" / "bin" / "python"
READY = HOME / "ready"
NOTE = """
  equity there: what the account, or the fence, is worth at the peer's price.
  Ours answers both sides of the mark, each as two adjacent quanta confirmed by the exact engine;
  theirs is one closed formula in floats.
"""


@dataclass(frozen=True)
class Exact:
    """The exact answer for one book, and what it takes to judge another one."""

    book: Book
    market: Market
    position: Position
    price: Fraction
    took: float

    def equity_at(self, price: Decimal) -> str:
        """Equity of the ring if the venue had waited until this price."""
        if price <= 0:
            return "-"
        moved = Market({**self.market.marks, self.position.symbol: price})
        ring = self.book.ring_of(self.position).name
        return plain(assess(self.book, moved).ring(ring).equity.quantize(Decimal("1")))


def environment() -> str:
    """Make the peers' environment once; empty when it is there, else what went wrong."""
    if READY.is_file() and READY.read_text() == "\n".join(PINNED):
        return ""
    HOME.mkdir(exist_ok=True)
    print(f"making an environment for {' and '.join(PINNED)} under {HOME.name}/ ...")
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(HOME / "venv")],
        [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1]
    READY.write_text("\n".join(PINNED))
    return ""


def ask_peers() -> list[dict[str, Any]]:
    """Price and seconds per call of both peers for every book, from their own environment."""
    request = json.dumps([book.document() for book in BOOKS])
    done = subprocess.run(
        [str(PYTHON), str(ROOT / "bench" / "peers_worker.py")],
        input=request, capture_output=True, text=True, check=False, cwd=HOME,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(done.stderr)
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers


def exact_of(peer_book: PeerBook, tiers: dict[str, list[list[str | None]]]) -> Exact:
    """The exact answer under the same tiers."""
    account = Account(
        venue="binance_usdm",
        wallet={"USDT": money(peer_book.wallet)},
        positions=tuple(row.position() for row in peer_book.rows),
        tiers={symbol: table_of_rows(symbol, rows) for symbol, rows in tiers.items()},
    )
    market = Market({row.symbol: money(row.mark) for row in peer_book.rows})
    book = prepare(account, registry.rules("binance_usdm"), on=ON)
    position = account.positions[0]
    ring = book.ring_of(position)
    found = move_alone(book, market, ring, position.symbol).nearest
    assert found is not None
    took = seconds(lambda: move_alone(book, market, ring, position.symbol), runs=3, least=0.1)
    return Exact(book, market, position, found.threshold, took)


def row_of(book: PeerBook, name: str, price: float, took: float, exact: Exact) -> list[str]:
    theirs = Decimal(repr(price))
    off = Fraction(theirs) - exact.price
    return [
        f"{book.name} / {name}",
        plain(exact.price, 6),
        plain(theirs.quantize(Decimal("0.000001"))),
        plain(off, 6),
        f"{round(float(off / exact.price) * 100, 4) + 0.0:+.4f} %",
        exact.equity_at(theirs),
        f"{took * 1e6:,.1f}",
        f"{exact.took * 1e6:,.0f}",
        f"{exact.took / took:,.0f} x",
    ]


def main() -> None:
    problem = environment()
    if problem:
        print(f"!!! NOT MEASURED: the peers' environment could not be made ({problem})")
        return
    rows = []
    for book, answer in zip(BOOKS, ask_peers(), strict=True):
        exact = exact_of(book, answer["tiers"])
        if book.published is not None:
            assert abs(exact.price - Fraction(book.published)) <= Fraction(book.tolerance), book.name
        for name, said in answer["peers"].items():
            rows.append(row_of(book, name, said["price"], said["seconds"], exact))
    head = [
        "book / peer",
        "exact",
        "theirs",
        "error",
        "error",
        "equity there",
        "µs",
        "our µs",
        "our time / theirs",
    ]
    show("Liquidation prices: the exact answer and two peers on the same positions and tiers", head, rows)
    print(NOTE)


if __name__ == "__main__":
    main()
