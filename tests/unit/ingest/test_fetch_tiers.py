"""Tiers from exchanges through ccxt: whole answers in each venue's shape, and everything that is not one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from decimal import Decimal

import ccxt
import pytest

from ringfence.domain.tiers import TierBasis
from ringfence.errors import RingfenceError
from ringfence.ingest.exchange import ATTEMPTS, asked
from ringfence.ingest.fetch_shapes import SHAPES as ASKED
from ringfence.ingest.fetch_tiers import KEY, SECRET, Fetched, fetch_tiers
from ringfence.ingest.tiers import Declared, TierImport, read_tiers
from tests.venue_answers import CONTRACTS, ROWS, SHAPES, Rows, Shape, restrictions
from tests.venue_server import Answer, Question, Reply, Venue, serving

BTC, ETH, LUNA = "BTC/USDT:USDT", "ETH/USDT:USDT", "LUNA/USDT:USDT"
ON = "2026-11-22"
RESTRICTIONS = "/sapi/v1/account/apiRestrictions"

Ask = Callable[..., Fetched]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "a key")
    monkeypatch.setenv(SECRET, "a secret")
    # ccxt's pacing between questions; everything else of it is real.
    monkeypatch.setattr(ccxt.Exchange, "throttle", lambda *_: None)


@pytest.fixture
def opened() -> Iterator[Callable[[dict[str, Answer]], Venue]]:
    with ExitStack() as stack:
        yield lambda answers: stack.enter_context(serving(Venue(answers)))


@pytest.fixture(params=sorted(SHAPES))
def shape(request: pytest.FixtureRequest) -> Shape:
    found: Shape = SHAPES[request.param]
    return found


def fetched(shape: Shape, venue: Venue, symbols: list[str] | None = None) -> Fetched:
    return fetch_tiers(shape.venue, symbols, url=venue.url, sleep=lambda _: None)


def tables(shape: Shape, venue: Venue) -> TierImport:
    """Fetched and checked, as an update does it."""
    asked = ASKED[shape.venue]
    declared = Declared(jumps=asked.jumps(ON), measured=asked.measured)
    text = json.dumps(dict(fetched(shape, venue).document))
    return read_tiers(text, venue=shape.venue, on=ON, source="here", declared=declared)


def refused(shape: Shape, venue: Venue, symbols: list[str] | None = None) -> RingfenceError:
    with pytest.raises(RingfenceError) as caught:
        fetched(shape, venue, symbols)
    return caught.value


def test_a_whole_answer(shape: Shape, opened: Callable[..., Venue]) -> None:
    venue = opened(shape.answers())
    found = tables(shape, venue)
    assert [table.symbol for table in found.tables] == [BTC, ETH]
    table = found.tables[0]
    floors = [Decimal(floor) for floor, *_ in shape.rows]
    assert [tier.floor for tier in table.tiers] == floors
    assert [tier.rate for tier in table.tiers] == [Decimal("0.004"), Decimal("0.005"), Decimal("0.01")]
    assert [tier.max_leverage for tier in table.tiers] == [100, 50, 20]
    jumps = shape.venue in ("okx_linear", "kucoin_futures")
    assert table.jumps is jumps
    assert [tier.deduction for tier in table.tiers] == ([0, 0, 0] if jumps else [0, 50, 1300])
    assert table.basis is (TierBasis.CONTRACTS if shape.venue == "okx_linear" else TierBasis.QUOTE)


def test_one_symbol(shape: Shape, opened: Callable[..., Venue]) -> None:
    venue = opened(shape.answers())
    assert list(fetched(shape, venue, [ETH]).document) == [ETH]


def test_whole_contracts_meet_one_apart(opened: Callable[..., Venue]) -> None:
    shape = SHAPES["okx_linear"]
    table = tables(shape, opened(shape.answers())).tables[0]
    assert [table.number_at(Decimal(size)) for size in (3000, 3001, 6000, 6001)] == [0, 1, 1, 2]


def test_numbers_arrive_as_the_venue_wrote_them(opened: Callable[..., Venue]) -> None:
    shape = SHAPES["binance_usdm"]
    rows = (("0", "50000", "0.0065", "75"), ("50000", "90000", "0.0085", "50"))
    venue = opened(shape.answers({"BTC": rows}))
    assert [row["maintenanceMarginRate"] for row in fetched(shape, venue).document[BTC]] == [
        "0.0065",
        "0.0085",
    ]


GAP = (ROWS[0], ("60000", "250000", "0.005", "50"))
OVERLAP = (ROWS[0], ("40000", "250000", "0.005", "50"))
FALLING = (ROWS[0], ("50000", "250000", "0.003", "50"))
LOT_GAP = (CONTRACTS[0], ("3100", "6000", "0.005", "50"))
LOT_OVERLAP = (CONTRACTS[0], ("2900", "6000", "0.005", "50"))
LOT_FALLING = (CONTRACTS[0], ("3001", "6000", "0.003", "50"))


@pytest.mark.parametrize(
    ("name", "rows", "path"),
    [
        (name, rows, path)
        for name in ("binance_usdm", "kucoin_futures", "bitget")
        for rows, path in ((GAP, "[1].floor"), (OVERLAP, "[1].floor"), (FALLING, "[1].rate"))
    ]
    + [
        ("okx_linear", LOT_GAP, "[1].floor"),
        ("okx_linear", LOT_OVERLAP, "[1].floor"),
        ("okx_linear", LOT_FALLING, "[1].rate"),
        # These two state no floors: an edge that moves back is a cap below its floor.
        ("bybit_linear", (ROWS[1], ROWS[0]), "[1].cap"),
        ("gate", (ROWS[1], ROWS[0]), "[1].cap"),
        ("bybit_linear", FALLING, "[1].rate"),
        ("gate", FALLING, "[1].rate"),
        # And an edge that moves away no longer fits the deduction that is stated: maintenance jumps.
        ("bybit_linear", (("0", "60000", "0.004", "100"), *ROWS[1:]), "[1].deduction"),
        ("gate", (("0", "60000", "0.004", "100"), *ROWS[1:]), "[1].deduction"),
    ],
)
def test_a_bad_table(name: str, rows: Rows, path: str, opened: Callable[..., Venue]) -> None:
    shape = SHAPES[name]
    with pytest.raises(RingfenceError) as caught:
        tables(shape, opened(shape.answers({"ETH": rows})))
    assert (caught.value.code, caught.value.path) == ("bad-tiers", f"{ETH}{path}")


REFUSALS = {
    "binance_usdm": Reply({"code": -1003, "msg": "Internal."}, status=400),
    "bybit_linear": Reply({"retCode": 10001, "retMsg": "params error", "result": {}, "time": 1}),
    "okx_linear": Reply({"code": "51000", "data": [], "msg": "Parameter instFamily error"}),
    "gate": Reply({"label": "INVALID_PARAM_VALUE", "message": "invalid argument"}, status=400),
    "kucoin_futures": Reply({"code": "400100", "msg": "Parameter error"}),
    "bitget": Reply({"code": "40034", "msg": "Parameter does not exist", "data": None}, status=400),
}


def test_an_error_in_the_venues_own_words(shape: Shape, opened: Callable[..., Venue]) -> None:
    venue = opened(shape.answers() | {shape.tiers: REFUSALS[shape.venue]})
    error = refused(shape, venue)
    assert error.code in ("exchange-failed", "rate-limited", "unknown-symbol")
    assert error.hint
    assert venue.count(shape.tiers) <= ATTEMPTS * ATTEMPTS


LIMITED = {
    "binance_usdm": Reply({"code": -1003, "msg": "Too many requests."}, status=429),
    "bybit_linear": Reply({"retCode": 10006, "retMsg": "Too many visits!", "result": {}, "time": 1}),
    "okx_linear": Reply({"code": "50011", "data": [], "msg": "Too Many Requests"}, status=429),
    "gate": Reply({"label": "TOO_MANY_REQUESTS", "message": "Request Rate limit Exceeded"}, status=429),
    "kucoin_futures": Reply({"code": "429000", "msg": "Too Many Requests"}, status=429),
    "bitget": Reply({"code": "429", "msg": "Too Many Requests"}, status=429),
}


def test_a_rate_limit_is_waited_for_and_then_told(shape: Shape, opened: Callable[..., Venue]) -> None:
    venue = opened(shape.answers() | {shape.tiers: LIMITED[shape.venue]})
    pauses: list[float] = []
    with pytest.raises(RingfenceError) as caught:
        fetch_tiers(shape.venue, url=venue.url, sleep=pauses.append)
    assert (caught.value.code, caught.value.hint) == ("rate-limited", "ask again later")
    assert len(pauses) == ATTEMPTS - 1
    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]
    # ccxt's reader of pages asks each of them again by itself.
    assert venue.count(shape.tiers) == ATTEMPTS * (ATTEMPTS if shape.paged else 1)


def test_a_rate_limit_that_passes(shape: Shape, opened: Callable[..., Venue]) -> None:
    answers = shape.answers()
    good, turns = answers[shape.tiers], iter((LIMITED[shape.venue],))

    def once(question: Question) -> Reply:
        reply = next(turns, good)
        return reply if isinstance(reply, Reply) else reply(question)

    venue = opened(answers | {shape.tiers: once})
    assert list(fetched(shape, venue).document) == [BTC, ETH]


@pytest.mark.parametrize("cut", [True, False], ids=["connection closed", "half a document"])
def test_a_body_that_is_cut_off(shape: Shape, cut: bool, opened: Callable[..., Venue]) -> None:
    answers = shape.answers()
    good = answers[shape.tiers]

    def half(question: Question) -> Reply:
        whole = (good if isinstance(good, Reply) else good(question)).content
        return Reply(body=whole[: len(whole) // 2], cut=cut)

    error = refused(shape, opened(answers | {shape.tiers: half}))
    assert error.code in ("exchange-failed", "bad-answer")
    assert error.hint


def test_half_the_contracts(shape: Shape, opened: Callable[..., Venue]) -> None:
    """The venue lists two contracts and answers for one."""
    answers = shape.answers()
    if shape.venue in ("okx_linear", "kucoin_futures", "bitget"):
        empty = Reply({"code": {"okx_linear": "0", "bitget": "00000"}.get(shape.venue, "200000"), "data": []})
        path = shape.tiers.replace("XBTUSDTM", "ETHUSDTM")
        answers[path] = _but_for("ETH", answers[path], empty)
    else:
        answers = {**answers, shape.tiers: shape.answers({"ETH": ()})[shape.tiers]}
    error = refused(shape, opened(answers))
    assert error.code == "bad-answer"
    # A page of Bybit's without rows stops ccxt's reader itself.
    assert error.path == ("" if shape.paged else ETH)


def _but_for(coin: str, good: Answer, other: Reply) -> Answer:
    def answer(question: Question) -> Reply:
        if any(value.startswith(coin) for value in question.query.values()) or isinstance(good, Reply):
            return other
        return good(question)

    return answer


def test_pages_that_stop_in_the_middle(opened: Callable[..., Venue]) -> None:
    """Bybit's second page is empty, or never comes."""
    shape = SHAPES["bybit_linear"]
    answers = shape.answers()
    good = answers[shape.tiers]
    assert callable(good)
    for second in (
        Reply(
            {"retCode": 0, "retMsg": "OK", "result": {"category": "linear", "list": [], "nextPageCursor": ""}}
        ),
        Reply({"retCode": 10016, "retMsg": "Server error", "result": {}}, status=500),
    ):
        venue = opened(
            answers
            | {shape.tiers: lambda asked, last=second: last if "cursor" in asked.query else good(asked)}
        )
        assert refused(shape, venue).code in ("bad-answer", "exchange-failed")


