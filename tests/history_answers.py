"""What venues answer about bars and funding, in their own shapes and with their own way of cutting a page.

Field names, types and the meaning of the bounds are those of the venues' APIs as ccxt 4.5.90 asks them:
Binance gives the first rows from ``startTime`` on; Bybit and OKX the last ones of the span, newest first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.venue_answers import SHAPES
from tests.venue_server import Answer, Question, Reply, Venue

HOUR = 3_600_000
START = 1_760_054_400_000
"""2025-10-10 00:00 UTC."""
Row = tuple[int, str, str, str, str]
Paid = tuple[int, str]


def bars(count: int, *, start: int = START) -> list[Row]:
    """Hourly marks with 8 decimals that walk about 114 000."""
    found = []
    for n in range(count):
        low, high = 113_000_00000001 + 7 * n, 115_000_00000009 + 11 * n
        cells = [f"{q // 10**8}.{q % 10**8:08d}" for q in (low + 1_000 * n, high, low, high - 13 * n)]
        found.append((start + n * HOUR, *cells))
    return found  # type: ignore[return-value]  # four cells and a time


def paid(count: int, *, start: int = START) -> list[Paid]:
    """Funding every eight hours, a few milliseconds late as Binance stamps it."""
    return [
        (start + 8 * n * HOUR + n % 9, f"{'-' if n % 3 else ''}0.000{n % 900 + 100}") for n in range(count)
    ]


Change = Callable[[list[Any], Question], list[Any]]


@dataclass
class History:
    """The bars and funding of one market of one venue.

    Attributes:
        change: what is done to the rows of a page before they are sent.
        first: replies that come before any others, one a question.
    """

    venue: str
    bars: Sequence[Row] = ()
    paid: Sequence[Paid] = ()
    change: Change = lambda rows, _: rows
    first: list[Reply] = field(default_factory=list)

    def made(self) -> Venue:
        """The venue, ready to serve."""
        answers: dict[str, Answer] = dict(SHAPES[self.venue].answers())
        answers |= {path: self._answer(path) for path in PATHS[self.venue]}
        return Venue(answers)

    def _answer(self, path: str) -> Callable[[Question], Reply]:
        def reply(question: Question) -> Reply:
            if self.first:
                return self.first.pop(0)
            rows = self.paid if "unding" in path else self.bars
            return ANSWERS[self.venue](self, question, rows)

        return reply


def _binance(history: History, question: Question, rows: Sequence[Any]) -> Reply:
    asked = question.query
    since, until = int(asked.get("startTime", "0")), int(asked.get("endTime", str(2**60)))
    page = [row for row in rows if since <= row[0] <= until][: int(asked["limit"])]
    page = history.change(page, question)
    if "funding" in question.path:
        return Reply([
            {"symbol": "BTCUSDT", "fundingTime": ts, "fundingRate": rate, "markPrice": "1.0"}
            for ts, rate in page
        ])  # fmt: skip
    return Reply(
        [[ts, *cells, "0", ts + HOUR - 1, "0", 3600, "0", "0", "0"] for ts, *cells in page],
    )


def _bybit(history: History, question: Question, rows: Sequence[Any]) -> Reply:
    asked, funding = question.query, "funding" in question.path
    names = ("startTime", "endTime") if funding else ("start", "end")
    since, until = int(asked[names[0]]), int(asked.get(names[1], str(2**60)))
    page = [row for row in rows if since <= row[0] <= until][::-1][: int(asked["limit"])]
    page = history.change(page, question)
    listed: list[Any] = [[str(ts), *cells] for ts, *cells in page]
    if funding:
        listed = [
            {"symbol": "BTCUSDT", "fundingRate": rate, "fundingRateTimestamp": str(ts)} for ts, rate in page
        ]
    result = {"symbol": "BTCUSDT", "category": "linear", "list": listed}
    return Reply({"retCode": 0, "retMsg": "OK", "result": result, "retExtInfo": {}, "time": START})


def _okx(history: History, question: Question, rows: Sequence[Any]) -> Reply:
    asked = question.query
    after_this, before_that = int(asked.get("before", "0")), int(asked.get("after", str(2**60)))
    page = [row for row in rows if after_this < row[0] < before_that][::-1][: int(asked.get("limit", "100"))]
    page = history.change(page, question)
    listed: list[Any] = [[str(ts), *cells, "1"] for ts, *cells in page]
    if "funding" in question.path:
        listed = [
            {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "fundingRate": rate, "realizedRate": rate,
             "fundingTime": str(ts), "method": "current_period"}
            for ts, rate in page
        ]  # fmt: skip
    return Reply({"code": "0", "msg": "", "data": listed})


ANSWERS: Mapping[str, Callable[[History, Question, Sequence[Any]], Reply]] = {
    "binance_usdm": _binance, "bybit_linear": _bybit, "okx_linear": _okx,
}  # fmt: skip
PATHS: Mapping[str, tuple[str, ...]] = {
    "binance_usdm": ("/fapi/v1/markPriceKlines", "/fapi/v1/fundingRate"),
    "bybit_linear": ("/v5/market/mark-price-kline", "/v5/market/funding/history"),
    "okx_linear": ("/api/v5/market/history-mark-price-candles", "/api/v5/public/funding-rate-history"),
}
"""Where marks and funding are asked for."""
ERRORS: Mapping[str, Reply] = {
    "binance_usdm": Reply({"code": -1120, "msg": "Invalid interval."}, status=400),
    "bybit_linear": Reply({"retCode": 10001, "retMsg": "params error", "result": {}, "time": START}),
    "okx_linear": Reply({"code": "51000", "msg": "Parameter bar error", "data": []}),
}
"""How each says no."""
BUSY: Mapping[str, Reply] = {
    "binance_usdm": Reply({"code": -1003, "msg": "Too many requests."}, status=429),
    "bybit_linear": Reply({"retCode": 10006, "retMsg": "Too many visits!", "result": {}, "time": START}),
    "okx_linear": Reply({"code": "50011", "msg": "Too Many Requests", "data": []}, status=429),
}
"""How each asks for patience."""
