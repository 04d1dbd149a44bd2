"""``ringfence replay`` as it is typed: who died when, what was left, and how a wrong question is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run
from tests.support import ROOT
from tests.two_hours import stored

BOOK = str(ROOT / "examples" / "rescue.toml")


def test_a_crash_is_told_without_any_data(run: Run) -> None:
    said = run("replay", BOOK, "--event", "2025-10-10")
    text = " ".join(said.out.split())
    assert said.status == 0
    assert "the largest liquidation day" in text
    assert "ISOLATED LIQUIDATED with BTC at −1.23 %" in text
    assert "built-in, measured on" in text
    assert "equity 286.4321, requirement 286.4321605 USDT" in text


def test_a_stop_keeps_what_the_fence_would_have_lost(run: Run) -> None:
    words = ("--event", "2025-10-10", "--stop", "BTC=57500", "--twin", "as_is", "--json")
    answer = json.loads(run("replay", BOOK, *words).out)
    (twin,) = answer["twins"]
    assert twin["verdict"] == "alive"
    assert twin["endings"][0]["left"] == {"USDT": "7500"}
    assert answer["close_now"] == {"USDT": "8000"}


@pytest.mark.parametrize(
    ("words", "told", "hint"),
    [
        ((), "say which time", "--event 2025-10-10"),
        (("--event", "1929-10-24"), "no crash of this name", "2020-03-12"),
        (("--from", "2024-01-02", "--to", "2024-01-01"), "a window ends after it begins", ""),
        (("--from", "2024-01-01", "--to", "2024-01-02"), "no mark prices", "ringfence data list"),
        (("--event", "2025-10-10", "--keep", "2"), "a share between 0 and 1", ""),
        (("--event", "2025-10-10", "--stop", "ETH/USDT:USDT=1"), "no position in this symbol", ""),
    ],
)
def test_a_question_that_cannot_be_answered_says_so(
    run: Run, words: tuple[str, ...], told: str, hint: str
) -> None:
    said = run("replay", BOOK, *words)
    text = " ".join(said.err.split())
    assert said.status == 2
    assert told in text
    assert hint in text


STOPPED = ("--from", "2024-08-05", "--to", "2024-08-05T02:00", "--stop", "BTC=57300", "--twin", "cross")


def told(run: Run, *words: str) -> dict[str, Any]:
    said = run("replay", BOOK, *STOPPED, *words, "--json")
    assert said.status == 0, said.err
    return json.loads(said.out)  # type: ignore[no-any-return]


def test_a_stop_fills_by_the_traded_price_that_is_stored_beside_the_mark(run: Run, tmp_path: Path) -> None:
    stored(tmp_path / "home" / "data", "mark", "last")
    by_mark, by_last = told(run), told(run, "--traded")
    assert [one["kind"] for one in by_mark["twins"][0]["endings"][0]["log"]] == []
    (fill,) = by_last["twins"][0]["endings"][0]["log"]
    # The moves start at the account's own mark of 58,000: what was traded fell to 55,100.
    assert (fill["kind"], fill["marks"]) == ("fill", {"BTC/USDT:USDT": "57300"})
    assert by_last["twins"][0]["endings"][0]["left"] == {"USDT": "7300"}
    assert by_last["sources"] == {
        "BTC/USDT:USDT": "binance-usdm_BTCUSDT_mark_1h, orders by binance-usdm_BTCUSDT_last_1h"
    }
    assert told(run, "--traded", "--stop-by", "mark")["twins"][0]["endings"][0]["log"] == []


def test_traded_prices_that_are_not_stored_are_named(run: Run, tmp_path: Path) -> None:
    stored(tmp_path / "home" / "data", "mark")
    words = "No traded prices of that time are stored for BTC/USDT:USDT: orders fill by the mark."
    assert words in told(run, "--traded")["assumptions"]
    assert words not in told(run)["assumptions"]
