"""bitmex: BitMEX perpetuals and futures: inverse, linear and quanto, isolated and cross, one-way.

Maintenance is a share of what the position cost, at the rate of the risk step that the whole of it falls
in, with the next funding of the side that pays; the commission for closing is kept beside it. Amounts are
whole satoshi (micro-USDT); an inverse contract is worth its face over the price, at two decimals of one.

In cross every position is liquidated by itself, once what it holds and the free balance are used up: the
price shown for it keeps what the others hold out of its reach.

Three rule sets: whole satoshi until 2019; from 2020; and since 2026 a cross position that keeps its
maintenance and nothing beside it, no initial margin and no commission, as one captured account shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import Number, plain, rounded
from ringfence.domain.tiers import TierBasis, TierTable
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When
from ringfence.venues.pool import Free, Pool, Resting, RestingOrder
from ringfence.venues.position_margin import (
    behind_fence,
    commission,
    down,
    funding_due,
    price_after,
    profit,
    up,
)
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
from ringfence.venues.schedule import Charged, Counted, Linear, Schedule
from ringfence.venues.sequence import Action, LiquidationSequence, Order, Ranking, Step
from ringfence.venues.shown import Prices, Solved, toward_entry
from ringfence.venues.tables import shipped

ZERO, HALF = Fraction(0), Decimal("0.0001")
UNITS = {"BTC": Fraction(1, 10**8), "USDT": Fraction(1, 10**6)}
"""What one unit of a settlement currency is in the venue's books: a satoshi, a micro-USDT."""

LIQUIDATION = Source("BitMEX, liquidation and liquidation examples", as_of="2022-05-21")
LIMITS = Source("BitMEX, risk limits", as_of="2020-01-01")
LINEAR = Source("BitMEX ETHUSDT position output (captured state)", as_of="2022-05-21")
INVERSE = Source("BitMEX XBTUSD position and margin output (captured state)", as_of="2021-07-11")
OUTPUT = Source("BitMEX XBTUSD position and margin output (captured state)", as_of="2026-05-03")
PORT = Source("Port of the calculator on the venue's site (gist highfestiva 25598e42)", as_of="2019-01-01")
FUNDING = Source("BitMEX, perpetual contracts guide", as_of="2022-05-21")
API = Source("BitMEX api-connectors, PositionApi", as_of="2022-05-21")


def unit_of(charged: Charged) -> Fraction:
    """The smallest amount of the settlement currency that the venue books."""
    known = UNITS.get(charged.instrument.settle)
    stated = charged.optional("value_quantum")
    return stated or known or charged.need("value_quantum")


