"""paradex: Paradex perpetuals, cross margin, settled in USDC.

Initial margin is asked for the larger side of position and orders, at the mark. Maintenance is half of what
the position alone is asked at the market's highest leverage, and the taker fee for closing it. Isolated
accounts were withdrawn on 2025-11-27.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.errors import MissingLeverage, MissingMark
from ringfence.venues.modes import Change, ModeRule, Verdict, When
from ringfence.venues.pool import Resting
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
from ringfence.venues.schedule import Charged, ClosingFee, Linear, Schedule, charged_on_mark
from ringfence.venues.sequence import (
    Action,
    Bearer,
    Charge,
    Fee,
    LiquidationSequence,
    Ranking,
    Remainder,
    Step,
)

REQUIREMENT = Source("Paradex docs, risk system: cross margin requirement", as_of="2026-08-01")
TERMS = Source("Paradex docs, risk system: margin term reference", as_of="2026-08-01")
LIQUIDATIONS = Source("Paradex docs, risk system: liquidations, socialized losses", as_of="2026-08-01")
CHECKS = Source("Paradex docs, risk system: risk checks, deleveraging", as_of="2026-08-01")
NOTES = Source("Paradex release notes, 11-27-2025", as_of="2025-11-27")
MARK = Source("Paradex docs, risk system: mark price calculation, funding", as_of="2026-08-01")


def open_size(charged: Charged) -> Fraction:
    """The larger of buys and position, or sells less position, filled; reduce-only orders add nothing."""
    held, face = charged.sign * charged.size, Fraction(charged.instrument.contract_size)
    sides = {"buy": Fraction(0), "sell": Fraction(0)}
    for order in charged.orders:
        if not order.reduce_only:
            sides[order.side] += Fraction(order.contracts) * face
    return max(Fraction(0), sides["buy"] + held, sides["sell"] - held)


def charge(charged: Charged) -> Schedule:
    """The tier's rate and the taker fee on the value; initial margin on the open size."""
    fee = charged.optional("taker_fee") or Fraction(0)
    highest = charged.table.tiers[0].max_leverage
    rate = charged.initial_rate
    if rate is None and highest is not None:
        rate = 1 / Fraction(highest)
    initial = None if rate is None else Linear(rate * open_size(charged) / charged.size)
    fence = None if rate is None else charged.entry_value * rate
    return charged_on_mark(charged, fee=fee, fee_in_maintenance=True, initial=initial, fence=fence)


def order_margin(resting: Resting) -> Fraction:
    """Nothing beyond a position, whose initial margin counts the orders; else the larger side at the mark.

    Raises:
        MissingMark, MissingLeverage: what orders without a position hold depends on them.
    """
    if not resting.orders or resting.long_value + resting.short_value:
        return Fraction(0)
    symbol, rate = resting.instrument.symbol, resting.initial_rate
    if resting.mark is None:
        raise MissingMark(
            "orders are valued at the mark price", path=f"marks.{symbol}", hint="write it under [marks]"
        )
    highest = None if resting.table is None else resting.table.tiers[0].max_leverage
    if rate is None and highest is not None:
        rate = 1 / Fraction(highest)
    if rate is None:
        raise MissingLeverage(
            f"orders on {symbol} hold margin at a leverage that nobody gave",
            path=f"orders.{symbol}.leverage", hint='write leverage = "10" on the order',
        )  # fmt: skip
    sides = {True: Fraction(0), False: Fraction(0)}
    for one in resting.orders:
        sides[one.is_buy] += Fraction(one.order.contracts)
    return max(sides.values()) * Fraction(resting.instrument.contract_size) * resting.mark * rate


SEQUENCE = LiquidationSequence(
    (Step(Action.REDUCE_EVENLY, usage=Fraction(9, 10), share=Fraction(1, 5)),),
    fee=Fee(Charge.NOT_KNOWN),  # share x fee x requirement, where the pages say 50 % and 70 %
    remainder=Remainder.TRADER,
    bearers=(Bearer.INSURANCE_FUND, Bearer.SOCIALISED),
    ranking=Ranking.NONE,
)

