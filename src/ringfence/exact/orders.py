"""What resting orders hold: they add nothing to maintenance, and hold initial margin on the worse side."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Order, Position, Side
from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import Number, quotient, simplest
from ringfence.errors import MissingLeverage, MissingMark, NoTier
from ringfence.exact.ring import Book, Ring
from ringfence.formulas import margin
from ringfence.venues.pool import Resting, RestingOrder


def order_margin(book: Book, ring: Ring, marks: Mapping[str, Decimal]) -> list[tuple[str, Number]]:
    """(asset, margin held beyond what the positions hold) for every symbol with orders in one pool.

    Raises:
        MissingLeverage: an order on a symbol whose leverage nobody gave.
    """
    held = []
    for symbol in dict.fromkeys(order.symbol for order in book.account.orders):
        instrument = book.rules.instrument(symbol, book.account.instruments.get(symbol))
        if instrument.settle == ring.asset or ring.holdings:
            held.append((instrument.settle, _extra(book, symbol, marks)))
    return held


def _extra(book: Book, symbol: str, marks: Mapping[str, Decimal]) -> Number:
    account = book.account
    if book.rules.order_margin is not None:
        return simplest(Fraction(book.rules.order_margin(_resting(book, symbol, marks))))
    positions = [one for one in account.positions if one.symbol == symbol]
    buys = sum((_value(book, o, o.price) for o in _opening(account, symbol, "buy")), Fraction(0))
    sells = sum((_value(book, o, o.price) for o in _opening(account, symbol, "sell")), Fraction(0))
    rate = Fraction(quotient(1, _leverage(account, symbol, positions)))
    values = {one.side: _value(book, one, _mark(marks, symbol)) for one in positions}
    if account.hedged:
        return margin.initial_margin(buys + sells, rate)
    signed = values.get(Side.LONG, Fraction(0)) - values.get(Side.SHORT, Fraction(0))
    return margin.initial_margin(margin.held_one_way(signed, buys, sells) - abs(signed), rate)


def _resting(book: Book, symbol: str, marks: Mapping[str, Decimal]) -> Resting:
    """The orders of a symbol beside its cross positions, as a venue's own formula wants them."""
    account, rules = book.account, book.rules
    positions = [
        one for one in account.positions if one.symbol == symbol and one.margin_mode is MarginMode.CROSS
    ]
    given = [*(one.leverage for one in positions), *(one.leverage for one in _orders(account, symbol))]
    stated = [leverage for leverage in given if leverage is not None]
    mark = marks.get(symbol)
    values, held = {Side.LONG: Fraction(0), Side.SHORT: Fraction(0)}, Fraction(0)
    for position in positions:
        value = _value(book, position, _mark(marks, symbol))
        values[position.side] += value
        initial = book.leg_of(position)[1].initial_margin(value, rules.initial_basis(isolated=False))
        held += Fraction(initial or 0)
    opening = [o for o in _orders(account, symbol) if not o.reduce_only]
    try:
        table = rules.as_charged(account.tiers.get(symbol) or rules.tier_table(symbol, on=book.on))
    except NoTier:
        table = None
    return Resting(
        rules.instrument(symbol, account.instruments.get(symbol)),
        account.instruments.get(symbol) or InstrumentTerms(),
        tuple(RestingOrder(o, _value(book, o, o.price)) for o in opening),
        values[Side.LONG], values[Side.SHORT], None if mark is None else Fraction(mark),
        1 / Fraction(stated[0]) if stated else None, held, account.hedged, table,
        *(_contracts(positions, side) for side in (Side.LONG, Side.SHORT)),
    )  # fmt: skip


def _contracts(positions: list[Position], side: Side) -> Fraction:
    return sum((Fraction(one.contracts) for one in positions if one.side is side), Fraction(0))


def _opening(account: Account, symbol: str, side: str) -> list[Order]:
    """Orders that can add risk: one-way counts both sides, a reduce-only order never counts."""
    return [o for o in account.orders if o.symbol == symbol and o.side == side and not o.reduce_only]


def _value(book: Book, what: Order | Position, price: Decimal) -> Fraction:
    instrument = book.rules.instrument(what.symbol, book.account.instruments.get(what.symbol))
    size = Fraction(what.contracts) * Fraction(instrument.contract_size)
    return size / Fraction(price) if instrument.kind is Kind.INVERSE else size * Fraction(price)


def _mark(marks: Mapping[str, Decimal], symbol: str) -> Decimal:
    if symbol not in marks:
        raise MissingMark(
            "no mark price", path=f"marks.{symbol}", hint=f'write it under [marks], "{symbol}" = "…"'
        )
    return marks[symbol]


def _leverage(account: Account, symbol: str, positions: list[Position]) -> Decimal:
    stated = [*(one.leverage for one in positions), *(one.leverage for one in _orders(account, symbol))]
    found = [leverage for leverage in stated if leverage is not None]
    if not found:
        raise MissingLeverage(
            f"orders on {symbol} hold margin at a leverage that nobody gave",
            path=f"orders.{symbol}.leverage",
            hint='write leverage = "10" on the order or on the position',
        )
    return found[0]


def _orders(account: Account, symbol: str) -> list[Order]:
    return [order for order in account.orders if order.symbol == symbol]