def booked(value: Fraction, contracts: Fraction, unit: Fraction, decimals: int | None) -> Fraction:
    """A value in whole units; an inverse contract's own value first at ``decimals`` of one."""
    if decimals is not None:
        each = rounded(value / contracts / unit, Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
        value = Fraction(each) * contracts * unit
    return Fraction(rounded(value / unit, Decimal(1), ROUND_HALF_UP)) * unit


def step_of(table: TierTable, value: Fraction) -> int:
    """The risk step of a value; a step holds its own upper end, since steps are rounded up.

    A table may say so by letting the next step begin one unit later: limits have no decimals beyond four.
    """
    limits = [Fraction(rounded(tier.floor, HALF, ROUND_FLOOR)) for tier in table.tiers[1:]]
    return sum(1 for limit in limits if value > limit)


def _step_rate(table: TierTable, step: int) -> Fraction | None:
    """The initial rate of a step: the base one, and what the maintenance rate has grown by since."""
    first = table.tiers[0]
    if first.max_leverage is None:
        return None
    base = rounded(1 / Fraction(first.max_leverage), HALF)
    return Fraction(base) + Fraction(table.tiers[step].rate) - Fraction(first.rate)


def _cost(charged: Charged, unit: Fraction, decimals: int | None) -> Fraction:
    if charged.position.entry_cost is not None:
        return charged.entry_value
    return booked(charged.entry_value, Fraction(charged.position.contracts), unit, decimals)


def _entry_price(charged: Charged, unit: Fraction) -> Number | None:
    """The average price that is printed, where only the cost is known."""
    position = charged.position
    if position.entry_price is not None or not charged.is_inverse:
        return position.entry_price
    contracts = Fraction(position.contracts)
    rounding = ROUND_FLOOR if charged.sign > 0 else ROUND_HALF_UP
    each = Fraction(rounded(charged.entry_value / contracts / unit, Decimal("0.01"), rounding))
    return rounded(charged.size / contracts / (each * unit), HALF) if each else None


class _Terms(NamedTuple):
    """One position in whole units: what it cost, and what the test asks for it."""

    unit: Fraction
    decimals: int | None
    cost: Fraction
    fee: Fraction
    step: int
    rate: Fraction
    initial: Fraction | None
    kept: Fraction


def _terms(charged: Charged, places: int) -> _Terms:
    unit, decimals = unit_of(charged), places if charged.is_inverse else None
    cost, fee = _cost(charged, unit, decimals), charged.need("taker_fee")
    dated = "-" in charged.position.symbol.partition(":")[2]  # a dated contract has no funding
    due = ZERO if dated else funding_due(charged, charged.need("funding_rate"))
    step = step_of(charged.table, cost)
    tier = _step_rate(charged.table, step)
    asked = charged.initial_rate if charged.isolated or tier is None else tier
    rate = charged.rates[step] + due
    rate = rate if asked is None else min(asked, rate)
    initial = None if asked is None else up(cost * asked, unit)
    return _Terms(unit, decimals, cost, fee, step, rate, initial, up(cost * rate, unit))


def _charge(charged: Charged, places: int = 2, *, kept_alone: bool = False) -> Schedule:
    terms = _terms(charged, places)
    if charged.isolated:
        counts = _fenced(charged, terms)
    else:
        counts = _kept_alone(terms) if kept_alone else _pooled(charged, terms)

    def counted(value: Fraction) -> Counted:
        return counts(booked(value, Fraction(charged.position.contracts), terms.unit, terms.decimals))

    opened = None if charged.initial_rate is None else up(terms.cost * charged.initial_rate, terms.unit)
    return Schedule(
        (ZERO,), (-counts(terms.cost).requirement,), (Decimal(0),), (terms.step,),
        initial=None if terms.initial is None else Linear(fixed=terms.initial),
        fence=None if opened is None else opened + commission(terms.cost, opened, terms.fee, terms.unit),
        counted=counted, straight=True, entry_value=terms.cost, entry_price=_entry_price(charged, terms.unit),
        how=f"cost {plain(terms.cost)} x {plain(terms.rate)}, rounded up, and the commission for closing",
    )  # fmt: skip


def _charge_in_whole_satoshi(charged: Charged) -> Schedule:
    return _charge(charged, 0)


def _charge_of_2026(charged: Charged) -> Schedule:
    return _charge(charged, kept_alone=True)


def _kept_alone(terms: _Terms) -> Callable[[Fraction], Counted]:
    """In cross since 2026: the maintenance itself, whatever rests beside it, and no commission."""
    return lambda value: Counted(value, terms.kept, terms.kept, fee=ZERO)


def _fenced(charged: Charged, terms: _Terms) -> Callable[[Fraction], Counted]:
    closing = behind_fence(charged, terms.cost, terms.fee, terms.unit).commission
    return lambda value: Counted(value, terms.kept + closing, fee=closing)


def _pooled(charged: Charged, terms: _Terms) -> Callable[[Fraction], Counted]:
    """In cross the free balance moves into the position as it loses, and the commission grows with it.

    In the end it is charged on the cost and on the whole wallet; every position of a pool bears its part.
    The orders of a contract are cancelled before its position is tested, so they only stand in what is
    shown.
    """
    cost, fee = terms.cost, terms.fee
    wallet = (terms.initial or ZERO) if charged.wallet is None else max(charged.wallet, ZERO)
    share = wallet * cost / (cost + charged.others_cost)
    tested = terms.kept + fee * (cost + share) / (1 + fee)
    waiting = _growing(charged, terms)

    def counts(value: Fraction) -> Counted:
        closing = _commission_now(charged, terms, value)
        shown = terms.kept + closing
        if waiting:
            shown = up((value + waiting) * terms.rate + value * fee, terms.unit)
        return Counted(value, tested, shown, fee=closing)

    return counts


def _commission_now(charged: Charged, terms: _Terms, value: Fraction) -> Fraction:
    """The commission that a cross position keeps at a value: what it has lost has been moved into it."""
    if charged.position.closing_fee is not None:
        return Fraction(charged.position.closing_fee)
    moved_in = max(-profit(charged, value, terms.cost), ZERO)
    return commission(terms.cost, (terms.initial or ZERO) + moved_in, terms.fee, terms.unit)


def _growing(charged: Charged, terms: _Terms) -> Fraction:
    """Value of the resting orders on the side that makes the position larger."""
    total = ZERO
    for order in charged.orders:
        if order.reduce_only or (order.side == "buy") is not (charged.sign > 0):
            continue
        held = Fraction(order.contracts) * Fraction(charged.instrument.contract_size)
        value = held / Fraction(order.price) if charged.is_inverse else held * Fraction(order.price)
        total += booked(value, Fraction(order.contracts), terms.unit, terms.decimals)
    return total


def _shows(solved: Solved, places: int = 2) -> Prices:
    """The prices on the venue's page, from what the position holds; on the tick, toward entry."""
    charged = solved.charged
    terms = _terms(charged, places)
    if charged.isolated:
        margin = behind_fence(charged, terms.cost, terms.fee, terms.unit).margin
        losses = margin - terms.kept, margin
        found = [price_after(charged, terms.cost, loss) for loss in losses]
    elif solved.available is None or terms.initial is None:
        found = [solved.liquidation, solved.bankruptcy]
    else:
        extra = down(max(solved.available, ZERO) / (1 + terms.fee), terms.unit)
        left = terms.initial + max(profit(charged, solved.value, terms.cost), ZERO) + extra
        spare = left + _commission_now(charged, terms, solved.value) - solved.shown_maintenance
        found = [price_after(charged, solved.value, loss) for loss in (spare, left)]
    tick = charged.optional("tick_size")
    shown = found if tick is None else [toward_entry(price, charged, tick) for price in found]
    return Prices(*shown)


def _shows_in_whole_satoshi(solved: Solved) -> Prices:
    return _shows(solved, 0)


def _shows_of_2026(solved: Solved) -> Prices:
    """In cross since 2026: what is free, and the position's own profit, may be lost before maintenance is."""
    charged = solved.charged
    if charged.isolated or solved.available is None:
        return _shows(solved)
    terms = _terms(charged, 2)
    spare = max(solved.available, ZERO) + max(profit(charged, solved.value, terms.cost), ZERO)
    found = [price_after(charged, solved.value, loss) for loss in (spare, spare + terms.kept)]
    tick = charged.optional("tick_size")
    return Prices(*(found if tick is None else [toward_entry(price, charged, tick) for price in found]))


def _order_margin(resting: Resting) -> Fraction:
    """Of the side that makes the position larger: initial margin, the fee now and the one for closing.

    An order on the wrong side of the mark holds the whole difference beside that.
    """
    rate, fee = _order_rate(resting), resting.terms.taker_fee
    if fee is None:
        place = f"instruments.{resting.instrument.symbol}.taker_fee"
        raise MissingRate("the account's taker fee counts at this venue", path=place)
    unit = UNITS.get(resting.instrument.settle) or Fraction(resting.terms.value_quantum or 0) or None
    sides = []
    for buys, against in ((True, resting.short_contracts), (False, resting.long_contracts)):
        mine = [one for one in resting.orders if one.is_buy is buys]
        contracts = sum((Fraction(one.order.contracts) for one in mine), ZERO)
        grows = max(contracts - against, ZERO) / contracts if mine else ZERO
        value = sum((_order_value(resting, one, unit) for one in mine), ZERO) * grows
        premium = sum((_premium(resting, one) for one in mine), ZERO) * grows
        sides.append(up(value * (rate + Fraction(fee) * (2 + rate)), unit) + up(premium, unit))
    return max(sides)


def _order_value(resting: Resting, one: RestingOrder, unit: Fraction | None) -> Fraction:
    if unit is None:
        return one.value
    return booked(one.value, Fraction(one.order.contracts), unit, 2 if _inverse(resting) else None)


def _premium(resting: Resting, one: RestingOrder) -> Fraction:
    """What an order would lose at once, being better than the mark for whoever takes it."""
    if resting.mark is None:
        return ZERO
    ratio = Fraction(one.order.price) / resting.mark
    at_mark = one.value * ratio if _inverse(resting) else one.value / ratio
    ahead = at_mark - one.value if _inverse(resting) else one.value - at_mark
    return max(ahead if one.is_buy else -ahead, ZERO)


def _inverse(resting: Resting) -> bool:
    return resting.instrument.kind is Kind.INVERSE


def _order_rate(resting: Resting) -> Fraction:
    value = max(resting.long_value, resting.short_value) + max(resting.buys, resting.sells)
    table = resting.table
    rate = None if table is None else _step_rate(table, step_of(table, value))
    rate = resting.initial_rate if rate is None else rate
    if rate is None:
        symbol = resting.instrument.symbol
        raise MissingLeverage(
            "orders hold margin at a leverage that nobody gave", path=f"orders.{symbol}.leverage",
            hint='write leverage = "100" on the order, or state the tiers with their leverage',
        )  # fmt: skip
    return rate


def _free(pool: Pool) -> Free:
    """Equity less what orders and positions hold; a position also holds its own profit."""
    held = sum((one.initial + one.closing_fee for one in pool.positions), ZERO)
    return _beyond(pool, held)


def _free_of_2026(pool: Pool) -> Free:
    """Equity less what orders hold, and positions as their maintenance and their own profit."""
    return _beyond(pool, sum((one.requirement for one in pool.positions), ZERO))


def _beyond(pool: Pool, held: Fraction) -> Free:
    profits = sum((max(one.profit, ZERO) for one in pool.positions), ZERO)
    left = max(pool.equity - pool.order_margin - held - profits, ZERO)
    return Free(left, left)


SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_CONTRACT),
        Step(Action.STEP_DOWN, rounds=1),
        Step(Action.TAKE_OVER),
    ),
    order=Order.NOT_STATED,
    ranking=Ranking.PROFIT_TIMES_LEVERAGE,
)

