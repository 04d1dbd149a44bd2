"""The section of docs/replays.md on real accounts and wallets: what reconciles, and what does not."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a script, Python looks beside the script only
    sys.path.insert(0, str(ROOT))

from ringfence.domain.numbers import plain  # noqa: E402
from tests.history_real import test_bitmex_snapshot as bitmex  # noqa: E402
from tests.history_real import test_hyperliquid_fills as fills  # noqa: E402
from tests.history_real import test_hyperliquid_state as hyperliquid  # noqa: E402
from tests.history_real.wallet_rows import HISTORY, UNITS, held, read_rows, reconciled, walked  # noqa: E402

HEAD = """## Accounts and wallets that reconcile

Real accounts, held against the packs and the event engine by `tests/history_real`. A wallet history
reconciles where every batch of one time is the balance before it and the sum of its amounts, and where the
engine, event by event from an empty wallet, holds what the venue printed after each.

| BitMEX wallet, 2020-05-01 to 2026-05-03 | rows | batches | do not add up | export ends at | engine ends at |
| --- | --- | --- | --- | --- | --- |
"""
ACCOUNTS = """
An account reconciles where the pack's figures are the venue's own.

| account | figures compared | equal to the last digit |
| --- | --- | --- |
"""
TAIL = """
What does not, and by how much:

- Hyperliquid cuts each position's margin to six decimals and adds those up; the pack rounds nothing: what
  may be withdrawn from the account of 2023 differs by {cut} USDC.
- The profit that Hyperliquid printed for a fill in May 2023 is not on an average entry: it moved when a
  position shrank. Sizes and raw USD, by which it liquidates, follow the engine through all {fills} fills.
- BitMEX cuts a fee to whole satoshi and the engine rounds it: at most one satoshi more a fill.
- A BitMEX wallet history has no sizes and no prices: what trading and funding left is taken as it was booked.
"""


def wallets(folder: Path) -> str:
    rows = read_rows(folder / HISTORY)
    *_, (_, state) = walked(rows)
    lines = []
    for currency, sums in reconciled(rows).items():
        asset, places = UNITS[currency]
        ends = [plain(Decimal(units).scaleb(-places)) for units in (sums.final, held(state, currency))]
        counts = f"{sums.rows:,} | {sums.batches:,} | {len(sums.breaks)}"
        lines.append(f"| {asset} | {counts} | {ends[0]} | {ends[1]} |\n")
    return "".join(lines)


def counted(name: str, pairs: Iterable[tuple[object, object]]) -> str:
    same = [one == other for one, other in pairs]
    return f"| {name} | {len(same)} | {sum(same)} |\n"


def captured(folder: Path) -> str:
    """The BitMEX account: its position, and its pool ten seconds later."""

    def rows(name: str) -> list[dict[str, str]]:
        with (folder / "accounts" / f"bitmex_{name}_snapshot_2026-05-03.csv").open(
            encoding="utf-8"
        ) as stream:
            return list(csv.DictReader(stream))

    position = rows("position")[0]
    margin = next(one for one in rows("margin") if one["currency"] == "XBt")
    listed = pl.read_parquet(folder / "leverage" / "bitmex_instruments_2026-05-03.parquet")
    account = bitmex.account(position, margin, listed.filter(pl.col("symbol") == "XBTUSD").to_dicts()[0])
    now = bitmex.assessed(account, Decimal(position["markPrice"]))
    after = bitmex.assessed(account, bitmex.later(margin, position))
    ours = bitmex.in_satoshi(bitmex.of_position(now.positions[0]))
    pool = bitmex.in_satoshi(bitmex.of_pool(after.rings[0], after.positions[0]))
    return counted("BitMEX 2026-05-03, the XBTUSD short", _beside(ours, position)) + counted(
        "BitMEX 2026-05-03, the bitcoin pool", _beside(pool, margin)
    )


def _beside(ours: Mapping[str, object], theirs: Mapping[str, str]) -> list[tuple[object, object]]:
    return [(value, int(theirs[name])) for name, value in ours.items()]


def clearinghouse(folder: Path) -> tuple[str, str]:
    """The Hyperliquid account, and by how much what may be withdrawn differs."""
    path = folder / "accounts" / "hyperliquid_clearinghouseState_2023-03-27.json"
    state = json.loads(path.read_text("utf-8"))
    said, summary = hyperliquid.said(state), state["marginSummary"]
    (pool,) = said.rings
    pairs = [
        (pool.equity, Decimal(summary["accountValue"])),
        (pool.notional, Decimal(summary["totalNtlPos"])),
        (hyperliquid.margins_cut(said), Decimal(summary["totalMarginUsed"])),
        (pool.withdrawable, Decimal(state["withdrawable"])),
    ]
    for one, theirs in zip(said.positions, hyperliquid.held(state), strict=True):
        pairs += [
            (one.notional, Decimal(theirs["positionValue"])),
            (hyperliquid.cut(one.initial_margin), Decimal(theirs["marginUsed"])),
            (hyperliquid.printed(one.unrealized_pnl), Decimal(theirs["unrealizedPnl"])),
        ]
    off = Decimal(state["withdrawable"]) - Decimal(pool.withdrawable or 0)
    return counted("Hyperliquid 2023-03-27, twelve positions, margins cut as there", pairs), plain(off)


def section(folder: Path) -> str:
    """The whole section."""
    coins, _, _ = fills.ordered(folder)
    accounts, off = clearinghouse(folder)
    tail = TAIL.format(cut=off, fills=sum(len(listed) for listed in coins.values()))
    return HEAD + wallets(folder) + ACCOUNTS + captured(folder) + accounts + tail


if __name__ == "__main__":
    from ringfence.store.history import data_folder

    print(section(data_folder()))
