"""gate: Gate futures: linear (USDT), quanto and inverse (BTC), one-way and hedge, isolated and cross.

What is held against equity is value x (tier rate + taker fee), both on the value at the mark, so that a
price is one division: (entry - margin / size) / (1 - rate - fee) for a long. Until 2025-07-29 the whole
position was charged at the rate of its risk limit; since then each slice at its own.

At the venue a leverage of 0 means cross, and ``cross_leverage_limit`` is the setting then: write
``margin_mode = "cross"`` and that limit as the leverage.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis
from ringfence.venues.modes import Change, Effect, ModeRule, Verdict, When
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
    TierRule,
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import ClosingFee
from ringfence.venues.sequence import Action, LiquidationSequence, Order, Step
from ringfence.venues.tables import shipped

PRICE = Source("Gate help 22160 and 27724, liquidation price of isolated positions", as_of="2026-11-22")
PROCESS = Source("Gate help 22159, liquidation process and maintenance margin ratio", as_of="2026-11-22")
MARGINS = Source("Gate blog 351, initial and maintenance margin of perpetual contracts", as_of="2026-11-22")
LIMITS = Source("Gate risk limit upgrade, tier by tier since 2025-07-29", as_of="2025-07-29")
MODES = Source("Gate help 22121, leverage, margin mode and position mode", as_of="2026-11-22")
POSITIONS = Source("Gate futures position output (captured states)", as_of="2022-08-26")

_TIERS = "the highest leverage of a tier is taken to bind an open position, too"
_FENCE = "the margin of an isolated position is taken to follow value at entry / leverage"

SEQUENCE = LiquidationSequence(
    (Step(Action.CANCEL_ALL), Step(Action.STEP_DOWN), Step(Action.TAKE_OVER)),
    order=Order.NOT_STATED,
)

SINCE_SLICES = VenueRules(
    key="gate",
    title="Gate futures",
    valid_from="2025-07-29",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # liquidated at a ratio of 100 % or less
    initial_margin=Basis.MARK,
    isolated_initial_margin=Basis.ENTRY,
    maintenance=Basis.MARK,
    closing_fee=ClosingFee.IN_BOTH,
    hedge=Hedge.NOT_COMPUTED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.WITH_CLOSING_FEE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE, Kind.QUANTO),
    contract_sizes={},  # every contract has its own multiplier
    clauses={
        "mark": Clause(PROCESS, "mark price"),
        "trigger": Clause(PROCESS, "ratio of margin balance to maintenance at or below 100 %"),
        "initial_margin": Clause(
            MARGINS,
            "value / leverage and the fee: 1.075 of 100 at 100x",
            Confidence.UNCONFIRMED,
            "where a cross position is valued is not said; the mark is assumed, and the entry when isolated",
        ),
        "maintenance": Clause(LIMITS, "1 200 000 needs 4 900 by slices, 6 000 before", Confidence.DERIVED),
        "closing_fee": Clause(
            MARGINS, "maintenance includes the fee for closing: 0.575 of 100", Confidence.EXAMPLE
        ),
        "hedge": Clause(LIMITS, "in hedge mode the larger side counts; the formula is not public in full"),
        "open_orders": Clause(
            MARGINS,
            "orders take initial margin",
            Confidence.UNCONFIRMED,
            "how opposite orders are netted is not said; the larger side is assumed to count",
        ),
        "fence": Clause(
            MARGINS, "margin 1.075 less maintenance 0.575 is the most that is lost", Confidence.EXAMPLE
        ),
        "withdrawal": Clause(
            PROCESS,
            "available balance",
            Confidence.UNCONFIRMED,
            "no formula could be read; profit is assumed to stay until it is realised",
        ),
        "liquidation": Clause(PROCESS, "orders, one risk limit at a time, then bankruptcy price"),
        "shortfall": Clause(PROCESS, "insurance fund, then auto-deleveraging"),
        "liquidation_price": Clause(
            PRICE,
            "isolated formula, recomputed; the price shown in cross could not be read and is solved exactly",
            Confidence.CAPTURED,
        ),
        "available_balance": Clause(
            PROCESS,
            "available balance",
            Confidence.UNCONFIRMED,
            "no formula could be read; equity less initial margin is assumed",
        ),
        "funding": Clause(PROCESS, "paid out of the balance when it falls due"),
        "money": Clause(
            POSITIONS,
            "amounts of the position output",
            Confidence.UNCONFIRMED,
            "rounding is not documented; the 8th decimal, half even, is assumed",
        ),
        "mode_switch": Clause(MODES, "no open position and no open order in the contract"),
        "tier_rule": Clause(LIMITS, "each slice at its own rate since 2025-07-29"),
    },
    tables=shipped("gate"),
    tier_basis={Kind.LINEAR: TierBasis.QUOTE, Kind.INVERSE: TierBasis.SETTLE, Kind.QUANTO: TierBasis.SETTLE},
    modes=(
        *(
            rule
            for change in (Change.TO_ISOLATED, Change.TO_CROSS)
            for rule in (
                ModeRule(change, When.POSITION_IN_SYMBOL, Verdict.REFUSED, words="close it first"),
                ModeRule(change, When.ORDER_IN_SYMBOL, Verdict.REFUSED, words="cancel its orders first"),
                ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
            )
        ),
        *(
            rule
            for change in (Change.RAISE_LEVERAGE, Change.LOWER_LEVERAGE)
            for rule in (
                ModeRule(change, When.BEYOND_TIER, Verdict.REFUSED, assumption=_TIERS),
                ModeRule(change, When.NOT_ENOUGH, Verdict.REFUSED),
                ModeRule(
                    change,
                    When.ISOLATED_POSITION,
                    Verdict.ALLOWED,
                    effect=Effect.FENCE_FOLLOWS,
                    assumption=_FENCE,
                ),
                ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
            )
        ),
        ModeRule(Change.ADD_MARGIN, When.NO_POSITION, Verdict.REFUSED),
        ModeRule(
            Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="cross positions share the pool"
        ),
        ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ),
    notes=(
        "The maintenance rate in the contract listing is not always the one applied; the tier table decides.",
        "One captured price of 2022 carries next to no closing fee (0.00075 % and not 0.075 %).",
        "How much margin may be taken out of a fence is not documented.",
    ),
)

RULES = (
    replace(
        SINCE_SLICES,
        valid_from="2019-01-01",
        tier_rule=TierRule.WHOLE_POSITION,
        clauses={
            **SINCE_SLICES.clauses,
            "maintenance": Clause(LIMITS, "before: the whole position at the rate of its risk limit"),
            "tier_rule": Clause(LIMITS, "one rate for the whole position until 2025-07-29"),
        },
    ),
    SINCE_SLICES,
)

NOT_REPRODUCED = {
    "gate-btc-liquidation-record-2019": "the published formula gives 3421.26, the record prints 3421.54: the "
    "rate in it would be 0.5833 % and not 0.5 % + 0.075 %; funding paid since the entry is not in the record",
}
"""Cases whose source contradicts the venue's own formula, with the argument."""

# MARGINS: value 100 at 100x, fee 0.075 %. LIMITS: 1 200 000 on the table, maintenance without the fee.
# POSITIONS: the price the app showed in 2022, 1349.70, needs the fee of 0.00075 % that its preview carries.
EXAMPLES = """
mode      margin  contract size  symbol         position         mark     tier  fee        maintenance  liquidation price
isolated  1.075   1              BTC/USDT:USDT  +1@100           100      0.5%  0.00075    0.575        ~99.4971
isolated  120000  0.0001         BTC/USDT:USDT  +100000@120000   120000   -     0          4900         ~108437.97
isolated  182.81  1              ETH/USDT:USDT  +0.5423@1680.05  1680.05  0.5%  0.0000075  -            ~1349.71
isolated  182.81  1              ETH/USDT:USDT  +0.5423@1680.05  1680.05  0.5%  0.00075    -            ~1350.72
"""  # noqa: E501
