"""The rows of a BitMEX wallet history: read, put into batches, added up, and turned into events."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from ringfence.domain.account import Account
from ringfence.engine import State, apply, begin, unbalanced
from ringfence.engine import events as ev
from ringfence.venues.registry import rules

HISTORY = "trade_exports/bitmex_api_v1_user_walletHistory.csv.gz"
SAMPLE = "trade_exports/bitmex_api_v1_user_walletHistory_sample.csv"
UNITS: Mapping[str, tuple[str, int]] = {"XBt": ("BTC", 8), "USDt": ("USDT", 6), "BMEx": ("BMEX", 6)}
"""The venue's own units: the asset that each is a part of, and how many decimals it has."""
BITMEX = rules("bitmex", on="2026-05-03")


@dataclass(frozen=True)
class Row:
    """One row; ``amount``, ``fee`` and ``balance`` are whole units, as the venue writes them."""

    id: str
    time: str
    kind: str
    status: str
    currency: str
    amount: int
    fee: int
    balance: int
    symbol: str
    order: str

    @property
    def at(self) -> int:
        """UTC milliseconds."""
        moment = datetime.fromisoformat(self.time).replace(tzinfo=UTC)
        return int(moment.timestamp()) * 1_000 + moment.microsecond // 1_000

    @property
    def done(self) -> bool:
        """Whether it moved money: a cancelled withdrawal did not, nor does an open position's profit."""
        return self.status == "Completed"

    @property
    def money(self) -> Decimal:
        """The amount in the asset."""
        return Decimal(self.amount).scaleb(-UNITS[self.currency][1])


def read_rows(path: Path) -> tuple[Row, ...]:
    """Every row of a file, in its order."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        return tuple(_row(cells) for cells in csv.DictReader(stream))


def _row(cells: Mapping[str, str]) -> Row:
    return Row(
        cells["transactID"], cells["timestamp"].removesuffix("Z"), cells["transactType"],
        cells["transactStatus"], cells["currency"], int(cells["amount"]), int(cells["fee"] or 0),
        int(cells["walletBalance"]), cells["address"], cells["orderID"],
    )  # fmt: skip


@dataclass(frozen=True)
class Break:
    """A batch that does not add up: what was expected, and what the rows print."""

    currency: str
    time: str
    expected: int
    printed: tuple[int, ...]


@dataclass(frozen=True)
class Sums:
    """One currency: how many rows and batches, where it ends, and the batches that do not add up.

    ``odd``: rows that print a balance in between that their batch does not explain.
    """

    rows: int
    batches: int
    final: int
    breaks: tuple[Break, ...]
    odd: tuple[Row, ...]


def batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows that moved money, those of one time and currency together."""
    done = [row for row in rows if row.done]
    for _, batch in groupby(done, key=lambda row: (row.time, row.currency)):
        yield list(batch)


def adds_up(before: int, batch: Sequence[Row]) -> bool:
    """Whether balance = previous + sum of the amounts: the end is what one of its rows prints."""
    return before + sum(row.amount for row in batch) in {row.balance for row in batch}


def unexplained(before: int, batch: Sequence[Row]) -> list[Row]:
    """The rows whose own balance is neither the batch's end nor a step on the way to it, in any order."""
    end = before + sum(row.amount for row in batch)
    left, balance = [row for row in batch if row.balance != end or len(batch) == 1], before
    while step := next((row for row in left if balance + row.amount == row.balance), None):
        left.remove(step)
        balance = step.balance
    return left


def reconciled(rows: Sequence[Row]) -> dict[str, Sums]:
    """Every currency's batches, each against the balance before it; after a break the printed one holds."""
    found = {}
    for currency in UNITS:
        own = [row for row in rows if row.currency == currency and row.done]
        balance, count, breaks, odd = 0, 0, [], []
        for batch in batches(own):
            count += 1
            end = balance + sum(row.amount for row in batch)
            odd += unexplained(balance, batch)
            if not adds_up(balance, batch):
                breaks.append(Break(currency, batch[0].time, end, tuple(row.balance for row in batch)))
                end = batch[-1].balance
            balance = end
        found[currency] = Sums(len(own), count, balance, tuple(breaks), tuple(odd))
    return found


def event_of(row: Row) -> ev.Event:
    """The event of a row. A wallet history has neither sizes nor prices: what trading, funding and
    conversions left is taken as the venue booked it, with its name."""
    asset = UNITS[row.currency][0]
    if row.kind == "Deposit":
        return ev.Deposit(row.id, row.at, asset, row.money)
    if row.kind == "Withdrawal":
        return ev.Withdrawal(row.id, row.at, asset, -row.money)
    if row.kind == "Transfer":
        return ev.Transfer(row.id, row.at, asset, row.money)
    return ev.Corrected(row.id, row.at, asset, row.money, f"{row.kind} {row.symbol}")


def walked(rows: Sequence[Row]) -> Iterator[tuple[list[Row], State]]:
    """The state after each batch, from an empty account, event by event."""
    state = begin(Account(venue="bitmex"), BITMEX)
    for batch in batches(rows):
        for row in batch:
            done = apply(state, event_of(row), BITMEX)
            assert done.accepted, (row, done.outcome)
            assert not unbalanced((one.asset, one.amount) for one in done.postings)
            state = done.state
        yield batch, state


def held(state: State, currency: str) -> int:
    """What the wallet holds, in the venue's units."""
    asset, places = UNITS[currency]
    return int(state.account.wallet.get(asset, Decimal(0)).scaleb(places))
