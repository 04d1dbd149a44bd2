"""What a venue's own formulas for orders and free balance are given to work with."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from ringfence.domain.account import InstrumentTerms, Order
from ringfence.domain.instrument import Instrument
from ringfence.domain.tiers import TierTable


@dataclass(frozen=True)
class RestingOrder:
    """One order that can add risk, at its own price; ``value`` in settlement asset."""

    order: Order
    value: Fraction

    @property
    def is_buy(self) -> bool:
        """Whether it buys."""
        return self.order.side == "buy"


@dataclass(frozen=True)
class Resting:
    """The orders of one symbol beside its positions, for what they hold together.

    Attributes:
        long_value, short_value: of its cross positions at the mark, settlement asset, not below zero.
        long_contracts, short_contracts: the same positions, counted.
        mark: its mark price; None where none is known. initial_rate: 1 / leverage.
        held: initial margin of those positions by the venue's rule.
        table: None where no tiers are known.
    """

    instrument: Instrument
    terms: InstrumentTerms
    orders: tuple[RestingOrder, ...]
    long_value: Fraction
    short_value: Fraction
    mark: Fraction | None
    initial_rate: Fraction | None
    held: Fraction
    hedged: bool
    table: TierTable | None = None
    long_contracts: Fraction = Fraction(0)
    short_contracts: Fraction = Fraction(0)

    @property
    def buys(self) -> Fraction:
        """All buys filling, settlement asset."""
        return sum((one.value for one in self.orders if one.is_buy), Fraction(0))

    @property
    def sells(self) -> Fraction:
        """All sells filling, settlement asset."""
        return sum((one.value for one in self.orders if not one.is_buy), Fraction(0))


class PoolPosition(NamedTuple):
    """One cross position for a pool's free balance, settlement asset."""

    symbol: str
    sign: int
    value: Fraction
    profit: Fraction
    initial: Fraction
    requirement: Fraction
    closing_fee: Fraction = Fraction(0)


@dataclass(frozen=True)
class Pool:
    """A pool at its marks, in its asset.

    Attributes:
        wallet: without unrealised PnL. initial: positions and orders. requirement: of the liquidation test.
        maintenance: the venue's own figure.
    """

    wallet: Fraction
    equity: Fraction
    initial: Fraction
    requirement: Fraction
    maintenance: Fraction
    notional: Fraction
    order_margin: Fraction
    positions: tuple[PoolPosition, ...]


class OrderTest(NamedTuple):
    """What resting orders add to the liquidation test of their pool, in its asset.

    ``requirement`` as if they were filled; ``set_aside`` of the equity, before the two are compared.
    """

    requirement: Fraction
    set_aside: Fraction


class Free(NamedTuple):
    """What a pool can open with, and what may leave it."""

    available: Fraction
    withdrawable: Fraction
