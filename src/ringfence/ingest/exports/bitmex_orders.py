"""BitMEX, orders and executions: fills with their prices. An order has an average price and no fee."""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.numbers import quotient
from ringfence.ingest.exports.bitmex_wallet import UNITS
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each, trimmed
from ringfence.ingest.exports.sums import skip
from ringfence.ingest.exports.symbols import Contract, bitmex
from ringfence.mirror.happened import FundingBooked, Traded

SIDES = {"buy": "buy", "sell": "sell"}
CLOSING = ("close", "reduceonly")
FORCED = ("liquidat", "deleverag")
UNFILLED = frozenset({"canceled", "rejected", "new", "pendingnew", "expired"})


def read_orders(sheet: Sheet) -> Reading:
    """What was filled, an order at a time."""
    happened, skipped = each(sheet, _order)
    notes = (
        "an order has its average price, rounded by the venue, and no fee: the execution history has both",
    ) if happened else ()  # fmt: skip
    return Reading(tuple(happened), tuple(skipped), notes=notes)


def read_executions(sheet: Sheet) -> Reading:
    """Fills and funding."""
    happened, skipped = each(sheet, _execution)
    return Reading(tuple(happened), tuple(skipped))


def _of(row: Row) -> tuple[Contract, str]:
    """The contract and the asset that it pays in; a spot pair pays in none."""
    unit = UNITS.get(row.word("settlcurrency"))
    asset = unit[0] if unit else ""
    return bitmex(row.said("symbol"), asset), asset


def _closes(row: Row) -> bool | None:
    return True if any(word in row.word("execinst") for word in CLOSING) else None


def _preplaced(row: Row) -> bool | None:
    """A stop rested before it was triggered; whether a limit order did is not said."""
    return True if row.has("stoppx") and row.has("triggered") else None


def _forced(row: Row) -> bool:
    return any(word in row.word("text") for word in FORCED)


def _order(sheet: Sheet, row: Row) -> One:
    of, asset = _of(row)
    if not row.has("settlcurrency"):
        yield skip(row, f"{row.text('symbol')} is traded on the spot")
    elif not row.amount("cumqty", empty=Decimal(0)):
        yield skip(row, f"the order is {row.text('ordstatus')}: nothing was filled")
    else:
        yield Traded(
            **sheet.book(row),
            symbol=of.symbol,
            side=row.choice("side", SIDES),
            contracts=row.above_zero("cumqty"),
            price=row.above_zero("avgpx"),
            fee_asset=asset,
            fee_known=False,
            preplaced=_preplaced(row),
            closes=_closes(row),
            order_id=row.text("orderid"),
            liquidation=_forced(row),
            contract_size=Decimal(1) if of.inverse else None,
        )


def _execution(sheet: Sheet, row: Row) -> One:
    of, asset = _of(row)
    kind = row.word("exectype")
    if not row.has("settlcurrency"):
        yield skip(row, f"{row.text('symbol')} is traded on the spot")
    elif kind not in ("trade", "funding", "settlement", "liquidation"):
        yield skip(row, f"{row.text('exectype')}: nothing was filled")
    else:
        places = row.choice("settlcurrency", UNITS)[1]
        paid = trimmed(Decimal(row.whole("execcomm", empty=0)).scaleb(-places))
        if kind == "funding":
            yield FundingBooked(**sheet.book(row), symbol=of.symbol, asset=asset, amount=-paid)
            return
        yield Traded(
            **sheet.book(row),
            symbol=of.symbol,
            side=row.choice("side", SIDES),
            contracts=row.above_zero("lastqty"),
            price=row.above_zero("lastpx"),
            fee=-paid,
            fee_asset=asset,
            preplaced=_preplaced(row),
            closes=True if kind == "settlement" else _closes(row),
            order_id=row.text("orderid"),
            liquidation=_forced(row) or kind == "liquidation",
            contract_size=_size(row, of),
        )


def _size(row: Row, of: Contract) -> Decimal | None:
    """A face value of 1; of a linear contract the coins that its row says, where it comes out even."""
    if of.inverse:
        return Decimal(1)
    if not of.told or not row.has("homenotional") or of.symbol.split("/")[1].split(":")[0] != of.settle:
        return None
    one = quotient(abs(row.amount("homenotional")), row.above_zero("lastqty"))
    return one if isinstance(one, Decimal) else None


FORMATS = (
    Format(
        key="bitmex_orders",
        title="BitMEX, orders",
        venue="bitmex",
        needs=columns("timestamp, ordstatus, ordtype, symbol, side, cumqty, avgpx, orderid, settlcurrency"),
        also=columns("stoppx, triggered, execinst, text"),
        identity=("orderid", "cumqty"),
        time="timestamp",
        utc=True,
        read=read_orders,
    ),
    Format(
        key="bitmex_executions",
        title="BitMEX, executions and trade history",
        venue="bitmex",
        needs=columns(
            "timestamp, exectype, symbol, side, lastqty, lastpx, settlcurrency, execcomm, execid, orderid"
        ),
        also=columns("stoppx, triggered, execinst, text, homenotional"),
        identity=("execid",),
        time="timestamp",
        utc=True,
        read=read_executions,
    ),
)
