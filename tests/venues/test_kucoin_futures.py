"""KuCoin Futures: captured isolated positions, the published forms, and the reference price of cross.

Source: position output of 2021-12-04 and 2024-04-08 (isolated) and of 2026-01-01 (cross); the help pages'
examples of the insurance fund, of the risk rate and of two positions in cross (its ETH leg).
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringfence.domain.account import Account, InstrumentTerms, Order, Position, Side
from ringfence.domain.instrument import Kind
from ringfence.domain.market import Market
from ringfence.errors import MissingRate, NotDocumented, NoTier
from ringfence.exact.assess import Solvency, assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import liquidations
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import kucoin_futures
from ringfence.venues.rules import VenueRules
from tests.support import ROOT
from tests.venues.single import ON, Single, ending, table_of

D, F = Decimal, Fraction
CAPTURED, PUBLISHED = kucoin_futures.RULES
LINEAR, INVERSE = "BTC/USDT:USDT", "BTC/USD:BTC"
CASES = {
    case.id: case
    for case in load_cases(
        (ROOT / "tests/conformance/cases/kucoin_futures.jsonl").read_text("utf-8").splitlines()
    )
}


@st.composite
def fenced(draw: st.DrawFn, rules: VenueRules) -> Single:
    symbol = draw(st.sampled_from([LINEAR, INVERSE]))
    entry, contracts = D(draw(st.integers(10, 60_000))), D(draw(st.integers(1, 10**5)))
    worth = F(contracts) / F(entry) if symbol == INVERSE else F(contracts) * F(entry)
    share = F(draw(st.integers(2, 120)), 100)
    terms = InstrumentTerms(
        contract_size=D(1), taker_fee=D("0.0006"), tick_size=D("0.1"),
        funding_rate=D(draw(st.sampled_from(["0", "0.000226", "-0.0004"]))),
    )  # fmt: skip
    return Single(
        rules, symbol, draw(st.sampled_from(["long", "short"])), contracts, entry, ending(worth * share),
        leverage="10", table=table_of(symbol, [("0", None, "0.004")]), terms=terms,
    )  # fmt: skip


def price(one: Single, value: Fraction) -> Fraction | None:
    if value <= 0:
        return None
    return F(one.contracts) / value if one.symbol == INVERSE else value / F(one.contracts)


def ticks(found: Fraction | None, *, upward: bool) -> Fraction | None:
    return None if found is None else F(ceil(found * 10) if upward else floor(found * 10), 10)


@given(fenced(CAPTURED))
@settings(max_examples=100)
def test_isolated_until_2024_is_the_captured_rule(one: Single) -> None:
    """posMaint = cost x (rate + funding due) + posComm; liquidation toward entry, bankruptcy away from it."""
    long, turn = one.side == "long", (1 if one.side == "long" else -1) * (-1 if one.symbol == INVERSE else 1)
    cost = F(one.contracts) / F(one.entry) if one.symbol == INVERSE else F(one.contracts) * F(one.entry)
    margin = max((F(one.money) - cost * F("0.0006")) / F("1.0006"), F(0))
    due = max((1 if long else -1) * F(one.terms.funding_rate or 0), F(0))
    kept = cost * (F("0.004") + due)
    shown = one.prices(one.entry).shown
    assert shown is not None
    if not one.dead(one.entry):
        assert shown.liquidation == ticks(price(one, cost - turn * (margin - kept)), upward=long)
    assert shown.bankruptcy == ticks(price(one, cost - turn * margin), upward=not long)


@given(fenced(PUBLISHED))
@settings(max_examples=100)
def test_isolated_by_the_article_is_one_division(one: Single) -> None:
    """(value - margin) / (1 - rate - fee) for a linear long, and its mirror images."""
    turn = (1 if one.side == "long" else -1) * (-1 if one.symbol == INVERSE else 1)
    cost = F(one.contracts) / F(one.entry) if one.symbol == INVERSE else F(one.contracts) * F(one.entry)
    if not one.dead(one.entry):
        assert one.threshold(one.entry) == price(one, (cost - turn * F(one.money)) / (1 - turn * F("0.0046")))
        free = replace(one, terms=replace(one.terms, taker_fee=None))
        short_form = price(one, cost - turn * (F(one.money) - cost * F("0.004")))
        assert free.threshold(one.entry) == short_form


def test_a_liquidation_fee_comes_before_the_taker_fee() -> None:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.0006"), liquidation_fee=D("0.001"))
    one = Single(PUBLISHED, LINEAR, "long", D(1), D(40_000), D(1_000),
                 table=table_of(LINEAR, [("0", None, "0.004")]), terms=terms)  # fmt: skip
    assert one.threshold("40000") == F(39_000) / F("0.995")


def test_rates_the_captured_rule_counts_are_asked_for() -> None:
    one = Single(CAPTURED, LINEAR, "long", D(1), D(40_000), D(1_000),
                 table=table_of(LINEAR, [("0", None, "0.004")]),
                 terms=InstrumentTerms(contract_size=D(1), taker_fee=D(0)))  # fmt: skip
    with pytest.raises(MissingRate, match="funding"):
        one.at("40000")


def two(*, rates: tuple[str, str] = ("0.005", "0.01"), wallet: str = "1000") -> Account:
    """The page's account: 10 contracts of 0.001 BTC long and 100 of 0.01 ETH short."""
    btc, eth = LINEAR, "ETH/USDT:USDT"
    sizes = {btc: D("0.001"), eth: D("0.01")}
    return Account(
        venue="kucoin_futures", wallet={"USDT": D(wallet)},
        positions=(
            Position(btc, Side.LONG, D(10), entry_price=D(62_000)),
            Position(eth, Side.SHORT, D(100), entry_price=D(3_800)),
        ),
        instruments={s: InstrumentTerms(contract_size=sizes[s], taker_fee=D("0.0006")) for s in sizes},
        tiers={s: table_of(s, [("0", None, rate)]) for s, rate in zip(sizes, rates, strict=True)},
    )  # fmt: skip


