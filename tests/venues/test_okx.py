"""OKX as it printed its accounts: isolated one tick off, cross not, fee beside maintenance, slices, dates.

Positions: raw dumps that owners published, 2021 to 2025. Free margin and discounts: the help centre's own
examples. A fee of 0.03 % is an account's own; 0.05 % is on the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, CollateralRate, InstrumentTerms, Order
from ringfence.domain.market import Market
from ringfence.domain.tiers import TierTable
from ringfence.errors import MissingLeverage, MissingRate, NoRules
from ringfence.exact.assess import assess
from ringfence.exact.explain import explain
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import move_alone, shown_prices
from ringfence.solve.sized import Outcome
from ringfence.solve.sizing import margin_for
from ringfence.testing.cases import load_cases, table_of_rows
from ringfence.testing.conform import run_case
from ringfence.venues import futures_mode, registry
from ringfence.venues.modes import Change, Verdict, When
from ringfence.venues.pool import Free, Pool
from ringfence.venues.rules import Basis, TierRule, VenueRules
from ringfence.venues.schedule import ClosingFee
from ringfence.venues.shown import exact_prices
from tests.support import ROOT

D = Decimal
LINEAR, INVERSE = registry.rules("okx_linear"), registry.rules("okx_inverse")
PERP, COIN, ETH = "BTC/USDT:USDT", "BTC/USD:BTC", "ETH/USDT:USDT"
STRICT = [
    case
    for key in ("okx_linear", "okx_inverse")
    for case in load_cases(
        (ROOT / f"tests/conformance/cases/{key}.jsonl").read_text("utf-8").splitlines(), name=key
    )
    if case.strict
]

PRINTED = """
symbol                position        contract  margin              mark     rate   fee     tick    mmr                 liqPx
BTC/USDT:USDT-240329  +4@45075.3      0.01      601.004             45068    0.004  0.0005  0.1     7.21088             30186.137167252637
ETH/USDT:USDT         +1@3011         0.1       30.11               3010.54  0.004  0.0005  0.01    1.204216            2722.159673530889
ADA/USDT:USDT         -0.1@0.736      100       2.453333333333333   0.7423   0.0065 0.0005  0.0001  0.0482495           0.9744117510758028
BTC/USD:BTC           +1@93511.7      100       0.0002138769800998  93516.3  0.004  0.0003  0.1     0.0000042773291929  78261.60025833434
"""  # noqa: E501 - a table


def rows() -> list[dict[str, str]]:
    head, *lines = [line.split() for line in PRINTED.strip().splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def terms(face: str, *, fee: str | None = "0.0005", tick: str | None = None) -> InstrumentTerms:
    return InstrumentTerms(contract_size=face, taker_fee=fee, tick_size=tick)  # type: ignore[arg-type]


def flat(symbol: str, rate: str = "0.004") -> dict[str, TierTable]:
    return {symbol: table_of_rows(symbol, [["0", None, rate, None, None]], basis="contracts")}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["symbol"])
def test_an_isolated_position_is_what_the_venue_printed(row: dict[str, str]) -> None:
    symbol, (size, entry) = row["symbol"], row["position"].split("@")
    key = "okx_inverse" if symbol == COIN else "okx_linear"
    account = Account(
        venue=key, tiers=flat(symbol, row["rate"]),
        instruments={symbol: terms(row["contract"], fee=row["fee"], tick=row["tick"])},
    ).open(symbol, size, entry_price=entry, isolated_margin=row["margin"])  # fmt: skip
    book = prepare(account, registry.rules(key), on="2026-11-22")
    market = Market({symbol: D(row["mark"])})
    (position,) = account.positions
    answer = move_alone(book, market, book.ring_of(position), symbol)
    shown = shown_prices(book, market, position, answer)
    assert shown is not None
    assert shown.liquidation is not None
    assert answer.nearest is not None
    printed = Fraction(row["liqPx"])
    assert abs(Fraction(shown.liquidation) - printed) < printed / 10**14
    tick = Fraction(row["tick"])
    assert Fraction(shown.liquidation) - Fraction(answer.nearest.threshold) == (
        tick if size.startswith("+") else -tick
    )
    (figures,) = assess(book, market).positions
    assert abs(Fraction(figures.maintenance_margin) - Fraction(row["mmr"])) < Fraction(1, 10**15)


def test_free_margin_is_the_help_centre_s_example() -> None:
    """700 BTC of balance and 15 of profit, 530 in use: 185 are free, of which the profit may not leave."""
    zero = Fraction(0)
    pool = Pool(Fraction(700), Fraction(715), Fraction(530), zero, zero, zero, zero, ())
    assert futures_mode.free_margin(pool) == Free(Fraction(185), Fraction(170))
    lost = replace(pool, equity=Fraction(685))
    assert futures_mode.free_margin(lost) == Free(Fraction(155), Fraction(155))
    assert futures_mode.free_margin(replace(pool, equity=Fraction(500))) == Free(zero, zero)


@pytest.mark.parametrize(
    ("orders", "held"),
    [
        ((Order(COIN, "buy", D(100_000), D(50_000)),), 40),
        ((Order(COIN, "buy", D(100_000), D(50_000)), Order(COIN, "sell", D(100_000), D(50_000))), 80),
        ((Order(COIN, "sell", D(100_000), D(50_000), reduce_only=True),), 0),
    ],
)
def test_each_order_that_can_open_holds_its_value_over_leverage(orders: tuple[Order, ...], held: int) -> None:
    """An order of 200 BTC at 5x is accepted where 185 are free, and holds 40."""
    placed = tuple(replace(one, leverage=D(5)) for one in orders)
    account = Account(
        venue="okx_inverse", wallet={"BTC": D(185)}, orders=placed, instruments={COIN: terms("100")},
        tiers=flat(COIN),
    )  # fmt: skip
    pool = assess(prepare(account, INVERSE, on="2026-11-22"), Market({COIN: D(50_000)})).ring("pool BTC")
    assert (pool.initial_margin, pool.available_balance) == (held, 185 - held)


def test_what_may_leave_waits_for_profit_to_be_realised() -> None:
    account = Account(
        venue="okx_linear", wallet={"USDT": D(1000)}, instruments={PERP: terms("0.01")},
        tiers=flat(PERP),
    ).open(PERP, "10", entry_price="50000", leverage="10")  # fmt: skip
    book = prepare(account, LINEAR, on="2026-11-22")
    left = {}
    for mark in ("55000", "50000", "48000"):
        pool = assess(book, Market({PERP: D(mark)})).ring("pool USDT")
        left[mark] = pool.available_balance, pool.withdrawable
    assert left == {"55000": (950, 450), "50000": (500, 500), "48000": (320, 320)}


def multi(**amounts: str) -> Account:
    """A multi-currency account under the help centre's discount slices of BTC; USDT counts in full."""
    btc = [("0", "20", "0.02"), ("20", "25", "0.025"), ("25", None, "0.03")]
    rates = {
        "BTC": CollateralRate(price="60000", haircut_tiers=btc),  # type: ignore[arg-type]
        "USDT": CollateralRate(price="1"),  # type: ignore[arg-type]
    }
    return Account(
        venue="okx_linear", multi_asset=True, wallet={a: D(v) for a, v in amounts.items()}, collateral=rates,
        instruments={PERP: terms("0.01"), COIN: terms("100"), ETH: terms("0.1", tick="0.01")},
        tiers={**flat(PERP), **flat(COIN), **flat(ETH)},
    )  # fmt: skip


