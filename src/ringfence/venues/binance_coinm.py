"""binance_coinm: Binance COIN-M futures (inverse), one-way and hedge, isolated and cross.

A contract is a face value in USD that is margined, and pays, in coin. Maintenance is charged on the mark
value in coin of the whole position, at the rate of its tier, less the tier's deduction; floors, caps and
deductions are in coin. Contracts of one coin, perpetual and dated, share that coin's pool.

No tier table is published in full and the face value differs by symbol: the account states both, or
imports the tiers.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis
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
    },
    tables=shipped("binance_coinm"),  # none yet: a symbol without one is refused, not guessed
    tier_basis={Kind.INVERSE: TierBasis.SETTLE},
    auto_top_up=True,
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
