"""OKX, what was booked: the trading account's bills, which have no prices, and the funding account's."""

from __future__ import annotations

from ringfence.ingest.exports.balance import Step, in_batches
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import ZERO, must_be, skip
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import FundingBooked, MoneyMoved, PnlBooked

ASSET = "unit#2"
"""The header says Unit twice: of the size, and of the balance."""
FORCED = ("liquidat", "adl", "deleverag")
FUNDING_MOVED = {"deposit": "deposit", "withdrawal": "withdrawal", "fee rebate": "adjustment",
                 "staking yield": "interest"}  # fmt: skip


def read_bills(sheet: Sheet) -> Reading:
    """The bills of the trading account, and whether its balances follow from them."""
    happened, skipped = each(sheet, _bill)
    assets = sorted({row.said(ASSET).upper() for row in sheet.rows})
    balances = tuple(
        in_batches(
            asset,
            [
                Step(row, row.amount("balance change", empty=ZERO), row.amount("balance"))
                for row in sheet.rows
                if row.text(ASSET).upper() == asset
            ],
        )
        for asset in assets
    )
    whole = sum(1 for row in sheet.rows if row.word("trade type") not in ("spot", "transfer"))
    notes = ("bills have no prices: profit and fees are read, fills are not",)
    return Reading(tuple(happened), tuple(skipped), balances, confirmed=whole, notes=notes)


def _bill(sheet: Sheet, row: Row) -> One:
    trade, asset = row.word("trade type"), row.said(ASSET).upper()
    change = row.amount("balance change", empty=ZERO)
    book = sheet.book(row)
    if trade in ("spot", "transfer"):
        yield MoneyMoved(**book, asset=asset, amount=change, what=trade)
        return
    of = contract("okx", row.said("instrument"), venue="okx_linear")
    book = sheet.book(row, venue=of.venue)
    pnl, fee = row.amount("pl", empty=ZERO), row.amount("fee", empty=ZERO)
    must_be(row, "balance change", found=change, parts={"pl": pnl, "fee": fee})
    if "funding" in row.word("type"):
        yield FundingBooked(**book, symbol=of.symbol, asset=asset, amount=change)
        return
    forced = any(word in row.word("type") for word in FORCED)
    yield PnlBooked(**book, symbol=of.symbol, asset=asset, amount=pnl, net=False, liquidation=forced)
    if fee:
        paid = sheet.book(row, venue=of.venue, part="fee")
        yield MoneyMoved(**paid, asset=asset, amount=fee, what="fee", symbol=of.symbol)


def read_funding_account(sheet: Sheet) -> Reading:
    """Deposits and withdrawals; what moves between one's own accounts stands in the bills."""
    happened, skipped = each(sheet, _moved)
    return Reading(tuple(happened), tuple(skipped), confirmed=len(sheet.rows))


def _moved(sheet: Sheet, row: Row) -> One:
    amount = row.amount("amount")
    must_be(
        row,
        "after balance",
        found=row.amount("after balance"),
        parts={"before": row.amount("before balance"), "amount": amount},
    )
    what = FUNDING_MOVED.get(row.word("type"))
    if what is None:
        yield skip(row, f"{row.text('type')}: within the funding account, or from one account to another")
    else:
        yield MoneyMoved(**sheet.book(row), asset=row.said("symbol").upper(), amount=amount, what=what)


FORMATS = (
    Format(
        key="okx_bills",
        title="OKX, trading account bills",
        venue="okx_linear",
        others=("okx_inverse",),
        needs=columns(
            "id, order id, time, trade type, instrument, type, amount, unit, pl, fee, position change, "
            "position balance, balance change, balance, unit#2"
        ),
        identity=("id", ASSET, "balance change", "type"),
        time="time",
        read=read_bills,
    ),
    Format(
        key="okx_funding_account",
        title="OKX, funding account bills",
        venue="okx_linear",
        needs=columns("id, time, type, amount, before balance, after balance, fee, symbol"),
        identity=("id",),
        time="time",
        read=read_funding_account,
    ),
)
