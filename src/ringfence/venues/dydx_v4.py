"""dydx_v4: dYdX v4 perpetuals, one cross pool a subaccount, settled in USDC.

Everything is whole quantums of 0.000001 USDC: the value is cut, the initial margin raised, and maintenance
is a fraction of the raised initial margin, raised again. Liquidated only when net collateral is less than
maintenance. The bankruptcy price of a position leaves it its share of net collateral, by its share of
maintenance.

A subaccount is the fence: "isolated" is a position alone in a subaccount of its own, written here as an
isolated position with that subaccount's collateral.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.errors import BadTiers
from ringfence.venues.fixed_point import cut, lowered, raised
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
    TierRule,
    Trigger,
    VenueRules,
    Withdrawal,
)
from ringfence.venues.schedule import Charged, Counted, Schedule
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Ranking, Remainder, Step
from ringfence.venues.shown import Prices, Solved, share_of_equity

PERPETUALS = Source("dydxprotocol/v4-chain, protocol/x/perpetuals/lib", as_of="2026-03-01")
SUBACCOUNTS = Source("dydxprotocol/v4-chain, protocol/x/subaccounts/lib and keeper", as_of="2026-03-01")
CLOB = Source("dydxprotocol/v4-chain, protocol/x/clob/keeper/liquidations*.go", as_of="2026-03-01")

QUANTUM = Decimal("0.000001")
"""One quote quantum, USDC."""
PART = Decimal("0.000001")
"""Fractions are kept in parts per million."""


def fractions_of(charged: Charged) -> tuple[Fraction, Fraction]:
    """(initial fraction, maintenance as a fraction of it), in parts per million.

    A table whose highest leverage is unknown says maintenance alone: it is raised once.

    Raises:
        BadTiers: a leverage whose initial fraction has more than 6 decimals.
    """
    tier = charged.table.tiers[0]
    if tier.max_leverage is None:
        return Fraction(tier.rate), Fraction(1)
    initial = cut(1 / Fraction(tier.max_leverage) + Fraction(PART) / 2, PART)
    if not initial:
        raise BadTiers(
            "an initial fraction has 6 decimals", path=f"tiers.{charged.instrument.symbol}",
            value=tier.max_leverage, hint="state the highest leverage, 1 / initial fraction",
        )  # fmt: skip
    return initial, cut(Fraction(tier.rate) / initial + Fraction(PART) / 2, PART)


def charge(charged: Charged) -> Schedule:
    """Cut the value; raise the initial margin at the base fraction; raise maintenance, its fraction."""
    initial, share = fractions_of(charged)
    chosen = charged.initial_rate
    known = charged.table.tiers[0].max_leverage is not None
    asked = max(initial, chosen or initial) if known else chosen

    def counted(value: Fraction) -> Counted:
        held = cut(value, QUANTUM)
        requirement = raised(raised(held * initial, QUANTUM) * share, QUANTUM)
        return Counted(held, requirement, None, None if asked is None else raised(held * asked, QUANTUM))

    return Schedule(
        (initial * share,), (Fraction(0),), (Decimal(0),), (0,),
        fence=None if asked is None else charged.entry_value * asked,
        counted=counted, straight=True,
        how="value cut x initial fraction, raised, x maintenance fraction, raised",
    )  # fmt: skip


def prices(solved: Solved) -> Prices:
    """The exact liquidation price, and the bankruptcy price at which the program closes the position.

    The share of net collateral is lowered to a whole quantum; a price of zero or less is none.
    """
    share, charged = share_of_equity(solved), solved.charged
    if share is None:
        return Prices(solved.liquidation, None)
    price = (solved.value - charged.sign * lowered(share, QUANTUM)) / charged.size
    return Prices(solved.liquidation, price if price > 0 else None)


MODES = (
    *(
        ModeRule(
            change, When.ALWAYS, Verdict.REFUSED,
            words="there is no margin mode: a position stays in its subaccount, and collateral moves "
            "between subaccounts",
        )
        for change in (Change.TO_ISOLATED, Change.TO_CROSS)
    ),
    ModeRule(Change.POSITION_MODE, When.ALWAYS, Verdict.REFUSED, words="one position a market"),
)  # fmt: skip

SEQUENCE = LiquidationSequence(
    (
        Step(
            Action.REDUCE,
            assumption="the blocks act as one, filled at the oracle price, the largest requirement first and "
            "not at random",
        ),
    ),
    fee=Fee(Charge.OF_VALUE, {"": "0.015"}, highest=True),
    remainder=Remainder.TRADER,
    ranking=Ranking.NOT_RANKED,
)

RULES = VenueRules(
    key="dydx_v4",
    title="dYdX v4",
    valid_from="2023-10-01",
    mark=MarkPrice.ORACLE,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    tier_rule=TierRule.ONE_RATE,
    charge=charge,
    shows=prices,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.WORSE_SIDE,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.EQUITY_LESS_INITIAL,
    liquidation=SEQUENCE,
    shortfall=Shortfall.DELEVERAGED,
    money=Money(QUANTUM, "down"),
    mark_quantum=Decimal("0.000000001"),
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": Clause(PERPETUALS, "the oracle price is the only price for risk"),
        "trigger": Clause(CLOB, "TestIsLiquidatable: maintenance above zero and above net collateral",
                          Confidence.EXAMPLE),
        "initial_margin": Clause(PERPETUALS, "TestGetMarginRequirementsInQuoteQuantums: value x initial "
                                 "fraction, raised", Confidence.EXAMPLE),
        "tier_rule": Clause(PERPETUALS, "one pair of fractions a market"),
        "maintenance": Clause(PERPETUALS, "TestGetMarginRequirementsInQuoteQuantums: raised twice, never "
                              "scaled by open interest", Confidence.EXAMPLE),
        "hedge": Clause(SUBACCOUNTS, "one position a perpetual and subaccount"),
        "open_orders": Clause(
            SUBACCOUNTS, "orders are not in the margin requirements read", Confidence.UNCONFIRMED,
            "the larger side of the orders is held at 1 / leverage, beside the positions",
        ),
        "fence": Clause(
            SUBACCOUNTS, "a subaccount of its own", Confidence.UNCONFIRMED,
            "what the front end moves into it is taken to be value / leverage, or the initial margin",
        ),
        "withdrawal": Clause(SUBACCOUNTS, "an update must leave the initial margin"),
        "liquidation": Clause(CLOB, "in portions; a fee of at most 1.5 % and of what is left"),
        "shortfall": Clause(CLOB, "insurance fund, then deleveraging at the bankruptcy price"),
        "liquidation_price": Clause(CLOB, "net collateral = maintenance at that oracle price"),
        "bankruptcy_price": Clause(CLOB, "TestGetBankruptcyPriceInQuoteQuantums", Confidence.EXAMPLE),
        "available_balance": Clause(SUBACCOUNTS, "net collateral less initial margin"),
        "funding": Clause(SUBACCOUNTS, "settled into the quote balance before the test"),
        "money": Clause(PERPETUALS, "quantums of 0.000001 USDC: value cut toward zero", Confidence.EXAMPLE),
        "mode_switch": Clause(SUBACCOUNTS, "collateral moves between subaccounts; no switch exists"),
    },
    modes=MODES,
    tables={},
    notes=(
        ("Governance sets and changes the fractions of a market: state them as its tier, the rate being "
        "maintenance and the highest leverage 1 / the base initial fraction."),
        ("Open interest above a market's lower cap raises its initial margin, never maintenance: state the "
        "raised one as a lower leverage."),
        "Funding that has accrued is settled before the test: take it out of the wallet.",
        "An isolated market may not share its subaccount, and has an insurance fund of its own.",
    ),
)  # fmt: skip

# CLOB, TestIsLiquidatable: one position at 20 % initial and half of it maintenance; at the initial margin,
# exactly at maintenance, and one dollar below.
EXAMPLES = """
wallet  symbol         position      mark   tier  equity  maintenance  liquidated
1000    BTC/USDC:USDC  +0.1@50000    50000  10%   1000    500          no
500     BTC/USDC:USDC  +0.1@50000    50000  10%   500     500          no
499     BTC/USDC:USDC  +0.1@50000    50000  10%   499     500          yes
"""
