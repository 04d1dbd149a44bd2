"""The venue's published formula, written again from its text: the referee of the solver.

Nothing of ringfence is imported here. All numbers are fractions. A leg is (side, size, entry); a table is
[(floor, cap or None, rate, amount)]. FAQ b3c689c1f50a44cabb3a84e663b81d93 names the terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

Tier = tuple[Fraction, Fraction | None, Fraction, Fraction]
Table = list[Tier]


@dataclass(frozen=True)
class FaqLeg:
    """One position: ``side`` is +1 for long and -1 for short."""

    side: int
    size: Fraction
    entry: Fraction

    def unrealized(self, mark: Fraction) -> Fraction:
        return self.side * self.size * (mark - self.entry)


def tier_of(table: Table, value: Fraction) -> Tier:
    return next(tier for tier in reversed(table) if value >= tier[0])


def maintenance(table: Table, size: Fraction, mark: Fraction) -> Fraction:
    _, _, rate, amount = tier_of(table, size * mark)
    return size * mark * rate - amount


def one_price(
    wallet: Fraction, others: Fraction, legs: list[FaqLeg], tiers: tuple[Tier, ...]
) -> Fraction | None:
    """LP with one tier assumed for each leg.

    Args:
        others: UPL1 - TMM1, what the other cross positions add; zero for an isolated position.
    """
    top, bottom = wallet + others, Fraction(0)
    for leg, (_, _, rate, amount) in zip(legs, tiers, strict=True):
        top += amount - leg.side * leg.size * leg.entry
        bottom += leg.size * rate - leg.side * leg.size
    return top / bottom if bottom else None


def prices(wallet: Fraction, others: Fraction, legs: list[FaqLeg], table: Table) -> list[Fraction]:
    """Every LP whose tiers are the ones in force at that LP, ascending."""
    found = set()
    for tiers in product(table, repeat=len(legs)):
        price = one_price(wallet, others, legs, tiers)
        if price is None or price <= 0:
            continue
        if all(
            low <= leg.size * price and (cap is None or leg.size * price <= cap)
            for leg, (low, cap, _, _) in zip(legs, tiers, strict=True)
        ):
            found.add(price)
    return sorted(found)


def health(wallet: Fraction, others: Fraction, legs: list[FaqLeg], table: Table, mark: Fraction) -> Fraction:
    """Margin balance less maintenance with this symbol's mark at ``mark``."""
    own = sum(leg.unrealized(mark) - maintenance(table, leg.size, mark) for leg in legs)
    return wallet + others + own


@dataclass(frozen=True)
class Asset:
    """One asset of a multi-asset wallet: its index price and the buffers of its bid and ask rate."""

    wallet: Fraction
    index: Fraction
    bid_buffer: Fraction
    ask_buffer: Fraction

    @property
    def bid(self) -> Fraction:
        return self.index * (1 - self.bid_buffer)

    @property
    def ask(self) -> Fraction:
        return self.index * (1 + self.ask_buffer)


def uni_equity(assets: dict[str, Asset], profits: dict[str, Fraction]) -> Fraction:
    """Each asset's wallet + UPL, the smaller of bid and ask (FAQ c983a9268cfa4e70a4916c276bb3b7bc)."""
    total = Fraction(0)
    for name, asset in assets.items():
        amount = asset.wallet + profits.get(name, Fraction(0))
        total += min(amount * asset.bid, amount * asset.ask)
    return total


def uni_required(assets: dict[str, Asset], amounts: dict[str, Fraction]) -> Fraction:
    """Initial or maintenance margin: each asset's at its ask rate."""
    return sum((amount * assets[name].ask for name, amount in amounts.items()), Fraction(0))
