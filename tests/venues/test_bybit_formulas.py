"""Both Bybit packs against the venue's formulas over drawn positions, tiers and margins included."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, rounded
from ringfence.domain.tiers import TierBasis, TierTable, joined
from ringfence.exact.assess import assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import Reach, move_alone, shown_prices
from ringfence.venues import bybit_inverse, bybit_linear
from ringfence.venues.rules import VenueRules
from tests.venues.bybit_page import (
    Held,
    classic_inverse_cross,
    isolated_price,
    isolated_price_before,
)

D = Fraction
SYMBOLS = {False: "BTC/USDT:USDT", True: "BTC/USD:BTC"}
PACKS = {False: bybit_linear.RULES, True: bybit_inverse.RULES}


def ending(value: Fraction) -> Fraction:
    """The nearest amount that 12 decimals can write."""
    return D(rounded(value, Decimal("1E-12")))


@st.composite
def positions(draw: st.DrawFn, *, inverse: bool | None = None) -> Held:
    """A position whose figures all end in decimals, so that both sides start from the same numbers."""
    coin = draw(st.booleans()) if inverse is None else inverse
    entry = D(draw(st.integers(1, 10**6)), 10)
    size = D(draw(st.integers(1, 10**5)), 1 if coin else 100)
    cost = size / entry if coin else size * entry
    floor = ending(cost * draw(st.sampled_from([D(3, 10), D(9, 10), D(12, 10), D(5)])))
    assume(floor > 0)
    last = floor * 4
    rates = draw(st.sampled_from([(D("0.004"), D("0.01"), D("0.05")), (D("0.01"), D("0.02"), D("0.3"))]))
    tiers = ((D(0), floor, rates[0]), (floor, last, rates[1]), (last, None, rates[2]))
    leverage = D(draw(st.sampled_from([1, 2, 3, 5, 10, 25, 50])))
    fee = D(draw(st.sampled_from(["0", "0.0002", "0.00055", "0.001"])))
    held = Held(draw(st.booleans()), coin, size, entry, leverage, fee, tiers)
    inside = held.cost / leverage + held.close_fee
    share = draw(st.sampled_from([D(-1, 5), D(0), D(1, 2), D(3)]))
    return Held(
        held.long, coin, size, entry, leverage, fee, tiers, ending(inside * (1 + share)),
    )  # fmt: skip


@exactly
def book_of(one: Held, rules: VenueRules, *, wallet: Fraction | None = None, tick: str | None = None) -> Book:
    symbol = SYMBOLS[one.inverse]
    isolated = wallet is None
    rows = [(_d(floor), None if cap is None else _d(cap), _d(rate), None) for floor, cap, rate in one.tiers]
    table = TierTable(symbol, joined(rows), TierBasis.SETTLE)
    position = Position(
        symbol, Side.LONG if one.long else Side.SHORT, _d(one.size), entry_price=_d(one.entry),
        leverage=_d(one.leverage), margin_mode=MarginMode.ISOLATED if isolated else MarginMode.CROSS,
        isolated_margin=_d(one.margin) if isolated else None,
    )  # fmt: skip
    account = Account(
        venue=rules.key,
        wallet={} if wallet is None else {symbol.rpartition(":")[2]: _d(wallet)},
        positions=(position,),
        instruments={
            symbol: InstrumentTerms(taker_fee=_d(one.fee), tick_size=None if tick is None else Decimal(tick))
        },
        tiers={symbol: table},
    )
    return prepare(account, rules, on="2026-11-22")


def _d(value: Fraction) -> Decimal:
    return rounded(value, Decimal("1E-15"))


def solved(book: Book, one: Held) -> tuple[Reach, Fraction | None]:
    symbol = SYMBOLS[one.inverse]
    answer = move_alone(book, Market({symbol: _d(one.entry)}), book.rings[-1], symbol)
    return answer.reach, None if answer.nearest is None else answer.nearest.threshold


@given(positions())
def test_an_isolated_price_is_the_one_of_the_page(one: Held) -> None:
    reach, found = solved(book_of(one, PACKS[one.inverse][1]), one)
    wanted = isolated_price(one)
    if reach is Reach.ALREADY:
        worse = wanted is None or (wanted >= one.entry if one.long else wanted <= one.entry)
        assert worse
    elif found is None:
        assert wanted is None or wanted < D(1, 10**8)
    else:
        assert found == wanted


@given(positions())
def test_an_isolated_price_under_the_old_rules_is_the_one_of_the_page(one: Held) -> None:
    reach, found = solved(book_of(one, PACKS[one.inverse][0]), one)
    wanted = isolated_price_before(one)
    if reach is Reach.ALREADY:
        assert wanted is not None
        assert wanted >= one.entry if one.long else wanted <= one.entry
    elif found is None:
        assert wanted is None or wanted < D(1, 10**8)
    else:
        assert found == wanted


@given(positions(), st.sampled_from([D("0.9"), D(1), D("1.07")]), st.booleans(), st.booleans())
def test_margins_are_those_of_the_page(one: Held, move: Fraction, new: bool, cross: bool) -> None:
    mark = ending(one.entry * move)
    book = book_of(one, PACKS[one.inverse][new], wallet=one.cost if cross else None)
    figures = assess(book, Market({SYMBOLS[one.inverse]: _d(mark)})).positions[0]
    on_mark = one.value(mark)
    maintained = on_mark if new else one.cost
    margined = on_mark if new and cross else one.cost
    assert figures.maintenance_margin == one.maintenance(maintained) + one.close_fee
    assert figures.initial_margin == margined / one.leverage + one.close_fee
    assert figures.closing_fee == one.close_fee


@given(positions(inverse=True), st.sampled_from([D("0.02"), D("0.3"), D(2)]))
def test_a_classic_inverse_pool_has_the_prices_of_the_page(one: Held, backed: Fraction) -> None:
    flat = Held(one.long, True, one.size, one.entry, one.leverage, one.fee, ((D(0), None, one.tiers[0][2]),))
    balance = ending(flat.cost * backed)
    book = book_of(flat, bybit_inverse.RULES[0], wallet=balance)
    reach, found = solved(book, flat)
    assume(reach is not Reach.ALREADY)
    market = Market({"BTC/USD:BTC": _d(flat.entry)})
    answer = move_alone(book, market, book.rings[0], "BTC/USD:BTC")
    prices = shown_prices(book, market, book.account.positions[0], answer)
    assert prices is not None
    assert (found, prices.bankruptcy) == classic_inverse_cross(flat, balance)


@given(positions(), st.booleans())
def test_at_the_printed_bankruptcy_the_margin_less_its_fee_is_used_up(one: Held, new: bool) -> None:
    """Derived: the fee for closing is the one on the value there; under the old rules the one at entry."""
    book = book_of(one, PACKS[one.inverse][new])
    market = Market({SYMBOLS[one.inverse]: _d(one.entry)})
    answer = move_alone(book, market, book.rings[-1], SYMBOLS[one.inverse])
    prices = shown_prices(book, market, book.account.positions[0], answer)
    assert prices is not None
    assume(prices.bankruptcy is not None)
    worth = one.value(D(prices.bankruptcy))
    gain = (worth - one.cost) * (1 if one.long != one.inverse else -1)
    fee = one.fee * worth if new else one.close_fee
    assert one.margin + gain == fee


@given(positions(), st.booleans())
def test_printed_prices_lie_on_the_tick_toward_the_entry(one: Held, new: bool) -> None:
    rules = PACKS[one.inverse][new]
    market = Market({SYMBOLS[one.inverse]: _d(one.entry)})
    both = []
    for tick in (None, "0.5"):
        book = book_of(one, rules, tick=tick)
        answer = move_alone(book, market, book.rings[-1], SYMBOLS[one.inverse])
        both.append(shown_prices(book, market, book.account.positions[0], answer))
    exact, printed = both
    assert exact is not None
    assert printed is not None
    for true, shown in zip(exact, printed, strict=True):
        assert (true is None) == (shown is None)
        if true is not None:
            off = D(shown) - D(true)
            assert 0 <= (off if one.long else -off) < D(1, 2)
            assert (D(shown) * 2).denominator == 1


@pytest.mark.parametrize("long", [True, False])
@pytest.mark.parametrize("inverse", [True, False])
def test_a_fence_opened_at_its_leverage_does_not_see_the_fee(long: bool, inverse: bool) -> None:
    """What is reserved stands on both sides of the test, so that the price is the same at any fee."""
    found = set()
    for fee in ("0", "0.00055", "0.004"):
        bare = Held(long, inverse, D(1000), D(8), D(5), D(fee), ((D(0), None, D("0.005")),))
        inside = bare.cost / bare.leverage + bare.close_fee
        one = Held(long, inverse, D(1000), D(8), D(5), D(fee), bare.tiers, inside)
        found.add(solved(book_of(one, PACKS[inverse][1]), one)[1])
    assert len(found) == 1
