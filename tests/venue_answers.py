"""What venues answer, in their own shapes: contracts and tiers, of two live contracts and a delisted one.

Field names and types are those of the venues' APIs (as ccxt 4.5.90 reads them); numbers are small tables
of our own, so that a test can say what must come out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.venue_server import Answer, Question, Reply

ROWS = (
    ("0", "50000", "0.004", "100"),
    ("50000", "250000", "0.005", "50"),
    ("250000", "1000000", "0.01", "20"),
)
"""Floor, cap, rate and highest leverage of every linear table here; the deductions are 0, 50 and 1,300."""
CONTRACTS = (("0", "3000", "0.004", "100"), ("3001", "6000", "0.005", "50"), ("6001", "12000", "0.01", "20"))
"""The same in whole contracts, as OKX writes it."""
DEDUCTIONS = ("0", "50", "1300")

Rows = Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True)
class Shape:
    """One venue: the paths of its contracts and tiers, and how its tiers are written."""

    venue: str
    contracts: str
    tiers: str
    rows: Rows
    paged: bool = False

    def answers(self, tables: Mapping[str, Rows] | None = None) -> dict[str, Answer]:
        """Every answer; ``tables`` by coin, in place of the rows of both."""
        return BUILD[self.venue]({"BTC": self.rows, "ETH": self.rows} | dict(tables or {}))


def binance(tables: Mapping[str, Rows]) -> dict[str, Answer]:
    def contract(symbol: str, status: str) -> dict[str, Any]:
        return {
            "symbol": symbol, "pair": symbol, "contractType": "PERPETUAL", "deliveryDate": 4133404800000,
            "onboardDate": 1569398400000, "status": status, "maintMarginPercent": "2.5000",
            "requiredMarginPercent": "5.0000", "baseAsset": symbol[:-4], "quoteAsset": "USDT",
            "marginAsset": "USDT", "pricePrecision": 2, "quantityPrecision": 3, "baseAssetPrecision": 8,
            "quotePrecision": 8, "underlyingType": "COIN", "triggerProtect": "0.0500",
            "liquidationFee": "0.012500", "marketTakeBound": "0.05", "filters": [],
            "orderTypes": ["LIMIT", "MARKET"], "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        }  # fmt: skip

    def brackets(question: Question) -> Reply:
        if "X-MBX-APIKEY" not in question.headers or "signature" not in question.query:
            return Reply({"code": -2014, "msg": "API-key format invalid."}, status=401)
        return Reply(
            [
                {"symbol": f"{coin}USDT", "notionalCoef": 1.0, "brackets": [
                    {"bracket": n + 1, "initialLeverage": int(lev), "notionalCap": int(cap),
                     "notionalFloor": int(floor), "maintMarginRatio": float(rate), "cum": float(cum)}
                    for n, ((floor, cap, rate, lev), cum) in enumerate(zip(rows, DEDUCTIONS, strict=False))
                ]}
                for coin, rows in (tables | {"LUNA": ROWS}).items()
            ]
        )  # fmt: skip

    contracts = [
        contract("BTCUSDT", "TRADING"),
        contract("ETHUSDT", "TRADING"),
        contract("LUNAUSDT", "SETTLING"),
    ]
    return {
        "/sapi/v1/account/apiRestrictions": Reply(restrictions()),
        "/fapi/v1/exchangeInfo": Reply(
            {"timezone": "UTC", "futuresType": "U_MARGINED", "symbols": contracts}
        ),
        "/fapi/v1/leverageBracket": brackets,
    }


def restrictions(**changed: bool) -> dict[str, Any]:
    """What a key of Binance's may do: read."""
    return {
        "ipRestrict": False, "createTime": 1698645219000, "enableReading": True, "enableWithdrawals": False,
        "enableInternalTransfer": False, "enableMargin": False, "enableFutures": False,
        "permitsUniversalTransfer": False, "enableVanillaOptions": False, "enableFixApiTrade": False,
        "enableFixReadOnly": True, "enableSpotAndMarginTrading": False, "enablePortfolioMarginTrading": False,
    } | changed  # fmt: skip


