"""bybit_linear: Bybit USDT and USDC contracts, cross and isolated, before and after 2025-09-02.

A closing fee is reserved in initial and maintenance margin alike: the taker fee on the bankruptcy value at
entry. Since 2025-09-02 maintenance follows the mark; before, everything stood on the entry value. Behind a
fence the reserve cancels out of the liquidation price, except that margin added by hand moves it.

The account has one margin mode for all its positions. Tiers ship dated (venues/tables/).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.venues.modes import Removal
from ringfence.venues.reserved_fee import (
    at_entry_prices,
    at_mark_prices,
    charged_at_entry,
    charged_at_mark,
    order_cost,
)
from ringfence.venues.rules import (
    Basis,
    Fence,
    FundingFrom,
    Hedge,
    MarkPrice,
    Money,
    OpenOrders,
    Shortfall,
    TierEdge,
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import ClosingFee
from ringfence.venues.sequence import Action, Step
from ringfence.venues.tables import shipped
from ringfence.venues.unified_account import CLAUSES, CLAUSES_AT_ENTRY, MODES, SEQUENCE

FED_FIRST = replace(
    # One initial margin at a time, again and again.
    SEQUENCE,
    steps=(Step(Action.FEED_FENCE, MarginMode.ISOLATED, initial=True), *SEQUENCE.steps),
)

NEW = VenueRules(
    key="bybit_linear",
    title="Bybit USDT and USDC contracts",
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
    hedge=Hedge.EACH_LEG,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=order_cost,
    fence=Fence.WITH_CLOSING_FEE,
    withdrawal=Withdrawal.WALLET_AND_EQUITY_LESS_INITIAL,
    liquidation=FED_FIRST,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.00000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses=CLAUSES,
    tables=shipped("bybit_linear"),
    modes=MODES,
    removal=Removal.WHAT_WAS_ADDED,
    list_rates={"taker_fee": Decimal("0.00055")},  # [UTA trading rules] perpetuals, no VIP level
    auto_top_up=True,
    multi_asset=True,
    profit_in_full=True,
    notes=(
        "Margin mode is one setting for the whole account: a mix of isolated and cross needs two accounts.",
        "Auto-margin-replenishment feeds a fence from the available balance, down to an effective 1x.",
        "A hedge of long and short is offered on USDT perpetuals only; USDC contracts are one-way.",
        "The account also counts borrowings, spot orders and options; they are not modelled.",
    ),
)

OLD = replace(
    NEW,
    valid_from="2018-12-01",
    initial_margin=Basis.ENTRY,
    isolated_initial_margin=None,
    maintenance=Basis.ENTRY,
    charge=charged_at_entry,
    shows=at_entry_prices,
    clauses=CLAUSES_AT_ENTRY,
)

RULES = (OLD, NEW)

# UTA: margin added by hand, 3,000 beyond the 821.56 set aside at entry. OUTPUT: a position seen on both sides
# of 2025-09-02, its new half. The page on the bankruptcy price. TIERS: the tier the page's value ends in,
# fees left out.
EXAMPLES = """
mode      symbol         position       mark    tier      leverage  margin   fee      tick    wallet  unrealized pnl  initial margin  maintenance  closing fee  liquidation price  bankruptcy price
isolated  BTC/USDT:USDT  +1@40000       40000   0.5%      50        3821.56  0.00055  -       -       -               821.56          221.56       21.56        ~36380.25          -
isolated  ADA/USDT:USDT  +10000@0.8184  0.8107  1%        10        -        0.00055  0.0001  -       -77             822.45108       85.12108     -            0.744              -
isolated  BTC/USDT:USDT  +1@60000       60000   -         50        -        0.00055  0.1     -       -               -               -            -            -                  58800
isolated  BTC/USDT:USDT  +1@10000       10000   -         50        -        0.00055  0.1     -       -               -               -            -            -                  9800
cross     SOL/USDT:USDT  +100@35        35      3.5% -30  10        -        0        -       500     -               350             92.5         -            -                  -
"""  # noqa: E501
