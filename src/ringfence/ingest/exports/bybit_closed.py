"""Bybit, closed P&L: a row is a close with its average entry; the profit is net of the fees both ways."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import Side
from ringfence.domain.numbers import exactly
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import last_digit
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import ClosedPosition

CLOSED = {"close long": Side.LONG, "sell": Side.LONG, "close short": Side.SHORT, "buy": Side.SHORT}
"""What was closed; older exports name the side of the closing order."""
FORCED = ("liq", "adl", "bust", "deleverag")
DEAREST = Decimal("0.005")
"""More than any fee of one side: a profit further from the prices' own is no net profit of them."""


def read(sheet: Sheet) -> Reading:
    """The closes of a file."""
    happened, skipped = each(sheet, _close)
    unknown = sorted(
        {kind for row in sheet.rows if (kind := row.word("exit type")) != "trade" and not _forced(row)}
    )
    notes = tuple(f'exit type "{kind}" is not known: not read as a liquidation' for kind in unknown)
    linear = sum(1 for one in happened if one.venue == "bybit_linear")
    return Reading(tuple(happened), tuple(skipped), confirmed=linear, notes=notes)


def _forced(row: Row) -> bool:
    return any(word in row.word("exit type") for word in FORCED)


def _close(sheet: Sheet, row: Row) -> One:
    what = contract("bybit", row.said("contracts"), venue="bybit_linear")
    side = row.choice("closing direction", CLOSED)
    size, entry, out = (row.above_zero(name) for name in ("qty", "entry price", "exit price"))
    profit = row.amount("closed p&l")
    if what.told and not what.inverse:
        _plausible(row, side, numbers=(size, entry, out, profit))
    yield ClosedPosition(
        **sheet.book(row, venue=what.venue),
        symbol=what.symbol,
        side=side,
        contracts=size,
        entry_price=entry,
        exit_price=out,
        pnl=profit,
        net=True,
        liquidation=_forced(row),
        asset=what.settle,
        contract_size=Decimal(1) if what.told else None,
    )


@exactly
def _plausible(row: Row, side: Side, *, numbers: tuple[Decimal, Decimal, Decimal, Decimal]) -> None:
    """The row prints neither fee, so that its profit can only be held between what fees can be."""
    size, entry, out, profit = numbers
    gross = side.sign * size * (out - entry)
    blur = size * last_digit(row.text("entry price"), row.text("exit price"))
    fees = DEAREST * size * (entry + out)
    if not gross - fees - blur <= profit <= gross + fees + blur:
        raise row.refused("closed p&l", f"not what these prices leave after fees: {gross} before them")


FORMATS = (
    Format(
        key="bybit_closed_pnl",
        title="Bybit, closed P&L",
        venue="bybit_linear",
        others=("bybit_inverse",),
        needs=columns(
            "contracts, closing direction, qty, entry price, exit price, closed p&l, exit type, trade time"
        ),
        also=columns("order no., create time"),
        time="trade time",
        newest_first=True,
        read=read,
    ),
)
