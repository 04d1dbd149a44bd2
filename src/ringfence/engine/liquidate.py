"""Liquidate: a venue's sequence, step by step, and who bears what is left; line by line why a ring died."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from ringfence.domain.account import MarginMode, Order
from ringfence.domain.market import Market
from ringfence.domain.numbers import Number, add, exactly, plain
from ringfence.engine.apply import apply
from ringfence.engine.closing import close_all, in_market, reduce, reduce_evenly, sell_share, step_down
from ringfence.engine.events import (
    LiquidationStarted,
    MarginMoved,
    OrdersCancelled,
    PositionReduced,
    RemainderKept,
)
from ringfence.engine.made import NEWEST, on_ledger
from ringfence.engine.run import ZERO, Backing, Run, Taken, Tested, act, assessed, idle, lying, noticed
from ringfence.engine.state import State
from ringfence.engine.takeover import cut_at_bankruptcy, take_over
from ringfence.engine.waterfall import Loss, borne
from ringfence.errors import Bug
from ringfence.exact.explain import explain, show
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import Book, Holding, Ring, prepare
from ringfence.venues.rules import Trigger, VenueRules
from ringfence.venues.sequence import Action, Step

FEEDS = 1_000
"""How often a fence may be fed before something is wrong: each time is an initial margin, or all it needs."""


@dataclass(frozen=True)
class RingLiquidated:
    """One ring that the venue liquidated, or began to.

    Attributes:
        equity, requirement: when it began. cured: it stands again, and what is left of it stays open.
        taken: every step. losses: beyond the collateral, by asset; empty where the collateral was enough.
        to_fund: what the insurance fund gained by it, fees included, by asset.
        notices: what a reader must not miss.
    """

    ring: str
    asset: str
    equity: Number
    requirement: Number
    cured: bool
    taken: tuple[Taken, ...]
    losses: tuple[Loss, ...]
    to_fund: Mapping[str, Number]
    notices: tuple[str, ...]


@dataclass(frozen=True)
class Liquidated:
    """The state after every ring that had to be was liquidated; ``rings`` is empty where none had to be."""

    state: State
    rings: tuple[RingLiquidated, ...]

    @property
    def steps(self) -> tuple[Taken, ...]:
        """Every step of every ring, in order."""
        return tuple(step for ring in self.rings for step in ring.taken)


@exactly
def liquidate(
    state: State,
    rules: VenueRules,
    *,
    backing: Backing | None = None,
    at: int | None = None,
    on: str = NEWEST,
) -> Liquidated:
    """Everything the venue does at these marks: each dead ring through its sequence, pools first.

    What is closed in the market is closed at the mark; where a ring has no equity left there, an order
    limited to its bankruptcy price finds nobody, and everything is taken over. The path of prices between
    two marks is not looked at.

    Args:
        backing: the insurance fund, counterparties and lots, where they are known.
        at: time of the events, UTC milliseconds; None: the state's. on: date of the tier tables.
    Returns:
        The state after it and every step with its workings; postings of each sum to zero.
    Raises:
        MissingMark: a ring has a position without a mark. MissingField: the ranking needs a figure.
    Source: each venue's clauses ``liquidation``, ``trigger`` and ``shortfall``.

    >>> import ringfence as rf
    >>> from ringfence.engine.state import begin
    >>> rules = rf.rules("demo")
    >>> book = rf.Account(venue="demo").open(
    ...     "BTC/USDT:USDT", "+0.1", entry_price="60000", leverage=10, isolated_margin="600"
    ... )
    >>> done = liquidate(begin(book, rules, marks={"BTC/USDT:USDT": Decimal(54100)}), rules)
    >>> [step.event.kind for step in done.steps if step.event]
    ['liquidation_started', 'position_taken_over', 'takeover_closed']
    """
    found: list[RingLiquidated] = []
    when = state.at if at is None else at
    before, book = state, prepare(state.account, rules, on=on)
    for ring in book.rings:
        if state is not before:  # another ring's end may have changed this one
            before, book = state, prepare(state.account, rules, on=on)
        if not _dead(book, ring, state.market):
            continue
        run = Run(state, rules, ring.name, backing or Backing(), when, on)
        state, one = _ring(replace(run, owed=lying(run)))
        found.append(one)
    return Liquidated(state, tuple(found))


def _dead(book: Book, before: Ring, market: Market) -> bool:
    """Whether a ring is to be liquidated as it stands now."""
    ring = next((one for one in book.rings if one.name == before.name and one.legs), None)
    if ring is None:
        return False
    return is_liquidated(ring, {symbol: market.mark(symbol) for symbol in ring.symbols})


def _ring(run: Run) -> tuple[State, RingLiquidated]:
    """One ring through its sequence, and down the waterfall."""
    first = run.tested
    if first is None:  # pragma: no cover - only rings with positions are asked
        raise Bug(f"{run.ring} has no position")
    asset, equity, need = first.ring.asset, first.added.equity, first.added.maintenance
    run = _begun(run, first)
    for step in (*run.rules.liquidation.steps_for(first.ring.mode), Step(Action.TAKE_OVER)):
        if run.alive:
            break
        run = _taken(run, step)
    cured = run.tested is not None
    run, losses = borne(run, seized=_seized(run, first))
    if run.rules.liquidation.assumption:
        run = noticed(run, f"assumed: {run.rules.liquidation.assumption}")
    ended = RingLiquidated(run.ring, asset, equity, need, cured, run.taken, losses, _gained(run), run.notices)
    return run.state, ended


def _begun(run: Run, now: Tested) -> Run:
    """Why: the test that failed, with the workings of both sides."""
    workings = explain(assessed(run, now))
    names = [f"positions.{leg.name}" for leg, _ in now.legs]
    fields = [*names, f"rings.{run.ring}"]
    wanted = ("notional", "unrealized_pnl", "maintenance_margin", "requirement", "closing_fee", "equity")
    lines = tuple(line for field in fields for line in workings.of(field) if line.field.endswith(wanted))
    make = partial(
        LiquidationStarted, ring=run.ring, equity=now.added.equity, requirement=now.added.maintenance
    )
    return act(replace(run, what="the test fails"), make, lines=lines)


def _taken(run: Run, step: Step) -> Run:
    """One step of the sequence."""
    run = replace(run, what=step.words)
    if step.assumption:
        run = noticed(run, f"assumed: {step.assumption}")
    now = run.tested
    if step.action in _IN_MARKET and now is not None and now.added.equity <= 0:
        return idle(run, "no equity is left at the mark: an order at the bankruptcy price finds nobody")
    count = len(run.taken)
    after = _ACTIONS[step.action](run, step)
    return after if len(after.taken) > count else idle(after, "nothing to do")


def cancel(run: Run, step: Step) -> Run:
    """The venue takes orders back."""
    rising = step.action is Action.CANCEL_RISING
    orders = [one for one in run.state.account.orders if _covered(run, step, one)]
    symbols = tuple(dict.fromkeys(one.symbol for one in orders if not (rising and one.reduce_only)))
    if not symbols:
        return idle(run, "no orders rest")
    return act(run, partial(OrdersCancelled, symbols=symbols, keeps_reduce_only=rising))


def _covered(run: Run, step: Step, order: Order) -> bool:
    now = run.tested
    if now is None or step.action is Action.CANCEL_ALL:
        return True
    if order.symbol in {leg.symbol for leg in now.ring.legs}:
        return True
    if step.action is Action.CANCEL_CONTRACT or now.ring.mode is MarginMode.ISOLATED:
        return False
    terms = run.state.account.instruments.get(order.symbol)
    return bool(now.ring.holdings) or run.rules.instrument(order.symbol, terms).settle == now.ring.asset


def net_hedges(run: Run, _step: Step) -> Run:
    """Long and short of one contract closed against each other, at the mark."""
    now = run.tested
    for leg, _ in () if now is None else now.legs:
        other = [one for one, _ in now.legs if one.symbol == leg.symbol and one.sign < 0] if now else []
        if leg.sign < 0 or not other:
            continue
        contracts = min(leg.position.contracts, other[0].position.contracts)
        mark = run.state.marks[leg.symbol]
        for one in (leg, other[0]):
            make = partial(
                PositionReduced, symbol=one.symbol, side=one.position.side, contracts=contracts, price=mark
            )
            run = act(run, make, f"{plain(contracts)} {one.name} netted at the mark {plain(mark)}")
    return run


def feed(run: Run, step: Step) -> Run:
    """A fence fed from the wallet, while the available balance lasts and the test fails."""
    for _ in range(FEEDS):
        now = run.tested
        if now is None or not now.dead or not now.legs[0][0].position.auto_add_margin:
            break
        leg, part = now.legs[0]
        amount = min(_portion(run, step, now), _available(run, now))
        amount = run.rules.money.round(amount)
        if amount <= 0 or Fraction(leg.position.isolated_margin or 0) >= Fraction(part.value):
            break
        make = partial(MarginMoved, symbol=leg.symbol, side=leg.position.side, amount=amount)
        event = make(id=f"{run.at} {run.ring} {len(run.state.seen) + 1}", at=run.at)
        if not apply(run.state, event, run.rules).accepted:
            return noticed(run, "the venue's own rule refuses to feed the fence")
        run = act(run, make, f"{show(amount)} {now.ring.asset} moves into the fence")
    return run


def _portion(run: Run, step: Step, now: Tested) -> Decimal:
    """What the venue moves at a time: an initial margin, or as much as the test asks for."""
    leg, part = now.legs[0]
    if step.initial and leg.initial_rate is not None:
        return Decimal(run.rules.money.round(Fraction(part.value) * Fraction(leg.initial_rate)))
    lacking = Fraction(-now.added.health)
    strict = run.rules.trigger is Trigger.AT_OR_BELOW_ZERO
    quantum = run.rules.money.quantum
    return Decimal(run.rules.money.round(lacking)) + (2 if strict else 1) * quantum


def _available(run: Run, now: Tested) -> Decimal:
    """What the pool can give; nothing where a leverage is missing and it cannot be told."""
    figures = assessed(run, now).rings
    pool = next((one for one in figures if one.name == f"pool {now.ring.asset}"), None)
    given = None if pool is None else pool.available_balance
    wallet = run.state.account.wallet.get(now.ring.asset, ZERO)
    most = ZERO if given is None else min(given, max(wallet, ZERO))
    quantum = run.rules.money.quantum
    return Decimal(int(Fraction(most) / Fraction(quantum))) * quantum


def _stepped(run: Run, step: Step) -> Run:
    return step_down(run, step, cut_at_bankruptcy if step.at_bankruptcy else in_market)


_ACTIONS: Mapping[Action, Callable[[Run, Step], Run]] = {
    Action.FEED_FENCE: feed,
    Action.CANCEL_RISING: cancel,
    Action.CANCEL_CONTRACT: cancel,
    Action.CANCEL_ALL: cancel,
    Action.NET_HEDGES: net_hedges,
    Action.STEP_DOWN: _stepped,
    Action.REDUCE: reduce,
    Action.REDUCE_EVENLY: reduce_evenly,
    Action.SELL_SHARE: sell_share,
    Action.CLOSE_IN_MARKET: close_all,
    Action.TAKE_OVER: take_over,
}
_IN_MARKET = (
    Action.STEP_DOWN,
    Action.REDUCE,
    Action.REDUCE_EVENLY,
    Action.SELL_SHARE,
    Action.CLOSE_IN_MARKET,
)


def _gained(run: Run) -> Mapping[str, Number]:
    """What the insurance fund got out of this liquidation, by asset, before it paid for any loss."""
    gained: dict[str, Number] = {}
    for one in run.taken:
        if one.event is not None and one.event.kind == "insurance_paid":
            continue
        for posting in one.postings:
            if posting.account == "insurance":
                gained[posting.asset] = add([gained.get(posting.asset, ZERO), posting.amount])
    return {asset: amount for asset, amount in sorted(gained.items()) if amount != 0}


def _seized(run: Run, first: Tested) -> Mapping[str, Number]:
    """What the fund took of a pool's other assets, as an amount of each asset that the pool owes."""
    if not first.ring.holdings:
        return {}
    prices = {one.asset: _price(one, run.state.marks) for one in first.ring.holdings}
    kept = [one.event for one in run.taken if isinstance(one.event, RemainderKept)]
    value = sum((Fraction(one.amount) * prices[one.asset] for one in kept), Fraction(0))
    found: dict[str, Number] = {}
    for asset, amount in sorted(lying(run).items()):
        part = min(Fraction(amount) * prices[asset], value)
        found[asset] = on_ledger(part / prices[asset])
        value -= part
    return found


def _price(holding: Holding, marks: Mapping[str, Decimal]) -> Fraction:
    rate = holding.rate
    return Fraction(marks[rate.mark_of] if rate.mark_of else rate.price or 0)