def test_a_multi_currency_pool_adds_discounted_equity_and_tests_it_with_the_fee() -> None:
    account = multi(BTC="30", USDT="0").open(PERP, "100", entry_price="60000", leverage="10")
    book = prepare(account, LINEAR, on="2026-11-22")
    assessed = assess(book, Market({PERP: D(59_000)}))
    pool = assessed.ring("pool USD")
    # 20 x 0.98 + 5 x 0.975 + 5 x 0.97 = 29.325 coins; a loss of 1,000 USDT is owed in full.
    assert pool.equity == D("29.325") * 60_000 - 1_000
    assert pool.maintenance_margin == D("0.004") * 59_000
    assert pool.requirement == D("0.0045") * 59_000
    assert pool.unrealized_pnl == -1_000
    (line,) = explain(assessed).of("rings.pool USD.equity")
    assert line.how == "30 BTC x 58650 (by slices) + -1000 USDT x 1"


def test_a_profit_in_coin_is_discounted_at_the_slice_it_reaches() -> None:
    """24 BTC, and an inverse long that gains 3: the fifth coin over 20 and the two over 25 count less."""
    account = multi(BTC="24", USDT="0").open(COIN, "9000", entry_price="50000", leverage="10")
    pool = assess(prepare(account, LINEAR, on="2026-11-22"), Market({COIN: D(60_000)})).ring("pool USD")
    gained = 20 * D("0.98") + 5 * D("0.975") + 2 * D("0.97")
    wallet = 20 * D("0.98") + 4 * D("0.975")
    assert pool.equity == gained * 60_000
    assert pool.wallet_balance == wallet * 60_000
    assert pool.unrealized_pnl == (gained - wallet) * 60_000


