"""``ringfence replay`` as it is typed: who died when, what was left, and how a wrong question is answered."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Run
from tests.support import ROOT

BOOK = str(ROOT / "examples" / "rescue.toml")


def test_a_crash_is_told_without_any_data(run: Run) -> None:
    said = run("replay", BOOK, "--event", "2025-10-10")
    text = " ".join(said.out.split())
    assert said.status == 0
    assert "the largest liquidation day" in text
    assert "ISOLATED LIQUIDATED 2025-10-10" in text
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
