"""ccxt's unified lists, written to a file as JSON: trades, funding, ledger, margin adjustments, transfers.

They name no exchange: whoever imports them does. A fee of ccxt's is a cost above zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType

from ringfence.domain.account import Side
from ringfence.domain.instrument import Kind, kind_of, symbol_parts
from ringfence.domain.numbers import quotient
from ringfence.errors import NotSupported, RingfenceError
from ringfence.ingest.exports.binance_money import INCOME, booked
from ringfence.ingest.exports.model import Format, One, Reading, Reconciled, Row, Sheet, columns, each
from ringfence.ingest.exports.sums import ZERO, nearly, product, skip, total
from ringfence.ingest.exports.symbols import contract
from ringfence.mirror.happened import FundingBooked, MarginAdjusted, MoneyMoved, Traded

SIDES = {"buy": "buy", "sell": "sell"}
GROSS = {"binance": "info.realizedpnl", "okx": "info.fillpnl", "hyperliquid": "info.closedpnl"}
"""Where a venue's own answer, which ccxt keeps, holds a fill's profit before fees."""
SIGNED = ("binance", "hyperliquid", "kraken_futures")
"""Venues whose funding ccxt passes on with the sign of the booking; Bybit's, for one, it does not."""
MOVED: Mapping[str, str] = MappingProxyType({
    "deposit": "deposit", "withdrawal": "withdrawal", "withdraw": "withdrawal", "transfer": "transfer",
    "fee": "fee", "rebate": "adjustment", "cashback": "adjustment", "referral": "adjustment",
    "interest": "interest", "conversion": "conversion",
})  # fmt: skip


def read_trades(sheet: Sheet) -> Reading:
    """The answer of ``fetch_my_trades``."""
    happened, skipped = each(sheet, _trade)
    confirmed = sum(1 for row in sheet.rows if row.has("cost"))
    return Reading(tuple(happened), tuple(skipped), confirmed=confirmed)


def _trade(sheet: Sheet, row: Row) -> One:
    symbol = row.said("symbol")
    if ":" not in symbol:
        yield skip(row, f"{symbol} is traded on the spot")
        return
    kind = _kind(row, symbol)
    size, price = row.above_zero("amount"), row.above_zero("price")
    fees = list(_fees(row))
    cost, asset = fees[0] if fees else (ZERO, "")
    profit = next((name for family, name in GROSS.items() if sheet.venue.startswith(family)), "")
    forced = _forced(row)
    yield Traded(
        **sheet.book(row),
        symbol=symbol,
        side=row.choice("side", SIDES),
        contracts=size,
        price=price,
        fee=-cost,
        fee_asset=asset,
        fee_known=bool(fees),
        realized_pnl=row.number_or_none(profit) if profit else None,
        liquidation=forced,
        order_id=row.text("order"),
        contract_size=_size(row, kind, size=size, price=price),
        closes=True if forced or row.word("info.reduceonly") == "true" else None,
    )
    for number, (more, coin) in enumerate(fees[1:], start=2):
        paid = sheet.book(row, part=f"fee{number}")
        yield MoneyMoved(**paid, asset=coin, amount=-more, what="fee", symbol=symbol)


def _kind(row: Row, symbol: str) -> Kind:
    try:
        parts = symbol_parts(symbol)
    except RingfenceError:
        raise row.refused(
            "symbol", "not a contract of ccxt's", hint="leave options out of the list"
        ) from None
    return kind_of(parts["base"], parts["quote"], parts["settle"])


def _forced(row: Row) -> bool:
    words = (row.word(f"info.{name}") for name in ("exectype", "category", "dir", "type"))
    return any(part in word for word in words for part in ("liquidat", "adl", "bust", "deleverag"))


