"""drift: Drift v2 perpetuals, cross and isolated, settled in USDC.

A market's margin ratio grows with the size held: from four fifths of it, by the root of the size. The size
is the larger of all bids or all asks filling, orders included, in maintenance as in initial margin; every
resting order adds 0.01 USDC. Ratios are whole parts of 10,000, amounts whole parts of a million, cut.

A margin ratio depends on the size, not on the price, so that the requirement follows the value in a line.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import rounded
from ringfence.errors import NotSupported
from ringfence.venues.fixed_point import cut, root
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When
from ringfence.venues.pool import Free, Pool, Resting
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
from ringfence.venues.schedule import Charged, Counted, Schedule
from ringfence.venues.sequence import (
    Action,
    Bearer,
    Charge,
    Fee,
    LiquidationSequence,
    Order,
    Ranking,
    Remainder,
    Step,
)

MARGIN = Source("drift-labs/protocol-v2, programs/drift/src/math/margin.rs", as_of="2026-04-01")
CALCULATION = Source(
    "drift-labs/protocol-v2, programs/drift/src/state/margin_calculation.rs", as_of="2026-04-01"
)
LIQUIDATION = Source(
    "drift-labs/protocol-v2, programs/drift/src/{controller,math}/liquidation.rs", as_of="2026-04-01"
)
SDK = Source("drift-labs/protocol-v2, sdk/src/user.ts", as_of="2026-04-01")

QUANTUM = Decimal("0.000001")
RATIO = Decimal("0.0001")
AN_ORDER = Fraction("0.01")
"""What each resting order adds, USDC."""
MOST_PROFIT = Fraction(100)
"""Unsettled profit of one market that counts for initial margin at most, USDC."""


def with_premium(ratio: Fraction, size: Fraction, factor: Fraction) -> Fraction:
    """A market's ratio at a size: r, or r - r/5 + root(10 x size + 1) x factor if that is more.

    In the program's integers: size in parts of a billion, factor in parts of a million, ratio in parts of
    10,000, each division cut.
    """
    parts, whole = int(ratio / Fraction(RATIO)), int(size * 10**9)
    millionths = int(factor * 10**6)
    if millionths == 0:
        return parts * Fraction(RATIO)
    grown = parts - parts // 5 + root(10 * whole + 1, 2) * millionths // 10**7
    return max(parts, grown) * Fraction(RATIO)


def worst_size(charged: Charged) -> Fraction:
    """The size if all bids fill or all asks, whichever is larger; reduce-only orders fill none."""
    held, face = charged.sign * charged.size, Fraction(charged.instrument.contract_size)
    bids = asks = Fraction(0)
    for order in charged.orders:
        if not order.reduce_only and order.side == "buy":
            bids += Fraction(order.contracts) * face
        elif not order.reduce_only:
            asks += Fraction(order.contracts) * face
    return max(abs(held + bids), abs(held - asks))


def charge(charged: Charged) -> Schedule:
    """Both margins at the size that the orders could make, and 0.01 for each order."""
    tier, factor = charged.table.tiers[0], charged.optional("size_factor") or Fraction(0)
    size, orders = worst_size(charged), AN_ORDER * len(charged.orders)
    ratio, asked = with_premium(Fraction(tier.rate), size, factor), charged.initial_rate
    if tier.max_leverage is not None:
        stated = Fraction(rounded(1 / Fraction(tier.max_leverage), RATIO))  # a leverage of 16.67 is 6 %
        market = with_premium(stated, size, factor)
        asked = max(market, asked or market)

    def counted(value: Fraction) -> Counted:
        worst = cut(value * size / charged.size, QUANTUM)
        initial = None if asked is None else cut(worst * asked, QUANTUM) + orders
        return Counted(cut(value, QUANTUM), cut(worst * ratio, QUANTUM) + orders, None, initial)

    return Schedule(
        (ratio * size / charged.size,), (-orders,), (Decimal(0),), (0,),
        fence=None if asked is None else charged.entry_value * asked,
        counted=counted, straight=True,
        how="value of the larger side filled x ratio at that size, cut, + 0.01 for each order",
    )  # fmt: skip


def order_margin(resting: Resting) -> Fraction:
    """Nothing beyond the position, whose margins count the orders.

    Raises:
        NotSupported: no cross position in the symbol, whose maintenance would count them.
    """
    if resting.orders and not resting.long_value + resting.short_value:
        raise NotSupported(
            "an order in a market without a cross position holds maintenance here, which is not computed",
            path="orders", value=resting.instrument.symbol, hint="leave the order out",
        )  # fmt: skip
    return Fraction(0)


def free(pool: Pool) -> Free:
    """What is beyond the initial margin, unsettled profit counted up to 100 USDC a market."""
    counted = sum((min(one.profit, MOST_PROFIT) for one in pool.positions), Fraction(0))
    spare = max(Fraction(0), pool.wallet + counted - pool.initial)
    return Free(spare, spare)


MODES = (
    ModeRule(Change.POSITION_MODE, When.ALWAYS, Verdict.REFUSED, words="one position a market"),
    ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, mode=MarginMode.CROSS),
    ModeRule(
        Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED,
        words="what is left in cross must cover its initial margin",
    ),
    ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, mode=MarginMode.CROSS),
    ModeRule(
        Change.REMOVE_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED,
        words="what is left must cover the isolated position's initial margin",
    ),
    ModeRule(Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
)  # fmt: skip

SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_CONTRACT),
        Step(
            Action.REDUCE,
            buffer=Fraction(2, 100),
            assumption="all at once; in cross it takes time",
        ),
    ),
    order=Order.NOT_STATED,
    fee=Fee(Charge.OF_VALUE),  # the liquidator's and the fund's, by market
    remainder=Remainder.TRADER,
    bearers=(Bearer.INSURANCE_FUND, Bearer.SOCIALISED),
    ranking=Ranking.NONE,
)

RULES = VenueRules(
    key="drift",
    title="Drift",
    valid_from="2023-01-01",
    mark=MarkPrice.ORACLE,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    tier_rule=TierRule.ONE_RATE,
    charge=charge,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=order_margin,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.OWN_RULE,
    free=free,
    liquidation=SEQUENCE,
    shortfall=Shortfall.SOCIALISED,
    money=Money(QUANTUM, "down"),
    mark_quantum=QUANTUM,
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": Clause(MARGIN, "the oracle price of the market"),
        "trigger": Clause(LIQUIDATION, "total collateral < maintenance requirement"),
        "initial_margin": Clause(
            MARGIN, "calculate_perp_position_value_and_pnl: initial ratio, or the user's own if higher"
        ),
        "tier_rule": Clause(MARGIN, "one pair of ratios a market, at every size but for the premium"),
        "maintenance": Clause(MARGIN, "calculate_size_premium_liability_weight", Confidence.EXAMPLE),
        "size_factor": Clause(
            MARGIN,
            "imf_factor of the market",
            Confidence.UNCONFIRMED,
            "where the account states no size_factor it is taken as zero: the ratio does not grow with size",
        ),
        "hedge": Clause(MARGIN, "one position a market"),
        "open_orders": Clause(MARGIN, "worst case of all bids or all asks, and 0.01 an order"),
        "fence": Clause(
            CALCULATION,
            "an isolated position has a balance of its own",
            Confidence.UNCONFIRMED,
            "what is deposited there is the trader's choice; the initial margin at entry is taken",
        ),
        "withdrawal": Clause(MARGIN, "initial margin must hold after it"),
        "liquidation": Clause(LIQUIDATION, "orders, then as much as brings 2 % of the value to spare"),
        "shortfall": Clause(LIQUIDATION, "insurance fund, then both sides through cumulative funding"),
        "liquidation_price": Clause(SDK, "oracle -+ free collateral / (size x (1 -+ ratio))"),
        "available_balance": Clause(
            MARGIN,
            "initial collateral: profit weighted, at most 100 USDC a market",
            Confidence.UNCONFIRMED,
            "the market's weight of unsettled profit is taken as 100 %",
        ),
        "funding": Clause(MARGIN, "unsettled funding is part of the profit: take it out of the wallet"),
        "money": Clause(MARGIN, "integers: each division cut", Confidence.EXAMPLE),
        "mode_switch": Clause(CALCULATION, "a flag on the position and its own balance"),
    },
    modes=MODES,
    removal=Removal.INITIAL_AT_MARK,
    tables={},
    notes=(
        (
            "State a market's ratios as its one tier: maintenance as the rate, 1 / the initial ratio as the "
            "highest leverage, and imf_factor / 1,000,000 as size_factor."
        ),
        "USDC is valued at 1; the program values it at its oracle, the worse of spot and 5-minute average.",
        (
            "Spot deposits and borrows count by weights that are not computed: write what counts as wallet, "
            "and what they are asked as other_maintenance."
        ),
        "Once liquidated, an account is let go when it has 2 % of its liabilities more than maintenance.",
        "High-leverage mode lowers both ratios: state the lowered ones.",
    ),
)

# MARGIN, isolated margin test: 100 SOL bought for 11,000, marked at 100, with 100 behind them; the fence
# here in a wallet of its own, at a maintenance ratio of 5 %. LIQUIDATION, over several slots: 20 at 100 with
# 50, without its orders. The rest: equal to maintenance is not less.
EXAMPLES = """
wallet    symbol         position   mark  tier  equity   maintenance  liquidated
100       SOL/USDC:USDC  +100@110   100   5%    -900     500          yes
1500      SOL/USDC:USDC  +100@110   100   5%    500      500          no
1499.99   SOL/USDC:USDC  +100@110   100   5%    499.99   500          yes
50        SOL/USDC:USDC  +20@100    100   5%    50       100          yes
"""
