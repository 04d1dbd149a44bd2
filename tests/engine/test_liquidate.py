"""What venues do to a ring that fails: their own examples, and each step in its place."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ringfence.domain.account import Account, InstrumentTerms, Order, Position, Side
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.engine import apply_all, state_digest
from ringfence.engine.liquidate import Liquidated, liquidate
from ringfence.engine.postings import fence_name
from ringfence.engine.run import Backing, Counterparty
from ringfence.engine.state import State, begin
from ringfence.engine.waterfall import ranked
from ringfence.errors import MissingField, MissingMark
from ringfence.exact.health import is_liquidated
from ringfence.exact.ring import prepare
from ringfence.venues import registry
from ringfence.venues.rules import VenueRules
from ringfence.venues.sequence import Action, LiquidationSequence, Ranking, Step

BTC, ETH, USDC = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USDC:USDC"
ON = "2026-11-22"


def flat(rate: str, symbol: str = BTC, basis: TierBasis = TierBasis.QUOTE) -> TierTable:
    """One tier at every size."""
    return TierTable(symbol, (Tier(Decimal(0), None, Decimal(rate), Decimal(0)),), basis=basis)


def stepped(symbol: str, *rows: tuple[str, str], basis: TierBasis = TierBasis.QUOTE) -> TierTable:
    """Tiers from (floor, rate), the whole position at the rate of its tier."""
    floors = [Decimal(floor) for floor, _ in rows]
    ends = [*floors[1:], None]
    tiers = tuple(
        Tier(floor, end, Decimal(rate), Decimal(0))
        for floor, end, (_, rate) in zip(floors, ends, rows, strict=True)
    )
    return TierTable(symbol, tiers, jumps=True, basis=basis)


def book(venue: str, table: TierTable, wallet: str = "0", **terms: Any) -> Account:
    """An account with one tier table."""
    asset = table.symbol.split(":")[1]
    return Account(
        venue=venue,
        wallet={asset: Decimal(wallet)},
        tiers={table.symbol: table},
        instruments={table.symbol: InstrumentTerms(**terms)},
    )


def run(account: Account, marks: dict[str, str], backing: Backing | None = None) -> Liquidated:
    rules = registry.rules(account.venue)
    state = begin(account, rules, marks={symbol: Decimal(mark) for symbol, mark in marks.items()})
    return liquidate(state, rules, backing=backing, on=ON)


def kinds(done: Liquidated) -> list[str]:
    return [step.event.kind for step in done.steps if step.event is not None]


def events(done: Liquidated, kind: str) -> list[Any]:
    return [step.event for step in done.steps if step.event is not None and step.event.kind == kind]


def fund(done: Liquidated, asset: str = "USDT") -> Decimal:
    return Decimal(done.state.balances.get(("insurance", asset), 0))


def test_a_fence_goes_over_at_its_bankruptcy_price_and_the_wallet_stays() -> None:
    account = book("demo", flat("0.004"), "100").open(
        BTC, "+0.1", entry_price="60000", leverage=10, isolated_margin="600"
    )
    done = run(replace(account, orders=(Order(BTC, "buy", Decimal(1), Decimal(50_000)),)), {BTC: "54100"})
    assert kinds(done) == [
        "liquidation_started",
        "orders_cancelled",
        "position_taken_over",
        "takeover_closed",
    ]
    (gone,) = events(done, "position_taken_over")
    assert (gone.price, gone.contracts) == (Decimal(54_000), Decimal("0.1"))
    assert done.state.account.wallet == {"USDT": Decimal(100)}
    assert (done.state.account.positions, done.state.account.orders) == ((), ())
    assert done.rings[0].to_fund == {"USDT": Decimal(10)}
    assert done.rings[0].losses == ()


def test_every_number_of_a_death_has_its_line() -> None:
    account = book("demo", flat("0.004")).open(BTC, "+0.1", entry_price="60000", isolated_margin="600")
    done = run(account, {BTC: "54100"})
    first = str(done.steps[0].derivation)
    for line in ("0.1 x (54100 - 60000)", "5410 x 0.004 - 0", "600 - 590", "equity 10 - requirement 21.64"):
        assert line in first
    handed = next(step for step in done.steps if step.event and step.event.kind == "position_taken_over")
    assert "value 5410 at the mark - 10, over 0.1: equity is zero there" in str(handed.derivation)
    assert all(line.source for step in done.steps for line in step.derivation.lines if "fund" in line.label)


@pytest.mark.parametrize(
    ("venue", "entry", "size", "margin", "rate", "mark", "bankruptcy", "change"),
    [
        # KuCoin help, insurance fund: 1 BTC at 40,000 with 40x, closed at 39,100 and at 38,850.
        ("kucoin_futures", "40000", "1", "1000", "0.004", "39100", "39000", "100"),
        ("kucoin_futures", "40000", "1", "1000", "0.004", "38850", "39000", "-150"),
        # Bybit help centre, insurance fund: bankruptcy at 64,000, filled at 64,980 and at 63,950.
        ("demo", "65000", "1", "1000", "0.016", "64980", "64000", "980"),
        ("demo", "65000", "1", "1000", "0.016", "63950", "64000", "-50"),
        ("demo", "65000", "-1", "1000", "0.016", "66100", "66000", "-100"),
    ],
)
def test_the_fund_gains_and_loses_what_the_venues_say(
    venue: str, entry: str, size: str, margin: str, rate: str, mark: str, bankruptcy: str, change: str
) -> None:
    account = book(venue, flat(rate), contract_size="1").open(
        BTC, size, entry_price=entry, leverage=40, isolated_margin=margin
    )
    done = run(account, {BTC: mark})
    (gone,) = events(done, "position_taken_over")
    assert gone.price == Decimal(bankruptcy)
    assert fund(done) == Decimal(change)


def test_okx_takes_the_maintenance_margin_as_a_penalty() -> None:
    """A real record of a full liquidation: profit, fee and penalty to the last digit."""
    symbol = "ETH/USDT:USDT"
    table = flat("0.004", symbol, TierBasis.CONTRACTS)
    account = book("okx_linear", table, "2617", contract_size="0.1", taker_fee="0.0005").open(
        symbol, "+384.9", entry_price="2335.3571628994546", leverage=100
    )
    done = run(account, {symbol: "2277.59"})
    (fee,) = events(done, "liquidation_fee")
    assert events(done, "position_taken_over")[0].price == Decimal("2277.59")
    # The wallet has less left than both charges come to: what there is, is all that is taken.
    left = Decimal(2617) - Decimal("2223.4581")
    asked = Decimal("350.6577564") + Decimal("0.0005") * Decimal("38.49") * Decimal("2277.59")
    assert abs(fee.amount - left) < Decimal("0.00006")
    assert asked > fee.amount
    loss = Decimal("38.49") * (Decimal("2335.3571628994546") - Decimal("2277.59"))
    richer = replace(account, wallet={"USDT": loss + asked})
    (fee,) = events(run(richer, {symbol: "2277.59"}), "liquidation_fee")
    assert abs(fee.amount - asked) < Decimal("0.00000001")


def test_the_ranking_of_bitmex_is_its_own_example() -> None:
    longs = {"1": (10, 3), "2": (10, 6), "3": (20, 1), "4": (30, 4), "5": (20, 5), "6": (10, 2)}
    line = tuple(
        Counterparty(name, Decimal(size), Decimal(600), score=Decimal(score))
        for name, (size, score) in longs.items()
    )
    order = ranked(line, Ranking.PROFIT_TIMES_LEVERAGE, side=Side.LONG, mark=Fraction(660))
    assert [one.name for one in order] == ["2", "5", "4", "1", "6", "3"]
    account = book("demo", flat("0.004")).open(BTC, "-20", entry_price="600", isolated_margin="1000")
    backing = Backing({}, {BTC: line}, {BTC: Decimal(1)})
    done = run(account, {BTC: "660"}, backing)
    closed = [(one.contracts, one.price) for one in events(done, "deleveraged")]
    assert closed == [(10, 650), (10, 650)]  # 10 of account 2, then 10 of the 20 of account 5
    assert done.rings[0].losses[0].deleveraged == 200


SCORED = [
    (Ranking.PROFIT_TIMES_LEVERAGE, ["rich", "poor", "losing"]),
    (Ranking.MARK_OVER_ENTRY_TIMES_LEVERAGE, ["rich", "losing", "poor"]),
    (Ranking.PROFIT_TIMES_MARGIN_RATIO, ["poor", "rich", "losing"]),
    (Ranking.BEST_ENTRY, ["rich", "poor", "losing"]),
    (Ranking.NOT_RANKED, ["losing", "poor", "rich"]),
]


@pytest.mark.parametrize(("ranking", "names"), SCORED)
def test_counterparties_are_ranked_by_each_formula(ranking: Ranking, names: list[str]) -> None:
    line = (
        _trader("losing", "1", "200", "5", "30", "1"),
        _trader("poor", "1", "90", "25", "10", "20"),
        _trader("rich", "1", "50", "10", "100", "1"),
    )
    order = ranked(line, ranking, side=Side.LONG, mark=Fraction(100))
    assert [one.name for one in order] == names


def _trader(name: str, *figures: str) -> Counterparty:
    return Counterparty(name, *(Decimal(one) for one in figures))


def test_a_ranking_asks_for_the_figure_it_needs() -> None:
    line = (Counterparty("a", Decimal(1), Decimal(50)), Counterparty("b", Decimal(1), Decimal(60)))
    with pytest.raises(MissingField, match=r"counterparties\.a\.equity"):
        ranked(line, Ranking.PROFIT_TIMES_LEVERAGE, side=Side.LONG, mark=Fraction(100))


def test_the_waterfall_goes_down_in_order() -> None:
    account = book("demo", flat("0.004")).open(BTC, "+0.1", entry_price="60000", isolated_margin="600")
    line = (_trader("a", "0.05", "55000", "100"), _trader("b", "0.01", "65000", "100"))
    done = run(account, {BTC: "53000"}, Backing({"USDT": Decimal(30)}, {BTC: line}))
    (loss,) = done.rings[0].losses
    # 100 beyond: 30 by the fund, 0.06 of 0.1 BTC at 1,000 a coin from the others, 10 by nobody.
    assert (loss.beyond, loss.insurance, loss.deleveraged, loss.bad_debt) == (100, 30, 60, 10)
    assert [one.contracts for one in events(done, "deleveraged")] == [Decimal("0.01"), Decimal("0.05")]
    assert kinds(done)[-4:] == ["insurance_paid", "deleveraged", "deleveraged", "bad_debt"]


def test_dango_closes_as_much_as_the_deficit() -> None:
    """Its own example, without the buffer and the fee: 10 at 50,000, the oracle at 48,000, one is closed."""
    rules = registry.rules("dango")
    rules = replace(rules, liquidation=replace(rules.liquidation, steps=(Step(Action.REDUCE),)))
    account = book("dango", flat("0.05", USDC), "41600", liquidation_fee="0").open(
        USDC, "+10", entry_price="50000"
    )
    done = liquidate(begin(account, rules, marks={USDC: Decimal(48_000)}), rules, on=ON)
    (cut,) = events(done, "position_reduced")
    assert cut.contracts == 1
    assert done.state.account.wallet == {"USDC": Decimal(39_600)}
    assert done.rings[0].cured
    assert done.steps[-1].equity == 21_600


def test_dango_deleverages_at_the_bankruptcy_price() -> None:
    account = book("dango", flat("0.05", USDC), "3000").open(USDC, "+1", entry_price="50000")
    done = run(account, {USDC: "46000"}, Backing({}, {USDC: (_trader("a", "1", "55000"),)}))
    (one,) = events(done, "deleveraged")
    assert (one.price, one.amount) == (47_000, 1_000)
    assert done.state.account.wallet["USDC"] == 0


def test_positions_of_a_pool_go_over_at_the_zero_price() -> None:
    """Mark x (1 - side x rate x equity / requirement): Lighter's formula, 49,460 for its own figures."""
    tiers = {BTC: flat("0.012"), ETH: flat("0.02", ETH)}
    account = Account(venue="demo", wallet={"USDT": Decimal(450)}, tiers=tiers)
    account = account.open(BTC, "+0.5", entry_price="50000").open(ETH, "-5", entry_price="2000")
    done = run(account, {BTC: "50000", ETH: "2000"})
    prices = {one.symbol: one.price for one in events(done, "position_taken_over")}
    assert prices == {BTC: Decimal(49_460), ETH: Decimal(2_036)}
    assert done.state.account.wallet["USDT"] == 0
    assert fund(done) == 450


