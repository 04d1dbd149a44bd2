"""MEXC, futures order history: a row is an order with its average price; the header states the zone.

``buy short`` opens a short and ``sell short`` closes it, as ``buy long`` and ``sell long`` do a long.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.numbers import quotient
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.orders_of_others import leverage
from ringfence.ingest.exports.sums import ZERO, skip
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import Traded

DIRECTIONS = {
    "buy long": ("buy", False), "sell long": ("sell", True), "buy short": ("sell", False),
    "sell short": ("buy", True),
}  # fmt: skip


def read(sheet: Sheet) -> Reading:
    """What was filled, an order at a time."""
    happened, skipped = each(sheet, _order)
    return Reading(tuple(happened), tuple(skipped))


def _order(sheet: Sheet, row: Row) -> One:
    if row.word("status") != "finished":
        yield skip(row, f"the order is {row.text('status')}, not FINISHED")
        return
    of = contract("mexc", row.said("futures trading pair"), venue="mexc")
    side, closes = row.choice("direction", DIRECTIONS)
    contracts = row.above_zero("filled qty (cont.)")
    coins = quotient(row.above_zero("filled qty (crypto)"), contracts)
    kind = row.word("order type")
    yield Traded(
        **sheet.book(row),
        symbol=of.symbol,
        side=side,
        contracts=contracts,
        price=row.above_zero("average filled price"),
        fee=-row.amount("trading fee", empty=ZERO),
        fee_asset=row.text("fee-payment crypto").upper(),
        closes=closes,
        realized_pnl=row.amount("closing pnl", empty=ZERO),
        leverage=leverage(row),
        liquidation="liquidat" in kind,
        contract_size=coins if isinstance(coins, Decimal) and of.told and not of.inverse else None,
    )


FORMATS = (
    Format(
        key="mexc_futures_orders",
        title="MEXC, futures order history",
        venue="mexc",
        needs=columns(
            "time, futures trading pair, direction, leverage, order type, filled qty (cont.), "
            "filled qty (crypto), average filled price, closing pnl, trading fee, fee-payment crypto, status"
        ),
        also=columns(
            "order qty (cont.), order qty (crypto), order qty (amount), filled qty (amount), order price"
        ),
        time="time",
        read=read,
    ),
)
