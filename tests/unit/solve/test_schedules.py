"""Requirements that are more than a rate on the mark value: closing fees, entry values, rounding, bends."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ringfence as rf
from ringfence.domain.account import Account, InstrumentTerms
from ringfence.domain.market import Market
from ringfence.domain.numbers import rounded
from ringfence.domain.tiers import TierTable, joined
from ringfence.errors import MissingRate, NotSupported
from ringfence.exact.assess import assess
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import prepare
from ringfence.solve.frontier import frontier
from ringfence.solve.largest import Idea, largest_position
from ringfence.solve.liquidation import liquidations
from ringfence.solve.sizing import leverage_for, margin_for, size_for
from ringfence.solve.twins import twins
from ringfence.venues.demo import RULES
from ringfence.venues.rules import Basis, Clause, Fence, Source, VenueRules
from ringfence.venues.schedule import Charged, ClosingFee, Counted, Schedule
from ringfence.venues.shown import Prices, Solved, frozen_maintenance, toward_entry

BTC = "BTC/USDT:USDT"
D, F = Decimal, Fraction
ON = "2026-11-22"
FEE = Clause(Source("made up", as_of=ON), "closing fee")
TABLE = TierTable(
    BTC, joined([(D(0), D(100_000), D("0.005"), None), (D(100_000), None, D("0.01"), None)]), source="two"
)


def under(**choices: object) -> VenueRules:
    return replace(RULES, clauses={**RULES.clauses, "closing_fee": FEE}, **choices)  # type: ignore[arg-type]


def long(fee: str | None = "0.0005", size: str = "1", margin: str | None = "6000") -> Account:
    terms = InstrumentTerms(taker_fee=fee, tick_size="0.1")  # type: ignore[arg-type]
    account = Account(venue="demo", wallet={"USDT": D(20_000)}, tiers={BTC: TABLE}, instruments={BTC: terms})
    return account.open(BTC, size, entry_price="60000", leverage=10, isolated_margin=margin)


def price(rules: VenueRules, account: Account, mark: str = "58000") -> Fraction:
    found = liquidations(prepare(account, rules, on=ON), Market({BTC: D(mark)})).of(BTC).alone.nearest
    assert found is not None
    return found.threshold


@pytest.mark.parametrize(
    ("fee", "maintenance", "requirement", "initial", "fence"),
    [  # 1 BTC at 58 000 on 0.5 %, fee 0.05 %, 10x
        (ClosingFee.NONE, 290, 290, 5_800, 6_000),
        (ClosingFee.TESTED, 290, 319, 5_800, 6_000),
        (ClosingFee.IN_MAINTENANCE, 319, 319, 5_800, 6_000),
        (ClosingFee.IN_BOTH, 319, 319, 5_829, 6_030),
    ],
)
def test_where_the_closing_fee_stands(
    fee: ClosingFee, maintenance: int, requirement: int, initial: int, fence: int
) -> None:
    kept = Fence.WITH_CLOSING_FEE if fee is ClosingFee.IN_BOTH else Fence.ENTRY_NOTIONAL_OVER_LEVERAGE
    rules = under(closing_fee=fee, fence=kept)
    (one,) = assess(prepare(long(), rules, on=ON), Market({BTC: D(58_000)})).positions
    assert (one.maintenance_margin, one.requirement, one.initial_margin) == (
        maintenance,
        requirement,
        initial,
    )
    assert one.health == 6_000 - 2_000 - requirement
    assert one.closing_fee == (None if fee is ClosingFee.NONE else 29)
    fenced = twins(long(margin=None), Market({BTC: D(58_000)}), rules, on=ON).isolated
    assert fenced.positions[0].margin == fence


def test_a_fee_in_the_test_moves_the_price_and_a_missing_one_is_asked_for() -> None:
    assert price(under(), long()) == F(54_000) / F("0.995")
    assert price(under(closing_fee=ClosingFee.TESTED), long()) == F(54_000) / F("0.9945")
    rules = under(closing_fee=ClosingFee.TESTED, list_rates={"taker_fee": D("0.00055")})
    with pytest.raises(MissingRate, match=r'write taker_fee = "0.00055" \(its list price\)'):
        prepare(long(fee=None), rules, on=ON)


def test_maintenance_at_entry_stands_still() -> None:
    rules = under(maintenance=Basis.ENTRY)
    book = prepare(long(), rules, on=ON)
    needs = [assess(book, Market({BTC: D(mark)})).positions[0].requirement for mark in (58_000, 90_000)]
    assert needs == [300, 300]
    assert price(rules, long()) == 54_300


def counted_in_cents(charged: Charged) -> Schedule:
    """The demo requirement, rounded up to the cent, as a venue that rounds would hold it."""

    def count(value: Fraction) -> Counted:
        tier = charged.tier_of(value)
        exact = value * charged.rates[tier] - charged.deductions[tier]
        return Counted(value, F(rounded(exact, D("0.01"), ROUND_CEILING)))

    return Schedule((charged.rates[0],), (D(0),), counted=count)


@given(
    size=st.integers(1, 5_000), margin=st.integers(100, 60_000), mark=st.integers(40_000, 80_000),
    short=st.booleans(),
)  # fmt: skip
def test_halving_finds_what_the_closed_form_finds(size: int, margin: int, mark: int, short: bool) -> None:
    account = long(size=str((-1 if short else 1) * D(size) / 1_000), margin=str(margin))
    exact, halved = (
        liquidations(prepare(account, rules, on=ON), Market({BTC: D(mark)})).of(BTC).alone
        for rules in (under(), under(charge=counted_in_cents))
    )
    near = D("0.02") + D("0.01") / (D(size) / 1_000)  # a cent of requirement, in price, and a quantum
    for one, other in ((exact.below, halved.below), (exact.above, halved.above)):
        assert (one is None) == (other is None) or near > abs(D(mark) - (one or other).liquidated)  # type: ignore[union-attr]
        if one is not None and other is not None:
            assert abs(one.liquidated - other.liquidated) <= near


def test_a_bending_requirement_has_no_straight_frontier() -> None:
    book = prepare(long(), under(charge=counted_in_cents), on=ON)
    assert is_liquidated(book.fences[0], {BTC: D("54271.35")})
    market = Market({BTC: D(58_000), "ETH/USDT:USDT": D(2_500)})
    with pytest.raises(NotSupported, match="not straight"):
        frontier(book, market, book.fences[0], BTC, "ETH/USDT:USDT")


FREE = under(closing_fee=ClosingFee.TESTED)
"""A fee of nothing: charged by a schedule, worth the same as none, so every search has a closed twin."""


@given(wanted=st.integers(45_000, 57_000), size=st.integers(200, 3_000), margin=st.integers(200, 20_000))
def test_a_search_answers_what_the_closed_form_answers(wanted: int, size: int, margin: int) -> None:
    account = long(fee="0", size=str(D(size) / 1_000), margin=str(margin))
    market, lot = Market({BTC: D(58_000)}), D("0.001")
    plain, searched = (prepare(account, rules, on=ON) for rules in (under(), FREE))
    position = account.positions[0]
    for question in (margin_for, leverage_for):
        one, other = question(plain, market, position, wanted), question(searched, market, position, wanted)
        assert (one.value, one.outcome) == (other.value, other.outcome) or not one.found
    one, other = (size_for(book, market, position, wanted, lot=lot) for book in (plain, searched))
    assert one.value == other.value
    flat = replace(account, positions=())
    idea = Idea(BTC, "long", "58000", wanted, "isolated", margin=margin, lot=lot)  # type: ignore[arg-type]
    found = [largest_position(prepare(flat, rules, on=ON), market, idea) for rules in (under(), FREE)]
    assert found[0].value == found[1].value


def on_the_tick(solved: Solved) -> Prices:
    tick = solved.charged.need("tick_size")
    return Prices(toward_entry(solved.liquidation, solved.charged, tick), frozen_maintenance(solved))


def test_the_price_on_the_screen_stands_beside_the_exact_one() -> None:
    book = prepare(long(), under(shows=on_the_tick), on=ON)
    (one,) = liquidations(book, Market({BTC: D(58_000)})).positions
    assert one.alone.nearest is not None
    assert one.alone.nearest.threshold == F(54_000) / F("0.995")
    assert one.shown == Prices(D("54271.4"), F(58_000) - (4_000 - 290))
    assert rf.solve(long(), marks={BTC: "58000"}).of(BTC).shown is None
