"""Legs: one position made ready for arithmetic, its requirement tier by tier."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import NamedTuple

from ringfence.domain.account import Position
from ringfence.domain.instrument import Instrument, Kind
from ringfence.domain.numbers import Number, quotient, simplest
from ringfence.domain.tiers import TierBasis, TierTable
from ringfence.formulas import inverse, linear, margin
from ringfence.venues.rules import Basis, VenueRules
from ringfence.venues.schedule import Charged, Counted, Schedule


class WholeTable(NamedTuple):
    """A tier table in whole numbers: everything x ``unit``."""

    unit: int
    floors: tuple[int, ...]
    rates: tuple[int, ...]
    deductions: tuple[int, ...]


@dataclass(frozen=True)
class Leg:
    """One position, ready: numbers of one type, and the venue's table.

    Attributes:
        size: contracts x contract size. entry_value: what it cost, settlement asset.
        initial_rate: 1 / leverage, None when no leverage is known.
        floors, rates, deductions: of the requirement that the liquidation test holds against equity.
    """

    position: Position
    instrument: Instrument
    sign: int
    size: Number
    entry_value: Number
    initial_rate: Number | None
    table: TierTable
    floors: tuple[Number, ...]
    rates: tuple[Number, ...]
    deductions: tuple[Number, ...]
    schedule: Schedule | None = None
    """What its venue charges, where that is more than the table's rate on the value at the mark."""
    charged: Charged | None = None
    """What the schedule was worked out from."""

    @cached_property
    def symbol(self) -> str:
        """The contract, as ccxt writes it."""
        return self.instrument.symbol

    @cached_property
    def name(self) -> str:
        """How a reader tells positions apart: ``BTC/USDT:USDT long``."""
        return f"{self.position.symbol} {self.position.side.value}"

    @cached_property
    def is_inverse(self) -> bool:
        """Whether value falls as the price rises."""
        return self.instrument.kind is Kind.INVERSE

    @cached_property
    def formulas(self) -> tuple[Callable[..., Number], Callable[..., Number]]:
        """The value and profit formulas of this kind of contract."""
        return (inverse.value, inverse.profit) if self.is_inverse else (linear.value, linear.profit)

    def value(self, price: Number) -> Number:
        """Position value at a price, settlement asset."""
        return self.formulas[0](self.size, price)

    def profit(self, value: Number) -> Number:
        """Unrealised PnL at a position value."""
        return self.formulas[1](self.sign, value, self.entry_value)

    def tier_size(self, value: Number) -> Number:
        """The figure that the tier table is measured in."""
        return value if self.standing_size is None else self.standing_size

    @cached_property
    def standing_size(self) -> Number | None:
        """That figure where the price does not move it; None where it is the value of the position."""
        basis = self.table.basis
        if basis is TierBasis.CONTRACTS:
            return self.position.contracts
        held = TierBasis.QUOTE if self.is_inverse else TierBasis.BASE
        return self.size if basis is held else None

    def tier_at(self, value: Number) -> int:
        """Which tier a position value falls in; the first also holds below its floor."""
        find = bisect_left if self.caps_included else bisect_right
        return max(find(self.floors, self.tier_size(value)) - 1, 0)

    @cached_property
    def caps_included(self) -> bool:
        """Whether a size of exactly a cap belongs to the tier that ends there.

        Where the price moves a position over a jump, the tier above begins at the edge itself.
        """
        return self.table.caps_included and (self.standing_size is not None or self.joined)

    @cached_property
    def counted(self) -> Callable[[Fraction], Counted] | None:
        """How a venue that rounds, or whose rate bends, counts a value; None for all others."""
        return None if self.schedule is None else self.schedule.counted

    def uncut(self, counted: Number, price: Number) -> Number:
        """The value at a price that a venue's own formula starts from, beside the one it counts."""
        return counted if self.counted is None else self.as_fractions().value(Fraction(price))

    @cached_property
    def bends(self) -> bool:
        """Whether its requirement does not follow the value in straight lines, rounding aside."""
        return self.schedule is not None and self.counted is not None and not self.schedule.straight

    def table_tier(self, step: int) -> int:
        """The tier of the table that a step of the requirement follows."""
        return step if self.schedule is None or self.schedule.tiers is None else self.schedule.tiers[step]

    def initial_margin(self, value: Number, basis: Basis) -> Number | None:
        """The venue's initial margin at a position value; None when no leverage is known."""
        if self.schedule is not None:
            counted = None if self.counted is None else self.counted(Fraction(value)).initial
            if counted is not None:
                return simplest(counted)
            own = self.schedule.initial
            return None if own is None else simplest(own.at(value, self.entry_value))
        if self.initial_rate is None:
            return None
        worth = value if basis is Basis.MARK else self.entry_value
        if isinstance(worth, Decimal) and isinstance(self.initial_rate, Decimal):
            return margin.initial_margin(worth, self.initial_rate)
        return margin.initial_margin(Fraction(worth), Fraction(self.initial_rate))

    def shown_maintenance(self, value: Number) -> Number:
        """The maintenance margin that the venue shows at a position value."""
        schedule = self.schedule
        if schedule is not None and schedule.counted is not None:
            counted = schedule.counted(Fraction(value))
            return counted.requirement if counted.shown is None else counted.shown
        number = self.tier_at(value)
        if schedule is None or schedule.shown_rates is None or schedule.shown_deductions is None:
            return value * self.rates[number] - self.deductions[number]
        return Fraction(value) * Fraction(schedule.shown_rates[number]) - Fraction(
            schedule.shown_deductions[number]
        )

    def closing_fee(self, value: Number) -> Number | None:
        """The fee set aside for closing at a position value; None where none is."""
        counted = None if self.counted is None else self.counted(Fraction(value)).fee
        if counted is not None:
            return simplest(counted)
        own = None if self.schedule is None else self.schedule.closing_fee
        return None if own is None else simplest(own.at(value, self.entry_value))

    def maintenance(self, value: Number) -> Number:
        """The requirement of the liquidation test at a position value."""
        if self.counted is not None:
            return self.counted(Fraction(value)).requirement
        number = self.tier_at(value)
        return value * self.rates[number] - self.deductions[number]

    @cached_property
    def edges(self) -> tuple[Fraction, ...]:
        """Prices, rising, at which the tier changes; none where the size stands still."""
        basis = self.table.basis
        held = TierBasis.QUOTE if self.is_inverse else TierBasis.BASE
        if basis in (TierBasis.CONTRACTS, held):
            return ()
        size, floors = Fraction(self.size), [Fraction(floor) for floor in self.floors[1:]]
        return (
            tuple(size / floor for floor in reversed(floors))
            if self.is_inverse
            else tuple(f / size for f in floors)
        )

    def tier_of_step(self, step: int) -> int:
        """Which tier holds between edges ``step - 1`` and ``step``."""
        if not self.edges:
            return self.tier_at(self.size)
        return len(self.edges) - step if self.is_inverse else step

    @cached_property
    def joined(self) -> bool:
        """Whether maintenance has no jump at any tier edge and its rate only rises."""
        unit, floors, rates, deductions = self.whole
        tiers = zip(floors[1:], rates, rates[1:], deductions, deductions[1:], strict=False)
        return all(
            after >= before and floor * (after - before) == (less - had) * unit
            for floor, before, after, had, less in tiers
        )

    @cached_property
    def whole(self) -> WholeTable:
        """The table over its common denominator, for sums without fractions."""
        columns = [
            [number.as_integer_ratio() for number in column]
            for column in (self.floors, self.rates, self.deductions)
        ]
        unit = lcm(*(parts for column in columns for _, parts in column))
        return WholeTable(unit, *(tuple([n * (unit // parts) for n, parts in one]) for one in columns))

    def as_fractions(self) -> Leg:
        """The same leg in fractions."""
        return Leg(
            self.position,
            self.instrument,
            self.sign,
            Fraction(self.size),
            Fraction(self.entry_value),
            None if self.initial_rate is None else Fraction(self.initial_rate),
            self.table,
            _fractions(self.floors),
            _fractions(self.rates),
            _fractions(self.deductions),
            self.schedule,
            self.charged,
        )


def _fractions(numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    return tuple(Fraction(number) for number in numbers)


def charged_leg(charged: Charged, rules: VenueRules) -> Leg:
    """A leg of a venue whose requirement is more than the table's rate on the value at the mark."""
    schedule = rules.schedule(charged)
    floors = tuple([tier.floor for tier in charged.table.tiers])
    position = charged.position
    return Leg(
        position,
        charged.instrument,
        position.side.sign,
        charged.size,
        charged.entry_value if schedule.entry_value is None else schedule.entry_value,
        None if position.leverage is None else initial_rate_of(position.leverage),
        charged.table,
        floors if schedule.floors is None else schedule.floors,
        _fractions(schedule.rates),
        _fractions(schedule.deductions),
        schedule,
        charged,
    )


@lru_cache(maxsize=1_024)
def initial_rate_of(leverage: Decimal) -> Number:
    """1 / leverage; books use few settings, and a quotient costs as much as the rest of a leg."""
    return quotient(1, leverage)