def test_a_deposit_is_sized_through_the_slices_and_proven() -> None:
    account = multi(BTC="1", USDT="0").open(PERP, "-300", entry_price="60000", leverage="10")
    book = prepare(account, LINEAR, on="2026-11-22")
    found = margin_for(book, Market({PERP: D(60_000)}), account.positions[0], "90000")
    assert found.outcome is Outcome.FOUND
    assert found.certificate is not None
    assert found.certificate.threshold >= 90_000
    # 3 coins short lose 90,000 and are asked 0.45 % of 270,000, less what one coin counts.
    assert found.exact == 90_000 + D("0.0045") * 270_000 - D("0.98") * 60_000


def test_an_isolated_position_stands_beside_a_multi_currency_pool() -> None:
    account = multi(BTC="1", USDT="500").open(PERP, "10", entry_price="60000", leverage="10")
    account = account.open(ETH, "10", entry_price="3000", leverage="10", isolated_margin="300")
    assessed = assess(prepare(account, LINEAR, on="2026-11-22"), Market({PERP: D(60_000), ETH: D(2_900)}))
    assert assessed.ring(f"fence {ETH} long").equity == 200
    assert assessed.ring("pool USD").equity == D("0.98") * 60_000 + 500


def test_the_fee_is_asked_for_and_never_assumed() -> None:
    account = Account(
        venue="okx_linear", instruments={PERP: terms("0.01", fee=None)}, tiers=flat(PERP),
        wallet={"USDT": D(100)},
    ).open(PERP, "1", entry_price="60000")  # fmt: skip
    with pytest.raises(MissingRate) as caught:
        prepare(account, LINEAR, on="2026-11-22")
    assert caught.value.path == f"instruments.{PERP}.taker_fee"
    assert '"0.0005" (its list price)' in str(caught.value)


def test_an_order_without_leverage_is_an_error_that_names_it() -> None:
    account = Account(
        venue="okx_linear", wallet={"USDT": D(100)}, orders=(Order(PERP, "buy", D(1), D(60_000)),),
        instruments={PERP: terms("0.01")}, tiers=flat(PERP),
    )  # fmt: skip
    with pytest.raises(MissingLeverage):
        assess(prepare(account, LINEAR, on="2026-11-22"), Market({PERP: D(60_000)}))


