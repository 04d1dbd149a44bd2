"""What BitMEX charged for 200 fills of three real orders, and what the engine charges for them.

The wallet history gives each fill's fee and no size. A limit order's price is known, the fee is 0.05 % of
whole contracts, and what is below a satoshi is cut off: so each fee tells its size, and the sizes of an
order have to come to what the order says was filled. They do; rounded to nearest, they would not.
"""

from __future__ import annotations

import csv
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ringfence.domain.account import Account, InstrumentTerms
from ringfence.domain.numbers import rounded
from ringfence.domain.tiers import Tier, TierBasis, TierTable
from ringfence.engine import apply, begin
from ringfence.engine import events as ev
from tests.history_real.wallet_rows import BITMEX, HISTORY, Row, read_rows

XBTUSD, RATE, LOT = "BTC/USD:BTC", Decimal("0.0005"), 100
ORDERS = {"238dbb9f": 2, "9a48d844": 123, "725e5325": 75}
"""By the beginning of their ids, the orders that rested at one price and were charged 0.05 %: their fills."""


@pytest.fixture(scope="module")
def rows(data: Path) -> tuple[Row, ...]:
    return read_rows(data / HISTORY)


def order(data: Path, key: str) -> dict[str, str]:
    with (data / "trade_exports" / "bitmex_api_v1_order_sample.csv").open(encoding="utf-8") as stream:
        return next(row for row in csv.DictReader(stream) if row["orderID"].startswith(key))


def fee_of(contracts: int, price: str, rounding: str) -> int:
    """Of contracts that are worth so many satoshi each, at two decimals of one."""
    each = rounded(Fraction(10**8) / Fraction(price), Decimal("0.01"))
    return int(rounded(Fraction(each) * contracts * Fraction(RATE), Decimal(1), rounding))


def sizes(fees: list[int], price: str, rounding: str) -> list[int | None]:
    """The only number of lots that each fee can be of; None where there is none."""
    lots = {fee_of(n, price, rounding): n for n in range(LOT, 150_001, LOT)}
    return [lots.get(fee) for fee in fees]


@pytest.mark.parametrize("key", ORDERS)
def test_fees_are_cut_to_whole_satoshi_and_give_the_size_that_was_filled(
    key: str, rows: tuple[Row, ...], data: Path
) -> None:
    said = order(data, key)
    fees = [row.fee for row in rows if row.order == said["orderID"]]
    assert len(fees) == ORDERS[key]
    found = sizes(fees, said["price"], ROUND_DOWN)
    assert None not in found
    assert sum(size or 0 for size in found) == int(said["cumQty"])
    assert None in sizes(fees, said["price"], ROUND_HALF_UP)
    assert None in sizes([fees[0] + 1, *fees[1:]], said["price"], ROUND_DOWN), "a planted satoshi is seen"


@pytest.mark.parametrize("key", ORDERS)
def test_the_engine_charges_that_or_one_satoshi_more(key: str, rows: tuple[Row, ...], data: Path) -> None:
    """It rounds a fee to the nearest satoshi: at most one more a fill than the venue, and never less."""
    said = order(data, key)
    fees = [row.fee for row in rows if row.order == said["orderID"]]
    table = TierTable(
        XBTUSD, (Tier(Decimal(0), None, Decimal("0.005"), Decimal(0), Decimal(100)),), TierBasis.SETTLE
    )
    terms = InstrumentTerms(contract_size=Decimal(1), taker_fee=RATE, funding_rate=Decimal(0))
    account = Account(
        venue="bitmex", wallet={"BTC": Decimal(30)}, tiers={XBTUSD: table}, instruments={XBTUSD: terms}
    )
    state = begin(account, BITMEX, marks={XBTUSD: Decimal(said["price"])})
    found = zip(fees, sizes(fees, said["price"], ROUND_DOWN), strict=True)
    for number, (fee, size) in enumerate(found):
        fill = ev.Filled(
            f"{key}-{number}", number, XBTUSD, "buy", Decimal(size or 0), Decimal(said["price"]), RATE,
            leverage=Decimal(100),
        )  # fmt: skip
        done = apply(state, fill, BITMEX)
        assert done.accepted, done.outcome
        before, state = state, done.state
        paid = before.account.wallet["BTC"] - state.account.wallet["BTC"]
        assert int(paid.scaleb(8)) - fee in (0, 1), (number, fee, paid)
    assert state.account.positions[0].contracts == int(said["cumQty"])
