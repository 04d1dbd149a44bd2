"""Venue rules: numbers as dated tables, choices as named enum members, each with the clause it follows."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from functools import cached_property

from ringfence.domain.account import InstrumentTerms
from ringfence.domain.instrument import Instrument, Kind, kind_of, symbol_parts
from ringfence.domain.numbers import Number, money, rounded
from ringfence.domain.tiers import Tier, TierBasis, TierTable, check_tiers, joined
from ringfence.errors import BadRules, BadTiers, NoTier
from ringfence.venues.modes import ModeRule, Removal
from ringfence.venues.pool import Free, OrderTest, Pool, Resting
from ringfence.venues.schedule import (
    Charged,
    ClosingFee,
    Linear,
    Schedule,
    charged_on_mark,
    fixed_requirement,
)
from ringfence.venues.sequence import NOT_STATED, LiquidationSequence
from ringfence.venues.shown import Prices, Solved, exact_prices


class MarkPrice(Enum):
    """Which price the venue re-marks and liquidates at."""

    VENUE_MARK = "the venue's own mark price"
    ORACLE = "the oracle price; the venue has no mark of its own"


class Trigger(Enum):
    """When a ring is liquidated, by its health (equity less maintenance)."""

    AT_OR_BELOW_ZERO = "liquidated when equity is equal to or less than maintenance"
    BELOW_ZERO = "liquidated when equity is less than maintenance"


class Basis(Enum):
    """The price at which a margin is valued."""

    MARK = "value at the mark price"
    ENTRY = "value at the average entry price"


class Hedge(Enum):
    """How long and short of one symbol in cross are margined."""

    EACH_LEG = "each leg has its own maintenance; both share one pool, hence one liquidation price"
    NOT_OFFERED = "the venue has no hedge mode: one position a symbol"
    NOT_COMPUTED = "opposite legs in cross are netted by a rule that is not public in full"
    LARGER_SIDE = (
        "longs and shorts of one underlying in cross are netted: only the larger side needs margin, which is "
        "not computed yet"
    )


class OpenOrders(Enum):
    """How resting orders hold margin."""

    OWN_RULE = "by the venue's own formula"

    WORSE_SIDE = (
        "one-way: the larger of all buys or all sells filling; hedge: each leg with its opening orders"
    )


class TierRule(Enum):
    """What a tier's rate is charged on."""

    AS_STATED = "value x rate - deduction, as the table states them"
    ONE_RATE = "one rate at every size: a market has no tiers"
    WHOLE_POSITION = (
        "the whole position at the rate of its tier; nothing is deducted, whatever the table says"
    )


class TierEdge(Enum):
    """Which tier a size of exactly an edge belongs to."""

    TIER_ABOVE = "the tier that begins there"
    TIER_BELOW = "the tier that ends there: its upper bound is inclusive"


class Fence(Enum):
    """What a venue puts behind a fence when a position is opened isolated."""

    ENTRY_NOTIONAL_OVER_LEVERAGE = "value at entry / leverage"
    WITH_CLOSING_FEE = "value at entry / leverage, and the fee set aside for closing"
    NONE = "the venue has no isolated margin"


class Withdrawal(Enum):
    """What may leave a cross wallet while positions are open."""

    WALLET_LESS_MAINTENANCE_AND_EQUITY_LESS_INITIAL = (
        "the smaller of wallet - maintenance and equity - initial margin, never below zero"
    )
    EQUITY_LESS_INITIAL = "equity - initial margin, never below zero"
    WALLET_AND_EQUITY_LESS_INITIAL = (
        "the smaller of wallet and equity - initial margin, never below zero: profit stays until realised"
    )
    OWN_RULE = "by the venue's own formula"


class FundingFrom(Enum):
    """What pays the funding of an isolated position; a cross position's wallet pays in any case."""

    FENCE = "the margin inside the fence pays and receives, and nothing else"
    AVAILABLE_THEN_FENCE = (
        "the available balance of the wallet pays first, the fence what is missing; the wallet receives"
    )


class Shortfall(Enum):
    """Who bears a balance below zero after liquidation."""

    INSURANCE_FUND = "the insurance fund; the trader's balance is reset to zero"
    DELEVERAGED = (
        "traders on the other side, whose positions are closed against it; the balance is reset to zero"
    )
    SOCIALISED = "the other traders, after the insurance fund; the trader's balance is reset to zero"
    UNKNOWN = "nobody says; the venue's rule is not public"