def _fees(row: Row) -> Iterator[tuple[Decimal, str]]:
    """Each fee with its asset: ``fee``, else the list ``fees``, of which ``fee`` is the first."""
    if row.has("fee.cost"):
        yield row.amount("fee.cost"), row.text("fee.currency").upper()
    number = 0
    while f"fees.{number}.cost" in row.cells:
        if number or not row.has("fee.cost"):
            yield row.amount(f"fees.{number}.cost", empty=ZERO), row.text(f"fees.{number}.currency").upper()
        number += 1


def _size(row: Row, kind: Kind, *, size: Decimal, price: Decimal) -> Decimal | None:
    """What one contract is, from the cost beside it, where it comes out even."""
    if kind is not Kind.LINEAR or not row.has("cost"):
        return None
    one = quotient(row.above_zero("cost"), product(size, price))
    if not isinstance(one, Decimal):
        return Decimal(1) if nearly(row.amount("cost"), product(size, price)) else None
    return one


def read_funding(sheet: Sheet) -> Reading:
    """The answer of ``fetch_funding_history``.

    Raises:
        NotSupported: of an exchange whose sign ccxt does not bring into one form.
    """
    if not sheet.venue.startswith(SIGNED):
        raise NotSupported(
            "ccxt passes this exchange's funding on without saying which sign is paid",
            path="venue",
            value=sheet.venue,
            hint="import the exchange's own export of its account changes",
        )
    happened, skipped = each(sheet, _funding)
    return Reading(tuple(happened), tuple(skipped))


def _funding(sheet: Sheet, row: Row) -> One:
    asset = row.said("code").upper()
    yield FundingBooked(
        **sheet.book(row), symbol=row.said("symbol"), asset=asset, amount=row.amount("amount")
    )


def read_margin(sheet: Sheet) -> Reading:
    """The answer of ``fetch_margin_adjustment_history``."""
    happened, skipped = each(sheet, _adjusted)
    return Reading(tuple(happened), tuple(skipped))


def _adjusted(sheet: Sheet, row: Row) -> One:
    sign = {"add": 1, "reduce": -1}.get(row.word("type"))
    if row.word("status") not in ("", "ok"):
        yield skip(row, f"the change of margin is {row.text('status')}")
    elif sign is None:
        yield skip(row, f"{row.text('type')}: by how much it changed is not said")
    elif row.word("info.deltatype") == "trade":
        yield skip(row, "the margin of a fill, not moved by hand")
    else:
        side = {"long": Side.LONG, "short": Side.SHORT}.get(row.word("info.positionside"))
        amount = sign * abs(row.amount("amount"))
        asset = row.said("code").upper()
        yield MarginAdjusted(
            **sheet.book(row), symbol=row.said("symbol"), side=side, asset=asset, amount=amount
        )


def read_ledger(sheet: Sheet) -> Reading:
    """The answer of ``fetch_ledger``, and whether what it prints before and after follows from it."""
    happened, skipped = each(sheet, _entry)
    traded = any("which fills" in one.reason for one in skipped)
    notes = (
        ("profit and funding of the ledger are left out: import trades and funding themselves",)
        if traded
        else ()
    )
    balances = tuple(_ledger_balances(sheet))
    return Reading(tuple(happened), tuple(skipped), balances, len(happened), notes)


def _signed(row: Row) -> Decimal:
    """An amount with the sign of its direction.

    Raises:
        OutOfRange: the amount's own sign, or the balances beside it, say the opposite.
    """
    sign = row.choice("direction", {"in": 1, "out": -1})
    written = row.amount("amount")
    if written < 0 and sign > 0:
        raise row.refused("amount", "comes in, and is below zero")
    amount: Decimal = sign * abs(written)
    if row.has("before") and row.has("after") and total(row.amount("before"), amount) != row.amount("after"):
        raise row.refused("amount", "not what lies between before and after")
    return amount


