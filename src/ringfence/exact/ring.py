"""Rings: an account made ready for arithmetic, cut into the things that are liquidated as one.

A ring is a fence (one isolated position) or a pool (every cross position that shares a balance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from ringfence.domain.account import (
    Account,
    CollateralRate,
    InstrumentTerms,
    MarginMode,
    Position,
    Side,
)
from ringfence.domain.instrument import Instrument, Kind, symbol_parts
from ringfence.domain.numbers import Number, exactly, simplest
from ringfence.domain.tiers import TierBasis, TierTable
from ringfence.errors import (
    BadTiers,
    MissingRate,
    NotDocumented,
    NotSupported,
    OutOfRange,
    UnknownSymbol,
)
from ringfence.exact.leg import Leg, charged_leg, initial_rate_of
from ringfence.exact.tested import tested_orders
from ringfence.venues.rules import Hedge, VenueRules
from ringfence.venues.schedule import Charged
from ringfence.venues.shown import exact_prices

USD = "USD"
"""The currency a multi-asset pool is valued in."""


@dataclass(frozen=True)
class Holding:
    """One wallet asset of a multi-asset pool and how it counts."""

    asset: str
    amount: Number
    rate: CollateralRate
    profit_in_full: bool = False
    """Only the wallet's amount loses a share; what positions gain or lose counts at the full price."""
    other_maintenance: Number = Decimal(0)
    """Maintenance in this asset of positions that are not listed."""


def _in_fractions(holding: Holding) -> Holding:
    amount, other = Fraction(holding.amount), Fraction(holding.other_maintenance)
    return replace(holding, amount=amount, other_maintenance=other)


@dataclass(frozen=True)
class Ring:
    """What is liquidated as one.

    Attributes:
        mode: a fence or a pool. asset: what its money is counted in.
        collateral: wallet balance, or margin inside the fence, without unrealised PnL;
            zero in a multi-asset pool, whose money is in ``holdings``.
        other_maintenance: maintenance of positions that are not listed, and what orders add to the test.
        set_aside: the part of it that comes off the equity before the two are compared.
    """

    mode: MarginMode
    asset: str
    collateral: Number
    legs: tuple[Leg, ...]
    other_maintenance: Number
    rules: VenueRules
    holdings: tuple[Holding, ...] = ()
    set_aside: Fraction = Fraction(0)

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
            tuple(_in_fractions(holding) for holding in self.holdings),
            self.set_aside,
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
    if rules.hedge is not Hedge.EACH_LEG:
        _check_one_way(account, rules)
    _check_fed(account, rules)
    date = account.on or on
    legs = [_leg(account, number, rules, date) for number in range(len(account.positions))]
    cross = [leg for leg in legs if leg.position.margin_mode is MarginMode.CROSS]
    if rules.sees_pool:
        cross = [_in_its_pool(leg, cross, account, rules) for leg in cross]
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
        [_multi_asset_pool(account, cross, rules)]
        if account.multi_asset
        else _pools(account, cross, rules, date)
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
    table = rules.as_charged(table)
    _check_measure(table, instrument)
    size: Number = position.contracts * instrument.contract_size
    rate = None if position.leverage is None else initial_rate_of(position.leverage)
    entry = _entry_value(position, instrument, size, path)
    floors = tuple([tier.floor for tier in table.tiers])
    rates = tuple([tier.rate for tier in table.tiers])
    deductions = tuple([tier.deduction for tier in table.tiers])
    simple = Leg(
        position, instrument, position.side.sign, size, entry, rate, table, floors, rates, deductions
    )
    if rules.is_plain and rules.shows is exact_prices:
        return simple
    fenced = position.isolated_margin
    charged = Charged(
        position,
        instrument,
        account.instruments.get(position.symbol) or InstrumentTerms(),
        table,
        Fraction(size),
        Fraction(entry),
        None if fenced is None else Fraction(fenced),
        tuple(order for order in account.orders if order.symbol == position.symbol),
        account.hedged,
        rules.list_rates,
    )
    return replace(simple, charged=charged) if rules.is_plain else charged_leg(charged, rules)


