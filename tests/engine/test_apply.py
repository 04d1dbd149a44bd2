"""One event at a time, worked out by hand: what moves, who gets it, and what the venue refuses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

import ringfence as rf
from ringfence.domain.tiers import Tier
from ringfence.engine import Applied, Refused, State, apply, apply_all, begin
from ringfence.engine import events as ev
from ringfence.engine.invariants import conserved, mirrored
from ringfence.engine.liquidate import liquidate
from ringfence.engine.state import Accepted
from ringfence.errors import BadNumber, Bug, MissingField, MissingLeverage, OutOfRange, RingfenceError
from tests.engine.draws import BTC, COIN, DEMO, ETH, start

MARKS = {BTC: Decimal(60_000), ETH: Decimal(3_000), COIN: Decimal(60_000)}
D = Decimal


def began(wallet: str = "10000", **changes: Any) -> State:
    return begin(replace(start(wallet=wallet), **changes), DEMO, marks=MARKS)


def after(state: State, *log: ev.Event) -> Applied:
    """The log applied; the ledger is looked at after every event."""
    done = apply_all(state, log, DEMO)
    for one in done:
        assert not conserved(one.state)
        assert not mirrored(one.state, DEMO)
    return done[-1]


def moved(done: Applied) -> dict[str, Decimal]:
    return {one.account: one.amount for one in done.postings}


def bought(name: str = "b", size: str = "0.1", price: str = "60000", **more: Any) -> ev.Filled:
    given = {"leverage": D(10), **more}
    return ev.Filled(name, 0, BTC, "buy", size, price, **given)


def sold(name: str, size: str, price: str, **more: Any) -> ev.Filled:
    return ev.Filled(name, 0, BTC, "sell", size, price, **more)


ISOLATED = {"margin_mode": rf.MarginMode.ISOLATED}


def refused(done: Applied) -> Refused:
    assert isinstance(done.outcome, Refused)
    assert done.postings == ()
    return done.outcome


def test_a_deposit_comes_from_the_world() -> None:
    done = after(began(), ev.Deposit("d", 5, "USDT", "12.5"))
    assert moved(done) == {"world": D("-12.5"), "wallet": D("12.5")}
    assert done.state.account.wallet["USDT"] == D("10012.5")
    assert done.state.at == 5


def test_a_fill_opens_and_pays_its_fee_from_the_wallet() -> None:
    done = after(began(), bought(fee_rate="0.0005"))
    assert moved(done) == {"wallet": D(-3), "fees": D(3)}
    (position,) = done.state.account.positions
    assert (position.contracts, position.entry_price, position.leverage) == (D("0.1"), D(60_000), D(10))


def test_a_maker_rebate_comes_from_the_venue() -> None:
    assert moved(after(began(), bought(fee_rate="-0.0001"))) == {"wallet": D("0.6"), "fees": D("-0.6")}


def test_an_isolated_fill_pays_for_its_fence() -> None:
    done = after(began(), bought(**ISOLATED))
    assert moved(done) == {"wallet": D(-600), f"fence:{BTC} long": D(600)}
    assert done.state.account.positions[0].isolated_margin == 600


def test_an_average_that_has_no_end_keeps_its_cost() -> None:
    done = after(began(), bought(), bought("b2", "0.2", "60001"))
    (position,) = done.state.account.positions
    assert position.entry_cost == D("18000.2")
    assert position.entry_price == D("60000.66666666666666666667")
    gone = after(done.state, sold("s", "0.1", "60000.5"), sold("s2", "0.2", "60000.5"))
    assert gone.state.account.positions == ()
    assert gone.state.account.wallet["USDT"] == 10_000 - D("18000.2") + D("0.3") * D("60000.5")


def test_closing_a_part_of_a_fence_releases_its_share_and_the_profit() -> None:
    state = after(began(), bought(**ISOLATED)).state
    done = after(state, sold("s", "0.025", "61000"))
    assert moved(done) == {"counterparty": D(-25), f"fence:{BTC} long": D(-150), "wallet": D(175)}


def test_a_loss_larger_than_the_share_is_paid_by_the_fence_and_not_by_the_wallet() -> None:
    state = after(began(), bought(**ISOLATED)).state
    done = after(state, sold("s", "0.05", "52000"))
    assert moved(done) == {"counterparty": D(400), f"fence:{BTC} long": D(-400)}
    more = refused(after(state, sold("s", "0.1", "53000")))
    assert more.code == "beyond-fence"


def test_a_fill_larger_than_the_position_turns_it_round() -> None:
    done = after(began(), bought(), sold("s", "0.3", "60500"))
    (position,) = done.state.account.positions
    assert (position.side.value, position.contracts, position.entry_price) == ("short", D("0.2"), D(60_500))
    assert moved(done) == {"counterparty": D(-50), "wallet": D(50)}


def test_in_hedge_mode_a_sell_opens_the_other_side_unless_it_reduces() -> None:
    state = after(began(hedged=True), bought(), sold("s", "0.3", "60500", leverage=D(10))).state
    assert [one.key[1] for one in state.account.positions] == ["long", "short"]
    done = after(state, sold("r", "0.1", "60500", reduce_only=True))
    assert [one.key[1] for one in done.state.account.positions] == ["short"]
    assert refused(after(state, sold("r", "0.2", "60500", reduce_only=True))).code == "reduce-only"


def test_an_opening_beyond_the_wallet_is_refused_by_the_venues_code() -> None:
    said = refused(after(began("100"), bought()))
    assert said.code == "D-103"
    assert said.clause.startswith("Demo Exchange handbook")


def test_an_open_position_keeps_its_leverage() -> None:
    assert refused(after(began(), bought(), bought("b2", leverage=D(20)))).code == "unknown-field"


def order(name: str = "o1", size: str = "0.1", **more: Any) -> ev.OrderPlaced:
    given: dict[str, Any] = {"leverage": D(10), **more}
    return ev.OrderPlaced(f"e-{name}", 0, name, BTC, "buy", size, "59000", **given)


def test_an_order_rests_fills_in_parts_and_is_gone() -> None:
    state = after(began(), order()).state
    assert state.account.orders == tuple(state.orders.values())
    part = after(state, ev.Filled("f1", 0, BTC, "buy", "0.04", "59000", order_id="o1"))
    assert part.state.orders["o1"].contracts == D("0.06")
    rest = after(part.state, ev.Filled("f2", 0, BTC, "buy", "0.06", "59000", order_id="o1"))
    assert rest.state.orders == {}
    assert rest.state.account.orders == ()
    assert rest.state.account.positions[0].contracts == D("0.1")


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (order("o1"), "duplicate-order"),
        (order("o2", "5"), "D-103"),
        (order("o2", reduce_only=True), "reduce-only"),
        (ev.OrderCancelled("c", 0, "o9"), "unknown-order"),
        (ev.Filled("f", 0, BTC, "sell", D("0.1"), D(59_000), order_id="o1"), "other-order"),
        (ev.Filled("f", 0, BTC, "buy", D("0.2"), D(59_000), order_id="o1"), "other-order"),
        (ev.Filled("f", 0, BTC, "buy", D("0.2"), D(59_000), order_id="o9"), "unknown-order"),
    ],
)
def test_orders_that_are_refused(event: ev.Event, code: str) -> None:
    state = after(began(), order()).state
    if isinstance(event, ev.OrderPlaced):
        event = replace(event, id="again")
    assert refused(after(state, event)).code == code


def test_an_order_taken_back_frees_its_margin() -> None:
    state = after(began("600"), order()).state
    assert refused(after(state, ev.Withdrawal("w", 0, "USDT", "11"))).code == "not-withdrawable"
    free = after(state, ev.OrderCancelled("c", 0, "o1"), ev.Withdrawal("w", 0, "USDT", "600"))
    assert free.accepted


def test_the_venue_takes_back_the_orders_that_add_risk() -> None:
    state = after(began(), bought(), order(), order("o2", reduce_only=False)).state
    done = after(state, ev.OrdersCancelled("x", 0, (BTC,)))
    assert done.state.orders == {}
    assert after(state, ev.OrdersCancelled("x", 0, (ETH,))).state.orders == state.orders


def test_longs_pay_a_positive_rate_and_shorts_receive_it() -> None:
    paying = after(began(), bought(), ev.FundingPaid("f", 0, BTC, "0.0001"))
    assert moved(paying) == {"funding": D("0.6"), "wallet": D("-0.6")}
    fund = ev.FundingPaid("f", 0, BTC, "0.0001", "61000")
    receiving = after(began(), sold("s", "0.1", "60000", leverage=D(10)), fund)
    assert moved(receiving) == {"funding": D("-0.61"), "wallet": D("0.61")}
    assert after(began(), fund).postings == ()


def test_funding_of_a_fence_comes_from_the_fence_in_full() -> None:
    state = after(began(), bought(**ISOLATED)).state
    done = after(state, ev.FundingPaid("f", 0, BTC, "0.09"), ev.FundingPaid("g", 0, BTC, "0.02"))
    assert moved(done) == {"funding": D(120), f"fence:{BTC} long": D(-120)}
    assert done.state.account.positions[0].isolated_margin == -60
    assert done.state.account.wallet["USDT"] == D(9_400)


def eaten(mark: str = "70000") -> State:
    """A fence of 600 that paid 700 of funding, and a profit of 1000 that keeps its position alive."""
    opened = after(began(), bought(**ISOLATED), ev.Marked("up", 0, {BTC: D(70_000)}))
    return after(opened.state, ev.FundingPaid("f", 0, BTC, "0.1"), ev.Marked("now", 0, {BTC: D(mark)})).state


def test_a_profit_keeps_a_position_alive_whose_fence_is_below_zero() -> None:
    state, rules = eaten(), rf.rules("demo")
    assert state.account.positions[0].isolated_margin == -100
    (fence,) = (one for one in rf.assess(state.account, marks=state.marks).rings if "fence" in one.name)
    assert fence.equity == 900
    assert liquidate(state, rules).rings == ()
    whole = after(state, sold("s", "0.1", "70000"))
    assert moved(whole) == {"counterparty": D(-1000), f"fence:{BTC} long": D(100), "wallet": D(900)}
    half = after(state, sold("s", "0.05", "70000"))
    assert moved(half) == {"counterparty": D(-500), f"fence:{BTC} long": D(50), "wallet": D(450)}
    assert refused(after(state, sold("s", "0.1", "60900"))).code == "beyond-fence"
    assert refused(after(state, sold("s", "0.05", "59999"))).code == "beyond-fence"


@pytest.mark.parametrize(("mark", "beyond"), [("61010", D(0)), ("60400", D(60)), ("59000", D(200))])
def test_bad_debt_of_such_a_fence_arises_when_it_is_liquidated_and_no_sooner(mark: str, beyond: D) -> None:
    state = eaten(mark)
    assert not [key for key in state.balances if key[0] == "bad_debt"]
    done = liquidate(state, rf.rules("demo"))
    assert [one.ring for one in done.rings] == [f"fence {BTC} long"]
    assert sum((loss.beyond for loss in done.rings[0].losses), D(0)) == beyond
    assert done.state.account.positions == ()
    assert done.state.account.wallet == state.account.wallet
    assert not conserved(done.state)


def test_margin_may_be_added_to_a_fence_below_zero_and_none_removed() -> None:
    state = eaten()
    more = after(state, ev.MarginMoved("m", 0, BTC, None, "40"))
    assert more.state.account.positions[0].isolated_margin == -60
    assert refused(after(state, ev.MarginMoved("n", 0, BTC, None, "-1"))).code == "out-of-range"


def test_the_fee_of_a_fill_is_the_wallets_and_leaves_such_a_fence_as_it_is() -> None:
    done = after(eaten(), sold("s", "0.05", "70000", fee_rate="0.0004"))
    assert moved(done)["fees"] == D("1.4")
    assert sum(one.amount for one in done.postings if one.account == "wallet") == D(450) - D("1.4")
    assert done.state.account.positions[0].isolated_margin == -50


def test_where_the_balance_pays_first_the_fence_pays_what_is_missing() -> None:
    rules = rf.rules("bybit_linear")
    flat = rf.TierTable(BTC, (Tier(D(0), None, D("0.005"), D(0), D(100)),), source="stated")
    account = rf.Account(
        venue="bybit_linear", wallet={"USDT": D(210)}, tiers={BTC: flat},
        instruments={BTC: rf.InstrumentTerms(taker_fee=D("0.00055"))},
        positions=(rf.Position(BTC, "long", "1", entry_price="20000", leverage=10,
                               margin_mode="isolated", isolated_margin="2000"),),
    )  # fmt: skip
    state = begin(account, rules, marks={BTC: D(20_000)})
    done = apply(state, ev.FundingPaid("f", 0, BTC, D("0.02")), rules)
    assert moved(done) == {"funding": D(400), "wallet": D(-210), f"fence:{BTC} long": D(-190)}
    back = apply(done.state, ev.FundingPaid("g", 0, BTC, D("-0.01")), rules)
    assert moved(back) == {"funding": D(-200), "wallet": D(200)}


def test_margin_moves_by_the_venues_floor() -> None:
    state = after(began(), bought(**ISOLATED)).state
    more = after(state, ev.MarginMoved("m", 0, BTC, None, "100"))
    assert moved(more) == {"wallet": D(-100), f"fence:{BTC} long": D(100)}
    assert after(more.state, ev.MarginMoved("n", 0, BTC, None, "-100")).accepted
    assert refused(after(more.state, ev.MarginMoved("n", 0, BTC, None, "-100.01"))).code == "D-107"
    assert refused(after(state, ev.MarginMoved("n", 0, BTC, None, "9401"))).code == "D-103"
    assert refused(after(began(), ev.MarginMoved("n", 0, BTC, None, "1"))).code == "unknown-symbol"


def test_switching_to_isolated_moves_the_fence_and_to_cross_brings_it_back() -> None:
    state = after(began(), bought()).state
    to = after(state, ev.MarginModeChanged("m", 0, BTC, "isolated"))
    assert moved(to) == {"wallet": D(-600), f"fence:{BTC} long": D(600)}
    back = after(to.state, ev.MarginModeChanged("n", 0, BTC, "cross"))
    assert back.state.account.wallet == state.account.wallet
    again = refused(after(back.state, ev.MarginModeChanged("o", 0, BTC, "cross")))
    assert again.code == "out-of-range"


def test_binance_refuses_to_switch_an_open_position() -> None:
    rules = rf.rules("binance_usdm")
    account = rf.Account(venue="binance_usdm", wallet={"USDT": D(1000)})
    account = account.open(BTC, "+0.1", entry_price="60000", leverage=10)
    state = begin(account, rules, marks=MARKS)
    done = apply(state, ev.MarginModeChanged("m", 0, BTC, rf.MarginMode.ISOLATED), rules)
    assert refused(done).code == "-4048"
    assert done.state.account is account


def test_what_is_chosen_while_nothing_is_open_holds_for_the_next_position() -> None:
    chosen = (ev.LeverageChanged("l", 0, BTC, "20"), ev.MarginModeChanged("m", 0, BTC, "isolated"))
    done = after(began(), *chosen, bought(leverage=None))
    assert done.state.account.positions[0].isolated_margin == 300


def test_a_lower_leverage_makes_the_fence_grow() -> None:
    state = after(began(), bought(**ISOLATED)).state
    done = after(state, ev.LeverageChanged("l", 0, BTC, "5"))
    assert moved(done) == {"wallet": D(-600), f"fence:{BTC} long": D(600)}
    assert refused(after(state, ev.LeverageChanged("l", 0, BTC, "200"))).code == "D-102"


def test_position_and_asset_mode() -> None:
    assert after(began(), ev.PositionModeChanged("p", 0, hedged=True)).state.account.hedged
    assert refused(after(began(), bought(), ev.PositionModeChanged("p", 0, hedged=True))).code == "D-105"
    state = began(
        wallet="10000",
        collateral={"USDT": rf.CollateralRate(price=D(1)), "BTC": rf.CollateralRate(price=D(60_000))},
    )
    assert after(state, ev.MultiAssetChanged("a", 0, on=True)).state.account.multi_asset
    assert refused(after(state, ev.MultiAssetChanged("a", 0, on=False))).code == "out-of-range"


def test_a_tier_table_changes_what_is_required() -> None:
    state = after(began(), bought()).state
    table = rf.TierTable(BTC, (rf.Tier(D(0), None, D("0.05"), D(0)),), source="announced")
    done = after(state, ev.TiersChanged("t", 0, table))
    before, now = (rf.assess(one.account, marks=MARKS).rings[0] for one in (state, done.state))
    assert (before.requirement, now.requirement) == (24, 300)


def test_settlement_closes_at_the_venues_price_and_no_fence_costs_more_than_it_holds() -> None:
    state = after(began(), bought(**ISOLATED), order()).state
    done = after(state, ev.Settled("x", 0, BTC, "50000"))
    assert moved(done) == {"counterparty": D(1000), f"fence:{BTC} long": D(-600), "bad_debt": D(-400)}
    assert done.state.account.positions == ()
    assert done.state.orders == {}


def test_a_takeover_at_the_exact_bankruptcy_price_takes_the_fence_and_nothing_else() -> None:
    state = after(began(), bought("b", "0.3", "60000", leverage=D(7), **ISOLATED)).state
    fence = state.account.positions[0].isolated_margin or D(0)
    bankruptcy = Fraction(60_000) - Fraction(fence) / Fraction(3, 10)
    done = after(state, ev.PositionTakenOver("t", 0, BTC, "long", "0.3", bankruptcy))
    assert moved(done) == {"counterparty": fence, f"fence:{BTC} long": -fence}


def test_what_is_left_inside_a_fence_goes_where_the_venue_says() -> None:
    state = after(began(), bought(**ISOLATED)).state
    kept = after(state, ev.PositionTakenOver("t", 0, BTC, "long", "0.1", D(55_000), "insurance"))
    assert moved(kept)["insurance"] == 100
    assert kept.state.account.wallet["USDT"] == 9_400


def test_a_loss_beyond_the_pool_is_borne_in_turn() -> None:
    state = after(began("700"), bought()).state
    end = after(
        state,
        ev.LiquidationStarted("1", 0, "pool USDT", D(-1300), D(20)),
        ev.PositionTakenOver("2", 0, BTC, "long", "0.1", D(40_000)),
        ev.ShortfallTaken("3", 0, "USDT", "1300"),
        ev.InsurancePaid("4", 0, "USDT", D(800)),
        ev.Deleveraged("5", 0, BTC, D("0.01"), D(40_000), "USDT", D(300)),
        ev.LossSocialised("6", 0, "USDT", D(150)),
        ev.BadDebt("7", 0, "USDT", D(50)),
    ).state
    lies = {name: amount for (name, asset), amount in end.balances.items() if asset == "USDT"}
    assert lies == {
        "world": D(-700), "counterparty": D(2000), "insurance": D(-800), "deleveraging": D(-300),
        "socialised": D(-150), "bad_debt": D(-50),
    }  # fmt: skip
    assert end.account.wallet["USDT"] == 0


@pytest.mark.parametrize(
    "event",
    [
        ev.InsurancePaid("x", 0, "USDT", D(1)),
        ev.ShortfallTaken("x", 0, "USDT", D(1)),
        ev.LiquidationFee("x", 0, "USDT", D(1), f"fence {BTC} long"),
        ev.LiquidationFee("x", 0, "USDT", D(601), f"fence {BTC} short"),
    ],
)
def test_a_liquidation_that_does_not_add_up_stops_the_program(event: ev.Event) -> None:
    state = after(began(), sold("s", "0.1", "60000", leverage=D(10), **ISOLATED)).state
    with pytest.raises(Bug):
        apply(state, event, DEMO)


def test_a_correction_asks_nobody() -> None:
    done = after(began("0"), ev.Corrected("c", 0, "USDT", "-3", "a trade was busted"))
    assert done.state.account.wallet["USDT"] == -3


def test_marks_move_no_money() -> None:
    done = after(began(), bought(), ev.Marked("m", 0, {BTC: "50000"}))
    assert done.postings == ()
    assert done.state.marks == {**MARKS, BTC: D(50_000)}


def test_an_inverse_position_earns_coin() -> None:
    fill = ev.Filled("f", 0, COIN, "buy", D(600), D(60_000), leverage=D(10))
    close = ev.Filled("g", 0, COIN, "sell", D(600), D(70_000))
    done = after(began(), fill, close)
    assert done.state.account.wallet["BTC"] == D("3.14285714")
    assert moved(done)["counterparty"] == D("-0.14285714285714285714")
    assert moved(done)["dust"] == D("0.00000000285714285714")


def test_the_same_id_is_the_same_event() -> None:
    deposit = ev.Deposit("d", 0, "USDT", "5")
    state = after(began(), deposit).state
    again = apply(state, deposit, DEMO)
    assert again.outcome == Accepted(again.outcome.words, repeated=True)
    assert again.state is state
    other = apply(state, ev.Deposit("d", 0, "USDT", "6"), DEMO)
    assert refused(other).code == "other-content"
    assert other.state is state


def test_a_refused_id_stays_refused() -> None:
    withdrawal = ev.Withdrawal("w", 0, "USDT", "10001")
    state = after(began(), withdrawal, ev.Deposit("d", 0, "USDT", "5")).state
    assert refused(apply(state, withdrawal, DEMO)).code == "not-withdrawable"


@pytest.mark.parametrize(
    ("make", "error", "path"),
    [
        (lambda: ev.Deposit("", 0, "USDT", D(1)), MissingField, "id"),
        (lambda: ev.Deposit("d", -1, "USDT", D(1)), BadNumber, "at"),
        (lambda: ev.Deposit("d", 0, "USDT", D(0)), OutOfRange, "amount"),
        (lambda: ev.Filled("f", 0, BTC, "long", D(1), D(1)), OutOfRange, "side"),
        (lambda: ev.Marked("m", 0, {BTC: D(0)}), OutOfRange, f"marks.{BTC}"),
        (lambda: ev.Transfer("t", 0, "USDT", D(0)), OutOfRange, "amount"),
    ],
)
def test_events_that_cannot_be_meant(make: Any, error: type[RingfenceError], path: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert caught.value.path == path


def test_a_log_goes_forward_in_time() -> None:
    state = after(began(), ev.Deposit("d", 9, "USDT", "1")).state
    with pytest.raises(OutOfRange, match="lies before"):
        apply(state, ev.Deposit("e", 8, "USDT", "1"), DEMO)


def test_a_figure_that_nobody_gave_is_asked_for() -> None:
    with pytest.raises(MissingLeverage):
        apply(began(), bought(leverage=None, **ISOLATED), DEMO)
