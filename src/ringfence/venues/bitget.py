"""bitget: Bitget futures (classic account): USDT- and USDC-margined linear, coin-margined inverse.

What is held against equity is value x (tier rate + taker fee), both on the value at the mark, and Bitget's
own maintenance figure holds the fee too. The venue changed twice: in September 2025 initial margin moved
from the entry to the mark and the cross price on the screen from a maintenance frozen at today's mark to
the exact one; on 2025-11-10 at 08:00 UTC maintenance moved from the whole position to slices. A position
opened before that hour keeps the old rule: ask for a date before it.

A "haircut" of 0.9 on Bitget's pages is the share that counts; ringfence's is the share taken away, 0.1.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ringfence.domain.account import MarginMode
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
from ringfence.venues.shown import Prices, Solved, exact_prices, frozen_maintenance
from ringfence.venues.tables import shipped

PRICE = Source("Bitget support 12560603808759, estimated liquidation price", as_of="2025-09-18")
SLICES = Source("Bitget support 12560603841952, maintenance by slices from 2025-11-10", as_of="2025-11-10")
AT_MARK = Source("Bitget support 12560603838731, initial margin at the mark", as_of="2025-09-01")
RISK = Source("Bitget support 360059291091, leverage and risk of coin-margined futures", as_of="2026-11-22")
ASSETS = Source("Bitget support 12560603820416, multi-asset mode", as_of="2026-11-22")
ISOLATED = Source("Bitget support 360058878512, isolated margin", as_of="2026-11-22")
OUTPUT = Source("Bitget position output (captured states)", as_of="2023-12-31")
ERRORS = Source("Bitget contract API, error 45117", as_of="2024-01-31")


def frozen_in_cross(solved: Solved) -> Prices:
    """The cross price as shown until September 2025: equity reaching today's maintenance, which stands still.

    It moves with the mark, and the account is liquidated at the exact price, not at this one.
    """
    if solved.charged.isolated:
        return exact_prices(solved)
    return Prices(frozen_maintenance(solved), solved.bankruptcy)


SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_CONTRACT, MarginMode.ISOLATED),
        Step(Action.CANCEL_ALL, MarginMode.CROSS),
        Step(Action.NET_HEDGES, MarginMode.CROSS),
        Step(Action.STEP_DOWN, MarginMode.CROSS, tiers=2),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
)

SINCE_SLICES = VenueRules(
    key="bitget",
    title="Bitget futures",
    valid_from="2025-11-10",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # margin ratio of 100 %
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    closing_fee=ClosingFee.IN_MAINTENANCE,
    hedge=Hedge.NOT_COMPUTED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE),
    contract_sizes={Kind.LINEAR: Decimal(1)},  # sizes are in coin
    clauses={
        "mark": Clause(RISK, "liquidated on the mark price"),
        "trigger": Clause(RISK, "margin ratio of 100 %"),
        "initial_margin": Clause(AT_MARK, "size x mark price / leverage"),
        "maintenance": Clause(SLICES, "3 BTC at 110 000: 1 648 by slices", Confidence.EXAMPLE),
        "closing_fee": Clause(PRICE, "tier rate + taker fee", Confidence.CAPTURED),
        "hedge": Clause(RISK, "the side with the larger equity counts; the formula is not public in full"),
        "open_orders": Clause(
            ASSETS,
            "larger side with its orders",
            Confidence.UNCONFIRMED,
            "said of multi-asset mode only; the same is assumed of single-asset mode",
        ),
        "fence": Clause(ISOLATED, "the initial margin, unless more is added"),
        "withdrawal": Clause(
            AT_MARK,
            "available balance",
            Confidence.UNCONFIRMED,
            "no formula could be read; profit is assumed to stay until it is realised",
        ),
        "liquidation": Clause(RISK, "orders, hedged positions, two tiers at a time, one flash order"),
        "shortfall": Clause(RISK, "insurance fund"),
        "liquidation_price": Clause(
            PRICE,
            "isolated formula with its offset, recomputed; cross: balance and PnL of other pairs less their "
            "maintenance, in the same form",
            Confidence.EXAMPLE,
        ),
        "available_balance": Clause(
            AT_MARK,
            "moves with the mark price",
            Confidence.UNCONFIRMED,
            "no formula could be read; equity less initial margin is assumed",
        ),
        "funding": Clause(RISK, "paid out of the balance when it falls due"),
        "money": Clause(
            OUTPUT,
            "amounts of the position output",
            Confidence.UNCONFIRMED,
            "rounding is not documented; the 8th decimal, half even, is assumed",
        ),
        "mode_switch": Clause(ERRORS, "45117: positions or orders are open, the mode cannot be adjusted"),
        "leverage_change": Clause(ISOLATED, "a higher leverage frees nothing by itself, a lower one adds"),
        "multi_asset": Clause(
            ASSETS,
            "maintenance is the larger of two figures; the second counts 5 % of what is owed in USDT",
            Confidence.UNCONFIRMED,
            "in multi-asset mode the second figure cannot be computed; the first, tier rate and fee, is used",
        ),
        "tier_rule": Clause(SLICES, "each slice at its own rate from 2025-11-10 08:00 UTC"),
    },
    tables=shipped("bitget"),  # none yet: state the tiers in the account, or import them
    tier_basis={Kind.LINEAR: TierBasis.QUOTE, Kind.INVERSE: TierBasis.SETTLE},
    modes=(
        ModeRule(Change.TO_ISOLATED, When.MULTI_ASSET, Verdict.REFUSED, words="multi-asset mode is cross"),
        *(
            rule
            for change in (Change.TO_ISOLATED, Change.TO_CROSS)
            for rule in (
                ModeRule(change, When.POSITION_IN_SYMBOL, Verdict.REFUSED, "45117", words="close it first"),
                ModeRule(
                    change, When.ORDER_IN_SYMBOL, Verdict.REFUSED, "45117", words="cancel its orders first"
                ),
                ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
            )
        ),
        *(
            rule
            for change in (Change.RAISE_LEVERAGE, Change.LOWER_LEVERAGE)
            for rule in (
                ModeRule(change, When.NOT_ENOUGH, Verdict.REFUSED, clause="leverage_change"),
                ModeRule(
                    change,
                    When.ISOLATED_POSITION,
                    Verdict.ALLOWED,
                    effect=Effect.FENCE_ONLY_GROWS,
                    clause="leverage_change",
                ),
                ModeRule(
                    change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE, clause="leverage_change"
                ),
            )
        ),
        ModeRule(
            Change.MULTI_ASSET_ON,
            When.ANY_ISOLATED,
            Verdict.REFUSED,
            words="it is cross only",
            clause="multi_asset",
        ),
        ModeRule(Change.ADD_MARGIN, When.NO_POSITION, Verdict.REFUSED),
        ModeRule(
            Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="cross positions share the pool"
        ),
        ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ),
    multi_asset=True,
    notes=(
        "Positions opened before 2025-11-10 08:00 UTC keep the whole-position rate: ask for an earlier date.",
        "How much margin may be taken out of a fence is not documented.",
        "No tier table is shipped: state the tiers in the account or import them.",
    ),
)

UNTIL_SLICES = replace(
    SINCE_SLICES,
    valid_from="2025-09-01",
    tier_rule=TierRule.WHOLE_POSITION,
    clauses={
        **SINCE_SLICES.clauses,
        "maintenance": Clause(SLICES, "before: 3 BTC at 110 000 need 1 848", Confidence.EXAMPLE),
        "tier_rule": Clause(SLICES, "one rate for the whole position before 2025-11-10 08:00 UTC"),
    },
)

RULES = (
    replace(
        UNTIL_SLICES,
        valid_from="2021-01-01",
        initial_margin=Basis.ENTRY,
        shows=frozen_in_cross,
        clauses={
            **UNTIL_SLICES.clauses,
            "initial_margin": Clause(AT_MARK, "before: size x entry price / leverage"),
            "liquidation_price": Clause(
                OUTPUT, "cross: mark - (equity - maintenance) / size; isolated: formula", Confidence.CAPTURED
            ),
        },
    ),
    UNTIL_SLICES,
    SINCE_SLICES,
)

NOT_REPRODUCED: dict[str, str] = {}
"""Cases whose source contradicts the venue's own formula, with the argument."""

# SLICES: 3 BTC at 110 000 on slices of 0.4 % to 200 000 and 0.5 % beyond (the deduction is 200), fee 0.06 %.
# PRICE: (margin + deduction - size x entry) / (size x (rate + fee - 1)) for a long.
EXAMPLES = """
mode      margin  symbol         position   mark    tier       fee     maintenance  liquidation price  liquidated
isolated  33000   BTC/USDT:USDT  +3@110000  110000  0.5% -200  0.0006  1648         ~99490.48          no
isolated  33000   BTC/USDT:USDT  -3@110000  110000  0.5% -200  0.0006  1648         ~120392.47         no
isolated  1648    BTC/USDT:USDT  +3@110000  110000  0.5% -200  0.0006  1648         -                  yes
isolated  1649    BTC/USDT:USDT  +3@110000  110000  0.5% -200  0.0006  1648         -                  no
"""  # noqa: E501