CLAUSES = {
    "mark": Clause(MARK, "mark price"),
    "trigger": Clause(
        LIQUIDATIONS, "margin ratio (maintenance / account value) above 100 %, every 5 seconds"
    ),
    "initial_margin": Clause(REQUIREMENT, "Net IMR, with its example", Confidence.EXAMPLE),
    "tier_rule": Clause(REQUIREMENT, "one fraction a market"),
    "maintenance": Clause(
        REQUIREMENT,
        "half of the position's Net IMR, and taker fee x value",
        Confidence.UNCONFIRMED,
        "a leverage set lower than the market's highest does not raise maintenance",
    ),
    "closing_fee": Clause(
        REQUIREMENT,
        "fee provision of the maintenance requirement",
        Confidence.UNCONFIRMED,
        "where the account states no taker_fee it is taken as zero, as in the venue's own worked example",
    ),
    "hedge": Clause(REQUIREMENT, "one signed position a market"),
    "open_orders": Clause(REQUIREMENT, "open size: the larger side, at the mark", Confidence.EXAMPLE),
    "fence": Clause(NOTES, "isolated margin is disabled; isolated accounts are reduce-only"),
    "withdrawal": Clause(TERMS, "free collateral: the smaller of account value - IMR and USDC balance"),
    "liquidation": Clause(LIQUIDATIONS, "every position by the same share, in fifths, to 90 %"),
    "shortfall": Clause(LIQUIDATIONS, "insurance fund, then a loss factor on withdrawals"),
    "liquidation_price": Clause(LIQUIDATIONS, "account value = maintenance requirement"),
    "available_balance": Clause(
        REQUIREMENT,
        "IMR also holds a fee provision and the open loss of aggressive orders",
        Confidence.UNCONFIRMED,
        "Net IMR alone is held: the formulas of the other two are not published, so less is available",
    ),
    "funding": Clause(TERMS, "accrued funding is part of unrealized profit: take it out of the wallet"),
    "money": Clause(
        TERMS,
        "amounts",
        Confidence.UNCONFIRMED,
        "nothing is rounded inside the test; USDC is valued at 1 USD, not at its oracle price",
    ),
    "mode_switch": Clause(NOTES, "isolated margin is disabled"),
}

WITHDRAWN = VenueRules(
    key="paradex",
    title="Paradex",
    valid_from="2025-11-27",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    tier_rule=TierRule.ONE_RATE,
    closing_fee=ClosingFee.IN_MAINTENANCE,
    charge=charge,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=order_margin,
    fence=Fence.NONE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.SOCIALISED,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.QUANTO),  # quoted in USD, settled in USDC: a line in the price either way
    contract_sizes={Kind.LINEAR: Decimal(1), Kind.QUANTO: Decimal(1)},
    clauses=CLAUSES,
    modes=(
        ModeRule(
            Change.TO_ISOLATED, When.ALWAYS, Verdict.REFUSED,
            words="isolated margin is disabled since 2025-11-27; isolated accounts can only reduce",
        ),
    ),
    tables={},
    notes=(
        "State a market as its one tier: half of 1 / highest leverage as the rate, and that leverage.",
        "Below its initial margin an account's orders are cancelled; the venue calls that deleveraging.",
        "Portfolio margin (24 scenarios) is not computed.",
        ("The venue's pages contradict themselves on the liquidation fee (70 % in the text, 50 % in the "
        "table) and on the loss factor (25 % in the example, 20 % by the formula); neither moves a price."),
    ),
)  # fmt: skip
BEFORE = replace(
    WITHDRAWN,
    valid_from="2024-01-01",
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    modes=(),
    clauses=CLAUSES
    | {
        "fence": Clause(
            NOTES,
            "a separate isolated account",
            Confidence.UNCONFIRMED,
            "what is moved into it is taken to be value / leverage",
        ),
        "mode_switch": Clause(NOTES, "a separate isolated account"),
    },
)
RULES = (BEFORE, WITHDRAWN)

# LIQUIDATIONS: the two legs of the page's account, each with the wallet alone (the whole account is in the
# tests); and an account value that equals maintenance.
EXAMPLES = """
wallet  symbol        position     mark   tier  equity  maintenance  liquidated
1000    BTC/USD:USDC  +0.1@60000   54800  1%    480     54.8         no
1000    ETH/USD:USDC  -1@3000      3400   1%    600     34           no
434     ETH/USD:USDC  -1@3000      3400   1%    34      34           no
433.99  ETH/USD:USDC  -1@3000      3400   1%    33.99   34           yes
"""
