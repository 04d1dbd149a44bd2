"""The checker itself: tolerances, words, what a case leaves out, and legs with tiers of their own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ringfence.testing.cases import Case, load_cases, read_case
from ringfence.testing.conform import CaseReport, Verdict, run_case


def made(**changes: Any) -> Case:
    """A cross long of 1 BTC at 100 with 50 in the pool; liquidated at 50 / 0.99."""
    position = {
        "symbol": "BTC/USDT:USDT", "kind": "linear", "side": "long", "contracts": "1", "contract_size": "1",
        "entry_price": "100", "margin_mode": "cross", "leverage": "4", "isolated_margin": None,
        "tiers": [["0", None, "0.01", "0", None]], "tier_basis": "quote",
    }  # fmt: skip
    account = {
        "wallet": {"USDT": "50"},
        "positions": [{**position, **changes.pop("position", {})}],
        "orders": [],
    }
    document = {
        "id": "made", "venue": "binance_usdm", "on": None, "strength": "official",
        "account": {**account, **changes.pop("account", {})}, "marks": {"BTC/USDT:USDT": "100"},
        "expected": {"positions": [], "account": {}}, "tolerance": {}, **changes,
    }  # fmt: skip
    return load_cases([json.dumps(document)])[0]


def expecting(name: str, text: str, **changes: Any) -> CaseReport:
    row = {"symbol": "BTC/USDT:USDT", "side": "long", name: text}
    return run_case(made(expected={"positions": [row], "account": {}}, **changes))


def account_expecting(name: str, text: str, **changes: Any) -> CaseReport:
    return run_case(made(expected={"positions": [], "account": {name: text}}, **changes))


@pytest.mark.parametrize(
    ("expected", "tolerance", "agrees"),
    [
        ("50.505050505", "1e-9", True),
        ("50.505050505", "5e-11", False),  # the exact quotient goes on: 50.5050505050…
        ("50.505050505", None, False),
        ("50.51", "rel:1e-4", True),
        ("50.51", "rel:9.7e-5", False),
        ("none", None, False),
    ],
)
def test_a_liquidation_price_is_compared_exactly(expected: str, tolerance: str | None, agrees: bool) -> None:
    tolerances = {} if tolerance is None else {"liquidation_price": tolerance}
    assert expecting("liquidation_price", expected, tolerance=tolerances).passed is agrees


def test_no_tolerance_means_exact() -> None:
    assert expecting("maintenance_margin", "1.00").passed
    assert not expecting("maintenance_margin", "1.000000000000000000001").passed


def test_not_liquidatable_by_this_coin_alone_is_a_word() -> None:
    rich = {"account": {"wallet": {"USDT": "100"}}}
    assert expecting("liquidation_price", "none", **rich).passed
    assert expecting("liquidation_price", "0", **rich).fields[0].computed == "none"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("equity", "50"), ("wallet_balance", "50"), ("unrealized_pnl", "0"), ("initial_margin", "25"),
        ("maintenance_margin", "1"), ("available_balance", "25"), ("maintenance_usage", "0.02"),
        ("account_leverage", "2"), ("is_liquidatable", "false"), ("notional", "100"), ("withdrawable", "25"),
        ("total_equity", "50"),
    ],
)  # fmt: skip
def test_every_account_field_is_computed(name: str, text: str) -> None:
    assert account_expecting(name, text).passed
    wrong = "true" if text == "false" else text + "1" if "." in text else text + ".1"
    assert account_expecting(name, wrong).of(Verdict.DIFFERS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("liquidation_price", "76.3636363636363636"), ("bankruptcy_price", "75.6"), ("notional", "100"),
        ("unrealized_pnl", "0"), ("initial_margin", "25"), ("maintenance_margin", "1"),
        ("entry_price", "100"),
        ("maintenance_usage", "0.040983606557377049"), ("isolated_equity", "24.4"), ("deduction", "0"),
    ],
)  # fmt: skip
def test_every_position_field_is_computed(name: str, text: str) -> None:
    fence = {"margin_mode": "isolated", "isolated_margin": "24.4"}
    tolerance = {"liquidation_price": "1e-16", "maintenance_usage": "1e-18"}
    assert expecting(name, text, position=fence, tolerance=tolerance).passed
    assert expecting(name, text + ("01" if "." in text else ".01"), position=fence).of(Verdict.DIFFERS)


def test_a_fence_not_given_is_entry_value_over_leverage() -> None:
    third = {"margin_mode": "isolated", "leverage": "3"}
    tolerance = {"liquidation_price": "1e-30"}
    text = "67.3400673400673400673400673400673"  # two thirds of 100, over 0.99
    assert expecting("liquidation_price", text, position=third, tolerance=tolerance).passed


def test_nothing_is_said_about_a_fence_nobody_gave() -> None:
    unknown = {"margin_mode": "isolated", "leverage": None}
    report = expecting("liquidation_price", "70", position=unknown)
    assert report.of(Verdict.NOT_MODELLED)[0].reason.startswith("liquidation_price: the case gives neither")
    assert expecting("maintenance_margin", "1", position=unknown).passed


@pytest.mark.parametrize(
    ("name", "text", "changes", "reason"),
    [
        ("closing_fee", "1", {}, "no figure of its rules"),
        ("initial_margin", "25", {"position": {"leverage": None}}, "leaves out"),
        ("equity", "50", {"venue": "nowhere"}, "no rule pack"),
        (
            "equity",
            "50",
            {"account": {"wallet": {"USDT": "1"}, "positions": []}, "on": "2019"},
            "no rules before",
        ),
        ("notional", "1", {"position": {"tiers": [[None, None, "0.01", None, None]]}}, "without a floor"),
    ],
)
def test_what_is_not_modelled_says_why(name: str, text: str, changes: dict[str, Any], reason: str) -> None:
    if name == "closing_fee":
        report = expecting(name, text, **changes)
    else:
        report = account_expecting(name, text, **changes)
    assert not report.passed
    (one,) = report.of(Verdict.NOT_MODELLED)
    assert reason in one.reason


def test_a_position_the_case_does_not_hold_is_not_passed_over() -> None:
    row = {"symbol": "ETH/USDT:USDT", "side": "long", "notional": "1"}
    report = run_case(made(expected={"positions": [row]}))
    assert report.of(Verdict.NOT_MODELLED)[0].reason.startswith("expected: the case has no such position")


def test_a_missing_mark_is_replaced_by_the_entry_and_noted() -> None:
    report = expecting("liquidation_price", "50.505050505", tolerance={"liquidation_price": "1e-9"}, marks={})
    assert report.passed
    assert report.notes == ("BTC/USDT:USDT: no mark is given, its entry price stands in",)


def test_a_position_beyond_its_liquidation_price_is_solved_from_a_living_mark() -> None:
    report = expecting(
        "liquidation_price", "50.505050505", tolerance={"liquidation_price": "1e-9"},
        marks={"BTC/USDT:USDT": "40"},
    )  # fmt: skip
    assert report.passed
    assert report.notes == ("BTC/USDT:USDT: liquidated at its mark, solved from 80",)


def test_legs_of_one_symbol_may_state_tiers_of_their_own() -> None:
    """The FAQ formula with an L and an S term, each with the rate and amount of its own leg."""
    case = made()
    long = case.document["account"]["positions"][0] | {"tiers": [["0", None, "0.02", "3", None]]}
    short = long | {"side": "short", "contracts": "0.5", "tiers": [["0", None, "0.01", "0.25", None]]}
    account = {"hedged": True, "positions": [long, short]}
    # (50 + 3 + 0.25 - 100 + 50) / (0.02 + 0.005 - 1 + 0.5) = 3.25 / -0.475: below zero, so there is none
    assert expecting("liquidation_price", "none", account=account).passed
    poorer = account | {"wallet": {"USDT": "20"}}
    # the numerator is now 3.25 - 30, over the same -0.475
    report = expecting(
        "liquidation_price", "56.315789", account=poorer, tolerance={"liquidation_price": "1e-6"}
    )
    assert report.passed
    assert expecting("deduction", "3", account=account).passed


def test_a_month_means_its_first_day_and_a_year_its_first_month() -> None:
    days = [read_case(made(on=on)).account.on for on in (None, "2024", "2024-10", "2024-10-24")]
    assert days == [None, "2024-01-01", "2024-10-01", "2024-10-24"]
