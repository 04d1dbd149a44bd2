"""BitMEX, wallet history: what was booked, in the smallest units of each asset.

Until September 2024 a row of profit held a day of one contract, fees and funding inside. Since then it holds
one fill's, net of the fee that stands beside it, and funding has rows of its own. Both occur side by side.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from ringfence.ingest.exports.balance import Step, in_batches
from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each, trimmed
from ringfence.ingest.exports.sums import skip, total
from ringfence.ingest.exports.symbols import bitmex
from ringfence.mirror.happened import FundingBooked, MoneyMoved, PnlBooked

UNITS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {"xbt": ("BTC", 8), "usdt": ("USDT", 6), "bmex": ("BMEX", 6)}
)
"""The venue's units: the asset that each is a part of, and how many decimals it has."""
MOVED = {
    "deposit": "deposit", "withdrawal": "withdrawal", "transfer": "transfer", "conversion": "conversion",
    "spottrade": "spot", "affiliatepayout": "adjustment",
}  # fmt: skip


def in_asset(row: Row, column: str) -> Decimal:
    """An amount of smallest units, in the asset."""
    return trimmed(Decimal(row.whole(column, empty=0)).scaleb(-row.choice("currency", UNITS)[1]))


def read(sheet: Sheet) -> Reading:
    """Every booking, and whether the balances are what came before and the sum of each moment."""
    happened, skipped = each(sheet, _booking)
    done = [row for row in sheet.rows if _done(row)]
    units = sorted({row.word("currency") for row in done})
    balances = tuple(
        in_batches(
            UNITS[unit][0],
            [
                Step(row, in_asset(row, "amount"), in_asset(row, "walletbalance"))
                for row in done
                if row.word("currency") == unit
            ],
        )
        for unit in units
    )
    rows = sum(one.rows for one in balances if one.holds)
    return Reading(tuple(happened), tuple(skipped), balances, confirmed=rows)


def _done(row: Row) -> bool:
    """Whether it moved money: a cancelled withdrawal did not, nor does an open position's profit."""
    return row.word("transactstatus") == "completed" and row.word("transacttype") != "unrealisedpnl"


def _booking(sheet: Sheet, row: Row) -> One:
    kind, asset = row.word("transacttype"), row.choice("currency", UNITS)[0]
    if not _done(row):
        yield skip(row, f"{row.text('transacttype')} is {row.text('transactstatus')}: no money moved")
        return
    amount, fee = in_asset(row, "amount"), in_asset(row, "fee")
    symbol = bitmex(row.text("address"), asset).symbol
    book = sheet.book(row)
    if kind == "funding":
        yield FundingBooked(**book, symbol=symbol, asset=asset, amount=amount)
    elif kind == "realisedpnl" and row.has("orderid") and row.has("fee"):
        yield PnlBooked(**book, symbol=symbol, asset=asset, amount=total(amount, fee), net=False)
        if fee:
            paid = sheet.book(row, part="fee")
            yield MoneyMoved(**paid, asset=asset, amount=-fee, what="fee", symbol=symbol)
    elif kind == "realisedpnl":
        yield PnlBooked(**book, symbol=symbol, asset=asset, amount=amount, net=True)
    else:
        what = row.choice("transacttype", MOVED)
        yield MoneyMoved(**book, asset=asset, amount=amount, what=what)


FORMATS = (
    Format(
        key="bitmex_wallet",
        title="BitMEX, wallet history",
        venue="bitmex",
        needs=columns("timestamp, transacttype, transactstatus, currency, amount, walletbalance"),
        also=columns("fee, orderid, transactid, address, transacttime"),
        identity=("transactid",),
        time="timestamp",
        utc=True,
        read=read,
    ),
)
