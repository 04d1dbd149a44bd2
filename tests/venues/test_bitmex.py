"""BitMEX: satoshi, steps, the captured position rule re-implemented, and rules the captures must reject.

Source: position and margin output of 2021-07-11 (XBTUSD) and 2022-05-21 (ETHUSDT), risk limits of 2020,
XBTUSD position and margin output of 2026-05-03 (its order margin and its whole satoshi).
"""

from __future__ import annotations

from collections.abc import Callable
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
from ringfence.errors import MissingRate
from ringfence.exact.assess import Assessment, assess
from ringfence.exact.ring import prepare
from ringfence.solve import search
from ringfence.solve.liquidation import liquidations
from ringfence.solve.path import alone, course
from ringfence.testing.cases import load_cases
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import bitmex
from ringfence.venues.rules import VenueRules
from ringfence.venues.schedule import Charged, Schedule
from tests.support import ROOT
from tests.venues.single import ON, Single, table_of

D, F = Decimal, Fraction
OLD, NEW, SINCE_2026 = bitmex.RULES
XBTUSD, ETHUSDT, QUANTO = "BTC/USD:BTC", "ETH/USDT:USDT", "ETH/USD:BTC"
UNITS = {XBTUSD: F(1, 10**8), QUANTO: F(1, 10**8), ETHUSDT: F(1, 10**6)}
SIZES = {XBTUSD: D(1), QUANTO: D("0.000001"), ETHUSDT: D("0.00001")}
CASES = {
    case.id: case
    for case in load_cases((ROOT / "tests/conformance/cases/bitmex.jsonl").read_text("utf-8").splitlines())
}


def in_units(amount: Fraction, unit: Fraction, how: Callable[[Fraction], int]) -> Fraction:
    return how(amount / unit) * unit


def nearest(value: Fraction) -> int:
    return floor(value + F(1, 2))


def booked(symbol: str, contracts: Fraction, price: Fraction) -> Fraction:
    """What contracts are worth: inverse ones at two decimals of a satoshi each, all in whole units."""
    unit = UNITS[symbol]
    if symbol == XBTUSD:
        return in_units(contracts * F(nearest(unit.denominator / price * 100), 100) * unit, unit, nearest)
    return in_units(contracts * F(SIZES[symbol]) * price, unit, nearest)


@st.composite
def fenced(draw: st.DrawFn) -> Single:
    symbol = draw(st.sampled_from(sorted(UNITS)))
    entry, contracts = D(draw(st.integers(50, 60_000))), D(draw(st.integers(100, 10**6)))
    funding = draw(st.sampled_from(["0.0001", "-0.0003", "0", "0.00375"]))
    leverage = draw(st.sampled_from(["1", "3", "10", "25", "100"]))
    worth = booked(symbol, F(contracts), F(entry))
    added = F(draw(st.integers(0, 40)), 100) * worth
    margin = worth / F(leverage) * F(102, 100) + added
    terms = InstrumentTerms(
        kind=Kind.QUANTO if symbol == QUANTO else None, contract_size=SIZES[symbol], taker_fee=D("0.00075"),
        funding_rate=D(funding), tick_size=D("0.05"),
    )  # fmt: skip
    return Single(
        NEW, symbol, draw(st.sampled_from(["long", "short"])), contracts, entry,
        D(ceil(margin / UNITS[symbol])) * D(UNITS[symbol].numerator) / D(UNITS[symbol].denominator),
        leverage=leverage, table=table_of(symbol, [("0", None, "0.01")]), terms=terms,
    )  # fmt: skip


