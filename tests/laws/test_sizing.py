"""Laws of the inverse questions: an answer, put into the book and solved forward, gives the question back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import MarginMode, Position
from ringfence.domain.numbers import Number
from ringfence.errors import NotSupported
from ringfence.exact.health import is_liquidated, sums
from ringfence.solve.largest import Idea, largest_position
from ringfence.solve.liquidation import Reach, move_alone
from ringfence.solve.sized import Outcome, marks_at
from ringfence.solve.sizing import leverage_for, margin_for, size_for, withdrawable
from ringfence.testing.strategies import World, wholes, worlds
from ringfence.venues.rules import Trigger

PRICES = wholes(1, 320)


def _replaced(world: World, position: Position, **changes: object) -> World:
    held = tuple(replace(p, **changes) if p is position else p for p in world.account.positions)  # type: ignore[arg-type]
    return world.with_account(positions=held)


def _funded(world: World, position: Position, margin: Decimal) -> World:
    """The account with this much behind the position, as `margin_for` means it."""
    if position.margin_mode is MarginMode.ISOLATED:
        return _replaced(world, position, isolated_margin=margin)
    asset = position.symbol.split(":")[1].split("-")[0]
    return world.with_account(wallet={**world.account.wallet, asset: margin})


def _first(world: World, position: Position) -> Position:
    return next(p for p in world.account.positions if p.key == position.key)


@given(worlds(), PRICES)
def test_the_margin_it_takes_puts_the_liquidation_price_there(world: World, price: Decimal) -> None:
    position = world.account.positions[0]
    try:
        found = margin_for(world.book, world.market, position, price)
    except NotSupported:
        assume(False)
        raise
    if not found.found:
        assert found.value is None
        return
    assert found.value is not None
    assert found.exact is not None
    assert 0 <= Fraction(found.value) - Fraction(found.exact) < Fraction(1, 10**8)
    again = _funded(world, position, found.value)
    owner = again.book.ring_of(_first(again, position))
    answer = move_alone(again.book, again.market, owner, position.symbol)
    mark = world.market.mark(position.symbol)
    hit = answer.above if price > mark else answer.below
    assert hit == found.certificate
    assert hit is None or (hit.threshold >= price if price > mark else hit.threshold <= price)
    assert _health(again, position, price) >= 0
    assert hit is None or abs(hit.threshold - Fraction(price)) < Fraction(1, 10**3) or _jumps(world)


def _health(world: World, position: Position, price: Decimal) -> Number:
    ring = world.book.ring_of(_first(world, position))
    return sums(ring, marks_at(ring, world.market, position.symbol, Fraction(price))).health


def _jumps(world: World) -> bool:
    return any(table.jumps for table in world.account.tiers.values())


@given(worlds("mixed", jumping=False), PRICES)
def test_the_size_is_the_largest_alive_at_that_price(world: World, price: Decimal) -> None:
    position = world.account.positions[0]
    found = size_for(world.book, world.market, position, price, lot=Decimal("0.001"))
    if not found.found:
        return
    assert found.value is not None
    health = [
        _health(_resized(world, position, found.value + step), position, price)
        for step in (0, Decimal("0.001"))
    ]
    assert health[0] >= 0 > health[1]
    again = _resized(world, position, found.value)
    answer = move_alone(
        again.book, again.market, again.book.ring_of(_first(again, position)), position.symbol
    )
    assert (answer.above if price > world.market.mark(position.symbol) else answer.below) == found.certificate


def _resized(world: World, position: Position, contracts: Decimal) -> World:
    """The account after buying or selling at the mark, written as a person would: an average entry price.

    The entry cost is kept instead, which is exact: what is left of a position keeps its share of the cost.
    """
    mark = world.market.mark(position.symbol)
    sign = position.side.sign
    entry = position.entry_price or Decimal(0)
    if contracts <= position.contracts:
        realized = sign * (position.contracts - contracts) * (mark - entry)
        cost = contracts * entry
    else:
        realized = Decimal(0)
        cost = position.contracts * entry + (contracts - position.contracts) * mark
    changed = {"contracts": contracts, "entry_price": None, "entry_cost": cost}
    if position.margin_mode is MarginMode.CROSS:
        wallet = {**world.account.wallet, "USDT": world.account.wallet["USDT"] + realized}
        return _replaced(world, position, **changed).with_account(wallet=wallet)
    fence = (position.isolated_margin or Decimal(0)) + realized
    assume(fence >= 0)
    return _replaced(world, position, **changed, isolated_margin=fence)


@given(worlds("mixed"), PRICES)
def test_leverage_moves_a_fence_and_nothing_else(world: World, price: Decimal) -> None:
    position = world.account.positions[0]
    found = leverage_for(world.book, world.market, position, price)
    if position.margin_mode is MarginMode.CROSS:
        assert found.outcome is Outcome.LEVERAGE_IS_NO_LEVER
        other = _replaced(world, position, leverage=Decimal(2))
        one, two = (
            move_alone(w.book, w.market, w.book.ring_of(_first(w, position)), position.symbol)
            for w in (world, other)
        )
        assert (one.below, one.above) == (two.below, two.above)
    elif found.found:
        assert found.value is not None
        fence = found.figures["fence"]
        assert fence == _replaced(world, position, isolated_margin=fence).account.positions[0].isolated_margin
        assert _health(_funded(world, position, fence), position, price) >= 0
        assert found.value >= 1


@given(worlds())
def test_what_may_leave_keeps_the_ring_alive_and_a_quantum_more_does_not(world: World) -> None:
    quantum = world.rules.money.quantum
    for ring in world.book.rings:
        found = withdrawable(world.book, world.market, ring)
        alive, marks = Decimal(found.figures["alive"]), {s: world.market.mark(s) for s in ring.symbols}
        assert alive >= 0
        assert found.value is None or found.value >= 0
        if ring.holdings or is_liquidated(ring, marks):
            continue
        whole = ring.fractional
        left = replace(whole, collateral=whole.collateral - Fraction(alive))
        assert not is_liquidated(left, marks) or alive == 0
        if alive + quantum <= ring.collateral:
            beyond = replace(whole, collateral=whole.collateral - Fraction(alive + quantum))
            assert is_liquidated(beyond, marks)


@st.composite
def ideas(draw: st.DrawFn) -> Idea:
    side = draw(st.sampled_from(("long", "short")))
    entry, gap = draw(wholes(60, 160)), draw(wholes(1, 50))
    mode = draw(st.sampled_from(("isolated", "cross")))
    fenced = mode == "isolated" and draw(st.booleans())
    leverage = draw(st.sampled_from((None, Decimal(2), Decimal(10), Decimal(50))))
    return Idea(
        "ETH/USDT:USDT", side, entry, entry - gap if side == "long" else entry + gap, mode,  # type: ignore[arg-type]
        margin=draw(wholes(1, 500)) if fenced else None,
        leverage=None if fenced else leverage or (Decimal(5) if mode == "isolated" else None),
        lot=Decimal("0.01"),
    )  # fmt: skip


@given(worlds("mixed", jumping=False), ideas())
def test_the_largest_position_outlives_its_invalidation_and_a_lot_more_does_not(
    world: World, idea: Idea
) -> None:
    others = tuple(p for p in world.account.positions if p.symbol != idea.symbol)
    tables = {**world.account.tiers, idea.symbol: next(iter(world.account.tiers.values()))}
    world = world.with_account(positions=others, tiers=tables)
    found = largest_position(world.book, world.market, idea)
    if not found.found or found.value is None:
        return
    by = min(found.figures, key=lambda name: found.figures[name])
    assert _alive(world, idea, found.value)
    if found.certificate is not None:
        gap = idea.side.sign * (Fraction(idea.invalidation) - found.certificate.threshold)
        # A venue that liquidates below zero only leaves a position alone whose health is zero there.
        assert gap > 0 or (gap == 0 and world.rules.trigger is Trigger.BELOW_ZERO)
    if by == "by_liquidation":
        assert not _alive(world, idea, found.value + Decimal("0.01")) or _fence_is_rounded(idea)


def _alive(world: World, idea: Idea, contracts: Decimal) -> bool:
    fence = idea.margin
    if idea.margin_mode is MarginMode.ISOLATED and idea.leverage is not None:
        fence = world.rules.money.round(Fraction(contracts * idea.entry_price) / Fraction(idea.leverage))
    position = Position(
        idea.symbol, idea.side, contracts, entry_price=idea.entry_price, margin_mode=idea.margin_mode,
        leverage=idea.leverage, isolated_margin=fence,
    )  # fmt: skip
    opened = world.with_account(positions=(*world.account.positions, position))
    ring = opened.book.ring_of(position)
    return not is_liquidated(ring, marks_at(ring, opened.market, idea.symbol, Fraction(idea.invalidation)))


def _fence_is_rounded(idea: Idea) -> bool:
    return idea.margin_mode is MarginMode.ISOLATED and idea.leverage is not None


@given(worlds("mixed"))
def test_todays_liquidation_price_takes_todays_margin(world: World) -> None:
    for position in world.account.positions:
        answer = move_alone(world.book, world.market, world.book.ring_of(position), position.symbol)
        for hit in (
            (answer.below, answer.above) if answer.reach is Reach.AT_A_PRICE and not _jumps(world) else ()
        ):
            if hit is None or hit.threshold.denominator != 1 or hit.move == 0:
                continue
            found = margin_for(world.book, world.market, position, str(int(hit.threshold)))
            assert found.found
            assert found.figures["exact_change"] == 0
