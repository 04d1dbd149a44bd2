"""bybit_inverse: Bybit coin-margined contracts, cross and isolated, before and after 2025-09-02.

A contract is one US dollar that is margined, and pays, in coin. The closing fee is reserved in initial and
maintenance margin as on the linear contracts: at the bankruptcy value at entry, which for a long lies above
the entry value. Before 2025-09-02 everything stood on the entry value; the cross pool was one coin's
balance in the classic account, and its test took the closing fee at the mark.

No tier table of an inverse contract is published in what was read: the account states the tiers, or
imports them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ringfence.domain.instrument import Kind
from ringfence.domain.tiers import TierBasis
from ringfence.venues.modes import Change, ModeRule, Removal, Verdict, When
from ringfence.venues.reserved_fee import (
    at_entry_prices,
    at_mark_prices,
    charged_at_entry,
    charged_at_entry_fee_at_mark,
    charged_at_mark,
    order_cost,
    printed,
    turn,
)
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
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import Charged, ClosingFee, Schedule
from ringfence.venues.shown import Prices, Solved
from ringfence.venues.tables import shipped
from ringfence.venues.unified_account import CLAUSES, CLAUSES_AT_ENTRY, MODES, SEQUENCE

CLASSIC = Source("Bybit help centre, inverse contract, cross margin (classic account)", as_of="2025-09-01")

NEW = VenueRules(
    key="bybit_inverse",
    title="Bybit inverse contracts",
    valid_from="2025-09-02",
    funding_from=FundingFrom.AVAILABLE_THEN_FENCE,
    tier_edge=TierEdge.TIER_BELOW,
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.AT_OR_BELOW_ZERO,  # a maintenance rate of 100 %
    initial_margin=Basis.MARK,
    isolated_initial_margin=Basis.ENTRY,
    maintenance=Basis.MARK,
    closing_fee=ClosingFee.RESERVED_AT_ENTRY,
    charge=charged_at_mark,
    shows=at_mark_prices,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=order_cost,
    fence=Fence.WITH_CLOSING_FEE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.INVERSE,),
    contract_sizes={Kind.INVERSE: Decimal(1)},
    clauses={
        **CLAUSES,
        "hedge": Clause(CLAUSES["position_mode"].source, "position mode: inverse contracts are one-way"),
    },
    tables=shipped("bybit_inverse"),  # none yet: a symbol without one is refused, not guessed
    tier_basis={Kind.INVERSE: TierBasis.SETTLE},
    modes=(
        ModeRule(
            Change.POSITION_MODE, When.ALWAYS, Verdict.REFUSED, words="inverse contracts are one-way",
            clause="hedge",
        ),
        *(rule for rule in MODES if rule.change is not Change.POSITION_MODE),
    ),
    removal=Removal.WHAT_WAS_ADDED,
    list_rates={"taker_fee": Decimal("0.00055")},  # [UTA trading rules] perpetuals, no VIP level
    multi_asset=True,
    profit_in_full=True,
    notes=(
        "No tier table is published: state the tiers in the account or import them.",
        "Margin mode is one setting for the whole account: a mix of isolated and cross needs two accounts.",
        "Auto-margin-replenishment is for linear contracts only (110076).",
    ),
)  # fmt: skip


def charged_in_classic(charged: Charged) -> Schedule:
    """Isolated as on the linear contracts; in cross the closing fee counts at the mark."""
    return charged_at_entry(charged) if charged.isolated else charged_at_entry_fee_at_mark(charged)


def classic_prices(solved: Solved) -> Prices:
    """Both on the tick toward the entry; in cross bankruptcy is where equity just pays the closing fee.

    ``equity + turn x (value - value at mark) = fee x value``, other positions standing still.
    """
    charged = solved.charged
    if charged.isolated:
        return at_entry_prices(solved)
    side, fee = turn(charged), charged.need("taker_fee")
    return printed(solved, (side * solved.value - solved.equity) / (side - fee))


OLD = replace(
    NEW,
    valid_from="2018-12-01",
    initial_margin=Basis.ENTRY,
    isolated_initial_margin=None,
    maintenance=Basis.ENTRY,
    charge=charged_in_classic,
    shows=classic_prices,
    multi_asset=False,
    clauses={
        **CLAUSES_AT_ENTRY,
        "hedge": Clause(
            CLASSIC,
            "hedge mode: only the net position can be liquidated",
            Confidence.UNCONFIRMED,
            "the net position alone is computed; opposite legs in one pool are refused",
        ),
        "cross_liquidation_price": Clause(CLASSIC, "bankruptcy and liquidation price", Confidence.EXAMPLE),
        "isolated_margin_added": Clause(
            CLAUSES_AT_ENTRY["liquidation_price"].source,
            "inverse, margin added by hand",
            Confidence.UNCONFIRMED,
            "the page subtracts an amount of coin from a price; the margin is taken as coin instead",
        ),
    },
)

RULES = (OLD, NEW)

# UTA: the page's inverse short, its maintenance taken at the entry.
EXAMPLES = """
mode      symbol       position      mark   tier  leverage  margin  fee      initial margin  maintenance  closing fee  liquidation price
isolated  BTC/USD:BTC  -30000@60000  60000  0.5%  10        -       0.00055  0.0502475       0.0027475    0.0002475    ~66333.33
"""  # noqa: E501
