"""Bitget: isolated formula, slices and whole positions, the frozen cross price of before, and mutants.

Source: Bitget support 12560603808759 (prices), 12560603841952 (slices from 2025-11-10), 12560603838731
(initial margin at the mark), 12560603820416 (multi-asset mode).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms, Order, Side
from ringfence.errors import NotDocumented
from ringfence.exact.ring import prepare
from ringfence.solve.change.ruling import Situation, Standing, ruling
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import bitget, registry
from ringfence.venues.modes import Change
from ringfence.venues.rules import TierRule, VenueRules
from ringfence.venues.schedule import ClosingFee
from tests.support import ROOT
from tests.venues.single import ON, Single, ending, slices, table_of, whole

D, F = Decimal, Fraction
FIRST, SECOND, NEW = bitget.RULES
BTC = "BTC/USDT:USDT"
FEE = F("0.0006")
TERMS = InstrumentTerms(taker_fee=D("0.0006"))
ROWS: list[tuple[str, str | None, str]] = [("0", "200000", "0.004"), ("200000", None, "0.005")]
CASES = load_cases((ROOT / "tests/conformance/cases/bitget.jsonl").read_text("utf-8").splitlines())


@st.composite
def positions(draw: st.DrawFn, *, isolated: bool) -> Single:
    entry, size = D(draw(st.integers(10, 10**5))), D(draw(st.integers(1, 10**4))) / 100
    money = ending(F(entry * size) * F(draw(st.integers(2, 150)), 100))
    rate = draw(st.sampled_from(["0.004", "0.01", "0.05"]))
    return Single(
        NEW, BTC, draw(st.sampled_from(["long", "short"])), size, entry, money, isolated,
        table=table_of(BTC, [("0", None, rate)]), terms=TERMS,
    )  # fmt: skip


def sign(one: Single) -> int:
    return 1 if one.side == "long" else -1


def rate(one: Single) -> Fraction:
    assert one.table is not None
    return F(one.table.tiers[0].rate) + FEE


def formula(one: Single) -> Fraction | None:
    """(m - s Q E) / (Q (MMR + fee - s)); in cross m is the balance."""
    s, size = sign(one), F(one.contracts)
    price = (F(one.money) - s * size * F(one.entry)) / (size * (rate(one) - s))
    return price if price > 0 else None


@given(positions(isolated=True))
def test_an_isolated_price_is_the_published_formula_under_every_rule(one: Single) -> None:
    if not one.dead(one.entry):
        for rules in bitget.RULES:
            found = one.under(rules).prices(one.entry)
            price = found.alone.nearest.threshold if found.alone.nearest else None
            assert price == formula(one)
            assert found.shown is None or found.shown.liquidation == price


@given(positions(isolated=False), st.integers(-20, 20))
def test_until_september_2025_the_cross_price_shown_leaves_maintenance_at_the_mark(
    one: Single, moved: int
) -> None:
    """Mark - s (equity - maintenance at the mark) / Q; the exact price is another one."""
    mark = ending(F(one.entry) * (1 + F(moved, 100)), "1E-2")
    held = one.under(FIRST)
    if held.dead(mark):
        return
    found, s, size = held.prices(mark), sign(one), F(one.contracts)
    equity = F(one.money) + s * size * (F(mark) - F(one.entry))
    frozen = F(mark) - s * (equity - F(mark) * size * rate(one)) / size
    assert found.shown is not None
    assert found.shown.liquidation == (frozen if frozen > 0 else None)
    exact = found.alone.nearest.threshold if found.alone.nearest else None
    assert exact == formula(one)


def test_since_september_2025_the_cross_price_shown_is_the_exact_one() -> None:
    one = Single(
        SECOND, BTC, "long", D("0.02"), D(35_000), D(100), isolated=False,
        table=table_of(BTC, [("0", None, "0.004")]), terms=TERMS,
    )  # fmt: skip
    assert one.prices("36000").shown is None
    before = one.under(FIRST).prices("36000").shown
    assert before is not None
    assert before.liquidation != formula(one) == one.threshold("36000")


@given(st.integers(1, 60), st.integers(1, 200_000), st.sampled_from(["long", "short"]))
def test_maintenance_is_by_slices_now_and_whole_before(size: int, mark: int, side: str) -> None:
    for rules, asked in ((NEW, slices), (SECOND, whole), (FIRST, whole)):
        table = table_of(BTC, ROWS, basis="quote")
        one = Single(rules, BTC, side, D(size), D(10_000), D(10_000), table=table, terms=TERMS)
        value = F(size * mark)
        figures = one.at(D(mark)).positions[0]
        assert figures.maintenance_margin == figures.requirement == asked(value, ROWS) + value * FEE
        assert rules is NEW or figures.deduction == 0


def test_initial_margin_moved_from_the_entry_to_the_mark() -> None:
    one = Single(
        NEW, BTC, "long", D(1), D(100), D(50), False, "10", table_of(BTC, [("0", None, "0.01")]), TERMS
    )
    held = [one.under(rules).at("120").positions[0].initial_margin for rules in bitget.RULES]
    assert held == [10, 12, 12]


@pytest.mark.parametrize(
    ("on", "rules"),
    [("2023-11-20", FIRST), ("2025-08-31", FIRST), ("2025-11-09", SECOND), ("2025-11-10", NEW), (None, NEW)],
)
def test_the_date_decides(on: str | None, rules: VenueRules) -> None:
    assert registry.rules("bitget", on=on) is rules


def test_hedged_legs_in_cross_are_not_made_up() -> None:
    long = Single(
        NEW, BTC, "long", D(1), D(100), D(50), False, table=table_of(BTC, ROWS), terms=TERMS
    ).account
    short = replace(long.positions[0], side=Side.SHORT)
    with pytest.raises(NotDocumented, match="netted"):
        prepare(replace(long, hedged=True, positions=(*long.positions, short)), NEW, on=ON)


@pytest.mark.parametrize(
    ("case", "mutant"),
    [
        ("bitget-tier-mm-2025", replace(NEW, tier_rule=TierRule.WHOLE_POSITION)),
        ("bitget-tier-mm-2025", replace(NEW, closing_fee=ClosingFee.TESTED)),
        ("bitget-tier-mm-2025--before", replace(SECOND, closing_fee=ClosingFee.NONE)),
    ],
)
def test_a_wrong_rule_is_rejected_by_a_case(case: str, mutant: VenueRules) -> None:
    (found,) = [one for one in CASES if one.id == case]
    assert run_case(found).passed
    assert run_case(found, rules=mutant).of(Verdict.DIFFERS)


@pytest.mark.parametrize("change", [Change.TO_ISOLATED, Change.TO_CROSS])
def test_the_mode_is_refused_while_a_position_or_an_order_is_open(change: Change) -> None:
    held = Single(
        NEW, BTC, "long", D(1), D(100), D(50), table=table_of(BTC, [("0", None, "0.005")]), terms=TERMS
    ).account
    order = Order(BTC, "buy", D(1), D(90))
    waiting, empty = replace(held, positions=(), orders=(order,)), replace(held, positions=())
    for account in (held, waiting):
        decided = ruling(NEW, change, Situation(account, BTC, account.positions))
        assert (decided.standing, decided.code) == (Standing.REFUSED, "45117")
    assert ruling(NEW, change, Situation(empty, BTC, ())).standing is Standing.ACCEPTED
