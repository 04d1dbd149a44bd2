"""bybit_inverse: figures of the venue, the classic pool of one coin, and rules that must fail."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, CollateralRate, InstrumentTerms, Order
from ringfence.domain.market import Market
from ringfence.domain.numbers import rounded
from ringfence.errors import NotDocumented
from ringfence.exact.assess import assess
from ringfence.exact.ring import prepare
from ringfence.solve.liquidation import Reach, liquidations
from ringfence.solve.sizing import margin_for
from ringfence.testing.conform import Verdict, run_case
from ringfence.venues import reserved_fee
from ringfence.venues.bybit_inverse import NEW, OLD
from ringfence.venues.modes import Change
from ringfence.venues.modes import Verdict as Answer
from ringfence.venues.rules import VenueRules, tiers
from ringfence.venues.schedule import Charged, Linear, Schedule
from tests.conformance.test_cases import CASES

BTC = "BTC/USD:BTC"
STRICT = [case for case in CASES if case.venue == "bybit_inverse" and case.strict]
D = Fraction


def book(wallet: str = "0", *, rate: str = "0.5%", **terms: str) -> Account:
    (table,) = tiers(f"{BTC} rest {rate}", valid_from="2018-12-01", source="the page")[BTC]
    stated = InstrumentTerms(**{"taker_fee": "0.00055", **terms})  # type: ignore[arg-type]
    return Account(
        venue="bybit_inverse", wallet={"BTC": Decimal(wallet)}, instruments={BTC: stated}, tiers={BTC: table}
    )


def test_the_page_s_short() -> None:
    """[UTA trading rules, 2026-08-07] 30,000 contracts short at 60,000, 10x, rate 0.5 %, fee 0.055 %."""
    account = book().open(BTC, "-30000", entry_price="60000", leverage=10, isolated_margin="0.0502475")
    ready = prepare(account, NEW, on="2026-11-22")
    (figures,) = assess(ready, Market({BTC: "60000"})).positions
    (price,) = liquidations(ready, Market({BTC: "60000"})).positions
    assert figures.initial_margin == Decimal("0.0502475")
    assert figures.maintenance_margin == Decimal("0.0027475")
    assert figures.closing_fee == Decimal("0.0002475")
    assert price.shown is not None
    assert rounded(price.shown.liquidation, Decimal("0.01")) == Decimal("66333.33")
    assert price.shown.bankruptcy == D(60_000) * 10 / 9  # E x L / (L - 1)


def test_an_order_holds_margin_and_both_fees() -> None:
    """[Help centre, order cost (inverse)] 0.2 + 0.00275 + 0.00286 for 10,000 at 2,000, 25x."""
    eth = "ETH/USD:ETH"
    order = Order(eth, "buy", "10000", "2000", leverage="25")  # type: ignore[arg-type]
    account = Account(
        venue="bybit_inverse",
        instruments={eth: InstrumentTerms(taker_fee=Decimal("0.00055"))},
        orders=(order,),
    )
    for rules in (OLD, NEW):
        (pool,) = assess(prepare(account, rules, on="2026-11-22"), Market()).rings
        assert pool.initial_margin == Decimal("0.20561")


CLASSIC = """
 wallet  position     fee      tick  liquidation  bankruptcy
 0.5     +10000@8000  0.00075  0.5   5739.5       5719
 0.5     -10000@8000  0.00075  0.5   13213        13323
 2       -10000@8000  0.00075  0.5   -            -
"""
"""The old page's formula by hand: n(1 + s f) / (n/E + s (balance - m n/E)), m = 0.5 %, toward the entry."""


@pytest.mark.parametrize("line", CLASSIC.strip().splitlines()[1:], ids=str.strip)
def test_the_classic_pool_of_one_coin(line: str) -> None:
    wallet, position, fee, tick, liquidation, bankruptcy = line.split()
    size, _, entry = position.partition("@")
    account = book(wallet, taker_fee=fee, tick_size=tick).open(BTC, size, entry_price=entry)
    (found,) = liquidations(prepare(account, OLD, on="2020-05-01"), Market({BTC: entry})).positions
    assert found.shown is not None
    wanted = [None if text == "-" else Decimal(text) for text in (liquidation, bankruptcy)]
    assert [found.shown.liquidation, found.shown.bankruptcy] == wanted


