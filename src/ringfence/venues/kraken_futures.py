"""kraken_futures: Kraken Futures: single-collateral (inverse, PI and FI) and multi-collateral (linear, PF).

Each inverse contract draws on the wallet of its coin; linear contracts share one wallet whose coins count
in USD less a haircut (``multi_asset = true``). Maintenance is half the initial margin, at the level of the
position's size.

Whether a requirement follows the mark or stays at the entry is not settled: both schedule pages say entry,
the worked example of an inverse liquidation follows the mark. Each kind follows what is known of it:
inverse the mark, by that example; linear the entry, by its page.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis
from ringfence.venues.pool import Free, Pool
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
from ringfence.venues.schedule import Charged, Linear, Schedule, charged_on_mark, fixed_requirement
from ringfence.venues.sequence import Action, Bearer, LiquidationSequence, Ranking, Remainder, Step
from ringfence.venues.tables import shipped

SINGLE = Source(
    "Kraken support 360022835671, equity protection process, single-collateral", as_of="2023-01-01"
)
MULTI = Source(
    "Kraken support 4844463246100, margining and liquidations, multi-collateral", as_of="2026-03-26"
)
INVERSE_LEVELS = Source("Kraken support 15579128794772, inverse margin schedule", as_of="2023-01-01")
LINEAR_LEVELS = Source("Kraken support 360022632452, multi-collateral margin schedule", as_of="2026-11-22")
TRADING = Source("Kraken support 4844392809620, cross and isolated margin", as_of="2026-11-22")
PORTFOLIO = Source("Kraken support 4871775312276, portfolio management", as_of="2026-11-22")
ACCOUNTS = Source("Kraken Futures API, accounts", as_of="2026-11-22")

HALF = 2
"""Initial margin is this many times maintenance margin, at every level of both schedules."""


def by_kind(charged: Charged) -> Schedule:
    """Inverse: the level's rate on the value at the mark. Linear: on the value at entry."""
    tier = charged.tier_of(charged.entry_value)
    rate, deduction = charged.rates[tier], charged.deductions[tier]
    chosen = charged.initial_rate if charged.isolated else None
    fence = None if charged.initial_rate is None else charged.entry_value * charged.initial_rate
    if charged.is_inverse:
        initial = Linear(HALF * rate, fixed=-HALF * deduction) if chosen is None else Linear(chosen)
        return charged_on_mark(charged, initial=initial, fence=fence)
    amount = charged.entry_value * rate - deduction
    held = Linear(fixed=HALF * amount) if chosen is None else Linear(on_entry=chosen)
    return fixed_requirement(
        amount, tier=tier, initial=held, fence=fence, how="the level's rate on the value at entry"
    )


def available_margin(pool: Pool) -> Free:
    """Margin equity less initial margin, below zero too; what leaves is that, and never below zero."""
    free = pool.equity - pool.initial
    return Free(free, max(Fraction(0), free))


_CONTRADICTION = (
    "the schedules say value at entry, the worked inverse example follows the mark: inverse contracts are "
    "taken at the mark, linear ones at entry"
)

SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_RISING),
        Step(Action.CLOSE_IN_MARKET),
        Step(
            Action.TAKE_OVER,
            assumption="assigned to liquidity providers at zero equity",
        ),
    ),
    remainder=Remainder.TRADER,
    bearers=(Bearer.DELEVERAGED,),
    ranking=Ranking.NOT_RANKED,
    assumption="partial liquidations of multi-collateral accounts (since 2026-03-26) could not be read",
)

