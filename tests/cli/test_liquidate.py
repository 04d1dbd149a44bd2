"""``ringfence liquidate`` as it is typed: why a ring dies, line by line, and what a program reads of it."""

from __future__ import annotations

import json

from tests.cli.conftest import Run
from tests.support import ROOT

BOOK = str(ROOT / "examples" / "rescue.toml")


def test_a_gap_reads_step_by_step(run: Run) -> None:
    said = run("liquidate", BOOK, "--at", "BTC=56000", "--insurance", "400")
    assert (said.status, said.err) == (0, "")
    text = " ".join(said.out.split())
    assert text.startswith("fence BTC/USDT:USDT long is liquidated: nothing of it stays open, and 1000 USDT")
    assert "equity −1,000.00 USDT, requirement 280.00 USDT" in text
    assert "value 56000 at the mark + 1000, over 1: equity is zero there" in text
    assert "the insurance fund 400.00 USDT deleveraged traders 600.00 USDT" in text
    assert max(map(len, said.out.splitlines())) <= 80


def test_what_stands_is_told_the_sequence(run: Run) -> None:
    said = run("liquidate", BOOK)
    assert said.out.startswith("Nothing is liquidated at these marks.")
    assert "1. every order in the contracts of the ring is cancelled" in said.out


def test_the_json_balances_and_ends_in_an_account(run: Run) -> None:
    answer = json.loads(run("liquidate", BOOK, "--at", "BTC=57100", "--json").out)
    (ring,) = answer["rings"]
    assert (ring["cured"], ring["losses"], ring["to_fund"]) == (False, [], {"USDT": "100"})
    for step in ring["steps"]:
        moved = [int(float(one["amount"]) * 10**8) for one in step["postings"]]
        assert sum(moved) == 0
    assert "positions" not in answer["account"]
    assert answer["account"]["wallet"] == {"USDT": "7000"}


def test_a_fund_below_zero_is_refused(run: Run) -> None:
    said = run("liquidate", BOOK, "--insurance", "-1")
    assert said.status != 0
    assert "insurance" in said.err