def captured(one: Single) -> tuple[Fraction | None, Fraction | None]:
    """Liquidation and bankruptcy price as the captured fields give them, on the tick toward entry."""
    unit, sign = UNITS[one.symbol], 1 if one.side == "long" else -1
    cost, fee = booked(one.symbol, F(one.contracts), F(one.entry)), F("0.00075")
    assert one.leverage is not None
    assert one.terms.funding_rate is not None
    asked = min(1 / F(one.leverage), F("0.01") + max(sign * F(one.terms.funding_rate), F(0)))
    kept = in_units(cost * asked, unit, ceil)
    first = in_units(cost * fee, unit, ceil)
    margin = max(in_units((F(one.money) - first) / (1 + fee), unit, floor), F(0))
    size = F(one.contracts) * F(SIZES[one.symbol])
    found = []
    for loss in (margin - kept, margin):
        left = cost + sign * loss if one.symbol == XBTUSD else cost - sign * loss
        price = None if left <= 0 else size / left if one.symbol == XBTUSD else left / size
        steps = None if price is None else price / F(1, 20)
        found.append(None if steps is None else F(ceil(steps) if sign > 0 else floor(steps), 20))
    return found[0], found[1]


@given(fenced())
@settings(max_examples=60)
def test_an_isolated_price_is_the_captured_rule(one: Single) -> None:
    shown = one.prices(one.entry).shown
    assert shown is not None
    assert (shown.liquidation, shown.bankruptcy) == captured(one)


@given(fenced())
@settings(max_examples=60)
def test_the_test_of_a_fence_turns_at_the_price_shown(one: Single) -> None:
    """The price on the tick is at most a tick, and what a satoshi moves it, from where the ring dies."""
    answer = one.prices(one.entry)
    shown, exact = answer.shown, answer.alone.nearest
    if exact is None or shown is None or shown.liquidation is None:
        return
    mark = F(exact.liquidated)
    size = F(one.contracts) * F(SIZES[one.symbol])
    step = mark * mark / size if one.symbol == XBTUSD else 1 / size
    blur = F(1, 20) + 3 * UNITS[one.symbol] * step + F(NEW.mark_quantum)
    if one.symbol == XBTUSD:  # a contract's own rounding, to half a hundredth of a satoshi
        blur += F(one.contracts) * UNITS[XBTUSD] / 200 * step
    assert abs(F(shown.liquidation) - mark) <= blur


def pool(*, funding: str = "0.0001", mark: str = "33525.3", orders: bool = True) -> Assessment:
    position = Position(
        XBTUSD, Side.LONG, D(500), entry_cost=D("0.01485034"), leverage=D(100), closing_fee=D("0.00001133")
    )
    account = Account(
        venue="bitmex", wallet={"BTC": D("0.00995905")}, positions=(position,),
        orders=(Order(XBTUSD, "buy", D(200), D(33_000)),) if orders else (),
        tiers={XBTUSD: table_of(XBTUSD, [("0", None, "0.0035")])},
        instruments={XBTUSD: InstrumentTerms(
            contract_size=D(1), taker_fee=D("0.00075"), funding_rate=D(funding), tick_size=D("0.5"),
        )},
    )  # fmt: skip
    return assess(prepare(account, NEW, on=ON), Market({XBTUSD: D(mark)}))


def test_the_account_of_2021_to_the_satoshi() -> None:
    (ring,), (one,) = pool().rings, pool().positions
    assert (ring.equity, ring.unrealized_pnl) == (D("0.00989529"), D("-0.00006376"))
    assert ring.available_balance == D("0.0096657")  # 989529 - 6975 of the order - 15984 reserved
    assert one.maintenance_margin == D("0.0000867")  # posMaint with the order resting


def test_a_position_in_profit_reserves_its_profit() -> None:
    (ring,) = pool(mark="35000", orders=False).rings
    reserved = F("0.00014851") + F("0.00001133") + F(ring.unrealized_pnl)
    assert ring.unrealized_pnl > 0
    assert F(ring.available_balance or 0) == F(ring.equity) - reserved