RULES = VenueRules(
    key="kraken_futures",
    title="Kraken Futures",
    valid_from="2019-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.BELOW_ZERO,  # equity protection starts below maintenance
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    charge=by_kind,
    tier_rule=TierRule.WHOLE_POSITION,
    hedge=Hedge.LARGER_SIDE,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.EQUITY_LESS_INITIAL,
    free=available_margin,
    liquidation=SEQUENCE,
    shortfall=Shortfall.UNKNOWN,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE),
    contract_sizes={Kind.LINEAR: Decimal(1), Kind.INVERSE: Decimal(1)},  # a coin, or a dollar
    clauses={
        "mark": Clause(PORTFOLIO, "mark price: index and a capped premium"),
        "trigger": Clause(SINGLE, "below maintenance margin equity protection starts"),
        "initial_margin": Clause(INVERSE_LEVELS, "rate of the level", Confidence.UNCONFIRMED, _CONTRADICTION),
        "maintenance": Clause(
            INVERSE_LEVELS, "half the initial rate", Confidence.UNCONFIRMED, _CONTRADICTION
        ),
        "hedge": Clause(MULTI, "margin netting: the larger of all longs and all shorts of one underlying"),
        "open_orders": Clause(
            MULTI,
            "initial margin with orders",
            Confidence.UNCONFIRMED,
            "how orders are netted with positions is not said; the larger side is assumed to count",
        ),
        "fence": Clause(
            TRADING,
            "isolated at the leverage set",
            Confidence.UNCONFIRMED,
            "the amount set aside is not said; value at entry / leverage is assumed",
        ),
        "withdrawal": Clause(ACCOUNTS, "available margin: margin equity less initial margin"),
        "liquidation": Clause(SINGLE, "equity protection: one order, assignment, unwind; the surplus stays"),
        "shortfall": Clause(SINGLE, "assigned to liquidity providers, then unwound against other traders"),
        "liquidation_price": Clause(
            SINGLE, "1 000 contracts at 8 000 on 0.01 BTC: 7 481", Confidence.EXAMPLE
        ),
        "available_balance": Clause(ACCOUNTS, "available margin: margin equity less initial margin"),
        "funding": Clause(ACCOUNTS, "accrues by the hour as unrealised funding until it is realised"),
        "money": Clause(
            ACCOUNTS,
            "amounts of the accounts output",
            Confidence.UNCONFIRMED,
            "rounding is not documented; the 8th decimal, half even, is assumed",
        ),
        "mode_switch": Clause(
            TRADING,
            "cross by default, isolated by order or by a preference for each contract; what happens while a "
            "position is open is not documented",
        ),
        "levels": Clause(
            INVERSE_LEVELS,
            "levels by size",
            Confidence.UNCONFIRMED,
            "whether a level is charged on the whole position could not be read; it is assumed to be",
        ),
    },
    tables=shipped("kraken_futures"),
    tier_basis={Kind.LINEAR: TierBasis.QUOTE, Kind.INVERSE: TierBasis.CONTRACTS},
    multi_asset=True,
    notes=(
        "How much margin may be moved, and what a switch does to an open position, is not documented.",
        "Isolated margin is offered for multi-collateral contracts only.",
        "Linear levels differ by contract class: state the tiers of a linear contract in the account.",
        "Partial liquidations of 2026-03-26 and their fee could not be read and are left out.",
        "A conversion fee for collateral is not part of the haircut: state the haircut that counts.",
    ),
)

NOT_REPRODUCED = {
    "kraken-single-margin-account-docs": "the sample prints an available amount 0.2 below its own portfolio "
    "value less its own initial margin",
}
"""Cases whose source contradicts the venue's own formula, with the argument."""

# SINGLE: its position on its wallet, 1 % of the value at the mark; printed as 7 481, bankrupt at 7 407.4.
EXAMPLES = """
wallet  symbol       position    mark    equity  maintenance  liquidated  liquidation price  bankruptcy price
0.01    BTC/USD:BTC  +1000@8000  8000    0.01    0.00125      no          ~7481              ~7407.4
0.01    BTC/USD:BTC  +1000@8000  7812.5  0.007   0.00128      no          ~7481              ~7407.4
0.01    BTC/USD:BTC  +1000@8000  6250    -0.025  0.0016       yes         -                  -
0.01    BTC/USD:BTC  -1000@8000  8000    0.01    0.00125      no          ~8609              ~8695.7
"""
