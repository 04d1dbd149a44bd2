# ruff: noqa: E501
"""A small file of each format, invented for these tests in the shape that its venue gives: a row is a line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class File:
    """A file and what has to be said beside it."""

    format: str
    text: str
    said: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return self.text.encode()


def table(*lines: str) -> str:
    return "\n".join(lines) + "\n"


BINANCE_TRADES = table(
    "\ufeffDate(UTC),Symbol,Side,Price,Quantity,Amount,Fee,Fee Coin,Realized Profit,Quote Asset",
    "2026-03-02 10:15:30,BTCUSDT,SELL,60600,0.5,30300,15.15,USDT,300,USDT",
    "2026-03-02 09:00:01,BTCUSDT,BUY,60000,0.25,15000,7.5,USDT,0,USDT",
    "2026-03-02 09:00:01,BTCUSDT,BUY,60000,0.25,15000,7.5,USDT,0,USDT",
)
BINANCE_TRANSACTIONS = table(
    "Date(UTC),type,Amount,Asset,Symbol,Transaction ID",
    "2026-03-01 12:00:00,TRANSFER,1000,USDT,,101",
    "2026-03-02 09:00:01,COMMISSION,-7.5,USDT,BTCUSDT,102",
    "2026-03-02 16:00:00,FUNDING_FEE,-1.25,USDT,BTCUSDT,103",
    "2026-03-03 10:15:30,REALIZED_PNL,300,USDT,BTCUSDT,104",
    "2026-03-04 00:00:00,INSURANCE_CLEAR,-2,USDT,ETHUSDT,105",
)
BINANCE_STATEMENT = table(
    "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark",
    "7,26-03-01 12:00:00,USD-M Futures,Transfer Between Spot Account and UM Futures Account,USDT,1000,",
    "7,26-03-02 09:00:01,USD-M Futures,Fee,USDT,-7.5,",
    "7,26-03-02 16:00:00,USD-M Futures,Funding Fee,USDT,1.25,",
    "7,26-03-03 10:15:30,Coin-M Futures,Realized Profit and Loss,BTC,-0.01,",
    "7,26-03-03 11:00:00,Spot,Buy,SOL,10,",
)
BYBIT_CLOSED = table(
    "Contracts,Closing Direction,Qty,Entry Price,Exit Price,Closed P&L,Exit Type,Trade Time(UTC+0),Order No.,"
    "Create Time",
    "SOLUSDT,Close Long,10,150.00,153.00,28.33,Trade,2026-03-02 10:05:40,aa11bb22,2026-03-02 10:05:40",
    "ETHUSD,Buy,1000,2000.00,1900.00,0.026,Trade,2026-03-01 10:05:40,aa11bb23,2026-03-01 10:05:40",
)
BYBIT_UTA = table(
    "UID: 000000001,Company Name: ,Country: ",
    "Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,"
    "Wallet Balance,Action,Time(UTC)",
    "000000001,USDT,--,TRANSFER_IN,--,--,--,--,--,--,1000.00,1000.00,1000.00,--,2026-03-01 08:00:00",
    "000000001,USDT,BTCUSDT,TRADE,BUY,0.1,0.1,60000,0.00,-3.30,0.00,-3.30,996.70,OPEN,2026-03-02 09:00:00",
    "000000001,USDT,BTCUSDT,SETTLEMENT,BUY,--,0.1,--,-0.60,0.00,0.00,-0.60,996.10,SETTLEMENT,2026-03-02 16:00:00",
    "000000001,USDT,BTCUSDT,TRADE,SELL,0.1,0,60500,0.00,-3.3275,50.00,46.6725,1042.7725,CLOSE,2026-03-02 17:00:00",
    "000000001,USDT,SOLUSDT,TRADE,BUY,1,--,150,0.00,0.00,-150.00,-150.00,892.7725,--,2026-03-02 18:00:00",
    "000000001,SOL,SOLUSDT,TRADE,BUY,1,--,150,0.00,-0.001,1.00,0.999,0.999,--,2026-03-02 18:00:00",
)
BYBIT_DERIVATIVES = table(
    "Time,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,"
    "Wallet Balance,Fee Rate,Trade ID,Order ID",
    "2023-03-02 17:00:00,USDT,BTCUSDT,liquidation,Close Long,0.1,0,22000,0,1.65,-200,-201.65,792.9,0.00075,t3,o3",
    "2023-03-02 16:00:00,USDT,BTCUSDT,funding,Open Long,0.1,0.1,24000,0.25,0,0,-0.25,994.55,0.0001,t2,o2",
    "2023-03-02 09:00:00,USDT,BTCUSDT,trade,Open Long,0.1,0.1,24000,0,5.2,0,-5.2,994.8,0.00075,t1,o1",
    "2023-03-01 09:00:00,USDT,,deposit,,,,,0,0,1000,1000,1000,,,",
)
BITMEX_WALLET = table(
    "timestamp,transactTime,transactType,transactStatus,currency,network,amount,fee,walletBalance,orderID,"
    "transactID,address,marginBalance",
    "2024-06-01T08:00:00.000Z,2024-06-01T08:00:00.000Z,Deposit,Completed,XBt,btc,100000000,,100000000,,d-1,Redacted,",
    "2024-06-02T12:00:00.000Z,2024-06-02T12:00:00.000Z,RealisedPNL,Completed,XBt,,250000,0,100200000,,p-1,XBTUSD,",
    "2024-06-02T12:00:00.000Z,2024-06-02T12:00:00.000Z,RealisedPNL,Completed,XBt,,-50000,0,100200000,,p-2,ETHUSD,",
    "2025-06-02T12:00:00.000Z,2025-06-02T12:00:00.000Z,Funding,Completed,XBt,,-1000,1000,100199000,,f-1,XBTUSD,",
    "2025-06-03T12:00:00.123Z,2025-06-03T12:00:00.123Z,RealisedPNL,Completed,XBt,,29500,500,100228500,o-1,p-3,XBTUSD,",
    "2025-06-04T12:00:00.000Z,2025-06-04T11:00:00.000Z,Withdrawal,Canceled,XBt,btc,-5000,100,100228500,,w-1,Redacted,",
    "2025-06-05T12:00:00.000Z,2025-06-05T12:00:00.000Z,UnrealisedPNL,Pending,XBt,,-9,0,100228500,,,XBTUSD,100228491",
)
BITMEX_ORDERS = table(
    "timestamp,transactTime,ordStatus,ordType,symbol,side,orderQty,cumQty,leavesQty,price,avgPx,stopPx,timeInForce,"
    "execInst,displayQty,workingIndicator,triggered,orderID,currency,ordRejReason,settlCurrency,strategy",
    "2026-02-03T18:50:15.618Z,2026-02-03T18:50:15.618Z,Filled,Limit,XBTUSD,Buy,1000,1000,0,73000,73000.1,,"
    "GoodTillCancel,,,false,,o-1,USD,,XBt,OneWay",
    "2026-02-04T18:50:15.618Z,2026-02-04T18:50:15.618Z,Filled,StopMarket,XBTUSD,Sell,1000,1000,0,,70000,70010,"
    "ImmediateOrCancel,Close,,false,StopOrderTriggered,o-2,USD,,XBt,OneWay",
    "2026-02-05T18:50:15.618Z,2026-02-05T18:50:15.618Z,Canceled,Limit,XBTUSD,Buy,1000,0,0,60000,,,"
    "GoodTillCancel,,,false,,o-3,USD,,XBt,OneWay",
)
BITMEX_EXECUTIONS = table(
    "timestamp,transactTime,execType,ordStatus,symbol,side,orderQty,lastQty,leavesQty,price,lastPx,avgPx,currency,"
    "settlCurrency,execCost,execComm,realisedPnl,homeNotional,foreignNotional,orderID,execID,trdMatchID,text",
    "2026-02-03T18:50:15.618Z,2026-02-03T18:50:15.618Z,Trade,Filled,XBTUSD,Buy,1000,1000,0,73000,73000,73000,USD,"
    "XBt,-1369863,685,0,0.01369863,-1000,o-1,e-1,m-1,Submission from www.bitmex.com",
    "2026-02-03T20:00:00.000Z,2026-02-03T20:00:00.000Z,Funding,Filled,XBTUSD,Sell,1000,1000,0,73000,73000,73000,USD,"
    "XBt,1369863,-137,0,,,00000000,e-2,m-2,Funding",
    "2026-02-04T18:50:15.618Z,2026-02-04T18:50:15.618Z,Trade,Filled,ETHUSDT,Sell,2000,2000,0,3000,3000,3000,USDT,"
    "USDt,60000000,30000,0,-0.02,60,o-2,e-3,m-3,Liquidation",
)
HYPERLIQUID_TRADES = table(
    "time,coin,dir,px,sz,ntl,fee,closedPnl",
    "03/02/2026 - 10:00:00,ETH,Open Long,3000,0.5,1500,0.675,-0.675",
    "03/02/2026 - 11:00:00,ETH,Close Long,3100,0.5,1550,0.6975,49.3025",
    "14/02/2026 - 11:00:00,SOL,Long > Short,150,2,300,0.135,9.865",
    "14/02/2026 - 12:00:00,HYPE/USDC,Buy,40,1,40,0.01,0",
)
HYPEDEXER = table(
    "time,coin,dir,px,sz,ntl,fee,feeToken,closedPnl,hash",
    "2026-02-03T10:00:00Z,ETH,Open Short,3000,0.5,1500,0.675,USDC,0,0xaa",
    "2026-02-03T11:00:00Z,ETH,Close Short,2900,0.5,1450,0.6525,USDC,50,0xbb",
)
HYPERLIQUID_FUNDING = table(
    "time,coin,sz,side,payment,rate",
    "2/13/2026 - 02:00:00,ETH,0.5,Long,-0.01875,0.0000125",
    "2/13/2026 - 03:00:00,ETH,0.5,Short,0.01875,0.0000125",
)
KRAKEN_LOG = table(
    "uid,dateTime,account,type,symbol,contract,change,new balance,new average entry price,trade price,mark price,"
    "funding rate,realized pnl,fee,realized funding,collateral,conversion spread percentage,liquidation fee,"
    "position uid,exchange rate,exchange rate from,conversion fee",
    "k6,2026-03-03 12:00:00,flex,futures trade,usd,pf_xbtusd,99.4250,0.,,61000,61000,,100.,0.6100,0.0350,usd,,,p1,,,",
    "k5,2026-03-03 12:00:00,flex,futures trade,pf_xbtusd,pf_xbtusd,-0.1,0.,60000.,61000,61000,,,,,,,,p1,,,",
    "k4,2026-03-02 16:00:00,flex,funding rate change,usd,pf_xbtusd,,0.,,,60500,0.1,,,0.0350,usd,,,p1,,,",
    "k3,2026-03-02 12:00:00,flex,futures trade,usd,pf_xbtusd,-3.,0.,,60000,60000,,0.,3.,,usd,,,p1,,,",
    "k2,2026-03-02 12:00:00,flex,futures trade,pf_xbtusd,pf_xbtusd,0.1,0.1,60000.,60000,60000,,,,,,,,p1,,,",
    "k1,2026-03-01 12:00:00,flex,cross-exchange transfer,usd,,1000.,1000.,,,,,,,,,,,,,,",
)
DERIBIT_LOG = table(
    "ID,UserSeq,Date,Instrument,Type,Side,Amount,Base Amount,Position,Price,Mark Price,Index Price,Cash Flow,Funding,"
    "Fee Rate,Fee Charged,Fee Balance,Change,Balance,Equity,Trade ID,Order ID,Info,Note",
    "4,1000004,2026-03-03 08:00:00,BTC-PERPETUAL,settlement,short,,,-1000,61000,61000,61000,0.0002,0.00005,,0,0,0.0002,"
    "1.00018,1.00018,,,,",
    "3,1000003,2026-03-02 12:00:00,BTC-PERPETUAL,trade,open sell,1000,0.0166,-1000,60000,60000,60000,0,0,0.0005,0.00002,0,"
    "-0.00002,0.99998,0.99998,t1,o1,,",
    "2,1000002,2026-03-01 13:00:00,,transfer,-,,,,,,,,,,0,0,-1,1,1,,,,",
    "1,1000001,2026-03-01 12:00:00,,deposit,-,,,,,,,,,,0,0,2,2,2,,,,",
)
OKX_BILLS = table(
    "\ufeffid,Order id,Time,Trade Type,Instrument,Type,Amount,Unit,PL,Fee,Position Change,Position Balance,"
    "Balance Change,Balance,Unit",
    "1,,2026-03-01 12:00:00,Transfer,,Transfer in,1000,USDT,0,0,0,0,1000,1000,USDT",
    "2,77,2026-03-02 12:00:00,Perpetual,BTC-USDT-SWAP,Open long,1,cont,0,-0.3,1,1,-0.3,999.7,USDT",
    "3,,2026-03-02 16:00:00,Perpetual,BTC-USDT-SWAP,Funding fee,1,cont,-0.06,0,0,1,-0.06,999.64,USDT",
    "4,78,2026-03-02 17:00:00,Perpetual,BTC-USDT-SWAP,Close long,1,cont,5,-0.3,-1,0,4.7,1004.34,USDT",
)
OKX_FUNDING = table(
    "id,Time,Type,Amount,Before Balance,After Balance,Fee,Symbol",
    "1,2026-03-01 11:00:00,Deposit,1000,0,1000,0,USDT",
    "2,2026-03-01 12:00:00,To unified trading account,-1000,1000,0,0,USDT",
)
MEXC = table(
    "Time(UTC+08:00),Futures Trading Pair,Direction,Leverage,Order Type,Order Qty (Cont.),Filled Qty (Cont.),"
    "Order Qty (Crypto),Filled Qty (Crypto),Order Qty (Amount),Filled Qty (Amount),Order Price,Average Filled Price,"
    "Closing PNL,Trading Fee,Fee-payment Crypto,Status",
    "2026-03-02 18:00:00,BTC_USDT,sell short,20,Market,100,100,0.01,0.01,590,590,0,59000,10,0.236,USDT,FINISHED",
    "2026-03-02 17:00:00,BTC_USDT,buy short,20,Market,100,100,0.01,0.01,600,600,0,60000,0,0.24,USDT,FINISHED",
    "2026-03-02 16:00:00,BTC_USDT,buy long,20,Limit,100,0,0.01,0,500,0,50000,0,0,0,USDT,CANCELED",
)
BITGET = table(
    "Order ID,Futures,Direction,Avg Price,Filled Qty,Realized PnL,Fee,Order Time",
    "11,BTCUSDT,Open Long,60000,0.01BTC,0,-0.36,2026-03-02 10:00:00",
    "12,BTCUSDT,Close Long,60500,0.01BTC,5,-0.363,2026-03-02 11:00:00",
)
BITUNIX = table(
    "date,side,futures,average price,executed,status,fee,realized p/l",
    "2026-03-02 10:00:00,Open Short,ETHUSDT,3000,0.5,Filled,0.9,0",
    "2026-03-02 11:00:00,Close Short,ETHUSDT,0,0,Canceled,0,0",
)
BLOFIN = table(
    "Underlying Asset,Order Time,Side,Avg Fill,Filled,Status,Fee,PNL,Reduce-only,Margin Mode,Leverage",
    "BTC-USDT,2026-03-02 10:00:00,Buy,60000,0.01,Filled,0.36,0,No,Isolated,10x",
    "BTC-USDT,2026-03-02 11:00:00,Sell,60500,0.01,Filled,0.363,5,Yes,Cross,10x",
)
PARADEX = table(
    "id,side,liquidity,market,order_id,price,size,fee,fee_currency,created_at,remaining_size,client_id,fill_type,"
    "realized_pnl,realized_funding,account,underlying_price,flags,orderbook_seq_no,rawId",
    "1,BUY,TAKER,BTC-USD-PERP,o1,60000,0.01,0.18,USDC,2026-03-02T10:00:00.000Z,0,,FILL,0,0,0x1,60000,,1,r1",
    "2,SELL,TAKER,BTC-USD-PERP,o2,55000,0.01,0.165,USDC,2026-03-02T11:00:00.000Z,0,,LIQUIDATION,-50,0,0x1,55000,,2,r2",
)


def listed(*rows: Mapping[str, Any]) -> str:
    return json.dumps(rows, indent=1)


FILL = {"coin": "ETH", "px": "3000.0", "sz": "0.5", "side": "B", "time": 1772445600000, "dir": "Open Long",
        "startPosition": "0.0", "closedPnl": "0.0", "fee": "0.675", "hash": "0x1", "oid": 1, "tid": 11,
        "crossed": True, "feeToken": "USDC"}  # fmt: skip
HYPERLIQUID_FILLS = listed(
    {**FILL, "side": "A", "time": 1772452800000, "dir": "Liquidated Isolated Long", "startPosition": "1.0", "sz": "1.0",
     "px": "2800.0", "closedPnl": "-200.0", "fee": "1.26", "oid": 3, "tid": 13},
    {**FILL, "startPosition": "0.5", "oid": 2, "tid": 12},
    FILL,
)  # fmt: skip
HYPERLIQUID_LEDGER = listed(
    {"time": 1772445600000, "hash": "0x1", "delta": {"type": "deposit", "usdc": "1000.0"}},
    {"time": 1772449200000, "hash": "0x0",
     "delta": {"type": "funding", "coin": "ETH", "usdc": "-0.0375", "szi": "1.0", "fundingRate": "0.0000125"}},
    {"time": 1772449300000, "hash": "0x2", "delta": {"type": "accountClassTransfer", "usdc": "10.0", "toPerp": False}},
    {"time": 1772449400000, "hash": "0x3",
     "delta": {"type": "spotTransfer", "token": "USDC", "amount": "1", "usdcValue": "1", "user": "0xa",
               "destination": "0xb", "fee": "0", "nonce": None}},
)  # fmt: skip
TRADE = {"id": "1", "order": "9", "timestamp": 1772445600000, "datetime": "2026-03-02T10:00:00.000Z",
         "symbol": "BTC/USDT:USDT", "side": "buy", "type": None, "takerOrMaker": "taker", "price": 60000.0,
         "amount": 0.5, "cost": 30000.0, "fee": {"cost": 15.0, "currency": "USDT"},
         "fees": [{"cost": 15.0, "currency": "USDT"}], "info": {"realizedPnl": "0"}}  # fmt: skip
CCXT_TRADES = listed(
    TRADE,
    {**TRADE, "id": "2", "side": "sell", "timestamp": 1772449200000, "price": 60600.0, "cost": 30300.0,
     "fee": {"cost": -1.5, "currency": "USDT"}, "fees": [{"cost": -1.5, "currency": "USDT"}],
     "info": {"realizedPnl": "300"}},
    {**TRADE, "id": "3", "symbol": "BTC/USDT"},
)  # fmt: skip
CCXT_FUNDING = listed(
    {
        "symbol": "BTC/USDT:USDT",
        "code": "USDT",
        "timestamp": 1772452800000,
        "id": "5",
        "amount": -1.25,
        "info": {},
    }
)
CCXT_MARGIN = listed(
    {"symbol": "BTC/USDT:USDT", "type": "add", "marginMode": "isolated", "amount": 50.0, "total": None,
     "code": "USDT", "status": "ok", "timestamp": 1772452800000,
     "info": {"deltaType": "USER_ADJUST", "positionSide": "LONG"}},
    {"symbol": "BTC/USDT:USDT", "type": "reduce", "marginMode": "isolated", "amount": 2.5, "total": None,
     "code": "USDT", "status": "ok", "timestamp": 1772452900000,
     "info": {"deltaType": "TRADE", "positionSide": "LONG"}},
)  # fmt: skip
ENTRY = {"id": "1", "timestamp": 1772445600000, "direction": "in", "type": "transfer", "currency": "USDT",
         "amount": 1000.0, "before": 0.0, "after": 1000.0, "status": "ok", "fee": None, "info": {}}  # fmt: skip
CCXT_LEDGER = listed(
    ENTRY,
    {**ENTRY, "id": "2", "timestamp": 1772449200000, "direction": "out", "type": "fee", "amount": 1.25,
     "before": 1000.0, "after": 998.75, "info": {"incomeType": "FUNDING_FEE", "symbol": "BTCUSDT"}},
    {**ENTRY, "id": "3", "timestamp": 1772449300000, "direction": "out", "type": "trade", "amount": 8.75,
     "before": 998.75, "after": 990.0},
)  # fmt: skip
CCXT_TRANSACTIONS = listed(
    {"id": "1", "txid": "0x1", "timestamp": 1772445600000, "type": "deposit", "currency": "USDT", "amount": 500.0,
     "status": "ok", "fee": None, "info": {}},
    {"id": "2", "txid": "0x2", "timestamp": 1772449200000, "type": "withdrawal", "currency": "USDT", "amount": 100.0,
     "status": "pending", "fee": None, "info": {}},
)  # fmt: skip
CCXT_TRANSFERS = listed(
    {"id": "1", "timestamp": 1772445600000, "currency": "USDT", "amount": 500.0, "fromAccount": "spot",
     "toAccount": "linear", "status": "ok", "info": {}},
)  # fmt: skip

UTC, USDM = {"tz": "UTC"}, {"venue": "binance_usdm"}
FILES = (
    File("binance_futures_trades", BINANCE_TRADES),
    File("binance_futures_transactions", BINANCE_TRANSACTIONS),
    File("binance_statement", BINANCE_STATEMENT),
    File("bybit_closed_pnl", BYBIT_CLOSED),
    File("bybit_uta", BYBIT_UTA),
    File("bybit_derivatives", BYBIT_DERIVATIVES),
    File("bitmex_wallet", BITMEX_WALLET),
    File("bitmex_orders", BITMEX_ORDERS),
    File("bitmex_executions", BITMEX_EXECUTIONS),
    File("hyperliquid_web_trades", HYPERLIQUID_TRADES, UTC),
    File("hypedexer", HYPEDEXER),
    File("hyperliquid_web_funding", HYPERLIQUID_FUNDING, UTC),
    File("hyperliquid_fills", HYPERLIQUID_FILLS),
    File("hyperliquid_ledger", HYPERLIQUID_LEDGER),
    File("kraken_futures_log", KRAKEN_LOG),
    File("deribit_log", DERIBIT_LOG),
    File("okx_bills", OKX_BILLS, UTC),
    File("okx_funding_account", OKX_FUNDING, UTC),
    File("mexc_futures_orders", MEXC),
    File("bitget_futures", BITGET, UTC),
    File("bitunix_futures", BITUNIX, UTC),
    File("blofin_orders", BLOFIN, UTC),
    File("paradex_fills", PARADEX),
    File("ccxt_trades", CCXT_TRADES, USDM),
    File("ccxt_funding", CCXT_FUNDING, USDM),
    File("ccxt_margin", CCXT_MARGIN, USDM),
    File("ccxt_ledger", CCXT_LEDGER, USDM),
    File("ccxt_transactions", CCXT_TRANSACTIONS, USDM),
    File("ccxt_transfers", CCXT_TRANSFERS, USDM),
)
BY_FORMAT = {one.format: one for one in FILES}
