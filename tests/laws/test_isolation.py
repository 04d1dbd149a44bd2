"""Laws of the two modes: what a fence keeps in, and what a pool lends out."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import Account, InstrumentTerms, MarginMode
from ringfence.exact.health import sums
from ringfence.exact.ring import Ring
from ringfence.solve.liquidation import Answer, Reach, liquidations, move_alone
from ringfence.solve.shock import outcomes
from ringfence.testing.strategies import World, markets, positions, tier_tables, wholes, worlds
from ringfence.venues import registry
from ringfence.venues.rules import Trigger

LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"


@st.composite
def lone(draw: st.DrawFn) -> tuple[World, World, Decimal]:
    """One position behind a fence beside spare balance, its twin in a pool of both, and the spare."""
    symbol = draw(st.sampled_from((LINEAR, INVERSE)))
    asset = symbol.split(":")[1]
    terms = InstrumentTerms(None, Decimal(1 if symbol == LINEAR else 100), Decimal(1))
    position = draw(positions(symbol, fenced=True))
    spare = draw(wholes(0, 2_000, places=1))
    fence = position.isolated_margin or Decimal(0)
    table = draw(tier_tables(symbol, scale=1_000 if symbol == LINEAR else 20))
    account = Account(
        venue="demo",
        wallet={asset: spare},
        positions=(position,),
        tiers={symbol: table},
        instruments={symbol: terms},
    )
    cross = replace(position, margin_mode=MarginMode.CROSS, isolated_margin=None)
    pooled = replace(account, wallet={asset: spare + fence}, positions=(cross,))
    market, rules = draw(markets((symbol,))), registry.rules("demo")
    return World(account, market, rules), World(pooled, market, rules), spare


def _ring(world: World) -> Ring:
    return world.book.ring_of(world.account.positions[0])


def _answer(world: World) -> Answer:
    return move_alone(world.book, world.market, _ring(world), world.account.positions[0].symbol)


@given(lone())
def test_a_lone_position_is_never_liquidated_earlier_in_cross(pair: tuple[World, World, Decimal]) -> None:
    fenced, pooled = _answer(pair[0]), _answer(pair[1])
    if pooled.reach is Reach.ALREADY:
        assert fenced.reach is Reach.ALREADY
    if Reach.ALREADY in (fenced.reach, pooled.reach):
        return
    for near, far in ((fenced.below, pooled.below), (fenced.above, pooled.above)):
        if far is not None:
            assert near is not None
            assert abs(near.move) <= abs(far.move)


@given(lone())
def test_a_fence_that_holds_the_whole_wallet_has_the_cross_price(pair: tuple[World, World, Decimal]) -> None:
    fenced, pooled, spare = pair
    position = fenced.account.positions[0]
    asset = position.symbol.split(":")[1]
    whole = replace(position, isolated_margin=(position.isolated_margin or Decimal(0)) + spare)
    fenced = fenced.with_account(positions=(whole,), wallet={asset: Decimal(0)})
    one, other = _answer(fenced), _answer(pooled)
    assert replace(one, ring=other.ring) == other


@given(worlds("mixed"), wholes(0, 100_000, places=2))
def test_an_isolated_price_does_not_depend_on_the_rest_of_the_wallet(world: World, spare: Decimal) -> None:
    richer = world.with_account(wallet={"USDT": spare})
    for position in world.account.positions:
        if position.margin_mode is MarginMode.ISOLATED:
            fence = world.book.ring_of(position)
            before = move_alone(world.book, world.market, fence, position.symbol)
            after = move_alone(richer.book, world.market, richer.book.ring_of(position), position.symbol)
            assert before == after


@given(worlds("mixed"), st.data())
def test_an_isolated_loss_stops_at_its_fence(world: World, data: st.DataObject) -> None:
    fenced = [p for p in world.account.positions if p.margin_mode is MarginMode.ISOLATED]
    coins = {p.symbol for p in fenced} - {p.symbol for p in world.account.positions if p not in fenced}
    moved = {symbol: data.draw(wholes(1, 400)) for symbol in sorted(coins)}
    after = replace(world.market, marks={**world.market.marks, **moved})
    for ring, outcome in zip(world.book.rings, outcomes(world.book, world.market, after), strict=True):
        if ring.mode is MarginMode.CROSS:
            marks = [{s: m.mark(s) for s in ring.symbols} for m in (world.market, after)]
            assert sums(ring, marks[0]) == sums(ring, marks[1]), "the pool does not feel it"
        else:
            assert outcome.loss <= max(outcome.equity_before, Decimal(0)), "no more than the fence held"
            assert outcome.equity_after >= 0 or not outcome.liquidated


@given(worlds("hedged"))
def test_the_legs_of_a_hedged_pair_share_one_price_in_cross(world: World) -> None:
    found = liquidations(world.book, world.market)
    for symbol in {p.symbol for p in world.account.positions}:
        assert found.of(symbol, "long").alone == found.of(symbol, "short").alone


@given(worlds("mixed"), st.randoms(use_true_random=False))
def test_the_order_of_positions_is_irrelevant(world: World, chance: object) -> None:
    turned = list(world.account.positions)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    other = world.with_account(positions=tuple(turned))
    market = replace(world.market, leader=world.market.leader)
    before, after = liquidations(world.book, market), liquidations(other.book, market)
    for position in world.account.positions:
        one, two = (found.of(position.symbol, position.side.value) for found in (before, after))
        assert _price(one.alone) == _price(two.alone)
        assert _price(one.together) == _price(two.together)


def _price(answer: Answer) -> tuple[object, ...]:
    hits = (answer.below, answer.above)
    return (
        answer.reach,
        *((hit.alive, hit.liquidated, hit.threshold) if hit else None for hit in hits),
        answer.equity_left,
    )


@given(worlds())
def test_more_collateral_never_lowers_health(world: World) -> None:
    for asset in world.account.wallet:
        richer = world.with_account(
            wallet={**world.account.wallet, asset: world.account.wallet[asset] + Decimal("0.1")}
        )
        for poor, rich in zip(world.book.rings, richer.book.rings, strict=True):
            marks = {symbol: world.market.mark(symbol) for symbol in poor.symbols}
            assert Fraction(sums(rich, marks).health) >= Fraction(sums(poor, marks).health)


def test_the_strict_trigger_is_among_the_generated_books() -> None:
    seen = set()

    @given(worlds("linear"))
    def collect(world: World) -> None:
        seen.add(world.rules.trigger)

    collect()
    assert seen == set(Trigger)
