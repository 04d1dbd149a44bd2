"""The short exports of Kraken, Bybit and Hyperliquid's page: rows through the engine, or by how much not."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from ringfence.domain.account import Account, InstrumentTerms, Position, Side
from ringfence.domain.numbers import rounded
from ringfence.domain.tiers import Tier, TierTable
from ringfence.engine import Applied, apply, begin
from ringfence.engine import events as ev
from ringfence.venues.registry import rules

ZERO = Decimal(0)
BTC_USD, XAUT, OP = "BTC/USD:USD", "XAUT/USDT:USDT", "OP/USDT:USDT"
KRAKEN, BYBIT = rules("kraken_futures", on="2026-06-06"), rules("bybit_linear", on="2026-09-22")
CUT = Decimal("0.0001")


def rows(data: Path, name: str) -> list[dict[str, str]]:
    lines = (data / "trade_exports" / name).read_text("utf-8-sig").splitlines()
    head = next(number for number, line in enumerate(lines) if line.count(",") > 3)
    return list(csv.DictReader(lines[head:]))


def flat(symbol: str, rate: str = "0.01") -> dict[str, TierTable]:
    return {symbol: TierTable(symbol, (Tier(ZERO, None, Decimal(rate), ZERO, Decimal(50)),))}


def to_wallet(done: Applied) -> Decimal:
    return sum((Decimal(one.amount) for one in done.postings if one.account == "wallet"), ZERO)


def legs(data: Path) -> list[tuple[dict[str, str], dict[str, str]]]:
    """Kraken: each fill is two rows, the position's and the money's; the file is newest first."""
    listed = rows(data, "krakenfutures_account_log_sample_subset_of_columns.csv")[::-1]
    return list(zip(listed[::2], listed[1::2], strict=True))


def paid(one: Position) -> Fraction:
    """What a linear position of whole coins cost."""
    return Fraction(one.entry_cost or one.contracts * (one.entry_price or ZERO))


def kraken(pairs: Sequence[tuple[dict[str, str], dict[str, str]]]) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Through the engine: the size, the average entry and what the wallet gained after each fill."""
    account = Account(venue="kraken_futures", wallet={"USD": Decimal(1_000)}, tiers=flat(BTC_USD))
    found = []
    state = begin(account, KRAKEN, marks={BTC_USD: Decimal(60_500)})
    for number, (position, _) in enumerate(pairs):
        size = Decimal(position["change"])
        fill = ev.Filled(
            f"k{number}", number, BTC_USD, "buy" if size > 0 else "sell", abs(size),
            Decimal(position["trade price"]), Decimal("0.0005"), leverage=Decimal(10),
        )  # fmt: skip
        done = apply(state, fill, KRAKEN)
        assert done.accepted, done.outcome
        state = done.state
        held = state.account.positions
        average = paid(held[0]) / Fraction(held[0].contracts) if held else Fraction(0)
        now = held[0].side.sign * held[0].contracts if held else ZERO
        found.append((now, rounded(average, Decimal("1e-10")), to_wallet(done)))
    return found


def test_the_life_of_a_kraken_position_fill_by_fill(data: Path) -> None:
    """Sizes exactly, averages to the grid of their cost, money to the fourth decimal, where each part is cut.

    One row is off, by 0.0009: at the first close the funding since the opening is realised, and this export
    has left the column of it out.
    """
    pairs = legs(data)
    assert len(pairs) == 7
    for (position, money), (size, average, gained) in zip(pairs, kraken(pairs), strict=True):
        assert size == Decimal(position["new balance"].rstrip("."))
        if size:
            off = abs(average - Decimal(position["new average entry price"].rstrip(".")))
            assert off * abs(size) <= 2 * KRAKEN.money.quantum, "the cost is kept on the venue's grid"
        booked, fee = Decimal(money["change"]), Decimal(money["fee"])
        funding = Decimal("-0.0009") if position["new balance"] == "-0.0228" else ZERO
        own = Decimal(money["realized pnl"].rstrip(".")) - fee + funding
        assert abs(booked - own) <= CUT, "change = pnl - fee + funding"
        assert abs(gained + funding - booked) <= CUT, (position, gained, booked)


def test_a_planted_dollar_in_a_kraken_price_is_seen(data: Path) -> None:
    pairs = legs(data)
    wrong = [*pairs]
    wrong[0] = ({**pairs[0][0], "trade price": "60506."}, pairs[0][1])
    off = [abs(a[2] - b[2]) > CUT for a, b in zip(kraken(pairs), kraken(wrong), strict=True)]
    assert any(off)
    averages = [a[1] == b[1] for a, b in zip(kraken(pairs), kraken(wrong), strict=True)]
    assert averages == [False] * 6 + [True], "the last leaves nothing open"


UTA = "bybit_uta_account_change_details_sample.csv"


def bybit(data: Path) -> list[dict[str, Decimal]]:
    names = ("Quantity", "Filled Price", "Funding", "Fee Paid", "Cash Flow", "Change", "Wallet Balance")
    return [
        {name: Decimal(row[name]) if row[name] != "--" else ZERO for name in names} for row in rows(data, UTA)
    ]


def test_bybit_change_is_cash_flow_and_funding_and_fee_and_moves_the_balance(data: Path) -> None:
    trade, funding = bybit(data)
    for row in (trade, funding):
        assert row["Change"] == row["Cash Flow"] + row["Funding"] + row["Fee Paid"]
    assert funding["Wallet Balance"] == trade["Wallet Balance"] + funding["Change"]


