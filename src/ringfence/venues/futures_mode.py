"""OKX's futures mode and multi-currency mode: what its linear and inverse contracts share.

A whole position is charged at the rate of its tier, nothing deducted, and the fee for closing it counts in
the liquidation test beside maintenance, at the account's own rate. Isolated initial margin stays at entry,
cross floats with the mark. Futures mode keeps one pool a currency; multi-currency mode one pool in USD, to
which a currency counts slice by slice of its amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.domain.numbers import Number
from ringfence.domain.tiers import TierBasis
from ringfence.errors import MissingLeverage
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When
from ringfence.venues.pool import Free, Pool, Resting
from ringfence.venues.rules import (
    Basis,
    Clause,
    Confidence,
    Fence,
    FundingFrom,
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
from ringfence.venues.schedule import ClosingFee
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Remainder, Step
from ringfence.venues.shown import Prices, Solved
from ringfence.venues.tables import shipped

ZERO = Fraction(0)

ISOLATED = Source("OKX help centre, isolated margin mode", as_of="2024-08-01")
CROSS = Source("OKX help centre 360054225072, cross margin in futures mode", as_of="2024-08-01")
MULTI = Source("OKX help centre, multi-currency margin mode and discount rates", as_of="2025-01-01")
LIQUIDATION = Source("OKX help centre, liquidation, early liquidation and ADL", as_of="2025-01-01")
TIERS = Source("OKX position tiers (announcements, public/position-tiers)", as_of="2026-05-28")
FUNDING = Source("OKX announcement, funding fees of isolated positions", as_of="2024-06-01")
API = Source("OKX API documentation v5, account and error codes", as_of="2025-01-01")
OUTPUT = Source("OKX account and position output (captured states)", as_of="2026-03-31")


def one_tick_nearer(solved: Solved) -> Prices:
    """Isolated: the exact price moved one tick toward entry, nothing rounded; cross: as it is.

    Nine dumps from 2021 to 2026 show the tick and no document does. Without a tick the exact price stands.
    """
    charged, price = solved.charged, solved.liquidation
    if price is None or not charged.isolated:
        return Prices(price, solved.bankruptcy)
    return Prices(price + charged.sign * (charged.optional("tick_size") or ZERO), solved.bankruptcy)


def held_by_orders(resting: Resting) -> Number:
    """Every order that can open holds its own value over leverage, one way or the other.

    Raises:
        MissingLeverage: neither a position nor an order states it.
    """
    if not resting.orders:
        return ZERO
    if resting.initial_rate is None:
        symbol = resting.instrument.symbol
        raise MissingLeverage(
            f"orders on {symbol} hold margin at a leverage that nobody gave",
            path=f"orders.{symbol}.leverage", hint='write leverage = "10" on the order or on the position',
        )  # fmt: skip
    return (resting.buys + resting.sells) * resting.initial_rate


def free_margin(pool: Pool) -> Free:
    """Cross orders draw on balance and unrealised PnL, less what is in use; what leaves, on balance alone."""
    available = max(ZERO, pool.equity - pool.initial)
    return Free(available, max(ZERO, min(pool.wallet, pool.equity) - pool.initial))


def _margin_mode(changes: Iterable[Change]) -> tuple[ModeRule, ...]:
    kept = "the mode belongs to the order: an open position keeps its own until it is closed"
    return tuple(
        line
        for change in changes
        for line in (
            ModeRule(change, When.POSITION_IN_SYMBOL, Verdict.REFUSED, words=kept, clause="position_mode"),
            ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
        )
    )


def _leverage(changes: Iterable[Change]) -> tuple[ModeRule, ...]:
    return tuple(
        line
        for change in changes
        for line in (
            ModeRule(change, When.ORDER_IN_SYMBOL, Verdict.REFUSED, "59101", mode=MarginMode.ISOLATED,
                     words="cancel the isolated orders of the symbol first"),
            ModeRule(change, When.BEYOND_TIER, Verdict.REFUSED, "59102"),
            ModeRule(change, When.NOT_ENOUGH, Verdict.REFUSED, "59103", mode=MarginMode.ISOLATED),
            ModeRule(change, When.ISOLATED_POSITION, Verdict.ALLOWED, effect=Effect.FENCE_FOLLOWS,
                     mode=MarginMode.ISOLATED),
            ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
        )
    )  # fmt: skip


def _whole_account(changes: Iterable[Change], *, positions: Verdict) -> tuple[ModeRule, ...]:
    """Position mode and account mode: both are settings of the whole account."""
    return tuple(
        line
        for change in changes
        for line in (
            ModeRule(change, When.ANY_ORDER, Verdict.REFUSED, "59000"),
            ModeRule(change, When.NEGATIVE_WALLET, Verdict.REFUSED, "59001", words="repay what is borrowed"),
            ModeRule(change, When.ANY_POSITION, positions, "59000" if positions is Verdict.REFUSED else "",
                     words="" if positions is Verdict.REFUSED else "after the venue's check of the result"),
            ModeRule(change, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
        )
    )  # fmt: skip


MODES = (
    *_margin_mode((Change.TO_ISOLATED, Change.TO_CROSS)),
    *_leverage((Change.RAISE_LEVERAGE, Change.LOWER_LEVERAGE)),
    *_whole_account((Change.POSITION_MODE,), positions=Verdict.REFUSED),
    ModeRule(Change.ADD_MARGIN, When.NO_POSITION, Verdict.REFUSED, "59300"),
    ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, "59300"),
    ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, "59301"),
    ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES),
    ModeRule(Change.REMOVE_MARGIN, When.NO_POSITION, Verdict.REFUSED, "59300", clause="removal"),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, "59300", clause="removal"),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, "59301", clause="removal"),
    ModeRule(
        Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES, clause="removal"
    ),
)
ACCOUNT_MODE = (Change.MULTI_ASSET_ON, Change.MULTI_ASSET_OFF)

UNSURE = Confidence.UNCONFIRMED
SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_CONTRACT),
        Step(Action.NET_HEDGES, MarginMode.CROSS),
        Step(
            Action.STEP_DOWN,
            tiers=2,
            from_tier=3,
            assumption="in cross the largest requirement first; delta-neutral books are not recognised",
        ),
        Step(Action.TAKE_OVER, one_by_one=True),
    ),
    fee=Fee(Charge.MAINTENANCE_AND_TAKER),
    remainder=Remainder.TRADER,
)
"""The penalty takes the maintenance margin; what is beyond it, the trader keeps."""

CLAUSES = {
    "mark": Clause(LIQUIDATION, "the test is made at the mark price"),
    "trigger": Clause(ISOLATED, "a margin ratio of 100 % or less; cross: of the currency or the account"),
    "initial_margin": Clause(
        OUTPUT, "imr: value at mark / lever; isolated: at entry, then fixed", Confidence.CAPTURED
    ),
    "maintenance": Clause(OUTPUT, "mmr: value at mark x rate of the tier", Confidence.CAPTURED),
    "tier_rule": Clause(TIERS, "tiers of contracts; the rate is on the whole position"),
    "tiers": Clause(TIERS, "contracts held in an instrument, upper bound inclusive"),
    "closing_fee": Clause(
        OUTPUT, "mgnRatio = equity / (mmr + value x taker fee of the account)", Confidence.CAPTURED
    ),
    "hedge": Clause(
        OUTPUT, "a row a leg, each with its own imr and mmr", UNSURE,
        "opposite legs in cross are each charged in full: whether they are netted is not published",
    ),
    "open_orders": Clause(
        CROSS, "accepted while free margin covers value / leverage", UNSURE,
        "every order that can open counts for itself: whether opposite orders or an order against a "
        "position are netted is not published",
    ),
    "fence": Clause(OUTPUT, "margin = value at entry / lever when nothing was added", Confidence.CAPTURED),
    "withdrawal": Clause(
        CROSS, "available balance leaves out unrealised PnL", UNSURE,
        "what may leave is taken as balance, less an unrealised loss, less what is in use",
    ),
    "liquidation": Clause(
        LIQUIDATION, "orders, hedges, two tiers a round, take-over; a real liqPenalty", Confidence.CAPTURED
    ),
    "shortfall": Clause(LIQUIDATION, "insurance fund, then ADL"),
    "liquidation_price": Clause(
        OUTPUT, "liqPx: exact, isolated one tick nearer entry; cross not moved", Confidence.CAPTURED
    ),
    "several_positions": Clause(
        CROSS, "estimated liquidation price of a currency with several positions", UNSURE,
        "each position's price is where it alone moves, the other marks standing still",
    ),
    "available_balance": Clause(
        CROSS, "free margin: max(0, balance + unrealised PnL - in use)", Confidence.EXAMPLE
    ),
    "collateral": Clause(
        MULTI, "discount rates by slice of the amount", UNSURE,
        "what is owed counts at its full price, without interest or margin for borrowing",
    ),
    "funding": Clause(FUNDING, "isolated: from and to the margin of the position only; cross: the currency"),
    "money": Clause(OUTPUT, "figures are doubles, nothing is rounded; shown here at 8 decimals"),
    "removal": Clause(
        API, "59301: what is left must cover initial margin at the present leverage", UNSURE,
        "the initial margin that must stay is the one at entry, as the venue shows it",
    ),
    "position_mode": Clause(
        API, "tdMode of an order", UNSURE,
        "no way to move an open position to the other margin mode was found; it is taken as refused",
    ),
    "mode_switch": Clause(API, "59000 positions or orders, 59001 borrowings, 59100 to 59109 leverage"),
}  # fmt: skip

NOTES = (
    "The fee in the test is the account's own taker rate: state taker_fee, the list rate is not assumed.",
    "A printed isolated price needs tick_size; without it the exact price is given.",
    "The value of a contract differs by symbol: state it as contract_size.",
    "Tiers count contracts: state them or import them, the venue's full list is not shipped.",
    "Portfolio margin is not computed: its volatility shocks, interest and borrowing are not public.",
    "Funds in bots, spot orders and options, which the venue also counts as in use, are not modelled.",
    "On liquidation the venue also takes maintenance rate x value as a penalty.",
)

FUTURES_MODE = VenueRules(
    key="okx",
    title="OKX",
    valid_from="2024-12-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,
    initial_margin=Basis.MARK,
    isolated_initial_margin=Basis.ENTRY,
    maintenance=Basis.MARK,
    tier_rule=TierRule.WHOLE_POSITION,
    tier_edge=TierEdge.TIER_BELOW,  # its lists say so by the first contract of the next tier
    closing_fee=ClosingFee.TESTED,
    shows=one_tick_nearer,
    hedge=Hedge.EACH_LEG,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=held_by_orders,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.OWN_RULE,
    free=free_margin,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE),
    contract_sizes={},
    clauses=CLAUSES,
    tables={},
    modes=(*MODES, *_whole_account(ACCOUNT_MODE, positions=Verdict.ALLOWED)),
    removal=Removal.INITIAL_AT_ENTRY,
    list_rates={"taker_fee": Decimal("0.0005")},
    tier_basis={Kind.LINEAR: TierBasis.CONTRACTS, Kind.INVERSE: TierBasis.CONTRACTS},
    multi_asset=True,
    fences_beside_multi_asset=True,
    notes=NOTES,
)


def regimes_of(key: str, title: str, *, kinds: tuple[Kind, ...]) -> tuple[VenueRules, ...]:
    """The dated rules of one of its two packs; the samples of 2019 follow others, which are not public.

    Args:
        kinds: what it lists first; a multi-currency pool may hold both.
    """
    newest = replace(FUTURES_MODE, key=key, title=title, kinds=kinds, tables=shipped(key))
    # Until December 2024 the account mode could not be changed over open positions.
    since_june = replace(
        newest, valid_from="2024-06-01",
        modes=(*MODES, *_whole_account(ACCOUNT_MODE, positions=Verdict.REFUSED)),
    )  # fmt: skip
    # Until June 2024 funding of an isolated position was taken from the cross balance first.
    funding = Clause(FUNDING, "until then the cross balance paid first, the position's margin after it")
    oldest = replace(
        since_june, valid_from="2021-01-01", clauses={**CLAUSES, "funding": funding},
        funding_from=FundingFrom.AVAILABLE_THEN_FENCE,
    )  # fmt: skip
    return oldest, since_june, newest
