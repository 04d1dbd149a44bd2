"""Random books for the referee, in its own terms and in ringfence's, from one seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import Account, CollateralRate, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierTable
from tests.conformance.faq import Asset, FaqLeg, Table

COINS = ("BTC", "ETH", "SOL", "XRP", "DOGE")


@dataclass(frozen=True)
class Drawn:
    """One random book, twice."""

    account: Account
    market: Market
    wallet: Fraction
    legs: dict[str, list[FaqLeg]]
    tables: dict[str, Table]
    marks: dict[str, Fraction]
    fences: dict[tuple[str, str], Fraction]
    assets: dict[str, Asset]


def decimal(random_: random.Random, low: float, high: float, places: int) -> Decimal:
    """A decimal with exactly ``places`` places, log-uniform between two bounds."""
    exponent = random_.uniform(0, 1)
    value = low * (high / low) ** exponent
    return max(Decimal(1), Decimal(int(value * 10**places))).scaleb(-places)


def ladder(random_: random.Random, value: Decimal) -> list[Tier]:
    """A joined table whose edges lie around the value of the position, so that prices cross them."""
    tiers = [Tier(Decimal(0), None, decimal(random_, 0.002, 0.02, 4), Decimal(0))]
    edge = value * decimal(random_, 0.2, 1.2, 3)
    for _ in range(random_.randrange(6)):
        last = tiers.pop()
        rate = min(last.rate + decimal(random_, 0.001, 0.08, 4), Decimal("0.6"))
        if rate <= last.rate:
            tiers.append(last)
            break
        tiers.append(Tier(last.floor, edge, last.rate, last.deduction))
        tiers.append(Tier(edge, None, rate, last.deduction + edge * (rate - last.rate)))
        edge = edge * decimal(random_, 1.05, 3, 2)
    return tiers


def single(random_: random.Random, value: Decimal) -> list[Tier]:
    """One tier with a deduction, as documents and captures quote it."""
    rate = decimal(random_, 0.005, 0.1, 4)
    return [Tier(Decimal(0), None, rate, value * rate * decimal(random_, 0.01, 0.9, 3))]


def draw(seed: int, *, hedged: bool, isolated: bool = False, settles: tuple[str, ...] = ("USDT",)) -> Drawn:
    """A book of one to five coins; ``hedged`` gives most of them both legs."""
    random_ = random.Random(seed)
    positions, tables, marks, fences = [], {}, {}, {}
    gross = Decimal(0)
    for coin in random_.sample(COINS, random_.randrange(1, 6)):
        settle = random_.choice(settles)
        symbol = f"{coin}/{settle}:{settle}"
        marks[symbol] = decimal(random_, 0.05, 60_000, 4)
        value = decimal(random_, 500, 500_000, 2)
        for side, scale in sides(random_, hedged=hedged):
            size = Decimal(max(1, int(value * scale / marks[symbol] * 1000))).scaleb(-3)
            entry = Decimal(max(1, int(marks[symbol] * decimal(random_, 0.7, 1.4, 4) * 10_000))).scaleb(-4)
            fence = size * entry * decimal(random_, 0.02, 1.2, 4) if isolated else None
            positions.append(position(symbol, side, size, entry, fence))
            if fence is not None:
                fences[symbol, side] = Fraction(fence)
            gross += size * marks[symbol]
        tables[symbol] = (ladder if random_.random() < 0.8 else single)(random_, value)
    wallet = (gross * decimal(random_, 0.03, 1.5, 4)).quantize(Decimal("0.01"))
    if random_.random() < 0.4:
        wallet = thin(random_, positions, tables, marks)
    assets = {name: asset(random_, wallet) for name in settles} if len(settles) > 1 else {}
    return twice(positions, tables, marks, fences, assets or {settles[0]: wallet}, hedged=hedged)


def thin(
    random_: random.Random,
    positions: list[Position],
    tables: dict[str, list[Tier]],
    marks: dict[str, Decimal],
) -> Decimal:
    """A wallet that leaves the pool a little above its maintenance, or below it."""
    need = gross = Decimal(0)
    for one in positions:
        value = one.contracts * marks[one.symbol]
        tier = next(tier for tier in reversed(tables[one.symbol]) if value >= tier.floor)
        assert one.entry_price is not None
        need += value * tier.rate - tier.deduction
        need -= one.side.sign * one.contracts * (marks[one.symbol] - one.entry_price)
        gross += value
    room = decimal(random_, 0.00002, 0.1, 6) * random_.choice((1, 1, 1, -1))
    return (need + gross * room).quantize(Decimal("0.01"))


def sides(random_: random.Random, *, hedged: bool) -> list[tuple[str, Decimal]]:
    """The legs of one coin and their size. A hedge is often exact, or long by less than its maintenance.

    In such a pair a higher tier turns the slope of health round, so that both sides of the mark kill it.
    """
    if not hedged or random_.random() < 0.25:
        return [(random_.choice(("long", "short")), Decimal(1))]
    kind = random_.randrange(3)
    if kind == 0:
        return [("long", Decimal(1)), ("short", Decimal(1))]
    if kind == 1:
        return [("long", Decimal(1) + decimal(random_, 0.02, 0.12, 4)), ("short", Decimal(1))]
    return [("long", decimal(random_, 0.3, 3, 3)), ("short", Decimal(1))]


def position(symbol: str, side: str, size: Decimal, entry: Decimal, fence: Decimal | None) -> Position:
    return Position(
        symbol,
        Side(side),
        size,
        entry_price=entry,
        margin_mode=MarginMode.CROSS if fence is None else MarginMode.ISOLATED,
        leverage=Decimal(8),
        isolated_margin=fence,
    )


def asset(random_: random.Random, wallet: Decimal) -> Asset:
    amount = wallet * decimal(random_, 0.1, 2, 3) * random_.choice((1, 1, 1, -1, 0))
    buffers = (decimal(random_, 0.0001, 0.2, 4), decimal(random_, 0.0001, 0.2, 4))
    return Asset(
        Fraction(amount), Fraction(decimal(random_, 0.9, 1.1, 4)), *(Fraction(one) for one in buffers)
    )


def twice(
    positions: list[Position],
    tables: dict[str, list[Tier]],
    marks: dict[str, Decimal],
    fences: dict[tuple[str, str], Fraction],
    money: dict[str, Asset] | dict[str, Decimal],
    *,
    hedged: bool,
) -> Drawn:
    """The same book for ringfence and for the referee."""
    assets = {name: one for name, one in money.items() if isinstance(one, Asset)}
    wallet = {name: plain(one.wallet) if isinstance(one, Asset) else one for name, one in money.items()}
    account = Account(
        venue="binance_usdm", wallet=wallet, positions=tuple(positions), hedged=hedged,
        multi_asset=bool(assets),
        tiers={symbol: TierTable(symbol, tuple(rows)) for symbol, rows in tables.items()},
        collateral={
            name: CollateralRate(plain(one.index), None, plain(one.bid_buffer), plain(one.ask_buffer))
            for name, one in assets.items()
        },
    )  # fmt: skip
    legs: dict[str, list[FaqLeg]] = {}
    for one in positions:
        assert one.entry_price is not None
        leg = FaqLeg(one.side.sign, Fraction(one.contracts), Fraction(one.entry_price))
        legs.setdefault(one.symbol, []).append(leg)
    theirs = {
        symbol: [
            (
                Fraction(t.floor),
                None if t.cap is None else Fraction(t.cap),
                Fraction(t.rate),
                Fraction(t.deduction),
            )
            for t in rows
        ]
        for symbol, rows in tables.items()
    }
    balance = Fraction(0) if assets else Fraction(*next(iter(wallet.values())).as_integer_ratio())
    exact = {symbol: Fraction(mark) for symbol, mark in marks.items()}
    return Drawn(account, Market(marks), balance, legs, theirs, exact, fences, assets)


def plain(value: Fraction) -> Decimal:
    """A fraction that came from a decimal, as one again."""
    return Decimal(value.numerator) / Decimal(value.denominator)