def test_a_short_that_its_coins_cover_has_no_price() -> None:
    """1x: what is inside is the whole value at entry, and a short gains coin no faster than it loses it."""
    account = book().open(BTC, "-30000", entry_price="60000", leverage=1, isolated_margin="0.5")
    (found,) = liquidations(prepare(account, NEW, on="2026-11-22"), Market({BTC: "60000"})).positions
    assert found.alone.reach is Reach.NOT_BY_THIS_COIN_ALONE
    assert found.shown == (None, None)


@pytest.mark.parametrize("rules", [OLD, NEW], ids=["old", "new"])
def test_two_legs_in_one_pool_are_refused(rules: VenueRules) -> None:
    account = replace(book("1"), hedged=True).open(BTC, "+1000", entry_price="60000", leverage=10)
    account = account.open(BTC, "-1000", entry_price="60000", leverage=10)
    with pytest.raises(NotDocumented):
        prepare(account, rules, on="2026-11-22")


def test_position_mode_cannot_be_changed() -> None:
    (rule,) = (rule for rule in NEW.modes if rule.change is Change.POSITION_MODE)
    assert rule.verdict is Answer.REFUSED
    assert {rule.clause for rule in NEW.modes} <= set(NEW.clauses)


def reserve_of_a_linear_contract(charged: Charged) -> Schedule:
    """Wrong: the reserve falls with 1 / leverage where it rises, and the other way round."""
    right = reserved_fee.charged_at_mark(charged)
    fee, rate = charged.need("taker_fee"), charged.initial_rate or 0
    wrong = fee * charged.entry_value * (1 - charged.sign * rate)
    deductions = tuple(one - wrong for one in charged.deductions)
    return replace(right, closing_fee=Linear(fixed=wrong), deductions=deductions)


MUTANTS = {
    "the reserve of a linear contract": replace(NEW, charge=reserve_of_a_linear_contract),
    "the closing fee at the mark in every test": replace(
        NEW, charge=reserved_fee.charged_at_entry_fee_at_mark
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_rule_is_caught(name: str) -> None:
    assert STRICT
    assert not any(run_case(case).of(Verdict.DIFFERS) for case in STRICT)
    assert any(run_case(case, rules=MUTANTS[name]).of(Verdict.DIFFERS) for case in STRICT)


def pool(wallet: str, **counts: object) -> Account:
    """60,000 contracts long at 60,000: one coin's worth, in a pool valued in USD."""
    rate = CollateralRate(price=Decimal(60_000), **counts)  # type: ignore[arg-type]
    account = replace(book(wallet), multi_asset=True, collateral={"BTC": rate})
    return account.open(BTC, "60000", entry_price="60000", leverage=10)


RESERVE = D("0.00055") * D(11, 10)


def test_haircuts_fall_on_the_wallet_and_unrealised_profit_counts_in_full() -> None:
    """[Glossary] margin balance = wallet x price x collateral ratio + unrealised PnL."""
    ready = prepare(pool("2", haircut="0.05"), NEW, on="2026-11-22")
    market = Market({BTC: "66000"})
    (ring,) = assess(ready, market).rings
    assert ring.equity == 60_000 * (D(2) * D("0.95") + D(1, 11))
    (price,) = liquidations(ready, market).positions
    assert price.alone.nearest is not None
    assert price.alone.nearest.threshold == 60_000 * D("1.005") / (D("1.9") + 1 - RESERVE)


def test_a_ratio_falls_slice_by_slice_and_what_is_owed_counts_in_full() -> None:
    slices = [("0", "10", "0.02"), ("10", "20", "0.05"), ("20", None, "1")]
    for wallet, counted in (("5", D("4.9")), ("15", D("14.55")), ("25", D("19.3")), ("-1", D(-1))):
        ready = prepare(pool(wallet, haircut_tiers=slices), NEW, on="2026-11-22")
        (ring,) = assess(ready, Market({BTC: "60000"})).rings
        assert ring.equity == 60_000 * counted


def test_coins_that_are_added_lose_their_share() -> None:
    """To stand at 40,000 the pool lacks an amount of coin; more has to be paid in for it to count."""
    ready = prepare(pool("0.5", haircut="0.05"), NEW, on="2026-11-22")
    asked = margin_for(ready, Market({BTC: "60000"}), ready.account.positions[0], "40000")
    lacking = D(60_000, 40_000) * D("1.005") + RESERVE - 1 - D("0.5") * D("0.95")
    assert asked.exact == D("0.5") + lacking / D("0.95")
    assert asked.certificate is not None
