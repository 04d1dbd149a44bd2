"""Bitget, Bitunix, Blofin and Paradex: fills and filled orders whose columns few files have shown.

None of them documents whether profit is net of fees, so that it is left out; fees that all have one sign are
what was paid.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import MarginMode
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import ZERO, cost_sign, direction, quantity, skip
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import Traded

MODES = {"isolated": MarginMode.ISOLATED, "cross": MarginMode.CROSS, "crossed": MarginMode.CROSS}
YES = {"yes": True, "true": True, "y": True, "no": False, "false": False, "n": False}
KINDS = {"fill": False, "rpi": False, "block_trade": False, "liquidation": True, "settle_market": False}
COLUMNS = {
    "bitget": ("futures", "direction", "avg price", "filled qty"),
    "bitunix": ("futures", "side", "average price", "executed"),
    "blofin": ("underlying asset", "side", "avg fill", "filled"),
    "paradex": ("market", "side", "price", "size"),
}
"""Of each venue: contract, side, price, size."""
PROFITS = ("realized pnl", "realized p/l", "pnl", "realized_pnl")


def read(sheet: Sheet) -> Reading:
    """What was filled; orders that were not are skipped."""
    sign = cost_sign(sheet.rows, "fee") if "fee" in sheet.columns else None
    happened, skipped = each(sheet, lambda whole, row: _filled(whole, row, sign))
    notes = []
    if any(name in sheet.columns for name in PROFITS):
        notes.append("profit is left out: whether it is net of fees is not documented")
    if sign is None:
        notes.append("fees are left out: the file has none, or signs them both ways")
    else:
        notes.append("fees are read as paid: the file does not say their sign")
    return Reading(tuple(happened), tuple(skipped), notes=tuple(notes))


def _filled(sheet: Sheet, row: Row, sign: int | None) -> One:
    family = sheet.format.venue
    what, way, price, size = COLUMNS[family]
    status = row.word("status")
    if not row.has(size) or row.text(size).strip("0.") == "":
        yield skip(row, f"nothing was filled ({status or 'no status'})")
        return
    of = contract(family, row.said(what), venue=family)
    side, closes = direction(row, way)
    fee = row.amount("fee", empty=ZERO) if sign is not None else ZERO
    yield Traded(
        **sheet.book(row, venue=of.venue),
        symbol=of.symbol,
        side=side,
        contracts=quantity(row, size),
        price=row.above_zero(price),
        fee=fee * (sign or 1),
        fee_known=sign is not None and row.has("fee"),
        fee_asset=row.text("fee_currency").upper() or of.settle,
        order_id=row.text("order id") or row.text("order_id"),
        closes=row.choice("reduce-only", YES) if row.has("reduce-only") else closes,
        margin_mode=row.choice("margin mode", MODES) if row.has("margin mode") else None,
        leverage=leverage(row),
        liquidation=row.choice("fill_type", KINDS) if row.has("fill_type") else False,
        contract_size=Decimal(1) if of.told and not of.inverse else None,
    )


def leverage(row: Row) -> Decimal | None:
    """A leverage setting such as ``10x``; None where it is not said."""
    text = row.word("leverage").removesuffix("x")
    return Decimal(text) if text.isascii() and text.isdigit() and 0 < len(text) < 4 else None


FORMATS = (
    Format(
        key="bitget_futures",
        title="Bitget, futures order history",
        venue="bitget",
        needs=columns("order id, futures, direction, avg price, filled qty, realized pnl, fee, order time"),
        time="order time",
        read=read,
    ),
    Format(
        key="bitunix_futures",
        title="Bitunix, futures order history",
        venue="bitunix",
        needs=columns("date, side, futures, average price, executed, status"),
        also=columns("fee, realized p/l"),
        time="date",
        read=read,
    ),
    Format(
        key="blofin_orders",
        title="Blofin, order history",
        venue="blofin",
        needs=columns("underlying asset, order time, side, avg fill, filled, status"),
        also=columns("fee, pnl, reduce-only, margin mode, leverage"),
        time="order time",
        read=read,
    ),
    Format(
        key="paradex_fills",
        title="Paradex, fills",
        venue="paradex",
        needs=columns("id, side, market, order_id, price, size, fee, fee_currency, created_at, fill_type"),
        also=columns("realized_pnl, realized_funding"),
        identity=("id",),
        time="created_at",
        read=read,
    ),
)
