"""Kraken Futures, account log: a fill is two rows, the position's leg and the money's.

The money's leg holds profit (gross), fee and the funding that is realised with it, and its change is their
sum, each part cut off after its last decimal. The position's leg runs the position. Newest first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from ringfence.ingest.exports.balance import Step, running
from ringfence.ingest.exports.model import Format, One, Reading, Reconciled, Row, Sheet, columns
from ringfence.ingest.exports.sums import ZERO, last_digit, must_be, skip
from ringfence.ingest.exports.symbols import Contract, contract
from ringfence.mirror.happened import FundingBooked, Happened, MoneyMoved, PnlBooked, Traded

_CONTRACT = re.compile(r"(?:p[ifv]|f[if])_.*", re.ASCII)
FILLS = {
    "futures trade": False, "futures liquidation": True, "futures partial liquidation": True,
    "futures assignor": True, "futures assignee": False, "futures unwind": True, "settlement": False,
}  # fmt: skip
"""Bookings of a fill, and whether the venue forced it."""
MOVED = {
    "cross-exchange transfer": "transfer", "transfer": "transfer", "deposit": "deposit",
    "withdrawal": "withdrawal", "conversion": "conversion", "interest payment": "interest",
    "kfee applied": "fee",
}  # fmt: skip
PARTS = ("realized pnl", "fee", "realized funding", "liquidation fee")
ASSETS = {"XBT": "BTC"}


def read(sheet: Sheet) -> Reading:
    """Fills, funding and transfers, and whether each position runs on as its rows say."""
    happened: list[Happened] = []
    skipped = []
    money = 0
    for leg, cash in _pairs(sheet.rows):
        if cash is not None and _is_fill(cash):
            money += 1
        for said in _said(sheet, leg, cash):
            if isinstance(said, Happened):
                happened.append(said)
            else:
                skipped.append(said)
    lone = sum(1 for one in happened if isinstance(one, Traded) and not one.fee_known)
    notes: tuple[str, ...] = (
        (f"{lone} fills have no row of money: their fee was paid otherwise, in KFEE",) if lone else ()
    )
    others = sorted(
        {_kind(row) for row in sheet.rows} - FILLS.keys() - MOVED.keys() - {"funding rate change"}
    )
    notes += tuple(f'"{kind}" is booked as an adjustment' for kind in others)
    return Reading(tuple(happened), tuple(skipped), _positions(sheet), money, notes)


def _is_leg(row: Row) -> bool:
    return _CONTRACT.fullmatch(row.word("symbol")) is not None


def _kind(row: Row) -> str:
    """What a row books; an unwinding is one, whoever stands on its other side."""
    word = row.word("type")
    return "futures unwind" if word.startswith("futures unwind") else word


def _is_fill(row: Row) -> bool:
    return _kind(row) in FILLS


def _pairs(rows: tuple[Row, ...]) -> Iterator[tuple[Row | None, Row | None]]:
    """Neighbours of one fill, in either order; whatever has no other half alone."""
    number = 0
    while number < len(rows):
        one, two = rows[number], rows[number + 1] if number + 1 < len(rows) else None
        if two is not None and _belong(one, two):
            yield (one, two) if _is_leg(one) else (two, one)
            number += 2
        else:
            yield (one, None) if _is_leg(one) else (None, one)
            number += 1


def _belong(one: Row, two: Row) -> bool:
    same = all(one.text(name) == two.text(name) for name in ("type", "trade price"))
    return _is_fill(one) and same and one.at == two.at and _is_leg(one) != _is_leg(two)


def _said(sheet: Sheet, leg: Row | None, cash: Row | None) -> One:
    if leg is not None and _is_fill(leg):
        yield from _filled(sheet, leg, cash)
    elif leg is not None:
        if leg.word("type") != "funding rate change" and leg.amount("change", empty=ZERO):
            raise leg.refused("type", "a change of a position that is not known here")
        yield skip(leg, f"{leg.text('type')}: no money moved in this row")
    elif cash is not None:
        yield from _cash(sheet, cash)


def _filled(sheet: Sheet, leg: Row, cash: Row | None) -> One:
    of = contract("kraken_futures", leg.said("symbol"), venue="kraken_futures")
    change, after = leg.amount("change"), leg.amount("new balance")
    before = after - change
    if not change:
        raise leg.refused("change", "a fill of nothing")
    pnl, fee, funding = _parts(cash) if cash is not None else (None, ZERO, ZERO)
    asset = _asset(cash) if cash is not None else of.settle
    yield Traded(
        **sheet.book(leg),
        symbol=of.symbol,
        side="buy" if change > 0 else "sell",
        contracts=abs(change),
        price=leg.above_zero("trade price"),
        fee=-fee,
        fee_asset=asset,
        realized_pnl=pnl,
        liquidation=FILLS[_kind(leg)],
        closes=_closes(before, change),
        fee_known=cash is not None,
        contract_size=Decimal(1) if of.told else None,
    )
    if cash is not None and funding:
        yield FundingBooked(**sheet.book(cash, part="funding"), symbol=of.symbol, asset=asset, amount=funding)


def _closes(before: Decimal, change: Decimal) -> bool | None:
    """Whether a fill made the position smaller; None where it turned it round."""
    if before * change >= 0:
        return False
    return True if abs(change) <= abs(before) else None


def _parts(row: Row) -> tuple[Decimal, Decimal, Decimal]:
    """Profit, fee and funding of a row of money, which its change must be the sum of.

    A conversion fee is not among them: it is booked by a row of its own.
    """
    pnl, fee, funding, forced = (row.amount(name, empty=ZERO) for name in PARTS)
    must_be(
        row,
        "change",
        found=row.amount("change"),
        parts={"profit": pnl, "fee": -fee, "liquidation fee": -forced, "funding": funding},
        within=2 * last_digit(*(row.text(name) for name in ("change", *PARTS))),
    )
    return pnl, fee + forced, funding


def _asset(row: Row) -> str:
    name = row.text("symbol").upper()
    return ASSETS.get(name, name)


def _cash(sheet: Sheet, row: Row) -> One:
    kind, asset = _kind(row), _asset(row)
    change = row.amount("change", empty=ZERO)
    of = _named(row)
    book = sheet.book(row)
    if _is_fill(row):
        pnl, fee, funding = _parts(row)
        forced = FILLS[kind]
        yield PnlBooked(**book, symbol=of, asset=asset, amount=pnl, net=False, liquidation=forced)
        if fee:
            yield MoneyMoved(**sheet.book(row, part="fee"), asset=asset, amount=-fee, what="fee", symbol=of)
        if funding:
            yield FundingBooked(**sheet.book(row, part="funding"), symbol=of, asset=asset, amount=funding)
    elif not change:
        yield skip(row, f"{row.text('type')}: no money moved in this row")
    elif kind == "funding rate change":
        must_be(row, "change", found=change, parts={"funding": row.amount("realized funding", empty=ZERO)},
                within=last_digit(row.text("change"), row.text("realized funding")))  # fmt: skip
        yield FundingBooked(**book, symbol=of, asset=asset, amount=change)
    else:
        yield MoneyMoved(**book, asset=asset, amount=change, what=MOVED.get(kind, "adjustment"), symbol=of)


def _named(row: Row) -> str:
    """The contract that a row of money is about, where it says one."""
    text = row.text("contract")
    found: Contract = contract("kraken_futures", text, venue="kraken_futures")
    return found.symbol


def _positions(sheet: Sheet) -> tuple[Reconciled, ...]:
    legs: dict[str, list[Step]] = {}
    for row in sheet.rows:
        if _is_leg(row) and _is_fill(row):
            step = Step(row, row.amount("change"), row.amount("new balance"))
            legs.setdefault(row.text("symbol"), []).append(step)
    return tuple(
        running(contract("kraken_futures", name, venue="").symbol, steps, position=True)
        for name, steps in sorted(legs.items())
    )


FORMATS = (
    Format(
        key="kraken_futures_log",
        title="Kraken Futures, account log",
        venue="kraken_futures",
        needs=columns(
            "datetime, account, type, symbol, change, new balance, new average entry price, trade price, "
            "realized pnl, fee"
        ),
        also=columns("uid, contract, realized funding, liquidation fee, collateral"),
        time="datetime",
        utc=True,
        newest_first=True,
        read=read,
    ),
)
