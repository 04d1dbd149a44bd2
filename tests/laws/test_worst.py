"""Laws of the worst: no move of the marks costs more than the most that can be lost."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account
from ringfence.domain.market import Market
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import Ring, prepare
from ringfence.solve.liquidation import Reach, liquidations
from ringfence.solve.shock import outcomes
from ringfence.solve.worst import can_be_liquidated, most_to_lose
from ringfence.testing.strategies import World, markets, worlds
from ringfence.venues.registry import rules

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


def _alive(world: World, ring: Ring) -> bool:
    return bool(ring.legs) and not is_liquidated(ring, {s: world.market.mark(s) for s in ring.symbols})


@given(worlds(), st.data())
def test_no_jump_costs_more_than_the_most_that_can_be_lost(world: World, data: st.DataObject) -> None:
    drawn = data.draw(markets(tuple(world.market.marks)))
    after = replace(world.market, marks=drawn.marks)
    for ring, outcome in zip(world.book.rings, outcomes(world.book, world.market, after), strict=True):
        if _alive(world, ring):
            assert outcome.loss <= most_to_lose(ring, world.market)
            assert not outcome.liquidated or can_be_liquidated(ring, world.market)


@given(worlds())
def test_what_has_a_liquidation_price_can_be_liquidated(world: World) -> None:
    rings = {ring.name: ring for ring in world.book.rings}
    found = liquidations(world.book, world.market)
    for answer in (*(one.alone for one in found.positions), *found.rings):
        if answer.reach is Reach.AT_A_PRICE:
            assert can_be_liquidated(rings[answer.ring], world.market)


CASES = """
 wallet  positions                    liquidatable  most to lose
   5000  BTC+1@60000 BTC-1@61000      yes                   6000    # hedged: maintenance grows with the price
  10000  BTC+0.1@60000                no                    6000    # paid in full: its value and no more
   1000  BTC+0.1@60000                yes                   1000
 100000  BTC-0.1@60000                yes                 100000    # a short loses without end
  70000  BTC+1@60000 ETH+1@3000       no                   63000
   9000  BTC+0.1@60000 ETH+1@3000     yes                   9000    # paid in full, and worth nothing at zero
"""


@pytest.mark.parametrize("row", [line for line in CASES.splitlines()[2:] if line.strip()])
def test_the_most_that_can_be_lost(row: str) -> None:
    words = row.split("#")[0].split()
    wallet, (*written, liquidatable, most) = words[0], words[1:]
    account = Account(venue="demo", wallet={"USDT": wallet}, hedged=True)
    for one in written:
        size, entry = one[3:].split("@")
        account = account.open(f"{one[:3]}/USDT:USDT", size, entry_price=entry)
    market = Market({BTC: Decimal(60000), ETH: Decimal(3000)})
    (ring,) = prepare(account, rules("demo"), on="2026-11-22").rings
    assert can_be_liquidated(ring, market) is (liquidatable == "yes")
    assert most_to_lose(ring, market) == Decimal(most)
