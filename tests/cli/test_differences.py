"""The terminal page of ``tiers diff``, at any width."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Run

WORDS = ("tiers", "diff", "binance_usdm", "--from", "2024-10-24", "--to", "2026-11-22")


def test_before_and_after_stand_below_each_other(run: Run) -> None:
    said = run(*WORDS, "BTC/USDT:USDT").out
    lines = [line.split() for line in said.splitlines()]
    assert ["1", "before", "0", "50,000", "0.40", "%", "0", "125×"] in lines
    assert ["1", "after", "0", "300,000", "0.40", "%", "0", "150×"] in lines
    assert "DOGE" not in said


def test_a_new_table_and_those_that_stayed(run: Run) -> None:
    said = run(*WORDS).out
    assert said.startswith("binance_usdm: 4 of 9 tier tables differ from 2024-10-24 to 2026-11-22")
    assert re.search(r"^1 +new +0 +80,000", said, re.MULTILINE)
    assert "as they were: ENA/USDT:USDT" in said


@pytest.mark.parametrize("columns", ["20", "44", "72", "80", "200"])
def test_no_number_is_cut(columns: str, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    said = run(*WORDS, "BTC/USDT:USDT").out
    for number in ("1,200,000,000", "1,800,000,000", "421,482,000", "421,481,450"):
        assert number in said


def test_the_options_are_named_as_they_are_typed(run: Run) -> None:
    said = run("tiers", "diff", "binance_usdm", "--from", "2026-11-21", "--to", "2026-11-20")
    assert said.status == 2
    assert "error out-of-range: --from: lies after the other date, 2026-11-20" in said.err
    assert "--to: not a date" in run("tiers", "diff", "demo", "--from", "2026-11-21", "--to", "x").err