MUTANTS: dict[str, Callable[[VenueRules], VenueRules]] = {
    "the printed price is the exact one": lambda rules: replace(rules, shows=exact_prices),
    "the tick is taken the other way": lambda rules: replace(
        rules,
        shows=lambda one: exact_prices(one)._replace(
            liquidation=one.liquidation
            and one.liquidation - one.charged.sign * (one.charged.optional("tick_size") or 0)
        ),
    ),
    "no fee counts in the test": lambda rules: replace(rules, closing_fee=ClosingFee.NONE),
    "the fee stands in the maintenance": lambda rules: replace(rules, closing_fee=ClosingFee.IN_MAINTENANCE),
    "maintenance stays at entry": lambda rules: replace(rules, maintenance=Basis.ENTRY),
    "cross initial margin stays at entry": lambda rules: replace(rules, initial_margin=Basis.ENTRY),
    "isolated initial margin floats": lambda rules: replace(rules, isolated_initial_margin=Basis.MARK),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_captured_position_rejects_a_changed_rule(name: str) -> None:
    caught = [
        case.id
        for case in STRICT
        if not run_case(case, rules=MUTANTS[name](registry.rules(case.venue))).passed
    ]
    assert caught, f"nothing notices that {name}"


def test_without_a_change_every_strict_case_passes() -> None:
    assert [case.id for case in STRICT if not run_case(case, rules=registry.rules(case.venue)).passed] == []


def test_a_table_with_deductions_is_charged_whole() -> None:
    """Whatever a table says, the venue deducts nothing: 2 % of all of it, not less what would join."""
    table = table_of_rows(PERP, [["0", "10000", "0.01", None, None], ["10000", None, "0.02", None, None]])
    account = Account(
        venue="okx_linear", wallet={"USDT": D(5000)}, instruments={PERP: terms("0.01")}, tiers={PERP: table}
    ).open(PERP, "100", entry_price="50000")
    market = Market({PERP: D(50_000)})
    assert assess(prepare(account, LINEAR, on="2026-11-22"), market).positions[0].maintenance_margin == 1000
    joined = replace(LINEAR, tier_rule=TierRule.AS_STATED)
    assert assess(prepare(account, joined, on="2026-11-22"), market).positions[0].maintenance_margin == 900


@pytest.mark.parametrize("key", ["okx_linear", "okx_inverse"])
def test_the_dated_rules_differ_in_what_changed(key: str) -> None:
    first, june, now = registry.pack(key)
    assert [one.valid_from for one in (first, june, now)] == ["2021-01-01", "2024-06-01", "2024-12-01"]
    assert "cross balance paid first" in first.clauses["funding"].section
    assert june.clauses["funding"] == now.clauses["funding"] != first.clauses["funding"]
    over_positions = {
        rules.valid_from: next(
            rule.verdict
            for rule in rules.modes
            if rule.change is Change.MULTI_ASSET_ON and rule.when is When.ANY_POSITION
        )
        for rules in (june, now)
    }
    assert over_positions == {"2024-06-01": Verdict.REFUSED, "2024-12-01": Verdict.ALLOWED}
    with pytest.raises(NoRules):
        registry.rules(key, on="2019-12-27")


@pytest.mark.parametrize(
    ("change", "when", "code"),
    [
        (Change.RAISE_LEVERAGE, When.ORDER_IN_SYMBOL, "59101"),
        (Change.LOWER_LEVERAGE, When.BEYOND_TIER, "59102"),
        (Change.LOWER_LEVERAGE, When.NOT_ENOUGH, "59103"),
        (Change.POSITION_MODE, When.ANY_POSITION, "59000"),
        (Change.POSITION_MODE, When.NEGATIVE_WALLET, "59001"),
        (Change.ADD_MARGIN, When.NO_POSITION, "59300"),
        (Change.REMOVE_MARGIN, When.NOT_ENOUGH, "59301"),
    ],
)
def test_a_refusal_carries_the_venue_s_code(change: Change, when: When, code: str) -> None:
    (rule,) = (one for one in LINEAR.modes if one.change is change and one.when is when)
    assert (rule.verdict, rule.code) == (Verdict.REFUSED, code)
    assert rule.clause in LINEAR.clauses


def test_every_assumption_is_written_where_a_reader_meets_it() -> None:
    unsure = {name for name, clause in LINEAR.clauses.items() if clause.assumption}
    assert unsure == {
        "hedge", "open_orders", "withdrawal", "several_positions", "collateral", "removal", "position_mode",
    }  # fmt: skip
    assert LINEAR.clauses == futures_mode.CLAUSES
