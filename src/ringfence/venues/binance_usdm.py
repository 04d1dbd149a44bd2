"""binance_usdm: Binance USDⓈ-M futures, one-way and hedge, isolated and cross.

Maintenance is charged on the mark value of the whole position at the rate of its tier, less the tier's
deduction; nothing is rounded inside the test. Tiers ship dated (venues/tables/).
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
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
    "Binance FAQ b3c689c1f50a44cabb3a84e663b81d93, how to calculate liquidation price", as_of="2024-05-01"
)
BALANCE = Source(
    "Binance FAQ 5d62f8be18d24544b5b6156094c16bf7, wallet and margin balance", as_of="2024-05-01"
)
ISOLATED = Source("Binance FAQ 360038447311, adding and removing isolated margin", as_of="2024-05-01")
ORDERS = Source(
    "Binance FAQ 4f83b65d83654b5e933f85ef12bf769d, margin of positions and open orders", as_of="2022-12-06"
)
BRACKETS = Source("Binance leverage and margin brackets (leverageBracket)", as_of="2026-09-29")
ERRORS = Source("Binance derivatives API, error codes", as_of="2026-09-29")
OUTPUT = Source("Binance account and position output (captured states)", as_of="2026-09-01")

MODES = (
    *ruled(
        "mode_switch", Change.TO_ISOLATED,
        (When.MULTI_ASSET, "-4168", "turn multi-assets mode off first"),
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
        (When.ISOLATED_POSITION, "-4161", "add margin to the fence instead, or close it first"),
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
        "multi_asset", Change.MULTI_ASSET_ON,
        (When.ANY_ISOLATED, "-4167", "the mode is cross only"),
        (When.ANY_ORDER, "-4170", "cancel every order first"),
        (When.NEGATIVE_WALLET, "-4172", "pay the debt first"),
        (When.NOT_ENOUGH, "-4169", ""),
        effect=Effect.NOTHING_ELSE,
    ),
    *ruled(
        "multi_asset", Change.MULTI_ASSET_OFF,
        (When.ANY_ISOLATED, "-4167", "the mode is cross only"),
        (When.ANY_ORDER, "-4170", "cancel every order first"),
        (When.NEGATIVE_WALLET, "-4172", "pay the debt first"),
        (When.NOT_ENOUGH, "-4169", ""),
        effect=Effect.NOTHING_ELSE,
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
    key="binance_usdm",
    title="Binance USD-M futures",
    valid_from="2020-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # margin ratio of 100 % or more
    initial_margin=Basis.MARK,  # also for isolated positions, unlike OKX and Bybit
    maintenance=Basis.MARK,
    hedge=Hedge.EACH_LEG,  # one shared price in cross
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.WALLET_LESS_MAINTENANCE_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": Clause(PROTOCOLS, "trigger at mark price"),
        "trigger": Clause(PROTOCOLS, "maintenance reaches the margin balance"),
        "initial_margin": Clause(OUTPUT, "positionInitialMargin", Confidence.CAPTURED),
        "maintenance": Clause(BRACKETS, "maintMarginRatio and cum", Confidence.CAPTURED),
        "hedge": Clause(PRICE, "both legs in one equation", Confidence.EXAMPLE),
        "open_orders": Clause(ORDERS, "the larger side counts", Confidence.CAPTURED),
        "fence": Clause(ISOLATED, "initial margin at the chosen leverage"),
        "withdrawal": Clause(BALANCE, "maximum transfer out"),
        "liquidation": Clause(PROTOCOLS, "orders, one order in part, insurance fund, counterparties"),
        "shortfall": Clause(PROTOCOLS, "insurance fund and negative balance"),
        "liquidation_price": Clause(PRICE, "formula and worked example", Confidence.EXAMPLE),
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
        "leverage": Clause(ERRORS, "-2027 beyond the tier, -2028 too little margin, -4161 isolated and open"),
        "position_mode": Clause(ERRORS, "-4067 open orders, -4068 open positions"),
        "multi_asset": Clause(ERRORS, "-4167 isolated, -4169 margin, -4170 open orders, -4172 debt"),
        "orders": Clause(ERRORS, "-2019 margin insufficient, -2027 beyond the tier"),
    },
    tables=shipped("binance_usdm"),
    auto_top_up=True,
    modes=MODES,
    removal=Removal.INITIAL_AT_MARK_AND_MAINTENANCE,
    multi_asset=True,
    notes=("Whether the closing fee is inside the bankruptcy price is not documented; it is left out.",),
)

# PRICE: its two contracts, each with the wallet alone, at the tier the page names.
# PROTOCOLS: a margin ratio of exactly 100 % liquidates; the smallest amount above it does not.
EXAMPLES = """
wallet       symbol         position           mark      tier         equity         maintenance    liquidated
1535443.01   BTC/USDT:USDT  +109.488@32481.98  31967.27  2.5% -16300  1479088.44152  71200.811444   no
1535443.01   ETH/USDT:USDT  +3683.979@1456.84  1335.18   10% -135365  1087250.12486  356512.508122  no
24           BTC/USDT:USDT  +0.100@60000       60000     -            24             24             yes
24.00000001  BTC/USDT:USDT  +0.100@60000       60000     -            24.00000001    24             no
1024         BTC/USDT:USDT  -5@59800           60000     -            24             1200           yes
"""
