"""margex: Margex, isolated and cross, from what is public.

There is no maintenance margin. An isolated position is closed at market when its margin, less the fees for
opening and closing and the funding accrued, is used up by the loss. A cross account is closed when its
cross margin level falls to 10 %; what the level is made of is not public, equity / initial margin is
assumed, and initial margin in cross is taken at the highest leverage of the pair.

Written for the margin as it stands: take accrued funding off ``isolated_margin``.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import Tier, TierBasis, TierTable
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
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import Charged, Linear, Schedule, fixed_requirement
from ringfence.venues.sequence import Action, LiquidationSequence, Ranking, Remainder, Step
from ringfence.venues.shown import Prices, Solved, exact_prices

LIQUIDATION = Source("Margex help, liquidation and anti-liquidation protection", as_of="2026-11-22")
MODES = Source("Margex help, cross margin and isolated margin: differences explained", as_of="2026-11-22")

CROSS_LEVEL = Fraction("0.1")
"""A cross account is closed when equity falls to this share of its initial margin."""


def fees_or_level(charged: Charged) -> Schedule:
    """Isolated: both fees on the size at entry. Cross: a tenth of the initial margin at the highest leverage.

    Raises:
        MissingRate: an isolated position and no taker fee. MissingLeverage: a cross position on a pair
            whose highest leverage is not known, and no leverage.
    """
    if charged.isolated:
        fees = 2 * charged.need("taker_fee") * charged.entry_value
        rate = charged.initial_rate
        return fixed_requirement(
            fees, shown=(0, ZERO), closing_fee=Linear(fixed=fees),
            initial=None if rate is None else Linear(on_entry=rate),
            fence=None if rate is None else charged.entry_value * rate,
            how="fees for opening and closing, on the size at entry",
        )  # fmt: skip
    most = charged.table.tiers[0].max_leverage
    rate = 1 / (charged.need_leverage() if most is None else Fraction(most))
    chosen = charged.initial_rate
    return Schedule(
        (CROSS_LEVEL * rate,), (Decimal(0),), (Decimal(0),), (0,), initial=Linear(rate),
        fence=None if chosen is None else charged.entry_value * chosen,
        how="10 % of the initial margin",
    )  # fmt: skip


ZERO = Fraction(0)


def as_published(solved: Solved) -> Prices:
    """Isolated: entry -/+ (margin - fees) / size x entry, the size in the margin asset at entry.

    For an inverse contract this counts the loss on the entry price, unlike the exact price.
    """
    charged = solved.charged
    if charged.margin is None or not charged.is_inverse:
        return exact_prices(solved)
    entry = charged.size / charged.entry_value
    fees = 2 * charged.need("taker_fee") * charged.entry_value
    price = entry - charged.sign * (charged.margin - fees) / charged.entry_value * entry
    return Prices(price if price > 0 else None, solved.bankruptcy)


SEQUENCE = LiquidationSequence(
    (Step(Action.CLOSE_IN_MARKET),),
    remainder=Remainder.TRADER,
    bearers=(),
    ranking=Ranking.NONE,
    assumption="closed at the market; fees beside those inside the test, and who bears a loss, are not said",
)

RULES = VenueRules(
    key="margex",
    title="Margex",
    valid_from="2020-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,
    initial_margin=Basis.MARK,
    isolated_initial_margin=Basis.ENTRY,
    maintenance=Basis.MARK,
    charge=fees_or_level,
    shows=as_published,
    hedge=Hedge.NOT_COMPUTED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.UNKNOWN,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE, Kind.QUANTO),
    contract_sizes={Kind.LINEAR: Decimal(1), Kind.INVERSE: Decimal(1)},
    clauses={
        "mark": Clause(LIQUIDATION, "the venue's own fair price"),
        "trigger": Clause(LIQUIDATION, "isolated: margin used up; cross: level at 10 % or less"),
        "initial_margin": Clause(MODES, "cross: 1 BTC at 75 000 takes 0.01 BTC at 100x", Confidence.EXAMPLE),
        "maintenance": Clause(
            MODES,
            "cross margin level of 10 %",
            Confidence.UNCONFIRMED,
            "how the cross margin level is worked out is not public; equity / initial margin is assumed",
        ),
        "hedge": Clause(
            MODES,
            "no page found",
            Confidence.UNCONFIRMED,
            "opposite positions in cross are assumed to be netted by a rule that is not public",
        ),
        "open_orders": Clause(
            MODES,
            "no page found",
            Confidence.UNCONFIRMED,
            "the larger side is assumed to hold initial margin",
        ),
        "fence": Clause(LIQUIDATION, "the margin of the trade"),
        "withdrawal": Clause(
            MODES,
            "no page found",
            Confidence.UNCONFIRMED,
            "the smaller of wallet and equity less initial margin is assumed",
        ),
        "liquidation": Clause(
            LIQUIDATION, "closed at market", Confidence.UNCONFIRMED, "all at once, and what is left stays"
        ),
        "shortfall": Clause(
            LIQUIDATION,
            "closed at market",
            Confidence.UNCONFIRMED,
            "who bears a loss beyond the margin is not said; the balance is assumed to stop at zero",
        ),
        "liquidation_price": Clause(
            LIQUIDATION,
            "entry -/+ (margin - fees - funding) / size x entry",
            Confidence.UNCONFIRMED,
            "the estimate counts a coin-margined loss on the entry price; how it is booked is not public, "
            "and the exact price takes it as that of an inverse contract",
        ),
        "available_balance": Clause(
            MODES,
            "no page found",
            Confidence.UNCONFIRMED,
            "equity less initial margin is assumed",
        ),
        "funding": Clause(LIQUIDATION, "accrued funding is taken off the margin"),
        "money": Clause(
            LIQUIDATION,
            "no page found",
            Confidence.UNCONFIRMED,
            "rounding is not public; the 8th decimal, half even, is assumed",
        ),
        "mode_switch": Clause(
            MODES,
            "no page found",
            Confidence.UNCONFIRMED,
            "whether the mode can be switched while a position is open is not public",
        ),
        "closing_fee": Clause(
            LIQUIDATION,
            "opening and closing fee on the size",
            Confidence.UNCONFIRMED,
            "the fee paid for opening is not stated in an account; the taker fee, the higher one, is assumed",
        ),
    },
    tables={
        "BTC/USD:BTC": (
            TierTable(
                "BTC/USD:BTC",
                (Tier(Decimal(0), None, Decimal("0.001"), Decimal(0), Decimal(100)),),
                TierBasis.SETTLE,
                valid_from="2020-01-01",
                source="Margex help: 100x at most; a tenth of 1 % is the cross level of 10 %",
            ),
        )
    },
    no_tiers=True,
    modes=(
        ModeRule(Change.ADD_MARGIN, When.NO_POSITION, Verdict.REFUSED),
        ModeRule(
            Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, words="cross positions share the pool"
        ),
        ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES, clause="fence"),
    ),
    list_rates={"taker_fee": Decimal("0.002")},
    notes=(
        "A multiplier that moves isolated prices in extreme markets is not public and is left out.",
        "Mode switches, tiers, insurance and auto-deleveraging: nothing public was found.",
    ),
)

NOT_REPRODUCED: dict[str, str] = {}
"""Cases whose source contradicts the venue's own formula, with the argument."""

# MODES: its cross position of 1 BTC at 75 000; a tenth of its initial margin of 0.01 BTC is the end.
# LIQUIDATION: entry - (margin - both fees of 0.2 %) / size x entry = 75 000 - (0.1 - 0.004) x 75 000.
EXAMPLES = """
wallet      mode      margin  fee    symbol       position      mark   maintenance  requirement  liquidation price
0.1         cross     -       -      BTC/USD:BTC  +75000@75000  75000  0.001        0.001        68250
0.00100001  cross     -       -      BTC/USD:BTC  -75000@75000  75000  0.001        0.001        -
0           isolated  0.1     0.002  BTC/USD:BTC  +75000@75000  75000  0            0.004        67800
0           isolated  0.1     0.002  BTC/USD:BTC  -75000@75000  75000  0            0.004        82200
"""  # noqa: E501
