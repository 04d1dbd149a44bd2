"""lighter: Lighter perpetuals, cross and isolated, settled in USDC.

Every market has an initial, a maintenance and a close-out fraction of the value at the mark. Below
maintenance, positions are sold at their zero price or better: the price at which equity / maintenance stays
as it is. For a position alone that is its bankruptcy price.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.venues.fixed_point import lowered, raised
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
from ringfence.venues.schedule import Charged, Linear, Schedule, charged_on_mark
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Order, Ranking, Step
from ringfence.venues.shown import Prices, Solved, share_of_equity

CIRCUITS = Source("elliottech/lighter-prover, circuits", as_of="2026-11-22")
DOCS = Source("Lighter docs, perpetual futures; liquidations and LLP insurance fund", as_of="2026-11-22")

LAST_TICK = 2**32 - 1


def charge(charged: Charged) -> Schedule:
    """The maintenance fraction; the initial one, or 1 / leverage where that is more."""
    highest, rate = charged.table.tiers[0].max_leverage, charged.initial_rate
    if highest is not None:
        market = 1 / Fraction(highest)
        rate = max(market, rate or market)
    initial = None if rate is None else Linear(rate)
    return charged_on_mark(
        charged, initial=initial, fence=None if rate is None else charged.entry_value * rate
    )


def prices(solved: Solved) -> Prices:
    """The exact liquidation price, and the zero price on the market's tick where that is known."""
    return Prices(solved.liquidation, zero_price(solved))


def zero_price(solved: Solved) -> Fraction | None:
    """Mark x (1 - side x fraction x equity / maintenance); a long's tick above it, a short's below."""
    share, charged = share_of_equity(solved), solved.charged
    if share is None:
        return None
    price = solved.mark - charged.sign * share / charged.size
    tick = charged.terms.tick_size
    if tick is None or price <= 0:
        return price if price > 0 else None
    on_tick = raised(price, tick) if charged.sign > 0 else lowered(price, tick)
    return min(max(on_tick, Fraction(tick)), LAST_TICK * Fraction(tick))


SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_CONTRACT),
        Step(Action.REDUCE, assumption="filled at the mark; the zero price is the worst it may be"),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
    fee=Fee(Charge.NOT_KNOWN),
    ranking=Ranking.NOT_RANKED,
    assumption="the close-out fraction is not in this pack: only a rest that cannot be cured goes over",
)

RULES = VenueRules(
    key="lighter",
    title="Lighter",
    valid_from="2025-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    tier_rule=TierRule.ONE_RATE,
    charge=charge,
    shows=prices,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": Clause(DOCS, "requirements at the mark price"),
        "trigger": Clause(CIRCUITS, "partial liquidation: account value < maintenance"),
        "initial_margin": Clause(CIRCUITS, "size x mark x initial fraction"),
        "tier_rule": Clause(CIRCUITS, "three fractions a market"),
        "maintenance": Clause(CIRCUITS, "size x mark x maintenance fraction"),
        "hedge": Clause(CIRCUITS, "one position a market"),
        "open_orders": Clause(
            DOCS,
            "margin of resting orders",
            Confidence.UNCONFIRMED,
            "the larger side counts, at order prices; no formula was read",
        ),
        "fence": Clause(
            CIRCUITS,
            "allocated margin of the position",
            Confidence.UNCONFIRMED,
            "at entry it is value x the initial fraction in force",
        ),
        "withdrawal": Clause(
            CIRCUITS,
            "below the initial requirement nothing may lower account value / requirement",
            Confidence.UNCONFIRMED,
            "everything beyond the initial requirement may leave",
        ),
        "liquidation": Clause(DOCS, "orders, positions at the zero price or better, the fund"),
        "shortfall": Clause(DOCS, "LLP takes the account over; else auto-deleveraging at the zero price"),
        "liquidation_price": Clause(
            CIRCUITS, "account value = maintenance; derived, no figure of the venue", Confidence.DERIVED
        ),
        "bankruptcy_price": Clause(CIRCUITS, "zero price; derived, no figure", Confidence.DERIVED),
        "available_balance": Clause(DOCS, "account value less initial requirement"),
        "funding": Clause(DOCS, "hourly, into the collateral"),
        "money": Clause(
            CIRCUITS,
            "amounts",
            Confidence.UNCONFIRMED,
            "nothing is rounded inside the test",
        ),
        "mode_switch": Clause(CIRCUITS, "allocated margin on the position, in the same account"),
    },
    modes=(
        ModeRule(Change.POSITION_MODE, When.ALWAYS, Verdict.REFUSED, words="one position a market"),
        ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, mode=MarginMode.CROSS),
        ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, mode=MarginMode.CROSS),
    ),
    tables={},
    notes=(
        (
            "State a market as its one tier: the maintenance fraction, and 1 / the initial fraction as the "
            "highest leverage."
        ),
        "Below the close-out fraction the insurance fund takes the whole account over.",
        "The proofs say that a liquidation was allowed; when the venue looks is not proved.",
    ),
)

# CIRCUITS: the states of the zero price examples, their requirement as one position's; the rest at equality.
EXAMPLES = """
wallet   symbol         position    mark   tier   equity  maintenance  liquidated
450      BTC/USDC:USDC  +0.5@50000  50000  1.2%   450     300          no
300      BTC/USDC:USDC  +0.5@50000  50000  1.2%   300     300          no
150      ETH/USDC:USDC  -2@3000     3000   3%     150     180          yes
-100     BTC/USDC:USDC  +0.5@50000  50000  1.2%   -100    300          yes
"""
