"""What a venue charges one position: the requirement its liquidation test holds, and the figures it shows.

The default follows the choices in `VenueRules`. A venue that does it otherwise gives a pure function from
`Charged` to `Schedule`; whatever it works out is a rate of the value and a fixed amount for each tier, so
that everything that solves for prices stays the same for every venue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import NamedTuple, TypedDict, Unpack

from ringfence.domain.account import InstrumentTerms, MarginMode, Order, Position
from ringfence.domain.instrument import Instrument, Kind
from ringfence.domain.numbers import Number, plain
from ringfence.domain.tiers import TierTable
from ringfence.errors import MissingLeverage, MissingRate

ZERO = Fraction(0)
WORDS = {
    "taker_fee": "the account's taker fee",
    "liquidation_fee": "the venue's liquidation fee",
    "funding_rate": "the next funding rate",
    "tick_size": "the tick of the order book",
    "value_quantum": "the quantum of amounts in the settlement currency",
    "size_factor": "the coefficient by which the rate grows with size",
}


class ClosingFee(Enum):
    """Whether the fee for closing counts in the liquidation test, and in whose figures it stands."""

    NONE = "no fee counts in the liquidation test"
    TESTED = "value x taker fee counts in the test, and stands in neither margin figure"
    IN_MAINTENANCE = "value x taker fee counts in the test and stands in the maintenance margin"
    IN_BOTH = "value x taker fee counts in the test and stands in initial and maintenance margin"
    RESERVED_AT_ENTRY = (
        "the fee on the bankruptcy value at entry stands in initial and maintenance margin, and stays there"
    )


class Linear(NamedTuple):
    """An amount made up of a share of the value, a share of the entry value and a fixed part."""

    on_value: Number = Decimal(0)
    on_entry: Number = Decimal(0)
    fixed: Number = Decimal(0)

    def at(self, value: Number, entry_value: Number) -> Fraction:
        """The amount at one value, settlement asset."""
        return (
            Fraction(self.on_value) * Fraction(value)
            + Fraction(self.on_entry) * Fraction(entry_value)
            + Fraction(self.fixed)
        )


class Growing(NamedTuple):
    """An amount whose rate grows with the value: ``value x (rate + growth x value)``."""

    rate: Fraction
    growth: Fraction

    def at(self, value: Number, _entry_value: Number) -> Fraction:
        """The amount at one value, settlement asset."""
        worth = Fraction(value)
        return worth * (self.rate + self.growth * worth)


@dataclass(frozen=True)
class Charged:
    """Everything a margin requirement is worked out from: one position, its contract and its terms.

    Attributes:
        size: contracts x contract size. entry_value: what it cost, settlement asset, fractions.
        margin: inside its fence without unrealised PnL, a closing fee set aside there included; None in
            cross.
        orders: resting orders in the same symbol. list_rates: what the venue publishes, for the way out.
        wallet: of its pool, for rules that see it (``VenueRules.sees_pool``). others_cost: what the other
            positions of that pool cost.
    """

    position: Position
    instrument: Instrument
    terms: InstrumentTerms
    table: TierTable
    size: Fraction
    entry_value: Fraction
    margin: Fraction | None = None
    orders: tuple[Order, ...] = ()
    hedged: bool = False
    list_rates: Mapping[str, Decimal] = field(default_factory=dict)
    wallet: Fraction | None = None
    others_cost: Fraction = ZERO

    @property
    def sign(self) -> int:
        """+1 for long, -1 for short."""
        return self.position.side.sign

    @property
    def is_inverse(self) -> bool:
        """Whether value falls as the price rises."""
        return self.instrument.kind is Kind.INVERSE

    @property
    def isolated(self) -> bool:
        """Whether the position stands behind a fence."""
        return self.position.margin_mode is MarginMode.ISOLATED

    @property
    def initial_rate(self) -> Fraction | None:
        """1 / leverage; None when no leverage is known."""
        return None if self.position.leverage is None else 1 / Fraction(self.position.leverage)

    @property
    def rates(self) -> tuple[Fraction, ...]:
        """The maintenance rate of each tier."""
        return tuple(Fraction(tier.rate) for tier in self.table.tiers)

    @property
    def deductions(self) -> tuple[Fraction, ...]:
        """The deduction of each tier."""
        return tuple(Fraction(tier.deduction) for tier in self.table.tiers)

    def need(self, name: str) -> Fraction:
        """A rate or a grid that the venue's test depends on; nothing is assumed in its place.

        Raises:
            MissingRate: the account does not state it; says where to write it, and the list price if known.
        """
        stated = self.optional(name)
        if stated is None:
            listed = self.list_rates.get(name)
            shown = plain(listed) if listed is not None else "…"
            aside = " (its list price)" if listed is not None else ""
            raise MissingRate(
                f"{WORDS.get(name, name)} counts at this venue",
                path=f"instruments.{self.position.symbol}.{name}",
                hint=f'under [instruments."{self.position.symbol}"] write {name} = "{shown}"{aside}',
            )
        return stated

    def optional(self, name: str) -> Fraction | None:
        """The same where the venue's test does without it; None when it is not stated."""
        stated = getattr(self.terms, name)
        return None if stated is None else Fraction(stated)

    def need_leverage(self) -> Fraction:
        """The leverage setting.

        Raises:
            MissingLeverage: nobody gave it.
        """
        if self.position.leverage is None:
            raise MissingLeverage(
                "the venue's margin depends on the leverage setting",
                path=f"positions.{self.position.symbol}.leverage", hint='write leverage = "10"',
            )  # fmt: skip
        return Fraction(self.position.leverage)

    def tier_of(self, value: Number) -> int:
        """Which tier (0 is the first) a value, or the standing size of the position, falls in."""
        return self.table.number_at(measure(self, value))  # type: ignore[arg-type]

    def value_at(self, price: Number) -> Fraction:
        """Position value at a price, settlement asset."""
        return self.size / Fraction(price) if self.is_inverse else self.size * Fraction(price)


