"""Liquidation sequences: what a venue does to a ring that fails its test, step by step, as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from ringfence.domain.account import MarginMode
from ringfence.domain.numbers import plain


class Action(StrEnum):
    """What one step does; after each the ring is tested anew, and the sequence ends once it passes."""

    FEED_FENCE = "margin moves from the wallet into a fence whose replenishment is on"
    CANCEL_RISING = "the orders of the ring that add risk are cancelled"
    CANCEL_CONTRACT = "every order in the contracts of the ring is cancelled"
    CANCEL_ALL = "every order of the account is cancelled"
    NET_HEDGES = "long and short of one contract in the pool are closed against each other"
    STEP_DOWN = "a position above the lowest tier is cut until it falls into a lower one"
    REDUCE = "positions are closed in part, just as far as the test then asks no more"
    REDUCE_EVENLY = "every position is cut by the same share"
    SELL_SHARE = "a share of a large position is closed in the market"
    CLOSE_IN_MARKET = "every position is closed in the market"
    TAKE_OVER = "the venue takes over what is left"


class Remainder(StrEnum):
    """Who keeps what a ring still has when the venue takes its positions over."""

    INSURANCE_FUND = "the venue: positions go over at the bankruptcy price, and the trader keeps nothing"
    TRADER = "the trader, after the fee"


class Order(StrEnum):
    """Which position of a pool is closed first."""

    LARGEST_REQUIREMENT = "the largest requirement first"
    LARGEST_LOSS = "the largest unrealised loss first"
    NOT_STATED = "not stated by the venue: the largest requirement first is assumed"


class Charge(StrEnum):
    """What a liquidation costs beside its loss; never more than the ring still has."""

    NONE = "nothing"
    OF_VALUE = "a rate of the value closed"
    MAINTENANCE_AND_TAKER = "the maintenance rate and the taker fee, of the value closed"
    NOT_KNOWN = "a charge whose amount is not public: it is left out, and said"


class Bearer(StrEnum):
    """Who bears a loss beyond the collateral, in the order the venue asks them."""

    INSURANCE_FUND = "the insurance fund"
    DELEVERAGED = "traders on the other side, deleveraged"
    SOCIALISED = "all traders, by a share of the loss"


class Ranking(StrEnum):
    """Whose position on the other side is deleveraged first."""

    PROFIT_TIMES_LEVERAGE = (
        "profit / entry value x effective leverage where in profit, divided by it where in loss"
    )
    PROFIT_TIMES_MARGIN_RATIO = "profit / wallet balance, at least zero, x maintenance / equity"
    MARK_OVER_ENTRY_TIMES_LEVERAGE = "mark / entry x value / equity"
    BEST_ENTRY = "the entry that gains most: the highest of shorts, the lowest of longs"
    BY_PROFIT_AND_LEVERAGE = (
        "by profit and leverage, the formula not public: profit share x effective leverage is assumed"
    )
    NOT_RANKED = "nobody is ranked: in the order given"
    NONE = "the venue deleverages nobody"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence.

    Attributes:
        mode: only for fences, or only for pools; None: both.
        tiers: STEP_DOWN: tiers a round. from_tier: the lowest tier (the first is 1) that is still cut.
        rounds: at most so many; None: until the test passes or nothing is left to cut.
        usage: REDUCE, REDUCE_EVENLY: requirement / equity that must be reached; None: the test itself.
        buffer: REDUCE: share of the value that equity must be above the requirement.
        initial: REDUCE: equity must reach the initial margin.
        share: REDUCE_EVENLY: the grid of the share; SELL_SHARE: the share.
        above: only where the notional of the position is more than this, settlement asset.
        below_usage: TAKE_OVER: only where equity / requirement is less than this.
        at_bankruptcy: STEP_DOWN: what is cut goes over at the bankruptcy price instead of the market's.
        one_by_one: TAKE_OVER: position by position, tested after each.
        assumption: what is assumed where the venue does not say; empty where it does.

    >>> Step(Action.STEP_DOWN, tiers=2).from_tier
    2
    """

    action: Action
    mode: MarginMode | None = None
    tiers: int = 1
    from_tier: int = 2
    rounds: int | None = None
    usage: Fraction | None = None
    buffer: Fraction = Fraction(0)
    initial: bool = False
    share: Fraction | None = None
    above: Decimal | None = None
    below_usage: Fraction | None = None
    at_bankruptcy: bool = False
    one_by_one: bool = False
    assumption: str = ""

    @property
    def words(self) -> str:
        """The step as a sentence for a reader."""
        return "; ".join([str(self.action.value), *self._limits()])

    def _limits(self) -> Iterator[str]:
        if self.mode is not None:
            yield f"{self.mode.value} only"
        if self.action is Action.STEP_DOWN:
            yield f"{self.tiers} tier{'s' if self.tiers > 1 else ''} a round, from tier {self.from_tier} on"
            yield from ["at the bankruptcy price"] if self.at_bankruptcy else []
        if self.rounds is not None:
            yield f"{self.rounds} round{'s' if self.rounds > 1 else ''} at most"
        if self.usage is not None:
            yield f"down to {plain(100 * self.usage, 2)} % of equity"
        if self.buffer:
            yield f"with {plain(100 * self.buffer, 2)} % of the value to spare"
        if self.initial:
            fed = self.action is Action.FEED_FENCE
            yield "an initial margin at a time" if fed else "until equity is the initial margin"
        if self.share is not None:
            yield f"{plain(100 * self.share, 2)} %"
        if self.above is not None:
            yield f"above a notional of {plain(self.above)}"
        if self.below_usage is not None:
            yield f"where equity is below {plain(self.below_usage, 4)} of the requirement"
        if self.one_by_one:
            yield "one position after the other"
        if self.assumption:
            yield f"assumed: {self.assumption}"


