"""The laws of money as checks of one step; each raises ``AssertionError`` where it is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from random import Random

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.numbers import exactly
from ringfence.engine import Applied, Refused, State, apply, unbalanced
from ringfence.engine import events as ev
from ringfence.engine.invariants import conserved, disturbed, mirrored
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.ring import prepare
from ringfence.venues.rules import FundingFrom, VenueRules
from tests.engine.draws import AROUND, BTC, COIN, DEMO, ETH, opened, start

ZERO = Decimal(0)
ON = "9999-12-31"


def figures(state: State, rules: VenueRules = DEMO) -> Assessment:
    """The account assessed at the marks of its state."""
    return assess(prepare(state.account, rules, on=ON), state.market)


@exactly
def conservation(done: Applied, rules: VenueRules = DEMO) -> None:
    """M1: in every asset the postings, and all accounts, sum to zero; the account is what they say."""
    assert not unbalanced((one.asset, one.amount) for one in done.postings)
    assert not conserved(done.state)
    assert not mirrored(done.state, rules)
    if not done.accepted:
        assert done.postings == ()


@dataclass
class Traded:
    """A naive book of linear symbols beside the engine: what was paid for what is held, nothing else."""

    held: dict[str, Decimal] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)

    @exactly
    def add(self, symbol: str, signed: Decimal, price: Decimal) -> None:
        """Contracts bought (or sold, below zero) at a price."""
        self.held[symbol] = self.held.get(symbol, ZERO) + signed
        self.paid[symbol] = self.paid.get(symbol, ZERO) + signed * price

    def follow(self, before: State, event: ev.Event) -> None:
        """What an accepted event bought and sold."""
        if isinstance(event, ev.Filled):
            sign = 1 if event.side == "buy" else -1
            self.add(event.symbol, sign * event.contracts, event.price)
        if isinstance(event, ev.PositionReduced | ev.PositionTakenOver):
            self.add(event.symbol, -event.side.sign * event.contracts, event.price)
        if isinstance(event, ev.Settled):
            for one in before.account.positions:
                if one.symbol == event.symbol:
                    self.add(one.symbol, -one.side.sign * one.contracts, event.price)

    @exactly
    def agrees(self, state: State, symbols: Iterable[str] = (BTC, ETH)) -> None:
        """Realised and unrealised together are what the trades say, to the last digit."""
        naive = sum((self.held.get(s, ZERO) * AROUND[s] - self.paid.get(s, ZERO) for s in symbols), ZERO)
        unrealised = sum((_profit(one) for one in state.account.positions if one.symbol in symbols), ZERO)
        assert unrealised - state.balances.get(("counterparty", "USDT"), ZERO) == naive
        for symbol in symbols:
            sizes = (one.side.sign * one.contracts for one in state.account.positions if one.symbol == symbol)
            assert sum(sizes, ZERO) == self.held.get(symbol, ZERO)


def _profit(position: Position) -> Decimal:
    paid = position.entry_cost or position.contracts * (position.entry_price or ZERO)
    return position.side.sign * (position.contracts * AROUND[position.symbol] - paid)


@dataclass
class Dust:
    """M4: n roundings to nearest leave at most n half quanta."""

    roundings: dict[str, int] = field(default_factory=dict)

    def holds(self, done: Applied, rules: VenueRules = DEMO) -> None:
        """Count the roundings of a step, and look at what lies on ``dust``."""
        for one in done.postings:
            if one.account == "dust":
                self.roundings[one.asset] = self.roundings.get(one.asset, 0) + 1
        for asset, count in self.roundings.items():
            lies = abs(done.state.balances.get(("dust", asset), ZERO))
            assert lies <= count * rules.money.quantum / 2


def idempotency(event: ev.Event, done: Applied, rules: VenueRules = DEMO) -> None:
    """M6: the same event again changes nothing; its id with other content is refused."""
    again = apply(done.state, event, rules)
    assert again.state is done.state
    assert again.postings == ()
    assert again.accepted == done.accepted
    other = apply(done.state, replace(event, at=event.at + 1), rules)
    assert isinstance(other.outcome, Refused)
    assert other.outcome.code == "other-content"
    assert other.state is done.state


def fenced(rng: Random, rules: VenueRules = DEMO, *, wallet: str = "9000") -> State:
    """Two isolated positions of their own symbol, and a cross position in coin."""
    state = opened(start(wallet=wallet), rules)
    for number, (symbol, size) in enumerate(((BTC, "0.037"), (ETH, "1.3"), (COIN, "70"))):
        mode = MarginMode.CROSS if symbol == COIN else MarginMode.ISOLATED
        price = Decimal(AROUND[symbol]) * rng.randint(990, 1_010) / 1_000
        state = apply(
            state,
            ev.Filled(
                f"open-{number}", 0, symbol, rng.choice(("buy", "sell")), Decimal(size), price,
                margin_mode=mode, leverage=Decimal(rng.choice((5, 20, 50))),
            ),
            rules,
        ).state  # fmt: skip
    assert len(state.account.positions) == 3
    return state


def in_ring(rng: Random, position: Position, name: str) -> ev.Event:
    """Something that happens to one isolated position and to nothing else."""
    symbol, side = position.symbol, position.side
    price = Decimal(AROUND[symbol]) * rng.randint(800, 1_200) / 1_000
    part = position.contracts if rng.random() < 0.15 else position.contracts / 4
    kind = rng.randrange(6)
    if kind == 0:
        return ev.PositionReduced(name, 0, symbol, side, part, price)
    if kind == 1:
        keeper = rng.choice(("wallet", "insurance"))
        return ev.PositionTakenOver(name, 0, symbol, side, part, price, keeper)
    if kind == 2:
        return ev.Marked(name, 0, {symbol: price})
    if kind == 3 and (position.isolated_margin or ZERO) > 0:
        ring = f"fence {symbol} {side.value}"
        return ev.LiquidationFee(name, 0, "USDT", position.isolated_margin / 8, ring)
    return ev.FundingPaid(name, 0, symbol, Decimal(rng.choice(("0.0007", "-0.0011", "0.02"))), price)


def isolation(before: State, position: Position, done: Applied) -> None:
    """M2: whatever happens in a ring, nothing outside it falls by one quantum, and other fences stand."""
    own = frozenset({f"fence:{position.symbol} {position.side.value}"})
    for (name, _), change in disturbed(before, done.state, own=own).items():
        assert name == "wallet", f"{name} changed by {change}"
        assert change > 0, f"the wallet paid {-change} for a fence"
    others = [one for one in before.account.positions if one.key != position.key]
    assert [one for one in done.state.account.positions if one.key != position.key] == others


def commuting(state: State, one: ev.Event, two: ev.Event, rules: VenueRules = DEMO) -> None:
    """M7: two events of rings that share nothing come to the same in either order."""
    first = apply(state, one, rules)
    then = apply(first.state, two, rules)
    second = apply(state, two, rules)
    last = apply(second.state, one, rules)
    assert then.state.account == last.state.account
    assert then.state.balances == last.state.balances
    assert then.state.marks == last.state.marks
    assert (first.postings, then.postings) == (last.postings, second.postings)


def monotony(state: State, event: ev.Event, rules: VenueRules = DEMO) -> None:
    """M8: collateral that is added lowers no ring's health; nothing else is moved by it."""
    done = apply(state, event, rules)
    if not done.accepted:
        return
    health = {ring.name: Fraction(ring.health) for ring in figures(state, rules).rings}
    paid_by = "pool USDT" if isinstance(event, ev.MarginMoved) else ""
    for ring in figures(done.state, rules).rings:
        if ring.name != paid_by:
            assert Fraction(ring.health) >= health.get(ring.name, Fraction(0))


SHARED = replace(DEMO, funding_from=FundingFrom.AVAILABLE_THEN_FENCE)
"""Rules under which two fences are not independent: both are fed from one wallet."""
