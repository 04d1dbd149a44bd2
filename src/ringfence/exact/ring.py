"""Rings: an account made ready for arithmetic, cut into the things that are liquidated as one.

A ring is a fence (one isolated position) or a pool (every cross position that shares a balance).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from math import lcm
from typing import NamedTuple

from ringfence.domain.account import Account, CollateralRate, MarginMode, Position
from ringfence.domain.instrument import Instrument, Kind
from ringfence.domain.numbers import Number, exactly, quotient
from ringfence.domain.tiers import TierBasis, TierTable
from ringfence.errors import BadTiers, MissingRate, NotSupported, OutOfRange, UnknownSymbol
from ringfence.formulas import inverse, linear
from ringfence.venues.rules import Basis, VenueRules

USD = "USD"
"""The currency a multi-asset pool is valued in."""


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
        return max(bisect_right(self.floors, self.tier_size(value)) - 1, 0)

    def maintenance(self, value: Number) -> Number:
        """Maintenance margin at a position value."""
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
        )


def _fractions(numbers: tuple[Number, ...]) -> tuple[Number, ...]:
    return tuple(Fraction(number) for number in numbers)


@dataclass(frozen=True)
class Holding:
    """One wallet asset of a multi-asset pool and how it counts."""

    asset: str
    amount: Number
    rate: CollateralRate


@dataclass(frozen=True)
class Ring:
    """What is liquidated as one.

    Attributes:
        mode: a fence or a pool. asset: what its money is counted in.
        collateral: wallet balance, or margin inside the fence, without unrealised PnL;
            zero in a multi-asset pool, whose money is in ``holdings``.
        other_maintenance: maintenance of positions that are not listed.
    """

    mode: MarginMode
    asset: str
    collateral: Number
    legs: tuple[Leg, ...]
    other_maintenance: Number
    rules: VenueRules
    holdings: tuple[Holding, ...] = ()

    @cached_property
    def name(self) -> str:
        """``pool USDT``, or ``fence BTC/USDT:USDT long``."""
        return f"pool {self.asset}" if self.mode is MarginMode.CROSS else f"fence {self.legs[0].name}"

    @cached_property
    def needs_fractions(self) -> bool:
        """Whether its arithmetic divides, so that decimals would not be exact."""
        return isinstance(self.collateral, Fraction) or any(
            leg.is_inverse or isinstance(leg.entry_value, Fraction) for leg in self.legs
        )

    @cached_property
    def fractional(self) -> Ring:
        """The same ring in fractions."""
        return Ring(
            self.mode,
            self.asset,
            Fraction(self.collateral),
            tuple(leg.as_fractions() for leg in self.legs),
            Fraction(self.other_maintenance),
            self.rules,
            tuple(Holding(h.asset, Fraction(h.amount), h.rate) for h in self.holdings),
        )

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols whose marks move this ring, in the order of its positions."""
        return tuple(dict.fromkeys([*(leg.symbol for leg in self.legs), *self.collateral_symbols]))

    @cached_property
    def collateral_symbols(self) -> tuple[str, ...]:
        """The symbols whose marks price its collateral."""
        return tuple(h.rate.mark_of for h in self.holdings if h.rate.mark_of)


@dataclass(frozen=True)
class Book:
    """An account made ready: its rings, in the order pools first, and the rules they stand under."""

    account: Account
    rules: VenueRules
    rings: tuple[Ring, ...]
    on: str

    @property
    def pools(self) -> tuple[Ring, ...]:
        """The cross pools."""
        return tuple(ring for ring in self.rings if ring.mode is MarginMode.CROSS)

    @property
    def fences(self) -> tuple[Ring, ...]:
        """The isolated positions."""
        return tuple(ring for ring in self.rings if ring.mode is MarginMode.ISOLATED)

    def ring_of(self, position: Position) -> Ring:
        """The ring that a position lives in; raises as `leg_of`."""
        return self.leg_of(position)[0]

    def leg_of(self, position: Position) -> tuple[Ring, Leg]:
        """The ring that a position lives in, and its leg there.

        Raises:
            UnknownSymbol: the account has no such position.
        """
        for ring in self.rings:
            for leg in ring.legs:
                if leg.position.key == position.key:
                    return ring, leg
        raise UnknownSymbol("no such position in this book", path="symbol", value=" ".join(position.key))


@exactly
def prepare(account: Account, rules: VenueRules, *, on: str) -> Book:
    """Cut an account into rings and look every table up, once.

    Args:
        on: the date whose tier tables hold, ``YYYY-MM-DD``; the account's own date comes first.
    Raises:
        NoTier: a symbol has no table on that date. NotSupported: the venue does not offer the kind, or
            the account mixes what the venue keeps apart.
    """
    if rules.maintenance is not Basis.MARK:
        raise NotSupported(f"{rules.title}: maintenance at the entry value is not computed yet", path="venue")
    date = account.on or on
    legs = [_leg(account, number, rules, date) for number in range(len(account.positions))]
    cross = [leg for leg in legs if leg.position.margin_mode is MarginMode.CROSS]
    fences = [
        Ring(
            MarginMode.ISOLATED,
            leg.instrument.settle,
            leg.position.isolated_margin,
            (leg,),
            Decimal(0),
            rules,
        )
        for leg in legs
        if leg.position.margin_mode is MarginMode.ISOLATED
    ]
    pools = (
        [_multi_asset_pool(account, cross, rules)] if account.multi_asset else _pools(account, cross, rules)
    )
    return Book(account, rules, (*pools, *fences), date)


