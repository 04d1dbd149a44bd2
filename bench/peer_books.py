"""The books both peers are asked about: the venue's own example, known defects, captured positions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.harness import ROOT
from ringfence.domain.account import MarginMode, Position, Side
from ringfence.domain.numbers import money

CASES = ROOT / "tests" / "conformance" / "cases" / "binance_usdm.jsonl"
Tiers = list[list[str | None]]


@dataclass(frozen=True)
class Row:
    """One position; ``margin`` is what stands behind its fence, empty in cross."""

    symbol: str
    side: str
    contracts: str
    entry: str
    mark: str
    leverage: str
    margin: str = ""
    tiers: Tiers | None = None

    def position(self) -> Position:
        return Position(
            self.symbol, Side(self.side), money(self.contracts), entry_price=money(self.entry),
            margin_mode=MarginMode.ISOLATED if self.margin else MarginMode.CROSS,
            leverage=money(self.leverage), isolated_margin=money(self.margin) if self.margin else None,
        )  # fmt: skip


@dataclass(frozen=True)
class PeerBook:
    """One question: the liquidation price of the first position.

    Attributes:
        rows: without tiers, those bundled with freqtrade hold for every side of the comparison.
        backtest: ask freqtrade as its backtests do, else as its dry run does.
        published: what the venue says, where it does; the exact answer is held to it.
    """

    name: str
    rows: Sequence[Row]
    wallet: str = "0"
    backtest: bool = False
    published: str | None = None
    tolerance: str = "0"

    def document(self) -> dict[str, Any]:
        """For the worker, which runs in another environment."""
        return {**asdict(self), "rows": [asdict(row) for row in self.rows]}


def captured(case_id: str, name: str) -> PeerBook:
    """One position of the conformance cases."""
    documents = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
    case = next(document for document in documents if document["id"] == case_id)
    expected = next(row for row in case["expected"]["positions"] if "liquidation_price" in row)
    written = case["account"]["positions"]
    first = next(row for row in written if row["symbol"] == expected["symbol"])
    rows = [
        Row(
            row["symbol"], row["side"], row["contracts"], row["entry_price"],
            case["marks"].get(row["symbol"], row["entry_price"]), row["leverage"] or "20",
            row["isolated_margin"] or "", row["tiers"],
        )
        for row in [first, *(row for row in written if row is not first)]
    ]  # fmt: skip
    return PeerBook(
        name, rows, case["account"]["wallet"].get("USDT", "0"), published=expected["liquidation_price"],
        tolerance=case["tolerance"]["liquidation_price"],
    )  # fmt: skip


BTC = Row("BTC/USDT:USDT", "long", "1", "60000", "60000", "10")
ETH = Row("ETH/USDT:USDT", "short", "20", "3000", "3300", "10")
LARGE = Row("BTC/USDT:USDT", "long", "100", "60000", "60000", "20", "300000")

BOOKS = (
    captured("bn-um-faq-btc-cross", "venue's FAQ, BTC in cross"),
    captured("bn-um-faq-eth-cross", "venue's FAQ, ETH in cross"),
    PeerBook("losing short beside it, dry run", (BTC, ETH), "20000"),
    PeerBook("the same, backtest", (BTC, ETH), "20000", backtest=True),
    PeerBook("isolated 100 BTC at 20x", (LARGE,)),
    captured("bin-iso-2410-ena", "captured ENA, isolated"),
    captured("bin-iso-2410-sand", "captured SAND, isolated"),
    captured("bin-iso-vet-long", "captured VET, isolated"),
)
