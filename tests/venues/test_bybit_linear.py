"""bybit_linear: the venue's own figures, what orders hold, what is refused, and rules that must fail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

import ringfence as rf
from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Order
from ringfence.domain.market import Market
from ringfence.domain.numbers import rounded
from ringfence.errors import MissingLeverage, MissingRate
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import liquidations
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import reserved_fee
from ringfence.venues.bybit_linear import NEW, OLD
from ringfence.venues.modes import Change, When
from ringfence.venues.modes import Verdict as Answer
from ringfence.venues.rules import Confidence, VenueRules, tiers
from ringfence.venues.schedule import Charged, Linear, Schedule
from ringfence.venues.shown import Prices, Solved
from tests.conformance.test_cases import CASES

BTC = "BTC/USDT:USDT"
STRICT = [case for case in CASES if case.venue == "bybit_linear" and case.strict]

# New rules: the page's example with margin added by hand, and a captured position that was seen on both sides
# of 2025-09-02. Old rules: its other half, captured positions of 2022 to 2024, examples of the page. A dash:
# the source is silent.
FIGURES = """
 rules  position       leverage  fee      rate  tick    mark     inside      initial     maintenance  liquidation  bankruptcy
 new    +1@40000       50        0.00055  0.5%  -       40000    3821.56     821.56      221.56       36380.25     -
 new    +10000@0.8184  10        0.00055  1%    0.0001  0.8107   822.45108   822.45108   85.12108     0.744        -
 old    +10000@0.8184  10        0.00055  1%    0.0001  0.8107   822.45108   822.45108   85.89108     0.7448       -
 old    +0.06@1533.49  5         0        0.5%  0.01    1533.49  18.40188    -           -            1234.46      1226.8
 old    -1@20000       50        0        0.5%  0.01    20000    3400        400         100          23300        -
 old    +1@20000       50        0        0.5%  0.01    20000    200         400         100          19900        -
 old    +5@8000        10        0        0.5%  0.01    8000     4000        4000        -            7240         -
 old    -0.17@138.36   1         0.001    2%    0.01    138.36   23.5682424  23.5682424  0.5174664    -            -
