"""Liquidation prices: tables of lone positions, hedged pairs, and the states without a price."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, CollateralRate, InstrumentTerms, Position, Side
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.errors import MissingMark, NotSupported, OutOfRange, UnknownSymbol
from ringfence.exact.health import is_liquidated, sums
from ringfence.exact.ring import Book, prepare
from ringfence.limits import LIMITS
from ringfence.solve import search
from ringfence.solve.liquidation import (
    Liquidations,
    Reach,
    leading_symbol,
    liquidations,
    move_alone,
    move_together,
)
from ringfence.solve.path import together
from ringfence.venues import registry

BTC, ETH, COIN = "BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USD:BTC"
D = Decimal


def flat(symbol: str, rate: str = "0.005", basis: TierBasis = TierBasis.QUOTE) -> TierTable:
    return TierTable(symbol, (Tier(D(0), None, D(rate), D(0)),), basis, source="flat")


def book_of(account: Account, venue: str = "demo") -> Book:
    return prepare(account, registry.rules(venue), on="2026-11-22")


def solved(account: Account, **marks: str) -> Liquidations:
    symbols = {"btc": BTC, "eth": ETH, "coin": COIN}
    return liquidations(book_of(account), Market({symbols[name]: D(mark) for name, mark in marks.items()}))


LONE = """
 mode      behind   position     mark     alive     liquidated  bankrupt  tier
 isolated    3000  +1@60000     58000   57286.44     57286.43     57000    1
 isolated    3000  -1@60000     60000   62686.56     62686.57     63000    1
 cross      10000  +1@60000     58000   50251.26     50251.25     50000    1
 cross      10000  -1@60000     60000   69651.74     69651.75     70000    1
"""


@pytest.mark.parametrize("row", [line.split() for line in LONE.strip().splitlines()[1:]], ids=" ".join)
def test_a_lone_position_at_a_flat_rate(row: list[str]) -> None:
    """The rescue of a losing long, and its mirror (seed claims, RESCUE-1)."""
    mode, behind, position, mark, alive, liquidated, bankrupt, tier = row
    size, entry = position.split("@")
    fence = behind if mode == "isolated" else None
    account = Account(venue="demo", wallet={"USDT": D(behind)}, tiers={BTC: flat(BTC)})
    account = account.open(BTC, size, entry_price=entry, leverage=20, isolated_margin=fence)
    answer = solved(account, btc=mark).positions[0].alone
    hit = answer.nearest
    assert hit is not None
    assert (hit.alive, hit.liquidated) == (D(alive), D(liquidated))
    assert answer.nearest_bankruptcy == D(bankrupt)
    assert hit.tiers[0][1] == int(tier)
    assert (answer.below if size.startswith("+") else answer.above) is hit
    assert hit.move == hit.threshold / Fraction(D(mark)) - 1


def test_the_tier_is_the_one_at_the_liquidation_price() -> None:
    """At the mark 5 BTC are in the third tier; where the account dies they are in the second."""
    account = Account(venue="demo", wallet={"USDT": D(120_000)}).open(
        BTC, "5", entry_price="60000", leverage=20
    )
    answer = solved(account, btc="60000").positions[0].alone
    assert answer.below is not None
    assert answer.below.tiers == ((f"{BTC} long", 2),)
    # health = 120000 + 5 (p - 60000) - (5 p x 0.5 % - 50)
    assert answer.below.threshold == Fraction(300_000 - 120_000 - 50, 5) / Fraction(995, 1000)


def test_the_legs_of_a_hedged_pair_share_the_price_of_the_venues_formula() -> None:
    """Binance's formula for one symbol with a long and a short leg, both in one pool."""
    account = Account(venue="binance_usdm", wallet={"USDT": D(5_000)}, hedged=True)
    account = account.open(BTC, "0.6", entry_price="60000", leverage=20).open(
        BTC, "-0.2", entry_price="61000", leverage=20
    )
    book = book_of(account, "binance_usdm")
    found = liquidations(book, Market({BTC: D(58_000)}))
    long, short = found.of(BTC, "long").alone, found.of(BTC, "short").alone
    assert long == short
    assert long.below is not None
    (one, two) = (
        leg.table.tiers[number - 1]
        for leg, (_, number) in zip(book.rings[0].legs, long.below.tiers, strict=True)
    )
    top = 5_000 + one.deduction + two.deduction - D("0.6") * 60_000 + D("0.2") * 61_000
    bottom = D("0.6") * one.rate + D("0.2") * two.rate - D("0.6") + D("0.2")
    assert long.below.threshold == Fraction(top) / Fraction(bottom)


