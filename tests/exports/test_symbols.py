"""Symbols of venues in ccxt's form, or as they were where that cannot be told."""

from __future__ import annotations

import pytest

from ringfence.ingest.exports import read_export
from ringfence.ingest.exports.symbols import bitmex, contract, hyperliquid, is_spot
from tests.exports.files import BITMEX_WALLET

TOLD = """
    binance         BTCUSDT            BTC/USDT:USDT            binance_usdm
    binance         1000PEPEUSDT       1000PEPE/USDT:USDT       binance_usdm
    binance         BTCUSDT_260626     BTC/USDT:USDT-260626     binance_usdm
    binance         ETHUSD_PERP        ETH/USD:ETH              binance_coinm
    binance         ETHUSD_260626      ETH/USD:ETH-260626       binance_coinm
    bybit           SHIB1000USDT       SHIB1000/USDT:USDT       bybit_linear
    bybit           BTCPERP            BTC/USDC:USDC            bybit_linear
    bybit           BTCUSD             BTC/USD:BTC              bybit_inverse
    bybit           BTC-26JUN26        BTC/USDC:USDC-260626     bybit_linear
    bybit           BTCUSDT-26JUN26    BTC/USDT:USDT-260626     bybit_linear
    deribit         BTC-PERPETUAL      BTC/USD:BTC              deribit
    deribit         SOL_USDC-PERPETUAL SOL/USDC:USDC            deribit
    deribit         ETH-5JUN26         ETH/USD:ETH-260605       deribit
    okx             BTC-USDT-SWAP      BTC/USDT:USDT            okx_linear
    okx             BTC-USD-SWAP       BTC/USD:BTC              okx_inverse
    okx             BTC-USD-260626     BTC/USD:BTC-260626       okx_inverse
    mexc            BTC_USDT           BTC/USDT:USDT            mexc
    mexc            BTC_USD            BTC/USD:BTC              mexc
    bitget          BTCUSDT_UMCBL      BTC/USDT:USDT            bitget
    bitunix         ETHUSDT            ETH/USDT:USDT            bitunix
    blofin          BTC-USDT           BTC/USDT:USDT            blofin
    paradex         BTC-USD-PERP       BTC/USD:USDC             paradex
    kraken_futures  pf_xbtusd          BTC/USD:USD              kraken_futures
    kraken_futures  pi_ethusd          ETH/USD:ETH              kraken_futures
    kraken_futures  fi_xbtusd_260626   BTC/USD:BTC-260626       kraken_futures
    kraken_futures  ff_xbtusd_260626   BTC/USD:USD-260626       kraken_futures
"""


@pytest.mark.parametrize("line", TOLD.strip().splitlines(), ids=lambda line: line.split()[1])
def test_what_a_symbol_says_is_told(line: str) -> None:
    family, text, symbol, venue = line.split()
    found = contract(family, text, venue="elsewhere")
    assert (found.symbol, found.venue, found.told) == (symbol, venue, True)
    base, rest = symbol.split("/")
    assert found.settle == rest.split(":")[1].partition("-")[0]
    assert found.inverse == (found.settle == base)


@pytest.mark.parametrize(
    ("family", "text"),
    [
        ("binance", "BTCUSD"), ("binance", ""), ("bybit", "BTCUSDZ26"), ("bybit", "BTC-26JUN26-100000-C"),
        ("bybit", "BTC-26XYZ26"), ("deribit", "BTC-26JUN26-100000-C"), ("deribit", "SOL-PERPETUAL"),
        ("okx", "BTC-USDT"), ("kraken_futures", "usd"), ("paradex", "BTC-USD-100000-C"), ("mexc", "BTC"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_stays_as_it_was(family: str, text: str) -> None:
    found = contract(family, text, venue="mine")
    assert (found.symbol, found.venue, found.told, found.inverse) == (text, "mine", False, False)


def test_bitmex_needs_the_asset_of_its_row() -> None:
    assert bitmex("XBTUSD", "BTC").symbol == "BTC/USD:BTC"
    assert bitmex("ETHUSD", "BTC").symbol == "ETH/USD:BTC"
    assert bitmex("ETHUSDT", "USDT").symbol == "ETH/USDT:USDT"
    assert not any(bitmex(text, "BTC").told for text in ("LTCM20", "XBTZ26", "Redacted", ""))
    assert not bitmex("XBTUSD", "").told


def test_hyperliquid_s_coins() -> None:
    assert hyperliquid("kPEPE").symbol == "KPEPE/USDC:USDC"
    assert not hyperliquid("xyz:TSLA").told
    assert [is_spot(coin) for coin in ("@107", "HYPE/USDC", "HYPE", "xyz:TSLA")] == [True, True, False, False]


def test_a_symbol_that_stays_is_noted() -> None:
    read = read_export(BITMEX_WALLET.replace("p-2,ETHUSD", "p-2,LTCM20").encode())
    assert [one.symbol for one in read.happened if getattr(one, "symbol", "").startswith("L")] == ["LTCM20"]  # type: ignore[attr-defined]
    assert read.notes == ("as the venue wrote them, because ccxt's names cannot be told: LTCM20",)
