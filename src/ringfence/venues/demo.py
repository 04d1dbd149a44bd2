"""demo: the teaching venue, USDT-margined linear perpetuals with tiered maintenance margin.

The file is complete: rules with their clauses, tiers, and worked examples that the tests run. Copy it to
add a venue (CONTRIBUTING.md, "Add a venue in one file").

[1] "Leverage and margin", Demo Exchange handbook, as of 2026-11-20. The exchange does not exist; its
    handbook is this file.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.instrument import Kind
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When
from ringfence.venues.rules import (
    Basis,
    Clause,
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
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Ranking, Step

HANDBOOK = Source("Demo Exchange handbook, leverage and margin", as_of="2026-11-20")  # [1]


def _section(number: int) -> Clause:
    return Clause(HANDBOOK, f"section {number}")


MODES = (
    # [1] section 10: the first line of a change whose situation holds decides.
    ModeRule(Change.TO_ISOLATED, When.MULTI_ASSET, Verdict.REFUSED, "D-104"),
    ModeRule(Change.TO_ISOLATED, When.ORDER_IN_SYMBOL, Verdict.REFUSED, "D-101", words="cancel its orders"),
    ModeRule(Change.TO_ISOLATED, When.NOT_ENOUGH, Verdict.REFUSED, "D-103"),
    ModeRule(Change.TO_ISOLATED, When.ALWAYS, Verdict.ALLOWED, effect=Effect.POOL_TO_FENCE),
    ModeRule(Change.TO_CROSS, When.ORDER_IN_SYMBOL, Verdict.REFUSED, "D-101", words="cancel its orders"),
    ModeRule(Change.TO_CROSS, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_TO_POOL),
    ModeRule(Change.RAISE_LEVERAGE, When.BEYOND_TIER, Verdict.REFUSED, "D-102"),
    ModeRule(Change.RAISE_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS),
    ModeRule(Change.LOWER_LEVERAGE, When.NOT_ENOUGH, Verdict.REFUSED, "D-103"),
    ModeRule(Change.LOWER_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS),
    ModeRule(Change.POSITION_MODE, When.ANY_POSITION, Verdict.REFUSED, "D-105", words="close every position"),
    ModeRule(Change.POSITION_MODE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
    ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, "D-106"),
    ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, "D-103"),
    ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, "D-106"),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, "D-107"),
    ModeRule(Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ModeRule(Change.MULTI_ASSET_ON, When.ANY_ISOLATED, Verdict.REFUSED, "D-104"),
    ModeRule(Change.MULTI_ASSET_ON, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
    ModeRule(Change.OPEN, When.BEYOND_TIER, Verdict.REFUSED, "D-102"),
    ModeRule(Change.OPEN, When.NOT_ENOUGH, Verdict.REFUSED, "D-103"),
    ModeRule(Change.OPEN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
)

SEQUENCE = LiquidationSequence(  # [1] section 11
    (Step(Action.CANCEL_CONTRACT), Step(Action.STEP_DOWN), Step(Action.TAKE_OVER)),
    fee=Fee(Charge.OF_VALUE, {"": "0.005"}),
    ranking=Ranking.PROFIT_TIMES_LEVERAGE,
)

RULES = VenueRules(
    key="demo",
    title="Demo Exchange (teaching venue)",
    valid_from="2026-11-01",
    mark=MarkPrice.VENUE_MARK,  # [1] section 2
    initial_margin=Basis.MARK,  # [1] section 2
    maintenance=Basis.MARK,  # [1] section 3
    open_orders=OpenOrders.WORSE_SIDE,  # [1] section 4: the larger side counts
    hedge=Hedge.EACH_LEG,  # [1] section 4
    trigger=Trigger.AT_OR_BELOW_ZERO,  # [1] section 5: "equal to or less than"
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,  # [1] section 6
    withdrawal=Withdrawal.WALLET_LESS_MAINTENANCE_AND_EQUITY_LESS_INITIAL,  # [1] section 6
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,  # [1] section 7
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.01"),
    kinds=(Kind.LINEAR, Kind.INVERSE, Kind.QUANTO),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": _section(2),
        "initial_margin": _section(2),
        "maintenance": _section(3),
        "open_orders": _section(4),
        "hedge": _section(4),
        "trigger": _section(5),
        "liquidation_price": _section(5),
        "available_balance": _section(6),
        "fence": _section(6),
        "withdrawal": _section(6),
        "liquidation": _section(11),
        "shortfall": _section(7),
        "funding": _section(8),
        "money": _section(9),
        "mode_switch": _section(10),
    },
    multi_asset=True,
    modes=MODES,
    removal=Removal.INITIAL_AT_MARK,  # [1] section 10
    tables=tiers(
        """
        # symbol           up to   maintenance      [1] section 3
        BTC/USDT:USDT     50_000      0.40%   100x
        BTC/USDT:USDT    250_000      0.50%    50x
        BTC/USDT:USDT       rest      1.00%    20x
        ETH/USDT:USDT     50_000      0.50%    75x
        ETH/USDT:USDT       rest      1.00%    20x
        """,
        valid_from="2026-11-01",
        source="Demo Exchange handbook, section 3",
    ),
)

EXAMPLES = """
 wallet  symbol         position      mark   equity   maintenance  health   liquidated
 1000    BTC/USDT:USDT  +0.100@60000  59000  900.00   23.60        876.40   no
 100     BTC/USDT:USDT  +0.100@60000  59100  10.00    23.64        -13.64   yes
 5000    BTC/USDT:USDT  -2.000@60000  61000  3000.00  560.00       2440.00  no
 24      BTC/USDT:USDT  +0.100@60000  60000  24.00    24.00        0.00     yes
"""