ORDERS = (
    Order(BTC, "buy", Decimal(1), Decimal(50_000)),
    Order(BTC, "sell", Decimal("0.1"), Decimal(70_000), reduce_only=True),
    Order(ETH, "buy", Decimal(1), Decimal(1_000), leverage=Decimal(5)),
)


@pytest.mark.parametrize(
    ("action", "left"),
    [
        (Action.CANCEL_RISING, [(BTC, True), (ETH, False)]),
        (Action.CANCEL_CONTRACT, [(ETH, False)]),
        (Action.CANCEL_ALL, []),
    ],
)
def test_each_way_to_cancel_leaves_what_it_should(action: Action, left: list[tuple[str, bool]]) -> None:
    rules = replace(registry.rules("demo"), liquidation=LiquidationSequence((Step(action),)))
    account = book("demo", flat("0.004")).open(BTC, "+0.1", entry_price="60000", isolated_margin="600")
    account = replace(account, orders=ORDERS)
    done = liquidate(begin(account, rules, marks={BTC: Decimal(54_100), ETH: Decimal(1_500)}), rules, on=ON)
    assert [(one.symbol, one.reduce_only) for one in done.state.account.orders] == left
    assert len(done.state.orders) == len(left)


def test_orders_that_stood_in_the_test_cure_a_pool_when_they_go() -> None:
    """KuCoin counts the maintenance of resting orders: without them the account stands."""
    account = book("kucoin_futures", flat("0.01"), "640", contract_size="1", taker_fee="0").open(
        BTC, "+1", entry_price="60000", leverage=10
    )
    order = Order(BTC, "buy", Decimal(1), Decimal(59_000), leverage=Decimal(10))
    done = run(replace(account, orders=(order,)), {BTC: "60000"})
    assert kinds(done) == ["liquidation_started", "orders_cancelled"]
    assert done.rings[0].cured
    assert done.state.account.positions == account.positions


