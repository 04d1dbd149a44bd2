"""Deribit, transaction log: one currency a file, profit since the last settlement, fees above zero.

A row's change is its cash flow less the fee, or the cash flow alone where the fee came out of the balance
that is kept for fees.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ringfence.errors import MissingField
from ringfence.ingest.exports.balance import Step, running
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns
from ringfence.ingest.exports.sums import ZERO, must_be, skip, total
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import FundingBooked, Happened, MoneyMoved, PnlBooked, Traded

SIDES = {
    "open buy": ("buy", False), "open sell": ("sell", False), "close buy": ("buy", True),
    "close sell": ("sell", True), "buy": ("buy", None), "sell": ("sell", None),
}  # fmt: skip
MOVED = {
    "deposit": "deposit", "withdrawal": "withdrawal", "transfer": "transfer",
    "transfer from insurance": "insurance", "socialized fund": "insurance", "position move": "adjustment",
}  # fmt: skip
_OPTION = re.compile(r".+-\d+(?:d\d+)?-[CP]", re.ASCII)
_FILE = re.compile(r"(?<![A-Za-z0-9])(BTC|ETH|USDC|USDT|SOL|XRP)(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)


def read(sheet: Sheet) -> Reading:
    """The log in the order of the venue's own numbers, and whether the balance follows from it."""
    rows = sorted(sheet.rows, key=lambda row: row.whole("userseq"))
    asset = _asset(sheet)
    happened: list[Happened] = []
    skipped = []
    for row in rows:
        for said in _entry(sheet, row, asset):
            if isinstance(said, Happened):
                happened.append(said)
            else:
                skipped.append(said)
    steps = [Step(row, row.amount("change", empty=ZERO), row.amount("balance")) for row in rows]
    options = any(_OPTION.fullmatch(row.text("instrument")) for row in rows)
    notes = ("options are read as the money they moved",) if options else ()
    return Reading(tuple(happened), tuple(skipped), (running(asset, steps),), len(rows) - len(skipped), notes)


def _asset(sheet: Sheet) -> str:
    """The currency of the file, from what its contracts pay in, else from the name it was given.

    Raises:
        MissingField: neither says it.
    """
    named = [contract("deribit", row.text("instrument"), venue="deribit") for row in sheet.rows]
    settles = {one.settle for one in named if one.told}
    found = settles or {name.upper() for name in _FILE.findall(sheet.source)}
    if len(found) != 1:
        raise MissingField(
            "the log does not say its currency",
            path="file name",
            hint="keep the name that Deribit gave the file, with BTC, ETH or USDC in it",
        )
    return found.pop()


def _entry(sheet: Sheet, row: Row, asset: str) -> One:
    kind, change = row.word("type"), row.amount("change", empty=ZERO)
    book = sheet.book(row)
    if kind in ("trade", "delivery") and not _OPTION.fullmatch(row.text("instrument")):
        yield _trade(sheet, row, asset)
    elif kind == "settlement":
        flow, funding = row.amount("cash flow", empty=ZERO), row.amount("funding", empty=ZERO)
        must_be(row, "change", found=change, parts={"cash flow": flow})
        symbol = contract("deribit", row.said("instrument"), venue="deribit").symbol
        yield PnlBooked(**book, symbol=symbol, asset=asset, amount=total(flow, -funding), net=False)
        if funding:
            paid = sheet.book(row, part="funding")
            yield FundingBooked(**paid, symbol=symbol, asset=asset, amount=funding)
    elif not change:
        yield skip(row, f"{row.text('type')}: no money moved")
    elif kind in ("trade", "delivery"):
        yield MoneyMoved(**book, asset=asset, amount=change, what="adjustment", symbol=row.text("instrument"))
    else:
        yield MoneyMoved(**book, asset=asset, amount=change, what=row.choice("type", MOVED))


def _trade(sheet: Sheet, row: Row, asset: str) -> Traded:
    of = contract("deribit", row.said("instrument"), venue="deribit")
    flow, fee = row.amount("cash flow", empty=ZERO), row.amount("fee charged", empty=ZERO)
    change = row.amount("change", empty=ZERO)
    elsewhere = fee != 0 and change == flow
    if not elsewhere:
        must_be(row, "change", found=change, parts={"cash flow": flow, "fee": -fee})
    side, closes = row.choice("side", SIDES)
    size = next(name for name in ("amount", "base amount") if name in row.cells)
    return Traded(
        **sheet.book(row),
        symbol=of.symbol,
        side=side,
        contracts=row.above_zero(size),
        price=row.above_zero("price"),
        fee=ZERO if elsewhere else -fee,
        fee_asset=asset,
        realized_pnl=flow,
        closes=closes,
        liquidation="liquidation" in row.word("info") or "liquidation" in row.word("note"),
        order_id=row.text("order id"),
        contract_size=Decimal(1) if of.told else None,
    )


_NEEDS = "id, userseq, date, instrument, type, side, price, cash flow, funding, fee charged, change, balance"
_ALSO = columns("position, fee balance, equity, trade id, order id, info, note, mark price, index price")

FORMATS = tuple(
    Format(
        key=key,
        title=f"Deribit, transaction log{age}",
        venue="deribit",
        needs=columns(f"{_NEEDS}, {size}"),
        also=_ALSO,
        renamed={"fee paid": "fee charged", "size": "base amount"},
        identity=("id",),
        time="date",
        utc=True,
        read=read,
    )
    for key, size, age in (
        ("deribit_log", "amount, base amount", ""),
        ("deribit_log_older", "base amount", " before it had an amount"),
    )
)
