"""primexbt: PrimeXBT margin accounts (CFD), from what is public.

Required margin is value / leverage and there is no maintenance rate: when equity has fallen to the margin
in use, available margin is zero and every position is closed at market.

Of PrimeXBT's Crypto Futures (quoted in USDT, isolated or cross) the maintenance margin, the tiers and the
liquidation formula are not public: those positions raise `NotDocumented`.
"""

from __future__ import annotations

from decimal import Decimal

from ringfence.domain.instrument import Kind
from ringfence.errors import NotDocumented
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
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import Charged, Linear, Schedule, fixed_requirement
from ringfence.venues.sequence import Action, LiquidationSequence, Ranking, Remainder, Step

MARGIN = Source("PrimeXBT help, how to calculate margin requirements and leverage", as_of="2026-11-22")
STOP_OUT = Source("PrimeXBT help, margin call and liquidation", as_of="2026-11-22")
FUTURES = Source("PrimeXBT help 10652821 and 10662353, Crypto Futures", as_of="2026-11-22")


def used_margin(charged: Charged) -> Schedule:
    """The margin in use, value at entry / leverage, is also what equity must stay above.

    Raises:
        NotDocumented: a Crypto Futures position. MissingLeverage: nobody gave the leverage.
    """
    if charged.isolated or charged.instrument.quote == "USDT":
        raise NotDocumented(
            "PrimeXBT does not publish the maintenance margin, tiers and liquidation formula of its Crypto "
            "Futures",
            path=f"positions.{charged.position.symbol}",
            value=charged.position.symbol,
            hint='a margin (CFD) account is computed: cross, quoted in USD, as in "BTC/USD:USD"',
        )
    amount = charged.entry_value / charged.need_leverage()
    return fixed_requirement(
        amount, initial=Linear(fixed=amount), how="the margin in use: value at entry / leverage"
    )


SEQUENCE = LiquidationSequence(
    (Step(Action.CLOSE_IN_MARKET),),
    remainder=Remainder.TRADER,
    bearers=(),
    ranking=Ranking.NONE,
    assumption="all positions are closed at the market at once; the order of closing is not said",
)

RULES = VenueRules(
    key="primexbt",
    title="PrimeXBT margin account",
    valid_from="2019-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # available margin of 0 %
    initial_margin=Basis.ENTRY,
    maintenance=Basis.ENTRY,
    charge=used_margin,
    hedge=Hedge.NOT_COMPUTED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.NONE,
    withdrawal=Withdrawal.EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.UNKNOWN,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR, Kind.INVERSE, Kind.QUANTO),
    contract_sizes={Kind.LINEAR: Decimal(1), Kind.INVERSE: Decimal(1)},
    clauses={
        "mark": Clause(STOP_OUT, "price of the platform"),
        "trigger": Clause(STOP_OUT, "available margin, equity less margin in use, reaches 0 %"),
        "initial_margin": Clause(MARGIN, "1 BTC at 7 264 at 100x: 72.64 USD", Confidence.EXAMPLE),
        "maintenance": Clause(
            STOP_OUT,
            "no maintenance rate: the margin in use",
            Confidence.UNCONFIRMED,
            "whether the margin in use follows the price is not said; it is assumed to stay at the entry",
        ),
        "hedge": Clause(FUTURES, "netting and hedging; how hedged margin is counted is not public"),
        "open_orders": Clause(
            FUTURES,
            "margin in use includes pending orders",
            Confidence.UNCONFIRMED,
            "how opposite orders are netted is not said; the larger side is assumed to count",
        ),
        "fence": Clause(MARGIN, "a margin account is one pool"),
        "withdrawal": Clause(STOP_OUT, "available margin: equity less margin in use"),
        "liquidation": Clause(STOP_OUT, "all positions are closed at market; negative balance protection"),
        "shortfall": Clause(STOP_OUT, "negative balance protection; who bears the rest is not said"),
        "liquidation_price": Clause(STOP_OUT, "equity = margin in use", Confidence.DERIVED),
        "available_balance": Clause(STOP_OUT, "available margin: equity less margin in use"),
        "funding": Clause(STOP_OUT, "overnight financing is taken off the balance"),
        "money": Clause(
            MARGIN,
            "two decimals in the example",
            Confidence.UNCONFIRMED,
            "rounding is not public; the 8th decimal, half even, is assumed",
        ),
        "mode_switch": Clause(FUTURES, "a margin account has no isolated margin"),
    },
    tables={},
    no_tiers=True,
    modes=(
        ModeRule(
            Change.TO_ISOLATED, When.ALWAYS, Verdict.REFUSED, words="a margin account has no isolated margin"
        ),
        ModeRule(Change.ADD_MARGIN, When.ALWAYS, Verdict.REFUSED, words="there is no fence to add to"),
    ),
    notes=(
        "Crypto Futures: maintenance, tiers, fees and the liquidation formula are not public.",
        "There is a margin call before liquidation; its level is not public.",
    ),
)

NOT_REPRODUCED: dict[str, str] = {}
"""Cases whose source contradicts the venue's own formula, with the argument."""

# MARGIN: its position of 1 BTC at 7 264 at 100x. STOP_OUT: equity at, and just above, the margin in use.
EXAMPLES = """
wallet  symbol       position  mark     leverage  initial margin  equity  maintenance  health  liquidated
100     BTC/USD:USD  +1@7264   7264     100       72.64           100     72.64        27.36   no
100     BTC/USD:USD  +1@7264   7236.65  100       72.64           72.65   72.64        0.01    no
100     BTC/USD:USD  +1@7264   7236.64  100       72.64           72.64   72.64        0       yes
100     BTC/USD:USD  -1@7264   7291.36  100       72.64           72.64   72.64        0       yes
"""