def test_cross_is_liquidated_when_what_it_holds_and_the_free_balance_are_gone() -> None:
    """At the ring's own threshold nothing is free, and what the position holds is the requirement."""
    assessed = pool(orders=False)
    book = assessed.book
    answer = liquidations(book, Market({XBTUSD: D("33525.3")})).of(XBTUSD)
    assert answer.shown is not None
    assert answer.alone.nearest is not None
    cost, fee, unit = F("0.01485034"), F("0.00075"), UNITS[XBTUSD]
    initial, kept = in_units(cost / 100, unit, ceil), in_units(cost * F("0.0036"), unit, ceil)
    moved_in = (F("0.00995905") - initial - fee * (cost + initial)) / (1 + fee)
    value = cost + initial + moved_in - kept
    assert abs(500 / value - F(answer.alone.nearest.liquidated)) < F(1, 50)
    assert 0 <= F(answer.shown.liquidation or 0) - 500 / value < F(1, 2) + F(1, 50)


def test_the_order_margin_of_2026_and_the_side_that_reduces() -> None:
    """Short 1,438,000; 560,000 to sell hold 7408795 satoshi, 1,400,000 to buy hold nothing."""
    table = table_of(XBTUSD, [("0", None, "0.005")])
    table = replace(table, tiers=(replace(table.tiers[0], max_leverage=D(100)),))
    account = Account(
        venue="bitmex", wallet={"BTC": D("30.34754369")},
        positions=(Position(XBTUSD, Side.SHORT, D(1_438_000), entry_cost=D("19.51105699")),),
        orders=(
            Order(XBTUSD, "sell", D(560_000), D("83182.1")), Order(XBTUSD, "buy", D(1_400_000), D(54_000)),
        ),
        tiers={XBTUSD: table},
        instruments={XBTUSD: InstrumentTerms(
            contract_size=D(1), taker_fee=D("0.0005"), funding_rate=D(0), mark_quantum=D("0.01"),
        )},
    )  # fmt: skip
    assessed = assess(prepare(account, NEW, on=ON), Market({XBTUSD: D("78173.24")}))
    (ring,), (one,) = assessed.rings, assessed.positions
    assert one.notional == D("18.39503980")  # the capture's markValue
    assert one.unrealized_pnl == D("-1.11601719")
    sells = 560_000 * F(nearest(F(10**8) / F("83182.1") * 100), 100)
    held = ceil(nearest(sells) * (F("0.01") + F("0.0005") * F("2.01")))
    assert F(ring.initial_margin or 0) - F(one.initial_margin or 0) == held * UNITS[XBTUSD]
    capture = ceil(673_220_800 * (F("0.01") + F("0.0005") * F("2.01")))
    assert capture == 7_408_795


def held_in_2026(rules: VenueRules, *, side: str = "short", cost: str = "19.51105699") -> Assessment:
    """The position of 2026-05-03 with the orders beside it; ``cost`` decides whether it gains or loses."""
    table = table_of(XBTUSD, [("0", None, "0.005")])
    table = replace(table, tiers=(replace(table.tiers[0], max_leverage=D(100)),))
    account = Account(
        venue="bitmex", wallet={"BTC": D("30.34754369")},
        positions=(Position(XBTUSD, Side(side), D(1_438_000), entry_cost=D(cost), leverage=D(100)),),
        orders=(Order(XBTUSD, "sell", D(560_000), D("83182.2")),), tiers={XBTUSD: table},
        instruments={XBTUSD: InstrumentTerms(
            contract_size=D(1), taker_fee=D("0.0005"), funding_rate=D("-0.000024"), mark_quantum=D("0.01"),
        )},
    )  # fmt: skip
    return assess(prepare(account, rules, on=ON), Market({XBTUSD: D("78173.85")}))


