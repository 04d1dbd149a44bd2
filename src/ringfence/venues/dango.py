"""dango: Dango perpetuals, one cross pool, settled in USDC; its engine is public source.

Equity is margin, profit at the oracle price and accrued funding; maintenance is value x the pair's ratio.
Liquidated only when equity is less. The printed price is cut to 6 decimals, and printed for an account that
is liquidatable already, too. There is no isolated margin.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.venues.fixed_point import cut
from ringfence.venues.modes import Change, ModeRule, Verdict, When
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
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Ranking, Remainder, Step
from ringfence.venues.shown import Prices, Solved

BOOK = Source("left-curve/left-curve, book/perps/1-margin.md", as_of="2026-11-22")
LIQUIDATION = Source("left-curve/left-curve, book/perps/4-liquidation-and-adl.md", as_of="2026-11-22")
PRICE = Source("left-curve/left-curve, dango/perps/src/core/liq_price.rs (with tests)", as_of="2026-11-22")
CLOSURE = Source("left-curve/left-curve, dango/perps/src/core/closure.rs (with tests)", as_of="2026-11-22")

QUANTUM = Decimal("0.000001")
"""Prices and amounts are numbers of 6 decimals, cut."""


def prices(solved: Solved) -> Prices:
    """Both at this pair alone: P = C / (size x ratio - signed size), and where equity would be zero."""
    return Prices(
        _liquidation(solved),
        _positive(solved.mark - solved.charged.sign * solved.equity / solved.charged.size),
    )


def _liquidation(solved: Solved) -> Fraction | None:
    charged = solved.charged
    signed = charged.sign * charged.size
    others = solved.ring_requirement - solved.requirement
    left = solved.equity - signed * solved.mark - others
    slope = cut(charged.size * charged.rates[0], QUANTUM) - signed
    return _positive(left / slope) if slope else None


def _positive(price: Fraction) -> Fraction | None:
    shown = cut(price, QUANTUM)
    return shown if shown > 0 else None


SEQUENCE = LiquidationSequence(
    (Step(Action.REDUCE, usage=Fraction(20, 21)),),
    fee=Fee(Charge.OF_VALUE),
    remainder=Remainder.TRADER,
    ranking=Ranking.BEST_ENTRY,
)
"""Closed until maintenance x 1.05 is covered: a buffer of 5 %."""

RULES = VenueRules(
    key="dango",
    title="Dango",
    valid_from="2025-01-01",
    mark=MarkPrice.ORACLE,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    tier_rule=TierRule.ONE_RATE,
    shows=prices,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.NONE,
    withdrawal=Withdrawal.EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.DELEVERAGED,
    money=Money(QUANTUM, "down"),
    mark_quantum=QUANTUM,
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": Clause(BOOK, "equity at the oracle price"),
        "trigger": Clause(CLOSURE, "equity < maintenance, and at least one position", Confidence.EXAMPLE),
        "initial_margin": Clause(
            BOOK,
            "initial margin",
            Confidence.UNCONFIRMED,
            "value at the oracle / leverage; the source's own initial ratio was not read",
        ),
        "tier_rule": Clause(LIQUIDATION, "one ratio a pair"),
        "maintenance": Clause(LIQUIDATION, "size x oracle x ratio, summed", Confidence.EXAMPLE),
        "hedge": Clause(PRICE, "one position a pair"),
        "open_orders": Clause(
            BOOK,
            "margin of resting orders",
            Confidence.UNCONFIRMED,
            "the larger side counts; the source's rule was not read",
        ),
        "fence": Clause(BOOK, "no isolated mode in the version read"),
        "withdrawal": Clause(
            BOOK,
            "withdrawal",
            Confidence.UNCONFIRMED,
            "what is beyond the initial margin can leave; the source's rule was not read",
        ),
        "liquidation": Clause(
            CLOSURE, "the largest maintenance first, until equity / 1.05 covers it", Confidence.EXAMPLE
        ),
        "shortfall": Clause(
            LIQUIDATION, "auto-deleveraging at the bankruptcy price; the fund may go negative"
        ),
        "liquidation_price": Clause(PRICE, "cut at 6 decimals; none at zero or below", Confidence.EXAMPLE),
        "bankruptcy_price": Clause(LIQUIDATION, "examples 2 and 4", Confidence.EXAMPLE),
        "available_balance": Clause(
            BOOK,
            "available margin",
            Confidence.UNCONFIRMED,
            "equity less initial margin; the source's rule was not read",
        ),
        "funding": Clause(BOOK, "accrued funding is part of equity: take it out of the wallet"),
        "money": Clause(PRICE, "6 decimals, cut", Confidence.EXAMPLE),
        "mode_switch": Clause(BOOK, "one mode: cross"),
    },
    modes=tuple(
        ModeRule(change, When.ALWAYS, Verdict.REFUSED, words="the venue has cross margin only")
        for change in (Change.TO_ISOLATED, Change.ADD_MARGIN, Change.REMOVE_MARGIN)
    ),
    tables={},
    notes=(
        "The ratio of a pair is a parameter of the chain: state it as the pair's one tier.",
        (
            "The engine cuts some products at 6 decimals; ringfence cuts the ratio of the size and "
            "the price, so that a position of a very small size can differ in the last digits."
        ),
    ),
)

# LIQUIDATION: examples 1, 2 and 4, before the liquidation. CLOSURE: the cases of is_liquidatable, accrued
# funding taken out of the wallet, and equity that equals maintenance.
EXAMPLES = """
wallet  symbol         position     mark   tier  equity  maintenance  liquidated
3000    BTC/USDC:USDC  +1@50000     47500  5%    500     2375         yes
3000    BTC/USDC:USDC  +1@50000     46000  5%    -1000   2300         yes
41600   BTC/USDC:USDC  +10@50000    48000  5%    21600   24000        yes
10000   ETH/USDC:USDC  +10@2000     2500   5%    15000   1250         no
1000    ETH/USDC:USDC  +10@2000     2000   5%    1000    1000         no
-100    ETH/USDC:USDC  +10@2000     2000   5%    -100    1000         yes
"""
