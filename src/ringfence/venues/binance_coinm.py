"""binance_coinm: Binance COIN-M futures (inverse), one-way and hedge, isolated and cross.

A contract is a face value in USD that is margined, and pays, in coin. Maintenance is charged on the mark
value in coin of the whole position, at the rate of its tier, less the tier's deduction; floors, caps and
deductions are in coin. Contracts of one coin, perpetual and dated, share that coin's pool.

No tier table is published in full and the face value differs by symbol: the account states both, or
imports the tiers.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When, ruled
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
)
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Order, Ranking, Step
from ringfence.venues.tables import shipped

PROTOCOLS = Source("Binance FAQ 360033525271, liquidation protocols", as_of="2024-05-01")
PRICE = Source(
    "Binance FAQ ceccfcfb4e3a45e3b48b0b1bb1a8ae46, how to calculate liquidation price of COIN-M contracts",
    as_of="2024-05-01",
)
BALANCE = Source(
    "Binance FAQ 5d62f8be18d24544b5b6156094c16bf7, wallet and margin balance", as_of="2024-05-01"
)
ISOLATED = Source("Binance FAQ 360038447311, adding and removing isolated margin", as_of="2024-05-01")
ORDERS = Source(
    "Binance FAQ 4f83b65d83654b5e933f85ef12bf769d, margin of positions and open orders", as_of="2022-12-06"
)
ERRORS = Source("Binance derivatives API, error codes", as_of="2026-09-29")
OUTPUT = Source("Binance account and position output (captured states)", as_of="2026-09-01")

MODES = (
    *ruled(
        "mode_switch", Change.TO_ISOLATED,
        (When.ORDER_IN_SYMBOL, "-4047", "cancel its orders first"),
        (When.POSITION_IN_SYMBOL, "-4048", "close it first"),
        effect=Effect.POOL_TO_FENCE,
    ),
    *ruled(
        "mode_switch", Change.TO_CROSS,
        (When.ORDER_IN_SYMBOL, "-4047", "cancel its orders first"),
        (When.POSITION_IN_SYMBOL, "-4048", "close it first"),
        effect=Effect.FENCE_TO_POOL,
    ),
    *ruled("leverage", Change.RAISE_LEVERAGE, (When.BEYOND_TIER, "-2027", "reduce it first")),
    ModeRule(
        Change.RAISE_LEVERAGE, When.ISOLATED_POSITION, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE,
        words="to take margin out, remove it by hand", clause="leverage",
        assumption="that raising leverage hands no margin back by itself is not documented; it is assumed",
    ),
    *ruled("leverage", Change.RAISE_LEVERAGE, effect=Effect.NOTHING_ELSE),
    *ruled(
        "leverage", Change.LOWER_LEVERAGE,
        (When.ISOLATED_POSITION, "-4150", "add margin to the fence instead, or close it first"),
        (When.NOT_ENOUGH, "-2028", "initial margin would be more than equity"),
        effect=Effect.NOTHING_ELSE,
    ),
    *ruled(
        "position_mode", Change.POSITION_MODE,
        (When.ANY_ORDER, "-4067", "cancel every order first"),
        (When.ANY_POSITION, "-4068", "close every position first"),
        effect=Effect.NOTHING_ELSE,
    ),
    *ruled(
        "isolated_margin", Change.ADD_MARGIN,
        (When.NO_POSITION, "-4054", ""),
        (When.NOT_ISOLATED, "-4049", ""),
        (When.NOT_ENOUGH, "-4050", ""),
        effect=Effect.AMOUNT_MOVES,
    ),
    *ruled(
        "isolated_margin", Change.REMOVE_MARGIN,
        (When.NO_POSITION, "-4054", ""),
        (When.NOT_ISOLATED, "-4049", ""),
        (When.NOT_ENOUGH, "-4051", ""),
        effect=Effect.AMOUNT_MOVES,
    ),
    *ruled(
        "orders", Change.OPEN,
        (When.BEYOND_TIER, "-2027", "open less, or at less leverage"),
        (When.NOT_ENOUGH, "-2019", ""),
    ),
    ModeRule(
        Change.OPEN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE, clause="orders",
        words="as far as margin goes; order filters and price bands are not looked at",
    ),
)  # fmt: skip
"""What the venue answers while something is open; the codes are those of ERRORS."""

SEQUENCE = LiquidationSequence(
    (
        Step(
            Action.FEED_FENCE, MarginMode.ISOLATED,
            assumption="as much as the test asks for, while the balance lasts; the size is not public",
        ),
        Step(Action.CANCEL_ALL, MarginMode.CROSS),
        Step(Action.CANCEL_CONTRACT, MarginMode.ISOLATED),
        Step(
            Action.REDUCE,
            assumption="one order, the smallest whose rest satisfies its requirement; the size is not public",
        ),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
    fee=Fee(Charge.OF_VALUE),  # the clearance fee of each symbol, exchangeInfo.liquidationFee
    ranking=Ranking.PROFIT_TIMES_MARGIN_RATIO,
)  # fmt: skip

RULES = VenueRules(
    key="binance_coinm",
    title="Binance COIN-M futures",
    valid_from="2020-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # margin ratio of 100 % or more
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    hedge=Hedge.EACH_LEG,  # one shared price in cross
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.WALLET_LESS_MAINTENANCE_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.INVERSE,),
    contract_sizes={},  # a face value for each symbol, and no list of them in the documents read
    clauses={
        "mark": Clause(PROTOCOLS, "trigger at mark price"),
        "trigger": Clause(PROTOCOLS, "maintenance reaches the margin balance"),
        "initial_margin": Clause(ORDERS, "notional at mark, contracts x size / price, over leverage"),
        "maintenance": Clause(
            PRICE,
            "rate and cum by tier, floors in coin: 0.56 + 50 x (5 % - 2.5 %) = 1.81",
            Confidence.EXAMPLE,
        ),
        "hedge": Clause(PRICE, "both legs in one equation"),
        "open_orders": Clause(ORDERS, "the larger side counts"),
        "fence": Clause(ISOLATED, "initial margin at the chosen leverage"),
        "withdrawal": Clause(BALANCE, "maximum transfer out"),
        "liquidation": Clause(PROTOCOLS, "orders, one order in part, insurance fund, counterparties"),
        "shortfall": Clause(PROTOCOLS, "insurance fund and negative balance"),
        "liquidation_price": Clause(PRICE, "formula"),
        "available_balance": Clause(BALANCE, "available for order"),
        "funding": Clause(BALANCE, "net funding fee is booked to the wallet"),
        "money": Clause(
            OUTPUT,
            "8 decimals",
            Confidence.UNCONFIRMED,
            "some fields are cut and some rounded to nearest at the 8th decimal; nearest is assumed",
        ),
        "mode_switch": Clause(ERRORS, "-4047 open orders, -4048 open position: the switch is refused"),
        "isolated_margin": Clause(ISOLATED, "most that can be added, most that can be removed"),
        "leverage": Clause(ERRORS, "-2027 beyond the tier, -2028 too little margin, -4150 isolated and open"),
        "position_mode": Clause(ERRORS, "-4067 open orders, -4068 open positions"),
        "orders": Clause(ERRORS, "-2019 margin insufficient, -2027 beyond the tier"),
    },
    tables=shipped("binance_coinm"),  # none yet: a symbol without one is refused, not guessed
    tier_basis={Kind.INVERSE: TierBasis.SETTLE},
    auto_top_up=True,
    modes=MODES,
    removal=Removal.INITIAL_AT_MARK_AND_MAINTENANCE,
    notes=(
        "No tier table is published in full: state the tiers in the account or import them.",
        "The face value of a contract differs by symbol: state it as contract_size.",
        "The liquidation price follows the page's formula; no figure of the venue was there to hold it to.",
        "A short whose pool covers its whole value at entry has no liquidation price.",
        "Whether the closing fee is inside the bankruptcy price is not documented; it is left out.",
    ),
)

# The one tier that PRICE states in full, 50 coins and more at 5 % less 1.81, in the formula of the same page.
# A long of 60 coins' value at entry, before and after a fall to 40,000; equity equal to maintenance, which
# liquidates, and the smallest amount above it, which does not; a short, after a rise and before it.
EXAMPLES = """
wallet       symbol       contract size  position      mark   tier      equity      maintenance  liquidated
20           BTC/USD:BTC  100            +30000@50000  50000  5% -1.81  20          1.19         no
20           BTC/USD:BTC  100            +30000@50000  40000  5% -1.81  5           1.94         no
16.94        BTC/USD:BTC  100            +30000@50000  40000  5% -1.81  1.94        1.94         yes
16.94000001  BTC/USD:BTC  100            +30000@50000  40000  5% -1.81  1.94000001  1.94         no
10           BTC/USD:BTC  100            -40000@50000  62500  5% -1.81  -6          1.39         yes
10           BTC/USD:BTC  100            -40000@50000  50000  5% -1.81  10          2.19         no
"""
