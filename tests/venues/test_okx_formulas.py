"""Both OKX packs against the venue's formulas over drawn positions: tiers of contracts, fee, tick, slices."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ringfence.domain.account import (
    Account,
    CollateralRate,
    HaircutSlice,
    InstrumentTerms,
    MarginMode,
    Position,
    Side,
)
from ringfence.domain.market import Market
from ringfence.domain.numbers import exactly, rounded
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.ring import Book, prepare
from ringfence.solve.liquidation import Reach, move_alone, shown_prices
from ringfence.venues import registry
from tests.venues.okx_page import Held, cross_price, discounted, isolated_price

D = Fraction
SYMBOLS = {False: "BTC/USDT:USDT", True: "BTC/USD:BTC"}
KEYS = {False: "okx_linear", True: "okx_inverse"}
TICK = Decimal("0.1")
ZERO = D(0)


def dec(value: Fraction) -> Decimal:
    written = rounded(value, Decimal("1E-18"))
    assert Fraction(written) == value
    return written


def ending(value: Fraction) -> Fraction:
    return D(rounded(value, Decimal("1E-12")))


@st.composite
def positions(draw: st.DrawFn, *, inverse: bool | None = None) -> Held:
    coin = draw(st.booleans()) if inverse is None else inverse
    first, second = draw(st.sampled_from([(100, 300), (3_000, 6_000), (10, 11)]))
    rates = draw(st.sampled_from([("0.004", "0.005", "0.01"), ("0.02", "0.03", "0.25")]))
    edges = [(0, first), (first + 1, second), (second + 1, 10**9)]
    tiers = tuple((D(low), D(high), D(rate)) for (low, high), rate in zip(edges, rates, strict=True))
    edge = draw(st.sampled_from([first, first + 1, second, second + 1]))
    return Held(
        draw(st.booleans()), coin,
        D(draw(st.one_of(st.integers(1, 9_000), st.just(edge)))),
        D(draw(st.sampled_from(["1", "10", "100"] if coin else ["0.01", "0.1", "1"]))),
        D(draw(st.integers(1, 10**6)), 10),
        D(draw(st.sampled_from([1, 2, 3, 5, 10, 25, 50, 100]))),
        D(draw(st.sampled_from(["-0.0001", "0", "0.0003", "0.0005"]))),
        tiers,
    )  # fmt: skip


@exactly
def book_of(one: Held, *, margin: Fraction | None = None, wallet: Fraction = ZERO) -> Book:
    symbol = SYMBOLS[one.inverse]
    rows = [Tier(dec(low), dec(high + 1), dec(rate), Decimal(0)) for low, high, rate in one.tiers[:-1]] + [
        Tier(dec(one.tiers[-1][0]), None, dec(one.tiers[-1][2]), Decimal(0))
    ]
    position = Position(
        symbol, Side.LONG if one.long else Side.SHORT, dec(one.contracts), entry_price=dec(one.entry),
        leverage=dec(one.leverage), isolated_margin=None if margin is None else dec(margin),
        margin_mode=MarginMode.CROSS if margin is None else MarginMode.ISOLATED,
    )  # fmt: skip
    account = Account(
        venue=KEYS[one.inverse], wallet={symbol.rpartition(":")[2]: dec(wallet)}, positions=(position,),
        instruments={
            symbol: InstrumentTerms(contract_size=dec(one.face), taker_fee=dec(one.fee), tick_size=TICK)
        },
        tiers={symbol: TierTable(symbol, tuple(rows), TierBasis.CONTRACTS, jumps=True)},
    )  # fmt: skip
    return prepare(account, registry.rules(KEYS[one.inverse]), on="2026-11-22")


def solved(book: Book, mark: Fraction) -> tuple[Fraction | None, Fraction | None]:
    """(exact price, printed price), from a mark at which the ring is alive."""
    (position,) = book.account.positions
    market = Market({position.symbol: dec(mark)})
    answer = move_alone(book, market, book.ring_of(position), position.symbol)
    assume(answer.reach is not Reach.ALREADY)
    shown = shown_prices(book, market, position, answer)
    assert shown is not None
    exact = None if answer.nearest is None else Fraction(answer.nearest.threshold)
    return exact, None if shown.liquidation is None else Fraction(shown.liquidation)


@given(positions(), st.sampled_from([D(-1, 5), D(0), D(1, 2), D(3)]))
def test_an_isolated_price_is_the_formula_one_tick_nearer_entry(one: Held, more: Fraction) -> None:
    margin = ending(one.value(one.entry) / one.leverage * (1 + more))
    exact, printed = solved(book_of(one, margin=margin), one.entry)
    wanted = isolated_price(one, margin)
    assert exact == wanted
    assert printed == (None if wanted is None else wanted + one.sign * D(TICK))


@given(positions(), st.sampled_from([D(1, 100), D(1, 10), D(1), D(5)]), st.integers(80, 120))
def test_a_cross_price_is_the_formula_and_carries_no_tick(one: Held, share: Fraction, percent: int) -> None:
    mark, wallet = ending(one.entry * percent / 100), ending(one.value(one.entry) * share)
    assume(mark > 0)
    exact, printed = solved(book_of(one, wallet=wallet), mark)
    wanted = cross_price(one, wallet + one.profit(mark), mark)
    assert exact == printed == wanted


@given(positions(), st.integers(80, 120))
def test_margins_and_the_test_follow_the_venue_s_lines(one: Held, percent: int) -> None:
    mark = ending(one.entry * percent / 100)
    assume(mark > 0)
    margin = ending(one.value(one.entry) / one.leverage)
    market = Market({SYMBOLS[one.inverse]: dec(mark)})
    cross, fenced = (
        assess(book, market) for book in (book_of(one, wallet=margin), book_of(one, margin=margin))
    )
    equity, asked = margin + one.profit(mark), one.asked(mark)
    for said in (cross, fenced):
        (figures,) = said.positions
        ring = said.ring(figures.ring)
        assert Fraction(ring.equity) == equity
        assert Fraction(figures.maintenance_margin) == one.value(mark) * one.rate
        assert Fraction(ring.requirement) == asked
        assert ring.maintenance_usage == (asked / equity if equity > 0 else None)
        dead = ring.solvency in (Solvency.LIQUIDATED, Solvency.BANKRUPT)
        assert dead is (equity <= asked)
    assert Fraction(cross.positions[0].initial_margin or 0) == one.value(mark) / one.leverage
    assert Fraction(fenced.positions[0].initial_margin or 0) == one.value(one.entry) / one.leverage


EDGES = st.lists(st.integers(1, 60), min_size=1, max_size=5, unique=True).map(sorted)


@given(
    EDGES,
    st.lists(st.integers(0, 50), min_size=5, max_size=5).map(sorted),
    st.integers(0, 80),
    st.integers(1, 9),
)
def test_discounted_equity_is_the_sum_of_its_slices(
    edges: list[int], cuts: list[int], amount: int, price: int
) -> None:
    floors = [0, *edges[:-1]]
    slices = tuple(
        HaircutSlice(Decimal(low), Decimal(high), Decimal(cut).scaleb(-2))
        for low, high, cut in zip(floors, edges, cuts, strict=False)
    )
    account = Account(
        venue="okx_linear", wallet={"BTC": Decimal(amount)}, multi_asset=True,
        collateral={"BTC": CollateralRate(price=Decimal(price), haircut_tiers=slices)},
    )  # fmt: skip
    book = prepare(account, registry.rules("okx_linear"), on="2026-11-22")
    rates = [(D(high), 1 - D(cut, 100)) for high, cut in zip(edges, cuts, strict=False)]
    equity = assess(book, Market()).ring("pool USD").equity
    assert Fraction(equity) == discounted(D(amount), D(price), rates)


@pytest.mark.parametrize("contracts", ["20000", "20001"])
def test_one_contract_past_an_edge_raises_the_maintenance_of_the_whole_position(contracts: str) -> None:
    """The venue's own list: 2 % up to 20,000 contracts, 3 % from 20,001 on."""
    account = Account(
        venue="okx_linear", wallet={"USDT": Decimal(10**6)},
        instruments={"0G/USDT:USDT": InstrumentTerms(contract_size="1", taker_fee="0.0005")},  # type: ignore[arg-type]
    ).open("0G/USDT:USDT", contracts, entry_price="2")  # fmt: skip
    book = prepare(account, registry.rules("okx_linear"), on="2026-11-22")
    ring = assess(book, Market({"0G/USDT:USDT": Decimal(2)})).ring("pool USDT")
    assert ring.maintenance_margin == {"20000": 800, "20001": Decimal("1200.06")}[contracts]