"""  # noqa: E501


def said(row: dict[str, str], column: str) -> Decimal | None:
    return None if row[column] == "-" else Decimal(row[column])


def account_of(row: dict[str, str], rules: VenueRules) -> Account:
    size, _, entry = row["position"].partition("@")
    account = Account(
        venue="bybit_linear",
        instruments={BTC: InstrumentTerms(taker_fee=Decimal(row["fee"]), tick_size=said(row, "tick"))},
        tiers=one_tier(row["rate"]),
        on=rules.valid_from,
    )
    return account.open(BTC, size, entry_price=entry, leverage=row["leverage"], isolated_margin=row["inside"])


def one_tier(rate: str) -> dict[str, rf.TierTable]:
    (table,) = tiers(f"{BTC} rest {rate}", valid_from="2018-12-01", source="the page")[BTC]
    return {BTC: table}


def rows() -> list[dict[str, str]]:
    lines = [line.split() for line in FIGURES.strip().splitlines()]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row['rules']} {row['position']}")
def test_a_figure_of_the_venue_comes_out(row: dict[str, str]) -> None:
    rules = NEW if row["rules"] == "new" else OLD
    book = prepare(account_of(row, rules), rules, on=rules.valid_from)
    market = Market({BTC: row["mark"]})
    (figures,) = assess(book, market).positions
    (prices,) = liquidations(book, market).positions
    assert prices.shown is not None
    computed = {
        "initial": figures.initial_margin, "maintenance": figures.maintenance_margin,
        "liquidation": prices.shown.liquidation, "bankruptcy": prices.shown.bankruptcy,
    }  # fmt: skip
    for name, value in computed.items():
        wanted = said(row, name)
        if wanted is not None:
            assert rounded(value, Decimal("1E-8") if row["tick"] != "-" else Decimal("0.01")) == wanted


def flat(fee: str | None = "0.00055", **changes: object) -> Account:
    terms = InstrumentTerms(taker_fee=None if fee is None else Decimal(fee))
    stated = Account(
        venue="bybit_linear", wallet={"USDT": "10000"}, instruments={BTC: terms}, tiers=one_tier("0.5%")
    )
    return replace(stated, **changes)  # type: ignore[arg-type]


def held_by_orders(account: Account, mark: str = "60000") -> Fraction:
    book = prepare(account, NEW, on="2026-11-22")
    (pool,) = assess(book, Market({BTC: mark})).rings
    positions = assess(book, Market({BTC: mark})).positions
    return Fraction(pool.initial_margin or 0) - sum(Fraction(one.initial_margin or 0) for one in positions)


def cost(value: int, leverage: int, *, buy: bool) -> Fraction:
    """Help centre, order cost: initial margin, fee for opening, fee for closing at the bankruptcy price."""
    fee, share = Fraction("0.00055"), Fraction(1, leverage)
    return value * (share + fee + (1 - share if buy else 1 + share) * fee)


def buy(contracts: str, price: str) -> Order:
    return Order(BTC, "buy", contracts, price, leverage="25")  # type: ignore[arg-type]


def sell(contracts: str, price: str) -> Order:
    return Order(BTC, "sell", contracts, price, leverage="25")  # type: ignore[arg-type]


def test_an_order_holds_margin_and_both_fees() -> None:
    assert held_by_orders(flat(orders=(buy("1", "60000"),))) == cost(60_000, 25, buy=True)
    assert held_by_orders(flat(orders=(sell("1", "60000"),))) == cost(60_000, 25, buy=False)


def test_one_way_the_dearer_side_holds_and_hedged_both_do() -> None:
    both = (buy("1", "60000"), sell("2", "61000"))
    assert held_by_orders(flat(orders=both)) == cost(122_000, 25, buy=False)
    wanted = cost(60_000, 25, buy=True) + cost(122_000, 25, buy=False)
    assert held_by_orders(flat(orders=both, hedged=True)) == wanted


def test_an_order_against_a_position_holds_only_for_what_it_does_not_close() -> None:
    long = flat().open(BTC, "+1", entry_price="60000", leverage="25")
    assert held_by_orders(replace(long, orders=(sell("1", "60000"),))) == 0
    assert held_by_orders(replace(long, orders=(sell("3", "60000"),))) == cost(120_000, 25, buy=False)
    assert held_by_orders(replace(long, orders=(buy("1", "60000"),))) == cost(60_000, 25, buy=True)


def test_what_nobody_gave_is_asked_for() -> None:
    position = flat(fee=None).open(BTC, "+1", entry_price="60000", leverage="25")
    with pytest.raises(MissingRate, match=r'taker_fee = "0\.00055" \(its list price\)'):
        prepare(position, NEW, on="2026-11-22")
    with pytest.raises(MissingRate, match="taker fee"):
        held_by_orders(flat(fee=None, orders=(buy("1", "60000"),)))
    bare = flat().open(BTC, "+1", entry_price="60000")
    with pytest.raises(MissingLeverage):
        prepare(bare, NEW, on="2026-11-22")
    with pytest.raises(MissingLeverage):
        held_by_orders(flat(orders=(replace(buy("1", "60000"), leverage=None),)))


def test_behind_a_fence_the_present_rules_do_without_the_setting() -> None:
    """The price follows from the margin inside; only initial margin and the fee shown need the setting."""
    found = []
    for leverage in (None, "10", "50"):
        account = flat().open(BTC, "+1", entry_price="60000", leverage=leverage, isolated_margin="6000")
        book = prepare(account, NEW, on="2026-11-22")
        (position,) = liquidations(book, Market({BTC: "60000"})).positions
        assert position.shown is not None
        found.append(position.shown)
        (figures,) = assess(book, Market({BTC: "60000"})).positions
        assert (figures.initial_margin is None) == (leverage is None)
    assert len(set(found)) == 1


def test_a_fence_with_more_inside_than_the_position_is_worth_cannot_be_used_up() -> None:
    account = flat().open(BTC, "+1", entry_price="60000", leverage="10", isolated_margin="61000")
    book = prepare(account, NEW, on="2026-11-22")
    (position,) = liquidations(book, Market({BTC: "60000"})).positions
    assert position.shown is not None
    assert position.shown == (None, None)
    (fence,) = (
        ring for ring in assess(book, Market({BTC: "60000"})).rings if ring.mode is MarginMode.ISOLATED
    )
    assert fence.requirement == 300


def test_one_position_in_cross_ends_where_the_account_test_is_met() -> None:
    """Derived: wallet + Q (LP - E) = Q x LP x m - D + reserve + maintenance of the others, at their marks."""
    eth = "ETH/USDT:USDT"
    account = flat().open(BTC, "+1", entry_price="60000", leverage="10").open(
        eth, "-20", entry_price="3000", leverage="20"
    )  # fmt: skip
    terms = {**account.instruments, eth: InstrumentTerms(taker_fee=Decimal("0.00055"))}
    (table,) = one_tier("0.5%").values()
    account = replace(account, instruments=terms, tiers={BTC: table, eth: replace(table, symbol=eth)})
    book = prepare(account, NEW, on="2026-11-22")
    (btc, _) = liquidations(book, Market({BTC: "61000", eth: "3100"})).positions
    f, m = Fraction("0.00055"), Fraction("0.005")
    reserve = 60_000 * Fraction(9, 10) * f
    other = 62_000 * m + 60_000 * Fraction(21, 20) * f
    wanted = (60_000 + reserve + other - (10_000 - 2_000)) / (1 - m)
    assert btc.alone.nearest is not None
    assert btc.alone.nearest.threshold == wanted


def test_hedged_legs_each_have_their_own_maintenance_and_the_answer_says_it_is_not_confirmed() -> None:
    account = flat(hedged=True).open(BTC, "+1", entry_price="60000", leverage="10").open(
        BTC, "-1", entry_price="60000", leverage="10"
    )  # fmt: skip
    long, short = assess(prepare(account, NEW, on="2026-11-22"), Market({BTC: "60000"})).positions
    f = Fraction("0.00055")
    assert long.maintenance_margin == 300 + 54_000 * f
    assert short.maintenance_margin == 300 + 66_000 * f
    assert NEW.clauses["hedge"].confidence is Confidence.UNCONFIRMED


def test_the_rules_change_on_the_day_the_venue_changed_them() -> None:
    before, after = (rf.rules("bybit_linear", on=day) for day in ("2025-09-01", "2025-09-02"))
    assert (before.valid_from, after.valid_from) == ("2018-12-01", "2025-09-02")


CODES = [
    (Change.POSITION_MODE, When.POSITION_IN_SYMBOL, "110024"),
    (Change.POSITION_MODE, When.ORDER_IN_SYMBOL, "110028"),
    (Change.RAISE_LEVERAGE, When.BEYOND_TIER, "110013"),
    (Change.ADD_MARGIN, When.NO_POSITION, "110033"),
    (Change.REMOVE_MARGIN, When.NOT_ENOUGH, "110078"),
]


@pytest.mark.parametrize(("change", "when", "code"), CODES)
def test_a_refusal_has_the_code_of_the_venue(change: Change, when: When, code: str) -> None:
    (rule,) = (rule for rule in NEW.modes if (rule.change, rule.when) == (change, when))
    assert (rule.verdict, rule.code) == (Answer.REFUSED, code)
    assert rule.clause in NEW.clauses


def test_every_change_ends_in_a_rule_that_always_holds() -> None:
    for change in {rule.change for rule in NEW.modes}:
        last = [rule for rule in NEW.modes if rule.change is change][-1]
        assert last.when is When.ALWAYS


def reserve_follows_the_mark(charged: Charged) -> Schedule:
    """Wrong: the fee for closing on the value at the mark."""
    right = reserved_fee.charged_at_mark(charged)
    fee, share = charged.need("taker_fee"), 1 - (charged.initial_rate or 0)
    return replace(
        right, rates=tuple(rate + fee * share for rate in charged.rates), deductions=charged.deductions,
        shown_rates=None, shown_deductions=None,
    )  # fmt: skip


def added_margin_moves_no_fee(charged: Charged) -> Schedule:
    """Wrong: what is added by hand counts one to one."""
    right = reserved_fee.charged_at_mark(charged)
    if right.shown_deductions is None:
        return right
    return replace(right, deductions=right.shown_deductions, shown_rates=None, shown_deductions=None)


def no_reserve(charged: Charged) -> Schedule:
    """Wrong: margins without the fee for closing."""
    right = reserved_fee.charged_at_mark(charged)
    bare = Linear(on_entry=charged.initial_rate or 0)
    return replace(
        right, deductions=charged.deductions, shown_deductions=None, shown_rates=None, initial=bare
    )


def away_from_the_entry(solved: Solved) -> Prices:
    """Wrong: a long's price rounded down."""
    shown, tick = reserved_fee.at_mark_prices(solved), solved.charged.optional("tick_size")
    if tick is None or shown.liquidation is None:
        return shown
    return Prices(Fraction(shown.liquidation) - tick, shown.bankruptcy)