def _in_its_pool(leg: Leg, cross: list[Leg], account: Account, rules: VenueRules) -> Leg:
    """A leg charged anew under a rule that depends on what else its pool holds."""
    if leg.charged is None:
        return leg
    asset = leg.instrument.settle
    beside = [Fraction(one.entry_value) for one in cross if one is not leg and one.instrument.settle == asset]
    wallet = Fraction(account.wallet.get(asset, 0))
    return charged_leg(replace(leg.charged, wallet=wallet, others_cost=sum(beside, Fraction(0))), rules)


def _check_one_way(account: Account, rules: VenueRules) -> None:
    """Opposite legs of one symbol in a pool, where the venue has none or nets them by a rule of its own."""
    sides: dict[object, Side] = {}
    for number, position in enumerate(account.positions):
        if position.margin_mode is not MarginMode.CROSS:
            continue
        parts = symbol_parts(position.symbol)
        netted = (parts["base"], parts["settle"]) if rules.hedge is Hedge.LARGER_SIDE else position.symbol
        if sides.setdefault(netted, position.side) is not position.side:
            raise NotDocumented(
                f"{rules.title}: {rules.hedge.value}",
                path=f"positions[{number}]",
                value=position.symbol,
                hint="write the net position, or both sides isolated",
            )


def _check_fed(account: Account, rules: VenueRules) -> None:
    """A fence that is fed from the wallet, where the venue is not known to feed any."""
    for number, position in enumerate(account.positions):
        if position.auto_add_margin and not rules.auto_top_up:
            raise NotSupported(
                f"{rules.title} is not known to feed a fence from the wallet",
                path=f"positions[{number}].auto_add_margin", value="true",
                hint="write auto_add_margin = false",
            )  # fmt: skip


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


def _pools(account: Account, cross: list[Leg], rules: VenueRules, on: str) -> list[Ring]:
    pools = []
    for asset in _assets(account, cross, rules):
        legs = tuple(leg for leg in cross if leg.instrument.settle == asset)
        other: Number = account.other_maintenance.get(asset, Decimal(0))
        aside = Fraction(0)
        if rules.order_test is not None and account.orders:
            orders, aside = tested_orders(account, rules, asset, legs, on=on)
            other = simplest(Fraction(other) + orders + aside)
        wallet = account.wallet.get(asset, Decimal(0))
        pools.append(Ring(MarginMode.CROSS, asset, wallet, legs, other, rules, (), aside))
    return pools


def _multi_asset_pool(account: Account, cross: list[Leg], rules: VenueRules) -> Ring:
    if not rules.multi_asset:
        raise NotSupported(
            f"{rules.title} has no multi-asset mode", path="multi_asset", hint="write multi_asset = false"
        )
    fenced = any(position.margin_mode is MarginMode.ISOLATED for position in account.positions)
    if fenced and not rules.fences_beside_multi_asset:
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
        owned, rate = account.wallet.get(asset, Decimal(0)), account.collateral[asset]
        other = account.other_maintenance.get(asset, Decimal(0))
        holdings.append(Holding(asset, owned, rate, rules.profit_in_full, other))
    return Ring(MarginMode.CROSS, USD, Decimal(0), tuple(cross), Decimal(0), rules, tuple(holdings))


def marks_for(ring: Ring, marks: Mapping[str, Number]) -> tuple[Ring, Mapping[str, Number]]:
    """The ring and the marks in one number type: fractions as soon as anything needs them."""
    if ring.needs_fractions or not all(isinstance(marks[symbol], Decimal) for symbol in ring.symbols):
        return ring.fractional, {symbol: Fraction(marks[symbol]) for symbol in ring.symbols}
    return ring, marks
