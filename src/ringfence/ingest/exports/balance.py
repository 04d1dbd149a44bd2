"""Running balances held against the rows that make them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from ringfence.domain.numbers import exactly
from ringfence.ingest.exports.model import Break, Reconciled, Row, trimmed

SHOWN = 20
"""Breaks that are listed; more of them say no more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a running balance, and the balance that the row prints behind it."""

    row: Row
    change: Decimal
    balance: Decimal


@exactly
def running(asset: str, steps: Sequence[Step], *, position: bool = False) -> Reconciled:
    """Row by row: balance = the one before + change.

    >>> rows = [Step(Row(number=n, cells={}), Decimal(1), Decimal(b)) for n, b in ((2, "5"), (3, "6"))]
    >>> running("USDT", rows).difference
    Decimal('0')
    """
    return _held(asset, ([step] for step in steps), position=position)


@exactly
def in_batches(asset: str, steps: Sequence[Step], *, position: bool = False) -> Reconciled:
    """Moment by moment: rows of one time may all print the balance at the end of it, in any order."""
    batches = (list(batch) for _, batch in groupby(steps, key=lambda step: step.row.at))
    return _held(asset, batches, position=position)


def _held(asset: str, batches: Iterable[list[Step]], *, position: bool = False) -> Reconciled:
    start: Decimal | None = None
    balance = total = Decimal(0)
    count = rows = 0
    breaks: list[Break] = []
    odd: list[int] = []
    for batch in batches:
        change = sum((step.change for step in batch), Decimal(0))
        if start is None:
            start = balance = _before(batch, change)
        end = balance + change
        odd += [step.row.number for step in _unexplained(balance, batch, end)]
        if end not in {step.balance for step in batch}:
            breaks.append(Break(batch[-1].row.number, end, batch[-1].balance))
            end = batch[-1].balance
        balance, total, count, rows = end, total + change, count + 1, rows + len(batch)
    expected = (start or Decimal(0)) + total
    return Reconciled(
        asset,
        trimmed(expected),
        trimmed(balance),
        trimmed(balance - expected),
        position,
        rows,
        count,
        tuple(breaks[:SHOWN]),
        tuple(odd[:SHOWN]),
    )


def _before(batch: Sequence[Step], change: Decimal) -> Decimal:
    """The balance before the first rows: what one of them prints, less what they change."""
    ends = [step.balance - change for step in batch]
    starts = {step.balance - step.change for step in batch}
    fits = [end for end in ends if end in starts]
    return Decimal(0) if Decimal(0) in fits else (fits or ends)[-1]


def _unexplained(before: Decimal, batch: Sequence[Step], end: Decimal) -> Iterator[Step]:
    """The rows whose balance is neither the end of their moment nor a step on the way to it."""
    left, balance = [step for step in batch if step.balance != end], before
    if len(batch) == 1:
        return
    while found := next((step for step in left if balance + step.change == step.balance), None):
        left.remove(found)
        balance = found.balance
    yield from left
