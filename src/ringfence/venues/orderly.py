"""orderly: Orderly Network perpetuals, cross and isolated, settled in USDC.

The maintenance rate of a market is its base rate, or grows with the value to the power of four fifths; the
initial rate likewise. The printed cross price is the front end's: between two estimates it halves until
they are 0.01 % apart, so that it is near the exact price and not on it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ringfence.domain.instrument import Kind
from ringfence.errors import MissingMark, MissingRate
from ringfence.venues.fixed_point import root
from ringfence.venues.modes import Change, ModeRule, Verdict, When
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
from ringfence.venues.schedule import Charged, Counted, Linear, Schedule, charged_on_mark
from ringfence.venues.sequence import Action, Charge, Fee, LiquidationSequence, Order, Remainder, Step
from ringfence.venues.shown import Prices, Solved

RATES = Source("OrderlyNetwork/js-sdk, packages/perp/src/positions and account", as_of="2026-08-01")
TESTS = Source("OrderlyNetwork/js-sdk, packages/perp/__test__/positions.test.ts", as_of="2026-08-01")
LIQUIDATIONS = Source("Orderly docs, perpetual futures: liquidations, insurance fund", as_of="2026-08-01")

FEE_BUFFER = Fraction("0.0006")
"""What the front end adds to an isolated opening margin for the fee, where no taker fee is stated."""
SCALE = 10**18
HALVINGS = 30
CLOSE_ENOUGH = Fraction(1, 10_000)


def four_fifths(value: Fraction) -> Fraction:
    """Value ** 0.8, cut at 18 decimals."""
    inside = value.numerator**4 * SCALE**5 // value.denominator**4
    return Fraction(root(inside, 5), SCALE)


class Rates:
    """The base rates of a market and how they grow.

    Raises:
        MissingRate: a factor without the market's highest leverage, whose base initial rate scales it.
    """

    def __init__(self, charged: Charged) -> None:
        tier = charged.table.tiers[0]
        self.maintenance = Fraction(tier.rate)
        self.initial = None if tier.max_leverage is None else 1 / Fraction(tier.max_leverage)
        self.factor = charged.optional("size_factor") or Fraction(0)
        if self.factor and self.initial is None:
            raise MissingRate(
                "a rate that grows with size needs the base initial rate",
                path=f"tiers.{charged.position.symbol}",
                hint="state the highest leverage of the tier, 1 / base initial rate",
            )

    def maintenance_at(self, value: Fraction) -> Fraction:
        """The maintenance rate at a value."""
        if not self.factor or self.initial is None:
            return self.maintenance
        return max(self.maintenance, self.maintenance / self.initial * self.factor * four_fifths(value))

    def initial_at(self, value: Fraction, chosen: Fraction | None) -> Fraction | None:
        """The initial rate at a value, at 1 / leverage or more; None when neither is known."""
        known = [rate for rate in (chosen, self.initial) if rate is not None]
        if not known:
            return None
        return max(*known, self.factor * four_fifths(value)) if self.factor else max(known)


def charge(charged: Charged) -> Schedule:
    """Value x the rate at that value; a straight line where the market has no factor."""
    rates, chosen = Rates(charged), charged.initial_rate
    fence = None
    if chosen is not None:
        fee = charged.optional("taker_fee")
        fence = charged.entry_value * (chosen + (FEE_BUFFER if fee is None else fee))
    if not rates.factor:
        asked = rates.initial_at(Fraction(0), chosen)
        return charged_on_mark(charged, initial=None if asked is None else Linear(asked), fence=fence)

    def counted(value: Fraction) -> Counted:
        asked = rates.initial_at(value, chosen)
        initial = None if asked is None else value * asked
        return Counted(value, value * rates.maintenance_at(value), None, initial)

    return Schedule(
        (rates.maintenance,), (Fraction(0),), (Decimal(0),), (0,), fence=fence, counted=counted,
        how="value x the larger of the base rate and base rate / base initial rate x factor x value^0.8",
    )  # fmt: skip


def prices(solved: Solved) -> Prices:
    """What the front end prints."""
    if solved.charged.isolated:
        return Prices(_isolated(solved), solved.bankruptcy)
    return Prices(_cross(solved), solved.bankruptcy)


def _isolated(solved: Solved) -> Fraction | None:
    """(margin - cost) / (size x rate - signed size), at the maintenance rate of today's mark."""
    charged = solved.charged
    cost = charged.sign * charged.entry_value
    margin = solved.equity - charged.sign * solved.value + cost
    rate = Rates(charged).maintenance_at(solved.value)
    if rate == charged.sign:
        return None
    price = (margin - cost) / (charged.size * (rate - charged.sign))
    return price if price > 0 else None


