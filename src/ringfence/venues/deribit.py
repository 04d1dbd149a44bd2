"""deribit: Deribit futures under segregated standard margin, inverse (coin) and linear (USDC).

Initial and maintenance rates grow with the size, and the whole position pays the rate: size x (base +
size x factor), the size in coin. A linear size stands still, so its rate does; an inverse size is a face
value over the price, so what it needs bends with the price. There is no isolated margin: a sub-account is
the fence.

The requirement is valued at the index price; the mark stands in for it, so where the two differ state the
index as the mark. Portfolio margin is a scenario grid and is not covered.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierBasis
from ringfence.errors import NotSupported
from ringfence.venues.modes import Change, ModeRule, Verdict, When
from ringfence.venues.pool import Free, Pool, Resting
from ringfence.venues.rules import (
    Basis,
    Clause,
    Confidence,
    Fence,
    Hedge,
    MarkPrice,
    Money,
    OpenOrders,
    Shortfall,
    Source,
    Trigger,
    VenueRules,
    Withdrawal,
    tiers,
)
from ringfence.venues.schedule import Charged, Counted, Growing, Linear, Schedule
from ringfence.venues.sequence import (
    Action,
    Bearer,
    Charge,
    Fee,
    LiquidationSequence,
    Order,
    Ranking,
    Remainder,
    Step,
)

MARGINS = Source("Deribit support 25944738177565, standard margin of linear perpetuals", as_of="2026-11-22")
CHANGES = Source("Deribit support 25944826427293, margin changes of 2022-01-11", as_of="2022-01-11")
MODELS = Source("Deribit support 25944811317149, margin account models", as_of="2026-11-22")
LIQUIDATIONS = Source("Deribit support 25944746248989, liquidations", as_of="2022-01-11")
OUTPUT = Source("Deribit account summary (captured states)", as_of="2026-11-22")
OLD_HELP = Source("Deribit help 1000197257, futures leverage and margin", as_of="2016-12-31")

FACTORS = {
    "BTC/USD:BTC": Fraction("0.00005"),
    "BTC/USDC:USDC": Fraction("0.00005"),
    "ETH/USD:ETH": Fraction("0.000004"),
    "SOL/USDC:USDC": Fraction("0.000005"),
}
"""What each coin of size adds to the rate since 2022-01-11; what the account states comes first."""

FACTORS_BEFORE = {"BTC/USD:BTC": Fraction("0.00005"), "ETH/USD:ETH": Fraction("0.000002")}
"""The same before that day."""

FACTORS_OF_2016 = {"BTC/USD:BTC": Fraction(0)}
"""At first one rate for every size: 10 % to open, 5 % to keep."""


def growth(charged: Charged, factors: dict[str, Fraction]) -> Fraction:
    """The coefficient by which the rate grows with each coin of size.

    Raises:
        MissingRate: neither the account nor the venue's pages state it for this contract.
    """
    stated = charged.optional("size_factor")
    known = factors.get(charged.instrument.symbol) if stated is None else stated
    return charged.need("size_factor") if known is None else known


def grows_with_size(charged: Charged, factors: dict[str, Fraction]) -> Schedule:
    """Base rate and factor on the whole position: a plain rate when linear, a bend when inverse.

    The base of the initial rate is 1 / the highest leverage of the table; no setting of the trader moves it.

    Raises:
        NotSupported: an isolated position.
    """
    if charged.isolated:
        raise NotSupported(
            "Deribit futures has no isolated margin",
            path=f"positions.{charged.position.symbol}.margin_mode",
            hint='write margin_mode = "cross", and one account for each sub-account',
        )
    tier, factor = charged.table.tiers[0], growth(charged, factors)
    base = Fraction(tier.rate)
    first = None if tier.max_leverage is None else 1 / Fraction(tier.max_leverage)
    if not charged.is_inverse:
        grown = charged.size * factor
        how = f"rate {plain(base)} + {plain(charged.size)} x {plain(factor)}"
        initial = None if first is None else Linear(first + grown)
        return Schedule((base + grown,), (Decimal(0),), (Decimal(0),), (0,), initial=initial, how=how)

    def counted(value: Fraction) -> Counted:
        return Counted(value, value * (base + factor * value))

    return Schedule(
        (base,), (Decimal(0),), (Decimal(0),), (0,),
        initial=None if first is None else Growing(first, factor),
        counted=counted, how=f"value x ({plain(base)} + value x {plain(factor)})",
    )  # fmt: skip


def since_2022(charged: Charged) -> Schedule:
    """The factors since 2022-01-11."""
    return grows_with_size(charged, FACTORS)


def before_2022(charged: Charged) -> Schedule:
    """The factors before 2022-01-11."""
    return grows_with_size(charged, FACTORS_BEFORE)


def of_2016(charged: Charged) -> Schedule:
    """No factors yet."""
    return grows_with_size(charged, FACTORS_OF_2016)


def worse_side(resting: Resting, factors: dict[str, Fraction]) -> Fraction:
    """What orders hold beyond the position: the initial margin of the larger size after one side fills.

    Sizes are counted at the mark, the rate at the size reached.

    Raises:
        NotSupported: no mark, no highest leverage or no factor is known.
    """
    mark, held = resting.mark, resting.long_value - resting.short_value
    stated = resting.terms.size_factor
    factor = factors.get(resting.instrument.symbol) if stated is None else Fraction(stated)
    top = None if resting.table is None else resting.table.tiers[0].max_leverage
    if mark is None or factor is None or top is None:
        raise NotSupported(
            "orders hold margin at a rate that nobody states",
            path=f"tiers.{resting.instrument.symbol}",
            hint="state the mark, the tiers with their highest leverage, and size_factor",
        )
    inverse = resting.instrument.kind is Kind.INVERSE
    size = Fraction(resting.instrument.contract_size)

    def filled(side: str) -> Fraction:
        contracts = [Fraction(one.order.contracts) for one in resting.orders if one.order.side == side]
        held = sum(contracts, Fraction(0)) * size
        return held / mark if inverse else held * mark

    most = max(abs(held + filled("buy")), abs(held - filled("sell")), abs(held))
    coins = most if inverse else most / mark
    return max(most * (1 / Fraction(top) + factor * coins) - resting.held, Fraction(0))


def orders_since_2022(resting: Resting) -> Fraction:
    """`worse_side` with the factors since 2022-01-11."""
    return worse_side(resting, FACTORS)


def orders_before_2022(resting: Resting) -> Fraction:
    """`worse_side` with the factors before 2022-01-11."""
    return worse_side(resting, FACTORS_BEFORE)


def available_funds(pool: Pool) -> Free:
    """Margin balance less initial margin, below zero too; what leaves is that, and never below zero."""
    free = pool.equity - pool.initial
    return Free(free, max(Fraction(0), min(free, pool.wallet)))


def orders_of_2016(resting: Resting) -> Fraction:
    """`worse_side` without factors."""
    return worse_side(resting, FACTORS_OF_2016)


_TABLES = {
    day: tiers(text, valid_from=day, source=f"Deribit margin rules of {day}")
    for day, text in {
        "2016-06-01": """
            BTC/USD:BTC    rest   5%       10x
        """,
        "2019-01-01": """
            BTC/USD:BTC    rest   0.525%  100x
            ETH/USD:ETH    rest   1%       50x
        """,
        "2022-01-11": """
            BTC/USD:BTC    rest   1%       50x
            ETH/USD:ETH    rest   1%       50x
            SOL/USDC:USDC  rest   2%       25x
        """,
    }.items()
}  # fmt: skip

SEQUENCE = LiquidationSequence(
    (Step(Action.REDUCE, assumption="many small market orders act as one at the mark"),),
    order=Order.NOT_STATED,
    fee=Fee(Charge.OF_VALUE, {"BTC": "0.0075", "ETH": "0.009"}),
    remainder=Remainder.TRADER,
    bearers=(Bearer.INSURANCE_FUND, Bearer.SOCIALISED),
    ranking=Ranking.NONE,
)

SEQUENCE_BEFORE_2022 = replace(SEQUENCE, fee=Fee(Charge.OF_VALUE, {"BTC": "0.005", "ETH": "0.009"}))

CURRENT = VenueRules(
    key="deribit",
    title="Deribit futures (standard margin)",
    valid_from="2022-01-11",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.BELOW_ZERO,  # liquidated while maintenance is more than the margin balance
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    charge=since_2022,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=orders_since_2022,
    fence=Fence.NONE,
    withdrawal=Withdrawal.OWN_RULE,
    free=available_funds,
    liquidation=SEQUENCE,
    shortfall=Shortfall.SOCIALISED,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.0001"),
    kinds=(Kind.LINEAR, Kind.INVERSE),
    contract_sizes={Kind.LINEAR: Decimal(1), Kind.INVERSE: Decimal(1)},  # amounts are in coin, or in USD
    clauses={
        "mark": Clause(LIQUIDATIONS, "equity moves with the mark price"),
        "trigger": Clause(LIQUIDATIONS, "maintenance above the margin balance, until it is below again"),
        "initial_margin": Clause(MARGINS, "25 BTC at 2.125 %, 350 BTC at 3.75 %", Confidence.EXAMPLE),
        "maintenance": Clause(MARGINS, "25 SOL at 2.0125 %: 100.625 USDC", Confidence.EXAMPLE),
        "hedge": Clause(MODELS, "one net position in a contract"),
        "open_orders": Clause(
            OLD_HELP,
            "initial margin of positions and of orders",
            Confidence.UNCONFIRMED,
            "how opposite orders are netted is not said; the larger size after one side fills is assumed",
        ),
        "fence": Clause(MODELS, "no isolated margin; sub-accounts separate"),
        "withdrawal": Clause(
            OUTPUT,
            "available_withdrawal_funds",
            Confidence.UNCONFIRMED,
            "only that the currency's own equity limits it; profit is assumed to stay until it is settled",
        ),
        "liquidation": Clause(LIQUIDATIONS, "small orders until the balance is above maintenance; a fee"),
        "shortfall": Clause(LIQUIDATIONS, "insurance fund, then the loss of the day is shared"),
        "liquidation_price": Clause(
            MARGINS,
            "equity = maintenance at the size of that price",
            Confidence.DERIVED,
        ),
        "available_balance": Clause(
            OUTPUT, "available_funds: margin balance less initial", Confidence.CAPTURED
        ),
        "funding": Clause(LIQUIDATIONS, "accrues into equity all the time; settled at 08:00 UTC"),
        "money": Clause(OUTPUT, "8 decimals", Confidence.CAPTURED),
        "mode_switch": Clause(MODELS, "no isolated margin to switch to"),
    },
    tables={
        symbol: tuple(dated for day in _TABLES for dated in _TABLES[day].get(symbol, ()))
        for symbol in _TABLES["2022-01-11"]
    },
    tier_basis={Kind.LINEAR: TierBasis.BASE, Kind.INVERSE: TierBasis.SETTLE},
    modes=(
        ModeRule(
            Change.TO_ISOLATED,
            When.ALWAYS,
            Verdict.REFUSED,
            words="there is no isolated margin; a sub-account separates",
        ),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.REFUSED, words="there is no fence to add to"),
    ),
    notes=(
        "The rate of a contract that is not listed here: state its tiers and size_factor in the account.",
        "Liquidation adds a fee of its own (BTC 0.75 %, ETH 0.9 %), which is not part of the test.",
        "Haircuts of cross collateral are for initial margin and were not readable; pools stay apart.",
        "Portfolio margin is not covered.",
    ),
)

RULES = (
    replace(
        CURRENT,
        valid_from="2016-06-01",
        liquidation=SEQUENCE_BEFORE_2022,
        charge=of_2016,
        order_margin=orders_of_2016,
        clauses={
            **CURRENT.clauses,
            "initial_margin": Clause(OLD_HELP, "10 % of the size", Confidence.EXAMPLE),
            "maintenance": Clause(
                OLD_HELP,
                "5 % of the size: 5 BTC on 100 BTC",
                Confidence.UNCONFIRMED,
                "the page is of 2016; until when its rates held is not known, the end of 2018 is assumed",
            ),
        },
        notes=CURRENT.notes[2:],
    ),
    replace(
        CURRENT,
        valid_from="2019-01-01",
        liquidation=SEQUENCE_BEFORE_2022,
        charge=before_2022,
        order_margin=orders_before_2022,
        clauses={
            **CURRENT.clauses,
            "initial_margin": Clause(CHANGES, "BTC 1 % + 0.005 % per BTC, ETH 2 % + 0.0002 % per ETH"),
            "maintenance": Clause(CHANGES, "BTC 0.525 % + 0.005 % per BTC, ETH 1 % + 0.0002 % per ETH"),
        },
        notes=(
            "Liquidation adds a fee of its own (BTC 0.5 %, ETH 0.9 %), which is not part of the test.",
            *CURRENT.notes[2:],
        ),
    ),
    CURRENT,
)

NOT_REPRODUCED: dict[str, str] = {}
"""Cases whose source contradicts the venue's own formula, with the argument."""

# MARGINS: its sizes, with the maintenance that its rates give. CHANGES: 1 % + 100 BTC x 0.005 % = 1.5 %.
EXAMPLES = """
wallet  symbol         position     mark    equity    maintenance  health    liquidated
101     SOL/USDC:USDC  +25@200      200     101       100.625      0.375     no
100.625  SOL/USDC:USDC  +25@200      200     100.625   100.625      0         no
100.62   SOL/USDC:USDC  +25@200      200     100.62    100.625      -0.005    yes
2       BTC/USD:BTC    +5000000@50000  50000  2       1.5          0.5       no
1.5     BTC/USD:BTC    -5000000@50000  50000  1.5     1.5          0         no
1       BTC/USD:BTC    +5000000@50000  50000  1       1.5          -0.5      yes
"""