def test_bybit_trade_and_funding_through_the_engine_end_at_the_printed_balance(data: Path) -> None:
    """Entry price, fee rate, and rate x mark of the funding follow from the rows; the rest is checked.

    Half of a long of 0.04 is closed; the funding, 48 minutes later, is of the other half.
    """
    trade, funding = bybit(data)
    size, price = trade["Quantity"], trade["Filled Price"]
    entry = price - trade["Cash Flow"] / size
    account = Account(
        venue="bybit_linear", wallet={"USDT": trade["Wallet Balance"] - trade["Change"]},
        positions=(Position(XAUT, Side.LONG, 2 * size, entry_price=entry, leverage=Decimal(10)),),
        tiers=flat(XAUT),
    )  # fmt: skip
    state = begin(account, BYBIT, marks={XAUT: price})
    fee = -trade["Fee Paid"] / (size * price)
    done = apply(state, ev.Filled("t", 0, XAUT, "sell", size, price, fee), BYBIT)
    assert done.accepted, done.outcome
    assert to_wallet(done) == trade["Change"]
    assert done.state.account.wallet["USDT"] == trade["Wallet Balance"]
    assert (entry, fee) == (Decimal("4304.125"), Decimal("0.001"))
    mark = Decimal("4361.3")
    rate = -funding["Funding"] / (size * mark)
    assert rate == Decimal("0.00005"), "a price on the tick and a rate of five decimals give it exactly"
    paid = apply(done.state, ev.FundingPaid("f", 1, XAUT, rate, mark), BYBIT)
    assert to_wallet(paid) == funding["Change"]
    assert paid.state.account.wallet["USDT"] == funding["Wallet Balance"]
    more = apply(done.state, ev.FundingPaid("f", 1, XAUT, rate, mark + Decimal("0.1")), BYBIT)
    assert more.state.account.wallet["USDT"] != funding["Wallet Balance"], "a tick more is seen"


def closed(row: dict[str, str], *, fee: Decimal) -> Decimal:
    """What a row of the closed list leaves in the wallet, opened and closed through the engine."""
    size, entry, out = (Decimal(row[name]) for name in ("Qty", "Entry Price", "Exit Price"))
    account = Account(venue="bybit_linear", wallet={"USDT": Decimal(10_000)}, tiers=flat(OP),
                      instruments={OP: InstrumentTerms(taker_fee=Decimal("0.00055"))})  # fmt: skip
    state = begin(account, BYBIT, marks={OP: entry})
    first = apply(state, ev.Filled("o", 0, OP, "buy", size, entry, fee, leverage=Decimal(5)), BYBIT)
    second = apply(first.state, ev.Filled("c", 1, OP, "sell", size, out, fee, reduce_only=True), BYBIT)
    assert first.accepted
    assert second.accepted
    return second.state.account.wallet["USDT"] - 10_000


NET = "bybit_closed_pnl_sample.csv"


@pytest.mark.parametrize("number", range(7))
def test_bybit_closed_profit_lies_between_makers_and_takers_fees(number: int, data: Path) -> None:
    """It does not reconcile to the cent: a row has neither fee nor the entry price's further decimals.

    Net of a maker's 0.02 % both ways is the most that it may be, net of a taker's 0.055 % the least, and
    half a last digit of both prices on the size is what the rounding may add.
    """
    row = rows(data, NET)[number]
    printed = Decimal(row["Closed P&L"])
    assert row["Closing Direction"] == "Close Long"
    unit = Decimal(1).scaleb(-len(row["Entry Price"].partition(".")[2]))
    blur = unit * Decimal(row["Qty"])
    assert closed(row, fee=Decimal("0.00055")) - blur <= printed <= closed(row, fee=Decimal("0.0002")) + blur
    gross = closed(row, fee=ZERO)
    assert gross == Decimal(row["Qty"]) * (Decimal(row["Exit Price"]) - Decimal(row["Entry Price"]))
    assert printed < gross + blur, "it is net"


@pytest.mark.parametrize("order", ["mdy", "dmy"])
def test_the_page_of_hyperliquid_prints_profit_less_the_fill_s_own_fee(order: str, data: Path) -> None:
    for row in rows(data, f"hyperliquid_ui_trade_history_sample_{order}.csv"):
        value = Decimal(row["px"]) * Decimal(row["sz"])
        assert abs(value - Decimal(row["ntl"])) < Decimal("1e-9"), "a double's digits"
        if row["dir"].startswith("Open"):
            assert Decimal(row["closedPnl"]) == -Decimal(row["fee"]), "an opening fill realises its fee"


def test_the_funding_row_of_the_page_does_not_reconcile(data: Path) -> None:
    """By a factor of 15.2: 1.293073 at 0.0000250038 is on 51,715 USDC, and 1.05 PAXG were worth 3,408 then.

    The row is quoted in a public test file and was changed there, or sums several hours; its sign is right.
    """
    (row,) = rows(data, "hyperliquid_ui_funding_history_sample.csv")
    value = Fraction(row["payment"]) / Fraction(row["rate"])
    (trade,) = [
        one for one in rows(data, "hyperliquid_ui_trade_history_sample_dmy.csv") if one["coin"] == "PAXG"
    ]
    held = Fraction(row["sz"]) * Fraction(trade["px"])
    assert row["side"] == "Short"
    assert value > 0, "a short receives a positive rate"
    assert rounded(value / held, Decimal("0.1")) == Decimal("15.2")
