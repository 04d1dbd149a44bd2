"""Hyperliquid, what the API answers: fills (profit gross of fees), funding, and the other bookings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from ringfence.domain.account import MarginMode
from ringfence.domain.numbers import exactly
from ringfence.ingest.exports.balance import Step, in_batches
from ringfence.ingest.exports.hyperliquid_web import direction, forced, signed
from ringfence.ingest.exports.model import (
    Format,
    One,
    Reading,
    Reconciled,
    Row,
    Sheet,
    Skipped,
    columns,
    each,
)
from ringfence.ingest.exports.sums import skip
from ringfence.ingest.exports.symbols import hyperliquid, is_spot
from ringfence.mirror.happened import FundingBooked, MoneyMoved, Traded

SIDES = {"b": "buy", "a": "sell"}
_SAME = ("sz", "px", "startposition")
SPOT = frozenset({"spottransfer", "spotgenesis"})


def read_fills(sheet: Sheet) -> Reading:
    """The fills, each starting where the one before it ended, and whether they all do."""
    skipped: list[Skipped] = []
    perps: list[Row] = []
    for row in sheet.rows:
        if is_spot(row.said("coin")):
            skipped.append(skip(row, f"{row.text('coin')} is traded on the spot"))
        else:
            perps.append(row)
    coins: dict[str, list[Row]] = {}
    for row in perps:
        coins.setdefault(row.text("coin"), []).append(row)
    chains = {coin: list(_chained(rows)) for coin, rows in coins.items()}
    place = {id(row): number for rows in chains.values() for number, row in enumerate(rows)}
    perps.sort(key=lambda one: (one.at, one.text("coin"), place[id(one)]))
    happened = tuple(_fill(sheet, row) for row in perps)
    held = tuple(_positions(coin, rows) for coin, rows in sorted(chains.items()))
    confirmed = sum(one.rows for one in held if one.holds)
    return Reading(happened, tuple(skipped), held, confirmed)


def _step(row: Row) -> Decimal:
    size = row.above_zero("sz")
    return size if row.choice("side", SIDES) == "buy" else -size


@exactly
def _positions(coin: str, rows: Iterable[Row]) -> Reconciled:
    listed = list(rows)
    both = {id(row) for _, moment in groupby(listed, key=_at) for row in _with_itself(list(moment))}
    steps = [Step(row, _step(row), _ends(row)) for row in listed if id(row) not in both]
    return in_batches(hyperliquid(coin).symbol, steps, position=True)


@exactly
def _ends(row: Row) -> Decimal:
    return row.amount("startposition") + _step(row)


def _chained(rows: Iterable[Row]) -> Iterator[Row]:
    """The fills of one coin; those of one moment come in no order, and the position before each gives it."""
    held: Decimal | None = None
    for _, group in groupby(rows, key=_at):
        moment = list(group)
        both = _with_itself(moment)
        yield from both
        left = [row for row in moment if not any(row is other for other in both)]
        while left:
            follows = (row for row in left if held is not None and row.amount("startposition") == held)
            found = next(follows, None) or next(_first(left))
            left.remove(found)
            held = _ends(found)
            yield found


def _at(row: Row) -> int:
    return row.at


def _with_itself(moment: list[Row]) -> list[Row]:
    """The fills that an account made with itself: both sides of one size and price, from one position."""
    found: list[Row] = []
    sells = [row for row in moment if row.choice("side", SIDES) == "sell"]
    for buy in (row for row in moment if row.choice("side", SIDES) == "buy"):
        other = next((row for row in sells if all(row.text(name) == buy.text(name) for name in _SAME)), None)
        if other is not None:
            sells.remove(other)
            found += [buy, other]
    return found


def _first(rows: list[Row]) -> Iterator[Row]:
    """The fills that no other one leads to, then the rest."""
    ends = {_ends(row) for row in rows}
    yield from (row for row in rows if row.amount("startposition") not in ends)
    yield from rows


def _fill(sheet: Sheet, row: Row) -> Traded:
    side, word = row.choice("side", SIDES), row.word("dir")
    # An auto-deleveraging need not say which side it takes away.
    sided = not forced(row) or word.split()[-1] in ("long", "short")
    told, closes = direction(row) if sided else (side, True)
    if side != told:
        raise row.refused("side", f"not the side of {row.text('dir')}")
    mode = next((mode for mode in MarginMode if forced(row) and mode.value in word), None)
    # The other side of a liquidation carries the same mark: only one's own address tells.
    victim = row.word("liquidation.liquidateduser") == sheet.account_id.lower()
    return Traded(
        **sheet.book(row),
        symbol=hyperliquid(row.said("coin")).symbol,
        side=side,
        contracts=row.above_zero("sz"),
        price=row.above_zero("px"),
        fee=-row.amount("fee"),
        fee_asset=row.text("feetoken").upper() or "USDC",
        realized_pnl=row.amount("closedpnl"),
        liquidation=forced(row) or victim,
        closes=closes,
        margin_mode=mode,
        order_id=row.text("oid"),
        contract_size=Decimal(1),
    )


def read_ledger(sheet: Sheet) -> Reading:
    """Funding, deposits, withdrawals and transfers."""
    happened, skipped = each(sheet, _booking)
    fees = any(
        row.word("delta.type") == "withdraw" and row.amount("delta.fee", empty=Decimal(0))
        for row in sheet.rows
    )
    notes = (
        ("fees of withdrawals are left out: whether the amount holds them is not documented",) if fees else ()
    )
    funding = sum(1 for one in happened if isinstance(one, FundingBooked))
    return Reading(tuple(happened), tuple(skipped), confirmed=funding, notes=notes)


def _booking(sheet: Sheet, row: Row) -> One:
    kind, book = row.word("delta.type"), sheet.book(row)
    if kind == "funding":
        signed(row, "delta.usdc", held=row.amount("delta.szi"), rate=row.amount("delta.fundingrate"))
        symbol = hyperliquid(row.said("delta.coin")).symbol
        yield FundingBooked(**book, symbol=symbol, asset="USDC", amount=row.amount("delta.usdc"))
    elif kind == "deposit":
        yield MoneyMoved(**book, asset="USDC", amount=row.above_zero("delta.usdc"), what="deposit")
    elif kind == "withdraw":
        yield MoneyMoved(**book, asset="USDC", amount=-row.above_zero("delta.usdc"), what="withdrawal")
    elif kind == "accountclasstransfer":
        sign = row.choice("delta.toperp", {"true": 1, "false": -1})
        yield MoneyMoved(**book, asset="USDC", amount=sign * row.above_zero("delta.usdc"), what="transfer")
    elif kind in ("internaltransfer", "subaccounttransfer"):
        yield MoneyMoved(**book, asset="USDC", amount=_own(sheet, row), what="transfer")
    elif kind in SPOT:
        yield skip(row, "a spot balance: it carries no position")
    else:
        raise row.refused("delta.type", "a booking that is not known here", hint="leave it out of the list")


def _own(sheet: Sheet, row: Row) -> Decimal:
    """What a transfer between two addresses was to this one."""
    amount, mine = row.above_zero("delta.usdc"), sheet.account_id.lower()
    sender, receiver = row.word("delta.user"), row.word("delta.destination")
    if (mine == sender) == (mine == receiver):
        hint = "give the account its address as its name, 0x…"
        raise row.refused("delta.destination", "whether this came or went cannot be told", hint=hint)
    return amount if mine == receiver else -amount


FORMATS = (
    Format(
        key="hyperliquid_fills",
        title="Hyperliquid API, userFills",
        venue="hyperliquid",
        needs=columns("time, coin, px, sz, side, dir, startposition, closedpnl, fee, oid"),
        also=columns("feetoken, tid, liquidation.liquidateduser"),
        identity=("tid", "side", "oid", "startposition"),
        time="time",
        newest_first=True,
        json=True,
        read=read_fills,
    ),
    Format(
        key="hyperliquid_ledger",
        title="Hyperliquid API, userFunding and userNonFundingLedgerUpdates",
        venue="hyperliquid",
        needs=columns("time, hash, delta.type"),
        also=columns("delta.usdc, delta.coin, delta.szi, delta.fundingrate, delta.toperp"),
        identity=("hash", "delta.type", "delta.coin", "delta.usdc"),
        time="time",
        json=True,
        read=read_ledger,
    ),
)
