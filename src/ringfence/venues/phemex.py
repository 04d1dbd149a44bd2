"""phemex: Phemex contracts, linear in USDT and in USD, and inverse, isolated and cross.

What is assigned to an isolated position holds its margin and the fee for closing at bankruptcy. In 2022
maintenance was a share of the entry value; now it is charged on the value at the mark, tier by tier. The
fee for closing counts in the test on the value at which it would be paid. Every price is rounded toward
entry. Contracts settled in coin or in USD count in whole units of their currency.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import money, plain, rounded, simplest
from ringfence.domain.tiers import TierBasis
from ringfence.errors import MissingLeverage, MissingRate
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
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import Charged, Counted, Linear, Schedule, charged_on_mark, fixed_requirement
from ringfence.venues.sequence import Action, LiquidationSequence, Order, Step
from ringfence.venues.shown import Prices, Solved, toward_entry

ZERO = Fraction(0)
STORED_RATE = Decimal("0.00000001")
"""The grid an initial rate is stored on, rounded up: a third is 0.33333334."""

UNITS = {"BTC": Fraction(1, 10**8), "USD": Fraction(1, 10**4)}
"""The scale of amounts by settlement currency; USDT amounts keep their decimals."""

PRICE = Source("Phemex help, liquidation price for USDT-M", as_of="2025-12-01")
TIERS = Source("Phemex help, leverage, initial and maintenance margin of USDT-M", as_of="2025-12-01")
CROSS = Source("Phemex help, how liquidation is triggered for cross positions", as_of="2025-12-01")
API = Source("Phemex API documentation, position and account samples", as_of="2022-10-27")
POSITION = Source("Phemex BTCUSDT cross position output (captured state)", as_of="2025-12-31")
OLDER = Source("Phemex ETHUSDT and ETHUSD position output (captured states)", as_of="2022-10-27")


def _unit(charged: Charged) -> Fraction | None:
    return charged.optional("value_quantum") or UNITS.get(charged.instrument.settle)


def _up(amount: Fraction, unit: Fraction | None) -> Fraction:
    return amount if unit is None else Fraction(rounded(amount, money(simplest(unit)), ROUND_CEILING))


def _nearest(amount: Fraction, unit: Fraction) -> Fraction:
    return Fraction(rounded(amount, money(simplest(unit)), ROUND_HALF_UP))


def _turn(charged: Charged) -> int:
    """+1 where a rising value is a gain: a linear long, an inverse short."""
    return -charged.sign if charged.is_inverse else charged.sign


def _rate(charged: Charged) -> Fraction | None:
    """The initial rate; in cross without a leverage the highest that the tier of the entry value allows."""
    leverage = charged.position.leverage
    if leverage is None and not charged.isolated:
        leverage = charged.table.tiers[charged.tier_of(charged.entry_value)].max_leverage
    return None if leverage is None else Fraction(rounded(1 / Fraction(leverage), STORED_RATE, ROUND_CEILING))


def _cost(charged: Charged, fee: Fraction) -> Fraction | None:
    """``posCost``: initial margin, and the fee for closing where that margin is used up."""
    rate = _rate(charged)
    if rate is None:
        return None
    value, unit = charged.entry_value, _unit(charged)
    return _up(value * rate, unit) + _up(value * (1 - _turn(charged) * rate) * fee, unit)


def _at_mark(charged: Charged) -> Schedule:
    fee = charged.need("taker_fee")
    cost, unit = _cost(charged, fee), _unit(charged)
    initial = None if cost is None else Linear(fixed=cost)
    schedule = charged_on_mark(charged, fee=fee, initial=initial, fence=cost)
    if unit is None:
        return schedule
    rates, deductions = charged.rates, charged.deductions

    def counted(value: Fraction) -> Counted:
        tier = charged.tier_of(value)
        shown = _up(value * rates[tier] - deductions[tier], unit)
        return Counted(_nearest(value, unit), shown + value * fee, shown)

    return replace(schedule, counted=counted, straight=True)


def _at_entry(charged: Charged) -> Schedule:
    """Maintenance of 2022: fixed by the entry value."""
    fee = charged.need("taker_fee")
    cost, unit = _cost(charged, fee), _unit(charged)
    tier = charged.tier_of(charged.entry_value)
    amount = _up(charged.entry_value * charged.rates[tier] - charged.deductions[tier], unit)
    schedule = fixed_requirement(
        amount, tier=tier, on_value=fee, shown=(ZERO, amount), closing_fee=Linear(fee), fence=cost,
        initial=None if cost is None else Linear(fixed=cost),
        how=f"value x {plain(fee)} closing fee + maintenance {plain(amount)}, of the entry value",
    )  # fmt: skip
    if unit is None:
        return schedule

    def counted(value: Fraction) -> Counted:
        return Counted(_nearest(value, unit), amount + value * fee, amount)

    return replace(schedule, counted=counted, straight=True)


def _prices(solved: Solved, schedule: Schedule) -> Prices:
    """Where equity is what is asked of it, and where it only pays the fee for closing; toward entry."""
    charged, turn = solved.charged, _turn(solved.charged)
    fee, unit = charged.need("taker_fee"), _unit(charged)
    fixed = turn * solved.value - solved.equity
    asked = None
    if solved.liquidation is not None:
        step = 0 if schedule.tiers else charged.tier_of(charged.value_at(solved.liquidation))
        others = solved.ring_requirement - solved.requirement
        rate, deduction = Fraction(schedule.rates[step]), Fraction(schedule.deductions[step])
        asked = (fixed + others - deduction) / (turn - rate)
    closing = _up(max(fixed / (turn - fee), ZERO) * fee, unit)
    found = [asked, turn * (fixed + closing)]
    tick = charged.optional("tick_size")
    prices = [_price(charged, value) for value in found]
    return Prices(*(prices if tick is None else [toward_entry(one, charged, tick) for one in prices]))


def _price(charged: Charged, value: Fraction | None) -> Fraction | None:
    if value is None or value <= 0:
        return None
    return charged.size / value if charged.is_inverse else value / charged.size


def _shows(solved: Solved) -> Prices:
    return _prices(solved, _at_mark(solved.charged))


def _shows_of_2022(solved: Solved) -> Prices:
    return _prices(solved, _at_entry(solved.charged))


def _order_margin(resting: Resting) -> Fraction:
    """The larger side beyond the position: initial margin, the fee now and the one for closing."""
    fee, symbol = resting.terms.taker_fee, resting.instrument.symbol
    if fee is None:
        place = f"instruments.{symbol}.taker_fee"
        raise MissingRate("the account's taker fee counts at this venue", path=place)
    rate = resting.initial_rate
    if rate is None and resting.table is not None and resting.table.tiers[0].max_leverage is not None:
        rate = 1 / Fraction(resting.table.tiers[0].max_leverage)
    if rate is None:
        raise MissingLeverage(
            "orders hold margin at a leverage that nobody gave", path=f"orders.{symbol}.leverage",
            hint='write leverage = "10" on the order',
        )  # fmt: skip
    rate = Fraction(rounded(rate, STORED_RATE, ROUND_CEILING))
    inverse = resting.instrument.kind is Kind.INVERSE
    held = []
    for sign, against in ((1, resting.short_contracts), (-1, resting.long_contracts)):
        mine = [one for one in resting.orders if one.is_buy is (sign > 0)]
        contracts = sum((Fraction(one.order.contracts) for one in mine), ZERO)
        grows = max(contracts - against, ZERO) / contracts if mine else ZERO
        turn = -sign if inverse else sign
        value = sum((one.value for one in mine), ZERO) * grows
        held.append(value * (rate + Fraction(fee) * (2 - turn * rate)))
    return max(held)


def _free(pool: Pool) -> Free:
    """The balance less what positions and orders cost and what positions have lost; profit is not spent."""
    used = sum((one.initial + max(-one.profit, ZERO) for one in pool.positions), ZERO)
    left = max(pool.wallet - used - pool.order_margin, ZERO)
    return Free(left, left)


SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_CONTRACT),
        Step(Action.STEP_DOWN, assumption="the increments are tiers; their size is not public"),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
)

NOW = VenueRules(
    key="phemex",
    title="Phemex contracts",
    valid_from="2025-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # margin level at 100 %
    initial_margin=Basis.ENTRY,
    maintenance=Basis.MARK,
    hedge=Hedge.NOT_COMPUTED,
    open_orders=OpenOrders.OWN_RULE,
    fence=Fence.WITH_CLOSING_FEE,
    withdrawal=Withdrawal.OWN_RULE,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.0001"),
    kinds=(Kind.LINEAR, Kind.INVERSE),
    contract_sizes={},  # every contract has its own
    clauses={
        "mark": Clause(CROSS, "mark price"),
        "trigger": Clause(CROSS, "position equity / maintenance at 100 %"),
        "initial_margin": Clause(API, "posCost, and the cost of orders by their value", Confidence.CAPTURED),
        "maintenance": Clause(TIERS, "3,000,000 needs 17,500 by slices", Confidence.EXAMPLE),
        "hedge": Clause(
            API, "hedged quantity costs less", Confidence.UNCONFIRMED,
            "one captured pair fits 1.2 x the maintenance rate; no text says so, so that it is not computed",
        ),
        "open_orders": Clause(
            API, "value-to-cost ratios", Confidence.UNCONFIRMED,
            "how both sides count together is not said; the larger one beyond the position is taken",
        ),
        "fence": Clause(PRICE, "assigned: 40.096 for 200 at 5x", Confidence.EXAMPLE),
        "withdrawal": Clause(API, "crossSharedBalance", Confidence.CAPTURED),
        "liquidation": Clause(CROSS, "orders of the contract, in increments, bankruptcy price"),
        "shortfall": Clause(CROSS, "insurance fund, then auto-deleveraging"),
        "liquidation_price": Clause(PRICE, "formula and example; a cross capture", Confidence.EXAMPLE),
        "available_balance": Clause(API, "crossSharedBalance of four accounts", Confidence.CAPTURED),
        "funding": Clause(API, "credited to what is assigned", Confidence.CAPTURED),
        "money": Clause(API, "amounts at the scale of the settlement currency", Confidence.CAPTURED),
        "mode_switch": Clause(API, "the sign of the leverage is the mode; POST /positions/assign"),
    },
    tables={},  # none is published with its date
    tier_basis={Kind.LINEAR: TierBasis.QUOTE, Kind.INVERSE: TierBasis.SETTLE},
    charge=_at_mark,
    shows=_shows,
    order_margin=_order_margin,
    free=_free,
    modes=(
        ModeRule(Change.TO_ISOLATED, When.ALWAYS, Verdict.ALLOWED, effect=Effect.POOL_TO_FENCE,
                 words="a leverage above zero is isolated"),
        ModeRule(Change.TO_CROSS, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_TO_POOL,
                 words="a leverage of zero or below is cross"),
        ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="only isolated positions"),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
        ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="only isolated positions"),
        ModeRule(Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ),
    removal=Removal.INITIAL_AT_ENTRY,
    notes=(
        "What is assigned to an isolated position is written as its margin, the fee for closing inside.",
        "The floor for taking margin out is the initial margin at entry; its exact form is not documented.",
    ),
)  # fmt: skip

BEFORE = replace(
    NOW,
    valid_from="2019-11-25",
    maintenance=Basis.ENTRY,
    charge=_at_entry,
    shows=_shows_of_2022,
    clauses={
        **NOW.clauses,
        "maintenance": Clause(
            OLDER, "three positions of 2022: maintenance of the entry value", Confidence.UNCONFIRMED,
            "last seen on 2022-10-27, and gone by 2025-12: the change is put at the start of 2025",
        ),
        "liquidation_price": Clause(
            OLDER, "long and short to the tick, toward entry", Confidence.CAPTURED
        ),
    },
)  # fmt: skip

RULES = (BEFORE, NOW)

# PRICE: 200 at 5x. TIERS: 3,000,000 in its second slice. POSITION: the cross capture, whose liquidation
# price is printed at one decimal and whose bankruptcy price at two.
EXAMPLES = """
mode      leverage  margin   wallet           contract size  symbol         position       mark     tier         fee     tick  initial margin  maintenance  liquidation price  bankruptcy price
isolated  5         -        -                1              BTC/USDT:USDT  +500@0.4       0.4      1%           0.0006  -     40.096          2            ~0.3232            0.32
isolated  -         3000000  -                1              BTC/USDT:USDT  +3000000@1     1        0.75% -5000  0       -     -               17500        -                  -
cross     -         -        439.96184445932  1              BTC/USDT:USDT  +0.01@88753.1  88747.2  0.5%         0.0006  0.1   -               4.43736      45009              -
cross     -         -        439.96184445932  1              BTC/USDT:USDT  +0.01@88753.1  88747.2  0.5%         0.0006  0.01  -               4.43736      -                  44783.79
"""  # noqa: E501
