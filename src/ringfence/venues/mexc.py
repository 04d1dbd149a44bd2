"""mexc: MEXC futures, linear and inverse, isolated and cross, one-way and hedge.

A position is liquidated when its margin and profit are no more than its maintenance and the liquidation
fee; in cross the whole account's equity, less the margin of every resting order. Both are taken of the
value at entry, as the venue's short formula does: the fee is inside the margin of a position when it is
opened, so that it cancels out of that price.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import plain
from ringfence.domain.tiers import TierBasis
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.venues.modes import Change, Effect, ModeRule, Verdict, When
from ringfence.venues.pool import OrderTest, Resting
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
    TierEdge,
    TierRule,
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import Charged, Linear, Schedule, fixed_requirement
from ringfence.venues.sequence import Action, LiquidationSequence, Order, Step
from ringfence.venues.shown import Prices, Solved, to_nearest

TRIGGER = Source("MEXC help 360044646391, forced liquidation", as_of="2024-01-01")
BLOG = Source("MEXC blog, liquidation in futures", as_of="2024-01-01")
OUTPUT = Source("MEXC contract position output (captured state)", as_of="2021-01-07")
COIN = Source("MEXC help, coin-margined futures", as_of="2024-01-01")


def _charge(charged: Charged) -> Schedule:
    stated = charged.optional("liquidation_fee")
    fee = charged.need("taker_fee") if stated is None else stated
    value = charged.entry_value
    tier = charged.tier_of(value)
    maintenance = value * charged.rates[tier]
    rate = charged.initial_rate
    return fixed_requirement(
        maintenance + value * fee,
        tier=tier,
        shown=(0, maintenance),
        initial=None if rate is None else Linear(fixed=value * (rate + fee)),
        closing_fee=Linear(fixed=value * fee),
        fence=None if rate is None else value * (rate + fee),
        how=f"value at entry {plain(value)} x ({plain(charged.rates[tier])} + {plain(fee)} liquidation fee)",
    )


def _shows(solved: Solved) -> Prices:
    tick = solved.charged.optional("tick_size")
    if tick is None:
        return Prices(solved.liquidation, solved.bankruptcy)
    return Prices(to_nearest(solved.liquidation, tick), to_nearest(solved.bankruptcy, tick))


def _order_margin(resting: Resting) -> Fraction:
    """Every order that can open: its value over leverage, and the fee."""
    symbol, rate, fee = resting.instrument.symbol, resting.initial_rate, resting.terms.taker_fee
    if rate is None:
        raise MissingLeverage(
            "orders hold margin at a leverage that nobody gave", path=f"orders.{symbol}.leverage",
            hint='write leverage = "10" on the order',
        )  # fmt: skip
    if fee is None:
        place = f"instruments.{symbol}.taker_fee"
        raise MissingRate("the account's taker fee counts at this venue", path=place)
    return (resting.buys + resting.sells) * (rate + Fraction(fee))


def _order_test(resting: Resting) -> OrderTest:
    return OrderTest(Fraction(0), _order_margin(resting))


SEQUENCE = LiquidationSequence(
    (
        Step(
            Action.FEED_FENCE, MarginMode.ISOLATED,
            assumption="as much as the test asks for, while the balance lasts; the amount is not said",
        ),
        Step(Action.CANCEL_ALL, MarginMode.CROSS),
        Step(Action.NET_HEDGES, MarginMode.CROSS),
        Step(Action.STEP_DOWN, at_bankruptcy=True),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
)  # fmt: skip

RULES = VenueRules(
    key="mexc",
    title="MEXC futures",
    valid_from="2020-01-01",
    mark=MarkPrice.VENUE_MARK,  # "fair price"
    trigger=Trigger.AT_OR_BELOW_ZERO,  # at 100 % or more
    initial_margin=Basis.ENTRY,
    maintenance=Basis.ENTRY,
    tier_rule=TierRule.WHOLE_POSITION,
    tier_edge=TierEdge.TIER_BELOW,  # its level formula rounds up: a value of exactly the base is level 1
    hedge=Hedge.EACH_LEG,
    open_orders=OpenOrders.OWN_RULE,
    fence=Fence.WITH_CLOSING_FEE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE),
    contract_sizes={},  # every contract has its own
    clauses={
        "mark": Clause(TRIGGER, "fair price"),
        "trigger": Clause(TRIGGER, "margin and PnL no more than maintenance and liquidation fee"),
        "initial_margin": Clause(OUTPUT, "oim: value / leverage and the fee", Confidence.CAPTURED),
        "maintenance": Clause(
            BLOG, "a long at 25x: maintenance of the entry value", Confidence.UNCONFIRMED,
            "the one captured price fits the value at entry and the value at liquidation alike; entry is "
            "what the venue's formula says",
        ),
        "tier_rule": Clause(TRIGGER, "one level for the whole position, lowered one tier at a time"),
        "hedge": Clause(TRIGGER, "separate leverage and margin per side; in cross they are matched first"),
        "open_orders": Clause(
            TRIGGER, "order margin does not count as equity", Confidence.UNCONFIRMED,
            "how two sides count together is not said; every order that can open holds its own margin",
        ),
        "fence": Clause(OUTPUT, "oim: value / leverage and the fee", Confidence.CAPTURED),
        "withdrawal": Clause(
            TRIGGER, "equity", Confidence.UNCONFIRMED, "what may leave is not said; profit is taken to stay"
        ),
        "liquidation": Clause(TRIGGER, "orders, self-dealing, one tier at a time at the bankruptcy price"),
        "shortfall": Clause(TRIGGER, "closed at the bankruptcy price, insurance fund"),
        "liquidation_price": Clause(
            OUTPUT, "liquidatePrice", Confidence.UNCONFIRMED,
            "the rate, the fee and the tick of the one captured price were worked out from it",
        ),
        "available_balance": Clause(
            TRIGGER, "equity", Confidence.UNCONFIRMED, "the formula is not given; equity less initial margin"
        ),
        "funding": Clause(TRIGGER, "settled, and not inside the test"),
        "money": Clause(OUTPUT, "7 decimals and more", Confidence.DERIVED),
        "mode_switch": Clause(
            COIN, "isolated to cross is possible, cross to isolated is not", Confidence.UNCONFIRMED,
            "said of coin-margined contracts only, and perhaps no longer true",
        ),
    },
    tables={},  # a table for each symbol, none with its date in the documents read
    tier_basis={Kind.LINEAR: TierBasis.QUOTE, Kind.INVERSE: TierBasis.SETTLE},
    charge=_charge,
    shows=_shows,
    order_margin=_order_margin,
    order_test=_order_test,
    auto_top_up=True,
    modes=(
        ModeRule(Change.TO_CROSS, When.ISOLATED_POSITION, Verdict.ALLOWED, effect=Effect.FENCE_TO_POOL),
        ModeRule(Change.TO_ISOLATED, When.CROSS_POSITION, Verdict.REFUSED, words="close the position first"),
        ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="only isolated positions"),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ),
    notes=(
        "Liquidation lowers the position one tier at a time; the price is where that begins.",
        "Which orders are cancelled first differs from page to page of the venue's help.",
    ),
)  # fmt: skip

# OUTPUT: one contract of ETH_USDT at 100x, its rate, fee and tick worked out from the price.
# BLOG: a long at 25x, in its formula (maintenance - margin + value at entry) / size.
EXAMPLES = """
wallet  mode      leverage  contract size  symbol         position   mark    tier  fee     tick  initial margin  maintenance  closing fee  liquidation price
-       isolated  100       0.01           ETH/USDT:USDT  +1@1217.3  1217.3  0.5%  0.0006  0.05  0.1290338       0.060865     0.0073038    1211.2
-       isolated  25        1              BTC/USDT:USDT  +1@10000   10000   0.5%  0.0006  -     406             50           6            9650
"""  # noqa: E501
