"""Gate: the published formula over drawn positions, slices and whole positions, and rules it must reject.

Source: Gate help 22160 and 27724 (formula), blog 351 (value 100 at 100x), risk limits of July 2025.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.domain.account import InstrumentTerms, Order, Side
from ringfence.errors import MissingRate, NotDocumented
from ringfence.exact.ring import prepare
from ringfence.solve.change.ruling import Situation, Standing, ruling
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import gate
from ringfence.venues.modes import Change
from ringfence.venues.rules import TierRule, VenueRules
from ringfence.venues.schedule import ClosingFee
from tests.support import ROOT
from tests.venues.single import ON, Single, ending, slices, table_of, whole

D, F = Decimal, Fraction
OLD, NEW = gate.RULES
KINDS = {"linear": "BTC/USDT:USDT", "inverse": "BTC/USD:BTC", "quanto": "ETH/USD:BTC"}
CASES = load_cases((ROOT / "tests/conformance/cases/gate.jsonl").read_text("utf-8").splitlines())


@st.composite
def positions(draw: st.DrawFn) -> Single:
    kind = draw(st.sampled_from(sorted(KINDS)))
    symbol, rate = KINDS[kind], draw(st.sampled_from(["0.004", "0.01", "0.05"]))
    entry, contracts = D(draw(st.integers(10, 10**5))), D(draw(st.integers(1, 10**4)))
    size = D("0.01") if kind == "quanto" else D(1)
    value = F(contracts * size) / F(entry) if kind == "inverse" else F(contracts * size * entry)
    share = F(draw(st.integers(2, 150)), 100)
    fee = draw(st.sampled_from(["0", "0.0005", "0.00075"]))
    return Single(
        NEW, symbol, draw(st.sampled_from(["long", "short"])), contracts, entry, ending(value * share),
        table=table_of(symbol, [("0", None, rate)]),
        terms=InstrumentTerms(contract_size=size, taker_fee=D(fee)),
    )  # fmt: skip


def published(one: Single) -> Fraction | None:
    """The price as the help pages print it, for linear, quanto and inverse; None where it is no price."""
    assert one.table is not None
    assert one.terms.contract_size is not None
    assert one.terms.taker_fee is not None
    s = 1 if one.side == "long" else -1
    charge = F(one.table.tiers[0].rate) + F(one.terms.taker_fee)
    entry, size = F(one.entry), F(one.contracts) * F(one.terms.contract_size)
    if one.symbol == KINDS["inverse"]:
        below = size + s * F(one.money) * entry
        price = size * entry * (1 + s * charge) / below if below > 0 else None
    else:
        price = (entry - s * F(one.money) / size) / (1 - s * charge)
    return price if price is not None and price > 0 else None


@given(positions())
def test_the_exact_price_is_the_published_formula(one: Single) -> None:
    if not one.dead(one.entry):
        assert one.threshold(one.entry) == published(one)


@pytest.mark.parametrize(
    ("rules", "maintenance"),
    [(OLD, "6000"), (NEW, "4900")],  # 1 200 000, 0.4 % to a million and 0.5 % or 0.45 % beyond
)
def test_slices_came_in_place_of_the_whole_position(rules: VenueRules, maintenance: str) -> None:
    rate = "0.005" if rules is OLD else "0.0045"
    table = table_of(KINDS["linear"], [("0", "1000000", "0.004"), ("1000000", None, rate)], basis="quote")
    terms = InstrumentTerms(contract_size=D("0.0001"), taker_fee=D(0))
    one = Single(rules, KINDS["linear"], "long", D(100_000), D(120_000), D(10**5), table=table, terms=terms)
    assert one.at("120000").positions[0].maintenance_margin == D(maintenance)


ROWS: list[tuple[str, str | None, str]] = [
    ("0", "500", "0.01"),
    ("500", "2000", "0.02"),
    ("2000", None, "0.05"),
]


@given(st.integers(1, 400), st.integers(1, 400), st.sampled_from(["long", "short"]))
def test_maintenance_at_any_mark_is_by_slices_now_and_whole_before(size: int, mark: int, side: str) -> None:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.001"))
    for rules, asked in ((NEW, slices), (OLD, whole)):
        table = table_of(KINDS["linear"], ROWS, basis="quote")
        one = Single(rules, KINDS["linear"], side, D(size), D(100), D(50), table=table, terms=terms)
        value = F(size * mark)
        assert one.at(D(mark)).positions[0].requirement == asked(value, ROWS) + value * F("0.001")


def test_both_margins_hold_the_closing_fee_and_so_does_a_fence_at_entry() -> None:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.00075"))
    one = Single(
        NEW, KINDS["linear"], "long", D(1), D(100), D("1.075"), leverage="100",
        table=table_of(KINDS["linear"], [("0", None, "0.005")]), terms=terms,
    )  # fmt: skip
    figures = one.at("100").positions[0]
    assert figures.initial_margin == D("1.075")
    assert figures.maintenance_margin == D("0.575")
    (leg,) = one.book.fences[0].legs
    assert leg.schedule is not None
    assert leg.schedule.fence == F("1.075")


def test_a_fee_that_nobody_states_is_asked_for() -> None:
    terms = InstrumentTerms(contract_size=D(1))
    table = table_of(KINDS["linear"], [("0", None, "0.005")])
    with pytest.raises(MissingRate, match="taker fee"):
        _ = Single(NEW, KINDS["linear"], "long", D(1), D(100), D(5), table=table, terms=terms).book


def test_hedged_legs_in_cross_are_not_made_up() -> None:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D(0))
    table = table_of(KINDS["linear"], [("0", None, "0.005")])
    long = Single(NEW, KINDS["linear"], "long", D(1), D(100), D(5), False, table=table, terms=terms).account
    short = replace(long.positions[0], side=Side.SHORT)
    both = replace(long, hedged=True, positions=(*long.positions, short))
    with pytest.raises(NotDocumented, match="netted"):
        prepare(both, NEW, on=ON)


@pytest.mark.parametrize(
    ("case", "mutant"),
    [
        ("gate-blog-mm", replace(NEW, closing_fee=ClosingFee.NONE)),
        ("gate-blog-mm", replace(NEW, closing_fee=ClosingFee.IN_MAINTENANCE)),
        ("gate-freqtrade-short-5x", replace(NEW, closing_fee=ClosingFee.NONE)),
    ],
)
def test_a_wrong_rule_is_rejected_by_a_case(case: str, mutant: VenueRules) -> None:
    (found,) = [one for one in CASES if one.id == case]
    assert run_case(found).passed
    assert run_case(found, rules=mutant).of(Verdict.DIFFERS)


def test_the_tier_rule_of_before_is_not_the_one_of_now() -> None:
    assert (OLD.tier_rule, NEW.tier_rule) == (TierRule.WHOLE_POSITION, TierRule.AS_STATED)


@pytest.mark.parametrize("change", [Change.TO_ISOLATED, Change.TO_CROSS])
def test_the_mode_is_refused_while_a_position_or_an_order_is_open(change: Change) -> None:
    held = Single(
        NEW,
        KINDS["linear"],
        "long",
        D(1),
        D(100),
        D(50),
        table=table_of(KINDS["linear"], [("0", None, "0.005")]),
        terms=InstrumentTerms(contract_size=D(1), taker_fee=D(0)),
    ).account
    order = Order(KINDS["linear"], "buy", D(1), D(90))
    waiting, empty = replace(held, positions=(), orders=(order,)), replace(held, positions=())
    for account in (held, waiting):
        decided = ruling(NEW, change, Situation(account, KINDS["linear"], account.positions))
        assert (decided.standing, decided.code) == (Standing.REFUSED, "")
    assert ruling(NEW, change, Situation(empty, KINDS["linear"], ())).standing is Standing.ACCEPTED


@pytest.mark.parametrize("rules", gate.RULES)
def test_isolated_initial_margin_and_its_fee_stay_at_the_entry(rules: VenueRules) -> None:
    """What opening took does not move with the mark, and is what stands in the fence."""
    one = Single(
        rules, KINDS["linear"], "long", D(1), D(60000), D(6045), leverage="10",
        table=table_of(KINDS["linear"], [("0", None, "0.005")], basis="quote"),
        terms=InstrumentTerms(contract_size="1", taker_fee="0.00075"),  # type: ignore[arg-type]
    )  # fmt: skip
    for mark in ("60000", "58000", "70000"):
        figures = one.at(mark).positions[0]
        assert figures.initial_margin == 60000 * (F(1, 10) + F("0.00075"))