def test_a_position_is_cut_tier_by_tier_and_tested_after_each() -> None:
    table = stepped(BTC, ("0", "0.005"), ("60000", "0.01"), ("180000", "0.03"))
    account = book("demo", table, "5000", liquidation_fee="0").open(BTC, "+4", entry_price="60000")
    done = run(account, {BTC: "59500"}, Backing(lots={BTC: Decimal("0.001")}))
    # Tier 3 asks 7,140 and equity is 3,000; 3.025 BTC is the most below 180,000, and 1,799.88 is asked of it.
    assert [(one.contracts, one.price) for one in events(done, "position_reduced")] == [
        (Decimal("0.975"), Decimal(59_500))
    ]
    assert done.rings[0].cured
    deeper = replace(account, wallet={"USDT": Decimal(3_000)})
    done = run(deeper, {BTC: "59500"}, Backing(lots={BTC: Decimal("0.001")}))
    # 1,000 of equity: tier 2 still asks more, and 1.008 BTC is the most below 60,000.
    assert [one.contracts for one in events(done, "position_reduced")] == [Decimal("0.975"), Decimal("2.017")]
    assert done.steps[-1].requirement == Decimal("1.008") * Decimal("59500") * Decimal("0.005")


def test_okx_cuts_two_tiers_and_takes_over_from_the_second() -> None:
    table = stepped(
        BTC, ("0", "0.005"), ("100", "0.01"), ("200", "0.02"), ("300", "0.04"), basis=TierBasis.CONTRACTS
    )
    account = book("okx_linear", table, "1000", contract_size="0.01", taker_fee="0").open(
        BTC, "+400", entry_price="60000"
    )
    lots = Backing(lots={BTC: Decimal(7)})
    done = run(account, {BTC: "59900"}, lots)
    # Tier 4 to tier 2, which ends at 200 contracts, in lots of 7; the penalty takes the 600 that were left.
    assert kinds(done)[1:] == [
        "position_reduced", "liquidation_fee", "position_taken_over", "liquidation_fee",
    ]  # fmt: skip
    assert events(done, "position_reduced")[0].contracts == 203
    assert done.state.account.wallet["USDT"] == 0