def test_since_2026_a_cross_position_keeps_its_maintenance_and_nothing_beside_it() -> None:
    """posMaint 9802356, posComm 0, and 2905927119 of 2923138270 free beside orders that hold 7408795."""
    said = held_in_2026(SINCE_2026)
    (ring,), (one,) = said.rings, said.positions
    assert (one.maintenance_margin, one.requirement, one.closing_fee) == (D("0.09802356"), D("0.09802356"), 0)
    assert (ring.equity, ring.available_balance) == (D("29.23138270"), D("29.05927119"))
    before = held_in_2026(NEW)
    assert before.positions[0].maintenance_margin > one.maintenance_margin
    assert before.rings[0].available_balance < ring.available_balance


def test_since_2026_profit_is_still_out_of_reach() -> None:
    """No capture shows a gain there; by the rule before it, profit protects its own position only."""
    (ring,), (one,) = (said := held_in_2026(SINCE_2026, cost="17")).rings, said.positions
    assert one.unrealized_pnl > 0
    orders = F(ring.initial_margin or 0) - F(one.initial_margin or 0)
    kept = orders + F(one.maintenance_margin) + F(one.unrealized_pnl)
    assert F(ring.available_balance or 0) == F(ring.equity) - kept


def test_since_2026_the_price_shown_is_where_the_free_balance_is_lost() -> None:
    """Without orders it is the ring's own threshold: nothing but the maintenance is asked there."""
    table = table_of(XBTUSD, [("0", None, "0.005")])
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.0005"), funding_rate=D("0.0001"))
    one = Single(SINCE_2026, XBTUSD, "long", D(500), D(60_000), D("0.001"), False, "10", table, terms)
    answer = one.prices("60000")
    assert answer.shown is not None
    assert answer.alone.nearest is not None
    exact = F(answer.alone.nearest.liquidated)
    assert abs(F(answer.shown.liquidation or 0) - exact) < F(1, 50) + exact * exact / 500 * UNITS[XBTUSD] * 6


@pytest.mark.parametrize(
    ("value", "step"),
    [("199", 0), ("200", 0), ("200.00000001", 1), ("300", 1), ("300.00000001", 2), ("499", 3)],
)
def test_a_step_holds_its_upper_end_however_the_table_says_so(value: str, step: int) -> None:
    plain = table_of(XBTUSD, [("0", "200", "0.004"), ("200", "300", "0.008"), ("300", "400", "0.012"),
                              ("400", None, "0.016")])  # fmt: skip
    shipped = OLD.tier_table(XBTUSD, on="2020-06-01")
    assert bitmex.step_of(plain, F(value)) == bitmex.step_of(shipped, F(value)) == step
    assert shipped.tiers[step].rate == plain.tiers[step].rate


def test_whole_satoshi_before_2020() -> None:
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D(0), funding_rate=D(0))
    table = table_of(XBTUSD, [("0", None, "0.005")])
    old, new = (
        Single(rules, XBTUSD, "long", D(300), D("2500.5"), D(1), table=table, terms=terms)
        for rules in (OLD, NEW)
    )
    assert old.at("2600.3").positions[0].notional == D("0.11537100")  # 38457 each
    assert new.at("2600.3").positions[0].notional == D("0.11537130")  # 38457.10


def test_what_the_test_needs_is_asked_for() -> None:
    one = Single(NEW, ETHUSDT, "long", D(100), D(2_000), D(1), table=table_of(ETHUSDT, [("0", None, "0.01")]),
                 terms=InstrumentTerms(contract_size=D(1), taker_fee=D(0)))  # fmt: skip
    with pytest.raises(MissingRate, match="funding"):
        one.at("2000")
    december = "ETH/USDT:USDT-261225"
    dated = replace(one, symbol=december, table=table_of(december, [("0", None, "0.01")]))
    assert dated.at("2000").positions[0].maintenance_margin == 2_000


def without_funding(charged: Charged) -> Schedule:
    return bitmex._charge(replace(charged, terms=replace(charged.terms, funding_rate=D(0))))


def on_the_margin_alone(charged: Charged) -> Schedule:
    schedule = bitmex._charge(charged)
    return replace(schedule, fence=None, counted=None)


