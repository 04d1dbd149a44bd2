"""Binance, futures trade history: a row is a fill. Profit is gross of fees, and a fee is above zero.

The export names neither order nor trade. Older ones lack ``Fee Coin`` or call the amount ``Total``.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import nearly, product
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import Traded

SIDES = {"buy": "buy", "sell": "sell"}


def read(sheet: Sheet) -> Reading:
    """The fills of a file."""
    happened, skipped = each(sheet, _fill)
    notes = (
        ()
        if "fee coin" in sheet.columns
        else ("fees are left out: this file does not say in which coin they were paid",)
    )
    linear = sum(1 for one in happened if one.venue == "binance_usdm")
    return Reading(tuple(happened), tuple(skipped), confirmed=linear, notes=notes)


def _fill(sheet: Sheet, row: Row) -> One:
    what = contract("binance", row.said("symbol"), venue="binance_usdm")
    size, price, profit = row.above_zero("quantity"), row.above_zero("price"), row.amount("realized profit")
    linear = what.told and not what.inverse
    if linear and not nearly(row.amount("amount"), product(size, price)):
        raise row.refused("amount", "not price x quantity")
    known = row.has("fee coin")
    yield Traded(
        **sheet.book(row, venue=what.venue),
        symbol=what.symbol,
        side=row.choice("side", SIDES),
        contracts=size,
        price=price,
        fee=-row.amount("fee") if known else Decimal(0),
        fee_asset=row.text("fee coin").upper(),
        fee_known=known,
        realized_pnl=profit,
        contract_size=Decimal(1) if linear else None,
    )


FORMATS = (
    Format(
        key="binance_futures_trades",
        title="Binance, futures trade history",
        venue="binance_usdm",
        needs=columns("date, symbol, side, price, quantity, amount, fee, realized profit"),
        also=columns("fee coin, quote asset"),
        renamed={"total": "amount"},
        time="date",
        read=read,
    ),
)