def _entry(sheet: Sheet, row: Row) -> One:
    amount, kind = _signed(row), row.word("type")
    own = INCOME.get(row.word("info.incometype")) if sheet.venue.startswith("binance") else None
    if own is not None:
        of = contract("binance", row.text("info.symbol"), venue=sheet.venue)
        signed = Row(number=row.number, cells={**row.cells, "amount": str(amount)}, at=row.at, id=row.id,
                     listed=True, raw=row.raw)  # fmt: skip
        yield booked(sheet, signed, what=own, cells=("amount", "currency"), symbol=of.symbol, venue=of.venue)
    elif kind in ("trade", "settlement", "transaction", "margin"):
        yield skip(row, f"{kind}: the ledger does not say which fills, fees or funding it is of")
    else:
        what = row.choice("type", MOVED)
        yield MoneyMoved(**sheet.book(row), asset=row.said("currency").upper(), amount=amount, what=what)


def _ledger_balances(sheet: Sheet) -> Iterator[Reconciled]:
    from ringfence.ingest.exports.balance import Step, in_batches

    printed = [row for row in sheet.rows if row.has("after")]
    for asset in sorted({row.said("currency").upper() for row in printed}):
        own = [row for row in printed if row.text("currency").upper() == asset]
        yield in_batches(asset, [Step(row, _signed(row), row.amount("after")) for row in own])


def read_moves(sheet: Sheet) -> Reading:
    """The answers of ``fetch_deposits``, ``fetch_withdrawals`` and ``fetch_transfers``."""
    happened, skipped = each(sheet, _move)
    fees = any(row.amount("fee.cost", empty=ZERO) for row in sheet.rows)
    notes = ("fees are left out: whether the amounts hold them is not said",) if fees else ()
    return Reading(tuple(happened), tuple(skipped), notes=notes)


def _move(sheet: Sheet, row: Row) -> One:
    if row.word("status") not in ("ok", ""):
        yield skip(row, f"it is {row.text('status')}: no money moved yet")
        return
    amount, asset = row.above_zero("amount"), row.said("currency").upper()
    book = sheet.book(row)
    if "fromaccount" in row.cells:
        yield MoneyMoved(**book, asset=asset, amount=_side_of(row) * amount, what="transfer")
    else:
        kind = row.choice("type", {"deposit": ("deposit", 1), "withdrawal": ("withdrawal", -1)})
        yield MoneyMoved(**book, asset=asset, amount=kind[1] * amount, what=kind[0])


def _side_of(row: Row) -> int:
    """Whether a transfer came to the account of contracts, or left it."""
    ours = ("future", "swap", "linear", "delivery", "inverse", "contract", "perp", "unified", "trading")
    here = [any(word in row.word(name) for word in ours) for name in ("toaccount", "fromaccount")]
    if here[0] == here[1]:
        raise row.refused("toaccount", "whether the contracts' account gained or lost cannot be told")
    return 1 if here[0] else -1


def _list(key: str, title: str, names: str, **more: object) -> Format:
    made = {"needs": columns(names + ", timestamp"), "time": "timestamp", "venue": "", "json": True, **more}
    return Format(key=key, title=f"ccxt, {title}", **made)  # type: ignore[arg-type]  # a table of its fields


FORMATS = (
    _list("ccxt_trades", "fetch_my_trades", "symbol, side, price, amount, takerormaker",
          read=read_trades, identity=("id", "symbol", "side")),
    _list("ccxt_funding", "fetch_funding_history", "symbol, code, amount", read=read_funding),
    _list("ccxt_margin", "fetch_margin_adjustment_history", "symbol, type, amount, code, marginmode",
          read=read_margin),
    _list("ccxt_ledger", "fetch_ledger", "direction, type, currency, amount", read=read_ledger,
          identity=("id", "currency", "type", "amount")),
    _list("ccxt_transactions", "fetch_deposits, fetch_withdrawals", "type, currency, amount, txid, status",
          read=read_moves, identity=("id", "txid", "currency")),
    _list("ccxt_transfers", "fetch_transfers", "currency, amount, fromaccount, toaccount, status",
          read=read_moves, identity=("id", "currency", "amount")),
)  # fmt: skip