def test_a_perfect_hedge_dies_upward() -> None:
    """Long and short of one size gain nothing, while maintenance grows with the price."""
    account = Account(venue="demo", wallet={"USDT": D(3_000)}, hedged=True, tiers={BTC: flat(BTC)})
    account = account.open(BTC, "1", entry_price="60000", leverage=20).open(
        BTC, "-1", entry_price="60000", leverage=20
    )
    answer = solved(account, btc="60000").positions[0].alone
    assert answer.below is None
    assert answer.above is not None
    assert answer.above.threshold == 300_000


def test_a_covered_long_has_no_price_and_says_so() -> None:
    account = Account(venue="demo", wallet={"USDT": D(70_000)}).open(
        BTC, "1", entry_price="60000", leverage=10
    )
    answer = solved(account, btc="60000").positions[0].alone
    assert (answer.reach, answer.below, answer.above, answer.nearest) == (
        Reach.NOT_BY_THIS_COIN_ALONE,
        None,
        None,
        None,
    )
    assert answer.bankruptcy_below is None
    assert solved(account, btc="60000").rings[0].reach is Reach.NOT_BY_THIS_MOVE


def test_what_is_already_dead_says_so_and_has_no_price() -> None:
    account = Account(venue="demo", wallet={"USDT": D(24)}).open(BTC, "0.1", entry_price="60000", leverage=20)
    answer = solved(account, btc="60000").positions[0].alone
    assert (answer.reach, answer.below, answer.above) == (Reach.ALREADY, None, None)
    assert answer.nearest_bankruptcy == 59_760


def test_a_mark_off_the_grid_is_its_own_living_neighbour() -> None:
    account = Account(venue="demo", wallet={"USDT": D("2713.57")}, tiers={BTC: flat(BTC)})
    account = account.open(BTC, "1", entry_price="60000", leverage=20)
    answer = solved(account, btc="57574.308").positions[0].alone
    assert answer.below is not None
    assert answer.below.liquidated == D("57574.30")
    assert answer.below.alive == D("57574.308")


def test_an_inverse_short_covered_by_its_coin_has_no_price() -> None:
    account = Account(
        venue="demo",
        wallet={"BTC": D(1)},
        tiers={COIN: flat(COIN, basis=TierBasis.SETTLE)},
        instruments={COIN: InstrumentTerms(None, D(100))},
    )
    covered = account.open(COIN, "-300", entry_price="60000", leverage=2)
    assert solved(covered, coin="60000").positions[0].alone.reach is Reach.NOT_BY_THIS_COIN_ALONE
    bare = replace(account, wallet={"BTC": D("0.1")}).open(COIN, "-300", entry_price="60000", leverage=5)
    above = solved(bare, coin="60000").positions[0].alone.above
    assert above is not None
    # coin: 0.1 + 30000 / p - 0.5 - 30000 x 0.005 / p = 0
    assert above.threshold == Fraction(30_000) * Fraction(995, 1000) / Fraction(4, 10)


def test_coins_with_different_betas_and_an_inverse_contract_are_bracketed() -> None:
    """Health is then no line in the price nor in its inverse: the zero is irrational, the bracket exact."""
    one, two = COIN, "BTC/USD:BTC-261225"
    account = Account(
        venue="demo",
        wallet={"BTC": D("0.2")},
        tiers={s: flat(s, basis=TierBasis.SETTLE) for s in (one, two)},
        instruments={s: InstrumentTerms(None, D(100)) for s in (one, two)},
    )
    account = account.open(one, "300", entry_price="60000", leverage=5).open(
        two, "100", entry_price="61000", leverage=5
    )
    market = Market({one: D(60_000), two: D(61_000)}, {two: D("1.5")}, one)
    ring = book_of(account).rings[0]
    answer = move_together(book_of(account), market, ring, one)
    assert answer.below is not None
    path = together(ring, market, one, D("0.01"))
    assert sums(ring, path.marks(Fraction(answer.below.alive))).health > 0
    assert sums(ring, path.marks(Fraction(answer.below.liquidated))).health < 0
    assert answer.bankruptcy_below is not None
    assert answer.bankruptcy_below < answer.below.threshold
    assert sums(ring, path.marks(answer.bankruptcy_below)).equity <= 0
    assert sums(ring, path.marks(answer.bankruptcy_below + Fraction(1, 100))).equity > 0


def test_a_coin_that_falls_twice_as_fast_stops_at_zero() -> None:
    """Past half way down the second coin is worthless and takes no more; its collateral neither."""
    rates = {
        "USDT": CollateralRate(price=D(1)),
        "ETH": CollateralRate(mark_of=ETH, haircut=D("0.1")),
    }
    account = Account(
        venue="demo",
        wallet={"USDT": D(9_000), "ETH": D(2)},
        multi_asset=True,
        collateral=rates,
        tiers={BTC: flat(BTC), ETH: flat(ETH)},
    ).open(BTC, "0.2", entry_price="60000", leverage=10)
    market = Market({BTC: D(60_000), ETH: D(2_500)}, {ETH: D(2)}, BTC)
    ring = book_of(account).rings[0]
    answer = move_together(book_of(account), market, ring, BTC)
    assert answer.below is not None
    # ETH is worth nothing below 30000: 9000 + 0.2 (p - 60000) = 0.001 p
    assert answer.below.threshold == Fraction(3_000 * 1_000, 199)
    assert answer.below.threshold < 30_000