@dataclass(frozen=True, slots=True)
class Fee:
    """The charge for a liquidation.

    Attributes:
        rates: by base coin, ``""`` for all others; the account's ``liquidation_fee`` comes first.
        highest: the rates are the most the venue takes, not what it takes.

    >>> Fee(Charge.OF_VALUE, {"": "0.006"}).rate_of("BTC")
    Decimal('0.006')
    """

    charge: Charge = Charge.NONE
    rates: Mapping[str, Decimal | str] = field(default_factory=dict)
    highest: bool = False

    def rate_of(self, base: str) -> Decimal | None:
        """The published rate for a coin; None where there is none."""
        found = self.rates.get(base, self.rates.get(""))
        return None if found is None else Decimal(found)


@dataclass(frozen=True, slots=True)
class LiquidationSequence:
    """Everything a venue says about what follows a failed test.

    Attributes:
        steps: in order; what is left after the last is taken over.
        bearers: of a loss beyond the collateral; what they do not bear stays as bad debt.

    >>> LiquidationSequence((Step(Action.CANCEL_ALL),)).remainder.name
    'INSURANCE_FUND'
    """

    steps: tuple[Step, ...]
    order: Order = Order.LARGEST_REQUIREMENT
    fee: Fee = Fee()
    remainder: Remainder = Remainder.INSURANCE_FUND
    bearers: tuple[Bearer, ...] = (Bearer.INSURANCE_FUND, Bearer.DELEVERAGED)
    ranking: Ranking = Ranking.BY_PROFIT_AND_LEVERAGE
    assumption: str = ""
    """What is assumed of the whole where the venue does not say."""

    @property
    def words(self) -> str:
        """The sequence in one sentence a step."""
        listed = [f"({number}) {step.words}" for number, step in enumerate(self.steps, 1)]
        return " ".join([*listed, *([f"assumed: {self.assumption}"] if self.assumption else [])])

    def steps_for(self, mode: MarginMode) -> tuple[Step, ...]:
        """The steps that hold for a fence, or for a pool."""
        return tuple(one for one in self.steps if one.mode in (None, mode))


NOT_STATED = LiquidationSequence(
    (Step(Action.CANCEL_CONTRACT), Step(Action.TAKE_OVER)),
    ranking=Ranking.NOT_RANKED,
    assumption="this pack states no sequence: orders are cancelled, then everything is taken over",
)
"""What is assumed of a pack that says nothing; the trader gets the worst of what venues do."""
