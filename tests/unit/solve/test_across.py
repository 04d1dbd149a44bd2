"""One book carried to another venue: what goes along, what is left behind, and what is said about it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from ringfence.domain.account import Account, InstrumentTerms
from ringfence.domain.instrument import Kind
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierTable
from ringfence.solve.across import carried
from ringfence.venues.demo import RULES as DEMO
from ringfence.venues.rules import VenueRules

BTC = "BTC/USDT:USDT"
D = Decimal
MARKET = Market({BTC: D(60_000)}, {BTC: D(1)}, BTC)


def venue(**choices: object) -> VenueRules:
    return replace(DEMO, key="other", title="Other", **choices)  # type: ignore[arg-type]


def book(**changes: object) -> Account:
    account = Account(venue="demo", wallet={"USDT": D(1_000)}, **changes)  # type: ignore[arg-type]
    return account.open(BTC, "-0.3", entry_price="59000", leverage=5, isolated_margin="3540")


def test_sizes_are_the_same_coin_in_the_other_venues_contracts() -> None:
    there = venue(contract_sizes={Kind.LINEAR: D("0.01")})
    moved = carried(book(), MARKET, DEMO, there)
    (one,) = moved.account.positions
    assert (one.contracts, one.entry_price, one.leverage, one.isolated_margin) == (30, 59_000, 5, 3_540)
    assert (moved.account.venue, moved.account.wallet, moved.notes) == ("other", {"USDT": 1_000}, ())


def test_an_unknown_contract_size_stays_and_is_said() -> None:
    moved = carried(book(), MARKET, DEMO, venue(contract_sizes={}))
    assert moved.account.positions[0].contracts == D("0.3")
    assert moved.notes == (f"{BTC}: contracts of 1, as at {DEMO.title}",)


@pytest.mark.parametrize(
    ("listed", "stated", "fee", "note"),
    [
        ("0.00055", "0.0002", "0.00055", "taker fee 0.055 %: the list price there"),
        (None, "0.0002", "0.0002", f"taker fee 0.02 %, as stated for {DEMO.title}"),
        (None, None, None, None),
    ],
)
def test_the_fee_is_the_list_price_there_or_the_accounts_own(
    listed: str | None, stated: str | None, fee: str | None, note: str | None
) -> None:
    rates = {} if listed is None else {"taker_fee": D(listed)}
    terms = InstrumentTerms(taker_fee=stated, tick_size="0.1")  # type: ignore[arg-type]
    moved = carried(book(instruments={BTC: terms}), MARKET, DEMO, venue(list_rates=rates))
    got = moved.account.instruments[BTC]
    assert got.taker_fee == (None if fee is None else D(fee))
    assert got.tick_size is None
    assert moved.notes == (() if note is None else (note,))


def test_tiers_stated_for_one_venue_are_left_behind() -> None:
    table = TierTable(BTC, (Tier(D(0), None, D("0.01"), D(0)),), source="mine")
    moved = carried(book(tiers={BTC: table}), MARKET, DEMO, venue())
    assert not moved.account.tiers
    assert any("left behind" in note for note in moved.notes)


def test_a_dollar_is_counted_as_the_dollar_the_venue_settles_in() -> None:
    usdc = "BTC/USDC:USDC"
    table = TierTable(usdc, (Tier(D(0), None, D("0.0125"), D(0)),), source="its own")
    moved = carried(book(), MARKET, DEMO, venue(tables={usdc: (table,)}))
    assert moved.account.positions[0].symbol == usdc
    assert moved.account.wallet == {"USDC": 1_000}
    assert (moved.market.mark(usdc), moved.market.leader) == (60_000, usdc)
    assert moved.notes == (f"{BTC} is {usdc} there: one USDT is counted as one USDC",)


def test_at_its_own_venue_nothing_is_touched() -> None:
    assert carried(book(), MARKET, DEMO, DEMO).account == book()