def _cross(solved: Solved) -> Fraction | None:
    """Halving between the prices by two fixed rates; the side where the account is alive is printed."""
    charged, rates = solved.charged, Rates(solved.charged)
    others = solved.ring_requirement - solved.requirement
    if solved.equity == 0:
        return None

    def at_rate(rate: Fraction) -> Fraction:
        spare = solved.equity - solved.value * rate - others
        return max(Fraction(0), solved.mark + spare / (charged.size * (rate - charged.sign)))

    def alive(price: Fraction) -> bool:
        value = charged.size * price
        equity = solved.equity + charged.sign * (value - solved.value)
        return equity >= value * rates.maintenance_at(value) + others

    today = at_rate(rates.maintenance_at(solved.value))
    if charged.sign > 0:
        dead, safe = at_rate(rates.maintenance), today
    else:
        dead = today
        # Its own comment says base maintenance rate; the code takes the base initial rate [RATES].
        safe = at_rate(max(rates.initial or Fraction(0), _grown(rates, charged.size * today)))
    for _ in range(HALVINGS):
        if charged.sign * (safe - dead) <= 0:
            break
        middle = (safe + dead) / 2
        safe, dead = (middle, dead) if alive(middle) else (safe, middle)
        if 2 * abs(safe - dead) <= CLOSE_ENOUGH * (safe + dead):
            break
    return safe if safe > 0 else None


def _grown(rates: Rates, value: Fraction) -> Fraction:
    if rates.initial is None or not rates.factor:
        return rates.maintenance
    return rates.maintenance / rates.initial * rates.factor * four_fifths(value)


def order_margin(resting: Resting) -> Fraction:
    """The larger side filled, at the mark and the rate of position and net orders, less what is held.

    Raises:
        MissingMark: orders are valued at the mark.
    """
    if not resting.orders:
        return Fraction(0)
    if resting.mark is None:
        raise MissingMark(
            "orders are valued at the mark price", path=f"marks.{resting.instrument.symbol}",
            hint='write it under [marks]',
        )  # fmt: skip
    unit = resting.mark * Fraction(resting.instrument.contract_size)
    buys = unit * sum((Fraction(one.order.contracts) for one in resting.orders if one.is_buy), Fraction(0))
    sells = unit * sum((Fraction(o.order.contracts) for o in resting.orders if not o.is_buy), Fraction(0))
    held = resting.long_value - resting.short_value
    larger = max(abs(held + buys), abs(held - sells))
    tier = None if resting.table is None else resting.table.tiers[0]
    known = [rate for rate in (resting.initial_rate,) if rate is not None]
    if tier is not None and tier.max_leverage is not None:
        known.append(1 / Fraction(tier.max_leverage))
    factor = Fraction(resting.terms.size_factor or 0)
    grown = factor * four_fifths(abs(held + buys - sells)) if factor else Fraction(0)
    if not known:
        raise MissingRate(
            "orders hold margin at a leverage that nobody gave",
            path=f"orders.{resting.instrument.symbol}.leverage", hint='write leverage = "10" on the order',
        )  # fmt: skip
    return larger * max(*known, grown) - resting.held


def free(pool: Pool) -> Free:
    """Collateral less initial margin; what may leave is without unsettled profit and within the balance."""
    spare = max(Fraction(0), pool.equity - pool.initial)
    profit = max(Fraction(0), pool.equity - pool.wallet)
    return Free(spare, max(Fraction(0), min(pool.wallet, spare - profit)))


SEQUENCE = LiquidationSequence(
    (
        Step(Action.CANCEL_ALL),
        Step(Action.REDUCE, initial=True, assumption="one symbol after the other; BTC and ETH go pro rata"),
    ),
    order=Order.NOT_STATED,
    fee=Fee(Charge.OF_VALUE, {"BTC": "0.006", "ETH": "0.006", "SOL": "0.006"}),
    remainder=Remainder.TRADER,
)

