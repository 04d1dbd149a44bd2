"""Binance's published COIN-M formula, written again from its text, and random books to hold it against.

Nothing of ringfence is used for the formula. All numbers are fractions, money in coin. FAQ
ceccfcfb4e3a45e3b48b0b1bb1a8ae46 names the terms: face values are in USD, floors and amounts in coin.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from tests.conformance import faq
from tests.conformance.books import decimal, ladder, sides, single

CONTRACTS = ("BTC/USD:BTC", "BTC/USD:BTC-261225", "BTC/USD:BTC-270326")


@dataclass(frozen=True)
class CoinLeg:
    """One position: ``face`` is contracts x contract size, USD."""

    side: int
    face: Fraction
    entry: Fraction

    def unrealized(self, mark: Fraction) -> Fraction:
        return self.side * self.face * (1 / self.entry - 1 / mark)


def maintenance(table: faq.Table, face: Fraction, mark: Fraction) -> Fraction:
    _, _, rate, amount = faq.tier_of(table, face / mark)
    return face / mark * rate - amount


def one_price(
    wallet: Fraction, others: Fraction, legs: list[CoinLeg], tiers: tuple[faq.Tier, ...]
) -> Fraction | None:
    """LP with one tier assumed for each leg; ``others`` is UPL - TMM of the other cross positions."""
    top, bottom = Fraction(0), wallet + others
    for leg, (_, _, rate, amount) in zip(legs, tiers, strict=True):
        top += leg.face * rate + leg.side * leg.face
        bottom += amount + leg.side * leg.face / leg.entry
    return top / bottom if bottom else None


def prices(wallet: Fraction, others: Fraction, legs: list[CoinLeg], table: faq.Table) -> list[Fraction]:
    """Every LP whose tiers are the ones in force at that LP, ascending."""
    found = set()
    for tiers in product(table, repeat=len(legs)):
        price = one_price(wallet, others, legs, tiers)
        if price is None or price <= 0:
            continue
        if all(
            low <= leg.face / price and (cap is None or leg.face / price <= cap)
            for leg, (low, cap, _, _) in zip(legs, tiers, strict=True)
        ):
            found.add(price)
    return sorted(found)


def health(
    wallet: Fraction, others: Fraction, legs: list[CoinLeg], table: faq.Table, mark: Fraction
) -> Fraction:
    own = sum(leg.unrealized(mark) - maintenance(table, leg.face, mark) for leg in legs)
    return wallet + others + own


@dataclass(frozen=True)
class CoinBook:
    """One random book of one coin, perpetual and dated contracts beside each other, twice."""

    account: Account
    market: Market
    wallet: Fraction
    legs: dict[str, list[CoinLeg]]
    tables: dict[str, faq.Table]
    marks: dict[str, Fraction]
    fences: dict[tuple[str, str], Fraction]

    def others(self, symbol: str) -> Fraction:
        """UPL - TMM: every other cross position at its mark."""
        return sum(
            (
                leg.unrealized(self.marks[other])
                - maintenance(self.tables[other], leg.face, self.marks[other])
                for other, legs in self.legs.items()
                if other != symbol
                for leg in legs
            ),
            Fraction(0),
        )


def draw(seed: int, *, hedged: bool, isolated: bool = False) -> CoinBook:
    """A book of one to three contracts; ``hedged`` gives most of them both legs."""
    random_ = random.Random(seed)
    positions: list[Position] = []
    tables: dict[str, list[Tier]] = {}
    marks: dict[str, Decimal] = {}
    for symbol in random_.sample(CONTRACTS, random_.randrange(1, 4)):
        marks[symbol] = decimal(random_, 100, 60_000, 2)
        coins = decimal(random_, 0.5, 400, 3)
        for side, scale in sides(random_, hedged=hedged):
            contracts = max(1, int(coins * scale * marks[symbol] / 100))
            entry = marks[symbol] * decimal(random_, 0.7, 1.4, 2)
            fence = contracts * 100 / entry * decimal(random_, 0.02, 1.2, 4) if isolated else None
            margin = None if fence is None else fence.quantize(Decimal("1E-8"))
            positions.append(_position(symbol, side, Decimal(contracts), entry, margin))
        tables[symbol] = (ladder if random_.random() < 0.8 else single)(random_, coins)
    need, gross = _needs(positions, tables, marks)
    room = decimal(random_, 0.0001, 1.5, 6) * random_.choice((1, 1, 1, 1, -1))
    wallet = (need + gross * room).quantize(Decimal("1E-8"))
    return _twice(positions, tables, marks, wallet, hedged=hedged)


def _position(symbol: str, side: str, size: Decimal, entry: Decimal, margin: Decimal | None) -> Position:
    mode = MarginMode.CROSS if margin is None else MarginMode.ISOLATED
    return Position(
        symbol, Side(side), size, entry_price=entry, margin_mode=mode, leverage=Decimal(8),
        isolated_margin=margin,
    )  # fmt: skip


def _needs(
    positions: list[Position], tables: dict[str, list[Tier]], marks: dict[str, Decimal]
) -> tuple[Decimal, Decimal]:
    """The wallet at which the pool has nothing to spare, about, and the value it holds."""
    need = gross = Decimal(0)
    for one in positions:
        assert one.entry_price is not None
        value = one.contracts * 100 / marks[one.symbol]
        tier = next(tier for tier in reversed(tables[one.symbol]) if value >= tier.floor)
        need += value * tier.rate - tier.deduction
        need -= one.side.sign * (one.contracts * 100 / one.entry_price - value)
        gross += value
    return need, gross


def _twice(
    positions: list[Position],
    tables: dict[str, list[Tier]],
    marks: dict[str, Decimal],
    wallet: Decimal,
    *,
    hedged: bool,
) -> CoinBook:
    """The same book for ringfence and for the referee."""
    account = Account(
        venue="binance_coinm", wallet={"BTC": wallet}, positions=tuple(positions), hedged=hedged,
        instruments={symbol: InstrumentTerms(contract_size=Decimal(100)) for symbol in marks},
        tiers={symbol: TierTable(symbol, tuple(rows), TierBasis.SETTLE) for symbol, rows in tables.items()},
    )  # fmt: skip
    legs: dict[str, list[CoinLeg]] = {}
    for one in positions:
        assert one.entry_price is not None
        leg = CoinLeg(one.side.sign, Fraction(one.contracts) * 100, Fraction(one.entry_price))
        legs.setdefault(one.symbol, []).append(leg)
    theirs = {symbol: [_tier(tier) for tier in rows] for symbol, rows in tables.items()}
    fences = {one.key: Fraction(one.isolated_margin) for one in positions if one.isolated_margin is not None}
    exact = {symbol: Fraction(mark) for symbol, mark in marks.items()}
    return CoinBook(account, Market(marks), Fraction(wallet), legs, theirs, exact, fences)


def _tier(tier: Tier) -> faq.Tier:
    cap = None if tier.cap is None else Fraction(tier.cap)
    return Fraction(tier.floor), cap, Fraction(tier.rate), Fraction(tier.deduction)