def test_bybit_reduces_a_pool_to_nine_tenths() -> None:
    account = book("bybit_linear", flat("0.01"), "3000", taker_fee="0").open(
        BTC, "+1", entry_price="60000", leverage=10
    )
    done = run(account, {BTC: "57500"}, Backing(lots={BTC: Decimal("0.001")}))
    (cut,) = events(done, "position_reduced")
    # 500 of equity, 575 asked: 0.9 x 500 / 575 of the position may stay, on the grid of a thousandth.
    assert cut.contracts == Decimal("0.218")
    assert done.rings[0].cured


def test_hyperliquid_sells_a_fifth_first_and_takes_all_below_two_thirds() -> None:
    account = book("hyperliquid", flat("0.01", USDC), "20000").open(USDC, "+10", entry_price="60000")
    done = run(account, {USDC: "58600"})  # 6,000 of equity, 5,860 asked: it stands
    assert done.rings == ()
    done = run(account, {USDC: "58550"})  # 5,500, 5,855 asked: a fifth goes, and the rest asks 4,684
    assert [one.contracts for one in events(done, "position_reduced")] == [2]
    assert done.rings[0].cured
    done = run(account, {USDC: "58400"})  # 4,000, 5,840 asked: more than two thirds, a fifth and then all
    assert [one.contracts for one in events(done, "position_reduced")] == [2, 8]
    assert done.state.account.wallet["USDC"] == 4_000
    done = run(account, {USDC: "58380"})  # 3,800 of 5,838: the vault takes everything
    assert kinds(done)[1:] == ["position_taken_over", "takeover_closed"]
    assert done.state.account.wallet["USDC"] == 0
    assert fund(done, "USDC") == 3_800


