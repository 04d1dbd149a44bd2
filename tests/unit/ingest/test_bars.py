"""Bars and funding fetched through ccxt from venues on this machine, in their real shapes, good and bad."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ringfence.errors import BadAnswer, ExchangeFailed, OutOfRange, RateLimited, RingfenceError
from ringfence.history.names import SeriesKind, parse_name
from ringfence.ingest import exchange as asking
from ringfence.ingest.bars import closed, unasked
from ringfence.service.context import Context
from ringfence.service.data import data_check, data_fetch
from ringfence.service.data_forms import DataCheckAnswer, DataFetchAnswer
from ringfence.store.history import path_of, stored_bars, stored_funding
from tests.history_answers import BUSY, ERRORS, HOUR, PATHS, START, History, Row, bars, paid
from tests.venue_server import Question, Reply, Venue, serving

VENUES = sorted(PATHS)
SYMBOL = "BTC/USDT:USDT"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PAUSES", (0.0,))


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(tmp_path, today=lambda: "2026-11-22")


@contextmanager
def served(history: History, monkeypatch: pytest.MonkeyPatch) -> Iterator[Venue]:
    with serving(history.made()) as venue:
        monkeypatch.setenv("RINGFENCE_EXCHANGE_URL", venue.url)
        yield venue


def fetch(context: Context, venue: str, hours: int, *, start: int = 0, **asked: Any) -> DataFetchAnswer:
    """The hours from ``start`` after the first bar; the day after it begins the eleventh."""
    stated = {
        "venue": venue, "symbol": SYMBOL, "kind": "mark", "timeframe": "1h",
        "since": at(start), "until": at(start + hours),
    }  # fmt: skip
    answer = data_fetch.run(context, {name: v for name, v in (stated | asked).items() if v is not None})
    assert isinstance(answer, DataFetchAnswer)
    return answer


def at(hour: int) -> str:
    day, rest = divmod(hour, 24)
    return f"2025-10-{10 + day:02d}T{rest:02d}:00" if day < 22 else f"2025-11-{day - 21:02d}T{rest:02d}:00"


def name_of(venue: str, kind: str = "mark_1h") -> Any:
    return parse_name(f"{venue.replace('_', '-')}_BTCUSDT_{kind}")


def rows_of(context: Context, venue: str) -> list[tuple[int, Decimal, Decimal, Decimal, Decimal]]:
    series = stored_bars(name_of(venue), context.history)
    return [(bar.opens, bar.open, bar.high, bar.low, bar.close) for bar in series]


def exactly(rows: list[Row]) -> list[tuple[Any, ...]]:
    return [(ts, *(Decimal(cell) for cell in cells)) for ts, *cells in rows]


def questions(venue: Venue, name: str) -> int:
    return venue.count(PATHS[name][0])


@pytest.mark.parametrize("name", VENUES)
def test_marks_come_page_by_page_to_the_last_digit(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    watched = Context(context.folder, progress=lambda _, done, total: told.append((done, total)))
    with served(History(name, bars(300)), monkeypatch) as venue:
        answer = fetch(watched, name, 250)
        assert questions(venue, name) == answer.pages == {"okx_linear": 3}.get(name, 1)
    assert (answer.rows, answer.added, answer.missing, answer.empty) == (250, 250, 0, [])
    assert rows_of(context, name) == exactly(bars(250))
    assert told[-1] == (250 * HOUR, 250 * HOUR)
    checked = data_check.run(context, {})
    assert isinstance(checked, DataCheckAnswer)
    assert checked.passed


@pytest.mark.parametrize("name", VENUES)
def test_what_is_there_is_not_asked_for_again(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(History(name, bars(300)), monkeypatch) as venue:
        fetch(context, name, 60, start=40)
        before = len(venue.asked)
        assert fetch(context, name, 60, start=40).pages == 0
        assert len(venue.asked) == before
        answer = fetch(context, name, 200)
        assert (answer.added, answer.rows) == (140, 200)
        spans = [one for one in venue.asked[before:] if one.path == PATHS[name][0]]
        assert len(spans) == 2, "what lies before, and what lies behind"
    assert rows_of(context, name) == exactly(bars(200))


@pytest.mark.parametrize("name", VENUES)
def test_funding_comes_with_its_rates_and_intervals(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = paid(40)
    with served(History(name, paid=rows), monkeypatch):
        answer = fetch(context, name, 320, kind="funding", timeframe=None)
    assert (answer.rows, answer.missing) == (40, 0)
    found = stored_funding(name_of(name, "funding"), context.history)
    assert [(one.paid, one.rate) for one in found] == [(ts, Decimal(rate)) for ts, rate in rows]
    assert {one.interval for one in found} == {8 * HOUR}


@pytest.mark.parametrize("name", VENUES)
def test_a_rate_limit_is_waited_for(name: str, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(History(name, bars(50), first=[BUSY[name]] * 3), monkeypatch) as venue:
        assert fetch(context, name, 50).rows == 50
        assert questions(venue, name) == 4


@pytest.mark.parametrize("name", VENUES)
def test_a_fetch_that_fails_goes_on_after_its_last_whole_page(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfence.ingest.bars.BARS_A_PAGE", {})
    history = History(name, bars(300))

    def busy_from_the_third(rows: list[Any], question: Question) -> list[Any]:
        if len([one for one in venue.asked if one.path == question.path]) == 2:
            history.first.extend([BUSY[name]] * 4)
        return rows

    history.change = busy_from_the_third
    with served(history, monkeypatch) as venue:
        with pytest.raises(RateLimited, match="no answer after 4 attempts"):
            fetch(context, name, 300)
        assert rows_of(context, name) == exactly(bars(200)), "two whole pages, nothing of the third"
        history.change = lambda rows, _: rows
        before = questions(venue, name)
        answer = fetch(context, name, 300)
        assert (answer.added, questions(venue, name) - before) == (100, 1)
    assert rows_of(context, name) == exactly(bars(300))


@pytest.mark.parametrize("name", VENUES)
def test_half_a_page_is_completed(name: str, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(rows: list[Any], question: Question) -> list[Any]:
        first = len([one for one in venue.asked if one.path == question.path]) == 1
        return rows[: len(rows) // 2] if first else rows

    with served(History(name, bars(60), change=half), monkeypatch) as venue:
        answer = fetch(context, name, 60)
        assert (answer.rows, answer.missing, questions(venue, name)) == (60, 0, 2)
    assert rows_of(context, name) == exactly(bars(60))


@pytest.mark.parametrize("name", VENUES)
def test_a_hole_of_the_venue_is_asked_for_twice_and_named(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = bars(60)
    with served(History(name, rows[:20] + rows[30:]), monkeypatch) as venue:
        answer = fetch(context, name, 60)
        assert questions(venue, name) == 2
    assert (answer.rows, answer.missing) == (50, 10)
    (hole,) = answer.holes
    assert (hole.since, hole.until, hole.missing) == (START + 20 * HOUR, START + 30 * HOUR, 10)


@pytest.mark.parametrize("name", VENUES)
def test_a_repeated_row_counts_once_and_order_is_by_time(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    shuffled = History(name, bars(30), change=lambda rows, _: [*rows[::-1], *rows[3:7]])
    with served(shuffled, monkeypatch):
        assert fetch(context, name, 30).rows == 30
    assert rows_of(context, name) == exactly(bars(30))


def _low_above(rows: list[Any]) -> list[Any]:
    ts, opened, high, _, close = rows[5]
    return [*rows[:5], (ts, opened, high, "999999", close), *rows[6:]]


def _off_grid(rows: list[Any]) -> list[Any]:
    return [*rows[:5], (rows[5][0] + 1_000, *rows[5][1:]), *rows[6:]]


def _contradiction(rows: list[Any]) -> list[Any]:
    ts, opened, high, low, _ = rows[5]
    return [*rows, (ts, opened, high, low, opened)]


def _no_number(rows: list[Any]) -> list[Any]:
    return [*rows[:5], (rows[5][0], "", *rows[5][2:]), *rows[6:]]


def _too_fine(rows: list[Any]) -> list[Any]:
    ts, _, high, low, close = rows[5]
    return [*rows[:5], (ts, "114000.1234567890123", high, low, close), *rows[6:]]


def _zero(rows: list[Any]) -> list[Any]:
    ts, opened, high, _, close = rows[5]
    return [*rows[:5], (ts, opened, high, "0", close), *rows[6:]]


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_low_above, "low is above"),
        (_off_grid, "do not open on the 1h grid"),
        (_contradiction, "two rows of one time that differ"),
        (_no_number, "no number"),
        (_too_fine, "no number"),
        (_zero, "zero or below"),
    ],
)
def test_a_page_that_cannot_be_right_is_not_kept(
    name: str, spoil: Any, says: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoilt = History(name, bars(30), change=lambda rows, _: spoil(rows) if len(rows) > 6 else rows)
    with served(spoilt, monkeypatch), pytest.raises(BadAnswer, match=says) as raised:
        fetch(context, name, 30)
    assert raised.value.code == "bad-answer"
    assert raised.value.path == SYMBOL
    assert not path_of(name_of(name), context.history).exists()


@pytest.mark.parametrize("name", VENUES)
def test_an_error_of_the_venue_is_a_coded_error(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(History(name, bars(30), first=[ERRORS[name]] * 9), monkeypatch) as venue:
        with pytest.raises(ExchangeFailed) as raised:
            fetch(context, name, 30)
        assert questions(venue, name) <= 4
    assert raised.value.hint
    assert not context.history.exists()


@pytest.mark.parametrize("name", VENUES)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b'[[1760054400000,"1', status=200),
        Reply(body=b"<html>busy</html>", status=200),
        Reply({"unexpected": True}),
        Reply([[1_760_054_400_000]]),
        Reply(body=b"[", cut=True),
    ],
    ids=["half a body", "html", "another shape", "short rows", "cut off"],
)
def test_an_answer_of_another_shape_stores_nothing(
    name: str, reply: Reply, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(History(name, bars(30), first=[reply] * 40), monkeypatch), pytest.raises(RingfenceError):
        fetch(context, name, 30)
    assert not path_of(name_of(name), context.history).exists()


@pytest.mark.parametrize("name", VENUES)
def test_what_the_exchange_does_not_have_yet_is_said_and_asked_for_again(
    name: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ringfence.ingest.bars.BARS_A_PAGE", {})
    listed = bars(150, start=START + 250 * HOUR)
    with served(History(name, listed), monkeypatch) as venue:
        answer = fetch(context, name, 400)
        assert (answer.rows, answer.missing) == (150, 0)
        assert answer.empty[0].since == START
        before = questions(venue, name)
        assert fetch(context, name, 400).added == 0
        assert questions(venue, name) > before
    assert rows_of(context, name) == exactly(listed)


@pytest.mark.parametrize("name", VENUES)
def test_nothing_at_all_is_an_error(name: str, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(History(name), monkeypatch), pytest.raises(RingfenceError, match="gave no row"):
        fetch(context, name, 30)


@pytest.mark.parametrize(
    ("asked", "code", "path"),
    [
        ({"symbol": "NONE/USDT:USDT"}, "unknown-symbol", "symbol"),
        ({"symbol": "BTC"}, "unknown-symbol", "symbol"),
        ({"venue": "nowhere"}, "unknown-venue", "venue"),
        ({"timeframe": "7m"}, "out-of-range", "timeframe"),
        ({"timeframe": "month"}, "out-of-range", "timeframe"),
        ({"timeframe": None}, "missing-field", "timeframe"),
        ({"kind": "funding"}, "missing-field", "timeframe"),
        ({"since": "soon"}, "out-of-range", "since"),
        ({"since": "2025-10-12", "until": "2025-10-11"}, "out-of-range", "until"),
    ],
)
def test_a_question_that_cannot_be_asked_is_located(
    asked: dict[str, Any], code: str, path: str, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    stated = {"venue": "binance_usdm"} | asked
    with served(History("binance_usdm", bars(30)), monkeypatch), pytest.raises(RingfenceError) as raised:
        fetch(context, stated.pop("venue"), 30, **stated)
    assert (raised.value.code, raised.value.path) == (code, path)


def test_a_bar_that_has_not_closed_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = unasked("binance_usdm", SYMBOL, SeriesKind.MARK, "1h")
    monkeypatch.setattr(ask.made, "milliseconds", lambda: START + 5 * HOUR + 1)
    assert closed(ask, (START - 1, START + 99 * HOUR)) == (START, START + 5 * HOUR)
    assert closed(ask, (START + 1, START + 5 * HOUR)) == (START + HOUR, START + 5 * HOUR)
    with pytest.raises(OutOfRange, match="no bar closes"):
        closed(ask, (START + 5 * HOUR, START + 6 * HOUR))
