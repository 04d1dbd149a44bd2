"""binance_usdm: Binance USDⓈ-M futures, one-way and hedge, isolated and cross.

Maintenance is charged on the mark value of the whole position at the rate of its tier, less the tier's
deduction; nothing is rounded inside the test. Tiers ship dated (venues/tables/).
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.instrument import Kind
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
    },
    tables=shipped("binance_usdm"),
    auto_top_up=True,
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
