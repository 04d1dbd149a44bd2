"""Laws of a preview: a change moves money and makes none, and the resulting account stands by itself."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ringfence.domain.account import MarginMode
from ringfence.errors import RingfenceError
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.solve.change import Preview, preview
from ringfence.solve.change.wanted import MoveMargin, SetLeverage, SwitchMode, Trade, Wanted
from ringfence.testing.strategies import World, wholes, worlds

GRAIN = Fraction(3, 10**8)
"""Realised profit, released margin and a new fence are each booked on the venue's grid."""

FEWER = settings(max_examples=settings().max_examples // 3)
"""Each example solves two books for every price."""


@st.composite
def wishes(draw: st.DrawFn) -> tuple[World, Wanted]:
    """A book with positions, and something that may be changed about one of them."""
    world = draw(worlds())
    assume(world.account.positions and not world.account.multi_asset)
    position = draw(st.sampled_from(world.account.positions))
    symbol, side = position.symbol, position.side
    other = MarginMode.CROSS if position.margin_mode is MarginMode.ISOLATED else MarginMode.ISOLATED
    size = draw(wholes(1, 2 * int(position.contracts) + 2))
    kinds: list[Wanted] = [
        SwitchMode(symbol, other, side),
        SetLeverage(symbol, Decimal(draw(st.integers(1, 125))), side),
        MoveMargin(symbol, draw(wholes(-50, 50)) + Decimal("0.5"), side),
        Trade(symbol, draw(st.sampled_from((1, -1))) * size, margin_mode=position.margin_mode),
        Trade(symbol, -side.sign * position.contracts / 2, reduces=True),
    ]
    return world, draw(st.sampled_from(kinds))


def seen(world: World, wanted: Wanted) -> Preview | None:
    try:
        return preview(world.book, world.market, wanted)
    except RingfenceError:
        return None  # a leverage that is not given, a fence without enough: located, and tested elsewhere


@FEWER
@given(wishes())
def test_a_change_makes_no_money(wish: tuple[World, Wanted]) -> None:
    found = seen(*wish)
    assume(found is not None and found.after is not None)
    assert found is not None
    assert found.after is not None
    before = {total.asset: total.total_equity for total in found.before.assessment.totals}  # type: ignore[union-attr]
    for total in found.after.assessment.totals:  # type: ignore[union-attr]
        made = Fraction(total.total_equity) - Fraction(before.get(total.asset, 0))
        assert abs(made) <= GRAIN, (wish[1], total.asset, made)


@FEWER
@given(wishes())
def test_what_is_not_touched_stays_as_it_is(wish: tuple[World, Wanted]) -> None:
    world, wanted = wish
    found = seen(world, wanted)
    assume(found is not None and found.after is not None)
    assert found is not None
    assert found.after is not None
    others = [one for one in world.account.positions if one.symbol != wanted.symbol]  # type: ignore[union-attr]
    assert [one for one in found.after.account.positions if one in others] == others
    assert found.after.account.orders == world.account.orders


@FEWER
@given(wishes())
def test_the_resulting_account_stands_by_itself(wish: tuple[World, Wanted]) -> None:
    """Assessed anew, without the preview, it has the figures that the preview shows."""
    world, wanted = wish
    found = seen(world, wanted)
    assume(found is not None and found.after is not None)
    assert found is not None
    assert found.after is not None
    account = replace(found.after.account)
    anew = assess(prepare(account, world.rules, on=world.book.on), world.market)
    assert anew.rings == found.after.assessment.rings  # type: ignore[union-attr]
    assert anew.positions == found.after.assessment.positions  # type: ignore[union-attr]