def test_paradex_cuts_every_position_by_the_same_share() -> None:
    account = book("paradex", flat("0.01", USDC), "3000", taker_fee="0").open(
        USDC, "+1", entry_price="60000", leverage=10
    )
    done = run(account, {USDC: "57500"})  # 500 of equity, 575 asked: 60 % would ask 345, 80 % asks 460
    assert [one.contracts for one in events(done, "position_reduced")] == [Decimal("0.4")]


def test_deribit_stops_as_soon_as_it_may_and_charges_its_fee() -> None:
    account = book("deribit", flat("0.01", "BTC/USDC:USDC"), "3000", size_factor="0").open(
        USDC, "+1", entry_price="60000", leverage=10
    )
    done = run(account, {USDC: "57500"}, Backing(lots={USDC: Decimal("0.001")}))
    (fee,) = events(done, "liquidation_fee")
    (cut,) = events(done, "position_reduced")
    assert fee.amount == cut.contracts * 57_500 * Decimal("0.0075")
    assert done.rings[0].cured


def test_a_fence_is_fed_while_the_wallet_lasts() -> None:
    account = book("bybit_linear", flat("0.005"), "500", taker_fee="0")
    position = Position(
        BTC, "long", "0.1", entry_price="60000", margin_mode="isolated", leverage="50",
        isolated_margin="120", auto_add_margin=True,
    )  # fmt: skip
    account = replace(account, positions=(position,))
    done = run(account, {BTC: "59000"})
    fed = events(done, "margin_moved")
    assert [one.amount for one in fed] == [Decimal(118)]  # one initial margin at the mark
    assert done.rings[0].cured
    assert done.state.account.wallet["USDT"] == 382
    poor = replace(account, wallet={"USDT": Decimal(3)})
    assert kinds(run(poor, {BTC: "59000"}))[-2:] == ["position_taken_over", "takeover_closed"]


