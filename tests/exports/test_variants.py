"""Older headers, what a venue forced, what a file leaves out, and lists of ccxt's from several exchanges."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from ringfence.errors import MissingField, OutOfRange
from ringfence.ingest.exports import read_export
from ringfence.mirror.happened import ClosedPosition, FundingBooked, MoneyMoved, PnlBooked, Traded
from tests.exports import files
from tests.exports.files import table


def fills(text: str, **said: str) -> list[Traded]:
    read = read_export(text.encode(), **said)  # type: ignore[arg-type]  # texts are texts
    return [one for one in read.happened if isinstance(one, Traded)]


def without(text: str, *columns: str) -> str:
    """A file as it was before it had some columns."""
    rows = [line.split(",") for line in text.splitlines()]
    gone = {rows[0].index(name) for name in columns}
    return table(*(",".join(cell for number, cell in enumerate(row) if number not in gone) for row in rows))


def test_binance_without_a_fee_coin_has_no_fees_and_says_so() -> None:
    old = without(files.BINANCE_TRADES, "Fee Coin", "Quote Asset").replace(",Amount,", ",Total,")
    read = read_export(old.encode())
    assert {(one.fee, one.fee_known, one.fee_asset) for one in fills(old)} == {(Decimal(0), False, "")}
    assert any("in which coin" in note for note in read.notes)


def test_binance_fees_in_another_coin_stay_in_it() -> None:
    mixed = files.BINANCE_TRADES.replace("15.15,USDT", "0.02,BNB")
    assert {(one.fee, one.fee_asset) for one in fills(mixed)} == {
        (Decimal("-7.5"), "USDT"),
        (Decimal("-0.02"), "BNB"),
    }


def test_the_older_header_of_hyperliquid_s_page() -> None:
    old = files.HYPERLIQUID_TRADES.replace(
        "time,coin,dir,px,sz,ntl,fee,closedPnl", "time,coin,direction,price,size,trade volume,fee,closedpnl"
    )
    assert fills(old, tz="UTC")[1].realized_pnl == 50


def test_a_third_party_s_fills_show_themselves_whether_profit_is_net() -> None:
    net = files.HYPEDEXER.replace("USDC,0,0xaa", "USDC,-0.675,0xaa").replace("USDC,50,", "USDC,49.3475,")
    assert [one.realized_pnl for one in fills(net)] == [0, 50]
    closes = "\n".join(line for line in files.HYPEDEXER.splitlines() if "Open" not in line)
    assert [one.realized_pnl for one in fills(closes)] == [None]
    assert any("whether it is net" in note for note in read_export(closes.encode()).notes)


def test_older_logs_of_deribit() -> None:
    no_amount = without(files.DERIBIT_LOG, "Amount").replace(",0.0166,", ",1000,")
    oldest = (
        without(no_amount, "Note", "Index Price")
        .replace("Base Amount", "Size")
        .replace("Fee Charged", "Fee Paid")
    )
    for text in (no_amount, oldest):
        read = read_export(text.encode())
        assert read.format == "deribit_log_older"
        assert [one.contracts for one in fills(text)] == [1000]
        assert read.reconciled[0].holds


def test_a_fee_of_deribit_s_that_came_from_elsewhere_is_not_charged_again() -> None:
    """The change is then the cash flow alone."""
    text = files.DERIBIT_LOG.replace("-0.00002,0.99998,0.99998", "0,1,1").replace("1.00018", "1.0002")
    (one,) = fills(text)
    assert one.fee == 0
    assert read_export(text.encode()).reconciled[0].holds


def test_a_log_of_deribit_s_without_contracts_needs_its_file_name(tmp_path: Any) -> None:
    head, *rows = files.DERIBIT_LOG.splitlines()
    text = table(head, *(row for row in rows if "PERPETUAL" not in row))
    with pytest.raises(MissingField, match="does not say its currency"):
        read_export(text.encode())
    place = tmp_path / "transaction_log_ETH_2026.csv"
    place.write_text(text, encoding="utf-8")
    assert {one.asset for one in read_export(place).happened} == {"ETH"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("kind", "forced"),
    [("Trade", False), ("Liquidation", True), ("AdlTrade", True), ("BustTrade", True), ("Odd", False)],
)
def test_bybit_s_exit_types(kind: str, forced: bool) -> None:
    read = read_export(files.BYBIT_CLOSED.replace(",Trade,", f",{kind},").encode())
    assert {one.liquidation for one in read.happened if isinstance(one, ClosedPosition)} == {forced}
    assert any("not known" in note for note in read.notes) == (kind == "Odd")


def test_kraken_s_forced_fills_and_fills_without_their_money() -> None:
    closing = "2026-03-03 12:00:00,flex,futures"
    forced = fills(files.KRAKEN_LOG.replace(f"{closing} trade", f"{closing} liquidation"))
    assert [one.liquidation for one in forced] == [False, True]
    unwound = fills(files.KRAKEN_LOG.replace(f"{closing} trade", f"{closing} unwind counterparty"))
    assert [one.liquidation for one in unwound] == [False, True]
    lone = "\n".join(line for line in files.KRAKEN_LOG.splitlines() if not line.startswith("k3"))
    read = read_export(lone.encode())
    assert [(one.fee_known, one.realized_pnl) for one in fills(lone)] == [(False, None), (True, Decimal(100))]
    assert any("KFEE" in note for note in read.notes)
    money = "\n".join(line for line in files.KRAKEN_LOG.splitlines() if not line.startswith("k2"))
    booked = [one for one in read_export(money.encode()).happened if isinstance(one, PnlBooked)]
    assert [(one.amount, one.net) for one in booked] == [(Decimal(0), False)]


def test_a_lost_row_shows_in_the_running_position_and_balance() -> None:
    lost = "\n".join(line for line in files.BYBIT_UTA.splitlines() if "SETTLEMENT" not in line)
    (usdt,) = [one for one in read_export(lost.encode()).reconciled if one.asset == "USDT"]
    assert (usdt.difference, len(usdt.breaks), usdt.breaks[0].row) == (Decimal("-0.6"), 1, 5)
    read = read_export(lost.encode())
    assert any(
        "USDT does not reconcile: the rows make 893.3725, the last one prints 892.7725" in note
        for note in read.notes
    )


def test_fees_of_both_signs_are_left_out_where_the_venue_documents_none() -> None:
    assert {one.fee for one in fills(files.BITGET.replace("-0.363", "0.363"), tz="UTC")} == {Decimal(0)}
    paid = files.BITGET.replace("-0.36", "0.36")
    assert [one.fee for one in fills(paid, tz="UTC")] == [Decimal("-0.36"), Decimal("-0.363")]


def test_a_liquidation_of_hyperliquid_s_is_the_own_one_only_by_address() -> None:
    """The other side of a liquidation carries the same mark."""
    victim = {"liquidatedUser": "0xAB", "markPx": "2990", "method": "market"}
    rows = json.dumps(
        [{**files.FILL, "dir": "Close Long", "side": "A", "startPosition": "0.5", "liquidation": victim}]
    )
    assert [one.liquidation for one in fills(rows)] == [False]
    assert [one.liquidation for one in fills(rows, account_id="0xab")] == [True]
    adl = json.dumps([{**files.FILL, "dir": "Auto-Deleveraging", "startPosition": "-0.5"}])
    assert [(one.liquidation, one.closes, one.side) for one in fills(adl)] == [(True, True, "buy")]


def test_semicolons_of_a_spreadsheet_are_read() -> None:
    assert fills(files.BINANCE_TRADES.replace(",", ";")) != []
    whole = {one.id for one in fills(files.BINANCE_TRADES)}
    assert {one.id for one in fills(files.BINANCE_TRADES.replace(",", ";"))} == whole


def trades(*changes: dict[str, Any], venue: str) -> list[Any]:
    rows = [{**files.TRADE, **change} for change in changes]
    return list(read_export(json.dumps(rows).encode(), venue=venue).happened)


def test_ccxt_trades_of_several_exchanges() -> None:
    (okx,) = trades({"info": {"fillPnl": "3.5", "execType": "T"}, "cost": None}, venue="okx_linear")
    assert (okx.realized_pnl, okx.contract_size, okx.liquidation) == (Decimal("3.5"), None, False)
    (bybit,) = trades({"info": {"execType": "BustTrade"}}, venue="bybit_linear")
    assert (bybit.realized_pnl, bybit.liquidation, bybit.closes) == (None, True, True)
    (small,) = trades({"amount": 5, "price": 60000.0, "cost": 300.0}, venue="okx_linear")
    assert small.contract_size == Decimal("0.001")
    (inverse,) = trades({"symbol": "BTC/USD:BTC", "cost": 0.5}, venue="bybit_inverse")
    assert inverse.contract_size is None


def test_ccxt_fees_of_several_coins_and_none() -> None:
    two = {"fee": None, "fees": [{"cost": 1, "currency": "USDT"}, {"cost": 0.01, "currency": "GT"}]}
    first, second = trades(two, venue="gate")
    assert (first.fee, first.fee_asset) == (Decimal(-1), "USDT")
    assert isinstance(second, MoneyMoved)
    assert (second.amount, second.asset, second.what) == (Decimal("-0.01"), "GT", "fee")
    (none,) = trades({"fee": None, "fees": []}, venue="bitmex")
    assert (none.fee, none.fee_known) == (Decimal(0), False)


def test_the_same_number_of_two_exchanges_is_two_trades() -> None:
    one, two = (trades({}, venue=venue)[0] for venue in ("okx_linear", "gate"))
    assert one.id != two.id


def test_a_ledger_that_names_what_it_books() -> None:
    income = [{**files.ENTRY, "before": None, "after": None, "type": "trade",
               "info": {"incomeType": "REALIZED_PNL", "symbol": "ETHUSDT"}}]  # fmt: skip
    (one,) = read_export(json.dumps(income).encode(), venue="binance_usdm").happened
    assert isinstance(one, PnlBooked)
    assert (one.symbol, one.amount) == ("ETH/USDT:USDT", Decimal(1000))
    with pytest.raises(OutOfRange, match="a word that is not known"):
        read_export(json.dumps([{**files.ENTRY, "type": "mystery"}]).encode(), venue="gate")


def test_transfers_out_and_unknown_margin_changes() -> None:
    moved = json.loads(files.CCXT_TRANSFERS)[0]
    back = {**moved, "fromAccount": "linear", "toAccount": "spot"}
    (one,) = read_export(json.dumps([back]).encode(), venue="bybit_linear").happened
    assert isinstance(one, MoneyMoved)
    assert one.amount == -500
    put = json.loads(files.CCXT_MARGIN)[0]
    read = read_export(
        json.dumps([{**put, "type": "set"}, {**put, "status": "failed"}]).encode(), venue="okx_linear"
    )
    assert (len(read.happened), len(read.skipped)) == (0, 2)


def test_usdc_contracts_of_bybit_settle_profit_with_funding() -> None:
    row = (
        "1,USDC,BTCPERP,SETTLEMENT,BUY,--,0.1,--,-0.60,0.00,12.00,11.40,111.40,SETTLEMENT,2026-03-02 16:00:00"
    )
    head = files.BYBIT_UTA.splitlines()[1]
    said = read_export(table(head, row).encode()).happened
    assert [(type(one), str(one.amount)) for one in said] == [  # type: ignore[attr-defined]
        (FundingBooked, "-0.6"), (PnlBooked, "12"),
    ]  # fmt: skip
    assert {one.symbol for one in said} == {"BTC/USDC:USDC"}  # type: ignore[attr-defined]


def test_a_forced_close_without_its_price_is_still_a_forced_close() -> None:
    bill = files.OKX_BILLS.replace("Close long", "Liquidation long")
    log = files.BYBIT_DERIVATIVES.replace("Close Long,0.1,0,22000", "Close Long,0.1,0,")
    for text, said in ((bill, {"tz": "UTC"}), (log, {})):
        read = read_export(text.encode(), **said)  # type: ignore[arg-type]  # texts are texts
        booked = [one for one in read.happened if isinstance(one, PnlBooked)]
        assert [one.liquidation for one in booked].count(True) == 1
        fees = [one.amount for one in read.happened if isinstance(one, MoneyMoved) and one.what == "fee"]
        assert fees[-1] == (Decimal("-0.3") if said else Decimal("-1.65"))


def test_fees_of_withdrawals_are_noted() -> None:
    out = {**json.loads(files.CCXT_TRANSACTIONS)[1], "status": "ok", "fee": {"cost": 1, "currency": "USDT"}}
    read = read_export(json.dumps([out]).encode(), venue="okx_linear")
    assert [str(one.amount) for one in read.happened] == ["-100"]  # type: ignore[attr-defined]
    assert any("fees are left out" in note for note in read.notes)


def test_rows_of_a_wallet_that_do_not_show_their_fee_stay_net() -> None:
    hidden = files.BITMEX_WALLET.replace("29500,500,", "29500,,")
    booked = [one for one in read_export(hidden.encode()).happened if isinstance(one, PnlBooked)]
    assert [one.net for one in booked] == [True, True, True]


def test_forty_digits_survive_every_sign() -> None:
    """A minus sign rounds to 28 digits in the usual context of decimals."""
    long = "0.1234567890123456789012345678901234567891"
    assert fills(files.BINANCE_TRADES.replace("15.15,USDT", f"{long},USDT"))[-1].fee == Decimal(f"-{long}")
    assert fills(files.BITGET.replace("-0.36,", f"{long[:-1]}2,").replace("-0.363,", "0.1,"), tz="UTC")[
        0
    ].fee == Decimal(f"-{long[:-1]}2")
    out = [
        {**json.loads(files.CCXT_TRANSFERS)[0], "fromAccount": "swap", "toAccount": "spot", "amount": long}
    ]
    (moved,) = read_export(json.dumps(out).encode(), venue="okx_linear").happened
    assert moved.amount == Decimal(f"-{long}")  # type: ignore[attr-defined]