def _leg(account: Account, number: int, rules: VenueRules, date: str) -> Leg:
    position = account.positions[number]
    instrument = rules.instrument(position.symbol, account.instruments.get(position.symbol))
    path = f"positions[{number}]"
    if instrument.kind not in rules.kinds:
        raise NotSupported(
            f"{rules.title} has no {instrument.kind.value} contracts",
            path=f"{path}.symbol",
            value=position.symbol,
            hint="check the symbol and the venue",
        )
    table = account.tiers.get(position.symbol) or rules.tier_table(position.symbol, on=date)
    _check_measure(table, instrument)
    size: Number = position.contracts * instrument.contract_size
    rate = None if position.leverage is None else _initial_rate(position.leverage)
    return Leg(
        position,
        instrument,
        position.side.sign,
        size,
        _entry_value(position, instrument, size, path),
        rate,
        table,
        tuple([tier.floor for tier in table.tiers]),
        tuple([tier.rate for tier in table.tiers]),
        tuple([tier.deduction for tier in table.tiers]),
    )


@lru_cache(maxsize=1_024)
def _initial_rate(leverage: Decimal) -> Number:
    """1 / leverage; books use few settings, and a quotient costs as much as the rest of a leg."""
    return quotient(1, leverage)


def _check_measure(table: TierTable, instrument: Instrument) -> None:
    """A deduction joins tiers of value; beside tiers of size it would make up maintenance from nothing."""
    held = TierBasis.QUOTE if instrument.kind is Kind.INVERSE else TierBasis.BASE
    if table.basis in (TierBasis.CONTRACTS, held) and any(tier.deduction != 0 for tier in table.tiers):
        raise BadTiers(
            f"{table.symbol}: tiers measured in {table.basis.value} have no deductions",
            path=f"tiers.{table.symbol}", value=table.basis.value,
            hint='measure them in "settle", or leave the deductions out and declare jumps = true',
        )  # fmt: skip


def _entry_value(position: Position, instrument: Instrument, size: Number, path: str) -> Number:
    if position.entry_cost is not None:
        return position.entry_cost
    if position.entry_price is None:
        raise OutOfRange("an entry price or an entry cost is needed", path=f"{path}.entry_price")
    if instrument.kind is Kind.INVERSE:
        return Fraction(size) / Fraction(position.entry_price)
    return size * position.entry_price


def _assets(account: Account, cross: list[Leg], rules: VenueRules) -> list[str]:
    """The assets a pool is needed for: owned, settled in, or asked for by orders and unlisted positions."""
    ordered = [
        rules.instrument(one.symbol, account.instruments.get(one.symbol)).settle for one in account.orders
    ]
    settled = [leg.instrument.settle for leg in cross]
    return list(dict.fromkeys([*account.wallet, *settled, *ordered, *account.other_maintenance]))


def _pools(account: Account, cross: list[Leg], rules: VenueRules) -> list[Ring]:
    return [
        Ring(
            MarginMode.CROSS,
            asset,
            account.wallet.get(asset, Decimal(0)),
            tuple(leg for leg in cross if leg.instrument.settle == asset),
            account.other_maintenance.get(asset, Decimal(0)),
            rules,
        )
        for asset in _assets(account, cross, rules)
    ]


def _multi_asset_pool(account: Account, cross: list[Leg], rules: VenueRules) -> Ring:
    if not rules.multi_asset:
        raise NotSupported(
            f"{rules.title} has no multi-asset mode", path="multi_asset", hint="write multi_asset = false"
        )
    if any(position.margin_mode is MarginMode.ISOLATED for position in account.positions):
        raise NotSupported(
            "isolated positions cannot stand beside a multi-asset pool",
            path="multi_asset",
            hint="write multi_asset = false, or make the position cross",
        )
    holdings = []
    for asset in _assets(account, cross, rules):
        if asset not in account.collateral:
            raise MissingRate(
                "a multi-asset pool needs a price for every asset",
                path=f"collateral.{asset}",
                hint=f'write [collateral.{asset}] with price = "1" and haircut = "0"',
            )
        holdings.append(Holding(asset, account.wallet.get(asset, Decimal(0)), account.collateral[asset]))
    if account.other_maintenance:
        raise NotSupported("other_maintenance is for single-asset pools", path="other_maintenance")
    return Ring(MarginMode.CROSS, USD, Decimal(0), tuple(cross), Decimal(0), rules, tuple(holdings))


def marks_for(ring: Ring, marks: Mapping[str, Number]) -> tuple[Ring, Mapping[str, Number]]:
    """The ring and the marks in one number type: fractions as soon as anything needs them."""
    if ring.needs_fractions or not all(isinstance(marks[symbol], Decimal) for symbol in ring.symbols):
        return ring.fractional, {symbol: Fraction(marks[symbol]) for symbol in ring.symbols}
    return ring, marks