RULES = VenueRules(
    key="orderly",
    title="Orderly Network",
    valid_from="2024-01-01",
    mark=MarkPrice.VENUE_MARK,
    trigger=Trigger.BELOW_ZERO,
    initial_margin=Basis.MARK,
    maintenance=Basis.MARK,
    tier_rule=TierRule.ONE_RATE,
    charge=charge,
    shows=prices,
    hedge=Hedge.NOT_OFFERED,
    open_orders=OpenOrders.OWN_RULE,
    order_margin=order_margin,
    fence=Fence.ENTRY_NOTIONAL_OVER_LEVERAGE,
    withdrawal=Withdrawal.OWN_RULE,
    free=free,
    liquidation=SEQUENCE,
    shortfall=Shortfall.INSURANCE_FUND,
    money=Money(Decimal("0.000001"), "half even"),
    mark_quantum=Decimal("0.00000001"),
    kinds=(Kind.LINEAR,),
    contract_sizes={Kind.LINEAR: Decimal(1)},
    clauses={
        "mark": Clause(LIQUIDATIONS, "margin at the mark price"),
        "trigger": Clause(LIQUIDATIONS, "account margin ratio below the maintenance margin ratio"),
        "initial_margin": Clause(RATES, "IMR: the larger of 1 / leverage, base and factor x value^0.8"),
        "tier_rule": Clause(RATES, "one base rate a market, at every size but for the factor"),
        "maintenance": Clause(
            TESTS, "MMR: base, or base / base initial x factor x value^0.8", Confidence.EXAMPLE
        ),
        "size_factor": Clause(
            RATES,
            "IMR factor of the market",
            Confidence.UNCONFIRMED,
            "where the account states no size_factor it is taken as zero: the rates do not grow with size",
        ),
        "hedge": Clause(RATES, "one position a symbol and margin mode"),
        "open_orders": Clause(RATES, "the larger side with all its orders filled, at the mark"),
        "fence": Clause(TESTS, "value / leverage and a fee buffer of 0.06 %", Confidence.EXAMPLE),
        "withdrawal": Clause(RATES, "maxWithdrawal: balance, and free collateral less unsettled profit"),
        "liquidation": Clause(LIQUIDATIONS, "orders, then until the initial ratio is restored; fee 0.6 %"),
        "shortfall": Clause(LIQUIDATIONS, "insurance fund, then auto-deleveraging"),
        "liquidation_price": Clause(
            TESTS, "liqPrice: 30 halvings or 0.01 %; liquidationPriceIsolated", Confidence.EXAMPLE
        ),
        "available_balance": Clause(RATES, "freeCollateral"),
        "funding": Clause(RATES, "unsettled funding is part of the profit: take it out of the wallet"),
        "money": Clause(
            RATES,
            "amounts",
            Confidence.UNCONFIRMED,
            "nothing is rounded inside the test; the engine itself is not public",
        ),
        "mode_switch": Clause(RATES, "an isolated position has a margin of its own"),
    },
    modes=(
        ModeRule(
            Change.POSITION_MODE, When.ALWAYS, Verdict.REFUSED, words="one position a symbol: no hedge mode"
        ),
    ),
    tables={},
    notes=(
        (
            "State a market as its one tier: the base maintenance rate, and 1 / the base initial rate as the "
            "highest leverage; its IMR factor as size_factor."
        ),
        (
            "The printed cross price is within 0.01 % of the exact one, which other answers here use; the "
            "printed isolated price holds the rate of today's mark."
        ),
        "The power 0.8 is computed to 18 decimals.",
        "Matching and risk run outside the chain: the rates are read from the venue's front end.",
    ),
)

# TESTS: two longs at their mark, 50 BTC whose rate has grown to 1.26 % in the source and 100 ETH at the base
# rate, are held in tests; here the base rate alone, and equity equal to it.
EXAMPLES = """
wallet  symbol         position    mark   tier   equity  maintenance  liquidated
2000    BTC/USDC:USDC  +2@50000    50000  2.5%   2000    2500         yes
2500    BTC/USDC:USDC  +2@50000    50000  2.5%   2500    2500         no
10.06   BTC/USDC:USDC  +1@100      100    5%     10.06   5            no
"""