def test_hedged_legs_are_netted_before_anything_else() -> None:
    table = flat("0.01", BTC, TierBasis.CONTRACTS)
    account = replace(book("okx_linear", table, "1000", contract_size="0.01", taker_fee="0"), hedged=True)
    account = account.open(BTC, "+100", entry_price="60000").open(BTC, "-90", entry_price="60000")
    done = run(account, {BTC: "60000"})  # 600 + 540 asked of 1,000; netted, 10 are left and ask 60
    assert [(one.side, one.contracts) for one in events(done, "position_reduced")] == [
        (Side.LONG, 90), (Side.SHORT, 90),
    ]  # fmt: skip
    assert done.rings[0].cured


def test_no_equity_means_no_order_fills() -> None:
    account = book("binance_usdm", flat("0.004"), "24").open(BTC, "+0.1", entry_price="60000")
    done = run(account, {BTC: "59000"})
    told = [words for step in done.steps for words in step.words]
    assert "no equity is left at the mark: an order at the bankruptcy price finds nobody" in told
    assert kinds(done)[1:] == ["position_taken_over", "takeover_closed", "insurance_paid"]


def test_the_steps_are_a_log_that_replays_to_the_same_digest() -> None:
    account = book("demo", flat("0.004"), "100").open(BTC, "+0.1", entry_price="60000", isolated_margin="600")
    rules = registry.rules("demo")
    state = begin(account, rules, marks={BTC: Decimal(53_000)})
    done = liquidate(state, rules, on=ON)
    again = apply_all(state, [step.event for step in done.steps if step.event], rules)
    assert state_digest(again[-1].state) == state_digest(done.state)
    assert again[-1].state.balances == done.state.balances


def test_what_stands_is_left_alone() -> None:
    account = book("demo", flat("0.004"), "100").open(BTC, "+0.1", entry_price="60000")
    done = run(account, {BTC: "60000"})
    assert done.rings == ()
    assert done.state.account == account


def test_a_mark_is_never_guessed() -> None:
    account = book("demo", flat("0.004"), "100").open(BTC, "+0.1", entry_price="60000")
    with pytest.raises(MissingMark):
        run(account, {})


def test_a_rate_nobody_gave_is_said_and_left_out() -> None:
    account = book("binance_usdm", flat("0.004"), "24").open(BTC, "+0.1", entry_price="60000")
    (ring,) = run(account, {BTC: "60000"}).rings
    assert any("liquidation fee of BTC/USDT:USDT is not known" in words for words in ring.notices)
    assert any("the lot of BTC/USDT:USDT is not given" in words for words in ring.notices)


@pytest.mark.parametrize("key", registry.venue_keys())
def test_every_venue_says_what_it_does(key: str) -> None:
    for rules in registry.pack(key):
        assert "liquidation" in rules.clauses
        assert rules.liquidation.steps
        assert "no sequence" not in rules.liquidation.assumption


def test_a_pack_without_a_sequence_gets_the_worst_and_says_so() -> None:
    rules = VenueRules.__dataclass_fields__["liquidation"].default
    plain = replace(registry.rules("demo"), liquidation=rules)
    account = book("demo", flat("0.004")).open(BTC, "+0.1", entry_price="60000", isolated_margin="600")
    done = liquidate(begin(account, plain, marks={BTC: Decimal(54_100)}), plain, on=ON)
    assert done.rings[0].notices == (f"assumed: {rules.assumption}",)
    assert not any(fence_name(one) for one in done.state.account.positions)


def test_a_dead_fence_may_feed_the_pool_that_comes_after() -> None:
    """Pools come first: what a fence returns afterwards does not bring a dead pool back."""
    state: State = run(
        book("demo", flat("0.004"), "10")
        .open(BTC, "+0.1", entry_price="60000"),
        {BTC: "60000"},
    ).state  # fmt: skip
    assert state.account.positions == ()
    ring = prepare(state.account, registry.rules("demo"), on=ON).rings[0]
    assert not is_liquidated(ring, {})