MUTANTS: dict[str, VenueRules] = {
    "the reserve follows the mark": replace(NEW, charge=reserve_follows_the_mark),
    "added margin moves no fee": replace(NEW, charge=added_margin_moves_no_fee),
    "no reserve": replace(NEW, charge=no_reserve),
    "the old rules go on": replace(OLD, valid_from=NEW.valid_from),
    "prices one tick off": replace(NEW, shows=away_from_the_entry),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_rule_is_caught_by_a_case_of_its_time(name: str) -> None:
    of_its_time = [case for case in STRICT if (case.document["on"] or "2026") >= NEW.valid_from]
    assert of_its_time
    assert not any(run_case(case, rules=NEW).of(Verdict.DIFFERS) for case in of_its_time)
    assert any(run_case(case, rules=MUTANTS[name]).of(Verdict.DIFFERS) for case in of_its_time)


def test_the_new_rules_do_not_give_the_figures_of_the_old_ones() -> None:
    (case,) = (case for case in STRICT if case.id == "by-lin-transition-2025-old")
    assert run_case(case, rules=OLD).passed
    assert not run_case(case, rules=NEW).passed


def test_positions_that_are_not_listed_count_in_the_account_s_rate() -> None:
    """[Wallet balance of the API] account rate = total maintenance / margin balance; a coin at its ratio."""
    coin = rf.CollateralRate(price="50000", haircut="0.02")
    account = Account(
        venue="bybit_linear", wallet={"USDT": "1000", "BTC": "1"}, multi_asset=True,
        collateral={"USDT": rf.CollateralRate(price="1"), "BTC": coin},
        other_maintenance={"USDT": "500", "BTC": "0.01"},
    )  # fmt: skip
    (pool,) = assess(prepare(account, NEW, on="2026-11-22"), Market()).rings
    assert pool.equity == pool.available_balance == 50_000
    assert pool.requirement == pool.maintenance_margin == 1_000
    assert pool.maintenance_usage == Fraction(1, 50)


def test_the_price_of_a_pool_holds_what_is_not_listed() -> None:
    account = flat(
        multi_asset=True, collateral={"USDT": rf.CollateralRate(price="1")}, other_maintenance={"USDT": "700"}
    ).open(BTC, "+1", entry_price="60000", leverage="10")  # fmt: skip
    (one,) = liquidations(prepare(account, NEW, on="2026-11-22"), Market({BTC: "60000"})).positions
    reserve = 54_000 * Fraction("0.00055")
    assert one.alone.nearest is not None
    assert one.alone.nearest.threshold == (60_000 + reserve + 700 - 10_000) / (1 - Fraction("0.005"))