NOW = VenueRules(
    key="bitmex",
    title="BitMEX",
    valid_from="2020-01-01",
    mark=MarkPrice.VENUE_MARK,  # "fair price"
    trigger=Trigger.AT_OR_BELOW_ZERO,
    initial_margin=Basis.ENTRY,
    maintenance=Basis.ENTRY,
    tier_rule=TierRule.WHOLE_POSITION,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.OWN_RULE,
    fence=Fence.WITH_CLOSING_FEE,
    withdrawal=Withdrawal.OWN_RULE,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half up"),
    mark_quantum=Decimal("0.0001"),
    kinds=(Kind.LINEAR, Kind.INVERSE, Kind.QUANTO),
    contract_sizes={},  # every contract has its own multiplier
    clauses={
        "mark": Clause(LIQUIDATION, "trigger at the mark price"),
        "trigger": Clause(LIQUIDATION, "mark price through the liquidation price"),
        "initial_margin": Clause(INVERSE, "posInit, rounded up", Confidence.CAPTURED),
        "maintenance": Clause(LINEAR, "posMaint: cost x (rate + funding due) + posComm", Confidence.CAPTURED),
        "tier_rule": Clause(LIMITS, "formulas and worked table: 300 XBT at 0.8 %", Confidence.EXAMPLE),
        "closing_fee": Clause(
            LINEAR, "posComm, on cost and margin; the two rounded up apart give both captures",
            Confidence.CAPTURED,
        ),
        "hedge": Clause(OUTPUT, "strategy OneWay", Confidence.DERIVED),
        "open_orders": Clause(
            OUTPUT, "initMargin, here and in 2021; what only reduces holds nothing", Confidence.CAPTURED
        ),
        "fence": Clause(LINEAR, "posMargin at entry: posInit and posComm", Confidence.CAPTURED),
        "withdrawal": Clause(OUTPUT, "withdrawableMargin", Confidence.CAPTURED),
        "liquidation": Clause(LIQUIDATION, "its orders, one fill-or-kill to the lower limit, take-over"),
        "shortfall": Clause(LIQUIDATION, "insurance fund, then auto-deleveraging"),
        "liquidation_price": Clause(
            PORT, "cross: the free balance / (1 + fee); both prices of the capture of 2021 to the tick",
            Confidence.UNCONFIRMED,
            "no short was captured: its prices are taken to be rounded down, toward entry, as the port does",
        ),
        "available_balance": Clause(INVERSE, "availableMargin", Confidence.CAPTURED),
        "funding": Clause(FUNDING, "mark value x rate, a long pays a positive one"),
        "money": Clause(
            INVERSE, "markValue and execCost: whole satoshi, a contract at two decimals of one",
            Confidence.CAPTURED,
        ),
        "mode_switch": Clause(API, "POST /position/isolate, /position/leverage, /position/transferMargin"),
    },
    tables=shipped("bitmex"),
    tier_basis={Kind.LINEAR: TierBasis.SETTLE, Kind.INVERSE: TierBasis.SETTLE, Kind.QUANTO: TierBasis.SETTLE},
    charge=_charge,
    sees_pool=True,
    shows=_shows,
    order_margin=_order_margin,
    free=_free,
    modes=(
        ModeRule(Change.TO_ISOLATED, When.ALWAYS, Verdict.ALLOWED, effect=Effect.POOL_TO_FENCE),
        ModeRule(Change.TO_CROSS, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_TO_POOL),
        ModeRule(Change.RAISE_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS,
                 words="a leverage above zero makes the position isolated"),
        ModeRule(Change.LOWER_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS,
                 words="a leverage above zero makes the position isolated, zero makes it cross"),
        ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="only isolated positions"),
        ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, words="more than is available"),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
        ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="only isolated positions"),
        ModeRule(Change.REMOVE_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED,
                 words="not below the initial margin"),
        ModeRule(Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ),
    removal=Removal.INITIAL_AT_ENTRY,
    notes=(
        "A price is shown for each position by itself; the health of a pool is of all positions in it.",
        "The margin of resting orders is inside the price shown in cross; the test leaves them out.",
        "The premium of execution over mark (posLoss) is no field of an account and is taken as zero.",
        "The risk step is the one that the cost falls in; a limit set higher by hand is not known here.",
    ),
)  # fmt: skip

