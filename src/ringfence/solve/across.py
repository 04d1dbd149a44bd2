"""One book under other venues' rules: the same sizes, entries, balances and fences, carried over openly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Order, Position
from ringfence.domain.instrument import Kind, kind_of, symbol_parts
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, plain, simplest
from ringfence.errors import NotSupported
from ringfence.venues.rules import VenueRules

DOLLARS = ("USDT", "USDC", "USD", "DUSD")
"""Settlement assets that a book is carried between, one for one; said so wherever it happens."""


@dataclass(frozen=True)
class Carried:
    """A book as it would stand at another venue.

    Attributes:
        symbols: the other venue's symbol by the book's own. notes: what was put in or left out on the way.
    """

    account: Account
    market: Market
    symbols: Mapping[str, str]
    notes: tuple[str, ...]


@exactly
def carried(account: Account, market: Market, home: VenueRules, there: VenueRules) -> Carried:
    """The same book at another venue: sizes in coin, entry prices, leverage, balances and fences as they are.

    The account's own tiers, grids and contract sizes belong to its venue and are left behind; the taker
    fee becomes the other venue's list price where that is known. Nothing else is assumed: what the other
    venue's rules need and nobody gave is their own error.

    Raises:
        NotSupported: a size is no whole decimal of the other venue's contracts.

    >>> from ringfence.venues.registry import rules
    >>> book = Account(venue="demo", wallet={"USDT": "1000"})
    >>> book = book.open("BTC/USDT:USDT", "+0.1", entry_price="60000")
    >>> marks = Market({"BTC/USDT:USDT": "60000"})
    >>> carried(book, marks, rules("demo"), rules("binance_usdm")).account.venue
    'binance_usdm'
    """
    if there.key == home.key:
        return Carried(account, market, {s: s for s in _symbols(account)}, ())
    notes: list[str] = []
    symbols = {symbol: _symbol(symbol, there, notes) for symbol in _symbols(account)}
    settled = {_settle(mine): _settle(other) for mine, other in symbols.items()}
    terms = {symbols[s]: _terms(account, home, there, s, symbols[s], notes) for s in symbols}
    positions = tuple(_position(one, account, home, there, terms, symbols) for one in account.positions)
    orders = tuple(_order(one, account, home, there, terms, symbols) for one in account.orders)
    wallet: dict[str, Decimal] = {}
    for asset, amount in account.wallet.items():
        name = settled.get(asset, asset)
        wallet[name] = wallet.get(name, Decimal(0)) + amount
    if account.tiers:
        notes.append("the tiers stated in the account are its own venue's and are left behind")
    moved = replace(
        account,
        venue=there.key,
        wallet=wallet,
        positions=positions,
        orders=orders,
        instruments=terms,
        tiers={},
        collateral={settled.get(asset, asset): rate for asset, rate in account.collateral.items()},
        other_maintenance={settled.get(a, a): amount for a, amount in account.other_maintenance.items()},
    )
    renamed = replace(
        market,
        marks={symbols.get(s, s): mark for s, mark in market.marks.items()},
        betas={symbols.get(s, s): beta for s, beta in market.betas.items()},
        rates={symbols.get(s, s): rates for s, rates in market.rates.items()},
        leader=None if market.leader is None else symbols.get(market.leader, market.leader),
    )
    return Carried(moved, renamed, symbols, tuple(dict.fromkeys(notes)))


def _symbols(account: Account) -> list[str]:
    held = [position.symbol for position in account.positions]
    return list(dict.fromkeys([*held, *(order.symbol for order in account.orders)]))


def _settle(symbol: str) -> str:
    return symbol_parts(symbol)["settle"]


def _symbol(symbol: str, there: VenueRules, notes: list[str]) -> str:
    """The other venue's symbol of the same coin, where only the dollar it settles in differs."""
    parts = symbol_parts(symbol)
    kind = kind_of(parts["base"], parts["quote"], parts["settle"])
    if symbol in there.tables or kind is not Kind.LINEAR or parts["settle"] not in DOLLARS:
        return symbol
    listed = sorted({_settle(s) for s in there.tables if kind_of(*_kinds(s)) is Kind.LINEAR})
    for dollar in [d for d in DOLLARS if d in listed]:
        other = f"{parts['base']}/{dollar}:{dollar}" + (f"-{parts['expiry']}" if parts["expiry"] else "")
        if other in there.tables or (dollar != parts["settle"] and parts["settle"] not in listed):
            if other != symbol:
                notes.append(f"{symbol} is {other} there: one {parts['settle']} is counted as one {dollar}")
            return other
    return symbol


def _kinds(symbol: str) -> tuple[str, str, str]:
    parts = symbol_parts(symbol)
    return parts["base"], parts["quote"], parts["settle"]


def _terms(
    account: Account, home: VenueRules, there: VenueRules, symbol: str, other: str, notes: list[str]
) -> InstrumentTerms:
    own = account.instruments.get(symbol) or InstrumentTerms()
    kind = own.kind or kind_of(*_kinds(symbol))
    size = there.contract_sizes.get(kind)
    if size is None:
        size = home.instrument(symbol, own).contract_size
        notes.append(f"{other}: contracts of {plain(size)}, as at {home.title}")
    fee = there.list_rates.get("taker_fee")
    if fee is not None:
        notes.append(f"taker fee {plain(fee * 100)} %: the list price there")
    elif own.taker_fee is not None:
        fee = own.taker_fee
        notes.append(f"taker fee {plain(fee * 100)} %, as stated for {home.title}")
    listed = {name: there.list_rates.get(name) for name in ("liquidation_fee", "size_factor")}
    return InstrumentTerms(kind, size, taker_fee=fee, funding_rate=own.funding_rate, **listed)


def _contracts(
    amount: Decimal, symbol: str, account: Account, home: VenueRules, size: Decimal | None
) -> Decimal:
    """The same coin amount in the other venue's contracts."""
    held = Fraction(amount) * Fraction(home.instrument(symbol, account.instruments.get(symbol)).contract_size)
    contracts = simplest(held / Fraction(size or 1))
    if not isinstance(contracts, Decimal):
        raise NotSupported("this size is no decimal number of contracts there", path=symbol, value=amount)
    return contracts


def _position(
    one: Position, account: Account, home: VenueRules, there: VenueRules,
    terms: Mapping[str, InstrumentTerms], symbols: Mapping[str, str],
) -> Position:  # fmt: skip
    other = symbols[one.symbol]
    size = terms[other].contract_size or there.instrument(other, terms[other]).contract_size
    contracts = _contracts(one.contracts, one.symbol, account, home, size)
    fenced = one.margin_mode is MarginMode.ISOLATED
    return replace(
        one, symbol=other, contracts=contracts, closing_fee=None,
        isolated_margin=one.isolated_margin if fenced else None,
    )  # fmt: skip


def _order(
    one: Order, account: Account, home: VenueRules, there: VenueRules,
    terms: Mapping[str, InstrumentTerms], symbols: Mapping[str, str],
) -> Order:  # fmt: skip
    other = symbols[one.symbol]
    size = terms[other].contract_size or there.instrument(other, terms[other]).contract_size
    return replace(one, symbol=other, contracts=_contracts(one.contracts, one.symbol, account, home, size))
