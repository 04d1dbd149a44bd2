"""Histories written by hand: hourly marks, and what was done, told in order."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from ringfence.domain.account import MarginMode, Side
from ringfence.domain.tiers import Tier, TierTable
from ringfence.mirror.detectors.past import Balance, Detected, Hourly, Past
from ringfence.mirror.detectors.scan import scan
from ringfence.mirror.happened import (
    FundingBooked,
    Happened,
    LeverageSet,
    MarginAdjusted,
    ModeSwitched,
    MoneyMoved,
    StopMoved,
    Traded,
)
from ringfence.mirror.model import Disproof, Permission, Plan, Rung, Written
from ringfence.venues.registry import rules

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
HOUR, DAY = 3_600_000, 86_400_000
ISOLATED, CROSS = MarginMode.ISOLATED, MarginMode.CROSS
SEED = 20261122


def d(value: object) -> Decimal:
    """A decimal from whatever reads well."""
    return Decimal(str(value))


def flat_tiers(*symbols: str) -> dict[str, TierTable]:
    """The seeds' convention: 0.5 % of the value at the mark, whatever the size."""
    tier = (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0)),)
    return {name: TierTable(name, tier, source="seed convention") for name in symbols}


def hourly(prices: Sequence[object], *, first: int = 0) -> Hourly:
    """Marks at whole hours; ``first``: the hour of the first one."""
    times = tuple((first + number) * HOUR for number in range(len(prices)))
    return Hourly(times, tuple(d(price) for price in prices))


class Story:
    """Tells what happened; every verb takes the hour and makes an id of its own."""

    def __init__(self, *, venue: str = "demo", symbol: str = BTC, account: str = "main") -> None:
        self.events: list[Happened] = []
        self.venue, self.symbol, self.account = venue, symbol, account
        self.plans: list[Plan] = []

    def _put(self, kind: Any, hour: float, name: str, **rest: Any) -> str:
        name = name or f"{kind.kind}-{len(self.events)}"
        at = round(hour * HOUR)
        self.events.append(kind(id=name, at=at, venue=self.venue, account_id=self.account, **rest))
        return name

    def fill(self, hour: float, contracts: object, price: object, *, name: str = "", **rest: Any) -> str:
        """A fill; below zero: sold."""
        size = d(contracts)
        rest.setdefault("symbol", self.symbol)
        side = "buy" if size > 0 else "sell"
        return self._put(Traded, hour, name, side=side, contracts=abs(size), price=d(price), **rest)

    def top_up(self, hour: float, amount: object, *, name: str = "") -> str:
        """Margin into the fence."""
        return self._put(
            MarginAdjusted, hour, name, symbol=self.symbol, side=None, asset="USDT", amount=d(amount)
        )

    def switch(self, hour: float, to: MarginMode, *, name: str = "") -> str:
        """Another margin mode."""
        return self._put(ModeSwitched, hour, name, symbol=self.symbol, to=to)

    def leverage(self, hour: float, to: object, *, name: str = "") -> str:
        """Another leverage."""
        return self._put(LeverageSet, hour, name, symbol=self.symbol, leverage=d(to))

    def deposit(self, hour: float, amount: object, *, name: str = "", what: str = "deposit") -> str:
        """Money in."""
        return self._put(MoneyMoved, hour, name, asset="USDT", amount=d(amount), what=what)

    def funding(self, hour: float, amount: object) -> str:
        """Funding of the symbol."""
        return self._put(FundingBooked, hour, "", symbol=self.symbol, asset="USDT", amount=d(amount))

    def stop(self, hour: float, price: object | None, *, which: str = "stop", name: str = "") -> str:
        """A stop, target or invalidation, placed, moved or taken away."""
        level = None if price is None else d(price)
        return self._put(StopMoved, hour, name, symbol=self.symbol, side=None, which=which, price=level)

    def trade(
        self, hour: float, hours: float, size: object, prices: tuple[object, object], **rest: Any
    ) -> None:
        """A whole position, isolated at 10x unless said otherwise."""
        how = {"margin_mode": ISOLATED, "leverage": d(10)} | rest
        self.fill(hour, size, prices[0], **how)
        closing = {k: v for k, v in rest.items() if k in ("preplaced", "liquidation", "symbol")}
        self.fill(hour + hours, -d(size), prices[1], **closing)

    def past(self, marks: Hourly | dict[str, Hourly], *, wallet: object | None = 10_000, **rest: Any) -> Past:
        """The past; the wallet is what was there before anything happened."""
        seen = marks if isinstance(marks, dict) else {self.symbol: marks}
        balances = () if wallet is None else (Balance(-DAY, "USDT", d(wallet), self.account),)
        more = {"started_flat": True, "tiers": flat_tiers(*seen), "rules": {"demo": rules("demo")}} | rest
        return Past(tuple(self.events), seen, tuple(self.plans), balances=balances, **more)

    def plan(self, hour: float, *, side: str = "long", invalidation: object = 55_000, **rest: Any) -> Plan:
        """A plan written flat at an hour."""
        written = rest.pop("written", Written(flat=True, adverse=False))
        disproof = Disproof("price", "below", d(invalidation), "price", None)
        name = rest.pop("plan_id", f"P{len(self.plans)}")
        plan = Plan(
            name, rest.pop("version", 1), round(hour * HOUR), self.account, self.symbol, Side(side), disproof,
            d(invalidation), "nothing changed", written, **rest,
        )  # fmt: skip
        self.plans.append(plan)
        return plan


def ladder(*rungs: tuple[object, object]) -> tuple[Rung, ...]:
    """Planned additions: price and contracts."""
    return tuple(Rung(d(price), d(contracts)) for price, contracts in rungs)


ALLOWED = Permission(allowed=True)


def found(past: Past, name: str, *, seed: int = SEED) -> Detected:
    """What one detector says."""
    return next(one for one in scan(past, seed=seed) if one.id == name)


def walk(seed: int, hours: int, *, sigma: float = 0.006, start: float = 60_000) -> Hourly:
    """A driftless random path, an hour a step."""
    rng, price, out = random.Random(seed), start, []
    for _ in range(hours):
        price *= 1 + rng.gauss(0, sigma)
        out.append(round(price, 1))
    return hourly(out)


def labels(found: Iterable[Detected]) -> list[tuple[str, str]]:
    """Detector and label."""
    return [(one.id, one.label.value) for one in found]