def bybit(tables: Mapping[str, Rows]) -> dict[str, Answer]:
    def contracts(question: Question) -> Reply:
        status = question.query.get("status", "Trading")
        listed = [("BTC", "Trading"), ("ETH", "Trading"), ("LUNA", "Closed")]
        return _bybit([
            {"symbol": f"{coin}USDT", "contractType": "LinearPerpetual", "status": state, "baseCoin": coin,
             "quoteCoin": "USDT", "launchTime": "1585526400000", "deliveryTime": "0", "priceScale": "2",
             "leverageFilter": {"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
             "priceFilter": {"minPrice": "0.10", "maxPrice": "1999999.80", "tickSize": "0.10"},
             "lotSizeFilter": {"maxOrderQty": "1190.000", "minOrderQty": "0.001", "qtyStep": "0.001"},
             "unifiedMarginTrade": True, "fundingInterval": 480, "settleCoin": "USDT"}
            for coin, state in listed if status != "PreLaunch"
        ])  # fmt: skip

    def limits(question: Question) -> Reply:
        coins = list(tables)
        if "symbol" in question.query:
            coins = [question.query["symbol"].removesuffix("USDT")]
            return _bybit(_bybit_rows(coins[0], tables.get(coins[0], ()), first=1))
        page = int(question.query.get("cursor", "0"))
        following = str(page + 1) if page + 1 < len(coins) else ""
        return _bybit(_bybit_rows(coins[page], tables[coins[page]], first=100 * page + 1), following)

    return {"/v5/market/instruments-info": contracts, "/v5/market/risk-limit": limits}


def _bybit(rows: list[dict[str, Any]], cursor: str = "") -> Reply:
    result = {"category": "linear", "list": rows, "nextPageCursor": cursor}
    return Reply({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": 1786248000000})


def _bybit_rows(coin: str, rows: Rows, *, first: int) -> list[dict[str, Any]]:
    return [
        {"id": first + n, "symbol": f"{coin}USDT", "riskLimitValue": cap, "maintenanceMargin": rate,
         "initialMargin": str(1 / int(lev)), "isLowestRisk": int(n == 0), "maxLeverage": lev,
         "mmDeduction": "" if n == 0 else cum}
        for n, ((_, cap, rate, lev), cum) in enumerate(zip(rows, DEDUCTIONS, strict=False))
    ]  # fmt: skip


def okx(tables: Mapping[str, Rows]) -> dict[str, Answer]:
    def instruments(question: Question) -> Reply:
        listed = [("BTC", "live"), ("ETH", "live"), ("LUNA", "suspend")]
        return _okx([
            {"alias": "", "baseCcy": "", "category": "1", "ctMult": "1", "ctType": "linear", "ctVal": "0.01",
             "ctValCcy": coin, "expTime": "", "instFamily": f"{coin}-USDT", "instId": f"{coin}-USDT-SWAP",
             "instType": "SWAP", "lever": "100", "listTime": "1573557408000", "lotSz": "1", "minSz": "1",
             "quoteCcy": "", "settleCcy": "USDT", "state": state, "tickSz": "0.1", "uly": f"{coin}-USDT"}
            for coin, state in listed if question.query["instType"] == "SWAP"
        ])  # fmt: skip

    def tiers(question: Question) -> Reply:
        family = question.query["instFamily"]
        return _okx([
            {"baseMaxLoan": "", "imr": str(1 / int(lev)), "instFamily": family, "instId": "", "maxLever": lev,
             "maxSz": cap, "minSz": floor, "mmr": rate, "optMgnFactor": "0", "quoteMaxLoan": "",
             "tier": str(n + 1), "uly": family}
            for n, (floor, cap, rate, lev) in enumerate(tables[family.split("-")[0]])
        ])  # fmt: skip

    return {"/api/v5/public/instruments": instruments, "/api/v5/public/position-tiers": tiers}


def _okx(data: list[dict[str, Any]]) -> Reply:
    return Reply({"code": "0", "data": data, "msg": ""})


def gate(tables: Mapping[str, Rows]) -> dict[str, Answer]:
    listed = [("BTC", "trading"), ("ETH", "trading"), ("LUNA", "delisted")]
    contracts = [
        {"name": f"{coin}_USDT", "type": "direct", "quanto_multiplier": "0.0001", "leverage_min": "1",
         "leverage_max": "100", "maintenance_rate": "0.004", "mark_price": "60000",
         "order_price_round": "0.1", "order_price_deviate": "0.2", "order_size_min": 1,
         "order_size_max": 1000000, "status": state, "in_delisting": state != "trading",
         "risk_limit_base": "50000", "risk_limit_step": "50000",
         "risk_limit_max": "1000000", "maker_fee_rate": "-0.0001", "taker_fee_rate": "0.00075"}
        for coin, state in listed
    ]  # fmt: skip

    def tiers(question: Question) -> Reply:
        asked = question.query.get("contract")
        return Reply([
            {"contract": f"{coin}_USDT", "tier": n + 1, "initial_rate": str(1 / int(lev)), "deduction": cum,
             "leverage_max": lev, "maintenance_rate": rate, "risk_limit": cap}
            for coin, rows in tables.items() if asked in (None, f"{coin}_USDT")
            for n, ((_, cap, rate, lev), cum) in enumerate(zip(rows, DEDUCTIONS, strict=False))
        ])  # fmt: skip

    return {
        "/api/v4/futures/usdt/contracts": Reply(contracts),
        "/api/v4/futures/btc/contracts": Reply([]),
        "/api/v4/futures/usdt/risk_limit_tiers": tiers,
    }


def kucoin(tables: Mapping[str, Rows]) -> dict[str, Answer]:
    listed = [("XBT", "Open"), ("ETH", "Open"), ("LUNA", "Paused")]
    contracts = [
        {"symbol": f"{coin}USDTM", "rootSymbol": "USDT", "type": "FFWCSX", "firstOpenDate": 1585555200000,
         "expireDate": None, "settleDate": None, "baseCurrency": coin, "quoteCurrency": "USDT",
         "settleCurrency": "USDT", "maxOrderQty": 1000000, "maxPrice": 1000000.0, "lotSize": 1,
         "tickSize": 0.1, "multiplier": 0.001, "initialMargin": 0.01, "maintainMargin": 0.004,
         "makerFeeRate": 0.0002, "takerFeeRate": 0.0006, "isInverse": False, "status": state,
         "nextFundingRateTime": 25481884, "maxLeverage": 100}
        for coin, state in listed
    ]  # fmt: skip
    answers: dict[str, Answer] = {"/api/v1/contracts/active": Reply({"code": "200000", "data": contracts})}
    for coin, rows in tables.items():
        symbol = {"BTC": "XBT"}.get(coin, coin) + "USDTM"
        levels = [
            {"symbol": symbol, "level": n + 1, "maxRiskLimit": int(cap), "minRiskLimit": int(floor),
             "maxLeverage": int(lev), "initialMargin": 1 / int(lev), "maintainMargin": float(rate)}
            for n, (floor, cap, rate, lev) in enumerate(rows)
        ]  # fmt: skip
        answers[f"/api/v1/contracts/risk-limit/{symbol}"] = Reply({"code": "200000", "data": levels})
    return answers


def bitget(tables: Mapping[str, Rows]) -> dict[str, Answer]:
    def contracts(question: Question) -> Reply:
        listed = [("BTC", "normal"), ("ETH", "normal"), ("LUNA", "off")]
        return _bitget([
            {"symbol": f"{coin}USDT", "baseCoin": coin, "quoteCoin": "USDT", "buyLimitPriceRatio": "0.05",
             "sellLimitPriceRatio": "0.05", "feeRateUpRatio": "0.005", "makerFeeRate": "0.0002",
             "takerFeeRate": "0.0006", "openCostUpRatio": "0.01", "supportMarginCoins": ["USDT"],
             "minTradeNum": "0.001", "priceEndStep": "1", "volumePlace": "3", "pricePlace": "1",
             "sizeMultiplier": "0.001", "symbolType": "perpetual", "minTradeUSDT": "5", "symbolStatus": state,
             "offTime": "-1", "limitOpenTime": "-1", "deliveryTime": "", "deliveryStartTime": "",
             "launchTime": "", "fundInterval": "8", "minLever": "1", "maxLever": "100"}
            for coin, state in listed if question.query["productType"] == "USDT-FUTURES"
        ])  # fmt: skip

    def tiers(question: Question) -> Reply:
        symbol = question.query["symbol"]
        return _bitget([
            {"symbol": symbol, "level": str(n + 1), "startUnit": floor, "endUnit": cap, "leverage": lev,
             "keepMarginRate": rate}
            for n, (floor, cap, rate, lev) in enumerate(tables[symbol.removesuffix("USDT")])
        ])  # fmt: skip

    return {"/api/v2/mix/market/contracts": contracts, "/api/v2/mix/market/query-position-lever": tiers}


def _bitget(data: list[dict[str, Any]]) -> Reply:
    return Reply({"code": "00000", "msg": "success", "requestTime": 1700290724614, "data": data})


BUILD = {
    "binance_usdm": binance, "bybit_linear": bybit, "okx_linear": okx, "gate": gate, "kucoin_futures": kucoin,
    "bitget": bitget,
}  # fmt: skip

SHAPES = {
    shape.venue: shape
    for shape in (
        Shape("binance_usdm", "/fapi/v1/exchangeInfo", "/fapi/v1/leverageBracket", ROWS),
        Shape("bybit_linear", "/v5/market/instruments-info", "/v5/market/risk-limit", ROWS, paged=True),
        Shape("okx_linear", "/api/v5/public/instruments", "/api/v5/public/position-tiers", CONTRACTS),
        Shape("gate", "/api/v4/futures/usdt/contracts", "/api/v4/futures/usdt/risk_limit_tiers", ROWS),
        Shape("kucoin_futures", "/api/v1/contracts/active", "/api/v1/contracts/risk-limit/XBTUSDTM", ROWS),
        Shape("bitget", "/api/v2/mix/market/contracts", "/api/v2/mix/market/query-position-lever", ROWS),
    )
}
