"""Binance, what was booked: the transaction history of futures, and the statement of the whole account.

Both sign what they print as it was booked. The statement names no contract.
"""

from __future__ import annotations

from ringfence.ingest.exports.model import Format, One, Reading, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import skip
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import FundingBooked, Happened, MoneyMoved, PnlBooked

INCOME = {
    "realized_pnl": "pnl", "commission": "fee", "funding_fee": "funding", "coin_swap_deposit": "conversion",
    "coin_swap_withdraw": "conversion", "auto_exchange": "conversion", "deposit": "deposit",
    "withdraw": "withdrawal", "transfer": "transfer", "internal_transfer": "transfer",
    "cross_collateral_transfer": "transfer", "strategy_umfutures_transfer": "transfer",
    "insurance_clear": "insurance", "delivered_settelment": "pnl", "welcome_bonus": "adjustment",
    "contest_reward": "adjustment", "commission_rebate": "adjustment", "api_rebate": "adjustment",
    "referral_kickback": "adjustment", "position_limit_increase_fee": "fee", "bfusd_reward": "interest",
}  # fmt: skip
"""What the venue's kinds of income are."""

OPERATIONS = {
    "realized profit and loss": "pnl", "realize profit and loss": "pnl", "fee": "fee",
    "funding fee": "funding", "insurance fund compensation": "insurance", "futures convert": "conversion",
    "asset conversion transfer": "conversion", "transfer_in": "transfer", "transfer_out": "transfer",
    "transfer between spot account and um futures account": "transfer",
    "transfer between spot account and cm futures account": "transfer",
    "transfer between main account/futures and margin account": "transfer",
    "referrer rebates": "adjustment", "referee rebates": "adjustment",
}  # fmt: skip

ACCOUNTS = {
    "usdt-futures": "binance_usdm", "usd-mfutures": "binance_usdm", "usd-m futures": "binance_usdm",
    "coin-m futures": "binance_coinm",
}  # fmt: skip
"""The accounts of a statement that hold futures."""


def read_transactions(sheet: Sheet) -> Reading:
    """The bookings of a futures account."""
    happened, skipped = each(sheet, _transaction)
    return Reading(tuple(happened), tuple(skipped))


def read_statement(sheet: Sheet) -> Reading:
    """The futures bookings of a statement; what other accounts did is skipped."""
    happened, skipped = each(sheet, _operation)
    notes = (
        ("a statement names no contract: profit and funding are of the whole account",) if happened else ()
    )
    return Reading(tuple(happened), tuple(skipped), notes=notes)


def booked(
    sheet: Sheet, row: Row, *, what: str, cells: tuple[str, str], symbol: str = "", venue: str = ""
) -> Happened:
    """One booking of a kind. ``cells``: the columns of the amount and of the asset."""
    amount, asset = row.amount(cells[0]), row.said(cells[1]).upper()
    base = sheet.book(row, venue=venue)
    if what == "pnl":
        return PnlBooked(**base, symbol=symbol, asset=asset, amount=amount, net=False)
    if what == "funding":
        return FundingBooked(**base, symbol=symbol, asset=asset, amount=amount)
    return MoneyMoved(**base, asset=asset, amount=amount, what=what, symbol=symbol)


def _transaction(sheet: Sheet, row: Row) -> One:
    what = row.choice("type", INCOME)
    of = contract("binance", row.text("symbol"), venue="binance_usdm")
    yield booked(sheet, row, what=what, cells=("amount", "asset"), symbol=of.symbol, venue=of.venue)


def _operation(sheet: Sheet, row: Row) -> One:
    venue = ACCOUNTS.get(row.word("account"))
    if venue is None:
        yield skip(row, f"the account {row.text('account')} holds no futures")
        return
    what = row.choice("operation", OPERATIONS)
    yield booked(sheet, row, what=what, cells=("change", "coin"), venue=venue)


FORMATS = (
    Format(
        key="binance_futures_transactions",
        title="Binance, futures transaction history",
        venue="binance_usdm",
        needs=columns("date, type, amount, asset, symbol, transaction id"),
        time="date",
        read=read_transactions,
    ),
    Format(
        key="binance_statement",
        title="Binance, account statement",
        venue="binance_usdm",
        needs=columns("utc_time, account, operation, coin, change, remark"),
        also=columns("user_id"),
        time="utc_time",
        utc=True,
        short_years=True,
        read=read_statement,
    ),
)