@pytest.mark.parametrize("charge", [without_funding, on_the_margin_alone])
def test_a_wrong_rule_does_not_give_the_captured_position(charge: Callable[[Charged], Schedule]) -> None:
    case = CASES["bitmex-ethusdt-isolated-long-3x-2022"]
    assert run_case(case).passed
    assert run_case(case, rules=replace(NEW, charge=charge)).of(Verdict.DIFFERS)


def mixed(wallet: str) -> Account:
    """An inverse long and a quanto short that share one pool of bitcoin."""
    return Account(
        venue="bitmex", wallet={"BTC": D(wallet)},
        positions=(
            Position(XBTUSD, Side.LONG, D(2_000), entry_price=D(60_000), leverage=D(10)),
            Position(QUANTO, Side.SHORT, D(3_000), entry_price=D(2_500), leverage=D(10)),
        ),
        tiers={s: table_of(s, [("0", None, "0.005")]) for s in (XBTUSD, QUANTO)},
        instruments={
            s: InstrumentTerms(
                contract_size=SIZES[s], taker_fee=D("0.0005"), funding_rate=D(0), tick_size=D("0.05")
            )
            for s in (XBTUSD, QUANTO)
        },
    )  # fmt: skip


def test_inverse_and_quanto_in_one_pool_are_solved_together() -> None:
    """The bracket is certified by the rounded test itself; it lies where the straight lines end."""
    market = Market({XBTUSD: D(61_000), QUANTO: D(2_550)})
    found = liquidations(prepare(mixed("8"), NEW, on=ON), market)
    (whole,) = found.rings
    assert whole.above is not None
    bitcoin = F(whole.above.liquidated)
    ether = 2_550 * bitcoin / 61_000
    profit = F(2_000, 60_000) - F(2_000) / bitcoin + F(3, 1_000) * (2_500 - ether)
    cost = F(2_000, 60_000) + F("7.5")
    asked = cost * F("0.005") + F("0.0005") * (cost + 8) / F("1.0005")
    per_price = F(3, 1_000) * 2_550 / 61_000
    assert abs(8 + profit - asked) < 4 * UNITS[XBTUSD] + per_price * F(NEW.mark_quantum)


def test_what_a_position_of_a_pool_is_shown_keeps_what_the_other_holds() -> None:
    """The ETH short may use the free balance, not what the BTC long holds: initial, commission, profit."""
    market = Market({XBTUSD: D(61_000), QUANTO: D(2_550)})
    book = prepare(mixed("8"), NEW, on=ON)
    assessed = assess(book, market)
    (pool,) = assessed.rings
    btc, eth = assessed.positions
    shown = liquidations(book, market).of(QUANTO).shown
    assert shown is not None
    reserved = [F(one.initial_margin or 0) + F(one.closing_fee or 0) for one in (btc, eth)]
    free = F(pool.equity) - sum(reserved) - F(btc.unrealized_pnl)
    assert pool.available_balance == free
    extra = in_units(free / F("1.0005"), UNITS[QUANTO], floor)
    spare = reserved[1] - F(eth.maintenance_margin) + extra
    price = (F(eth.notional) + spare) / F("0.003")
    assert shown.liquidation == F(floor(price * 20), 20)


@pytest.mark.parametrize("up", [False, True])
def test_the_search_beside_straight_lines_finds_what_halving_finds(up: bool) -> None:
    side = "short" if up else "long"
    terms = InstrumentTerms(contract_size=D(1), taker_fee=D("0.0005"), funding_rate=D(0))
    one = Single(NEW, XBTUSD, side, D(900), D(60_000), D("0.004"), False, "10",
                 table_of(XBTUSD, [("0", None, "0.005")]), terms)  # fmt: skip
    (ring,) = one.book.pools
    on = course(ring, alone(ring, Market({XBTUSD: D(60_000)}), XBTUSD, NEW.mark_quantum))
    assert search._beside_straight(on, up=up) == search._by_halves(on, up=up) is not None
