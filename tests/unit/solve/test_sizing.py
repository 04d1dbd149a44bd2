"""The inverse questions on the rescue of a losing long, and every way they end without a number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from ringfence.domain.account import Account, CollateralRate, Position
from ringfence.domain.market import Market
from ringfence.domain.tiers import Tier, TierTable
from ringfence.errors import DuplicatePosition, RingfenceError
from ringfence.exact.ring import Book, prepare
from ringfence.solve.largest import Idea, largest_position
from ringfence.solve.sized import Outcome, Sized
from ringfence.solve.sizing import leverage_for, margin_for, size_for, withdrawable
from ringfence.venues import registry

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
D = Decimal
MARKET = Market({BTC: D(58_000), ETH: D(2_500)})


def rescue(margin: str | None = "3000", wallet: str = "7000", size: str = "1") -> tuple[Book, Position]:
    flat = TierTable(BTC, (Tier(D(0), None, D("0.005"), D(0), D(100)),), source="flat")
    account = Account(venue="demo", wallet={"USDT": D(wallet)}, tiers={BTC: flat})
    account = account.open(BTC, size, entry_price="60000", leverage=20, isolated_margin=margin)
    return prepare(account, registry.rules("demo"), on="2026-11-22"), account.positions[0]


CROSS_PRICE = "50251.2563"
"""Where the same long dies with 10 000 behind it."""


def test_the_fence_that_has_the_cross_price_is_the_whole_wallet() -> None:
    book, position = rescue()
    found = margin_for(book, MARKET, position, CROSS_PRICE)
    assert found.value == D("9999.9999815")
    assert found.figures["change"] == D("6999.9999815")
    assert found.certificate is not None
    assert (found.certificate.alive, found.certificate.liquidated) == (D("50251.26"), D("50251.25"))
    assert found.certificate.threshold == Fraction(CROSS_PRICE)


def test_the_deposit_a_pool_needs_and_what_may_leave_it() -> None:
    book, position = rescue(None, "10000")
    deposit, withdrawal = (margin_for(book, MARKET, position, price) for price in ("49000", "57286.4322"))
    assert deposit.figures["change"] == D(60_000) - D(49_000) + D(245) - 10_000
    assert deposit.certificate is not None
    assert deposit.certificate.threshold == 49_000
    assert withdrawal.value == D("2999.999961")
    assert withdrawal.figures["change"] == D("-7000.000039")


def test_keeping_an_eighth_is_as_safe_as_the_whole_wallet() -> None:
    book, position = rescue()
    found = size_for(book, MARKET, position, CROSS_PRICE, lot=D("0.001"))
    assert found.value == D("0.125")
    assert float(found.figures["keep_fraction"]) == pytest.approx(0.125, abs=1e-9)
    assert found.certificate is not None
    assert found.certificate.threshold <= Fraction(CROSS_PRICE)
    # Exactly at the cross price the share is exactly an eighth.
    exact = size_for(book, MARKET, position, Decimal(10_000_000) / 199)
    assert abs(Fraction(exact.exact or 0) - Fraction(1, 8)) < Fraction(1, 10**20)


def test_a_larger_size_averages_the_entry() -> None:
    book, position = rescue(None, "10000")
    found = size_for(book, MARKET, position, "54271.3568", lot=D("0.01"))
    # 8000 = q (58000 - p) + 0.005 q p: twice the size at the same pool
    assert found.value == D("2.00")
    assert found.figures["change"] == 1


def test_the_leverage_of_a_fence() -> None:
    book, position = rescue()
    found = leverage_for(book, MARKET, position, "57286.4321")
    assert found.value == D("19.99")
    assert float(found.exact or 0) == pytest.approx(20, abs=1e-5)
    assert found.figures["fence"] == D("3001.50075038")
    assert found.certificate is not None
    assert found.certificate.threshold < Fraction("57286.4321")


ENDS = """
 question  mode      price     outcome
 leverage  cross     50000     LEVERAGE_IS_NO_LEVER
 margin    isolated  58000     AT_THE_MARK
 size      isolated  58000     AT_THE_MARK
 margin    isolated  59000     DEAD_AT_MARK
 size      isolated  59000     GAINS
 margin    cross     59000     DEAD_AT_MARK
"""


@pytest.mark.parametrize("row", [line.split() for line in ENDS.strip().splitlines()[1:]], ids=" ".join)
def test_questions_that_end_in_words(row: list[str]) -> None:
    question, mode, price, outcome = row
    ask = {"margin": margin_for, "size": size_for, "leverage": leverage_for}[question]
    book, position = rescue("3000" if mode == "isolated" else None)
    found: Sized = ask(book, MARKET, position, price)
    assert (found.outcome, found.value) == (Outcome[outcome], None)


def test_a_profit_that_carries_the_position_needs_no_margin() -> None:
    book, position = rescue("3000")
    risen = Market({BTC: D(70_000)})
    found = margin_for(book, risen, position, "62000")
    assert found.outcome is Outcome.LESS_THAN_NOTHING
    assert found.exact == D("-1690")
    assert leverage_for(book, risen, position, "62000").outcome is Outcome.LESS_THAN_NOTHING


def test_a_position_dead_at_any_size() -> None:
    """What was lost up to the mark is more than the fence: no size survives a further fall."""
    book, position = rescue("1000")
    assert size_for(book, MARKET, position, "57000").outcome is Outcome.NO_SIZE


def test_even_one_times_leverage_is_not_enough() -> None:
    book, position = rescue("3000")
    short = replace(book.account, positions=(replace(position, side="short"),))  # type: ignore[arg-type]
    book = prepare(short, book.rules, on=book.on)
    assert leverage_for(book, MARKET, short.positions[0], "150000").outcome is Outcome.NO_LEVERAGE


def test_a_venue_that_offers_less_leverage() -> None:
    book, position = rescue("3000")
    found = leverage_for(book, Market({BTC: D(60_000)}), position, "59900")
    assert (found.outcome, found.value) == (Outcome.BEYOND_VENUE, None)
    assert found.figures["venue_most"] == 100
    assert found.certificate is not None
    assert found.certificate.threshold < 59_900


WITHDRAWALS = """
 wallet  leverage  venue lets go  keeps alive
 10000   20        5100           7709.99999999
 10000   10        2200           7709.99999999
 10000   none      -              7709.99999999
  2290   20        0                 0
  1000   20        0                 0