class Confidence(StrEnum):
    """How well a clause is supported."""

    CAPTURED = "recomputed from real exchange output"
    EXAMPLE = "official text with a worked example that was recomputed"
    TEXT = "official text only"
    DERIVED = "derived, or from a third party"
    UNCONFIRMED = "could not be confirmed; the assumption is stated"


@dataclass(frozen=True, slots=True)
class Source:
    """A document of the venue: its title and the date it is read as of.

    >>> Source("FAQ: how to calculate liquidation price", as_of="2026-09-29").title
    'FAQ: how to calculate liquidation price'
    """

    title: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Where one rule is written down.

    >>> str(Clause(Source("Margin", as_of="2026-11-20"), "section 5"))
    'Margin, section 5 (2026-11-20)'
    """

    source: Source
    section: str
    confidence: Confidence = Confidence.TEXT
    assumption: str = ""

    def __str__(self) -> str:
        return f"{self.source.title}, {self.section} ({self.source.as_of})"


@dataclass(frozen=True, slots=True)
class Money:
    """The grid that the venue's amounts lie on, and how it rounds onto it.

    >>> Money("0.01", "half up").round(Decimal("1.005"))
    Decimal('1.01')
    """

    quantum: Decimal
    rounding: str = "half even"

    def __post_init__(self) -> None:
        object.__setattr__(self, "quantum", money(self.quantum))
        if self.rounding not in _ROUNDINGS:
            raise BadRules("not a rounding", path="money.rounding", value=self.rounding)

    def round(self, amount: Number) -> Decimal:
        """``amount`` as the venue would print it."""
        return rounded(amount, self.quantum, _ROUNDINGS[self.rounding])


_ROUNDINGS = {"half even": ROUND_HALF_EVEN, "half up": ROUND_HALF_UP, "down": ROUND_DOWN}

CITED = (
    "mark",
    "trigger",
    "initial_margin",
    "maintenance",
    "hedge",
    "open_orders",
    "fence",
    "withdrawal",
    "shortfall",
    "liquidation_price",
    "available_balance",
    "funding",
    "money",
    "mode_switch",
)
"""The rules that a pack must give a clause for."""


@dataclass(frozen=True)
class VenueRules:
    """Everything one venue says about margin, from one date on.

    Attributes:
        key: ``binance_usdm``. valid_from: first day, ``YYYY-MM-DD``.
        contract_sizes: the contract size by kind where it is the same for every symbol.
        mark_quantum: grid of the mark price where an account does not state another.
        tables: tier tables, every date of every symbol.
        clauses: the source of each rule named in `CITED`.

    >>> from ringfence.venues.registry import rules
    >>> rules("demo").trigger.value
    'liquidated when equity is equal to or less than maintenance'
    """

    key: str
    title: str
    valid_from: str
    mark: MarkPrice
    trigger: Trigger
    initial_margin: Basis
    maintenance: Basis
    hedge: Hedge
    open_orders: OpenOrders
    fence: Fence
    withdrawal: Withdrawal
    shortfall: Shortfall
    money: Money
    mark_quantum: Decimal
    kinds: tuple[Kind, ...]
    contract_sizes: Mapping[Kind, Decimal]
    clauses: Mapping[str, Clause]
    tables: Mapping[str, tuple[TierTable, ...]]
    isolated_initial_margin: Basis | None = None
    """Where isolated initial margin is valued, if elsewhere than ``initial_margin``."""
    closing_fee: ClosingFee = ClosingFee.NONE
    charge: Callable[[Charged], Schedule] | None = None
    """The venue's own way from a position to its requirement; None: the choices above say it."""
    shows: Callable[[Solved], Prices] = exact_prices
    """The prices on the venue's screen, from the exact ones."""
    order_margin: Callable[[Resting], Number] | None = None
    """What resting orders of one symbol hold beyond its positions; None: ``open_orders`` says it."""
    order_test: Callable[[Resting], OrderTest] | None = None
    """What resting orders of one symbol add to the liquidation test of their pool; None: nothing."""
    sees_pool: bool = False
    """``charge`` depends on the wallet of the pool and on what its other positions cost."""
    free: Callable[[Pool], Free] | None = None
    """Available balance and what may leave a pool; None: ``withdrawal`` says it."""
    modes: tuple[ModeRule, ...] = ()
    """What the venue does with each change while something is open, the first that applies."""
    removal: Removal | None = None
    """How much of a fence may be taken out while its position is open; None: not known to us."""
    list_rates: Mapping[str, Decimal] = field(default_factory=dict)
    """Rates the venue publishes for a regular account (``taker_fee``); shown as a way out, never assumed."""
    tier_basis: Mapping[Kind, TierBasis] = field(default_factory=lambda: {Kind.LINEAR: TierBasis.QUOTE})
    """What floor and cap of this venue's tiers are measured in, by kind, where a file does not say it."""
    tier_rule: TierRule = TierRule.AS_STATED
    tier_edge: TierEdge = TierEdge.TIER_ABOVE
    funding_from: FundingFrom = FundingFrom.FENCE
    """What pays the funding of an isolated position; see the clause ``funding``."""
    no_tiers: bool = False
    """The venue has no tiers: what it asks follows from leverage and fees alone, whatever the size."""
    liquidation: LiquidationSequence = NOT_STATED
    """What the venue does to a ring that fails its test, step by step; clause ``liquidation``."""
    auto_top_up: bool = False
    """The venue can feed a fence from the wallet; the fence bounds the loss only while that is off."""
    multi_asset: bool = False
    profit_in_full: bool = False
    """In a multi-asset pool haircuts fall on the wallet alone: unrealised PnL counts at its full price."""
    fences_beside_multi_asset: bool = False
    """Isolated positions may stand beside a multi-asset pool, each behind margin in its own currency."""
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        fee = () if self.closing_fee is ClosingFee.NONE else ("closing_fee",)
        sequence = () if self.liquidation is NOT_STATED else ("liquidation",)
        for rule in (*CITED, *fee, *sequence):
            if rule not in self.clauses:
                raise BadRules(
                    f"{self.key}: a rule without a source does not load",
                    path=f"clauses.{rule}",
                    hint="add Clause(Source(title, as_of), section)",
                )
        object.__setattr__(self, "mark_quantum", money(self.mark_quantum))
        for dated in self.tables.values():
            for table in dated:
                check_tiers(table)

    @cached_property
    def digest(self) -> str:
        """Hash of every choice and every table: two rule sets with one digest give one answer."""
        said = [
            f"{f.name}={_said(getattr(self, f.name))}"
            for f in fields(self)
            if f.name not in ("tables", "clauses")
        ]
        tables = [f"{t.symbol} {t.valid_from} {t.digest}" for dated in self.tables.values() for t in dated]
        text = "\n".join([*said, *sorted(tables)])
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def instrument(self, symbol: str, terms: InstrumentTerms | None = None) -> Instrument:
        """The contract behind a symbol; what the account states comes before the venue's defaults.

        Raises:
            UnknownSymbol: not a contract symbol. BadRules: the venue does not offer this kind.
            MissingField: the contract size is neither stated nor the same for every symbol.
        """
        terms = terms or InstrumentTerms()
        parts = symbol_parts(symbol)
        kind = terms.kind or kind_of(parts["base"], parts["quote"], parts["settle"])
        size = terms.contract_size or self.contract_sizes.get(kind)
        return Instrument.of(
            symbol, contract_size=size, mark_quantum=terms.mark_quantum or self.mark_quantum, kind=kind
        )

    @cached_property
    def is_plain(self) -> bool:
        """Whether the requirement is the table's rate on the value at the mark, and nothing else."""
        fee = self.closing_fee is ClosingFee.NONE
        return fee and self.charge is None and self.maintenance is Basis.MARK

    def initial_basis(self, *, isolated: bool) -> Basis:
        """Where initial margin is valued."""
        return (self.isolated_initial_margin if isolated else None) or self.initial_margin

    def schedule(self, charged: Charged) -> Schedule:
        """What one position is charged.

        Raises:
            MissingRate, MissingLeverage: the venue's test depends on a figure nobody gave.
            NotDocumented: the venue's rule is not public.
        """
        if self.charge is not None:
            return self.charge(charged)
        fee = Fraction(0) if self.closing_fee is ClosingFee.NONE else charged.need("taker_fee")
        initial, fence = self.initial(charged, fee)
        if self.maintenance is Basis.MARK:
            inside = self.closing_fee in (ClosingFee.IN_MAINTENANCE, ClosingFee.IN_BOTH)
            return charged_on_mark(charged, fee=fee, fee_in_maintenance=inside, initial=initial, fence=fence)
        tier = charged.tier_of(charged.entry_value)
        amount = charged.entry_value * charged.rates[tier] - charged.deductions[tier]
        beside = self.closing_fee is ClosingFee.TESTED
        return fixed_requirement(
            amount, tier=tier, on_value=fee, shown=(0, amount) if beside else None, initial=initial,
            closing_fee=Linear(fee) if fee else None, fence=fence,
        )  # fmt: skip

    def initial(self, charged: Charged, fee: Fraction = Fraction(0)) -> tuple[Linear | None, Fraction | None]:
        """The initial margin by the choices, and what stands inside a fence at entry."""
        rate = charged.initial_rate
        if rate is None:
            return None, None
        own = fee if self.closing_fee is ClosingFee.IN_BOTH else Fraction(0)
        basis = self.initial_basis(isolated=charged.isolated)
        initial = Linear(rate + own) if basis is Basis.MARK else Linear(on_entry=rate + own)
        kept = fee if self.fence is Fence.WITH_CLOSING_FEE else Fraction(0)
        return initial, charged.entry_value * (rate + kept)

    def as_charged(self, table: TierTable) -> TierTable:
        """The table with the venue's edges, and bare of deductions where one rate holds for all of it.

        Raises:
            BadTiers: several tiers, at a venue whose markets have one rate.
        """
        if self.tier_rule is TierRule.ONE_RATE and len(table.tiers) > 1:
            raise BadTiers(
                f"{self.title} has one rate for a market, at every size",
                path=f"tiers.{table.symbol}", value=len(table.tiers), hint="state its one tier, from 0 up",
            )  # fmt: skip
        of_value = table.basis is not TierBasis.CONTRACTS  # a tier of contracts begins one contract later
        if self.tier_edge is TierEdge.TIER_BELOW and of_value and not table.caps_included:
            table = replace(table, caps_included=True)
        if self.tier_rule is TierRule.AS_STATED or all(tier.deduction == 0 for tier in table.tiers):
            return table
        bare = tuple(replace(tier, deduction=Decimal(0)) for tier in table.tiers)
        return replace(table, tiers=bare, jumps=True)

    def tier_table(self, symbol: str, *, on: str) -> TierTable:
        """The newest table of a symbol that was valid on a date.

        Raises:
            NoTier: there is none; the error names symbol, venue, date and the way out.
        """
        dated = [table for table in self.tables.get(symbol, ()) if table.valid_from <= on]
        if dated:
            return max(dated, key=lambda table: table.valid_from)
        if self.no_tiers:
            whole = Tier(Decimal(0), None, Decimal(0), Decimal(0))
            return TierTable(symbol, (whole,), source=f"{self.title} has no tiers")
        known = ", ".join(table.valid_from for table in self.tables.get(symbol, ())) or "none"
        raise NoTier(
            f"{self.key} has no maintenance tiers for {symbol} on {on} (dates known: {known})",
            path=f"tiers.{symbol}",
            value=symbol,
            hint=f"fetch its leverage tiers, then: ringfence tiers import FILE --venue {self.key} --on DATE",
        )


