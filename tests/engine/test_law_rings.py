"""Isolation and open interest over 20 000 events each, independent events and monotony over 10 000."""

from __future__ import annotations

from decimal import Decimal
from random import Random

import pytest

from ringfence.domain.account import Position
from ringfence.engine import State, apply
from ringfence.engine import events as ev
from ringfence.venues.rules import VenueRules
from tests.engine.draws import DEMO
from tests.engine.laws import commuting, conservation, fenced, in_ring, isolation, monotony
from tests.engine.market import market, open_interest


def isolated(state: State) -> list[Position]:
    """The positions behind a fence."""
    return [one for one in state.account.positions if one.isolated_margin is not None]


def whatever_happens_in_a_ring(seed: int, count: int) -> None:
    """Events inside one fence after another; a new book where both are gone."""
    rng = Random(seed)
    state = fenced(rng)
    for number in range(count):
        if not isolated(state):
            state = fenced(rng)
        position = rng.choice(isolated(state))
        done = apply(state, in_ring(rng, position, f"ring-{number}"), DEMO)
        isolation(state, position, done)
        conservation(done)
        state = done.state


def two_rings(seed: int, count: int, rules: VenueRules = DEMO, *, wallet: str = "9000") -> None:
    """Pairs of events in two fences, from states that such events lead to."""
    rng = Random(seed)
    state = fenced(rng, rules, wallet=wallet)
    for number in range(count):
        if len(isolated(state)) < 2:
            state = fenced(rng, rules, wallet=wallet)
        one, two = (in_ring(rng, p, f"{i}-{number}") for i, p in enumerate(isolated(state)[:2]))
        commuting(state, one, two, rules)
        state = apply(state, one, rules).state


def more_collateral(seed: int, count: int) -> None:
    """Deposits and margin added, over books that change."""
    rng = Random(seed)
    state = fenced(rng)
    for number in range(count):
        if not isolated(state):
            state = fenced(rng)
        position = rng.choice(isolated(state))
        amount = Decimal(rng.choice(("0.00000001", "3", "250")))
        added: ev.Event = ev.MarginMoved(f"a-{number}", 0, position.symbol, position.side, amount)
        if rng.random() < 0.5:
            added = ev.Deposit(f"a-{number}", 0, rng.choice(("USDT", "BTC")), amount)
        monotony(state, added)
        state = apply(state, in_ring(rng, position, f"r-{number}"), DEMO).state


def everybody_trades(seed: int, count: int) -> None:
    """A market of three."""
    for states in market(seed, count):
        open_interest(states)


@pytest.mark.parametrize("seed", range(10))
def test_what_happens_in_a_ring_stays_in_it(seed: int) -> None:
    whatever_happens_in_a_ring(seed, 2_000)


@pytest.mark.parametrize("seed", range(10))
def test_every_long_has_its_short(seed: int) -> None:
    everybody_trades(seed, 1_000)  # two events each, and three where funding is paid


@pytest.mark.parametrize("seed", range(5))
def test_events_of_two_rings_commute(seed: int) -> None:
    two_rings(seed, 2_000)


@pytest.mark.parametrize("seed", range(5))
def test_more_collateral_never_lowers_health(seed: int) -> None:
    more_collateral(seed, 2_000)