BEFORE = replace(
    NOW,
    valid_from="2016-05-13",
    charge=_charge_in_whole_satoshi,
    shows=_shows_in_whole_satoshi,
    clauses={
        **NOW.clauses,
        "money": Clause(
            PORT, "an inverse contract in whole satoshi", Confidence.UNCONFIRMED,
            "seen in 2017 and in the port of 2019; two decimals were seen in 2021: the change is put at 2020",
        ),
    },
)  # fmt: skip

FROM_2026 = replace(
    NOW,
    valid_from="2026-05-03",
    charge=_charge_of_2026,
    shows=_shows_of_2026,
    free=_free_of_2026,
    clauses={
        **NOW.clauses,
        "maintenance": Clause(
            OUTPUT, "posMaint of a cross short: cost x (rate + funding due), posComm 0", Confidence.CAPTURED
        ),
        "available_balance": Clause(
            OUTPUT, "availableMargin: marginBalance - initMargin - maintMargin", Confidence.CAPTURED
        ),
        "liquidation_price": Clause(
            OUTPUT, "cross: where what is free has been lost", Confidence.UNCONFIRMED,
            "the position captured had no liquidation price: the test is taken to ask posMaint and no more, "
            "and a short's prices to be rounded down, toward entry",
        ),
    },
    notes=(
        *NOW.notes,
        (
            "The last captures by the rule of 2020 are of 2022-05-21, the first by this one of 2026-05-03: "
            "the day of the change is not known. Isolated positions are taken to follow the rule of 2022."
        ),
    ),
)  # fmt: skip

