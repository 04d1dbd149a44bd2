"""The seed books as accounts: one case of `cases.toml`, its account, its market and its twins."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from ringfence.domain.account import Account, CollateralRate, InstrumentTerms, Position
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number
from ringfence.domain.tiers import Tier, TierTable
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.ring import Book, Ring, prepare
from ringfence.solve.liquidation import Answer, move_alone, move_together
from ringfence.solve.search import LiquidationPrice
from ringfence.solve.twins import Twin, Twins, twins
from ringfence.venues.registry import rules
from tests.support import ROOT

RATE = Decimal("0.005")
"""Maintenance of the seeds' convention: flat, of the value at the mark."""
ON = "2026-11-22"
TABLE = ROOT / "tests" / "seeds" / "cases.toml"
ENTRIES = {"BTC": "50000", "ETH": "2000", "SOL": "100"}


@dataclass(frozen=True)
class Case:
    """One row of the table: a book in words, its inputs, and the figures the source prints."""

    id: str
    book: str
    source: str
    given: Mapping[str, Any]
    expect: Mapping[str, str]
    differs: Mapping[str, list[str]]
    skip: str = ""

    @property
    def asset(self) -> str:
        """What the wallet holds."""
        return str(self.given.get("asset", "USDT"))

    @property
    def fee(self) -> Fraction:
        """Taker fee as a share of the value traded."""
        return Fraction(self.given["fee"])


@cache
def cases() -> dict[str, Case]:
    """Every case of the table by its id."""
    found = {}
    for row in tomllib.loads(TABLE.read_text("utf-8"))["case"]:
        named = {
            name: row.pop(name, empty) for name, empty in (("expect", {}), ("differs", {}), ("skip", ""))
        }
        case = Case(row.pop("id"), row.pop("book"), row.pop("source"), row, **named)
        assert case.id not in found, case.id
        found[case.id] = case
    return found


def symbol(coin: str, asset: str) -> str:
    """A contract that pays in ``asset``: linear where that is a dollar, quanto where it is bitcoin."""
    return f"{coin}/USD:BTC" if asset == "BTC" else f"{coin}/{asset}:{asset}"


def position(row: Mapping[str, str], asset: str) -> Position:
    """One cross position from a row of the table; its size follows from its value at entry."""
    asset = row.get("asset", asset)
    entry = Decimal(row.get("entry", ENTRIES[row["coin"]]))
    # A quanto contract of the table is worth 1 at entry, a linear one a coin.
    contracts = Decimal(row["notional"]) if asset == "BTC" else Decimal(row["notional"]) / entry
    name = symbol(row["coin"], asset)
    return Position(name, row["side"], contracts, entry_price=entry, leverage=row["leverage"])  # type: ignore[arg-type]


def flat(account: Account) -> Account:
    """The account under the seeds' maintenance, and with a contract size for what pays in bitcoin."""
    symbols = {position.symbol: position for position in account.positions}
    table = {
        name: TierTable(name, (Tier(Decimal(0), None, RATE, Decimal(0)),), source="seed convention")
        for name in symbols
    }
    terms = {
        name: InstrumentTerms(kind="quanto", contract_size=1 / Decimal(held.entry_price or 1))  # type: ignore[arg-type]
        for name, held in symbols.items()
        if name.endswith("/USD:BTC")
    }
    return replace(account, tiers=table, instruments=terms)


def account_of(case: Case) -> Account:
    """The account of a case, all cross."""
    wallet = case.given.get("wallets") or {case.asset: case.given["wallet"]}
    return _account(wallet, tuple(position(row, case.asset) for row in case.given["positions"]))


def _account(wallet: Mapping[str, str], held: tuple[Position, ...], **more: Any) -> Account:
    return flat(Account(venue="demo", wallet=wallet, positions=held, **more))  # type: ignore[arg-type]


def single(wallet: str, notional: Number, leverage: object, *, side: str = "long") -> Account:
    """One position in BTC/USDT:USDT, cross."""
    row = {"coin": "BTC", "side": side, "notional": str(notional), "leverage": str(leverage)}
    return _account({"USDT": wallet}, (position(row, "USDT"),))


def market_of(account: Account, marks: Mapping[str, str] | None = None) -> Market:
    """Marks at entry, or where the case says."""
    marks = marks or {}
    return Market(
        {
            held.symbol: Decimal(marks.get(held.symbol.split("/")[0], held.entry_price or 0))
            for held in account.positions
        }
    )


def moved(market: Market, moves: Mapping[str, object]) -> Market:
    """The market after each coin moved by so many percent."""
    return Market(
        {
            name: mark * (1 + Decimal(str(moves.get(name.split("/")[0], 0))) / 100)
            for name, mark in market.marks.items()
        }
    )


def twins_of(account: Account, market: Market) -> Twins:
    """The twins under the teaching venue's choices."""
    return twins(account, market, rules("demo"), on=ON)


def book_of(account: Account) -> Book:
    """The account made ready."""
    return prepare(account, rules("demo"), on=ON)


def assessed(account: Account, market: Market) -> Assessment:
    """The account at one set of marks."""
    return assess(book_of(account), market)


def ring_with(book: Book, coin: str) -> Ring:
    """The ring that a coin's position lives in."""
    return next(ring for ring in book.rings if any(leg.symbol.startswith(f"{coin}/") for leg in ring.legs))


def by_coin(twin: Twin, market: Market, coin: str = "BTC") -> Answer:
    """What one coin alone does to the ring it lives in."""
    ring = ring_with(twin.book, coin)
    name = next(leg.symbol for leg in ring.legs if leg.symbol.startswith(f"{coin}/"))
    return move_alone(twin.book, market, ring, name)


def by_all(twin: Twin, market: Market, coin: str = "BTC") -> Answer:
    """What everything together, led by one coin, does to the ring it lives in."""
    ring = ring_with(twin.book, coin)
    name = next(leg.symbol for leg in ring.legs if leg.symbol.startswith(f"{coin}/"))
    return move_together(twin.book, market, ring, name)


def now(twin: Twin) -> Assessment:
    """A twin's assessment; a seed's twins are all feasible."""
    assert twin.assessment is not None, twin.reason
    return twin.assessment


def hit(answer: Answer) -> LiquidationPrice:
    """The nearest liquidation price of an answer that has one."""
    assert answer.nearest is not None, answer.reach
    return answer.nearest


def percent(answer: Answer) -> Fraction | str:
    """How far the mark is from liquidation, in percent; the state in words where there is no such price."""
    return abs(answer.nearest.move) * 100 if answer.nearest else answer.reach.value


def with_coin_collateral(case: Case) -> tuple[Account, Market]:
    """The source's REF-USD: a bitcoin case with its wallet held as coin and its contracts in USDT."""
    price = Decimal(60_000)
    held = tuple(
        position({**row, "notional": str(Decimal(row["notional"]) * price), "entry": at}, "USDT")
        for row in case.given["positions"]
        for at in ["60000" if row["coin"] == "BTC" else row["entry"]]
    )
    rates = {"BTC": CollateralRate(mark_of="BTC/USDT:USDT"), "USDT": CollateralRate(price="1")}  # type: ignore[arg-type]
    account = _account({"BTC": case.given["wallet"]}, held, multi_asset=True, collateral=rates)
    return account, market_of(account)