def test_the_reference_price_spreads_the_margin_by_value() -> None:
    """An account margin rate of 1000 / 4420; the page rounds it to 22.62 % and prints 4610.7 for ETH."""
    market = Market({LINEAR: D(62_000), "ETH/USDT:USDT": D(3_800)})
    found = liquidations(prepare(two(), PUBLISHED, on=ON), market)
    rate = F(1_000, 4_420)
    btc, eth = (one.shown for one in found.positions)
    assert btc is not None
    assert eth is not None
    assert btc.liquidation == 62_000 * (1 - rate) / F("0.9944")
    assert eth.liquidation == 3_800 * (1 + rate) / F("1.0106")
    # By BTC alone nothing happens: the 620 of the position are less than the 1,000 behind it.
    assert found.of(LINEAR).alone.nearest is None


def ordered(wallet: str) -> Account:
    """The page's risk rate: 100 contracts long and an order for 1,000 of 0.01 ETH at 3,000."""
    eth = "ETH/USDT:USDT"
    terms = {LINEAR: D("0.001"), eth: D("0.01")}
    return Account(
        venue="kucoin_futures", wallet={"USDT": D(wallet)},
        positions=(Position(LINEAR, Side.LONG, D(100), entry_price=D(62_000), leverage=D(10)),),
        orders=(Order(eth, "buy", D(1_000), D(3_000), leverage=D(10)),),
        instruments={s: InstrumentTerms(contract_size=terms[s], taker_fee=D("0.0006")) for s in terms},
        tiers={LINEAR: table_of(LINEAR, [("0", None, "0.005")]), eth: table_of(eth, [("0", None, "0.008")])},
    )  # fmt: skip


def test_resting_orders_count_in_the_risk_rate() -> None:
    """(31 + 240 + 21.72) / (5000 - 18); at 100 % of it the account is liquidated."""
    (pool,) = assess(prepare(ordered("5000"), PUBLISHED, on=ON), Market({LINEAR: D(62_000)})).rings
    assert pool.maintenance_usage == F("292.72") / F(4_982)
    assert pool.equity == 5_000
    for wallet, wanted in (("310.72", Solvency.LIQUIDATED), ("310.73", Solvency.NO_NEW_RISK)):
        edge = assess(prepare(ordered(wallet), PUBLISHED, on=ON), Market({LINEAR: D(62_000)})).rings[0]
        assert edge.solvency is wanted
    assert edge.health == D("0.01")


def test_an_order_without_tiers_cannot_be_counted() -> None:
    bare = ordered("5000")
    sol = {"SOL/USDT:USDT": InstrumentTerms(contract_size=D(1), taker_fee=D("0.0006"))}
    bare = replace(
        bare, orders=(Order("SOL/USDT:USDT", "buy", D(1), D(100)),), instruments={**bare.instruments, **sol}
    )
    with pytest.raises(NoTier, match="as if they were filled"):
        prepare(bare, PUBLISHED, on=ON)


def test_opposite_legs_in_cross_are_not_computed() -> None:
    book = replace(two(), hedged=True)
    legs = (book.positions[0], replace(book.positions[0], side=Side.SHORT))
    with pytest.raises(NotDocumented, match="netted"):
        prepare(replace(book, positions=legs), PUBLISHED, on=ON)


@pytest.mark.parametrize(
    ("case", "rules"),
    [
        ("kucoin-api-xbtusdtm-long-2x", PUBLISHED),  # the article has no funding and no commission
        ("kucoin-insurance-fund-long", replace(PUBLISHED, charge=None)),  # maintenance on the mark
        ("kucoin-cross-risk-rate", replace(PUBLISHED, order_test=None)),
    ],
)
def test_another_rule_does_not_give_the_figures(case: str, rules: VenueRules) -> None:
    assert run_case(CASES[case]).passed
    assert run_case(CASES[case], rules=rules).of(Verdict.DIFFERS)


def test_both_kinds_are_offered() -> None:
    assert PUBLISHED.kinds == (Kind.LINEAR, Kind.INVERSE)
