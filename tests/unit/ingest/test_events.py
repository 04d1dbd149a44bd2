"""Event logs: what is read, what is written, and where an error is said to be."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ringfence.domain.account import Side
from ringfence.engine import events as ev
from ringfence.errors import LimitExceeded, RingfenceError
from ringfence.ingest.events import event_document, event_from, events_from, read_events, write_events
from ringfence.limits import LIMITS
from tests.engine.draws import BTC, run

DEPOSIT = {"kind": "deposit", "id": "d", "at": 0, "asset": "USDT", "amount": "5"}
FILL = {"kind": "filled", "id": "f", "at": 0, "symbol": BTC, "side": "buy", "contracts": "1", "price": "9"}


@pytest.mark.parametrize("seed", range(4))
def test_a_log_that_is_written_reads_back_the_same(seed: int) -> None:
    log = tuple(event for _, event, _ in run(seed, 300, hedged=seed % 2 == 1))
    text = write_events(log)
    assert read_events(text, own=True) == log
    assert write_events(read_events(text, own=True)) == text
    assert read_events(json.dumps([event_document(one) for one in log]), own=True) == log


def test_the_engines_own_events_are_written_with_their_fractions() -> None:
    log = (
        ev.LiquidationStarted("1", 0, "pool USDT", Fraction(-1, 3), Decimal(5)),
        ev.PositionTakenOver("2", 0, BTC, Side.LONG, Decimal(1), Fraction(100, 7), "insurance"),
        ev.OrdersCancelled("3", 0, (BTC,), keeps_reduce_only=True),
        ev.BadDebt("4", 0, "USDT", Fraction(1, 3)),
    )
    assert read_events(write_events(log), own=True) == log
    with pytest.raises(RingfenceError, match="no such kind of event"):
        read_events(write_events(log))


@pytest.mark.parametrize(
    ("at", "milliseconds"),
    [(0, 0), ("1970-01-01T00:00:00.001Z", 1), ("2025-10-10T23:00:00+02:00", 1_760_130_000_000)],
)
def test_times(at: object, milliseconds: int) -> None:
    assert event_from({**DEPOSIT, "at": at}).at == milliseconds


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"kind": None}, "missing-field", "kind"),
        ({"kind": "insurance_paid"}, "out-of-range", "kind"),
        ({"kind": 7}, "out-of-range", "kind"),
        ({"amount": "five"}, "bad-number", "amount"),
        ({"amount": 0.1}, "inexact-number", "amount"),
        ({"amount": "-5"}, "out-of-range", "amount"),
        ({"amount": None}, "missing-field", "amount"),
        ({"amount": "1/0"}, "bad-number", "amount"),
        ({"asset": ""}, "out-of-range", "asset"),
        ({"asset": 5}, "out-of-range", "asset"),
        ({"ammount": "5"}, "unknown-field", "ammount"),
        ({"at": "2025-10-10T00:00:00"}, "out-of-range", "at"),
        ({"at": "2025-10-10T00:00:00.0001Z"}, "out-of-range", "at"),
        ({"at": "yesterday"}, "bad-number", "at"),
        ({"at": True}, "bad-number", "at"),
        ({"at": -1}, "bad-number", "at"),
        ({"id": ""}, "out-of-range", "id"),
    ],
)
def test_what_is_wrong_and_where(changes: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(RingfenceError) as caught:
        events_from([DEPOSIT, {**DEPOSIT, **changes}])
    assert (caught.value.code, caught.value.path) == (code, f"events[1].{path}")


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ({**FILL, "side": "long"}, "side"),
        ({**FILL, "symbol": "BTCUSDT"}, "symbol"),
        ({**FILL, "reduce_only": "yes"}, "reduce_only"),
        ({**FILL, "margin_mode": "both"}, "margin_mode"),
        ({**FILL, "leverage": "0"}, "leverage"),
        ({**FILL, "price": None}, "price"),
        ({"kind": "marked", "id": "m", "at": 0, "marks": {BTC: "x"}}, f"marks.{BTC}"),
        ({"kind": "marked", "id": "m", "at": 0, "marks": [1]}, "marks"),
        ({"kind": "tiers_changed", "id": "t", "at": 0, "table": {"rows": []}}, "table.symbol"),
        (
            {
                "kind": "tiers_changed",
                "id": "t",
                "at": 0,
                "table": {"symbol": BTC, "rows": [{"floor": "0", "rate": "x"}]},
            },
            "table.rows[0].rate",
        ),
    ],
)
def test_the_place_inside_an_event(table: dict[str, Any], path: str) -> None:
    with pytest.raises(RingfenceError) as caught:
        event_from(table)
    assert caught.value.path == path


def test_a_line_that_is_wrong_is_named() -> None:
    good = json.dumps(DEPOSIT)
    with pytest.raises(RingfenceError, match=r"^log\.jsonl:3\.amount: not a number") as caught:
        read_events(f"{good}\n\n{good.replace('5', 'x')}\n", name="log.jsonl")
    assert caught.value.code == "bad-number"
    for text, place in (("{", "log:1"), ("[{]", "log"), ("", "log"), ("[5]", "events[0]"), ("7", "log:1")):
        with pytest.raises(RingfenceError) as caught:
            read_events(text, name="log")
        assert caught.value.path == place


def test_a_log_has_a_limit() -> None:
    most = LIMITS.events_per_log
    with pytest.raises(RingfenceError, match="not an event"):
        events_from([None] * most)
    with pytest.raises(LimitExceeded, match="events_per_log"):
        events_from([None] * (most + 1))
    with pytest.raises(LimitExceeded, match="events_per_log"):
        read_events("{}\n" * (most + 1))
