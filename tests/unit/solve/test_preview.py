"""A change seen before it is made: what the venue says to it, and the account that would result."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ringfence.domain.account import Account, InstrumentTerms, MarginMode, Order, Side
from ringfence.domain.market import Market, Rates
from ringfence.domain.tiers import Tier, TierTable
from ringfence.errors import MissingField, MissingLeverage, OutOfRange, RingfenceError, UnknownSymbol
from ringfence.exact.ring import prepare
from ringfence.solve.change import Preview, preview
from ringfence.solve.change.ruling import Standing
from ringfence.solve.change.wanted import (
    MoveMargin,
    SetLeverage,
    SetMultiAsset,
    SetPositionMode,
    SwitchMode,
    Trade,
    Transfer,
    Wanted,
)
from ringfence.venues import registry
from ringfence.venues.modes import Removal

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
D = Decimal
ISOLATED, CROSS = MarginMode.ISOLATED, MarginMode.CROSS
ACCEPTED, REFUSED, UNKNOWN = Standing.ACCEPTED, Standing.REFUSED, Standing.NOT_DOCUMENTED
MARKET = Market({BTC: D(58_000), ETH: D(2_500), COIN: D(50_000)})


def flat(symbol: str, highest: int | None = 100) -> TierTable:
    rate = None if highest is None else D(highest)
    return TierTable(symbol, (Tier(D(0), None, D("0.005"), D(0), rate),), source="flat")


def book(
    venue: str = "demo",
    margin: str | None = "3000",
    wallet: str = "7000",
    leverage: int | None = 20,
    **more: Any,
) -> Account:  # fmt: skip
    """One bitcoin long from 60 000, behind a fence of 3 000 beside a wallet of 7 000."""
    tiers = {symbol: flat(symbol) for symbol in (BTC, ETH)}
    account = Account(venue=venue, wallet={"USDT": D(wallet)}, tiers=tiers, **more)
    return account.open(BTC, 1, entry_price=60_000, leverage=leverage, isolated_margin=margin)


def seen(account: Account, wanted: Wanted, market: Market = MARKET, **rules: Any) -> Preview:
    pack = replace(registry.rules(account.venue), **rules)
    return preview(prepare(account, pack, on="2026-11-22"), market, wanted)


def after(found: Preview) -> Account:
    assert found.after is not None
    return found.after.account


RESTING = (Order(BTC, "buy", D(1), D(50_000)),)

# What a venue answers, situation by situation (Binance: its list of error codes; demo: its handbook).
CODES = [
    ("binance_usdm", {"margin": None}, SwitchMode(BTC, ISOLATED), REFUSED, "-4048"),
    ("binance_usdm", {"orders": RESTING}, SwitchMode(BTC, CROSS), REFUSED, "-4047"),
    ("binance_usdm", {}, SetLeverage(BTC, D(10)), REFUSED, "-4161"),
    ("binance_usdm", {}, SetLeverage(BTC, D(50)), ACCEPTED, ""),
    ("binance_usdm", {}, SetLeverage(BTC, D(101)), REFUSED, "-2027"),
    ("binance_usdm", {}, SetLeverage(BTC, D(100)), ACCEPTED, ""),
    ("binance_usdm", {"margin": None, "leverage": 20}, SetLeverage(BTC, D(8)), REFUSED, "-2028"),
    ("binance_usdm", {"margin": None, "wallet": "9250"}, SetLeverage(BTC, D(8)), ACCEPTED, ""),
    ("binance_usdm", {"margin": None, "wallet": "9249.99"}, SetLeverage(BTC, D(8)), REFUSED, "-2028"),
    ("binance_usdm", {}, SetPositionMode(True), REFUSED, "-4068"),
    ("binance_usdm", {"margin": None}, MoveMargin(BTC, D(100)), REFUSED, "-4049"),
    ("binance_usdm", {}, MoveMargin(BTC, D(7_000)), ACCEPTED, ""),
    ("binance_usdm", {}, MoveMargin(BTC, D("7000.01")), REFUSED, "-4050"),
    ("binance_usdm", {"margin": "5000"}, MoveMargin(BTC, D(-100)), ACCEPTED, ""),
    ("binance_usdm", {"margin": "5000"}, MoveMargin(BTC, D("-100.01")), REFUSED, "-4051"),
    ("binance_usdm", {}, SetMultiAsset(True), REFUSED, "-4167"),
    ("binance_usdm", {"margin": None}, Trade(BTC, D("100")), REFUSED, "-2019"),
    ("binance_usdm", {"margin": None}, Trade(BTC, D("0.1")), ACCEPTED, ""),
    ("binance_usdm", {}, Trade(BTC, D("-0.4"), reduces=True), ACCEPTED, ""),
    ("demo", {}, SwitchMode(BTC, CROSS), ACCEPTED, ""),
    ("demo", {"margin": None}, SwitchMode(BTC, ISOLATED), ACCEPTED, ""),
    ("demo", {"margin": None, "wallet": "2900"}, SwitchMode(BTC, ISOLATED), REFUSED, "D-103"),
    ("demo", {}, SetPositionMode(True), REFUSED, "D-105"),
    ("demo", {"margin": "4900"}, MoveMargin(BTC, D(1) - 1 - D("0.01")), REFUSED, "D-107"),
    ("demo", {"margin": "4900.01"}, MoveMargin(BTC, -D("0.01")), ACCEPTED, ""),
    ("demo", {}, SetMultiAsset(True), REFUSED, "D-104"),
    ("demo", {}, Transfer("USDT", D(-7_000)), ACCEPTED, ""),
    ("demo", {}, Transfer("USDT", D("-7000.01")), REFUSED, ""),
    ("demo", {}, Transfer("USDT", D(1)), ACCEPTED, ""),
]  # fmt: skip


@pytest.mark.parametrize(("venue", "kind", "wanted", "standing", "code"), CODES)
def test_what_the_venue_answers(
    venue: str, kind: dict[str, Any], wanted: Wanted, standing: Standing, code: str
) -> None:
    found = seen(book(venue, **kind), wanted)
    assert (found.ruling.standing, found.ruling.code) == (standing, code), found.ruling.words
    assert found.ruling.source or isinstance(wanted, Trade | Transfer), "a verdict stands on a clause"
    assert code in found.ruling.words


def test_coinm_refuses_to_lower_by_its_own_code() -> None:
    account = Account(
        venue="binance_coinm", wallet={"BTC": D(1)}, tiers={COIN: flat(COIN)},
        instruments={COIN: InstrumentTerms(contract_size=D(100))},
    ).open(COIN, 100, entry_price=50_000, leverage=10, isolated_margin="0.02")  # fmt: skip
    assert seen(account, SetLeverage(COIN, D(5))).ruling.code == "-4150"


def test_a_change_without_a_rule_is_not_documented_and_the_result_is_shown() -> None:
    found = seen(book(), SwitchMode(BTC, CROSS), modes=())
    assert found.ruling.standing is UNKNOWN
    assert (
        "the venue's rule for switching an open position to cross margin is not known" in found.ruling.words
    )
    assert found.ruling.source == ""
    assert after(found).wallet == {"USDT": D(10_000)}


@pytest.mark.parametrize("wanted", [MoveMargin(BTC, D(-1)), MoveMargin(BTC, D(1)), SetLeverage(BTC, D(30))])
def test_nothing_is_guessed_where_the_data_is_silent(wanted: Wanted) -> None:
    found = seen(book(margin="6000"), wanted, modes=(), removal=None)
    assert found.ruling.standing is UNKNOWN
    assert found.after is not None


def test_a_floor_alone_decides_about_taking_margin_out() -> None:
    found = seen(book(margin="6000"), MoveMargin(BTC, D(-1_101)), modes=(), removal=Removal.INITIAL_AT_MARK)
    assert found.ruling.standing is REFUSED
    assert "at most 1100 USDT" in found.ruling.words


# The floors, for a fence of 6 000: profit is 2 000 below entry, initial margin 3 000 at entry and 2 900 at
# the mark, maintenance 290, a tenth of the value 5 800.
FLOORS = [
    (Removal.INITIAL_AT_MARK, "6000", 6_000 - 2_000 - 2_900),
    (Removal.INITIAL_AT_MARK_OR_TENTH, "9000", 9_000 - 2_000 - 5_800),
    (Removal.INITIAL_AT_MARK_AND_MAINTENANCE, "6000", 6_000 - 2_000 - 2_900),
    (Removal.INITIAL_AT_ENTRY, "6000", 3_000),
    (Removal.WHAT_WAS_ADDED, "6000", 3_000),
    (Removal.NOTHING, "6000", 0),
]


@pytest.mark.parametrize(("removal", "margin", "most"), FLOORS)
def test_each_floor_lets_go_what_it_says_and_no_more(removal: Removal, margin: str, most: int) -> None:
    if most:
        assert (
            seen(book(margin=margin), MoveMargin(BTC, -D(most)), removal=removal).ruling.standing is ACCEPTED
        )
    over = seen(book(margin=margin), MoveMargin(BTC, -D(most) - D("0.00000001")), removal=removal)
    assert over.ruling.standing is REFUSED
    assert over.derivation.lines[0].value == most


def test_profit_leaves_a_fence_only_down_to_its_maintenance() -> None:
    """Binance: the smaller of two; far in profit the wallet less maintenance is the one that binds."""
    market = Market({BTC: D(90_000), ETH: D(2_500)})
    account = book("binance_usdm")
    most = 3_000 - 450
    assert seen(account, MoveMargin(BTC, -D(most)), market).ruling.standing is ACCEPTED
    assert seen(account, MoveMargin(BTC, -D(most) - D("0.01")), market).ruling.code == "-4051"


def test_switching_moves_the_fence_and_shows_the_price_of_the_pool() -> None:
    found = seen(book(), SwitchMode(BTC, CROSS))
    account = after(found)
    assert account.positions[0].margin_mode is CROSS
    assert account.wallet == {"USDT": D(10_000)}
    assert found.after is not None
    price = found.after.liquidation_price(BTC)
    # 10 000 + (P - 60 000) = 0.005 P
    assert price.threshold == Fraction(50_000 * 1_000, 995)  # type: ignore[union-attr]
    assert found.before.most_to_lose == {"USDT": D(1_000)}
    assert found.after.most_to_lose == {"USDT": D(8_000)}


def test_switching_back_pays_for_the_fence_at_entry() -> None:
    account = after(seen(book(margin=None), SwitchMode(BTC, ISOLATED)))
    assert (account.positions[0].isolated_margin, account.wallet) == (D(3_000), {"USDT": D(4_000)})
    with pytest.raises(OutOfRange, match="already cross"):
        seen(book(margin=None), SwitchMode(BTC, CROSS))
    with pytest.raises(MissingLeverage):
        seen(book(margin=None, leverage=None), SwitchMode(BTC, ISOLATED))


def test_a_setting_of_the_account_takes_every_position_along() -> None:
    pack = registry.rules("demo")
    modes = tuple(replace(rule, whole_account=True) for rule in pack.modes)
    account = book().open(ETH, 2, entry_price=2_500, leverage=10, isolated_margin=500)
    found = seen(account, SwitchMode(BTC, CROSS), modes=modes)
    assert {one.margin_mode for one in after(found).positions} == {CROSS}
    alone = seen(account, SwitchMode(BTC, CROSS))
    assert [one.margin_mode for one in after(alone).positions] == [CROSS, ISOLATED]


LEVERAGES = [("demo", 40, "1500", "8500"), ("demo", 10, "6000", "4000"), ("binance_usdm", 40, "3000", "7000")]


@pytest.mark.parametrize(("venue", "leverage", "margin", "wallet"), LEVERAGES)
def test_a_fence_follows_the_leverage_or_stays_as_the_venue_has_it(
    venue: str, leverage: int, margin: str, wallet: str
) -> None:
    account = after(seen(book(venue), SetLeverage(BTC, D(leverage))))
    assert account.positions[0].leverage == leverage
    assert (account.positions[0].isolated_margin, account.wallet["USDT"]) == (D(margin), D(wallet))


def test_what_is_assumed_is_said() -> None:
    assert "is assumed" in seen(book("binance_usdm"), SetLeverage(BTC, D(40))).ruling.unconfirmed
    assert seen(book("demo"), SetLeverage(BTC, D(40))).ruling.unconfirmed == ""


# Trades on the long from 60 000 in a pool of 7 000: contracts, price -> contracts, entry, wallet.
TRADES = [
    ("1", "58000", False, "2", "59000", "7000"),
    ("3", "56000", False, "4", "57000", "7000"),
    ("-0.25", "61000", False, "0.75", "60000", "7250"),
    ("-0.25", "58000", True, "0.75", "60000", "6500"),
    ("-1.5", "58000", False, "-0.5", "58000", "5000"),
]


@pytest.mark.parametrize(("size", "price", "reduces", "left", "entry", "wallet"), TRADES)
def test_a_trade_averages_the_entry_or_realises_its_share(
    size: str, price: str, reduces: bool, left: str, entry: str, wallet: str
) -> None:
    account = after(seen(book(margin=None), Trade(BTC, D(size), D(price), reduces=reduces)))
    position = account.positions[0]
    assert position.side.sign * position.contracts == D(left)
    assert (position.entry_price, position.entry_cost) == (D(entry), None)
    assert account.wallet == {"USDT": D(wallet)}


def test_an_entry_without_a_finite_form_keeps_its_cost() -> None:
    account = after(seen(book(margin=None), Trade(BTC, D(2), D(58_000))))
    position = account.positions[0]
    assert position.entry_cost == 60_000 + 2 * 58_000
    assert position.entry_price == D("58666.66666666666666666667")


def test_an_inverse_entry_is_the_harmonic_mean() -> None:
    account = Account(
        venue="demo", wallet={"BTC": D(5)}, tiers={COIN: flat(COIN)},
        instruments={COIN: InstrumentTerms(contract_size=D(100))},
    ).open(COIN, 100, entry_price=40_000, leverage=10)  # fmt: skip
    found = after(seen(account, Trade(COIN, D(100), D(60_000))))
    assert found.positions[0].entry_price == 48_000
    closed = after(seen(account, Trade(COIN, D(-100), D(50_000), reduces=True)))
    assert closed.positions == ()
    assert closed.wallet["BTC"] == 5 + 10_000 * (D(1) / 40_000 - D(1) / 50_000)


def test_closing_a_fence_returns_it_with_what_was_made() -> None:
    whole = after(seen(book(), Trade(BTC, D(-1), D(58_000), reduces=True)))
    assert (whole.positions, whole.wallet) == ((), {"USDT": D(8_000)})
    found = seen(book(), Trade(BTC, D("-0.25"), D(58_000), reduces=True))
    half = after(found)
    assert half.positions[0].isolated_margin == 2_250
    assert half.wallet == {"USDT": D(7_000) + 750 - 500}
    assert any(words.startswith("assumed: a reduced fence") for words in found.words)
    with pytest.raises(OutOfRange, match="more than the fence holds"):
        seen(book(), Trade(BTC, D(-1), D(56_999), reduces=True))


def test_opening_isolated_pays_for_a_fence() -> None:
    trade = Trade(ETH, D(-4), D(2_400), leverage=D(10), margin_mode=ISOLATED)
    account = after(seen(book(), trade))
    opened = account.positions[1]
    assert (opened.side, opened.isolated_margin) == (Side.SHORT, D(960))
    assert account.wallet["USDT"] == 6_040
    more = after(seen(account, Trade(ETH, D(-1), D(2_500))))
    assert more.positions[1].isolated_margin == 960 + 250
    given = after(seen(book(), Trade(ETH, D(1), margin=D(77), leverage=D(10))))
    assert given.positions[1].isolated_margin == 77
    assert seen(book(), Trade(ETH, D(100), leverage=D(10), margin_mode=ISOLATED)).ruling.code == "D-103"


def test_hedge_mode_opens_the_other_leg_and_closes_the_one_asked_for() -> None:
    account = book(margin=None, hedged=True)
    both = after(seen(account, Trade(BTC, D(-1), leverage=D(20))))
    assert [one.side for one in both.positions] == [Side.LONG, Side.SHORT]
    left = after(seen(both, Trade(BTC, D(1), reduces=True)))
    assert [one.side for one in left.positions] == [Side.LONG]
    with pytest.raises(MissingField, match="two positions share this symbol"):
        seen(after(seen(both, SwitchMode(BTC, ISOLATED))), MoveMargin(BTC, D(1)))


def test_a_fee_is_told_and_not_taken() -> None:
    market = replace(MARKET, rates={BTC: Rates(taker_fee=D("0.0005"))})
    found = seen(book(margin=None), Trade(BTC, D("0.1")), market)
    assert "the fee of 2.9 USDT is counted apart: it leaves the wallet" in found.words
    assert after(found).wallet == {"USDT": D(7_000)}


def test_what_would_die_at_once_is_named() -> None:
    found = seen(book(margin="3000"), MoveMargin(BTC, D(-800)))
    assert found.at_once == (f"fence {BTC} long",)
    assert found.already == ()
    dead = seen(book(margin="2000"), MoveMargin(BTC, D(1_000)))
    assert (dead.at_once, dead.already) == ((), (f"fence {BTC} long",))


def test_a_refusal_without_a_result_says_why() -> None:
    found = seen(book("binance_usdm"), SetMultiAsset(True))
    assert found.after is None
    assert isinstance(found.trouble, RingfenceError)
    over = seen(book(), MoveMargin(BTC, D(-3_001)))
    assert over.ruling.code == "D-107"
    assert over.after is None
    assert "holds less than that" in str(over.trouble)


BAD = [
    (SwitchMode(ETH, CROSS), UnknownSymbol, "symbol"),
    (SwitchMode(BTC, CROSS, Side.SHORT), UnknownSymbol, "symbol"),
    (SetLeverage(BTC, D(20)), OutOfRange, "leverage"),
    (Trade(BTC, D(-2), reduces=True), OutOfRange, "close"),
    (Trade(BTC, D(1), reduces=True), UnknownSymbol, "close"),
    (Trade(BTC, D(1), margin_mode=CROSS), RingfenceError, "margin_mode"),
    (Trade(BTC, D(1), leverage=D(5)), RingfenceError, "leverage"),
    (Trade("SOL/USDT:USDT", D(1)), RingfenceError, "marks.SOL/USDT:USDT"),
    (Trade(ETH, D(1), margin_mode=ISOLATED), MissingLeverage, "leverage"),
    (SetPositionMode(False), OutOfRange, "position_mode"),
    (SetMultiAsset(False), OutOfRange, "multi_asset"),
]


@pytest.mark.parametrize(("wanted", "error", "path"), BAD)
def test_what_cannot_be_meant_is_located(wanted: Wanted, error: type[RingfenceError], path: str) -> None:
    with pytest.raises(error) as told:
        seen(book(), wanted)
    assert told.value.path == path
