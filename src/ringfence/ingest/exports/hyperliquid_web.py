"""Hyperliquid, what the page exports: trades, whose profit is net of their own fee, and funding.

The order of day and month is the browser's, and times are local. The same columns come from a third party
(hypedexer) with dates that say their zone; whether its profit is net, each file shows by its opening fills.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import ZERO, nearly, product, skip, total
from ringfence.ingest.exports.symbols import hyperliquid, is_spot
from ringfence.mirror.happened import FundingBooked, Traded

DIRECTIONS: dict[str, tuple[str, bool | None]] = {
    "open long": ("buy", False), "open short": ("sell", False), "close long": ("sell", True),
    "close short": ("buy", True), "long > short": ("sell", None), "short > long": ("buy", None),
}  # fmt: skip
"""Side, and whether it closes: a flip does both."""
DUST = Decimal("0.000001")


def read_trades(sheet: Sheet) -> Reading:
    """The fills of contracts; spot trades are skipped."""
    net = _net(sheet)
    happened, skipped = each(sheet, lambda whole, row: _fill(whole, row, net=net))
    notes = () if net is not None else ("profit is left out: no fill shows whether it is net of the fee",)
    return Reading(tuple(happened), tuple(skipped), confirmed=len(happened), notes=notes)


def _net(sheet: Sheet) -> bool | None:
    """Whether profit is net of the fee: an opening fill then shows minus its fee, else zero."""
    opening = [
        row
        for row in sheet.rows
        if row.word("dir").startswith("open") and row.amount("fee") and not _spot(row)
    ]
    by_row = [(row, abs(total(row.amount("closedpnl"), row.amount("fee"))) <= DUST) for row in opening]
    third_party = sheet.format.key == "hypedexer"
    net = by_row[0][1] if by_row and third_party else (None if third_party else True)
    for row, minus_fee in by_row:
        if minus_fee != net or (not net and row.amount("closedpnl")):
            raise row.refused("closedpnl", "an opening fill whose profit is not minus its fee")
    return net


def _spot(row: Row) -> bool:
    return is_spot(row.said("coin"))


def _fill(sheet: Sheet, row: Row, *, net: bool | None) -> One:
    coin = row.said("coin")
    if is_spot(coin):
        yield skip(row, f"{coin} is traded on the spot")
        return
    side, closes = direction(row)
    size, price, fee = row.above_zero("sz"), row.above_zero("px"), row.amount("fee")
    if not nearly(row.amount("ntl"), product(size, price)):
        raise row.refused("ntl", "not price x size")
    profit = total(row.amount("closedpnl"), fee if net else ZERO) if net is not None else None
    what = hyperliquid(coin)
    yield Traded(
        **sheet.book(row),
        symbol=what.symbol,
        side=side,
        contracts=size,
        price=price,
        fee=-fee,
        fee_asset=row.text("feetoken").upper() or "USDC",
        realized_pnl=profit,
        closes=closes,
        liquidation=forced(row),
        contract_size=Decimal(1),
    )


def forced(row: Row) -> bool:
    """Whether the direction says that the venue closed it."""
    return "liquidat" in row.word("dir") or "deleverag" in row.word("dir")


def direction(row: Row) -> tuple[str, bool | None]:
    """Side and whether it closes; a liquidation names the side of the position that is closed."""
    word = row.word("dir")
    if forced(row) and word.split()[-1] in ("long", "short"):
        return ("sell" if word.endswith("long") else "buy"), True
    found: tuple[str, bool | None] = row.choice("dir", DIRECTIONS)
    return found


def read_funding(sheet: Sheet) -> Reading:
    """The payments of funding, each with the sign that its side and rate call for."""
    happened, skipped = each(sheet, _payment)
    return Reading(tuple(happened), tuple(skipped), confirmed=len(happened))


def _payment(sheet: Sheet, row: Row) -> One:
    held = row.choice("side", {"long": 1, "short": -1})
    amount = row.amount("payment")
    signed(row, "payment", held=Decimal(held), rate=row.amount("rate"))
    symbol = hyperliquid(row.said("coin")).symbol
    yield FundingBooked(**sheet.book(row), symbol=symbol, asset="USDC", amount=amount)


def signed(row: Row, column: str, *, held: Decimal, rate: Decimal) -> None:
    """A long pays a rate above zero.

    Raises:
        OutOfRange: the payment goes the other way.
    """
    if product(row.amount(column), held, rate) > 0:
        raise row.refused(
            column, "a long pays a rate above zero, a short receives it; this goes the other way"
        )


FORMATS = (
    Format(
        key="hyperliquid_web_trades",
        title="Hyperliquid, trade history of the page",
        venue="hyperliquid",
        needs=columns("time, coin, dir, px, sz, ntl, fee, closedpnl"),
        renamed={"direction": "dir", "price": "px", "size": "sz", "trade volume": "ntl"},
        time="time",
        read=read_trades,
    ),
    Format(
        key="hypedexer",
        title="Hyperliquid, fills from hypedexer",
        venue="hyperliquid",
        needs=columns("time, coin, dir, px, sz, ntl, fee, feetoken, closedpnl, hash"),
        time="time",
        read=read_trades,
    ),
    Format(
        key="hyperliquid_web_funding",
        title="Hyperliquid, funding history of the page",
        venue="hyperliquid",
        needs=columns("time, coin, sz, side, payment, rate"),
        time="time",
        read=read_funding,
    ),
)