"""


@pytest.mark.parametrize("row", [line.split() for line in WITHDRAWALS.strip().splitlines()[1:]], ids=" ".join)
def test_what_may_leave_a_pool(row: list[str]) -> None:
    wallet, leverage, lets_go, alive = row
    book, position = rescue(None, wallet)
    changed = replace(position, leverage=None if leverage == "none" else D(leverage))
    book = prepare(replace(book.account, positions=(changed,)), book.rules, on=book.on)
    found = withdrawable(book, MARKET, book.rings[0])
    assert found.figures["alive"] == D(alive)
    if lets_go == "-":
        assert found.outcome is Outcome.INITIAL_UNKNOWN
    else:
        assert found.value == D(lets_go)


def test_a_pool_without_positions_gives_everything() -> None:
    book, _ = rescue()
    found = withdrawable(book, MARKET, book.rings[0])
    assert (found.value, found.figures["alive"]) == (D(7_000), D(7_000))


def test_collateral_that_counts_for_nothing() -> None:
    book, position = rescue(None)
    rates = {"USDT": CollateralRate(price=D(1), haircut=D(1))}
    account = replace(book.account, multi_asset=True, collateral=rates)
    book = prepare(account, book.rules, on=book.on)
    assert margin_for(book, MARKET, position, "50000").outcome is Outcome.NO_COLLATERAL_HELPS


IDEAS = """
 mode      margin  leverage  entry  invalid  bound           contracts
 isolated  500     -         2500   2400     by_liquidation  4.464
 isolated  -       20        2500   2400     by_balance      56.000
 isolated  -       100       2500   2400     -               -
 cross     -       10        2500   2400     by_balance      28.000
 cross     -       -         2500   2400     by_liquidation  58.467
"""


@pytest.mark.parametrize("row", [line.split() for line in IDEAS.strip().splitlines()[1:]], ids=" ".join)
def test_the_largest_position_for_an_idea(row: list[str]) -> None:
    mode, margin, leverage, entry, invalid, bound, contracts = row
    book, _ = rescue("3000", "7000")
    given = {"margin": margin, "leverage": leverage}
    given = {name: value for name, value in given.items() if value != "-"}
    idea = Idea(ETH, "long", entry, invalid, mode, lot="0.001", **given)  # type: ignore[arg-type]
    found = largest_position(book, MARKET, idea)
    if contracts == "-":
        assert found.outcome is Outcome.NO_SIZE
        return
    assert found.value == D(contracts)
    assert min(found.figures, key=lambda name: found.figures[name]) == bound
    assert found.certificate is not None
    assert found.certificate.threshold < D(invalid)


def test_a_margin_the_pool_does_not_have() -> None:
    book, _ = rescue()
    idea = Idea(ETH, "long", "2500", "2400", "isolated", margin="7001")  # type: ignore[arg-type]
    found = largest_position(book, MARKET, idea)
    assert (found.outcome, found.figures["available"]) == (Outcome.CANNOT_PAY, 7_000)


def test_the_venue_offers_a_leverage_up_to_a_size() -> None:
    book, _ = rescue("3000", "700000")
    found = largest_position(book, MARKET, Idea(ETH, "long", "2500", "2480", "isolated", leverage="50"))  # type: ignore[arg-type]
    assert found.figures["by_venue"] == 20
    assert found.value is not None
    assert found.value <= 20


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"invalidation": "2600"}, "out-of-range"),
        ({"invalidation": "2500"}, "out-of-range"),
        ({"side": "short"}, "out-of-range"),
        ({"margin": None}, "missing-field"),
        ({"leverage": "5"}, "missing-field"),
        ({"margin_mode": "cross"}, "unknown-field"),
        ({"entry_price": "0"}, "out-of-range"),
    ],
)
def test_an_idea_that_contradicts_itself_is_refused(changes: dict[str, object], code: str) -> None:
    fields = {
        "symbol": ETH,
        "side": "long",
        "entry_price": "2500",
        "invalidation": "2400",
        "margin_mode": "isolated",
        "margin": "500",
        **changes,
    }
    with pytest.raises(RingfenceError) as refused:
        Idea(**fields)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_second_position_in_one_symbol_is_a_size_question() -> None:
    book, _ = rescue()
    with pytest.raises(DuplicatePosition):
        largest_position(book, MARKET, Idea(BTC, "long", "58000", "57000", "isolated", margin="100"))  # type: ignore[arg-type]