RULES = (BEFORE, NOW, FROM_2026)

NOT_REPRODUCED = {
    "bitmex-ui-xbtusd-isolated-10x-2020": (
        "a reading of the page by a third party: 10815.5 needs the commission outside the requirement, "
        "and the captures of 2021 and 2022 have it inside; with it the price is 10823.5"
    ),
    "bitmex-ui-xbtusd-isolated-added-margin-2020": (
        "the same reading with margin added: 3886.5 follows from no variant, 3885.5 from the captured rule"
    ),
}

# LINEAR: the position of 2022 at 3x. LIMITS: 300 XBT, the end of the second step. The quanto contract of
# BitMEX's page on them: 2 % of 5 XBT. The last row is that formula for a short.
EXAMPLES = """
mode      leverage  margin  contract size  symbol         position        mark      tier  fee      funding  tick  notional  initial margin  maintenance  liquidation price  bankruptcy price
isolated  3         -       0.00001        ETH/USDT:USDT  +2000@1963      1964.195  1%    0.00075  0.0001   0.05  39.2839   13.086667       0.435787     1328.5             1308.7
isolated  -         30      1              BTC/USD:BTC    +3000000@10000  10000     0.8%  0        0        -     300       -               2.4          -                  -
isolated  50        -       0.000001       ETH/USD:BTC    +10000@500      500       1%    0        0        -     5         0.1             0.05         -                  -
isolated  3         -       0.00001        ETH/USDT:USDT  -2000@1963      1964.195  1%    0.00075  0.0001   0.05  39.2839   13.086667       0.431861     2597.7             2617.3
"""  # noqa: E501