def test_the_boundary_of_a_jump_is_the_threshold() -> None:
    """Where maintenance jumps over what is left, the account dies on the edge itself."""
    tiers = (Tier(D(0), D(5_000), D("0.01"), D(0)), Tier(D(5_000), None, D("0.5"), D(0)))
    account = Account(venue="demo", wallet={"USDT": D(600)}, tiers={BTC: TierTable(BTC, tiers, jumps=True)})
    account = account.open(BTC, "0.1", entry_price="49000", leverage=10)
    answer = solved(account, btc="49000").positions[0].alone
    assert answer.above is not None
    assert (answer.above.alive, answer.above.liquidated) == (D("49999.99"), D("50000.00"))
    assert answer.above.threshold == 50_000
    assert answer.above.tiers[0][1] == 2


def test_the_leading_coin() -> None:
    account = Account(venue="demo").open(ETH, "1", entry_price="2500").open(BTC, "0.01", entry_price="60000")
    marks = {BTC: D(60_000), ETH: D(2_500)}
    assert leading_symbol(book_of(account), Market(marks)) == BTC
    assert leading_symbol(book_of(account), Market(marks, leader=ETH)) == ETH
    assert leading_symbol(book_of(replace(account, positions=account.positions[:1])), Market(marks)) == ETH
    assert leading_symbol(book_of(Account(venue="demo")), Market(marks)) is None
    with pytest.raises(MissingMark):
        leading_symbol(book_of(account), Market(marks, leader="SOL/USDT:USDT"))


def test_a_leader_without_beta_is_refused() -> None:
    account = Account(venue="demo", wallet={"USDT": D(100)}).open(BTC, "0.01", entry_price="60000")
    with pytest.raises(OutOfRange):
        liquidations(book_of(account), Market({BTC: D(60_000)}, {BTC: D(0)}))


def test_a_position_that_is_not_there() -> None:
    account = Account(venue="demo", wallet={"USDT": D(100)}).open(BTC, "0.01", entry_price="60000")
    with pytest.raises(UnknownSymbol):
        solved(account, btc="60000").of(ETH)


def test_an_account_without_positions_has_nothing_to_liquidate() -> None:
    book = book_of(Account(venue="demo", wallet={"USDT": D(100)}))
    market = Market({BTC: D(60_000)})
    assert liquidations(book, market).positions == ()
    assert not is_liquidated(book.rings[0], {})


def test_collateral_that_moves_cannot_be_what_positions_settle_in() -> None:
    rates = {"BTC": CollateralRate(mark_of=BTC), "USDT": CollateralRate(price=D(1))}
    account = (
        Account(
            venue="demo",
            wallet={"BTC": D(1)},
            multi_asset=True,
            collateral=rates,
            tiers={COIN: flat(COIN, basis=TierBasis.SETTLE), BTC: flat(BTC)},
            instruments={COIN: InstrumentTerms(None, D(100))},
        )
        .open(COIN, "300", entry_price="60000")
        .open(BTC, "0.1", entry_price="60000")
    )
    with pytest.raises(NotSupported) as refused:
        solved(account, btc="60000", coin="60000")
    assert refused.value.path == "collateral.BTC.mark_of"


def test_the_search_without_a_closed_form_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = COIN, "BTC/USD:BTC-261225"
    account = Account(
        venue="demo",
        wallet={"BTC": D("0.2")},
        tiers={s: flat(s, basis=TierBasis.SETTLE) for s in (one, two)},
        instruments={s: InstrumentTerms(None, D(100)) for s in (one, two)},
        positions=tuple(Position(s, Side.LONG, D(300), entry_price=D(60_000)) for s in (one, two)),
    )
    market = Market({one: D(60_000), two: D(61_000)}, {two: D("1.5")}, one)
    monkeypatch.setattr(search, "LIMITS", replace(LIMITS, solver_nodes=3))
    with pytest.raises(NotSupported, match="solver_nodes"):
        liquidations(book_of(account), market)


def test_an_unmarked_symbol_is_an_error_that_names_it() -> None:
    account = Account(venue="demo", wallet={"USDT": D(100)}).open(BTC, "0.01", entry_price="60000")
    with pytest.raises(MissingMark) as refused:
        move_alone(book_of(account), Market(), book_of(account).rings[0], BTC)
    assert refused.value.path == f"marks.{BTC}"
