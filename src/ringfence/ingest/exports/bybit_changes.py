"""Bybit, account changes: the unified account's details and the older derivatives log, with opposite signs.

Details sign fee and funding as booked; the log writes what was paid as a number above zero. Which of the two
a file is follows from its header, and every row has to agree: its change is the sum of its parts.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.ingest.exports.balance import Step, in_batches
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import ZERO, must_be
from ringfence.ingest.exports.symbols import Contract, contract
from ringfence.mirror.happened import FundingBooked, MoneyMoved, PnlBooked, Traded

PARTS = columns(
    "currency, contract, type, direction, quantity, position, filled price, funding, fee paid, cash flow, "
    "change, wallet balance"
)
"""What both have; with neither's own columns the signs cannot be told."""
SIDES = {"buy": "buy", "sell": "sell", "open long": "buy", "close short": "buy", "open short": "sell",
         "close long": "sell"}  # fmt: skip
TRADES = {"trade": False, "delivery": False, "liquidation": True, "adl": True}
MOVED = {
    "transfer_in": "transfer", "transfer_out": "transfer", "transferin": "transfer",
    "transferout": "transfer", "deposit": "deposit", "withdraw": "withdrawal", "exchangein": "conversion",
    "exchangeout": "conversion", "currency_buy": "conversion", "currency_sell": "conversion",
    "interest": "interest", "bonus": "adjustment", "fee_refund": "adjustment", "": "adjustment",
}  # fmt: skip


def read(sheet: Sheet) -> Reading:
    """Every change of the account, and whether the wallet's balances follow from them."""
    happened, skipped = each(sheet, _change)
    assets = sorted({row.said("currency").upper() for row in sheet.rows})
    balances = tuple(
        in_batches(
            asset,
            [
                Step(row, row.amount("change"), row.amount("wallet balance"))
                for row in sheet.rows
                if row.text("currency").upper() == asset
            ],
        )
        for asset in assets
    )
    return Reading(tuple(happened), tuple(skipped), balances, confirmed=len(sheet.rows))


def _change(sheet: Sheet, row: Row) -> One:
    sign = 1 if "action" in sheet.columns else -1
    flow = row.amount("cash flow", empty=ZERO)
    fee, funding = (sign * row.amount(name, empty=ZERO) for name in ("fee paid", "funding"))
    change = row.amount("change")
    must_be(row, "change", found=change, parts={"cash flow": flow, "funding": funding, "fee": fee})
    kind, asset = row.word("type"), row.said("currency").upper()
    of = contract("bybit", row.text("contract"), venue="bybit_linear")
    book = sheet.book(row, venue=of.venue)
    if kind in TRADES and not _is_spot(sheet, row):
        yield from _trade(sheet, row, of=of, money=(flow, fee, funding))
    elif kind in ("settlement", "funding"):
        yield FundingBooked(**book, symbol=of.symbol, asset=asset, amount=funding)
        if flow:
            yield PnlBooked(
                **sheet.book(row, venue=of.venue, part="pnl"),
                symbol=of.symbol,
                asset=asset,
                amount=flow,
                net=False,
            )
        if fee:
            yield _fee(sheet, row, of, amount=fee)
    elif kind == "trade":
        yield MoneyMoved(**book, asset=asset, amount=change, what="spot")
    else:
        yield MoneyMoved(**book, asset=asset, amount=change, what=row.choice("type", MOVED), symbol=of.symbol)


def _is_spot(sheet: Sheet, row: Row) -> bool:
    """A spot trade is two rows, one for each coin, and opens and closes nothing."""
    return "action" in sheet.columns and row.word("type") == "trade" and not row.has("action")


def _trade(sheet: Sheet, row: Row, *, of: Contract, money: tuple[Decimal, Decimal, Decimal]) -> One:
    flow, fee, funding = money
    asset = row.said("currency").upper()
    if not row.has("filled price") or not row.has("quantity"):
        yield PnlBooked(
            **sheet.book(row, venue=of.venue),
            symbol=of.symbol,
            asset=asset,
            amount=flow,
            net=False,
            liquidation=TRADES[row.word("type")],
        )
        if fee:
            yield _fee(sheet, row, of, amount=fee)
    else:
        word = row.word("action") or row.word("direction").partition(" ")[0]
        yield Traded(
            **sheet.book(row, venue=of.venue),
            symbol=of.symbol,
            side=row.choice("direction", SIDES),
            contracts=abs(row.amount("quantity")),
            price=row.above_zero("filled price"),
            fee=fee,
            fee_asset=asset,
            realized_pnl=flow,
            liquidation=TRADES[row.word("type")],
            closes={"open": False, "close": True}.get(word),
            order_id=row.text("order id"),
            contract_size=Decimal(1) if of.told else None,
        )
    if funding:
        yield FundingBooked(
            **sheet.book(row, venue=of.venue, part="funding"), symbol=of.symbol, asset=asset, amount=funding
        )


def _fee(sheet: Sheet, row: Row, of: Contract, *, amount: Decimal) -> MoneyMoved:
    asset = row.said("currency").upper()
    book = sheet.book(row, venue=of.venue, part="fee")
    return MoneyMoved(**book, asset=asset, amount=amount, what="fee", symbol=of.symbol)


FORMATS = (
    Format(
        key="bybit_uta",
        title="Bybit, unified account change details",
        venue="bybit_linear",
        others=("bybit_inverse",),
        needs=PARTS | columns("uid, action, time"),
        time="time",
        read=read,
    ),
    Format(
        key="bybit_derivatives",
        title="Bybit, derivatives log before the unified account",
        venue="bybit_linear",
        others=("bybit_inverse",),
        needs=PARTS | columns("fee rate, trade id, order id, time"),
        time="time",
        utc=True,
        newest_first=True,
        read=read,
    ),
)
