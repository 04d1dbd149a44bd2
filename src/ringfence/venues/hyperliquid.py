"""hyperliquid: Hyperliquid perpetuals, cross and isolated, one-way, settled in USDC.

The venue keeps one number for a ring, its raw USD: the balance less what every open position cost. Equity
is that number and the signed value of the positions at the mark, so that no entry price moves a
liquidation. Maintenance is half of the initial margin at the highest leverage of each slice of the value.
For one ring, equity = raw USD + size x mark; what stands in a wallet or a fence here is the raw USD and the
positions at their entry price, which is the same account.

Three rule sets: March 2023, when the printed price held maintenance still; from 2024 on; and since
September 2026 accounts whose free spot USDC counts too, which only two captured states suggest.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.instrument import Kind
from ringfence.venues.modes import Change, Effect, ModeRule, Removal, Verdict, When
from ringfence.venues.pool import Free, Pool
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
from ringfence.venues.sequence import Action, Bearer, LiquidationSequence, Ranking, Step
from ringfence.venues.shown import Prices, Solved, frozen_maintenance
from ringfence.venues.tables import shipped

MARGINING = Source("Hyperliquid docs, trading: margining", as_of="2026-10-04")
TIERS = Source("Hyperliquid docs, trading: margin tiers", as_of="2026-10-04")
LIQUIDATIONS = Source("Hyperliquid docs, trading: liquidations, auto-deleveraging", as_of="2026-10-04")
INDICES = Source("Hyperliquid docs, trading: robust price indices, funding", as_of="2026-10-04")
STATES = Source("Hyperliquid clearinghouse states (captured)", as_of="2026-10-04")
STATES_2023 = Source(
    "hyperliquid-python-sdk, tests/cassettes/info_test/test_get_user_state.yaml", as_of="2023-03-27"
)
TENTH = Fraction(1, 10)
ZERO = Fraction(0)


def price_of_2023(solved: Solved) -> Prices:
    """The price of March 2023: all maintenance stands still while this coin moves."""
    return Prices(frozen_maintenance(solved), solved.bankruptcy)


def free_of_2023(pool: Pool) -> Free:
    """What is beyond the initial margin can be used, and can leave."""
    spare = max(ZERO, pool.equity - pool.initial)
    return Free(spare, spare)


def free(pool: Pool) -> Free:
    """To leave a pool it must be beyond a tenth of the notional too; that floor stops no order."""
    positions = pool.initial - pool.order_margin
    kept = max(positions, TENTH * pool.notional) + pool.order_margin
    return Free(max(ZERO, pool.equity - pool.initial), max(ZERO, pool.equity - kept))


MODES = (
    ModeRule(
        Change.TO_ISOLATED, When.POSITION_IN_SYMBOL, Verdict.REFUSED,
        words="the mode cannot be switched while the position is open",
    ),
    ModeRule(Change.TO_ISOLATED, When.NO_POSITION, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE),
    ModeRule(
        Change.TO_CROSS, When.POSITION_IN_SYMBOL, Verdict.REFUSED,
        words="the mode cannot be switched while the position is open",
    ),
    ModeRule(
        Change.TO_CROSS, When.NO_POSITION, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE,
        words="unless the market is isolated only",
    ),
    ModeRule(
        Change.RAISE_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE,
        words="behind a fence it is a rule for future increases: margin and liquidation price stay",
        clause="leverage",
    ),
    ModeRule(
        Change.LOWER_LEVERAGE, When.NOT_ENOUGH, Verdict.REFUSED,
        words="the higher initial margin must be there", clause="leverage",
    ),
    ModeRule(
        Change.LOWER_LEVERAGE, When.ALWAYS, Verdict.ALLOWED, effect=Effect.NOTHING_ELSE,
        words="behind a fence 10x to 3x left margin and price as they were; a drop to 1x was refused",
        clause="leverage",
    ),
    ModeRule(
        Change.POSITION_MODE, When.ALWAYS, Verdict.REFUSED, words="one position a coin: no hedge mode"
    ),
    ModeRule(Change.ADD_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, mode=MarginMode.CROSS),
    ModeRule(Change.ADD_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED),
    ModeRule(
        Change.ADD_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES, clause="margin_moved"
    ),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ISOLATED, Verdict.REFUSED, mode=MarginMode.CROSS),
    ModeRule(Change.REMOVE_MARGIN, When.NOT_ENOUGH, Verdict.REFUSED, clause="withdrawal"),
    ModeRule(
        Change.REMOVE_MARGIN, When.ALWAYS, Verdict.ALLOWED, effect=Effect.AMOUNT_MOVES,
        words="never in a market that is strictly isolated", clause="withdrawal",
    ),
)  # fmt: skip

SEQUENCE = LiquidationSequence(
    (
        Step(
            Action.TAKE_OVER, below_usage=Fraction(2, 3),
            assumption="the vault's price is not public; the trader loses all that stands behind the ring",
        ),
        Step(
            Action.SELL_SHARE, share=Fraction(1, 5), above=Decimal(100_000),
            assumption="of each position; whether the share is of a position or of the account is not said",
        ),
        Step(Action.CLOSE_IN_MARKET),
    ),
    bearers=(Bearer.DELEVERAGED,),
    ranking=Ranking.MARK_OVER_ENTRY_TIMES_LEVERAGE,
)  # fmt: skip
"""What the market takes leaves the trader the rest; what the vault takes over leaves nothing."""

CLAUSES = {
    "mark": Clause(INDICES, "the mark drives margin and liquidation"),
    "trigger": Clause(LIQUIDATIONS, "equity less than maintenance; what happens at equality is not said"),
    "initial_margin": Clause(STATES, "marginUsed in cross: positionValue / leverage", Confidence.CAPTURED),
    "maintenance": Clause(
        STATES, "crossMaintenanceMarginUsed: half of 1 / the asset's highest leverage", Confidence.CAPTURED
    ),
    "tiers": Clause(TIERS, "marginal rates: each slice of the value at its own; upper tiers derived"),
    "hedge": Clause(MARGINING, "one position a coin"),
    "open_orders": Clause(
        STATES,
        "margin of resting orders is held per side",
        Confidence.UNCONFIRMED,
        "the larger side counts, at order prices; the formula is not published",
    ),
    "fence": Clause(MARGINING, "an isolated position is opened with value / leverage"),
    "withdrawal": Clause(
        MARGINING, "transfer margin: the larger of initial margin and 10 % of the value", Confidence.CAPTURED
    ),
    "liquidation": Clause(LIQUIDATIONS, "market orders, 20 % first; backstop below 2/3 of maintenance"),
    "shortfall": Clause(LIQUIDATIONS, "auto-deleveraging; users without positions never share losses"),
    "liquidation_price": Clause(
        STATES, "liquidationPx: equity of the ring = its maintenance at that price", Confidence.CAPTURED
    ),
    "available_balance": Clause(
        STATES, "account value less the sum of value / leverage: order sizes of 12 coins", Confidence.CAPTURED
    ),
    "funding": Clause(INDICES, "hourly, out of the raw USD; of an isolated position out of its own"),
    "money": Clause(
        STATES,
        "6 decimals of USD",
        Confidence.UNCONFIRMED,
        "nothing is rounded inside the test; printed amounts are rounded to nearest, though the margin of "
        "a single position was seen cut at the sixth decimal",
    ),
    "mode_switch": Clause(MARGINING, "cross and isolated; not while the position is open"),
    "leverage": Clause(
        STATES, "5x to 10x to 3x on a held isolated position (measured on testnet)", Confidence.DERIVED
    ),
    "margin_moved": Clause(
        STATES, "20 USDC added moved raw USD by 20 (measured on testnet)", Confidence.DERIVED
    ),
}

FROM_2024 = VenueRules(
    key="hyperliquid",
    title="Hyperliquid",
    valid_from="2024-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.OWN_RULE,
    free=free,
    liquidation=SEQUENCE,
    shortfall=Shortfall.DELEVERAGED,
    money=Money(Decimal("0.000001"), "half even"),
    mark_quantum=Decimal("0.0000000001"),
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses=CLAUSES,
    modes=MODES,
    removal=Removal.INITIAL_AT_MARK_OR_TENTH,
    tables=shipped("hyperliquid"),
    notes=(
        (
            "The first state that follows this formula is of 2024-01-03, the last that does not 2023-03-27: "
            "the day of the change is not known."
        ),
        "Below a tenth of the notional nothing may leave; seen first in 2025, absent in 2023.",
        "An account can stand below its initial margin: leverage is checked when a position is opened.",
        "Builder markets and markets that are isolated only follow the same formula behind a fence.",
        "No captured position stood in an upper tier: those rates follow from the documented rule.",
    ),
)
IN_2023 = replace(
    FROM_2024,
    valid_from="2023-01-01",
    shows=price_of_2023,
    free=free_of_2023,
    removal=Removal.INITIAL_AT_MARK,
    clauses=CLAUSES
    | {
        "liquidation_price": Clause(
            STATES_2023, "mark -+ (account value - maintenance) / size", Confidence.CAPTURED
        ),
        "withdrawal": Clause(STATES_2023, "withdrawable: no floor of 10 %", Confidence.CAPTURED),
    },
    notes=("The printed price held all maintenance still; the test itself follows the mark.",),
)
FROM_SEPTEMBER_2026 = replace(
    FROM_2024,
    valid_from="2026-09-01",
    clauses=CLAUSES
    | {
        "liquidation_price": Clause(
            STATES,
            "liquidationPx of unified and portfolio accounts",
            Confidence.UNCONFIRMED,
            "free spot USDC counts beside the perp account value and stands in the wallet given here; "
            "without any, the formula is the one that captured states confirm",
        ),
    },
    notes=(
        *FROM_2024.notes,
        (
            "A unified or portfolio-margin account: add its free spot USDC (total less hold) to the wallet; "
            "two captured prices need 8,346.91 and 596,884.81 USDC that the perp response does not show."
        ),
        (
            "Portfolio margin: the printed price is where maintenance equals the balance, within 0.29 USD of "
            "the one captured; liquidation starts at a ratio of 0.95. Spot collateral is left out."
        ),
    ),
)
RULES = (IN_2023, FROM_2024, FROM_SEPTEMBER_2026)

NOT_REPRODUCED = {
    "hl-2026-C-BTC": "the printed price needs 8,346.91 USDC beyond the perp account value; that free spot "
    "balance is not in the response, and without it the formula gives 76,380.15",
    "hl-2026-D-HYPE": "the printed price needs 596,884.81 USDC beyond the perp account value; that free spot "
    "balance is not in the response, and without it the formula gives 114.635",
    "hl-2026-S3-pm-liqpx-ETH": "spot and perp responses were recorded seconds apart; the formula gives a "
    "price 0.29 below the printed one",
}

# STATES: account values and maintenance as the venue printed them, wallets from raw USD and entry price;
# LIQUIDATIONS: equity equal to maintenance is not less.
EXAMPLES = """
wallet        symbol          position            mark      tier   equity        maintenance  liquidated
38252.7       BTC/USDC:USDC   +4.5@83926          83926     1.25%  38252.7       4720.8375    no
463.461863    ENA/USDC:USDC   +200@0.44333        0.44333   5%     463.461863    4.4333       no
100           BTC/USDC:USDC   +0.1@80000          80000     1.25%  100           100          no
99.999999     BTC/USDC:USDC   +0.1@80000          80000     1.25%  99.999999     100          yes
20000000      BTC/USDC:USDC   +2000@100000        100000    -      20000000      3125000      no
"""
