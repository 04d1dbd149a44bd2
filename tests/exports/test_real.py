"""Real exports, where the shared data is: what they hold, and that they add up."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from ringfence.ingest.exports import Imported, read_export
from ringfence.mirror.happened import FundingBooked, MoneyMoved, PnlBooked, Traded

ZERO = Decimal(0)


@pytest.fixture(scope="module")
def place(data: Path) -> Path:
    return data / "trade_exports"


@pytest.fixture(scope="module")
def wallet(place: Path) -> Imported:
    return read_export(place / "bitmex_api_v1_user_walletHistory.csv.gz")


def test_six_years_of_a_bitmex_wallet_reconcile_to_the_last_satoshi(wallet: Imported) -> None:
    assert (wallet.format, wallet.rows, wallet.confirmed) == ("bitmex_wallet", 17_177, 17_175)
    ends = {one.asset: (one.rows, one.steps, one.expected) for one in wallet.reconciled}
    assert ends == {
        "BTC": (16_805, 11_986, Decimal("30.34754369")),
        "USDT": (196, 192, Decimal("888.237518")),
        "BMEX": (174, 174, Decimal("11000.12")),
    }
    assert sum(one.steps for one in wallet.reconciled) == 12_352
    assert all(one.holds for one in wallet.reconciled)
    assert [len(one.unexplained) for one in wallet.reconciled if one.asset == "BTC"] == [1]
    assert [one.reason.partition(":")[0] for one in wallet.skipped] == [
        "Withdrawal is Canceled", "UnrealisedPNL is Pending",
    ]  # fmt: skip


def test_what_happened_to_that_wallet_sums_to_its_balances(wallet: Imported) -> None:
    """Profit, fees and funding apart: together they are what the wallet holds."""
    sums: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for one in wallet.happened:
        assert isinstance(one, FundingBooked | MoneyMoved | PnlBooked)
        sums[one.asset] += one.amount  # type: ignore[assignment]  # a counter of decimals
        kinds[type(one).__name__ + (f" {one.what}" if isinstance(one, MoneyMoved) else "")] += 1
    assert dict(sums) == {one.asset: one.found for one in wallet.reconciled}
    assert kinds["FundingBooked"] == 1_825
    assert kinds["PnlBooked"] == 14_948
    assert (kinds["MoneyMoved deposit"], kinds["MoneyMoved withdrawal"]) == (2, 5)
    gross = [one for one in wallet.happened if isinstance(one, PnlBooked) and not one.net]
    assert len(gross) > 7_000, "since September 2024 a row is a fill, with its fee beside it"


def test_the_sample_of_the_same_wallet_changes_nothing_and_says_what_is_missing(
    wallet: Imported, place: Path
) -> None:
    sample = read_export(place / "bitmex_api_v1_user_walletHistory_sample.csv")
    assert {one.id for one in sample.happened} < {one.id for one in wallet.happened}
    assert not any(one.holds for one in sample.reconciled), "it leaves rows out, and says so"
    assert all(one.difference for one in sample.reconciled)
    assert sum("does not reconcile" in note for note in sample.notes) == 3


def test_bitmex_orders_are_fills_without_fees(place: Path) -> None:
    read = read_export(place / "bitmex_api_v1_order_sample.csv")
    fills = [one for one in read.happened if isinstance(one, Traded)]
    assert (len(fills), len(read.skipped)) == (9, 2)
    assert {one.symbol for one in fills} == {"BTC/USD:BTC"}
    assert [one.closes for one in fills].count(True) == 2
    assert not any(one.fee_known for one in fills)


def test_hyperliquid_fills_chain_but_for_the_one_gap_that_is_there(place: Path) -> None:
    read = read_export(place / "hyperliquid_api_userFills.json.gz")
    assert (len(read.happened), len(read.reconciled)) == (500, 15)
    assert sum(one.rows for one in read.reconciled) == 334, "the rest the account traded with itself"
    (broken,) = [one for one in read.reconciled if not one.holds]
    assert (broken.asset, broken.difference, len(broken.breaks)) == ("SUI/USDC:USDC", Decimal("-104.4"), 1)
    assert not any(one.unexplained for one in read.reconciled)


def test_hyperliquid_funding_has_the_sign_of_its_rate(place: Path) -> None:
    read = read_export(place / "hyperliquid_api_userFunding.json.gz")
    assert (read.confirmed, len(read.happened)) == (218, 218)
    other = read_export(place / "hyperliquid_api_userNonFundingLedgerUpdates.json")
    amounts = [str(one.amount) for one in other.happened if isinstance(one, MoneyMoved)]
    assert amounts == ["2703997.4500000002", "-12", "-2684105.0099999998", "1099994.98"]


def test_the_page_of_hyperliquid_in_both_orders_of_dates(place: Path) -> None:
    for order, count in (("dmy", 1), ("mdy", 0)):
        read = read_export(place / f"hyperliquid_ui_trade_history_sample_{order}.csv", tz="UTC")
        assert (read.date_order, len(read.happened), read.rows) == (order, count, 2)
    funding = read_export(place / "hyperliquid_ui_funding_history_sample.csv", tz="UTC")
    assert [str(one.amount) for one in funding.happened if isinstance(one, FundingBooked)] == ["1.293073"]


def test_bybit_s_closes_and_changes(place: Path) -> None:
    closed = read_export(place / "bybit_closed_pnl_sample.csv")
    assert (closed.confirmed, len(closed.happened)) == (7, 7)
    changes = read_export(place / "bybit_uta_account_change_details_sample.csv")
    assert (changes.confirmed, [one.difference for one in changes.reconciled]) == (2, [ZERO])
    trade, funding = changes.happened
    assert isinstance(trade, Traded)
    assert isinstance(funding, FundingBooked)
    assert (trade.fee, trade.realized_pnl, trade.closes) == (Decimal("-0.08712"), Decimal("1.0375"), True)
    assert funding.amount == Decimal("-0.0043613")


KRAKEN = (
    "dateTime",
    "symbol",
    "change",
    "new balance",
    "new average entry price",
    "trade price",
    "realized pnl",
    "fee",
)
FIRST_CLOSE = "2026-06-06 12:07:02,usd,-0.2085"
"""Here funding since the opening is realised; this export has left the column out."""


def test_kraken_s_log_pairs_its_legs_once_its_other_columns_are_back(place: Path) -> None:
    text = (place / "krakenfutures_account_log_sample_subset_of_columns.csv").read_text("utf-8").strip()
    head, *rows = text.splitlines()
    assert tuple(head.split(",")) == KRAKEN
    full = [f"{head},account,type,contract,realized funding"]
    for row in rows:
        funding = "-0.0009" if row.startswith(FIRST_CLOSE) else ""
        full.append(f"{row},flex,futures trade,pf_xbtusd,{funding}")
    read = read_export("\n".join(full).encode())
    fills = [one for one in read.happened if isinstance(one, Traded)]
    assert (len(fills), read.confirmed, read.date_order) == (7, 7, "ymd")
    assert [one.closes for one in fills] == [False] * 3 + [True] * 4
    (position,) = read.reconciled
    assert (position.asset, position.expected, position.difference, position.steps) == (
        "BTC/USD:USD", ZERO, ZERO, 7,
    )  # fmt: skip
    assert sum((one.realized_pnl or ZERO for one in fills), ZERO) == Decimal("-11.422")
    assert [one.amount for one in read.happened if isinstance(one, FundingBooked)] == [Decimal("-0.0009")]