def _said(choice: object) -> object:
    """A choice as text that is the same on every machine: a function is its own source."""
    if not callable(choice) or isinstance(choice, type | Enum):
        return choice
    try:
        return inspect.getsource(choice)
    except (OSError, TypeError):  # defined where no source is kept
        return getattr(choice, "__qualname__", type(choice).__name__)


def tiers(text: str, *, valid_from: str, source: str) -> dict[str, tuple[TierTable, ...]]:
    """Tier tables from a text a person writes; the deductions are derived, never typed.

    Each line: symbol, upper end of the tier (or ``rest``), maintenance rate, and optionally the highest
    leverage. ``#`` starts a comment.

    >>> read = tiers("BTC/USDT:USDT 50_000 0.40% 125x", valid_from="2026-11-01", source="[1]")
    >>> first = read["BTC/USDT:USDT"][0].tiers[0]
    >>> first.rate, first.max_leverage
    (Decimal('0.0040'), Decimal('125'))
    """
    rows: dict[str, list[tuple[Decimal, Decimal | None, Decimal, Decimal | None]]] = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if words:
            symbol, row = _tier_row(words)
            before = rows.setdefault(symbol, [])
            floor = before[-1][1] if before else Decimal(0)
            if floor is None:
                raise BadRules("nothing comes after 'rest'", path="tiers", value=line.strip())
            before.append((floor, *row))
    return {
        symbol: (TierTable(symbol, joined(table), valid_from=valid_from, source=source),)
        for symbol, table in rows.items()
    }


def _tier_row(words: list[str]) -> tuple[str, tuple[Decimal | None, Decimal, Decimal | None]]:
    if len(words) not in (3, 4) or not words[2].endswith("%"):
        raise BadRules("a tier reads: SYMBOL UPPER RATE% [LEVERAGEx]", path="tiers", value=" ".join(words))
    cap = None if words[1] == "rest" else money(words[1].replace("_", ""), path="tiers")
    rate = money(words[2].removesuffix("%"), path="tiers").scaleb(-2)
    leverage = money(words[3].removesuffix("x"), path="tiers") if len(words) == 4 else None
    return words[0], (cap, rate, leverage)