def measure(charged: Charged, value: Number) -> Decimal | Fraction:
    """What the tier table is measured in: contracts, the size held, or the value given."""
    basis = charged.table.basis
    if basis.value == "contracts":
        return charged.position.contracts
    held = "quote" if charged.is_inverse else "base"
    return charged.size if basis.value == held else value


class Counted(NamedTuple):
    """What a venue that rounds or bends makes of a value: the value it counts and its requirement.

    Attributes:
        shown: the venue's own maintenance figure; None: the requirement.
        initial: its initial margin, where that is rounded or bends too; None: by ``Schedule.initial``.
        fee: set aside for closing, likewise; None: by ``Schedule.closing_fee``.
    """

    value: Fraction
    requirement: Fraction
    shown: Fraction | None = None
    initial: Fraction | None = None
    fee: Fraction | None = None


@dataclass(frozen=True)
class Schedule:
    """What one position is charged, by tier: the requirement at value V is ``rate x V - deduction``.

    Attributes:
        rates, deductions: of the requirement that the liquidation test holds against equity.
        floors, tiers: where its steps begin and which tier each shows; None: those of the table.
        shown_rates, shown_deductions: of the venue's own maintenance figure; None: the same.
        initial: the venue's initial margin; None when no leverage is known.
        closing_fee: the fee the test, or a margin, sets aside for closing; None where none is.
        fence: what stands inside a fence when the position is opened isolated at this leverage, whatever
            its mode is now; None when that is unknown.
        counted: a requirement that is rounded, or does not follow the value in a straight line; in place
            of rates and deductions, which then only say what the first tier is. It must be convex in the
            value but for its rounding.
        how: the arithmetic of the requirement in words, where rate x value - deduction does not say it.
        straight: ``counted`` only rounds what the rates and deductions say, to the venue's quantum.
        entry_value: what the position cost as the venue books it, where it rounds that.
        entry_price: the average price it prints, where it keeps the cost and works the price out.
    """

    rates: tuple[Number, ...]
    deductions: tuple[Number, ...]
    floors: tuple[Number, ...] | None = None
    tiers: tuple[int, ...] | None = None
    shown_rates: tuple[Number, ...] | None = None
    shown_deductions: tuple[Number, ...] | None = None
    initial: Linear | Growing | None = None
    closing_fee: Linear | None = None
    fence: Number | None = None
    counted: Callable[[Fraction], Counted] | None = None
    how: str = ""
    straight: bool = False
    entry_value: Fraction | None = None
    entry_price: Number | None = None


def charged_on_mark(
    charged: Charged, *, fee: Fraction = ZERO, fee_in_maintenance: bool = False,
    initial: Linear | None = None, fence: Number | None = None,
) -> Schedule:  # fmt: skip
    """Each tier's rate on the value at the mark, with the closing fee on that value beside it."""
    rates = tuple(rate + fee for rate in charged.rates)
    beside = fee != 0 and not fee_in_maintenance
    return Schedule(
        rates,
        charged.deductions,
        shown_rates=charged.rates if beside else None,
        shown_deductions=charged.deductions if beside else None,
        initial=initial,
        closing_fee=Linear(fee) if fee else None,
        fence=fence,
        how=f"value x (tier rate + {plain(fee)} closing fee) - deduction" if fee else "",
    )


class Stated(TypedDict, total=False):
    """Figures of a `Schedule` that stand beside its requirement."""

    initial: Linear | None
    closing_fee: Linear | None
    fence: Number | None
    how: str


def fixed_requirement(
    amount: Fraction,
    *,
    tier: int = 0,
    on_value: Number = ZERO,
    shown: tuple[Number, Number] | None = None,
    **stated: Unpack[Stated],
) -> Schedule:
    """A requirement fixed at entry, plus a share of the value where one is given.

    Args:
        amount: settlement asset. tier: the tier of the table it follows.
        shown: (rate on the value, fixed amount) of the venue's own maintenance figure.
        stated: what else the schedule says, by its names.
    """
    return Schedule(
        (on_value,),
        (-amount,),
        (Decimal(0),),
        (tier,),
        None if shown is None else (shown[0],),
        None if shown is None else (-Fraction(shown[1]),),
        **stated,
    )