def test_a_last_page_that_names_another(
    opened: Callable[..., Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = SHAPES["bybit_linear"]
    page = {"retCode": 0, "retMsg": "OK", "time": 1}
    good = shape.answers()[shape.tiers]
    assert callable(good)

    def endless(question: Question) -> Reply:
        document = good(Question(question.path, {}, {})).document
        return Reply(page | {"result": document["result"] | {"nextPageCursor": "1"}})

    both = shape.answers({"BTC": ROWS, "ETH": ROWS})

    def few(self: ccxt.bybit, symbols: object = None, params: object = None) -> object:
        return _bybit_few(self)

    monkeypatch.setattr(ccxt.bybit, "fetch_leverage_tiers", few)
    error = refused(shape, opened(both | {shape.tiers: endless}))
    assert (error.code, "stops before its end" in error.message) == ("bad-answer", True)


def _bybit_few(client: object) -> dict[str, list[object]]:
    """As ccxt's own reader after its last permitted page."""
    client.get_leverage_tiers_paginated(None, {"subType": "linear"})  # type: ignore[attr-defined]
    return {BTC: [{}], ETH: [{}]}


WRONG = {
    "okx_linear": ("instFamily", "BTC-USDT"),
    "kucoin_futures": ("symbol", "XBTUSDTM"),
    "bitget": ("symbol", "BTCUSDT"),
    "bybit_linear": ("symbol", "BTCUSDT"),
    "gate": ("contract", "BTC_USDT"),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_the_tiers_of_another_contract(name: str, opened: Callable[..., Venue]) -> None:
    """Asked for ETH, the venue answers for BTC; ccxt would put ETH's name on it."""
    shape, (named, other) = SHAPES[name], WRONG[name]
    answers = shape.answers()
    path = shape.tiers.replace("XBTUSDTM", "ETHUSDTM")
    good = answers[path]

    def wrong(question: Question) -> Reply:
        document = (good if isinstance(good, Reply) else good(question)).document
        rows = document if isinstance(document, list) else document.get("data") or document["result"]["list"]
        for row in rows:
            row[named] = other
        return Reply(document)

    error = refused(shape, opened(answers | {path: wrong}), [ETH])
    assert (error.code, error.path) == ("bad-answer", f"{ETH}[0]")
    assert error.value in (other, BTC)


def test_a_contract_no_longer_traded(shape: Shape, opened: Callable[..., Venue]) -> None:
    error = refused(shape, opened(shape.answers()), [BTC, LUNA])
    assert (error.code, error.path, error.value) == ("unknown-symbol", "symbols[1]", LUNA)


def test_a_contract_no_longer_traded_is_left_out_of_a_whole_answer(opened: Callable[..., Venue]) -> None:
    shape = SHAPES["binance_usdm"]
    found = fetched(shape, opened(shape.answers()))
    assert (list(found.document), found.withdrawn) == ([BTC, ETH], (LUNA,))


def test_a_percentage_is_not_taken_for_a_share(opened: Callable[..., Venue]) -> None:
    shape = SHAPES["bybit_linear"]
    rows = (("0", "2000000", "0.5", "100"), ("2000000", "4000000", "0.9", "50"))
    error = refused(shape, opened(shape.answers({"BTC": rows})))
    assert (error.code, error.path) == ("bad-answer", f"{BTC}[0].maintenanceMarginRate")


@pytest.mark.parametrize("path", ["contracts", "tiers"])
def test_a_venue_that_is_down(shape: Shape, path: str, opened: Callable[..., Venue]) -> None:
    venue = opened(shape.answers() | {getattr(shape, path): Reply({"msg": "maintenance"}, status=503)})
    assert refused(shape, venue).code == "exchange-failed"


def test_nobody_at_the_address() -> None:
    with serving(Venue({})) as venue:
        gone = venue.url
    with pytest.raises(RingfenceError) as caught:
        fetch_tiers("gate", url=gone, sleep=lambda _: None)
    assert caught.value.code == "exchange-failed"


def test_a_key_is_wanted_where_the_venue_wants_one(
    opened: Callable[..., Venue], monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = SHAPES["binance_usdm"]
    venue = opened(shape.answers())
    monkeypatch.delenv(SECRET)
    error = refused(shape, venue)
    assert (error.code, error.path, venue.asked) == ("missing-field", SECRET, [])


def test_a_key_is_not_sent_where_none_is_wanted(opened: Callable[..., Venue]) -> None:
    shape = SHAPES["gate"]
    venue = opened(shape.answers())
    fetched(shape, venue)
    assert not any("a key" in str(question) for question in venue.asked)


@pytest.mark.parametrize("status", [400, 401, 429, 503])
def test_an_error_carries_nothing_of_the_key(status: int, opened: Callable[..., Venue]) -> None:
    shape = SHAPES["binance_usdm"]
    venue = opened(shape.answers() | {shape.tiers: Reply({"code": -2015, "msg": "Invalid."}, status=status)})
    error = refused(shape, venue)
    signature = venue.asked[-1].query["signature"]
    assert not any(part in f"{error} {error.hint}" for part in (signature[:8], "a key", "a secret"))


def test_what_was_asked_is_not_repeated() -> None:
    def question() -> None:
        raise ccxt.ExchangeError("x GET https://x.example/v1/a?timestamp=1&signature=f00d 400 {}")

    with pytest.raises(RingfenceError) as caught:
        asked(question, what="this", attempts=1)
    assert caught.value.message == "this: x GET https://x.example/v1/a 400 {}"


@pytest.mark.parametrize(
    "power", ["enableWithdrawals", "enableFutures", "permitsUniversalTransfer", "enableSomethingNew"]
)
def test_a_key_that_may_do_more_than_read(power: str, opened: Callable[..., Venue]) -> None:
    shape = SHAPES["binance_usdm"]
    venue = opened(shape.answers() | {RESTRICTIONS: Reply(restrictions(**{power: True}))})
    error = refused(shape, venue)
    assert (error.code, power in error.message) == ("unsafe-key", True)
    assert {question.path for question in venue.asked} == {RESTRICTIONS}


def test_a_key_that_nobody_vouches_for(opened: Callable[..., Venue]) -> None:
    shape = SHAPES["binance_usdm"]
    venue = opened(shape.answers() | {RESTRICTIONS: Reply({})})
    assert refused(shape, venue).code == "bad-answer"


def test_a_venue_that_cannot_be_asked() -> None:
    with pytest.raises(RingfenceError) as caught:
        fetch_tiers("demo")
    assert (caught.value.code, caught.value.path) == ("not-supported", "venue")
    assert "tiers import" in caught.value.hint


def test_ccxt_is_loaded_by_the_first_question_alone() -> None:
    code = "import sys, ringfence.ingest.fetch_tiers; sys.exit('ccxt' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
