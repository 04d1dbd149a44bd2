"""What is asked: every strict figure once, and books that hold nothing of the answer."""

from __future__ import annotations

import json
from typing import Any

from bench.board import gather

from ringfence.testing.cases import Case, load_cases

POSITION = {
    "symbol": "BTC/USDT:USDT", "kind": "linear", "side": "long", "contracts": "2", "contract_size": "1",
    "entry_price": "50000", "margin_mode": "isolated", "leverage": "10", "isolated_margin": "10000",
    "tiers": [["0", "60000", "0.004", None, "125"], ["60000", None, "0.005", None, "100"]],
    "tier_basis": "quote",
}  # fmt: skip


def case(name: str, *, same_as: str | None = None, **position: Any) -> Case:
    document = {
        "id": name, "venue": "demo", "strength": "official", "same_as": same_as,
        "account": {"wallet": {"USDT": "500"}, "positions": [{**POSITION, **position}], "orders": []},
        "marks": {"BTC/USDT:USDT": "51000"},
        "expected": {
            "positions": [{"symbol": "BTC/USDT:USDT", "side": "long", "liquidation_price": "45180.72"}],
            "account": {"equity": "500"},
        },
        "tolerance": {"liquidation_price": "0.005"},
    }  # fmt: skip
    return load_cases([json.dumps(document)])[0]


def test_a_case_that_repeats_another_is_counted_once() -> None:
    cases = {one.id: one for one in (case("a", same_as="c"), case("b"), case("c"), case("d", same_as="a"))}
    figures, repeated = gather.figures_of(cases)
    assert [one.case for one in figures] == ["a", "a", "b", "b"]
    assert repeated == 4


def test_a_case_that_repeats_one_outside_the_board_counts() -> None:
    cases = {"a": case("a", same_as="elsewhere")}
    assert [one.name for one in gather.figures_of(cases)[0]] == ["liquidation_price", "equity"]


def test_a_figure_has_the_mode_of_its_position_and_the_accounts_are_those_of_the_pool() -> None:
    figures, _ = gather.figures_of({"a": case("a")})
    assert [(one.place, one.mode, one.tolerance) for one in figures] == [
        ("BTC/USDT:USDT long", "isolated", "0.005"),
        ("account", "cross", ""),
    ]


def test_a_book_asks_and_does_not_tell() -> None:
    book = gather.book_of(case("a"), [["BTC/USDT:USDT long", "liquidation_price"]])
    assert "expected" not in book
    assert "45180.72" not in json.dumps(book)
    (row,) = book["account"]["positions"]
    assert row["tiers"][1] == ["60000", None, "0.005", "60.000", "100"]  # the deduction that joins the tiers


def test_a_book_without_tiers_gets_those_of_the_dated_table() -> None:
    silent = case("a", symbol="BTC/USDT:USDT", tiers=None)
    (row,) = gather.book_of(silent, [])["account"]["positions"]
    assert row["tiers"]
    (row,) = gather.book_of(case("a", symbol="NOTHING/USDT:USDT", tiers=None), [])["account"]["positions"]
    assert row["tiers"] == []


def test_a_cost_becomes_the_price_that_a_peer_takes() -> None:
    linear = case("a", entry_price=None, entry_cost="100500")
    (row,) = gather.book_of(linear, [])["account"]["positions"]
    assert row["entry_price"] == "50250.0"
    coin = {"kind": "inverse", "contracts": "100", "contract_size": "100", "entry_cost": "0.2"}
    inverse = case("a", entry_price=None, **coin)
    (row,) = gather.book_of(inverse, [])["account"]["positions"]
    assert row["entry_price"] == "50000.0"


def test_a_changed_case_has_another_mark() -> None:
    assert gather.mark_of(case("a")) == gather.mark_of(case("a"))
    assert gather.mark_of(case("a")) != gather.mark_of(case("a", contracts="3"))
